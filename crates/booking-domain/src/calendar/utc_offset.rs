//! What a wall clock is ahead of UTC.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::bounded::{BoundedText, is_same_pattern};
use crate::policy::SlotInterval;

/// By how much a clock is set at once, at most: that of Casey, in Antarctica.
pub(crate) const LARGEST_CLOCK_CHANGE: SignedDuration = SignedDuration::from_hours(3);

/// What a wall clock is ahead of UTC, in whole minutes: `+02:00`, less than a day either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcOffset {
    minutes: i32,
}

impl UtcOffset {
    /// The offset that is written as `+02:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = text.split_at_checked(1)?;
        let (hours, minutes) = rest.split_once(':')?;
        let is_number = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        let is_written =
            matches!(sign, "+" | "-") && is_number(hours) && is_number(minutes) && hours < "24";
        (is_written && minutes < "60").then(|| Self::from_digits(text.as_bytes()))
    }

    /// The offset for a text of the same pattern, which is proved while this is compiled.
    #[must_use]
    pub fn from_bounded<T: BoundedText>(text: T) -> Self {
        const {
            assert!(
                is_same_pattern(T::PATTERN, Self::PATTERN),
                "the text's pattern is another one than that of UtcOffset"
            );
        }
        Self::from_digits(text.into_string().as_bytes())
    }

    fn from_digits(text: &[u8]) -> Self {
        let digit = |at: usize| {
            text.get(at)
                .map_or(0, |byte| i32::from(byte.wrapping_sub(b'0')))
        };
        let minutes = (digit(1) * 10 + digit(2)) * 60 + digit(4) * 10 + digit(5);
        let is_behind = text.first() == Some(&b'-');
        Self {
            minutes: if is_behind { -minutes } else { minutes },
        }
    }

    /// So many minutes ahead of UTC; less than a day either way.
    #[must_use]
    pub fn from_minutes(minutes: i32) -> Option<Self> {
        (-1439..=1439)
            .contains(&minutes)
            .then_some(Self { minutes })
    }

    /// In minutes.
    #[must_use]
    pub const fn minutes(self) -> i32 {
        self.minutes
    }

    /// What a wall clock with this offset shows.
    pub(crate) fn wall_clock(self, instant: Timestamp) -> DateTime {
        let shown = instant.checked_add(i64::from(self.minutes).minutes());
        TimeZone::UTC.to_datetime(shown.unwrap_or(instant))
    }

    /// The dates that may matter to who comes when the clock shows this, and has the tables from one instant to
    /// another: those that [`crate::RestaurantCalendar::touched_dates`] has are among them, whatever the clock
    /// does meanwhile and however guests are paced.
    pub(crate) fn possible_dates(
        self,
        starts_at: Timestamp,
        (from, to): (Timestamp, Timestamp),
    ) -> Vec<Date> {
        let counted_until = starts_at.checked_add(SlotInterval::MAX.minutes());
        let to = to.max(counted_until.unwrap_or(to));
        // Who sits down late is counted with those who come when they were to.
        let from = from.min(starts_at).checked_sub(LARGEST_CLOCK_CHANGE);
        let to = to.checked_add(LARGEST_CLOCK_CHANGE);
        let first = self.wall_clock(from.unwrap_or(Timestamp::MIN)).date();
        let last = self.wall_clock(to.unwrap_or(Timestamp::MAX)).date();
        first
            .series(1.day())
            .take_while(|date| *date <= last)
            .collect()
    }
}

impl From<Offset> for UtcOffset {
    fn from(offset: Offset) -> Self {
        Self {
            minutes: offset.seconds() / 60,
        }
    }
}

impl BoundedText for UtcOffset {
    const MIN_CHARS: u32 = 6;
    const MAX_CHARS: u32 = 6;
    const PATTERN: &'static str = "^[+-]([01][0-9]|2[0-3]):[0-5][0-9]$";

    fn into_string(self) -> String {
        self.to_string()
    }
}

impl std::fmt::Display for UtcOffset {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.abs();
        write!(formatter, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn offset_is_read_as_it_is_written(minutes in -1439_i32..1440) {
            let offset = UtcOffset::from_minutes(minutes).expect("it is less than a day");
            prop_assert_eq!(UtcOffset::parse(&offset.to_string()), Some(offset));
            let ahead = Offset::from_seconds(minutes * 60).expect("it is in range");
            prop_assert_eq!(UtcOffset::from(ahead), offset);
        }

        #[test]
        fn any_text_is_an_offset_or_none(text in "[+-]?[0-9]{0,3}:?[0-9]{0,3}") {
            let pattern = regex::Regex::new(UtcOffset::PATTERN).expect("it is one");
            prop_assert_eq!(UtcOffset::parse(&text).is_some(), pattern.is_match(&text));
        }
    }
}
