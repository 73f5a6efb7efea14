//! What can go wrong: refused by a rule, impossible right now, or a fault of ours.

use std::error::Error;
use std::io;
use std::sync::Arc;

use crate::connection::{ConstraintViolation, DatabaseErrorKind, FromViolation};

/// Why an operation of the store has not done what it was asked to. Nothing was changed,
/// except that after [`StoreError::Unavailable`] a change may or may not have been made: the
/// connection can break while the database commits.
#[derive(Debug, thiserror::Error)]
pub enum StoreError<R> {
    /// A rule refuses it.
    #[error(transparent)]
    Refused(R),
    /// The database is not there, or too busy. Trying again later can help.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The program and the database disagree: a fault of ours.
    #[error(transparent)]
    Internal(#[from] Internal),
}

/// Why an operation on something that is there, or not, is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OperationRefusal<N, R> {
    /// There is no such thing: [`BookingNotFound`](crate::BookingNotFound), for example.
    #[error(transparent)]
    NotFound(N),
    /// A rule refuses it.
    #[error(transparent)]
    Rule(R),
}

impl<N, R: FromViolation> FromViolation for OperationRefusal<N, R> {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        R::from_violation(violation).map(Self::Rule)
    }
}

/// The database cannot be used now. Its text is for the log: it holds no guest's data.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the database cannot be used now: {reason}")]
pub struct Unavailable {
    reason: &'static str,
    #[source]
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Unavailable {
    pub(crate) const fn new(reason: &'static str) -> Self {
        Self {
            reason,
            source: None,
        }
    }

    pub(crate) fn because(
        reason: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            reason,
            source: Some(source.into().into()),
        }
    }
}

/// A fault of ours. Its text is for the log: it holds no guest's data.
#[derive(Debug, thiserror::Error)]
pub enum Internal {
    /// The database refuses a statement.
    #[error("the database refuses a statement")]
    Statement(#[source] diesel::result::Error),
    /// A row cannot be what it is.
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
    /// What was read is another restaurant's than the one for which the caller has access.
    #[error("what was read belongs to another restaurant")]
    AnotherRestaurant,
    /// The request has a key that settles what is answered: nothing was done, and whoever ends the
    /// request knows (`IdempotentRequest`).
    #[error("the key of the request settles what is answered")]
    Settled,
    /// The key of a request is not used as it has to be.
    #[error("the key of a request: {0}")]
    Claim(&'static str),
    /// There are no random bytes.
    #[error("there are no random bytes")]
    Random(#[source] io::Error),
    /// What has failed for several requests at once.
    #[error(transparent)]
    Shared(Arc<Internal>),
}

/// A value in the database that the rules of the domain exclude.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{column} of the row {row} holds a value that no rule of the domain allows")]
pub struct Corrupt {
    /// The column, with its table: `bookings.status`.
    pub column: &'static str,
    /// The row's key.
    pub row: String,
}

impl Corrupt {
    pub(crate) fn new(column: &'static str, row: impl ToString) -> Self {
        Self {
            column,
            row: row.to_string(),
        }
    }
}

/// How the work on a connection ends when it does not succeed. A transaction is rolled back.
#[derive(Debug)]
pub(crate) enum TransactionError<R> {
    /// A rule refuses it.
    Refused(R),
    /// The database reports an error.
    Database(diesel::result::Error),
    /// What was read or drawn cannot be used.
    Internal(Internal),
}

impl<N, R> TransactionError<OperationRefusal<N, R>> {
    /// What the operation is about is not there.
    pub(crate) const fn not_found(missing: N) -> Self {
        Self::Refused(OperationRefusal::NotFound(missing))
    }

    /// A rule of the domain refuses.
    pub(crate) const fn rule(refusal: R) -> Self {
        Self::Refused(OperationRefusal::Rule(refusal))
    }
}

/// How reading rows ends when it does not succeed.
#[derive(Debug)]
pub enum LoadError {
    /// The database reports an error.
    Database(diesel::result::Error),
    /// A row holds what the domain excludes.
    Corrupt(Corrupt),
}

impl From<diesel::result::Error> for LoadError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Corrupt> for LoadError {
    fn from(corrupt: Corrupt) -> Self {
        Self::Corrupt(corrupt)
    }
}

impl<R> From<LoadError> for TransactionError<R> {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Database(error) => Self::Database(error),
            LoadError::Corrupt(corrupt) => Self::Internal(corrupt.into()),
        }
    }
}

impl<R> From<diesel::result::Error> for TransactionError<R> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

impl<R> From<Corrupt> for TransactionError<R> {
    fn from(corrupt: Corrupt) -> Self {
        Self::Internal(corrupt.into())
    }
}

impl<R> From<Internal> for TransactionError<R> {
    fn from(internal: Internal) -> Self {
        Self::Internal(internal)
    }
}

impl<R: FromViolation> From<TransactionError<R>> for StoreError<R> {
    fn from(error: TransactionError<R>) -> Self {
        let error = match error {
            TransactionError::Refused(refusal) => return Self::Refused(refusal),
            TransactionError::Internal(internal) => return Self::Internal(internal),
            TransactionError::Database(error) => error,
        };
        match DatabaseErrorKind::from_error(&error) {
            DatabaseErrorKind::ConnectionLost => {
                Self::Unavailable(Unavailable::because("the connection is lost", error))
            }
            DatabaseErrorKind::NoSpace => {
                Self::Unavailable(Unavailable::because("its disk is full", error))
            }
            // A race that was lost at every attempt is a sign of too much work.
            DatabaseErrorKind::Timeout
            | DatabaseErrorKind::TooManyConnections
            | DatabaseErrorKind::Retryable => {
                Self::Unavailable(Unavailable::because("it is too busy", error))
            }
            DatabaseErrorKind::Violation(violation) => match R::from_violation(violation) {
                Some(refusal) => Self::Refused(refusal),
                None => Self::Internal(Internal::Statement(error)),
            },
            DatabaseErrorKind::Other => Self::Internal(Internal::Statement(error)),
        }
    }
}
