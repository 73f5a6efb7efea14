//! Places in lists, written so that nobody is tempted to read them.

use std::fmt::Write;

use booking_domain::BoundedText;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};

/// A place in a list: after a certain item, in one order of one choice of items.
///
/// Among bookings, it holds what the item was ordered by, and stays the same place when the item
/// changes or goes. Among restaurants, it holds only the item's number, for a name is too long:
/// it is after the name that the restaurant has by then, and once the restaurant is deleted,
/// the cursor is refused as one of another list
/// ([`CursorOfAnotherList`](crate::CursorOfAnotherList)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// A digest of the filters and the order.
    pub(crate) list: u64,
    /// By what the list is ordered; 0 among restaurants.
    pub(crate) position: i64,
    /// The key of the item, which tells items at the same position apart.
    pub(crate) id: i64,
}

/// A cursor is three numbers of 8 bytes, in hexadecimal.
const DIGITS: usize = 3 * 16;

impl Cursor {
    /// The cursor as a text of 48 letters and digits.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::with_capacity(DIGITS);
        for number in [
            self.list,
            self.position.cast_unsigned(),
            self.id.cast_unsigned(),
        ] {
            // Writing to a string cannot fail.
            let _ = write!(text, "{number:016x}");
        }
        text
    }

    /// The cursor that [`Cursor::encode`] has written as `text`, if it has.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != DIGITS || !text.bytes().all(is_digit) {
            return None;
        }
        let number = |index: usize| u64::from_str_radix(&text[index * 16..][..16], 16).ok();
        Some(Self {
            list: number(0)?,
            position: number(1)?.cast_signed(),
            id: number(2)?.cast_signed(),
        })
    }
}

impl BoundedText for Cursor {
    const MIN_CHARS: u32 = 48;
    const MAX_CHARS: u32 = 48;
    const PATTERN: &'static str = "^[0-9A-Za-z_-]+$";

    fn into_string(self) -> String {
        self.encode()
    }
}

const MICROSECONDS_OF_A_DAY: i64 = 86_400_000_000;
const FIRST_DAY: Date = Date::constant(1970, 1, 1);

/// A local date and time as a position, in microseconds.
pub(crate) fn position_of(wall: DateTime) -> i64 {
    let days = (wall.date() - FIRST_DAY).get_days();
    let time = wall.time();
    let seconds =
        (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    let microseconds = seconds * 1_000_000 + i64::from(time.subsec_nanosecond() / 1_000);
    i64::from(days) * MICROSECONDS_OF_A_DAY + microseconds
}

/// The local date and time at a position, if there is one.
pub(crate) fn wall_at(position: i64) -> Option<DateTime> {
    let days = position.div_euclid(MICROSECONDS_OF_A_DAY);
    let of_day = position.rem_euclid(MICROSECONDS_OF_A_DAY);
    let days = jiff::Span::new().try_days(days).ok()?;
    let date = FIRST_DAY.checked_add(days).ok()?;
    date.at(0, 0, 0, 0).checked_add(of_day.microseconds()).ok()
}

/// The instant at a position, if there is one.
pub(crate) fn instant_at(position: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(position).ok()
}

/// A digest of filters and an order (FNV-1a). It need not withstand an attacker: a cursor
/// shows nobody anything that the list itself would not.
pub(crate) struct Digest(u64);

impl Digest {
    /// The digest of a list of this kind without filters.
    pub(crate) fn new(list: &str) -> Self {
        Self(0xcbf2_9ce4_8422_2325).text(Some(list))
    }

    /// Takes a filter in, or that there is none.
    pub(crate) fn text(self, text: Option<&str>) -> Self {
        let bytes = text.unwrap_or_default().as_bytes();
        // The length keeps neighbouring texts apart, and the first byte an absent text from
        // an empty one.
        self.bytes(&[u8::from(text.is_some())])
            .bytes(&bytes.len().to_be_bytes())
            .bytes(bytes)
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        let fold = |digest: u64, byte: &u8| {
            (digest ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        };
        Self(bytes.iter().fold(self.0, fold))
    }

    /// The digest.
    pub(crate) const fn finish(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_reads_as_it_was_written(list: u64, position: i64, id: i64) {
            let cursor = Cursor { list, position, id };
            prop_assert_eq!(Cursor::parse(&cursor.encode()), Some(cursor));
        }

        #[test]
        fn any_text_is_a_cursor_or_none(text in "\\PC{0,60}") {
            if let Some(cursor) = Cursor::parse(&text) {
                prop_assert_eq!(cursor.encode(), text);
            }
        }

        #[test]
        fn any_position_is_a_time_or_none(position: i64) {
            if let Some(wall) = wall_at(position) {
                prop_assert_eq!(position_of(wall), position);
            }
            if let Some(instant) = instant_at(position) {
                prop_assert_eq!(instant.as_microsecond(), position);
            }
        }
    }

    #[test]
    fn positions_are_in_the_order_of_the_calendar() {
        let walls = [
            datetime(1969, 12, 31, 23, 59, 0, 0),
            datetime(1970, 1, 1, 0, 0, 0, 0),
            datetime(2027, 2, 15, 19, 0, 0, 0),
            datetime(2027, 2, 15, 19, 15, 0, 0),
        ];
        assert!(walls.is_sorted_by_key(|wall| position_of(*wall)));
        assert!(
            walls
                .iter()
                .all(|wall| wall_at(position_of(*wall)) == Some(*wall))
        );
    }

    #[test]
    fn filters_that_are_written_differently_have_different_digests() {
        let digest = |texts: [Option<&str>; 2]| {
            let [first, second] = texts;
            Digest::new("list").text(first).text(second).finish()
        };
        let digests = [
            digest([None, None]),
            digest([Some(""), None]),
            digest([None, Some("")]),
            digest([Some("ab"), Some("c")]),
            digest([Some("a"), Some("bc")]),
        ];
        for (index, one) in digests.iter().enumerate() {
            assert!(!digests[index + 1..].contains(one));
        }
    }
}
