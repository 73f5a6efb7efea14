//! `cargo xtask conform`: the running service keeps the contract's word.

mod budget;
mod linters;
mod located_contract;
mod routes;
mod schemathesis;
mod server;
mod suite;
mod tools;

use std::fs::{self, File};
use std::path::Path;

use clap::ValueEnum;

use self::budget::Budget;
use self::server::Build;
use crate::cli::{Conform, Part};
use crate::contract;
use crate::finding::{Failure, Finding};
use crate::layout::Layout;

/// Runs every part, or the one that was asked for, and says on standard error what is going on.
pub(crate) fn run(layout: &Layout, arguments: &Conform) -> Result<Vec<Finding>, Failure> {
    let progress = |what: &str| eprintln!("conform: {what}");
    run_quietly(layout, arguments, &progress)
}

/// Runs every part, or the one that was asked for.
pub(crate) fn run_quietly(
    layout: &Layout,
    arguments: &Conform,
    progress: &dyn Fn(&str),
) -> Result<Vec<Finding>, Failure> {
    let contract = match contract::load(layout, &layout.contract())? {
        Ok(contract) => contract,
        Err(findings) => return Ok(findings),
    };
    let directory = server::directory(layout)?;
    let _lock = lock(&directory, progress)?;
    let budget = Budget::new(budget::LIMIT);
    let mut built = None;
    let build = || {
        if arguments.server.is_none() {
            progress("building the server");
        }
        budget.uncounted(|| server::build(layout, arguments.server.as_deref(), &directory))
    };
    let mut findings = Vec::new();
    for part in Part::value_variants().iter().copied() {
        if arguments.only.is_some_and(|only| only != part) {
            continue;
        }
        let outcome = match part {
            Part::Linters => linters::check(layout, &directory, &budget, progress),
            Part::Routes => {
                let build = once(&mut built, build)?;
                routes::check(layout, &contract, build, progress)
            }
            Part::Suite => {
                let recorded = arguments.record.directory();
                suite::check(layout, &contract, &directory, recorded, &budget, progress)
            }
            Part::Schemathesis => {
                let build = once(&mut built, build)?;
                schemathesis::check(layout, &contract, build, &budget, progress)
            }
        };
        findings.extend(budget.settle(part, outcome)?);
        if budget.left().is_zero() {
            break;
        }
    }
    progress(&format!("done in {budget}"));
    Ok(findings)
}

/// Every route that a service of this tree's contract has to have.
pub(crate) fn expected_routes(layout: &Layout) -> Result<Vec<String>, Failure> {
    match contract::load(layout, &layout.contract())? {
        Ok(contract) => routes::expected(layout, &contract),
        Err(_) => Ok(Vec::new()),
    }
}

/// The server, built when it is first needed: what the tests have recorded is judged without.
fn once(
    built: &mut Option<Build>,
    build: impl FnOnce() -> Result<Build, Failure>,
) -> Result<&Build, Failure> {
    match built {
        Some(build) => Ok(build),
        None => Ok(built.insert(build()?)),
    }
}

/// Waits until no other `conform` works in the same directory.
fn lock(directory: &Path, progress: &dyn Fn(&str)) -> Result<File, Failure> {
    let path = directory.join("lock");
    fs::create_dir_all(directory).map_err(Failure::io("make", directory))?;
    let lock = File::create(&path).map_err(Failure::io("write", &path))?;
    if lock.try_lock().is_err() {
        progress("waiting for another `cargo xtask conform` in this directory");
        lock.lock().map_err(Failure::io("lock", &path))?;
    }
    Ok(lock)
}
