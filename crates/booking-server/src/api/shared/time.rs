//! Wall-clock times.

use booking_api::types::{BookingTime, ClockTime};
use jiff::civil::Time;

use super::BreaksContract;

/// The time that a request names: `19:00`, and `9:00` for nine in the morning.
pub(crate) fn time(wire: &BookingTime) -> Time {
    let (hour, minute) = wire.as_str().split_once(':').unwrap_or_default();
    // The contract's pattern leaves nothing else than two numbers in range.
    let number = |text: &str| text.parse::<i8>().unwrap_or_default();
    Time::new(number(hour), number(minute), 0, 0).unwrap_or_default()
}

/// The time of an answer: always two digits and two digits.
pub(crate) fn clock_time(time: Time) -> Result<ClockTime, BreaksContract> {
    let text = format!("{:02}:{:02}", time.hour(), time.minute());
    ClockTime::try_from(text).map_err(BreaksContract::at("a time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_may_have_one_digit_and_is_answered_with_two() {
        for (wire, shown) in [("9:05", "09:05"), ("09:05", "09:05"), ("23:59", "23:59")] {
            let read = time(&BookingTime::try_from(wire).unwrap());
            assert_eq!(clock_time(read).unwrap().as_str(), shown);
        }
    }
}
