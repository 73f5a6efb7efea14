//! Making room: other bookings of the service date move to other tables, so that one more party is
//! seated.

use std::collections::BTreeSet;
use std::iter;
use std::rc::Rc;

use jiff::Timestamp;

use super::Move;
use super::room::Room;
use crate::calendar::CandidateSlot;
use crate::floor::{Seating, SeatingQuery, overlap};
use crate::ids::TableId;
use crate::service_day::Claim;

/// How many bookings move at most for one party: few enough that the staff still know their room.
pub const MAX_MOVES: usize = 3;

/// How many ways are tried at most, so that a full house is answered as quickly as an empty one.
const MAX_TRIES: usize = 2_000;

/// Tables for the party, and the moves that make them free.
pub(crate) fn repack(
    room: &Room<'_>,
    query: &SeatingQuery,
    slot: &CandidateSlot<'_>,
) -> Option<(Vec<TableId>, Vec<Move>)> {
    let mut search = Search::new(room, query)?;
    let party = Party {
        key: None,
        span: (slot.starts_at, slot.free_at),
        query: *query,
    };
    if search.is_short_of_tables(&party) {
        return None;
    }
    search.seat(&party, MAX_MOVES)?;
    let mut tables = Vec::new();
    let mut moves = Vec::new();
    for seated in search.plan {
        match seated.key {
            None => tables = seated.tables,
            Some(index) => moves.push(Move {
                key: room.claim(index).key,
                tables: seated.tables,
            }),
        }
    }
    Some((tables, moves))
}

/// The tables where some parties can sit.
#[derive(Default)]
struct Reached {
    tables: BTreeSet<TableId>,
    /// The ways to seat them, with how many tables each needs at least.
    seatings: Vec<(Rc<[Seating]>, Option<usize>)>,
}

impl Reached {
    /// Adds the tables where a party can sit, and gives how many of them it needs at least.
    fn add(&mut self, seatings: Rc<[Seating]>) -> Option<usize> {
        let mut known = self.seatings.iter();
        // Most parties are of few sizes, for each of which the room looks once.
        if let Some((_, least)) = known.find(|(known, _)| Rc::ptr_eq(known, &seatings)) {
            return *least;
        }
        let tables = seatings.iter().map(|seating| &seating.tables);
        self.tables.extend(tables.clone().flatten());
        let least = tables.map(Vec::len).min();
        self.seatings.push((seatings, least));
        least
    }
}

/// The search for tables, and for those of whoever makes room.
struct Search<'a> {
    room: &'a Room<'a>,
    query: SeatingQuery,
    /// The time of which everything is known.
    loaded: (Timestamp, Timestamp),
    /// Who gets which tables, in the order in which it was found.
    plan: Vec<Seated>,
    /// The claims that have left their tables.
    gone: Vec<usize>,
    tries: usize,
}

/// A party that looks for tables: the new one, or a claim of the room that has lost its own.
struct Party {
    key: Option<usize>,
    span: (Timestamp, Timestamp),
    query: SeatingQuery,
}

struct Seated {
    key: Option<usize>,
    tables: Vec<TableId>,
    span: (Timestamp, Timestamp),
}

impl<'a> Search<'a> {
    fn new(room: &'a Room<'a>, query: &SeatingQuery) -> Option<Self> {
        Some(Self {
            room,
            query: *query,
            loaded: room.day.calendar.span(room.day.date)?,
            plan: Vec::new(),
            gone: Vec::new(),
            tries: MAX_TRIES,
        })
    }

    /// Whether the party cannot be seated by any moves, for at some time there are fewer tables than are needed.
    /// A full house is told so at once, instead of after all that can be tried.
    fn is_short_of_tables(&self, party: &Party) -> bool {
        let (from, to) = party.span;
        let claims = self.room.claims_in(party.span);
        let arrivals = claims.map(Claim::taken_from);
        let arrivals = arrivals.filter(|arrival| from < *arrival && *arrival < to);
        let instants: BTreeSet<Timestamp> = iter::once(from).chain(arrivals).collect();
        let mut instants = instants.into_iter();
        instants.any(|instant| self.is_short_of_tables_at(party, instant))
    }

    /// Counts the tables where the party can sit, where those can sit who are there, and so on; and how many
    /// of them all of these need at least.
    fn is_short_of_tables_at(&self, party: &Party, instant: Timestamp) -> bool {
        let mut present: Vec<usize> = self.room.present(instant).collect();
        let mut reached = Reached::default();
        let mut needed = reached.add(self.room.seatings(&party.query)).unwrap_or(0);
        let mut taken = BTreeSet::new();
        let mut kept = Vec::new();
        loop {
            let is_reached = |index: &usize| {
                let mut own = self.room.claim(*index).tables.iter();
                own.any(|table| reached.tables.contains(table))
            };
            let (here, elsewhere): (Vec<usize>, Vec<usize>) =
                present.into_iter().partition(is_reached);
            if here.is_empty() {
                break;
            }
            present = elsewhere;
            for index in here {
                let claim = self.room.claim(index);
                let own = &claim.tables;
                // Of those who have one table together, one is counted.
                if !own.iter().all(|table| taken.insert(*table)) {
                    continue;
                }
                if self.may_move(claim) {
                    let least = reached.add(self.room.seatings(&self.party(index).query));
                    needed += least.map_or(own.len(), |least| least.min(own.len()));
                    reached.tables.extend(own);
                } else {
                    kept.extend(own);
                }
            }
        }
        let kept = kept.iter().filter(|table| reached.tables.contains(table));
        reached.tables.len() < needed + kept.count()
    }

    /// Seats the party, and in turn whoever sits there, with so many moves. Gives how many are left;
    /// `None` changes nothing.
    fn seat(&mut self, party: &Party, moves: usize) -> Option<usize> {
        let seatings = self.room.seatings(&party.query);
        let mut others = Vec::new();
        for seating in seatings.iter() {
            self.tries = self.tries.checked_sub(1)?;
            if let Some(in_the_way) = self.movable(seating, party, moves) {
                if in_the_way.is_empty() {
                    self.put(party, seating);
                    return Some(moves);
                }
                others.push((seating, in_the_way));
            }
        }
        // Whoever disturbs the fewest guests comes first.
        others.sort_by_key(|(_, in_the_way)| in_the_way.len());
        for (seating, in_the_way) in others {
            let before = self.plan.len();
            self.put(party, seating);
            if let Some(left) = self.seat_all(&in_the_way, moves - in_the_way.len()) {
                return Some(left);
            }
            self.plan.truncate(before);
        }
        None
    }

    /// Has all of them leave before the first looks for other tables: the largest first, and among the
    /// same the one that was booked first, in whichever order they were read.
    fn seat_all(&mut self, claims: &[usize], moves: usize) -> Option<usize> {
        let (placed, gone) = (self.plan.len(), self.gone.len());
        self.gone.extend(claims);
        let mut parties: Vec<Party> = claims.iter().map(|index| self.party(*index)).collect();
        let room = self.room;
        parties.sort_by_key(|party| {
            let key = party.key.map(|index| room.claim(index).key);
            (std::cmp::Reverse(party.query.party), key)
        });
        let left = parties
            .iter()
            .try_fold(moves, |moves, party| self.seat(party, moves));
        if left.is_none() {
            self.plan.truncate(placed);
            self.gone.truncate(gone);
        }
        left
    }

    /// The claims that would have to leave these tables, if all of them may and they are so few. Who
    /// was moved already stays.
    fn movable(&self, seating: &Seating, party: &Party, moves: usize) -> Option<Vec<usize>> {
        let mut in_the_way = Vec::new();
        for index in self.room.in_the_way(&seating.tables, party.span) {
            if self.gone.contains(&index) || in_the_way.contains(&index) {
                continue;
            }
            if in_the_way.len() == moves || !self.may_move(self.room.claim(index)) {
                return None;
            }
            in_the_way.push(index);
        }
        let is_taken = self.plan.iter().any(|seated| {
            overlap(seated.span, party.span)
                && seated
                    .tables
                    .iter()
                    .any(|table| seating.tables.contains(table))
        });
        let is_usable = !is_taken && !self.room.is_blocked(&seating.tables, party.span);
        is_usable.then_some(in_the_way)
    }

    fn may_move(&self, claim: &Claim) -> bool {
        !claim.is_pinned
            && claim.seated_at.is_none()
            && claim.service_date == self.room.day.date
            && claim.starts_at > self.query.now
            && self.loaded.0 <= claim.starts_at
            && claim.free_at <= self.loaded.1
    }

    fn party(&self, index: usize) -> Party {
        let claim = self.room.claim(index);
        Party {
            key: Some(index),
            span: (claim.starts_at, claim.free_at),
            query: SeatingQuery {
                party: claim.party,
                starts_at: claim.starts_at,
                is_any_party: false,
                area: claim.area.map(|wish| (wish.area, wish.is_required)),
                ..self.query
            },
        }
    }

    fn put(&mut self, party: &Party, seating: &Seating) {
        self.plan.push(Seated {
            key: party.key,
            tables: seating.tables.clone(),
            span: party.span,
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::RuleOverrides;
    use crate::fixtures::{NOW, with_plan};
    use crate::placement::comparison::{Evening, any_evening, evenings};
    use crate::placement::{Placement, PlacementPlan};

    /// How an evening has gone.
    #[derive(Default)]
    struct Told {
        /// How many were told at once that tables are short.
        at_once: usize,
        /// How many got none.
        refused: usize,
    }

    /// Seats whoever can be, one after the other, of whom some will not move; and who is told that tables are
    /// short is not seated by twice as many moves as are allowed, in ten times as many tries.
    fn seat_all(evening: &Evening, pinned: &[bool]) -> Told {
        let mut day = evening.day.clone();
        let calendar = &evening.day.calendar;
        let mut told = Told::default();
        for (asking, is_pinned) in evening.askings.iter().zip(pinned.iter().cycle()) {
            let slots = calendar.candidate_slots(day.date, asking.party);
            let slot = slots.iter().find(|slot| slot.starts_at == asking.span.0);
            let slot = slot.expect("they ask for slots");
            let query = SeatingQuery {
                party: asking.party,
                starts_at: slot.starts_at,
                now: NOW,
                is_online: true,
                is_any_party: false,
                area: None,
            };
            let party = Party {
                key: None,
                span: (slot.starts_at, slot.free_at),
                query,
            };
            let room = Room::new(&day, NOW);
            let mut search = Search::new(&room, &query).expect("there are dates around it");
            if search.is_short_of_tables(&party) {
                told.at_once += 1;
                search.tries = 20_000;
                let seated = search.seat(&party, 2 * MAX_MOVES);
                assert_eq!(seated, None, "{:?} on {day:?}", party.span);
            }
            let Some((tables, moves)) = repack(&room, &query, slot) else {
                told.refused += 1;
                continue;
            };
            let plan = PlacementPlan {
                placement: Placement::from_slot(slot, tables),
                moves,
                overridden: RuleOverrides::default(),
            };
            day = with_plan(day, query.party, &plan);
            if let Some(claim) = day.claims.last_mut() {
                claim.is_pinned = *is_pinned;
            }
        }
        told
    }

    #[test]
    fn of_those_who_get_no_table_a_third_are_told_so_at_once() {
        let told = evenings()
            .into_iter()
            .map(|evening| seat_all(&evening, &[false]));
        let (at_once, refused) = told.fold((0, 0), |(at_once, refused), told| {
            (at_once + told.at_once, refused + told.refused)
        });
        assert!(refused / 3 < at_once, "{at_once} of {refused}");
    }

    proptest! {
        #[test]
        fn who_is_told_that_tables_are_short_is_seated_by_no_moves(
            evening in any_evening(2..=8),
            pinned in prop::collection::vec(prop::bool::weighted(0.2), 24),
        ) {
            seat_all(&evening, &pinned);
        }
    }
}
