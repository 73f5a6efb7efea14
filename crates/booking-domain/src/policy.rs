//! How a restaurant takes bookings.

use jiff::civil::{Time, Weekday};

use crate::bounded::bounded_integer;
use crate::calendar::TimeZoneName;

bounded_integer! {
    /// How far apart two bookable starts are, counted from the beginning of an opening period.
    SlotInterval(u16), 1..=1440, from_minutes, minutes
}

bounded_integer! {
    /// For how long a party has its table.
    TurnTime(u16), 1..=1440, from_minutes, minutes
}

bounded_integer! {
    /// How many days ahead of today bookings are taken; 0 is today only.
    BookingWindow(u16), 0..=3650, from_days, days
}

/// How a restaurant takes bookings. All dates and times are those of its wall clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingPolicy {
    /// Name of the restaurant's time zone (IANA).
    pub time_zone: TimeZoneName,
    /// When it takes guests, in any order. A day may have several periods, or none.
    pub opening_hours: Vec<OpeningPeriod>,
    /// Distance of two bookable starts, 1–1,440 minutes.
    pub slot_interval: SlotInterval,
    /// Length of a visit, 1–1,440 minutes.
    pub turn_time: TurnTime,
    /// Days ahead of today for which bookings are taken, 0–3,650.
    pub booking_window: BookingWindow,
}

impl BookingPolicy {
    /// The distance of two bookable starts where a restaurant states none: a quarter of an hour.
    pub const DEFAULT_SLOT_INTERVAL: SlotInterval = SlotInterval(15);
    /// The length of a visit where a restaurant states none: an hour and a half.
    pub const DEFAULT_TURN_TIME: TurnTime = TurnTime(90);
    /// For how long ahead bookings are taken where a restaurant states nothing: a year.
    pub const DEFAULT_BOOKING_WINDOW: BookingWindow = BookingWindow(365);
}

/// A weekly period in which guests are taken, on the restaurant's wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpeningPeriod {
    /// The day on which it begins.
    pub day: Weekday,
    /// When it begins, to the minute.
    pub opens: Time,
    /// When it ends, to the minute. A time that is not after [`Self::opens`] is one of the next
    /// day.
    pub closes: Time,
}

const DAY_MINUTES: i32 = 24 * 60;
const WEEK_MINUTES: i32 = 7 * DAY_MINUTES;

impl OpeningPeriod {
    /// The minute of the week at which it begins, from Monday's midnight, and its minutes; those of
    /// the wall clock, as if no day had another length.
    fn minutes_of_week(self) -> (i32, i32) {
        let of_day = |time: Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
        let day = i32::from(self.day.to_monday_zero_offset());
        let length = (of_day(self.closes) - of_day(self.opens)).rem_euclid(DAY_MINUTES);
        let length = if length == 0 { DAY_MINUTES } else { length };
        (day * DAY_MINUTES + of_day(self.opens), length)
    }

    /// Whether the other one begins within this one.
    fn holds_the_beginning_of(self, other: Self) -> bool {
        let (begins, length) = self.minutes_of_week();
        (other.minutes_of_week().0 - begins).rem_euclid(WEEK_MINUTES) < length
    }
}

/// Whether two of these periods have a minute of the week in common.
pub(crate) fn overlap_in_a_week(periods: &[OpeningPeriod]) -> bool {
    periods.iter().enumerate().any(|(index, one)| {
        let others = &periods[index + 1..];
        others
            .iter()
            .any(|other| one.holds_the_beginning_of(*other) || other.holds_the_beginning_of(*one))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// The minutes of the week that a period takes, counted one by one.
    fn minutes(period: &OpeningPeriod) -> Vec<i32> {
        let minute = |time: Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
        let (opens, closes) = (minute(period.opens), minute(period.closes));
        let closes = if period.closes > period.opens {
            closes
        } else {
            closes + 24 * 60
        };
        let day = i32::from(period.day.to_monday_one_offset()) - 1;
        (opens..closes)
            .map(|minute| (day * 24 * 60 + minute) % (7 * 24 * 60))
            .collect()
    }

    fn any_period() -> impl Strategy<Value = OpeningPeriod> {
        (1..=7_i8, 0..24_i8, 0..60_i8, 0..24_i8, 0..60_i8).prop_map(
            |(day, opens, opens_minute, closes, closes_minute)| OpeningPeriod {
                day: Weekday::from_monday_one_offset(day).expect("it is a day"),
                opens: jiff::civil::time(opens, opens_minute, 0, 0),
                closes: jiff::civil::time(closes, closes_minute, 0, 0),
            },
        )
    }

    proptest! {
        #[test]
        fn periods_overlap_that_have_a_minute_in_common(
            periods in prop::collection::vec(any_period(), 0..5)
        ) {
            let mut taken = HashSet::new();
            let is_free = |minute: i32| taken.insert(minute);
            let apart = periods.iter().flat_map(minutes).all(is_free);
            prop_assert_eq!(overlap_in_a_week(&periods), !apart);
        }
    }
}
