//! `cargo xtask conform`: the running service keeps the contract's word.

mod child;
mod schemathesis;
mod server;

use std::fs::{self, File};

use crate::cli::Conform;
use crate::contract;
use crate::finding::{Failure, Finding};
use crate::layout::Layout;

/// One way of asking the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Requests that are made from the contract.
    Schemathesis,
}

impl Part {
    /// All of them, in the order in which they run.
    pub(crate) const ALL: [Self; 1] = [Self::Schemathesis];

    /// The name that `--only` takes.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Schemathesis => "schemathesis",
        }
    }
}

/// Runs every part, or the one that was asked for.
pub(crate) fn run(layout: &Layout, arguments: &Conform) -> Result<Vec<Finding>, Failure> {
    let contract = match contract::load(layout, &layout.contract())? {
        Ok(contract) => contract,
        Err(findings) => return Ok(findings),
    };
    let progress = |what: &str| eprintln!("conform: {what}");
    progress("building the server");
    let build = server::build(layout)?;
    let _lock = lock(&build, &progress)?;
    let mut findings = Vec::new();
    for part in Part::ALL {
        if arguments.only.is_none_or(|only| only == part) {
            findings.extend(match part {
                Part::Schemathesis => schemathesis::check(layout, &contract, &build, &progress)?,
            });
        }
    }
    Ok(findings)
}

/// Waits until no other `conform` works in the same directory.
fn lock(build: &server::Build, progress: &dyn Fn(&str)) -> Result<File, Failure> {
    let path = build.directory.join("lock");
    let failed = |action| {
        let path = path.clone();
        move |source| Failure::Io {
            action,
            path,
            source,
        }
    };
    fs::create_dir_all(&build.directory).map_err(failed("make"))?;
    let lock = File::create(&path).map_err(failed("write"))?;
    if lock.try_lock().is_err() {
        progress("waiting for another `cargo xtask conform` in this directory");
        lock.lock().map_err(failed("lock"))?;
    }
    Ok(lock)
}
