//! A service date as it was read, with the versions that say whether it still is.

use std::sync::Arc;

use jiff::civil::Date;

use booking_domain::{Booker, Claim, RestaurantId, ServiceDay};

use super::packed_claims::PackedClaims;
use super::seating::Seating;
use crate::tables::booking_days::{DayVersions, RangeVersions};

/// A service date as it was read: right exactly as long as all that decides on it has the versions that it
/// was read with, in whichever process that is. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::operations) struct KnownDay {
    pub(in crate::operations) seating: Seating,
    taken: Arc<TakenDay>,
}

/// What is taken on a service date, without how the restaurant seats, which all its days share.
#[derive(Debug, Clone)]
pub(super) struct TakenDay {
    /// How the restaurant seats in the version by which it was read.
    seating_version: i32,
    date: Date,
    /// The versions of every date of which everything is in it.
    versions: DayVersions,
    /// How many of them, the first ones, matter to the slots of the date. A turn that begins outside of all
    /// hours, for the staff, may reach into others.
    slot_dates: usize,
    claims: PackedClaims,
}

impl KnownDay {
    /// The date as it was read. `versions` are those of before, or more than those that count.
    pub(super) fn new(
        seating: Seating,
        date: Date,
        versions: &DayVersions,
        claims: &[Claim],
    ) -> Self {
        let dates = seating.dates(date);
        let slot_dates = slot_dates(&seating, date, claims);
        let versions = dates
            .iter()
            .map(|date| (*date, version_of(versions, *date)));
        let taken = TakenDay {
            seating_version: seating.version,
            versions: versions.collect(),
            claims: PackedClaims::pack(date, claims),
            slot_dates: slot_dates.min(dates.len()),
            date,
        };
        Self {
            taken: taken.into(),
            seating,
        }
    }

    /// The date of which this was taken, if the restaurant seats as it did when that was read.
    pub(super) fn of(seating: &Seating, taken: Arc<TakenDay>) -> Option<Self> {
        let is_read_by = taken.seating_version == seating.version;
        is_read_by.then(|| Self {
            seating: seating.clone(),
            taken,
        })
    }

    /// What is taken.
    pub(super) fn taken(&self) -> &Arc<TakenDay> {
        &self.taken
    }

    pub(super) fn restaurant(&self) -> RestaurantId {
        self.seating.restaurant
    }

    pub(in crate::operations) fn date(&self) -> Date {
        self.taken.date
    }

    /// Every date of which everything is in it.
    pub(super) fn dates(&self) -> Vec<Date> {
        let versions = self.taken.versions.iter();
        versions.map(|(date, _)| *date).collect()
    }

    /// The versions of the dates that matter to the slots of the date.
    pub(super) fn slot_versions(&self) -> &[(Date, i64)] {
        &self.taken.versions[..self.taken.slot_dates]
    }

    /// Whether everything that this booker can be refused by still is as it was read, if those are the versions
    /// now, but for the dates in `locked`, which have been given their next ones since.
    pub(super) fn is_current_for(
        &self,
        booker: Booker,
        now: &RangeVersions,
        locked: &[Date],
    ) -> bool {
        let versions = match booker {
            Booker::Guest => self.slot_versions(),
            Booker::Staff => &self.taken.versions,
        };
        self.is_current(versions, now, locked)
    }

    /// Whether these dates still are as they were read, if those are the versions now, but for the next ones
    /// that all of them have been given since. What is granted touches no others.
    pub(super) fn is_current_on(&self, locked: &[Date], now: &RangeVersions) -> bool {
        let versions = self.taken.versions.iter().copied();
        let versions = versions.filter(|(date, _)| locked.contains(date));
        self.is_current(&versions.collect::<Vec<_>>(), now, locked)
    }

    fn is_current(&self, versions: &[(Date, i64)], now: &RangeVersions, locked: &[Date]) -> bool {
        let is_same = |(date, version): &(Date, i64)| {
            let own = i64::from(locked.contains(date));
            version_of(&now.days, *date) == version + own
        };
        self.seating.version == now.seating && versions.iter().all(is_same)
    }

    /// The same as it was before these dates were given their next versions by the transaction that has read
    /// it.
    pub(super) fn before(self, locked: &[Date]) -> Self {
        let mut taken = Arc::unwrap_or_clone(self.taken);
        for (date, version) in &mut taken.versions {
            *version -= i64::from(locked.contains(date));
        }
        Self {
            taken: taken.into(),
            seating: self.seating,
        }
    }

    /// The date with these claims, once these dates have their next versions.
    pub(super) fn after(&self, locked: &[Date], claims: &[Claim]) -> Self {
        let known = self.taken.versions.iter();
        let versions = known.map(|(date, version)| {
            let own = i64::from(locked.contains(date));
            (*date, version + own)
        });
        // Who has come to be there may matter to other dates than those who were.
        Self::new(
            self.seating.clone(),
            self.taken.date,
            &versions.collect(),
            claims,
        )
    }

    /// What decides on the date, without what those with the numbers `excluded` take.
    pub(in crate::operations) fn service_day(&self, excluded: &[i64]) -> ServiceDay {
        let mut claims = self.taken.claims.unpack();
        if !excluded.is_empty() {
            claims.retain(|claim| !excluded.contains(&claim.key));
        }
        ServiceDay {
            calendar: Arc::clone(&self.seating.calendar),
            floor: Arc::clone(&self.seating.floor),
            blockouts: Arc::clone(&self.seating.blockouts),
            date: self.taken.date,
            claims,
        }
    }
}

impl TakenDay {
    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.claims.size() + self.versions.capacity() * size_of::<(Date, i64)>()
    }
}

/// How many dates matter to the slots of a date: until nothing matters to who comes at one, and the last of those is
/// over who are booked for it, and might be moved.
fn slot_dates(seating: &Seating, date: Date, claims: &[Claim]) -> usize {
    let claims = claims.iter().filter(|claim| claim.service_date == date);
    let ends = claims.map(|claim| claim.free_at);
    let end = ends.chain(seating.calendar.slots_matter_until(date)).max();
    let begin = seating.calendar.span(date).map(|(begin, _)| begin);
    begin
        .zip(end)
        .map_or(0, |(begin, end)| seating.calendar.dates(begin, end).len())
}

/// A date of which nothing was ever taken has no version, and stands for 0.
pub(super) fn version_of(versions: &DayVersions, date: Date) -> i64 {
    let known = versions.iter().find(|(known, _)| *known == date);
    known.map_or(0, |(_, version)| *version)
}
