//! A restaurant's calendar: the one place in which wall clocks become instants.

mod slots;

pub(crate) use slots::CandidateSlot;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

use crate::bounded::bounded_text;
use crate::policy::{BookingPolicy, TurnTime};

bounded_text! {
    /// What a time zone of the IANA database is called: `America/New_York`. Whether the database
    /// has a zone of this name is asked only where its rules are needed.
    TimeZoneName, 1..=64, r"^[0-9A-Za-z_+-]+(/[0-9A-Za-z_+-]+)*$", |text| {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
        text.split('/').all(|part| !part.is_empty() && part.bytes().all(is_word))
    }
}

/// No time zone has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no IANA time zone, such as Europe/Berlin", name.as_str())]
pub struct UnknownTimeZone {
    /// The name.
    pub name: TimeZoneName,
}

impl TimeZoneName {
    /// The name as the database writes it, which finds it in any case.
    ///
    /// # Errors
    /// No time zone has the name.
    pub(crate) fn canonical(self) -> Result<Self, UnknownTimeZone> {
        let zone = TimeZoneDatabase::bundled().get(self.as_str()).ok();
        let name = zone.as_ref().and_then(TimeZone::iana_name);
        match name.and_then(Self::parse) {
            Some(name) => Ok(name),
            None => Err(UnknownTimeZone { name: self }),
        }
    }
}

/// A restaurant's booking policy with the rules of its time zone, which come from the database
/// that this program was built with: the same on every machine.
#[derive(Debug, Clone, PartialEq)]
pub struct RestaurantCalendar {
    policy: BookingPolicy,
    zone: TimeZone,
}

impl RestaurantCalendar {
    /// The calendar of a restaurant with this policy.
    ///
    /// # Errors
    /// No time zone has the policy's name.
    pub fn new(policy: BookingPolicy) -> Result<Self, UnknownTimeZone> {
        match TimeZoneDatabase::bundled().get(policy.time_zone.as_str()) {
            Ok(zone) => Ok(Self { policy, zone }),
            Err(_) => Err(UnknownTimeZone {
                name: policy.time_zone,
            }),
        }
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &BookingPolicy {
        &self.policy
    }

    /// The time in which a booking on `date` can occupy a table: from the date's midnight to a
    /// turn after its last minute. `None` for a date that no instant has, at the ends of the
    /// calendar; there is nothing to load then, and nothing can be booked.
    #[must_use]
    pub fn span(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        let tomorrow = date.tomorrow().ok()?;
        let begin = self.instant(date.to_datetime(Time::midnight()))?;
        let end = self.instant(tomorrow.to_datetime(Time::midnight()))?;
        Some((begin, turn_end(end, self.policy.turn_time)?))
    }

    /// The date that the restaurant's calendar shows.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> Date {
        self.wall_clock(now).date()
    }

    /// What the wall clock shows.
    pub(crate) fn wall_clock(&self, instant: Timestamp) -> DateTime {
        self.zone.to_datetime(instant)
    }

    /// The instant of a wall-clock time. A time that the clock skips is as much later, and of a
    /// time that it shows twice the first is meant (RFC 5545, 3.3.5).
    fn instant(&self, wall: DateTime) -> Option<Timestamp> {
        self.zone.to_ambiguous_timestamp(wall).compatible().ok()
    }
}

/// The instant at which a turn is over.
fn turn_end(starts_at: Timestamp, turn: TurnTime) -> Option<Timestamp> {
    starts_at
        .checked_add(i64::from(turn.minutes()).minutes())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::policy;

    #[test]
    fn a_calendar_needs_a_zone_that_exists() {
        for zone in ["Australia/Lord_Howe", "UTC", "Etc/GMT+5"] {
            assert!(RestaurantCalendar::new(policy(zone)).is_ok(), "{zone}");
        }
        let error = RestaurantCalendar::new(policy("Mars/Olympus")).expect_err("there is none");
        assert!(error.to_string().contains("Mars/Olympus"));
    }
}
