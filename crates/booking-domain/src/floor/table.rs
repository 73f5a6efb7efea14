//! A table, and the parties that fit at it.

use jiff::{Timestamp, ToSpan};

use super::PartySize;
use crate::bounded::{bounded_integer, bounded_text, is_single_line};
use crate::ids::{DiningAreaId, TableId};

bounded_text! {
    /// What the staff calls a table. No two tables of a restaurant are called alike.
    DiningTableName, 1..=50, r"^[^\u0000-\u001F\u007F-\u009F]*$", is_single_line
}

bounded_integer! {
    /// How many hours before a visit a table is given to a party that is too small for it: a table
    /// for six does not stay empty tonight because only couples ask.
    MinPartyLapse(u16), 0..=168, from_hours, hours
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiningTable {
    /// Number of the table.
    pub id: TableId,
    /// Name, 1–50 characters.
    pub name: DiningTableName,
    /// Where it stands.
    pub area: Option<DiningAreaId>,
    /// The smallest party that is seated at it.
    pub min_party: PartySize,
    /// The largest party that fits.
    pub max_party: PartySize,
    /// Until so many hours before a visit the smallest party counts; to the end for `None`.
    pub min_party_lapse: Option<MinPartyLapse>,
    /// Whether guests can book it; the staff always can.
    pub is_bookable_online: bool,
}

impl DiningTable {
    /// Whether a party of this size may be seated at this table at `starts_at`, as of `now`.
    #[must_use]
    pub fn fits(&self, party: PartySize, starts_at: Timestamp, now: Timestamp) -> bool {
        party <= self.max_party && (self.min_party <= party || self.lapses(starts_at, now))
    }

    fn lapses(&self, starts_at: Timestamp, now: Timestamp) -> bool {
        self.min_party_lapse.is_some_and(|lapse| {
            let since = starts_at.checked_sub(i64::from(lapse.hours()).hours());
            since.is_ok_and(|since| since <= now)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, party, table};

    #[test]
    fn a_party_fits_that_is_neither_too_small_nor_too_large() {
        let table = table(1, 3, 6);
        let fitting: Vec<i64> = (1..=20)
            .filter(|guests| table.fits(party(*guests), NOW + 48.hours(), NOW))
            .collect();
        assert_eq!(fitting, [3, 4, 5, 6]);
    }

    #[test]
    fn the_smallest_party_lapses_so_many_hours_before_the_visit() {
        let mut table = table(1, 5, 6);
        table.min_party_lapse = MinPartyLapse::from_hours(3);
        assert!(!table.fits(party(2), NOW + 3.hours() + 1.second(), NOW));
        assert!(table.fits(party(2), NOW + 3.hours(), NOW));
        assert!(!table.fits(party(7), NOW + 1.hour(), NOW));
    }
}
