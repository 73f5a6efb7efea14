//! A service date as placing needs it: what is taken of each table, and when.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use crate::floor::{BlockoutScope, Seating, SeatingQuery, overlap};
use crate::ids::TableId;
use crate::service_day::{Claim, ServiceDay};

/// A service date, with its blockouts as instants and its claims by table.
#[derive(Debug, Clone)]
pub(crate) struct Room<'a> {
    pub(crate) day: &'a ServiceDay,
    /// Blockouts, by what they keep from being used.
    blocked: Vec<(BlockoutScope, Timestamp, Timestamp)>,
    /// The claims that have not expired.
    claims: Vec<&'a Claim>,
    /// Which of them has which table, by their place among them: in order of the tables, and on each of
    /// them of time.
    taken: Vec<(TableId, Timestamp, usize)>,
    /// The ways to seat those for whom it was looked already: every slot of a day asks for the same parties.
    seatings: RefCell<HashMap<SeatingQuery, Rc<[Seating]>>>,
    /// Whether it makes no difference to the ways to seat a party when it comes.
    is_without_lapses: bool,
}

impl<'a> Room<'a> {
    /// The day as it is at `now`.
    pub(crate) fn new(day: &'a ServiceDay, now: Timestamp) -> Self {
        let blocked = day.blockouts.iter().filter_map(|blockout| {
            let starts = day.calendar.instant(blockout.starts)?;
            Some((blockout.scope, starts, day.calendar.instant(blockout.ends)?))
        });
        let claims: Vec<&Claim> = day.claims.iter().filter(|it| it.is_live(now)).collect();
        let mut taken = Vec::with_capacity(claims.len());
        for (index, claim) in claims.iter().enumerate() {
            let of_table = |table: &TableId| (*table, claim.taken_from(), index);
            taken.extend(claim.tables.iter().map(of_table));
        }
        taken.sort_unstable();
        let mut tables = day.floor.tables.iter();
        Self {
            day,
            blocked: blocked.collect(),
            claims,
            taken,
            seatings: RefCell::default(),
            is_without_lapses: tables.all(|table| table.min_party_lapse.is_none()),
        }
    }

    /// The ways to seat a party, as [`crate::Floor::seatings`] has them.
    pub(crate) fn seatings(&self, query: &SeatingQuery) -> Rc<[Seating]> {
        let mut key = *query;
        if self.is_without_lapses {
            key.starts_at = key.now;
        }
        let mut known = self.seatings.borrow_mut();
        let seatings = known.entry(key);
        Rc::clone(seatings.or_insert_with(|| self.day.floor.seatings(query).into()))
    }

    /// Whether nothing of the restaurant is used in this time.
    pub(crate) fn is_restaurant_blocked(&self, starts_at: Timestamp, ends_at: Timestamp) -> bool {
        self.blocked.iter().any(|(scope, starts, ends)| {
            *scope == BlockoutScope::Restaurant && overlap((*starts, *ends), (starts_at, ends_at))
        })
    }

    /// Whether some of these tables are not used in this time.
    pub(crate) fn is_blocked(&self, tables: &[TableId], span: (Timestamp, Timestamp)) -> bool {
        let is_within = |scope: BlockoutScope| match scope {
            BlockoutScope::Restaurant => true,
            BlockoutScope::Table(table) => tables.contains(&table),
            BlockoutScope::Area(area) => tables.iter().any(|table| {
                let table = self.day.floor.table(*table);
                table.is_some_and(|table| table.area == Some(area))
            }),
        };
        self.blocked
            .iter()
            .any(|(scope, starts, ends)| is_within(*scope) && overlap((*starts, *ends), span))
    }

    /// The claims on a table, in order of time.
    fn on_table(&self, table: TableId) -> impl Iterator<Item = (Timestamp, usize)> {
        let first = self.taken.partition_point(|(other, ..)| *other < table);
        let of_table = self.taken[first..].iter();
        let of_table = of_table.take_while(move |(other, ..)| *other == table);
        of_table.map(|(_, from, index)| (*from, *index))
    }

    /// The claims that are in the way of these tables in this time; one at several of them is there
    /// several times.
    pub(crate) fn in_the_way(
        &self,
        tables: &[TableId],
        span: (Timestamp, Timestamp),
    ) -> impl Iterator<Item = usize> {
        tables.iter().flat_map(move |table| {
            self.on_table(*table)
                .take_while(move |(from, _)| *from < span.1)
                .map(|(_, index)| index)
                .filter(move |index| self.claim(*index).overlaps(span))
        })
    }

    /// Whether a party sits at one of these tables that has not left yet, be its turn over or not.
    pub(crate) fn has_seated_party(&self, tables: &[TableId]) -> bool {
        let mut claims = tables.iter().flat_map(|table| self.on_table(*table));
        claims.any(|(_, index)| self.claim(index).seated_at.is_some())
    }

    /// Whether nobody is in the way of these tables in this time.
    pub(crate) fn is_free(&self, tables: &[TableId], span: (Timestamp, Timestamp)) -> bool {
        self.in_the_way(tables, span).next().is_none()
    }

    /// How many parties, and how many guests, start within one interval from `starts_at` on.
    pub(crate) fn starting(&self, starts_at: Timestamp) -> (i32, i32) {
        self.starting_of(starts_at, |_| true)
    }

    /// The same of those claims of which `is_counted` says so.
    pub(crate) fn starting_of(
        &self,
        starts_at: Timestamp,
        is_counted: impl Fn(&Claim) -> bool,
    ) -> (i32, i32) {
        let minutes = self.day.calendar.policy().slot_interval.minutes();
        let length = SignedDuration::from_mins(i64::from(minutes));
        let ends_at = starts_at.checked_add(length).unwrap_or(Timestamp::MAX);
        let starting = self.claims.iter().filter(|claim| {
            is_counted(claim) && starts_at <= claim.starts_at && claim.starts_at < ends_at
        });
        starting.fold((0, 0), |(parties, covers), claim| {
            (parties + 1, covers + claim.party.get())
        })
    }

    /// How many guests are in the house when it is fullest in this time.
    pub(crate) fn most_covers(&self, span: (Timestamp, Timestamp)) -> i32 {
        self.most_covers_of(span, |_| true)
    }

    /// The same of those claims of which `is_counted` says so.
    pub(crate) fn most_covers_of(
        &self,
        (starts_at, ends_at): (Timestamp, Timestamp),
        is_counted: impl Fn(&Claim) -> bool,
    ) -> i32 {
        let overlaps =
            |claim: &Claim| overlap((claim.taken_from(), claim.ends_at), (starts_at, ends_at));
        let present: Vec<&Claim> = (self.claims.iter().copied())
            .filter(|claim| is_counted(claim) && overlaps(claim))
            .collect();
        // It is fullest when somebody has just come.
        let instants = present
            .iter()
            .map(|claim| claim.taken_from().max(starts_at));
        let covers = instants.map(|instant| {
            let there = present
                .iter()
                .filter(|claim| claim.taken_from() <= instant && instant < claim.ends_at);
            there.map(|claim| claim.party.get()).sum::<i32>()
        });
        covers.max().unwrap_or(0)
    }

    pub(crate) fn claim(&self, index: usize) -> &'a Claim {
        self.claims[index]
    }

    /// The claims whose tables are taken at an instant.
    pub(crate) fn present(&self, instant: Timestamp) -> impl Iterator<Item = usize> {
        let claims = self.claims.iter().enumerate();
        claims.filter_map(move |(index, claim)| {
            let is_present = claim.taken_from() <= instant && instant < claim.free_at;
            is_present.then_some(index)
        })
    }

    /// The claims that have not expired and have a part of the span.
    pub(crate) fn claims_in(
        &self,
        span: (Timestamp, Timestamp),
    ) -> impl Iterator<Item = &'a Claim> {
        let claims = self.claims.iter().copied();
        claims.filter(move |claim| claim.overlaps(span))
    }
}

impl Claim {
    /// Whether its tables are taken at an instant of the span.
    pub(crate) fn overlaps(&self, span: (Timestamp, Timestamp)) -> bool {
        overlap((self.taken_from(), self.free_at), span)
    }
}
