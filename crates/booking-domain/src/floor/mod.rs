//! The dining room: what parties sit at, what keeps tables from being used, and when they are taken.

mod area;
mod blockout;
mod combination;
mod seating;
mod table;

pub use area::{AreaSetting, DiningArea, DiningAreaName};
pub use blockout::{Blockout, BlockoutReason, BlockoutScope};
pub use combination::{CombinationRefusal, TableCombination, TableCombinationName};
pub(crate) use seating::{Seating, SeatingQuery};
pub use table::{DiningTable, DiningTableName, MinPartyLapse};

use jiff::Timestamp;

use crate::bounded::bounded_integer;
use crate::ids::{DiningAreaId, TableId};

bounded_integer! {
    /// How many guests a booking is for: 1 to 20, as the product's first document has it.
    PartySize(i32), 1..=20, new, get
}

impl PartySize {
    /// One guest.
    pub(crate) const SMALLEST: Self = Self(1);
    /// As many guests as a booking can be for.
    pub(crate) const LARGEST: Self = Self(20);
}

/// Everything of a restaurant that a party can be seated at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Floor {
    /// Its areas, in any order.
    pub areas: Vec<DiningArea>,
    /// Its tables, in any order.
    pub tables: Vec<DiningTable>,
    /// Its tables that can be put together, in any order.
    pub combinations: Vec<TableCombination>,
}

impl Floor {
    /// The table with this number.
    #[must_use]
    pub fn table(&self, id: TableId) -> Option<&DiningTable> {
        self.tables.iter().find(|table| table.id == id)
    }

    /// Whether there is an area with this number.
    #[must_use]
    pub fn has_area(&self, id: DiningAreaId) -> bool {
        self.areas.iter().any(|area| area.id == id)
    }

    /// The area in which all of these tables stand, if it is one.
    #[must_use]
    pub fn area_of(&self, tables: &[TableId]) -> Option<DiningAreaId> {
        let mut areas = tables
            .iter()
            .map(|id| self.table(*id).and_then(|table| table.area));
        let first = areas.next()??;
        areas.all(|area| area == Some(first)).then_some(first)
    }
}

/// Whether two half-open spans have an instant in common.
pub(crate) fn overlap(
    (starts, ends): (Timestamp, Timestamp),
    (other_starts, other_ends): (Timestamp, Timestamp),
) -> bool {
    starts < other_ends && other_starts < ends
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
