//! How far placing is from the best that can be done, on evenings that are asked for more than they
//! have. What an exact solver makes of them takes a minute and is kept in `exact.txt`.

mod asking;
mod evening;
mod exact;
mod players;

use std::fmt::Write;
use std::fs;

use asking::{Asking, Seat, Span};
pub(super) use evening::{Evening, any_evening, evenings};
use exact::Exact;
use players::{Score, first_fit, ours, score};
use proptest::prelude::*;

const SOLVED_PATH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/src/placement/comparison/exact.txt"
);

/// An evening's line in `exact.txt`: what is asked for, so that no other evening is taken for it, and
/// what the exact solver has seated.
fn line(evening: &Evening, solved: Score) -> String {
    let asked = score(evening, |_| true);
    format!(
        "{} tables {} parties {} covers: {} parties {} covers",
        evening.day.floor.tables.len(),
        asked.parties,
        asked.covers,
        solved.parties,
        solved.covers
    )
}

#[test]
#[ignore = "it solves 200 evenings anew, and writes what it has found"]
fn the_evenings_are_solved() {
    let lines = evenings()
        .into_iter()
        .fold(String::new(), |mut lines, evening| {
            let mut exact = Exact::new(&evening.day.floor);
            let solved = score(&evening, |asking| exact.seats(asking));
            writeln!(lines, "{}", line(&evening, solved)).expect("a text takes all");
            lines
        });
    fs::write(SOLVED_PATH, lines).expect("it can be written");
}

/// At least 98 % of what the exact solver seats, and more than first-fit. On a single evening who seats
/// everybody that fits can be behind first-fit, by a large party that has cost several small ones, and
/// so is the exact solver; but never by the guests of more than one such party.
#[test]
fn placing_is_close_to_the_best_that_can_be_done() {
    let solved = include_str!("exact.txt").lines();
    let evenings = evenings();
    assert_eq!(solved.clone().count(), evenings.len());
    let (mut placed, mut best, mut fitted) = (0, 0, 0);
    for (evening, solved) in evenings.iter().zip(solved) {
        let exact = solved_score(solved).expect("it is a line of the solver");
        let unsolved = "another evening was solved: let the ignored test solve them anew";
        assert_eq!(line(evening, exact), solved, "{unsolved}");
        let (ours, first_fit) = (ours(evening), first_fit(evening));
        let largest = evening
            .askings
            .iter()
            .map(|asking| asking.party.get())
            .max();
        assert!(
            first_fit.covers - ours.covers <= largest.unwrap_or(0),
            "{ours:?}, first-fit {first_fit:?}, {solved}"
        );
        placed += ours.covers;
        best += exact.covers;
        fitted += first_fit.covers;
    }
    let covers = format!("{placed} covers, {best} at best, {fitted} by first-fit");
    assert!(placed * 100 >= best * 98, "{covers}");
    assert!(placed > fitted, "{covers}");
}

/// The solver's score, by a line that [`line`] has made.
fn solved_score(line: &str) -> Option<Score> {
    let (_, solved) = line.split_once(": ")?;
    let numbers: Vec<i32> = solved
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    match *numbers {
        [parties, covers] => Some(Score { parties, covers }),
        _ => None,
    }
}

/// Whether everybody gets a seat beside what is taken, by trying everything.
fn can_be_seated(parties: &[Asking], taken: &mut Vec<(Span, Seat)>) -> bool {
    let Some((first, others)) = parties.split_first() else {
        return true;
    };
    first.seats.iter().any(|seat| {
        let mut there = taken.iter().filter(|(span, _)| first.overlaps(*span));
        if there.any(|(_, other)| other.shares(*seat)) {
            return false;
        }
        taken.push((first.span, *seat));
        let is_possible = can_be_seated(others, taken);
        taken.pop();
        is_possible
    })
}

proptest! {
    /// In small restaurants, where everything can be tried.
    #[test]
    fn the_exact_solver_is_exact(evening in any_evening(2..=5)) {
        let mut exact = Exact::new(&evening.day.floor);
        let mut seated = Vec::new();
        for asking in evening.askings {
            seated.push(asking);
            let is_possible = can_be_seated(&seated, &mut Vec::new());
            prop_assert_eq!(exact.seats(&seated[seated.len() - 1]), is_possible);
            if !is_possible {
                seated.pop();
            }
        }
    }
}
