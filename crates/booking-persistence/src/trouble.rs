//! What a database error means for the one who gets it.
//!
//! # Known quirks
//!
//! diesel-async keeps no SQLSTATE. It names most kinds that matter here, but reports
//! deadlocks (40P01), the end of the server (57P01 to 57P03), expired timeouts (57014, 55P03)
//! and a lack of connections (53300) as `Unknown`: they are told by the server's message. A
//! server that speaks another language (`lc_messages`) is therefore not understood, and what
//! would be retried or a 503 becomes an internal error.

use diesel::result::{DatabaseErrorKind, Error};

use crate::constraints::Violation;

/// What a database error means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// A deadlock or a failed serialization: the same transaction can succeed next time.
    LostRace,
    /// A constraint of which we know what to do about it.
    Violates(Violation),
    /// The connection is of no use any more.
    ConnectionLost,
    /// The database answers, but not in time.
    Busy,
    /// Anything else.
    Other,
}

/// The beginnings of messages, and what they mean.
const MESSAGES: [(&str, Trouble); 9] = [
    ("deadlock detected", Trouble::LostRace),
    // What a statement says that was sent behind one that failed. The pipelines are joined in
    // the order in which they are sent, so that the cause comes first; should it ever be
    // hidden, the next attempt shows it or succeeds.
    ("current transaction is aborted", Trouble::LostRace),
    ("terminating connection", Trouble::ConnectionLost),
    ("the database system is", Trouble::ConnectionLost),
    ("canceling statement due to lock timeout", Trouble::Busy),
    (
        "canceling statement due to statement timeout",
        Trouble::Busy,
    ),
    ("sorry, too many clients already", Trouble::Busy),
    ("remaining connection slots are reserved", Trouble::Busy),
    ("too many connections for", Trouble::Busy),
];

impl Trouble {
    /// What this error means.
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::DatabaseError(kind, information) => match kind {
                DatabaseErrorKind::SerializationFailure => Self::LostRace,
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => {
                    Self::ConnectionLost
                }
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ExclusionViolation => {
                    information
                        .constraint_name()
                        .and_then(Violation::of)
                        .map_or(Self::Other, Self::Violates)
                }
                _ => Self::of_message(information.message()),
            },
            Error::BrokenTransactionManager => Self::ConnectionLost,
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::of(commit_error),
            _ => Self::Other,
        }
    }

    fn of_message(message: &str) -> Self {
        MESSAGES
            .iter()
            .find(|(beginning, _)| message.starts_with(beginning))
            .map_or(Self::Other, |(_, trouble)| *trouble)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(message: &str) -> Error {
        Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()))
    }

    #[test]
    fn kinds_that_the_driver_does_not_name_are_told_by_their_message() {
        let of = |message| Trouble::of(&unknown(message));
        assert_eq!(of("deadlock detected"), Trouble::LostRace);
        assert_eq!(
            of("terminating connection due to administrator command"),
            Trouble::ConnectionLost
        );
        assert_eq!(
            of("the database system is starting up"),
            Trouble::ConnectionLost
        );
        assert_eq!(of("canceling statement due to lock timeout"), Trouble::Busy);
        assert_eq!(of("division by zero"), Trouble::Other);
    }

    #[test]
    fn violation_without_a_known_constraint_is_a_fault_of_ours() {
        let error = Error::DatabaseError(
            DatabaseErrorKind::UniqueViolation,
            Box::new("duplicate key".to_owned()),
        );
        assert_eq!(Trouble::of(&error), Trouble::Other);
    }
}
