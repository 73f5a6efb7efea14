//! A party that asks for a table, as those see it who are compared with what we do.

use jiff::Timestamp;

use crate::floor::overlap;
use crate::{Floor, PartySize, TableId};

/// From when to when somebody has tables.
pub(in crate::placement) type Span = (Timestamp, Timestamp);

/// Tables, by their places in the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Seat(u32);

impl Seat {
    pub(super) fn new(floor: &Floor, tables: &[TableId]) -> Self {
        let places = (0..).zip(&floor.tables);
        let own = places.filter(|(_, table)| tables.contains(&table.id));
        Self(own.map(|(place, _)| 1_u32 << place).sum())
    }

    pub(super) const fn shares(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn is_single(self) -> bool {
        self.0.is_power_of_two()
    }
}

/// A party that asks for a table.
#[derive(Debug, Clone)]
pub(in crate::placement) struct Asking {
    pub(in crate::placement) party: PartySize,
    pub(in crate::placement) span: Span,
    /// Where it can sit, from the fewest places to the most, and at one table first.
    pub(super) seats: Vec<Seat>,
}

impl Asking {
    pub(super) fn new(floor: &Floor, party: PartySize, span: Span) -> Self {
        let single = floor.tables.iter();
        let single = single.map(|it| (it.min_party, it.max_party, vec![it.id]));
        let together = floor.combinations.iter();
        let together = together.map(|it| (it.min_party, it.max_party, it.tables.clone()));
        let mut fitting: Vec<_> = single
            .chain(together)
            .filter(|(min, max, _)| (*min..=*max).contains(&party))
            .collect();
        fitting.sort_by_key(|(_, max, tables)| (*max, tables.len()));
        let seats = fitting.iter().map(|(.., tables)| Seat::new(floor, tables));
        Self {
            party,
            span,
            seats: seats.collect(),
        }
    }

    pub(super) fn overlaps(&self, span: Span) -> bool {
        overlap(self.span, span)
    }

    /// Whether nobody can seat this one who cannot seat the other.
    pub(super) fn asks_as_much_as(&self, other: &Self) -> bool {
        let is_as_long = self.span.0 <= other.span.0 && other.span.1 <= self.span.1;
        is_as_long && self.seats.iter().all(|seat| other.seats.contains(seat))
    }
}
