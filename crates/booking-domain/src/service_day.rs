//! The snapshot on which one decision is made.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};

use crate::ids::{BookingId, TableId};
use crate::restaurant::{DiningTable, Restaurant};

/// One calendar date of one restaurant: everything that decides whether a table is free.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceDay {
    /// The restaurant.
    pub restaurant: Restaurant,
    /// All of its tables, in any order.
    pub tables: Vec<DiningTable>,
    /// The date, in the restaurant's calendar.
    pub date: Date,
    /// Every occupancy that overlaps [`ServiceDay::span`], in any order; more do no harm.
    pub occupancies: Vec<Occupancy>,
}

/// A time in which a table is taken: from its start up to, and without, its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occupancy {
    /// Which table.
    pub table: TableId,
    /// By which booking.
    pub booking: BookingId,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when; at that instant the table is free again.
    pub ends_at: Timestamp,
}

impl Occupancy {
    /// Whether the table is taken at any instant between `starts_at` and, without it, `ends_at`.
    #[must_use]
    pub fn overlaps(&self, starts_at: Timestamp, ends_at: Timestamp) -> bool {
        self.starts_at < ends_at && starts_at < self.ends_at
    }
}

impl ServiceDay {
    /// The time in which a booking on `date` can occupy a table: from the date's midnight to a
    /// turn after its last minute. `None` for a date that no instant has, at the ends of the
    /// calendar; there is nothing to load then, and nothing can be booked.
    #[must_use]
    pub fn span(restaurant: &Restaurant, date: Date) -> Option<(Timestamp, Timestamp)> {
        let tomorrow = date.tomorrow().ok()?;
        let begin = instant(restaurant, date.to_datetime(Time::midnight()))?;
        let end = instant(restaurant, tomorrow.to_datetime(Time::midnight()))?;
        Some((begin, after(end, restaurant.turn_minutes)?))
    }

    /// What date it is at the restaurant.
    pub(crate) fn today(&self, now: Timestamp) -> Date {
        self.restaurant.time_zone.zone().to_datetime(now).date()
    }
}

/// The instant of a wall-clock time. A time that the clock skips is as much later, and of a
/// time that it shows twice the first is meant (RFC 5545, 3.3.5). This is the one place in
/// which wall clocks become instants.
pub(crate) fn instant(restaurant: &Restaurant, wall: DateTime) -> Option<Timestamp> {
    let ambiguous = restaurant.time_zone.zone().to_ambiguous_timestamp(wall);
    ambiguous.compatible().ok()
}

/// The instant so many minutes later.
pub(crate) fn after(instant: Timestamp, minutes: u16) -> Option<Timestamp> {
    instant.checked_add(i64::from(minutes).minutes()).ok()
}
