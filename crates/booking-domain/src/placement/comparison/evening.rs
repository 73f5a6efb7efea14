//! Evenings that are asked for more than they have.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use jiff::civil::time;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::asking::Asking;
use crate::fixtures::{calendar_with, combination, day, party, policy, service_period, table};
use crate::{DiningTable, Floor, PartySize, ServiceDay, TableCombination, TurnTime, TurnTimeStep};

/// How often each table is asked for. It is used twice or three times.
const REQUESTS_PER_TABLE: usize = 3;

/// A restaurant on one evening, with nothing booked, and who asks for a table, in this order.
#[derive(Debug, Clone)]
pub(in crate::placement) struct Evening {
    pub(in crate::placement) day: ServiceDay,
    pub(in crate::placement) askings: Vec<Asking>,
}

/// Two hundred evenings, always the same.
pub(in crate::placement) fn evenings() -> Vec<Evening> {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, b"an evening is like any other one");
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let evenings = prop::collection::vec(any_evening(5..=30), 200);
    evenings
        .new_tree(&mut runner)
        .expect("nothing is rejected")
        .current()
}

/// An evening of a restaurant with so many tables.
pub(in crate::placement) fn any_evening(
    tables: RangeInclusive<usize>,
) -> impl Strategy<Value = Evening> {
    tables.prop_flat_map(|tables| {
        let requests = prop::collection::vec(any_request(), tables * REQUESTS_PER_TABLE);
        (any_floor(tables), requests).prop_map(|(floor, requests)| evening_of(floor, &requests))
    })
}

/// A slot each half hour from six, for an hour and a half to two and a half hours, until half past eleven.
fn evening_of(floor: Floor, requests: &[(PartySize, usize)]) -> Evening {
    let mut policy = policy("Europe/Berlin");
    policy.turn_times.steps = [(5, 120), (9, 150)]
        .map(|(min_party, minutes)| TurnTimeStep {
            min_party: party(min_party),
            turn_time: TurnTime::from_minutes(minutes).expect("it is in range"),
        })
        .into();
    let dinner = service_period(time(18, 0, 0, 0), time(23, 30, 0, 0));
    let day = ServiceDay {
        calendar: calendar_with(&policy, vec![dinner]).into(),
        floor: floor.into(),
        ..day(Vec::new())
    };
    let mut slots = HashMap::new();
    let askings = requests.iter().map(|(party, slot)| {
        let slots = slots.entry(*party);
        let slots = slots.or_insert_with(|| day.calendar.candidate_slots(day.date, *party));
        let slot = &slots[slot % slots.len()];
        Asking::new(&day.floor, *party, (slot.starts_at, slot.free_at))
    });
    let askings = askings.collect();
    Evening { day, askings }
}

fn any_floor(tables: usize) -> impl Strategy<Value = Floor> {
    // Smallest and largest party, as rooms have them.
    let sizes = prop_oneof![
        6 => Just((1, 2)),
        3 => Just((1, 4)),
        4 => Just((2, 4)),
        2 => Just((3, 6)),
        1 => Just((5, 8)),
    ];
    let sizes = prop::collection::vec(sizes, tables);
    // Neighbours that can be put together, two or three of them.
    let groups = prop::collection::vec((0..tables - 1, 2_usize..=3), 0..=tables / 3);
    (sizes, groups).prop_map(|(sizes, groups)| {
        let tables: Vec<DiningTable> = (1_i64..)
            .zip(sizes)
            .map(|(id, (min, max))| table(id, min, max))
            .collect();
        let mut combinations: Vec<TableCombination> = Vec::new();
        for (id, (first, length)) in (1_i64..).zip(groups) {
            let together = &tables[first..(first + length).min(tables.len())];
            let ids: Vec<i64> = together.iter().map(|table| table.id.get()).collect();
            let places = together
                .iter()
                .map(|table| i64::from(table.max_party.get()));
            let largest = places.clone().max().expect("there are two");
            let max = places.sum::<i64>().min(20);
            let made = combination(id, &ids, largest + 1, max);
            if combinations.iter().all(|other| other.tables != made.tables) {
                combinations.push(made);
            }
        }
        Floor {
            areas: Vec::new(),
            tables,
            combinations,
        }
    })
}

/// A party, couples mostly, and which of its slots it wants.
fn any_request() -> impl Strategy<Value = (PartySize, usize)> {
    let guests = prop_oneof![
        4 => Just(1_i64),
        40 => Just(2),
        13 => Just(3),
        23 => Just(4),
        6 => Just(5),
        8 => Just(6),
        2 => Just(7),
        3 => Just(8),
        1 => 9_i64..=12,
    ];
    (guests.prop_map(party), 0_usize..100)
}
