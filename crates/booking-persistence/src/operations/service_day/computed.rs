//! What was computed of a service date, and until when it is the same.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use booking_domain::{Booker, PartySize, PlaceRefusal, PlaceRequest, RestaurantId, UtcOffset};

use super::known_day::KnownDay;
use crate::tables::booking_days::DayVersions;

/// What is computed of a day depends on this beside the day and the time.
pub(super) type QueryKey = (RestaurantId, Date, PartySize, Booker);

/// What was computed of a day, with what it was computed from.
pub(super) struct Computed<T> {
    seating: i32,
    days: DayVersions,
    /// From when until when it is the same.
    valid: (Timestamp, Timestamp),
    pub(super) value: T,
}

impl<T> Computed<T> {
    /// What was computed at `now`, and is the same before `until`.
    pub(super) fn new(day: &KnownDay, (now, until): (Timestamp, Timestamp), value: T) -> Self {
        Self {
            seating: day.seating.version,
            days: day.slot_versions().to_vec(),
            valid: (now, until),
            value,
        }
    }

    /// Whether it is what would be computed now.
    pub(super) fn is_right(&self, day: &KnownDay, now: Timestamp) -> bool {
        self.seating == day.seating.version
            && self.days == day.slot_versions()
            && self.valid.0 <= now
            && now < self.valid.1
    }

    /// About how many bytes it takes, without what the value points to.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.days.capacity() * size_of::<(Date, i64)>()
    }
}

/// A slot that guests ask for, wherever they sit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct GuestSlot {
    wall: DateTime,
    utc_offset: Option<UtcOffset>,
    pub(super) party: PartySize,
}

impl GuestSlot {
    /// The slot that is asked for, if a guest asks for nothing else. The service date goes without saying: it is
    /// that of the day that decides.
    pub(super) fn of(request: &PlaceRequest) -> Option<Self> {
        let PlaceRequest {
            date,
            time,
            utc_offset,
            service_date: _,
            party,
            area,
            booker,
            overrides,
            tables,
            keep,
        } = request;
        let is_all = *booker == Booker::Guest
            && area.is_none()
            && overrides.is_empty()
            && tables.is_none()
            && keep.is_none();
        is_all.then(|| Self {
            wall: date.to_datetime(*time),
            utc_offset: *utc_offset,
            party: *party,
        })
    }
}

/// About how many bytes a refusal takes beside itself.
pub(super) fn refusal_size(refusal: &PlaceRefusal) -> usize {
    let nearest = [&refusal.nearest.before, &refusal.nearest.after];
    let areas = nearest
        .into_iter()
        .flatten()
        .map(|slot| slot.areas.capacity());
    size_of_val(&*refusal.nearest) + areas.sum::<usize>() * size_of::<i64>()
}
