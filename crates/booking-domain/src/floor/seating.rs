//! The ways to seat a party, from the one that wastes least.

use jiff::Timestamp;

use super::{DiningTable, Floor, PartySize, TableCombination};
use crate::ids::{DiningAreaId, TableId};

/// One way to seat a party: at a table, or at several that are put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seating {
    /// The tables: one, or those of a combination.
    pub(crate) tables: Vec<TableId>,
    /// The area of all of them, if it is one.
    pub(crate) area: Option<DiningAreaId>,
    max_party: PartySize,
    cost: Cost,
}

impl Seating {
    /// The largest party that it is for.
    pub(crate) const fn max_party(&self) -> PartySize {
        self.max_party
    }
}

/// What a seating wastes: compared field by field, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    is_elsewhere: bool,
    /// Guests without a place, where the staff want it so.
    missing_places: i32,
    is_combination: bool,
    empty_places: i32,
    /// What is lost to others: combinations that cannot be made meanwhile, and places at the
    /// tables that are put together.
    combinations_lost: usize,
    places_lost: i32,
    /// So that the answer is always the same.
    number: i64,
}

/// For whom a way to sit is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SeatingQuery {
    pub(crate) party: PartySize,
    pub(crate) starts_at: Timestamp,
    pub(crate) now: Timestamp,
    /// Whether only tables count that guests can book.
    pub(crate) is_online: bool,
    /// Whether a table counts for which the party is too small or too large.
    pub(crate) is_any_party: bool,
    /// The area that is preferred, and whether no other will do.
    pub(crate) area: Option<(DiningAreaId, bool)>,
}

impl Floor {
    /// The ways to seat a party, the best first: in the preferred area; at a single table; where
    /// the fewest places stay empty; of those, where the least is lost to others.
    pub(crate) fn seatings(&self, query: &SeatingQuery) -> Vec<Seating> {
        let tables = self
            .tables
            .iter()
            .filter(|table| is_offered(table, query))
            .filter(|table| {
                query.is_any_party || table.fits(query.party, query.starts_at, query.now)
            })
            .map(|table| {
                let number = table.id.get();
                self.seating(query, vec![table.id], table.max_party, false, number)
            });
        let combinations = self
            .combinations
            .iter()
            .filter(|combination| self.is_combination_offered(combination, query))
            .map(|combination| {
                let tables = combination.tables.clone();
                let number = combination.id.get();
                self.seating(query, tables, combination.max_party, true, number)
            });
        let mut seatings: Vec<Seating> = tables
            .chain(combinations)
            .filter(|seating| !(seating.cost.is_elsewhere && matches!(query.area, Some((_, true)))))
            .collect();
        seatings.sort_by_key(|seating| seating.cost);
        seatings
    }

    /// The way to seat a party at exactly these tables, which the staff have chosen, if it fits: at a
    /// table, at a combination, or at tables that are no combination, which seat as many as all of
    /// them do.
    pub(crate) fn seatings_at(&self, tables: &[TableId], query: &SeatingQuery) -> Vec<Seating> {
        let is_it = |seating: &Seating| {
            seating.tables.len() == tables.len()
                && tables.iter().all(|table| seating.tables.contains(table))
        };
        let any = SeatingQuery {
            is_any_party: true,
            ..*query
        };
        if self.seatings(&any).iter().any(is_it) {
            return self.seatings(query).into_iter().filter(is_it).collect();
        }
        let places = tables.iter().filter_map(|id| self.table(*id));
        let places = places.map(|table| table.max_party.get()).sum::<i32>();
        let max_party = PartySize::new(places).unwrap_or(PartySize::LARGEST);
        let is_combination = tables.len() > 1;
        let seating = self.seating(query, tables.to_vec(), max_party, is_combination, 0);
        let fits = query.is_any_party || query.party <= max_party;
        fits.then_some(seating).into_iter().collect()
    }

    fn is_combination_offered(&self, combination: &TableCombination, query: &SeatingQuery) -> bool {
        let fits = (combination.min_party..=combination.max_party).contains(&query.party);
        let mut tables = combination.tables.iter().map(|id| self.table(*id));
        (fits || query.is_any_party)
            && tables.all(|table| table.is_some_and(|table| is_offered(table, query)))
    }

    fn seating(
        &self,
        query: &SeatingQuery,
        tables: Vec<TableId>,
        max_party: PartySize,
        is_combination: bool,
        number: i64,
    ) -> Seating {
        let area = self.area_of(&tables);
        let (party, places) = (query.party.get(), max_party.get());
        let combinations_lost = self.combinations.iter().filter(|other| {
            let mut others = other.tables.iter();
            others.any(|table| tables.contains(table))
        });
        let places_lost = tables.iter().filter_map(|id| self.table(*id));
        let cost = Cost {
            is_elsewhere: query.area.is_some_and(|(wanted, _)| area != Some(wanted)),
            missing_places: (party - places).max(0),
            is_combination,
            empty_places: (places - party).max(0),
            combinations_lost: combinations_lost.count(),
            places_lost: places_lost.map(|table| table.max_party.get()).sum(),
            number,
        };
        Seating {
            tables,
            area,
            max_party,
            cost,
        }
    }
}

const fn is_offered(table: &DiningTable, query: &SeatingQuery) -> bool {
    table.is_bookable_online || !query.is_online
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, combination, party, table};

    fn query(guests: i64) -> SeatingQuery {
        SeatingQuery {
            party: party(guests),
            starts_at: NOW,
            now: NOW,
            is_online: true,
            is_any_party: false,
            area: None,
        }
    }

    fn tables(floor: &Floor, query: &SeatingQuery) -> Vec<Vec<i64>> {
        let seatings = floor.seatings(query).into_iter();
        seatings
            .map(|seating| seating.tables.iter().map(|id| id.get()).collect())
            .collect()
    }

    fn floor() -> Floor {
        Floor {
            areas: Vec::new(),
            tables: vec![
                table(1, 1, 4),
                table(2, 1, 4),
                table(3, 1, 2),
                table(4, 2, 8),
            ],
            combinations: vec![
                combination(1, &[1, 3], 3, 6),
                combination(2, &[2, 4], 6, 12),
            ],
        }
    }

    #[test]
    fn the_smallest_table_comes_first_and_combinations_come_last() {
        assert_eq!(
            tables(&floor(), &query(3)),
            [vec![1], vec![2], vec![4], vec![1, 3]]
        );
        assert_eq!(tables(&floor(), &query(9)), [vec![2, 4]]);
        assert!(tables(&floor(), &query(13)).is_empty());
    }

    #[test]
    fn of_two_equal_tables_the_one_that_no_combination_needs_comes_first() {
        let mut floor = floor();
        floor.combinations.pop();
        assert_eq!(
            tables(&floor, &query(3)),
            [vec![2], vec![1], vec![4], vec![1, 3]]
        );
    }

    #[test]
    fn guests_are_not_offered_what_only_the_staff_can_book() {
        let mut floor = floor();
        floor.tables[1].is_bookable_online = false;
        assert!(tables(&floor, &query(9)).is_empty());
        let staff = SeatingQuery {
            is_online: false,
            ..query(9)
        };
        assert_eq!(tables(&floor, &staff), [vec![2, 4]]);
    }

    #[test]
    fn a_preferred_area_comes_first_and_alone_if_no_other_will_do() {
        let mut floor = floor();
        let terrace = DiningAreaId::new(7).expect("it is in range");
        floor.tables[3].area = Some(terrace);
        let preferred = SeatingQuery {
            area: Some((terrace, false)),
            ..query(3)
        };
        assert_eq!(tables(&floor, &preferred)[0], [4]);
        assert_eq!(tables(&floor, &preferred).len(), 4);
        let only = SeatingQuery {
            area: Some((terrace, true)),
            ..query(3)
        };
        assert_eq!(tables(&floor, &only), [vec![4]]);
    }

    #[test]
    fn who_may_seat_any_party_gets_the_table_with_the_fewest_places_missing() {
        let any = SeatingQuery {
            is_any_party: true,
            ..query(14)
        };
        assert_eq!(tables(&floor(), &any)[0], [2, 4]);
    }
}
