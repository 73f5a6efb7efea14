//! What can go wrong: refused by a rule, impossible right now, or a fault of ours.

use std::error::Error;

use crate::trouble::Trouble;

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

/// The database cannot be used now. Its text is for the log: it holds no guest's data.
#[derive(Debug, thiserror::Error)]
#[error("the database cannot be used now: {reason}")]
pub struct Unavailable {
    reason: &'static str,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
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
            source: Some(source.into()),
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

/// How a transaction ends when it does not succeed; also what rolls it back.
#[derive(Debug)]
pub(crate) enum Failure<R> {
    Refused(R),
    Database(diesel::result::Error),
    Corrupt(Corrupt),
}

impl<R> From<diesel::result::Error> for Failure<R> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

impl<R> From<Corrupt> for Failure<R> {
    fn from(corrupt: Corrupt) -> Self {
        Self::Corrupt(corrupt)
    }
}

impl<R> From<Failure<R>> for StoreError<R> {
    fn from(failure: Failure<R>) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Corrupt(corrupt) => Self::Internal(corrupt.into()),
            Failure::Database(error) => match Trouble::of(&error) {
                Trouble::ConnectionLost => {
                    Self::Unavailable(Unavailable::because("the connection is lost", error))
                }
                // A race that was lost as often as we try (`retry.rs`) is a sign of too much work.
                Trouble::Busy | Trouble::LostRace => {
                    Self::Unavailable(Unavailable::because("it is too busy", error))
                }
                Trouble::Violates(_) | Trouble::Other => Self::Internal(Internal::Statement(error)),
            },
        }
    }
}
