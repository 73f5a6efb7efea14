//! What a database error means for the one who gets it.
//!
//! # Known quirks
//!
//! diesel-async keeps no SQLSTATE. It names most kinds that matter here, but reports
//! deadlocks (40P01), the end of the server (57P01 to 57P03), expired timeouts (57014, 55P03)
//! a lack of connections (53300) and of space (53100) as `Unknown`: they are told by the server's message. A
//! server that speaks another language (`lc_messages`) is therefore not understood, and what
//! would be retried or a 503 becomes an internal error.

use diesel::result::{DatabaseErrorKind as DieselErrorKind, Error};

use super::constraints::ConstraintViolation;

/// What a database error means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatabaseErrorKind {
    /// A deadlock or a failed serialization: the same transaction can succeed next time.
    Retryable,
    /// A constraint of which we know what to do about it.
    Violation(ConstraintViolation),
    /// The connection is of no use any more.
    ConnectionLost,
    /// A statement, or its wait for a lock, has taken too long.
    Timeout,
    /// The server takes no more connections.
    TooManyConnections,
    /// The server's disk is full.
    NoSpace,
    /// Anything else: a fault of ours.
    Other,
}

/// The beginnings of messages, and what they mean.
const MESSAGES: [(&str, DatabaseErrorKind); 11] = [
    ("deadlock detected", DatabaseErrorKind::Retryable),
    // What a statement says that was sent behind one that failed. The pipelines are joined in
    // the order in which they are sent, so that the cause comes first; should it ever be
    // hidden, the next attempt shows it or succeeds.
    (
        "current transaction is aborted",
        DatabaseErrorKind::Retryable,
    ),
    ("terminating connection", DatabaseErrorKind::ConnectionLost),
    ("the database system is", DatabaseErrorKind::ConnectionLost),
    (
        "canceling statement due to lock timeout",
        DatabaseErrorKind::Timeout,
    ),
    (
        "canceling statement due to statement timeout",
        DatabaseErrorKind::Timeout,
    ),
    (
        "sorry, too many clients already",
        DatabaseErrorKind::TooManyConnections,
    ),
    (
        "remaining connection slots are reserved",
        DatabaseErrorKind::TooManyConnections,
    ),
    (
        "too many connections for",
        DatabaseErrorKind::TooManyConnections,
    ),
    // What else can be wrong with a file that grows is the disk, too.
    ("could not extend file", DatabaseErrorKind::NoSpace),
    ("could not write", DatabaseErrorKind::NoSpace),
];

impl DatabaseErrorKind {
    /// What this error means.
    pub(crate) fn from_error(error: &Error) -> Self {
        match error {
            Error::DatabaseError(kind, information) => match kind {
                DieselErrorKind::SerializationFailure => Self::Retryable,
                DieselErrorKind::UnableToSendCommand | DieselErrorKind::ClosedConnection => {
                    Self::ConnectionLost
                }
                DieselErrorKind::UniqueViolation | DieselErrorKind::ExclusionViolation => {
                    information
                        .constraint_name()
                        .and_then(ConstraintViolation::from_constraint)
                        .map_or(Self::Other, Self::Violation)
                }
                _ => Self::from_message(information.message()),
            },
            Error::BrokenTransactionManager => Self::ConnectionLost,
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::from_error(commit_error),
            _ => Self::Other,
        }
    }

    fn from_message(message: &str) -> Self {
        MESSAGES
            .iter()
            .find(|(beginning, _)| message.starts_with(beginning))
            .map_or(Self::Other, |(_, kind)| *kind)
    }

    /// The kind as the metrics name it.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Retryable => "retryable",
            Self::Violation(ConstraintViolation::TableTaken) => "table_taken",
            Self::Violation(ConstraintViolation::ReferenceTaken) => "reference_taken",
            Self::ConnectionLost => "connection_lost",
            Self::Timeout => "timeout",
            Self::TooManyConnections => "too_many_connections",
            Self::NoSpace => "no_space",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(message: &str) -> Error {
        Error::DatabaseError(DieselErrorKind::Unknown, Box::new(message.to_owned()))
    }

    #[test]
    fn kinds_that_the_driver_does_not_name_are_told_by_their_message() {
        let kind = |message| DatabaseErrorKind::from_error(&unknown(message));
        assert_eq!(kind("deadlock detected"), DatabaseErrorKind::Retryable);
        assert_eq!(
            kind("terminating connection due to administrator command"),
            DatabaseErrorKind::ConnectionLost
        );
        assert_eq!(
            kind("the database system is starting up"),
            DatabaseErrorKind::ConnectionLost
        );
        assert_eq!(
            kind("canceling statement due to lock timeout"),
            DatabaseErrorKind::Timeout
        );
        assert_eq!(
            kind("sorry, too many clients already"),
            DatabaseErrorKind::TooManyConnections
        );
        assert_eq!(
            kind("could not extend file \"base/1/2\": No space left on device"),
            DatabaseErrorKind::NoSpace
        );
        assert_eq!(kind("division by zero"), DatabaseErrorKind::Other);
    }

    #[test]
    fn violation_without_a_known_constraint_is_a_fault_of_ours() {
        let error = Error::DatabaseError(
            DieselErrorKind::UniqueViolation,
            Box::new("duplicate key".to_owned()),
        );
        assert_eq!(
            DatabaseErrorKind::from_error(&error),
            DatabaseErrorKind::Other
        );
    }
}
