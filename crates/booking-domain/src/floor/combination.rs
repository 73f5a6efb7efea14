//! Tables that are put together.

use std::collections::HashSet;

use super::{DiningTable, PartySize};
use crate::bounded::{bounded_text, is_single_line};
use crate::ids::{TableCombinationId, TableId};

bounded_text! {
    /// What the staff calls a combination: `Window 1 + 2`. No two of a restaurant are called alike.
    TableCombinationName, 1..=50, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

/// Tables that seat one party when they are put together. Each stays bookable alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCombination {
    /// Number of the combination.
    pub id: TableCombinationId,
    /// Name, 1–50 characters.
    pub name: TableCombinationName,
    /// Its tables: two at least, none twice.
    pub tables: Vec<TableId>,
    /// The smallest party that is seated at it.
    pub min_party: PartySize,
    /// The largest party that fits.
    pub max_party: PartySize,
}

/// Why tables are no combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CombinationRefusal {
    /// There is no such table.
    #[error("one of the tables is none of the restaurant's")]
    UnknownTable,
    /// A table is named twice.
    #[error("a table is named twice")]
    RepeatedTable,
    /// No party fits.
    #[error("the largest party is smaller than the smallest")]
    EmptyPartyRange,
}

impl TableCombination {
    /// The tables that it may have: some of the restaurant's own, each once.
    pub(crate) const MIN_TABLES: usize = 2;

    /// Whether it can be made of these tables of the restaurant.
    ///
    /// # Errors
    /// [`CombinationRefusal`].
    pub fn check(&self, tables: &[DiningTable]) -> Result<(), CombinationRefusal> {
        let known: HashSet<TableId> = tables.iter().map(|table| table.id).collect();
        if !self.tables.iter().all(|id| known.contains(id)) {
            return Err(CombinationRefusal::UnknownTable);
        }
        let mut named = HashSet::new();
        let is_repeated = !self.tables.iter().all(|id| named.insert(*id));
        if is_repeated || named.len() < Self::MIN_TABLES {
            return Err(CombinationRefusal::RepeatedTable);
        }
        if self.max_party < self.min_party {
            return Err(CombinationRefusal::EmptyPartyRange);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{combination, table};

    #[test]
    fn a_combination_is_of_tables_that_are_there_each_once() {
        let tables = [table(1, 1, 2), table(2, 1, 2)];
        assert_eq!(combination(1, &[1, 2], 3, 4).check(&tables), Ok(()));
        for (combination, refusal) in [
            (
                combination(1, &[1, 3], 3, 4),
                CombinationRefusal::UnknownTable,
            ),
            (
                combination(1, &[1, 1], 3, 4),
                CombinationRefusal::RepeatedTable,
            ),
            (
                combination(1, &[1, 2], 4, 3),
                CombinationRefusal::EmptyPartyRange,
            ),
        ] {
            assert_eq!(combination.check(&tables), Err(refusal));
        }
    }
}
