//! What the database's constraints mean: the one table from their names to what is done
//! about a violation.

use std::convert::Infallible;

/// What the violation of a constraint means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConstraintViolation {
    /// Another booking or hold has taken the table in the meantime: decide again on what is there now.
    TableTaken,
    /// A reference drawn at random is in use: draw again.
    ReferenceTaken,
}

/// The constraints whose violation is not a fault of ours. All others guard what the domain
/// and the contract have made sure of before: breaking them is an internal error.
const MEANINGS: [(&str, ConstraintViolation); 4] = [
    // The same time to the microsecond: whichever of the two indexes is asked first.
    ("occupancies_pkey", ConstraintViolation::TableTaken),
    ("occupancies_no_overlap", ConstraintViolation::TableTaken),
    (
        "bookings_public_id_key",
        ConstraintViolation::ReferenceTaken,
    ),
    (
        "bookings_confirmation_code_key",
        ConstraintViolation::ReferenceTaken,
    ),
];

impl ConstraintViolation {
    /// What the violation of this constraint means, if it may happen.
    pub(crate) fn from_constraint(name: &str) -> Option<Self> {
        MEANINGS
            .iter()
            .find(|(constraint, _)| *constraint == name)
            .map(|(_, violation)| *violation)
    }
}

/// What an operation refuses when a violation is still there after every attempt. Where it
/// refuses nothing, the violation is a fault of ours.
pub(crate) trait FromViolation: Sized {
    /// The refusal, if the violation is one.
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        let _ = violation;
        None
    }
}

impl FromViolation for Infallible {}
