//! What we seat of an evening, and what first-fit seats.

use super::asking::{Asking, Seat, Span};
use super::evening::Evening;
use crate::fixtures::{NOW, with_plan};
use crate::placement::{Room, rules};
use crate::{Booker, PlaceRequest, RuleOverrides};

/// How many were seated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Score {
    pub(super) parties: i32,
    pub(super) covers: i32,
}

/// How many are seated of those who ask, one after the other.
pub(super) fn score(evening: &Evening, mut seats: impl FnMut(&Asking) -> bool) -> Score {
    let mut score = Score::default();
    for asking in &evening.askings {
        if seats(asking) {
            score.parties += 1;
            score.covers += asking.party.get();
        }
    }
    score
}

/// As the product does it, but for the times that it proposes instead.
pub(super) fn ours(evening: &Evening) -> Score {
    let mut day = evening.day.clone();
    score(evening, |asking| {
        let wall = day.calendar.wall_clock(asking.span.0);
        let request = PlaceRequest {
            date: wall.date(),
            time: wall.time(),
            utc_offset: None,
            service_date: None,
            party: asking.party,
            area: None,
            booker: Booker::Guest,
            overrides: RuleOverrides::default(),
            tables: None,
            keep: None,
        };
        let plan = rules::place(&Room::new(&day, NOW), &request, NOW);
        if let Ok(plan) = &plan {
            day = with_plan(day.clone(), asking.party, plan);
        }
        plan.is_ok()
    })
}

/// The smallest table or combination that is free, and nobody moves.
pub(super) fn first_fit(evening: &Evening) -> Score {
    let mut taken: Vec<(Span, Seat)> = Vec::new();
    score(evening, |asking| {
        let is_free = |seat: &&Seat| {
            let mut taken = taken.iter();
            taken.all(|(span, other)| !asking.overlaps(*span) || !other.shares(**seat))
        };
        let seat = asking.seats.iter().find(is_free).copied();
        taken.extend(seat.map(|seat| (asking.span, seat)));
        seat.is_some()
    })
}
