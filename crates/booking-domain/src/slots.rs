//! The starts that a date has, whether anything is free at them or not.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};

use crate::restaurant::{OpeningPeriod, Restaurant};
use crate::service_day::{after, instant};

/// A start that a date has, and the occupancy of a party that comes then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Start {
    /// On the restaurant's wall clock.
    pub(crate) time: Time,
    /// When that is.
    pub(crate) starts_at: Timestamp,
    /// A turn later.
    pub(crate) ends_at: Timestamp,
}

/// All starts whose wall clock shows `date`, in order of time.
///
/// A period has a start at its beginning and at every interval from there, as long as a turn
/// ends by closing. Of a period that runs past midnight, the late starts belong to the date
/// that the wall clock shows then: a table at half past midnight in Saturday's dinner is booked
/// for Sunday. Where the clock is set forward, a wall-clock time that does not exist is no
/// start; where it is set back, the first of the two is.
pub(crate) fn starts(restaurant: &Restaurant, date: Date) -> Vec<Start> {
    let mut starts: Vec<Start> = [date.yesterday().ok(), Some(date)]
        .into_iter()
        .flatten()
        .flat_map(|begins_on| {
            restaurant
                .opening_hours
                .iter()
                .filter(move |period| period.day == begins_on.weekday())
                .filter_map(move |period| Service::of(restaurant, begins_on, period))
        })
        .flat_map(|service| service.starts(restaurant, date))
        .collect();
    starts.sort_by_key(|start| (start.time, start.starts_at));
    // Two periods that overlap have some starts in common.
    starts.dedup();
    starts
}

/// A period on one of its days.
struct Service {
    opens: DateTime,
    closes: DateTime,
    /// When the wall clock shows that it closes. A turn is so many minutes long on every day;
    /// whether it ends by closing is a matter of instants, not of wall clocks.
    closes_at: Timestamp,
}

impl Service {
    fn of(restaurant: &Restaurant, begins_on: Date, period: &OpeningPeriod) -> Option<Self> {
        let closes_on = if period.closes > period.opens {
            begins_on
        } else {
            begins_on.tomorrow().ok()?
        };
        let closes = closes_on.to_datetime(period.closes);
        Some(Self {
            opens: begins_on.to_datetime(period.opens),
            closes,
            closes_at: instant(restaurant, closes)?,
        })
    }

    /// The starts on `date`. They are counted on the wall clock: a period from 18:00 to 23:00
    /// is that on every day, however long the day is.
    fn starts(self, restaurant: &Restaurant, date: Date) -> impl Iterator<Item = Start> {
        // An interval of nothing would never end.
        let interval = i64::from(restaurant.slot_interval_minutes.max(1)).minutes();
        std::iter::successors(Some(self.opens), move |wall| {
            wall.checked_add(interval).ok()
        })
        .take_while(move |wall| *wall < self.closes)
        .filter(move |wall| wall.date() == date)
        .filter_map(move |wall| start(restaurant, wall))
        .filter(move |start| start.ends_at <= self.closes_at)
    }
}

fn start(restaurant: &Restaurant, wall: DateTime) -> Option<Start> {
    let starts_at = instant(restaurant, wall)?;
    // In a gap the instant reads otherwise on the wall clock.
    let reads = restaurant.time_zone.zone().to_datetime(starts_at);
    let ends_at = after(starts_at, restaurant.turn_minutes)?;
    (reads == wall).then_some(Start {
        time: wall.time(),
        starts_at,
        ends_at,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::fixtures::{restaurant, with_hours};

    fn times(restaurant: &Restaurant, date: Date) -> Vec<String> {
        starts(restaurant, date)
            .iter()
            .map(|start| start.time.strftime("%H:%M").to_string())
            .collect()
    }

    #[test]
    fn the_last_start_ends_by_closing() {
        // Turns of 90 minutes, every half hour, open from 18:00 to 21:00.
        let house = with_hours("Europe/Berlin", time(18, 0, 0, 0), time(21, 0, 0, 0));
        assert_eq!(
            times(&house, date(2027, 2, 15)),
            ["18:00", "18:30", "19:00", "19:30"]
        );
    }

    #[test]
    fn a_closed_day_has_no_starts() {
        let mut house = restaurant("Europe/Berlin");
        house.opening_hours.clear();
        assert!(times(&house, date(2027, 2, 15)).is_empty());
    }

    #[test]
    fn starts_past_midnight_belong_to_the_date_that_the_clock_shows() {
        let mut house = with_hours("Europe/Berlin", time(22, 0, 0, 0), time(2, 30, 0, 0));
        let monday = date(2027, 2, 15);
        house
            .opening_hours
            .retain(|period| period.day == monday.weekday());
        assert_eq!(times(&house, monday), ["22:00", "22:30", "23:00", "23:30"]);
        let tuesday = date(2027, 2, 16);
        assert_eq!(times(&house, tuesday), ["00:00", "00:30", "01:00"]);
    }

    #[test]
    fn a_time_that_the_clock_skips_is_no_start() {
        // On 28 March 2027 Berlin's clocks go from 02:00 to 03:00.
        let house = with_hours("Europe/Berlin", time(1, 0, 0, 0), time(5, 30, 0, 0));
        let times = times(&house, date(2027, 3, 28));
        assert_eq!(times, ["01:00", "01:30", "03:00", "03:30", "04:00"]);
    }

    #[test]
    fn of_a_time_that_the_clock_shows_twice_the_first_is_meant() {
        // On 31 October 2027 Berlin's clocks go from 03:00 back to 02:00.
        let house = with_hours("Europe/Berlin", time(2, 0, 0, 0), time(4, 0, 0, 0));
        let starts = starts(&house, date(2027, 10, 31));
        let first = starts.first().expect("there is one");
        assert_eq!(first.starts_at.to_string(), "2027-10-31T00:00:00Z");
        assert_eq!(starts.len(), 2);
    }

    #[test]
    fn a_turn_ends_by_closing_on_a_night_that_is_an_hour_short() {
        // Turns of two hours, from Saturday 18:00 to 04:00; at 02:00 it becomes 03:00.
        let mut house = with_hours("Europe/Berlin", time(18, 0, 0, 0), time(4, 0, 0, 0));
        house.turn_minutes = 120;
        assert_eq!(
            times(&house, date(2027, 3, 28))[..4],
            ["00:00", "00:30", "01:00", "18:00"]
        );
    }

    #[test]
    fn hours_stay_where_they_are_when_the_clock_changes() {
        let house = with_hours("America/New_York", time(18, 0, 0, 0), time(20, 0, 0, 0));
        for date in [date(2027, 3, 13), date(2027, 3, 14), date(2027, 11, 7)] {
            assert_eq!(times(&house, date), ["18:00", "18:30"]);
        }
    }

    #[test]
    fn the_ends_of_the_calendar_have_no_starts_and_no_panic() {
        let house = with_hours("Pacific/Kiritimati", time(18, 0, 0, 0), time(2, 0, 0, 0));
        for date in [Date::MIN, Date::MAX] {
            let _ = times(&house, date);
        }
    }
}
