//! What the database's constraints mean: the one table from their names to what is done
//! about a violation.

/// What the violation of a constraint means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Violation {
    /// Another booking has taken the table in the meantime: decide again on what is there now.
    TableTaken,
    /// A name drawn at random is in use: draw again.
    NameTaken,
}

/// The last guard against double bookings.
pub(crate) const NO_OVERLAP: &str = "occupancies_no_overlap";
/// Each booking has a name of its own.
pub(crate) const PUBLIC_ID: &str = "bookings_public_id_key";
/// Each booking has a confirmation code of its own.
pub(crate) const CONFIRMATION_CODE: &str = "bookings_confirmation_code_key";

/// The constraints whose violation is not a fault of ours. All others guard what the domain
/// and the contract have made sure of before: breaking them is an internal error.
const MEANINGS: [(&str, Violation); 3] = [
    (NO_OVERLAP, Violation::TableTaken),
    (PUBLIC_ID, Violation::NameTaken),
    (CONFIRMATION_CODE, Violation::NameTaken),
];

impl Violation {
    /// What the violation of this constraint means, if it may happen.
    pub(crate) fn of(constraint: &str) -> Option<Self> {
        MEANINGS
            .iter()
            .find(|(name, _)| *name == constraint)
            .map(|(_, violation)| *violation)
    }
}
