//! How often a transaction is tried, and how long it waits in between.

use std::time::Duration;

use super::database_error::DatabaseErrorKind;

/// How often a transaction is tried, and how long it waits in between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryPolicy {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
}

/// Each new attempt sees what the winner of the last race has written, so that losing five times
/// takes many rivals at the same moment. The waits are as short as a transaction is long.
pub(crate) const TRANSACTION_RETRY_POLICY: RetryPolicy = RetryPolicy {
    max_attempts: 5,
    base_delay: Duration::from_millis(2),
    max_delay: Duration::from_millis(50),
};

impl RetryPolicy {
    /// Whether another attempt may succeed where `attempts` of them have failed, the last one
    /// like this.
    pub(crate) const fn should_retry(self, attempts: u32, kind: DatabaseErrorKind) -> bool {
        match kind {
            DatabaseErrorKind::Retryable | DatabaseErrorKind::Violation(_) => {
                attempts < self.max_attempts
            }
            DatabaseErrorKind::ConnectionLost
            | DatabaseErrorKind::Timeout
            | DatabaseErrorKind::TooManyConnections
            | DatabaseErrorKind::NoSpace
            | DatabaseErrorKind::Other => false,
        }
    }

    /// How long to wait after so many attempts: any time up to a limit that doubles with each
    /// attempt, so that those who have lost to each other do not meet again. `random` is evenly
    /// distributed over all numbers.
    pub(crate) fn delay(self, attempts: u32, random: u32) -> Duration {
        let doubled = self.base_delay.saturating_mul(1 << attempts.min(16));
        let limit = doubled.min(self.max_delay);
        limit.mul_f64(f64::from(random) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::connection::ConstraintViolation;

    const POLICY: RetryPolicy = TRANSACTION_RETRY_POLICY;

    #[test]
    fn what_another_attempt_can_change_is_retried_a_bounded_number_of_times() {
        for kind in [
            DatabaseErrorKind::Retryable,
            DatabaseErrorKind::Violation(ConstraintViolation::TableTaken),
        ] {
            let retried = (1..100).take_while(|attempts| POLICY.should_retry(*attempts, kind));
            assert_eq!(retried.count(), 4);
        }
    }

    #[test]
    fn what_may_have_happened_or_takes_long_is_not_retried() {
        for kind in [
            DatabaseErrorKind::ConnectionLost,
            DatabaseErrorKind::Timeout,
            DatabaseErrorKind::TooManyConnections,
            DatabaseErrorKind::NoSpace,
            DatabaseErrorKind::Other,
        ] {
            assert!(!POLICY.should_retry(1, kind));
        }
    }

    #[test]
    fn the_longest_wait_doubles_up_to_a_limit_and_the_shortest_is_none() {
        let longest = [1, 2, 3, 4, 5, 1000].map(|attempts| POLICY.delay(attempts, u32::MAX));
        assert_eq!(longest, [4, 8, 16, 32, 50, 50].map(Duration::from_millis));
        assert_eq!(POLICY.delay(3, 0), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn every_wait_is_within_the_limit(attempts: u32, random: u32) {
            prop_assert!(POLICY.delay(attempts, random) <= POLICY.max_delay);
        }
    }
}
