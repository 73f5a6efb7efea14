//! Schemathesis against the service: requests made from the contract, and every answer checked
//! against it.
//!
//! Several runs share the work and the machine's cores, each with a server and a database of its
//! own: the operations are divided among some, and others walk along links. They see nothing of
//! what the others have captured: Hypothesis ends a run early when the same steps lead elsewhere
//! than before. What is asked in all stays the same however many operations there are, so that
//! the time does.

mod contract;
mod exercised;
mod failure;
mod report;
mod run;

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use booking_codegen::ir::Contract;
use dev_postgres::TemporaryCluster;

use self::contract::Expected;
use self::exercised::Exercised;
use self::run::Run;
use super::budget::Budget;
use super::server::{Build, Server};
use super::tools::Python;
use crate::finding::{Failure, Finding};
use crate::layout::Layout;

/// The phases of schemathesis.
const PHASES: [&str; 4] = ["examples", "coverage", FUZZING, STATEFUL];

/// The phase that makes requests at random.
const FUZZING: &str = "fuzzing";

/// The phase that walks along links.
const STATEFUL: &str = "stateful";

/// How many runs go on at a time: one for each core of the machines that this is for.
const WORKERS: usize = 2;

/// How many requests are made at random, over all operations.
const FUZZED: usize = 2400;

/// The fewest and the most of them for one operation. More find nothing new; fewer are no test.
const FUZZED_EACH: (usize, usize) = (24, 300);

/// How many walks are made for each link, if that is within the fewest and the most walks of a
/// contract.
const WALKS_EACH: usize = 34;
const WALKS: (usize, usize) = (480, 960);

/// The runs along links. They are several, for one walk that goes wrong ends its run.
const LINK_SEEDS: [u32; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

/// What one run of schemathesis is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Task {
    /// How it is called, in the names of its files.
    name: String,
    phases: &'static [&'static str],
    seed: u32,
    /// How many requests for each operation, or how many walks along links.
    examples: usize,
    /// The ids of the operations that are asked; none means all.
    operations: Vec<String>,
}

/// The runs, the longest ones first.
fn plan(expected: &Expected) -> Vec<Task> {
    let operations: Vec<&String> = expected.operations.values().collect();
    let fuzzed = (FUZZED / operations.len().max(1)).clamp(FUZZED_EACH.0, FUZZED_EACH.1);
    let shards = (0..WORKERS.min(operations.len())).map(|shard| Task {
        name: format!("operations-{}", shard + 1),
        phases: &PHASES[..3],
        seed: 1,
        examples: fuzzed,
        operations: operations
            .iter()
            .skip(shard)
            .step_by(WORKERS)
            .map(|id| (*id).clone())
            .collect(),
    });
    let walks = (WALKS_EACH * expected.links.len()).clamp(WALKS.0, WALKS.1);
    let links = LINK_SEEDS.map(|seed| Task {
        name: format!("links-{seed}"),
        phases: &PHASES[3..],
        seed,
        examples: walks.div_ceil(LINK_SEEDS.len()),
        operations: Vec::new(),
    });
    shards.chain(links).collect()
}

/// Runs schemathesis, and says what it has found and what it has exercised.
pub(super) fn check(
    layout: &Layout,
    contract: &Contract,
    build: &Build,
    budget: &Budget,
    progress: &dyn Fn(&str),
) -> Result<Vec<Finding>, Failure> {
    progress("preparing schemathesis");
    let python = budget.uncounted(|| Python::prepare(layout, &build.directory))?;
    let cluster = TemporaryCluster::start().map_err(Failure::Postgres)?;
    let expected = Expected::from_contract(contract);
    let tasks = plan(&expected);
    progress(&format!(
        "schemathesis: {} runs over {} operations and {} links, {WORKERS} at a time",
        tasks.len(),
        expected.operations.len(),
        expected.links.len(),
    ));
    let deadline = Instant::now() + budget.left();
    let exercised = Mutex::new(Exercised::default());
    let one = |task: Task| -> Result<Vec<Finding>, Failure> {
        let log = build.directory.join(format!("server-{}.log", task.name));
        let server = Server::start(build, &cluster, &log)?;
        let run = Run {
            layout,
            python: &python.program("python"),
            url: format!("{}{}", server.address(), contract.base_path),
            directory: build.directory.join(&task.name),
            task,
        };
        let status = run.start(deadline.saturating_duration_since(Instant::now()))?;
        let findings = server.stop()?;
        let mut exercised = exercised.lock().unwrap_or_else(PoisonError::into_inner);
        run.read(status, &mut exercised)?;
        Ok(findings)
    };
    let waiting = Mutex::new(tasks.into_iter());
    let next = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.next()
    };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let workers = [(); WORKERS]
            .map(|()| scope.spawn(|| std::iter::from_fn(next).map(one).collect::<Vec<_>>()));
        workers
            .into_iter()
            .flat_map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    let mut findings = Vec::new();
    for outcome in outcomes {
        findings.extend(outcome?);
    }
    let exercised = exercised
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    findings.extend(exercised.findings(&expected));
    findings.push(exercised.note(&expected));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A contract of so many operations and links.
    fn expected(operations: usize, links: usize) -> Expected {
        let names = |count: usize| (0..count).map(|n| (format!("{n:03}"), format!("operation{n}")));
        Expected {
            operations: names(operations).collect(),
            links: names(links).collect(),
            ..Expected::default()
        }
    }

    /// The runs over operations, each with its operations and its examples, and all walks.
    fn planned(operations: usize, links: usize) -> (Vec<(usize, usize)>, usize) {
        let tasks = plan(&expected(operations, links));
        let (over, along): (Vec<_>, Vec<_>) =
            tasks.iter().partition(|task| !task.operations.is_empty());
        let over = over
            .iter()
            .map(|task| (task.operations.len(), task.examples))
            .collect();
        (over, along.iter().map(|task| task.examples).sum())
    }

    #[test]
    fn the_work_is_divided_and_stays_the_same_however_many_operations_there_are() {
        assert_eq!(planned(8, 13), (vec![(4, 300), (4, 300)], 480));
        assert_eq!(planned(24, 30), (vec![(12, 100), (12, 100)], 960));
        assert_eq!(planned(90, 200), (vec![(45, 26), (45, 26)], 960));
        assert_eq!(planned(1, 0), (vec![(1, 300)], 480));
    }

    #[test]
    fn every_operation_is_asked_by_one_run() {
        let expected = expected(9, 1);
        let tasks = plan(&expected);
        let mut asked: Vec<&String> = tasks.iter().flat_map(|task| &task.operations).collect();
        asked.sort();
        assert_eq!(asked, expected.operations.values().collect::<Vec<_>>());
    }
}
