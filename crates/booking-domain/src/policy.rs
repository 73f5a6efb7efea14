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
