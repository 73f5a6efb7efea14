//! Transactions that are tried again, a bounded number of times, and never silently.

use crate::error::Failure;
use crate::trouble::Trouble;

/// How often a transaction is tried in all. Each new attempt sees what the winner of the last
/// race has written, so that losing this often takes many rivals at the same moment.
const ATTEMPTS: u32 = 5;

/// The attempts of one operation.
pub(crate) struct Attempts {
    operation: &'static str,
    made: u32,
}

impl Attempts {
    /// None so far.
    pub(crate) const fn of(operation: &'static str) -> Self {
        Self { operation, made: 0 }
    }

    /// Counts an attempt that failed, and says whether the next may succeed.
    pub(crate) fn again<R>(&mut self, failure: &Failure<R>) -> bool {
        self.made += 1;
        let Failure::Database(error) = failure else {
            return false;
        };
        let again = match Trouble::of(error) {
            Trouble::LostRace | Trouble::Violates(_) => self.made < ATTEMPTS,
            Trouble::ConnectionLost | Trouble::Busy | Trouble::Other => false,
        };
        if again {
            tracing::warn!(
                operation = self.operation,
                attempt = self.made,
                error = %error,
                "a transaction is tried again"
            );
        }
        again
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use diesel::result::{DatabaseErrorKind, Error};

    use super::*;

    fn failure(message: &str) -> Failure<Infallible> {
        let information = Box::new(message.to_owned());
        Error::DatabaseError(DatabaseErrorKind::Unknown, information).into()
    }

    #[test]
    fn deadlock_is_retried_a_bounded_number_of_times() {
        let mut attempts = Attempts::of("test");
        let again: Vec<bool> = (0..6)
            .map(|_| attempts.again(&failure("deadlock detected")))
            .collect();
        assert_eq!(again, [true, true, true, true, false, false]);
    }

    #[test]
    fn fault_of_ours_is_not_retried() {
        assert!(!Attempts::of("test").again(&failure("division by zero")));
    }
}
