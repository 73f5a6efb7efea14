//! A service date as it was read, with the versions that say whether it still is.

use std::sync::Arc;

use jiff::civil::Date;

use booking_domain::{Booker, Claim, RestaurantId, ServiceDay};

use super::packed_claims::PackedClaims;
use super::seating::Seating;
use crate::tables::booking_days::{DayVersions, RangeVersions};

/// A service date as it was read: right exactly as long as all that decides on it has the versions that it
/// was read with, in whichever process that is.
#[derive(Debug, Clone)]
pub(in crate::operations) struct KnownDay {
    pub(in crate::operations) seating: Seating,
    pub(in crate::operations) date: Date,
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
        Self {
            versions: versions.collect(),
            claims: PackedClaims::pack(date, claims),
            slot_dates: slot_dates.min(dates.len()),
            seating,
            date,
        }
    }

    pub(super) fn restaurant(&self) -> RestaurantId {
        self.seating.restaurant
    }

    /// Every date of which everything is in it.
    pub(super) fn dates(&self) -> Vec<Date> {
        self.versions.iter().map(|(date, _)| *date).collect()
    }

    /// The versions of the dates that matter to the slots of the date.
    pub(super) fn slot_versions(&self) -> &[(Date, i64)] {
        &self.versions[..self.slot_dates]
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
            Booker::Staff => &self.versions,
        };
        self.is_current(versions, now, locked)
    }

    /// Whether these dates still are as they were read, if those are the versions now, but for the next ones
    /// that all of them have been given since. What is granted touches no others.
    pub(super) fn is_current_on(&self, locked: &[Date], now: &RangeVersions) -> bool {
        let versions = self.versions.iter().copied();
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
    pub(super) fn before(mut self, locked: &[Date]) -> Self {
        for (date, version) in &mut self.versions {
            *version -= i64::from(locked.contains(date));
        }
        self
    }

    /// The date with these claims, once these dates have their next versions.
    pub(super) fn after(&self, locked: &[Date], claims: &[Claim]) -> Self {
        let mut day = Self {
            claims: PackedClaims::pack(self.date, claims),
            ..self.clone()
        };
        for (date, version) in &mut day.versions {
            *version += i64::from(locked.contains(date));
        }
        day
    }

    /// What decides on the date, without what those with the numbers `excluded` take.
    pub(in crate::operations) fn service_day(&self, excluded: &[i64]) -> ServiceDay {
        let mut claims = self.claims.unpack();
        if !excluded.is_empty() {
            claims.retain(|claim| !excluded.contains(&claim.key));
        }
        ServiceDay {
            calendar: Arc::clone(&self.seating.calendar),
            floor: Arc::clone(&self.seating.floor),
            blockouts: Arc::clone(&self.seating.blockouts),
            date: self.date,
            claims,
        }
    }

    /// About how many bytes it takes, without how the restaurant seats, which its days share.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.claims.size() + self.versions.capacity() * size_of::<(Date, i64)>()
    }
}

/// How many dates matter to the slots of a date: until the last of those is over who come at one, or are booked
/// for it, and might be moved.
fn slot_dates(seating: &Seating, date: Date, claims: &[Claim]) -> usize {
    let claims = claims.iter().filter(|claim| claim.service_date == date);
    let ends = claims.map(|claim| claim.free_at);
    let end = ends.chain(seating.calendar.last_free_at(date)).max();
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
