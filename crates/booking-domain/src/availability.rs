//! What can be booked on a service date.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::booking::{Booking, BookingStatus};
use crate::calendar::{CandidateSlot, RestaurantCalendar, UtcOffset};
use crate::floor::PartySize;
use crate::ids::DiningAreaId;
use crate::placement::{
    Booker, NearestSlots, PlaceRequest, Room, RuleOverrides, check_date, check_slot, free_areas,
};
use crate::service_day::{AreaWish, ServiceDay};

/// A time at which a party would get a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What the restaurant's wall clock shows then.
    pub date: Date,
    /// What the restaurant's wall clock shows then, to the minute.
    pub time: Time,
    /// What the wall clock is ahead of UTC then.
    pub utc_offset: UtcOffset,
    /// The date to which the slot belongs: that of the service, which may run past midnight.
    pub service_date: Date,
    /// The instant.
    pub starts_at: Timestamp,
    /// The areas in which a table is free, in order of their numbers.
    pub areas: Vec<DiningAreaId>,
    /// Whether the booking waits for the restaurant's word.
    pub needs_confirmation: bool,
}

impl Slot {
    /// What the wall clock shows.
    #[must_use]
    pub fn wall(&self) -> DateTime {
        self.date.to_datetime(self.time)
    }
}

/// For whom slots are looked for: a [`PlaceRequest`] without its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvailabilityQuery<'a> {
    /// How many guests.
    pub party: PartySize,
    /// Where they want to sit.
    pub area: Option<AreaWish>,
    /// By whose rules.
    pub booker: Booker,
    /// The booking that is to move, where it is one: what is offered are the times to which
    /// [`crate::plan_change`] would move it. The day is without what it takes.
    pub moving: Option<&'a Booking>,
}

impl<'a> AvailabilityQuery<'a> {
    /// A guest's question for a party of this size.
    #[must_use]
    pub const fn of_guest(party: PartySize) -> Self {
        Self {
            party,
            area: None,
            booker: Booker::Guest,
            moving: None,
        }
    }

    /// For the same party, whose booking is to move, by the rules of this booker.
    #[must_use]
    pub const fn moving(self, booking: &'a Booking, booker: Booker) -> Self {
        Self {
            party: self.party,
            area: booking.area,
            booker,
            moving: Some(booking),
        }
    }

    /// Whether nothing is granted whenever it is.
    fn is_in_vain(&self, calendar: &RestaurantCalendar, now: Timestamp) -> bool {
        self.moving
            .is_some_and(|booking| booking.stays(calendar, self.booker, now))
    }
}

/// Why availability cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AvailabilityRefusal {
    /// The date is past at the restaurant, and no service of it still runs.
    #[error("the date must not be in the past")]
    InThePast,
}

/// Every slot of the service date of `day` at which [`crate::place`] would place the party, in order
/// of time. A date on which nothing can be booked has none: it may be full, the restaurant closed,
/// the party too large, or the date too far ahead.
///
/// # Errors
/// See [`AvailabilityRefusal`].
pub fn available_slots(
    day: &ServiceDay,
    query: &AvailabilityQuery<'_>,
    now: Timestamp,
) -> Result<Vec<Slot>, AvailabilityRefusal> {
    let candidates = candidates(day, query);
    let is_over = candidates.iter().all(|slot| slot.starts_at <= now);
    if is_over && day.date < day.calendar.today(now) {
        return Err(AvailabilityRefusal::InThePast);
    }
    if query.is_in_vain(&day.calendar, now) {
        return Ok(Vec::new());
    }
    let room = Room::new(day, now);
    Ok(candidates
        .iter()
        .filter_map(|slot| free_slot(&room, slot, query, now))
        .collect())
}

/// Until when [`available_slots`] and [`day_availability`] give the same as at `now`, as long as the day is
/// the same. It may be longer, and for a booking that is to move it is not at all.
#[must_use]
pub fn unchanged_until(
    day: &ServiceDay,
    query: &AvailabilityQuery<'_>,
    now: Timestamp,
) -> Timestamp {
    if query.moving.is_some() {
        return now;
    }
    let mut until = day.calendar.next_date(now);
    let mut changes_at = |instant: Timestamp| {
        until = match instant.cmp(&now) {
            Ordering::Less => until,
            // Some rules change behind such an instant: who comes at the last one of the notice has given it still.
            Ordering::Equal => now
                .checked_add(1.nanosecond())
                .map_or(until, |it| until.min(it)),
            Ordering::Greater => until.min(instant),
        };
    };
    let notice = day.calendar.policy().min_notice.minutes();
    let notice = SignedDuration::from_mins(i64::from(notice));
    let lapses = day.floor.tables.iter().filter_map(|table| {
        let hours = table.min_party_lapse?.hours();
        Some(SignedDuration::from_hours(i64::from(hours)))
    });
    let before: BTreeSet<SignedDuration> = lapses.chain([notice, SignedDuration::ZERO]).collect();
    // Whoever has come makes no room any more, and a table that is kept for larger parties is not for long.
    let candidates = day.calendar.candidate_slots(day.date, query.party);
    let starts = candidates.iter().map(|slot| slot.starts_at);
    for start in starts.chain(day.claims.iter().map(|claim| claim.starts_at)) {
        let instants = before.iter().map(|before| start.checked_sub(*before));
        instants.flatten().for_each(&mut changes_at);
    }
    let expiries = day.claims.iter().filter_map(|claim| claim.expires_at);
    expiries.for_each(changes_at);
    until
}

/// What a service date comes to for a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayAvailability {
    /// More than a quarter of its slots are free.
    Free,
    /// At most a quarter of its slots are free.
    FewLeft,
    /// It has slots, and none of them is free, or none for such a party.
    Full,
    /// It has no slots.
    Closed,
    /// It is further ahead than guests can book.
    NotOpenYet,
    /// Every slot is past.
    Past,
}

/// What the service date of `day` comes to for a party.
#[must_use]
pub fn day_availability(
    day: &ServiceDay,
    query: &AvailabilityQuery<'_>,
    now: Timestamp,
) -> DayAvailability {
    let candidates = candidates(day, query);
    let mut ahead = candidates.iter().filter(|slot| slot.starts_at > now);
    let Some(first) = ahead.next() else {
        let is_past = !candidates.is_empty() || day.date < day.calendar.today(now);
        return if is_past {
            DayAvailability::Past
        } else {
            DayAvailability::Closed
        };
    };
    let room = Room::new(day, now);
    let is_open = check_date(&room, &request_at(first, query), now).is_ok();
    let slots = candidates.len();
    let free = if query.is_in_vain(&day.calendar, now) {
        0
    } else {
        let free = candidates
            .iter()
            .filter(|slot| granted(&room, slot, query, now).is_some());
        free.count()
    };
    match free {
        0 if !is_open => DayAvailability::NotOpenYet,
        0 => DayAvailability::Full,
        few if few * 4 <= slots => DayAvailability::FewLeft,
        _ => DayAvailability::Free,
    }
}

/// The slots of the day, and the time that a booking has which is to move, slot or not.
fn candidates<'a>(day: &'a ServiceDay, query: &AvailabilityQuery<'_>) -> Vec<CandidateSlot<'a>> {
    let mut slots = day.calendar.candidate_slots(day.date, query.party);
    let Some(booking) = query.moving else {
        return slots;
    };
    let placement = &booking.placement;
    let wall = booking.date.to_datetime(booking.time);
    let mut instants = day.calendar.instants(wall);
    let own = instants.find(|(_, offset)| booking.utc_offset == UtcOffset::from(*offset));
    if let Some(own) = own.filter(|_| placement.service_date == day.date)
        && !placement.tables.is_empty()
        && let Err(index) = slots.binary_search_by_key(&own.0, |slot| slot.starts_at)
        && let Some(slot) = (day.calendar).slot_outside_hours(day.date, wall, own, query.party)
    {
        slots.insert(index, slot);
    }
    slots
}

/// The request for a slot, if it would be granted.
fn granted(
    room: &Room<'_>,
    slot: &CandidateSlot<'_>,
    query: &AvailabilityQuery<'_>,
    now: Timestamp,
) -> Option<PlaceRequest> {
    let request = request_at(slot, query);
    let is_kept = |booking: &Booking| request.keeps_its_time() && booking.party == query.party;
    let is_decided_here = room.day.calendar.service_date(&request) == room.day.date;
    let is_open = request.keeps_its_time() || check_date(room, &request, now).is_ok();
    let none = RuleOverrides::default();
    let is_granted = slot.starts_at > now
        && is_decided_here
        && (query.moving.is_some_and(is_kept)
            || is_open && check_slot(room, slot, &request, none, now).is_ok());
    is_granted.then_some(request)
}

fn free_slot(
    room: &Room<'_>,
    slot: &CandidateSlot<'_>,
    query: &AvailabilityQuery<'_>,
    now: Timestamp,
) -> Option<Slot> {
    let request = granted(room, slot, query, now)?;
    let policy = room.day.calendar.policy();
    Some(Slot {
        date: slot.wall.date(),
        time: slot.wall.time(),
        utc_offset: UtcOffset::from(slot.offset),
        service_date: slot.service_date,
        starts_at: slot.starts_at,
        areas: free_areas(room, slot, &request, now).into_iter().collect(),
        needs_confirmation: match query.moving {
            Some(booking) => {
                let wanted = (slot.starts_at, query.party);
                booking.status_at(wanted, policy, query.booker) == BookingStatus::Pending
            }
            None => query.booker == Booker::Guest && policy.needs_confirmation(query.party),
        },
    })
}

/// What createBooking is asked for with a slot, and updateBooking, which is not told its service date.
pub(crate) fn request_at(slot: &CandidateSlot<'_>, query: &AvailabilityQuery<'_>) -> PlaceRequest {
    let (date, time) = (slot.wall.date(), slot.wall.time());
    let utc_offset = Some(UtcOffset::from(slot.offset));
    if let Some(booking) = query.moving {
        return booking.moved_to((date, time, utc_offset), query.party, query.booker);
    }
    PlaceRequest {
        date,
        time,
        utc_offset,
        service_date: Some(slot.service_date),
        party: query.party,
        area: query.area,
        booker: query.booker,
        overrides: RuleOverrides::default(),
        tables: None,
        keep: None,
    }
}

/// The nearest slots before and after the time of a request that was refused.
pub(crate) fn nearest_slots(
    room: &Room<'_>,
    request: &PlaceRequest,
    now: Timestamp,
) -> NearestSlots {
    let day = room.day;
    let query = AvailabilityQuery {
        party: request.party,
        area: request.area,
        booker: request.booker,
        moving: None,
    };
    let Some(wanted) = day.calendar.instant(request.wall()) else {
        return NearestSlots::default();
    };
    let candidates = day.calendar.candidate_slots(day.date, request.party);
    let free = |slot: &CandidateSlot<'_>| free_slot(room, slot, &query, now);
    let (before, after): (Vec<_>, Vec<_>) = candidates
        .into_iter()
        .filter(|slot| slot.starts_at != wanted)
        .partition(|slot| slot.starts_at < wanted);
    NearestSlots {
        before: before.iter().rev().find_map(free),
        after: after.iter().find_map(free),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::{date, time};

    use super::*;
    use crate::BookingWindow;
    use crate::fixtures::{NOW, calendar_of, calendar_with, claim, day, party, policy, table};

    fn query(guests: i64) -> AvailabilityQuery<'static> {
        AvailabilityQuery::of_guest(party(guests))
    }

    fn times(day: &ServiceDay, guests: i64) -> Vec<String> {
        available_slots(day, &query(guests), NOW)
            .expect("the date is not past")
            .iter()
            .map(|slot| slot.time.strftime("%H:%M").to_string())
            .collect()
    }

    #[test]
    fn what_overlaps_a_booking_is_not_offered() {
        let mut day = day(vec![table(1, 1, 4)]);
        day.claims = vec![claim(&day, &[1], time(19, 30, 0, 0))];
        assert_eq!(times(&day, 2), ["18:00", "21:00", "21:30"]);
    }

    #[test]
    fn last_instant_at_which_notice_is_given_is_the_last_at_which_a_slot_stays() {
        let mut day = day(vec![table(1, 1, 4)]);
        let mut policy = policy("Europe/Berlin");
        policy.min_notice = crate::MinNotice::from_minutes(60).expect("it is in range");
        day.calendar = calendar_of(&policy).into();
        let slots = available_slots(&day, &query(2), NOW).expect("the date is ahead");
        let first = slots.first().expect("it has slots").starts_at;
        let last_instant = first - 60.minutes();
        let offered_at = |now| {
            let slots = available_slots(&day, &query(2), now).expect("the date is ahead");
            slots.first().map(|slot| slot.starts_at)
        };
        assert_eq!(offered_at(last_instant), Some(first));
        let until = unchanged_until(&day, &query(2), last_instant);
        assert_ne!(offered_at(until), Some(first));
        assert_eq!(until, last_instant + 1.nanosecond());
    }

    #[test]
    fn of_today_only_what_is_ahead_is_offered() {
        let mut day = day(vec![table(1, 1, 4)]);
        day.date = date(2027, 2, 8); // it is 18:30
        assert_eq!(times(&day, 2)[0], "19:00");
    }

    #[test]
    fn a_past_date_is_refused_once_its_service_is_over() {
        let mut day = day(vec![table(1, 1, 4)]);
        day.date = date(2027, 2, 7);
        let refused = available_slots(&day, &query(2), NOW);
        assert_eq!(refused, Err(AvailabilityRefusal::InThePast));
        // Half an hour past midnight, a late service of yesterday still takes guests.
        let late = crate::fixtures::service_period(time(20, 0, 0, 0), time(4, 0, 0, 0));
        day.calendar = calendar_with(&policy("Europe/Berlin"), vec![late]).into();
        let now = NOW - 18.hours();
        let slots = available_slots(&day, &query(2), now).expect("it is not over");
        assert_eq!(slots[0].time, time(1, 0, 0, 0));
        assert_eq!(
            (slots[0].date, slots[0].service_date),
            (date(2027, 2, 8), day.date)
        );
    }

    #[test]
    fn too_far_ahead_and_too_large_is_nothing_to_offer() {
        let mut day = day(vec![table(1, 1, 4)]);
        assert!(times(&day, 5).is_empty());
        day.date = date(2029, 2, 8);
        assert!(times(&day, 2).is_empty());
    }

    #[test]
    fn a_date_is_free_or_says_why_it_is_not() {
        let mut day = day(vec![table(1, 1, 4)]);
        let mut policy = policy("Europe/Berlin");
        policy.booking_window = BookingWindow::from_days(30).expect("it is in range");
        day.calendar = calendar_of(&policy).into();
        let status = |day: &ServiceDay| day_availability(day, &query(2), NOW);
        assert_eq!(status(&day), DayAvailability::Free);
        day.claims = vec![
            claim(&day, &[1], time(18, 30, 0, 0)),
            claim(&day, &[1], time(20, 0, 0, 0)),
        ];
        assert_eq!(status(&day), DayAvailability::FewLeft);
        let all = [time(18, 0, 0, 0), time(19, 30, 0, 0), time(21, 0, 0, 0)];
        day.claims = all.map(|at| claim(&day, &[1], at)).to_vec();
        assert_eq!(status(&day), DayAvailability::Full);
        day.date = date(2027, 3, 11);
        assert_eq!(status(&day), DayAvailability::NotOpenYet);
        day.date = date(2027, 2, 7);
        assert_eq!(status(&day), DayAvailability::Past);
        day.date = date(2027, 2, 15);
        day.calendar = calendar_with(&policy, Vec::new()).into();
        assert_eq!(status(&day), DayAvailability::Closed);
    }
}
