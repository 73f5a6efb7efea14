//! A service: when guests are taken, for how long, and how many at once.

use jiff::civil::{Date, DateTime, Time};

use crate::bounded::bounded_integer;
use crate::floor::PartySize;

bounded_integer! {
    /// For how long a party has its table.
    TurnTime(u16), 1..=1440, from_minutes, minutes
}

impl TurnTime {
    /// An hour and a half.
    pub(crate) const DEFAULT: Self = Self(90);
}

bounded_integer! {
    /// For how long a table stays empty after a party, to be laid again.
    BufferTime(u16), 0..=240, from_minutes, minutes
}

impl BufferTime {
    /// The next party can come when this one goes.
    pub(crate) const NONE: Self = Self(0);
}

bounded_integer! {
    /// How many parties may start in one interval.
    MaxParties(u16), 1..=1000, new, get
}

bounded_integer! {
    /// How many guests: those who start in one interval, or those who are in the house at once.
    MaxCovers(u16), 1..=10_000, new, get
}

/// For how long parties have their tables, by their size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnTimes {
    /// For parties that are smaller than every step's.
    pub base: TurnTime,
    /// For larger ones, in any order: the step with the largest party that is not larger than the
    /// party counts.
    pub steps: Vec<TurnTimeStep>,
}

/// The turn time from a party size on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnTimeStep {
    /// The smallest party for which it counts.
    pub min_party: PartySize,
    /// For how long it has its table.
    pub turn_time: TurnTime,
}

impl TurnTimes {
    /// One turn time for everybody.
    #[must_use]
    pub const fn all(base: TurnTime) -> Self {
        Self {
            base,
            steps: Vec::new(),
        }
    }

    /// For how long this party has its table.
    #[must_use]
    pub fn of(&self, party: PartySize) -> TurnTime {
        let steps = self.steps.iter().filter(|step| step.min_party <= party);
        steps
            .max_by_key(|step| step.min_party)
            .map_or(self.base, |step| step.turn_time)
    }

    /// Whether two steps begin with the same party: which of them counts would be unclear.
    pub(crate) fn is_ambiguous(&self) -> bool {
        let mut seen = std::collections::HashSet::new();
        !self.steps.iter().all(|step| seen.insert(step.min_party))
    }
}

/// How many may start in one slot interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pacing {
    /// Parties; any number for `None`.
    pub max_parties: Option<MaxParties>,
    /// Guests; any number for `None`.
    pub max_covers: Option<MaxCovers>,
}

impl Pacing {
    /// Whether so many parties and guests are too many for one interval.
    pub(crate) fn is_exceeded_by(&self, parties: i32, covers: i32) -> bool {
        let max_parties = self.max_parties.map(|max| i32::from(max.get()));
        let max_covers = self.max_covers.map(|max| i32::from(max.get()));
        max_parties.is_some_and(|max| max < parties) || max_covers.is_some_and(|max| max < covers)
    }
}

/// When guests are taken on one date, on the restaurant's wall clock, to the minute. A time that is
/// not after the first seating is one of the next day, so that a service may run past midnight, and
/// for a whole day at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServiceHours {
    first_seating: Time,
    last_seating: Option<Time>,
    ends: Time,
}

impl ServiceHours {
    /// Hours with a first seating, a last one, and an end. Without a last seating every party is
    /// seated whose turn is over by the end. `None` where the last seating is not before the end.
    #[must_use]
    pub fn new(first_seating: Time, last_seating: Option<Time>, ends: Time) -> Option<Self> {
        let hours = Self {
            first_seating,
            last_seating,
            ends,
        };
        let last = hours.last_seating.map(|last| hours.minutes_until(last));
        last.is_none_or(|last| last < hours.minutes())
            .then_some(hours)
    }

    /// The first time at which a party is seated.
    #[must_use]
    pub const fn first_seating(&self) -> Time {
        self.first_seating
    }

    /// The last time at which a party is seated, if there is another than the turn's.
    #[must_use]
    pub const fn last_seating(&self) -> Option<Time> {
        self.last_seating
    }

    /// When turns have to be over.
    #[must_use]
    pub const fn ends(&self) -> Time {
        self.ends
    }

    /// How long it is, in minutes of the wall clock: 1–1,440.
    pub(crate) fn minutes(&self) -> i32 {
        match self.minutes_until(self.ends) {
            0 => DAY_MINUTES,
            minutes => minutes,
        }
    }

    /// The minute of the day of the first seating.
    pub(crate) fn first_minute(&self) -> i32 {
        minute_of_day(self.first_seating)
    }

    fn minutes_until(&self, time: Time) -> i32 {
        (minute_of_day(time) - self.first_minute()).rem_euclid(DAY_MINUTES)
    }

    /// The hours on a date. `None` at the end of the calendar.
    pub(crate) fn on(&self, date: Date) -> Option<DatedHours> {
        let tomorrow = date.tomorrow().ok()?;
        let at = |time: Time| {
            let date = if time > self.first_seating {
                date
            } else {
                tomorrow
            };
            date.to_datetime(time)
        };
        Some(DatedHours {
            first_seating: date.to_datetime(self.first_seating),
            last_seating: self.last_seating.map(|last| {
                if last == self.first_seating {
                    date.to_datetime(last)
                } else {
                    at(last)
                }
            }),
            ends: at(self.ends),
        })
    }
}

/// Service hours on one date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DatedHours {
    pub(crate) first_seating: DateTime,
    pub(crate) last_seating: Option<DateTime>,
    pub(crate) ends: DateTime,
}

impl DatedHours {
    /// Whether the service is at this time.
    pub(crate) fn is_at(&self, wall: DateTime) -> bool {
        (self.first_seating..self.ends).contains(&wall)
    }

    /// The same, and it seats guests still.
    pub(crate) fn takes_guests(&self, wall: DateTime) -> bool {
        self.is_at(wall) && self.last_seating.is_none_or(|last| wall <= last)
    }
}

pub(crate) const DAY_MINUTES: i32 = 24 * 60;

pub(crate) fn minute_of_day(time: Time) -> i32 {
    i32::from(time.hour()) * 60 + i32::from(time.minute())
}

/// What a service is like, on whichever date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// When guests are taken.
    pub hours: ServiceHours,
    /// For how long parties have their tables; as the policy has it for `None`.
    pub turn_times: Option<TurnTimes>,
    /// For how long a table stays empty after a party; as the policy has it for `None`.
    pub buffer: Option<BufferTime>,
    /// How many may start in one interval.
    pub pacing: Pacing,
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::fixtures::party;

    fn at(hour: i8, minute: i8) -> Time {
        time(hour, minute, 0, 0)
    }

    #[test]
    fn the_last_seating_is_before_the_end_also_past_midnight() {
        let hours = |first, last, ends| ServiceHours::new(first, Some(last), ends).is_some();
        assert!(hours(at(18, 0), at(21, 30), at(23, 0)));
        assert!(hours(at(18, 0), at(18, 0), at(18, 0)));
        assert!(hours(at(20, 0), at(1, 0), at(2, 0)));
        assert!(!hours(at(18, 0), at(23, 0), at(23, 0)));
        assert!(!hours(at(18, 0), at(17, 59), at(23, 0)));
        assert!(!hours(at(20, 0), at(2, 30), at(2, 0)));
    }

    #[test]
    fn what_is_not_after_the_first_seating_is_of_the_next_day() {
        let (today, tomorrow) = (date(2027, 12, 31), date(2028, 1, 1));
        let hours = ServiceHours::new(at(20, 0), Some(at(1, 0)), at(2, 0)).expect("it is valid");
        let dated = hours.on(today).expect("the date exists");
        assert_eq!(dated.first_seating, today.at(20, 0, 0, 0));
        assert_eq!(dated.last_seating, Some(tomorrow.at(1, 0, 0, 0)));
        assert_eq!(dated.ends, tomorrow.at(2, 0, 0, 0));
        let only = ServiceHours::new(at(18, 0), Some(at(18, 0)), at(18, 0)).expect("it is valid");
        let dated = only.on(today).expect("the date exists");
        assert_eq!(dated.last_seating, Some(today.at(18, 0, 0, 0)));
        assert_eq!(dated.ends, tomorrow.at(18, 0, 0, 0));
        assert_eq!(only.minutes(), 1440);
        assert!(hours.on(Date::MAX).is_none());
    }

    #[test]
    fn the_turn_is_that_of_the_largest_step_that_the_party_reaches() {
        let step = |guests, minutes| TurnTimeStep {
            min_party: party(guests),
            turn_time: TurnTime::from_minutes(minutes).expect("it is in range"),
        };
        let mut turns = TurnTimes::all(TurnTime::from_minutes(75).expect("it is in range"));
        assert_eq!(turns.of(party(20)).minutes(), 75);
        turns.steps = vec![step(7, 150), step(3, 105)];
        let minutes = [1, 2, 3, 6, 7, 20].map(|guests| turns.of(party(guests)).minutes());
        assert_eq!(minutes, [75, 75, 105, 105, 150, 150]);
        assert!(!turns.is_ambiguous());
        turns.steps.push(step(3, 90));
        assert!(turns.is_ambiguous());
    }
}
