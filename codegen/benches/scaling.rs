//! How the generator's time grows with the contract: 10, 100 and 1,000 operations.
//!
//! `cargo bench --package booking-codegen --bench scaling`. Prints the time of each size and ends
//! with an error when an operation of the largest contract costs more than [`TOLERATED`] times
//! what one of the middle contract costs: a quadratic step would make it ten times. Each time is
//! the shortest of several runs, which noise can only lengthen; so the ratio is steady where the
//! times are not.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use booking_codegen::emit::{self, Options};

/// The contract with every key. It holds five operations on one kind of thing.
const EVERYTHING: &str = include_str!("../tests/valid/everything.yaml");

/// How many operations that is.
const OPERATIONS: usize = 5;

/// The sizes that are measured, and how often each.
const SIZES: [(usize, u32); 3] = [(10, 10), (100, 4), (1_000, 2)];

/// By how much an operation may cost more in a contract ten times the size.
const TOLERATED: f64 = 2.5;

fn main() -> ExitCode {
    println!(
        "{:>10} {:>10} {:>12} {:>12} {:>14}",
        "operations", "lines", "read", "whole", "per operation"
    );
    let mut costs = Vec::new();
    for (operations, runs) in SIZES {
        let text = contract(operations / OPERATIONS);
        let mut shortest = [Duration::MAX; 2];
        for _ in 0..runs {
            let took = generate(&text, operations);
            shortest = [shortest[0].min(took[0]), shortest[1].min(took[1])];
        }
        let whole = shortest[0] + shortest[1];
        let cost = whole / u32::try_from(operations).unwrap_or(u32::MAX);
        let lines = text.lines().count();
        println!(
            "{operations:>10} {lines:>10} {:>12.1?} {whole:>12.1?} {cost:>14.1?}",
            shortest[0]
        );
        costs.push(cost.as_secs_f64());
    }
    let growth = costs[2] / costs[1];
    println!(
        "an operation among 1,000 costs {growth:.2} times one among 100 (at most {TOLERATED})"
    );
    if growth > TOLERATED {
        eprintln!("error: the generator's time does not grow linearly");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Reads a contract and makes everything of it: how long each took.
fn generate(text: &str, operations: usize) -> [Duration; 2] {
    let options = Options {
        command: "the benchmark".to_owned(),
    };
    let start = Instant::now();
    let contract =
        booking_codegen::load("scaling.yaml", text).unwrap_or_else(|error| panic!("{error}"));
    let read = start.elapsed();
    assert_eq!(contract.operations.len(), operations);
    let start = Instant::now();
    let server = emit::server(&contract, &options);
    let client = emit::client(&contract, &options);
    std::hint::black_box((server, client));
    [read, start.elapsed()]
}

/// The contract with so many kinds of things.
fn contract(kinds: usize) -> String {
    let part = |from: &str, to: &str| {
        let find = |line: &str| {
            let at = EVERYTHING.find(&format!("\n{line}"));
            at.expect("the contract has this line") + 1
        };
        let start = if from.is_empty() {
            0
        } else {
            find(from) + from.len()
        };
        &EVERYTHING[start..find(to)]
    };
    let each = |part: &str| -> String {
        (0..kinds)
            .map(|kind| {
                part.replace("Thing", &format!("Thing{kind}x"))
                    .replace("Words", &format!("Words{kind}x"))
                    .replace("/things", &format!("/things{kind}"))
            })
            .collect()
    };
    [
        part("", "tags:\n"),
        "tags:\n",
        &each(part("tags:\n", "paths:\n")),
        "paths:\n",
        &each(part("paths:\n", "components:\n")),
        "components:\n  responses:\n",
        part("components:\n  responses:\n", "  schemas:\n"),
        "  schemas:\n",
        &each(part("  schemas:\n", "    Color:\n")),
        "    Color:\n",
        part("    Color:\n", "    Words:\n"),
        &each(&["    Words:\n", part("    Words:\n", "  requestBodies:\n")].concat()),
        "  requestBodies:\n",
        &each(part("  requestBodies:\n", "  parameters:\n")),
        "  parameters:\n",
        part("  parameters:\n", "  links:\n"),
        "  links:\n",
        &each(part("  links:\n", "externalDocs:\n")),
    ]
    .concat()
}
