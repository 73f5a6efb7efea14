//! Making room: other bookings of the service date move to other tables, so that one more party is
//! seated.

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
    let mut search = Search {
        room,
        query: *query,
        loaded: room.day.calendar.span(room.day.date)?,
        plan: Vec::new(),
        gone: Vec::new(),
        tries: MAX_TRIES,
    };
    let party = Party {
        key: None,
        span: (slot.starts_at, slot.free_at),
        query: *query,
    };
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

impl Search<'_> {
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
