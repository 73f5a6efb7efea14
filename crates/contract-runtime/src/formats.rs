//! The formats of RFC 3339, 3986, 4122 and 5321 in which values travel, read strictly: what
//! a library reads beyond the RFC is refused.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, tz};
use uuid::Uuid;

/// A full-date of RFC 3339: `2026-02-15`.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    has_shape(text, "dddd-dd-dd")
        .then(|| text.parse().ok())
        .flatten()
}

/// Whether `date` has a year that RFC 3339 can write: 0 to 9999.
#[must_use]
pub fn is_writable_date(date: Date) -> bool {
    date.year() >= 0
}

/// A date-time of RFC 3339 with its offset: `2026-02-08T18:30:00Z`.
#[must_use]
pub fn parse_date_time(text: &str) -> Option<Timestamp> {
    let (date_and_time, _) = split_offset(text)?;
    let (whole, fraction) = split_fraction(date_and_time);
    let well_formed = has_shape(&whole.to_ascii_uppercase(), "dddd-dd-ddTdd:dd:dd")
        && fraction
        && text.get(11..).is_some_and(is_time);
    let instant: Timestamp = well_formed.then(|| text.to_ascii_uppercase().parse().ok())??;
    is_writable_instant(instant).then_some(instant)
}

/// Whether `instant` has a year that RFC 3339 can write: 0 to 9999, in UTC.
#[must_use]
pub fn is_writable_instant(instant: Timestamp) -> bool {
    tz::Offset::UTC.to_datetime(instant).year() >= 0
}

/// A time on a wall clock, in whole minutes: `19:00`, and `9:00` for nine in the morning.
#[must_use]
pub fn parse_wall_clock_time(text: &str) -> Option<Time> {
    let well_formed = has_shape(text, "d:dd") || has_shape(text, "dd:dd");
    let (hour, minute) = text.split_once(':').filter(|_| well_formed)?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// A UUID in its hyphenated form.
#[must_use]
pub fn parse_uuid(text: &str) -> Option<Uuid> {
    (text.len() == 36)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
}

/// Whether `text` is a mailbox of RFC 5321. (Addresses beyond ASCII are RFC 6531's, for which
/// JSON Schema has another format, `idn-email`.)
#[must_use]
pub fn is_email(text: &str) -> bool {
    let options = email_address::Options::default().without_display_text();
    text.is_ascii() && email_address::EmailAddress::parse_with_options(text, options).is_ok()
}

/// Whether `text` is an absolute URI of RFC 3986.
#[must_use]
pub fn is_uri(text: &str) -> bool {
    iri_string::types::UriStr::new(text).is_ok()
}

/// Whether `text` is a full-time of RFC 3339: `19:00:00Z`, `19:00:00.5+01:00`.
#[must_use]
pub fn is_time(text: &str) -> bool {
    let Some((time, offset)) = split_offset(text) else {
        return false;
    };
    let (whole, fraction) = split_fraction(time);
    // A second of 60 is a leap second: civil time has none, and RFC 3339 has it at the end of a
    // day of UTC only.
    let civil = match whole.strip_suffix(":60") {
        Some(minutes) => is_last_minute_of_a_day(minutes, offset).then(|| format!("{minutes}:59")),
        None => Some(whole.to_owned()),
    };
    let in_range = civil.is_some_and(|civil| civil.parse::<jiff::civil::Time>().is_ok());
    has_shape(whole, "dd:dd:dd") && fraction && in_range
}

/// Whether `hh:mm` at this offset is 23:59 in UTC.
fn is_last_minute_of_a_day(minutes: &str, offset: &str) -> bool {
    let minutes_of = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        Some(hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?)
    };
    let ahead = match offset.strip_prefix('-') {
        Some(behind) => minutes_of(behind).map(|behind| -behind),
        None => minutes_of(offset.trim_start_matches('+')).or(Some(0)),
    };
    minutes_of(minutes)
        .zip(ahead)
        .is_some_and(|(local, ahead)| (local - ahead).rem_euclid(24 * 60) == 24 * 60 - 1)
}

/// Takes `Z` or `±hh:mm` off the end.
fn split_offset(text: &str) -> Option<(&str, &str)> {
    if text.ends_with(['Z', 'z']) {
        return Some(text.split_at(text.len() - 1));
    }
    let (rest, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let in_range = offset.starts_with(['+', '-'])
        && has_shape(hours, "dd")
        && has_shape(minutes, "dd")
        && hours <= "23"
        && minutes <= "59";
    in_range.then_some((rest, offset))
}

/// Takes a fraction of a second off the end, and says whether it is well formed.
fn split_fraction(text: &str) -> (&str, bool) {
    match text.split_once('.') {
        None => (text, true),
        Some((whole, digits)) => {
            let well_formed =
                (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            (whole, well_formed)
        }
    }
}

/// Whether `text` has the shape of `model`, in which `d` stands for a digit.
fn has_shape(text: &str, model: &str) -> bool {
    text.len() == model.len()
        && text
            .bytes()
            .zip(model.bytes())
            .all(|(byte, model)| match model {
                b'd' => byte.is_ascii_digit(),
                other => byte == other,
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_four_two_and_two_digits_that_name_a_day() {
        for good in ["2026-02-15", "2024-02-29", "0000-01-01", "9999-12-31"] {
            assert!(parse_date(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "2026-2-15",
            "20260215",
            "2026-02-30",
            "2025-02-29",
            "2026-13-01",
            "-002026-02-15",
            "2026-02-15T00:00",
            "2026-W07-7",
            " 2026-02-15",
            "2026-02-15\0",
            "２026-02-15",
        ] {
            assert!(parse_date(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn instants_carry_an_offset() {
        for good in [
            "2026-02-08T18:30:00Z",
            "2026-02-08t18:30:00.125z",
            "2026-02-08T18:30:00+05:45",
            "2016-12-31T23:59:60Z",
        ] {
            assert!(parse_date_time(good).is_some(), "{good}");
        }
        for bad in [
            "2026-02-08T18:30:00",
            "2026-02-08 18:30:00Z",
            "2026-02-08T18:30Z",
            "2026-02-08",
            "2026-02-08T25:30:00Z",
            "2026-02-08T18:30:00+0545",
            "2026-02-08T18:30:00+24:00",
            "2026-02-08T18:30:00.Z",
            "2026-02-08T18:30:00Z[UTC]",
            "é",
            "",
        ] {
            assert!(parse_date_time(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn times_carry_an_offset() {
        for good in [
            "19:00:00Z",
            "23:59:60Z",
            "00:59:60+01:00",
            "00:00:00.5-03:30",
        ] {
            assert!(is_time(good), "{good}");
        }
        for bad in [
            "19:00",
            "19:00:00",
            "24:00:00Z",
            "19:60:00Z",
            "9:00:00Z",
            "19:00:61Z",
            "é",
        ] {
            assert!(!is_time(bad), "{bad}");
        }
    }

    #[test]
    fn wall_clock_times_are_whole_minutes_of_one_day() {
        for (good, hour, minute) in [
            ("0:00", 0, 0),
            ("9:05", 9, 5),
            ("09:05", 9, 5),
            ("23:59", 23, 59),
        ] {
            let time = Time::constant(hour, minute, 0, 0);
            assert_eq!(parse_wall_clock_time(good), Some(time), "{good}");
        }
        for bad in [
            "", ":", "24:00", "19:60", "9:5", "019:00", "19:00:00", "+9:00", "-1:00", "１9:00",
            " 9:00",
        ] {
            assert_eq!(parse_wall_clock_time(bad), None, "{bad}");
        }
    }

    #[test]
    fn uuids_are_hyphenated() {
        assert!(parse_uuid("67e55044-10b1-426f-9247-bb680e5fe0c8").is_some());
        assert!(parse_uuid("67e5504410b1426f9247bb680e5fe0c8").is_none());
        assert!(parse_uuid("{67e55044-10b1-426f-9247-bb680e5fe0c8}").is_none());
    }

    #[test]
    fn an_email_is_a_bare_mailbox() {
        assert!(is_email("sarah.chen+table@example.com"));
        for bad in [
            "sarah",
            "@example.com",
            "sarah@",
            "a b@example.com",
            "Sarah <s@example.com>",
            "ü@exämple.com",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn a_uri_is_absolute() {
        assert!(is_uri("https://example.com/a?b#c"));
        for bad in [
            "/a",
            "example.com",
            "http://[::1",
            "http://a b",
            "http://exämple.com",
        ] {
            assert!(!is_uri(bad), "{bad}");
        }
    }
}
