//! The dining room: tables, the parties that fit at them, and when they are taken.

use jiff::Timestamp;

use crate::bounded::{bounded_integer, bounded_text, is_single_line};
use crate::ids::TableId;

bounded_integer! {
    /// How many guests a booking is for: 1 to 20, as the product's first document has it.
    PartySize(i32), 1..=20, new, get
}

bounded_text! {
    /// What the staff calls a table. No two tables of a restaurant are called alike.
    DiningTableName, 1..=50, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiningTable {
    /// Number of the table.
    pub id: TableId,
    /// The smallest party that is seated at it.
    pub min_party: PartySize,
    /// The largest party that fits.
    pub max_party: PartySize,
}

impl DiningTable {
    /// Whether a party of this size may be seated at this table.
    #[must_use]
    pub fn fits(&self, party: PartySize) -> bool {
        (self.min_party..=self.max_party).contains(&party)
    }
}

/// A time in which a table is taken: half-open, `[starts_at, ends_at)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occupancy {
    /// The table.
    pub table: TableId,
    /// The first instant at which it is taken.
    pub starts_at: Timestamp,
    /// The instant at which it is free again.
    pub ends_at: Timestamp,
}

impl Occupancy {
    /// Whether the table is taken at any instant of `[starts_at, ends_at)`.
    #[must_use]
    pub fn overlaps(&self, starts_at: Timestamp, ends_at: Timestamp) -> bool {
        self.starts_at < ends_at && starts_at < self.ends_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_is_one_to_twenty_guests() {
        let sizes: Vec<Option<i32>> = [-1, 0, 1, 20, 21, 257]
            .map(|guests| PartySize::new(guests).map(PartySize::get))
            .into();
        assert_eq!(sizes, [None, None, Some(1), Some(20), None, None]);
    }
}
