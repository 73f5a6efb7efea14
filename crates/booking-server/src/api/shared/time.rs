//! Wall-clock times.

use booking_api::types::{BookingTime, ClockTime};
use contract_runtime::rules::{BoundedText, TextRules, is_same_text};
use jiff::civil::Time;

use super::{BreaksContract, IntoDomain};

impl IntoDomain<Time> for BookingTime {
    /// The time that a request names: `19:00`, and `9:00` for nine in the morning.
    fn into_domain(self) -> Time {
        const {
            let pattern = match BookingTime::RULES.pattern {
                Some(pattern) => pattern,
                None => "",
            };
            assert!(
                is_same_text(pattern, r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$"),
                "what is read below is not what the contract says of BookingTime"
            );
        }
        let number = |text: &str| text.parse::<i8>().ok();
        let (hour, minute) = self.as_str().split_once(':').expect(PROVED);
        let time = number(hour)
            .zip(number(minute))
            .and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
        time.expect(PROVED)
    }
}

const PROVED: &str = "the pattern, which is compared above, leaves hours and minutes in range";

/// A time as an answer writes it: two digits and two digits.
struct HoursAndMinutes(String);

impl BoundedText for HoursAndMinutes {
    const RULES: TextRules = TextRules {
        min_length: Some(5),
        max_length: Some(5),
        pattern: Some("^([01][0-9]|2[0-3]):[0-5][0-9]$"),
        format: None,
    };

    fn into_string(self) -> String {
        self.0
    }
}

/// The time of an answer. One that is no whole minute would be told as another.
pub(crate) fn clock_time(time: Time) -> Result<ClockTime, BreaksContract> {
    if time.second() != 0 || time.subsec_nanosecond() != 0 {
        return Err(BreaksContract::new("a time", "is no whole minute"));
    }
    let text = format!("{:02}:{:02}", time.hour(), time.minute());
    Ok(ClockTime::from_bounded(HoursAndMinutes(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_may_have_one_digit_and_is_answered_with_two() {
        for (wire, shown) in [("9:05", "09:05"), ("09:05", "09:05"), ("23:59", "23:59")] {
            let read = BookingTime::try_from(wire).unwrap().into_domain();
            assert_eq!(clock_time(read).unwrap().as_str(), shown);
        }
    }

    #[test]
    fn a_time_between_two_minutes_is_not_answered_as_another() {
        assert!(clock_time(Time::constant(19, 0, 30, 0)).is_err());
        assert!(clock_time(Time::constant(19, 0, 0, 1)).is_err());
    }
}
