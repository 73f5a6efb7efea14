//! Random sequences of everything that is done about bookings, from many clients through two servers: what
//! comes of them is what the domain would have made of them one after the other.

mod operation;
mod restaurant;

use std::sync::Arc;

use tokio::task::JoinSet;

use self::operation::{Numbers, Operation};
use self::restaurant::{Restaurant, table_id};
use crate::history::{
    Event, Expiry, HoldEntry, LOG, Record, events_of, expiries_of, holds_of, judge,
};
use crate::installation::Installation;
use crate::judgement::assert_consistent;
use crate::length::Length;
use crate::server::Server;

/// How many operations a restaurant sees.
const OPERATIONS: usize = 250;

/// How many restaurants there are at once.
const RESTAURANTS: usize = 6;

/// How many clients each of them has.
const CLIENTS: usize = 4;

/// How often a sequence that fails is tried with a part of it left out.
const SHRINKING_RUNS: usize = 100;

/// What comes of these operations in a restaurant of their own; a text, where the domain would not have made
/// it.
async fn run(installation: &Arc<Installation>, operations: &[Operation]) -> Result<usize, String> {
    let restaurant = Arc::new(Restaurant::new(installation).await);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (restaurant, operations) = (Arc::clone(&restaurant), operations.to_vec());
        let installation = Arc::clone(installation);
        clients.spawn(async move {
            for operation in operations.into_iter().skip(client).step_by(CLIENTS) {
                restaurant.do_it(operation, &installation).await;
            }
        });
    }
    clients.join_all().await;
    let rows = async |query: String| installation.rows(&query).await;
    let mut record = Record {
        events: parsed(rows(events_of(restaurant.id)).await, Event::parse),
        holds: parsed(rows(holds_of(restaurant.id)).await, HoldEntry::parse),
        expiries: parsed(rows(expiries_of(restaurant.id)).await, Expiry::parse),
    };
    let plans = restaurant.plans.lock().await;
    judge(restaurant.id, &plans, &record)?;
    let done = record.events.len();
    // The same with the first booking at tables that nobody would have given it.
    let events = record.events.iter_mut();
    let made = events.filter(|event| event.is_creation());
    if let Some(first) = made.min_by_key(|event| event.day_version()) {
        first.state.placement.tables = restaurant.table_ids.iter().map(table_id).collect();
        assert!(judge(restaurant.id, &plans, &record).is_err());
    }
    Ok(done)
}

fn parsed<T>(rows: Vec<String>, parse: fn(&str) -> T) -> Vec<T> {
    rows.iter().map(|row| parse(row)).collect()
}

/// Leaves out what can be left out of a sequence that still fails then, in parts that become smaller.
async fn shrink<T: Clone, F: Future<Output = bool>>(
    sequence: Vec<T>,
    fails: impl Fn(Vec<T>) -> F,
) -> Vec<T> {
    let (mut shortest, mut runs) = (sequence, 0);
    let mut part = shortest.len() / 2;
    while part > 0 && runs < SHRINKING_RUNS {
        let mut from = 0;
        while from < shortest.len() && runs < SHRINKING_RUNS {
            let mut shorter = shortest.clone();
            shorter.drain(from..(from + part).min(shortest.len()));
            runs += 1;
            if fails(shorter.clone()).await {
                shortest = shorter;
            } else {
                from += part;
            }
        }
        part /= 2;
    }
    shortest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_of_random_sequences_is_what_the_domain_would_have_made() {
    let length = Length::from_environment();
    let seed = Length::seed();
    let installation = Arc::new(Installation::start().await);
    installation.rows(LOG).await;
    let (mut begun, mut events) = (0, 0);
    let mut running = JoinSet::new();
    loop {
        while running.len() < RESTAURANTS && begun * OPERATIONS < length.operations() {
            begun += 1;
            let mut numbers = Numbers(seed.wrapping_add(u64::try_from(begun).unwrap() << 32));
            let operations: Vec<Operation> = (0..OPERATIONS).map(|_| numbers.operation()).collect();
            let installation = Arc::clone(&installation);
            running.spawn(async move {
                let judged = run(&installation, &operations).await;
                judged.map_err(|why| (why, operations))
            });
        }
        let Some(judged) = running.join_next().await else {
            break;
        };
        match judged.unwrap() {
            Ok(judged) => events += judged,
            Err((why, operations)) => {
                running.shutdown().await;
                let fails = |operations: Vec<Operation>| {
                    let installation = Arc::clone(&installation);
                    async move { run(&installation, &operations).await.is_err() }
                };
                let shortest = shrink(operations, fails).await;
                panic!("BOOKING_PROOF_SEED={seed} finds {why}\nafter {shortest:#?}");
            }
        }
    }
    // A fifth of all that was asked for was done, at the least.
    assert!(events * 5 > begun * OPERATIONS, "{events} events");
    // Holds were used, given back, and in the way when they had expired; the staff have overridden rules.
    for (what, least) in SEEN {
        let seen: usize = installation.rows(what).await[0].parse().unwrap();
        assert!(
            seen * 1_000 >= least * begun * OPERATIONS,
            "{seen} of {what}"
        );
    }
    assert_consistent(&installation).await;
    let taken = installation.servers.each_ref().map(Server::tables_taken);
    assert_eq!(taken, [0, 0]);
}

/// What must have come about, and how often in a thousand operations at the least.
const SEEN: [(&str, usize); 4] = [
    ("SELECT count(*) FROM hold_log WHERE what = 'INSERT'", 5),
    ("SELECT count(*) FROM hold_log WHERE what = 'DELETE'", 3),
    (
        "SELECT count(*) FROM audit_events WHERE overridden_rules <> '{}'",
        1,
    ),
    (
        "SELECT count(*) FROM booking_events WHERE action = 'expire_booking'",
        1,
    ),
];

#[tokio::test]
async fn a_sequence_is_shrunk_to_what_it_fails_of() {
    let fails = async |numbers: Vec<usize>| numbers.contains(&7) && numbers.contains(&90);
    assert_eq!(shrink((0..100).collect(), fails).await, [7, 90]);
}
