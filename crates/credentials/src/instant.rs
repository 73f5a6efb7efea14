//! Instants that cannot overflow: one that nobody lives to see is the last one that there is.

use jiff::{SignedDuration, Timestamp};

/// The instant `by` after `at`, or the last that can be written.
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_time_is_not_passed() {
        let end = Timestamp::MAX;
        assert_eq!(later(end, SignedDuration::from_hours(1)), end);
        let start = Timestamp::UNIX_EPOCH;
        assert_eq!(later(start, SignedDuration::from_secs(7)).as_second(), 7);
    }
}
