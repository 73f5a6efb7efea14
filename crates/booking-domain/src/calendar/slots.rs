//! The slots that a date has, whether anything is free at them or not.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};

use super::{RestaurantCalendar, turn_end};
use crate::policy::OpeningPeriod;

/// A time of a date at which a party could come, and the turn that it would have then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CandidateSlot {
    /// On the restaurant's wall clock.
    pub(crate) time: Time,
    /// The instant of `time`.
    pub(crate) starts_at: Timestamp,
    /// A turn later.
    pub(crate) ends_at: Timestamp,
}

impl RestaurantCalendar {
    /// All slots whose wall clock shows `date`, in order of time.
    ///
    /// A period has a slot at its beginning and at every interval from there, as long as a turn
    /// ends by closing. Of a period that runs past midnight, the late slots belong to the date
    /// that the wall clock shows then: a table at half past midnight in Saturday's dinner is
    /// booked for Sunday. Where the clock is set forward, a wall-clock time that does not exist
    /// is no slot; where it is set back, the first of the two is.
    pub(crate) fn candidate_slots(&self, date: Date) -> Vec<CandidateSlot> {
        let mut slots: Vec<CandidateSlot> = [date.yesterday().ok(), Some(date)]
            .into_iter()
            .flatten()
            .flat_map(|begins_on| {
                self.policy
                    .opening_hours
                    .iter()
                    .filter(move |period| period.day == begins_on.weekday())
                    .filter_map(move |period| self.service(begins_on, period))
            })
            .flat_map(|service| self.slots_of(service, date))
            .collect();
        slots.sort_by_key(|slot| (slot.time, slot.starts_at));
        // Two periods that overlap have some slots in common.
        slots.dedup();
        slots
    }

    fn service(&self, begins_on: Date, period: &OpeningPeriod) -> Option<Service> {
        let closes_on = if period.closes > period.opens {
            begins_on
        } else {
            begins_on.tomorrow().ok()?
        };
        let closes = closes_on.to_datetime(period.closes);
        Some(Service {
            opens: begins_on.to_datetime(period.opens),
            closes,
            closes_at: self.instant(closes)?,
        })
    }

    /// The slots on `date`. They are counted on the wall clock: a period from 18:00 to 23:00
    /// is that on every day, however long the day is.
    fn slots_of(&self, service: Service, date: Date) -> impl Iterator<Item = CandidateSlot> {
        let interval = i64::from(self.policy.slot_interval.minutes()).minutes();
        std::iter::successors(Some(service.opens), move |wall| {
            wall.checked_add(interval).ok()
        })
        .take_while(move |wall| *wall < service.closes)
        .filter(move |wall| wall.date() == date)
        .filter_map(move |wall| self.slot(wall))
        .filter(move |slot| slot.ends_at <= service.closes_at)
    }

    fn slot(&self, wall: DateTime) -> Option<CandidateSlot> {
        let starts_at = self.instant(wall)?;
        // In a gap the instant reads otherwise on the wall clock.
        let exists = self.wall_clock(starts_at) == wall;
        let ends_at = turn_end(starts_at, self.policy.turn_time)?;
        exists.then_some(CandidateSlot {
            time: wall.time(),
            starts_at,
            ends_at,
        })
    }
}

/// An opening period on one of its days.
#[derive(Debug, Clone, Copy)]
struct Service {
    opens: DateTime,
    closes: DateTime,
    /// When the wall clock shows that it closes. A turn is so many minutes long on every day;
    /// whether it ends by closing is a matter of instants, not of wall clocks.
    closes_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::fixtures::{calendar_of, policy, policy_with_hours};
    use crate::policy::BookingPolicy;
    use crate::policy::TurnTime;

    fn times(policy: &BookingPolicy, date: Date) -> Vec<String> {
        calendar_of(policy)
            .candidate_slots(date)
            .iter()
            .map(|slot| slot.time.strftime("%H:%M").to_string())
            .collect()
    }

    #[test]
    fn the_last_slot_ends_by_closing() {
        // Turns of 90 minutes, every half hour, open from 18:00 to 21:00.
        let policy = policy_with_hours("Europe/Berlin", time(18, 0, 0, 0), time(21, 0, 0, 0));
        assert_eq!(
            times(&policy, date(2027, 2, 15)),
            ["18:00", "18:30", "19:00", "19:30"]
        );
    }

    #[test]
    fn a_closed_day_has_no_slots() {
        let mut policy = policy("Europe/Berlin");
        policy.opening_hours.clear();
        assert!(times(&policy, date(2027, 2, 15)).is_empty());
    }

    #[test]
    fn slots_past_midnight_belong_to_the_date_that_the_clock_shows() {
        let mut policy = policy_with_hours("Europe/Berlin", time(22, 0, 0, 0), time(2, 30, 0, 0));
        let monday = date(2027, 2, 15);
        policy
            .opening_hours
            .retain(|period| period.day == monday.weekday());
        assert_eq!(times(&policy, monday), ["22:00", "22:30", "23:00", "23:30"]);
        let tuesday = date(2027, 2, 16);
        assert_eq!(times(&policy, tuesday), ["00:00", "00:30", "01:00"]);
    }

    #[test]
    fn a_time_that_the_clock_skips_is_no_slot() {
        // On 28 March 2027 Berlin's clocks go from 02:00 to 03:00.
        let policy = policy_with_hours("Europe/Berlin", time(1, 0, 0, 0), time(5, 30, 0, 0));
        let times = times(&policy, date(2027, 3, 28));
        assert_eq!(times, ["01:00", "01:30", "03:00", "03:30", "04:00"]);
    }

    #[test]
    fn of_a_time_that_the_clock_shows_twice_the_first_is_meant() {
        // On 31 October 2027 Berlin's clocks go from 03:00 back to 02:00.
        let policy = policy_with_hours("Europe/Berlin", time(2, 0, 0, 0), time(4, 0, 0, 0));
        let slots = calendar_of(&policy).candidate_slots(date(2027, 10, 31));
        let first = slots.first().expect("there is one");
        assert_eq!(first.starts_at.to_string(), "2027-10-31T00:00:00Z");
        assert_eq!(slots.len(), 2);
    }

    #[test]
    fn a_turn_ends_by_closing_on_a_night_that_is_an_hour_short() {
        // Turns of two hours, from Saturday 18:00 to 04:00; at 02:00 it becomes 03:00.
        let mut policy = policy_with_hours("Europe/Berlin", time(18, 0, 0, 0), time(4, 0, 0, 0));
        policy.turn_time = TurnTime::from_minutes(120).expect("it is in range");
        assert_eq!(
            times(&policy, date(2027, 3, 28))[..4],
            ["00:00", "00:30", "01:00", "18:00"]
        );
    }

    #[test]
    fn hours_stay_where_they_are_when_the_clock_changes() {
        let policy = policy_with_hours("America/New_York", time(18, 0, 0, 0), time(20, 0, 0, 0));
        for date in [date(2027, 3, 13), date(2027, 3, 14), date(2027, 11, 7)] {
            assert_eq!(times(&policy, date), ["18:00", "18:30"]);
        }
    }

    #[test]
    fn the_ends_of_the_calendar_have_no_slots_and_no_panic() {
        let policy = policy_with_hours("Pacific/Kiritimati", time(18, 0, 0, 0), time(2, 0, 0, 0));
        for date in [Date::MIN, Date::MAX] {
            let _ = times(&policy, date);
        }
    }
}
