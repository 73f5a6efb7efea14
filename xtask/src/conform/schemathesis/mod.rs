//! Schemathesis against the service: requests made from the contract, and every answer checked
//! against it.
//!
//! Each pass has a database of its own. The phase that follows links has one for itself, and sees
//! nothing of what the others have captured: Hypothesis ends it early when the same steps lead
//! elsewhere than before.

mod contract;
mod exercised;
mod failure;
mod report;
mod run;

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
const PHASES: [&str; 4] = ["examples", "coverage", "fuzzing", STATEFUL];

/// The phase that walks along links.
const STATEFUL: &str = "stateful";

/// Runs of schemathesis on one database.
struct Pass {
    /// How it is called, in the names of its files.
    name: &'static str,
    phases: &'static [&'static str],
    /// One run for each.
    seeds: &'static [u32],
    /// How many requests for each operation, or how many walks along links.
    examples: usize,
}

const PASSES: [Pass; 2] = [
    Pass {
        name: "operations",
        phases: &["examples", "coverage", "fuzzing"],
        seeds: &[1],
        examples: 300,
    },
    // Several seeds, for one walk that goes wrong ends its run.
    Pass {
        name: "links",
        phases: &[STATEFUL],
        seeds: &[1, 2, 3, 4],
        examples: 60,
    },
];

/// Runs schemathesis, and says what it has found and what it has exercised.
pub(super) fn check(
    layout: &Layout,
    contract: &Contract,
    build: &Build,
    budget: &Budget,
    progress: &dyn Fn(&str),
) -> Result<Vec<Finding>, Failure> {
    progress("preparing schemathesis");
    let python = budget.apart(|| Python::prepare(layout, &build.directory))?;
    let cluster = TemporaryCluster::start()
        .map_err(|source| Failure::tool("the private PostgreSQL", source.to_string()))?;
    let mut exercised = Exercised::default();
    let mut findings = Vec::new();
    for pass in &PASSES {
        let log = build.directory.join(format!("server-{}.log", pass.name));
        let server = Server::start(build, &cluster, &log)?;
        for seed in pass.seeds {
            progress(&format!(
                "schemathesis: {} (seed {seed})",
                pass.phases.join(", ")
            ));
            let run = Run {
                layout,
                python: &python.program("python"),
                url: format!("{}{}", server.address(), contract.base_path),
                phases: pass.phases,
                seed: *seed,
                examples: pass.examples,
                directory: build.directory.join(format!("{}-{seed}", pass.name)),
            };
            run.start(budget.left(), &mut exercised)?;
        }
        findings.extend(server.stop()?);
    }
    let expected = Expected::of(contract);
    findings.extend(exercised.findings(&expected));
    findings.push(exercised.note(&expected));
    Ok(findings)
}
