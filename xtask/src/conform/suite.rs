//! The test suite as a witness: what the tests of `tests/` have made the service say is held
//! against the contract, and what the contract declares must have been said.
//!
//! Each test process writes down what it has overheard (`tests/src/witness`). The judgement is
//! made here once more, against the contract of the layout: a record tells what a service did,
//! and this says what that means for any contract.

mod record;
mod tally;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use booking_codegen::ir;
use contract_witness::RECORD_VARIABLE;

use self::tally::Tally;
use super::budget::Budget;
use super::located_contract::LocatedContract;
use crate::child::Guarded;
use crate::finding::{Failure, Finding, Kind};
use crate::layout::Layout;

/// The package of the tests that drive the service from outside.
const PACKAGE: &str = "booking-tests";

/// How long the tests may build. That is not counted: the limit is for a build that hangs.
const BUILD_LIMIT: Duration = Duration::from_secs(60 * 60);

/// Judges the record of the test suite: the one in `recorded`, or that of a run for this, which
/// is kept in the command's own directory.
pub(super) fn check(
    layout: &Layout,
    contract: &ir::Contract,
    own: &Path,
    recorded: Option<&Path>,
    budget: &Budget,
    progress: &dyn Fn(&str),
) -> Result<Vec<Finding>, Failure> {
    let located = LocatedContract::load(layout, contract)?;
    let mut findings = Vec::new();
    let directory = match recorded {
        Some(directory) => directory.to_owned(),
        None => {
            progress("running the tests that drive the service from outside");
            let run = run(layout, own, budget)?;
            findings.extend(run.failed);
            run.directory
        }
    };
    let mut tally = Tally::new(&located.contract);
    record::read(&directory, |record| tally.add(&record))?;
    progress(&tally.to_string());
    findings.extend(tally.findings(&located, &directory));
    Ok(findings)
}

/// A run of the suite.
struct Run {
    /// Where its record is.
    directory: PathBuf,
    /// What there is to say when tests have failed.
    failed: Option<Finding>,
}

/// Runs the suite. What it prints goes to a file; its record is in a directory that holds
/// nothing of another run.
fn run(layout: &Layout, own: &Path, budget: &Budget) -> Result<Run, Failure> {
    let directory = own.join("record");
    if directory.exists() {
        fs::remove_dir_all(&directory).map_err(Failure::io("remove", &directory))?;
    }
    fs::create_dir_all(&directory).map_err(Failure::io("make", &directory))?;
    let log = own.join("suite.log");
    // A suite that does not build has not failed: it has not run.
    let built = budget.uncounted(|| cargo(layout, "--no-run", &directory, &log, BUILD_LIMIT))?;
    if !built {
        let what = format!("cargo test --package {PACKAGE}");
        return Err(Failure::tool(
            &what,
            format!("the tests do not build: see {}", layout.shown(&log)),
        ));
    }
    let passed = cargo(layout, "--no-fail-fast", &directory, &log, budget.left())?;
    let failed = (!passed).then(|| {
        let finding = Finding::error(
            Kind::Conformance,
            "suite-failed",
            "tests that drive the service from outside fail",
        );
        let text = fs::read_to_string(&log).unwrap_or_default();
        failures(&text)
            .fold(finding, |finding, line| finding.detail(line))
            .help(format!("read {}", layout.shown(&log)))
    });
    Ok(Run { directory, failed })
}

/// Calls cargo on the suite; whether it has succeeded within the time.
fn cargo(
    layout: &Layout,
    argument: &str,
    directory: &Path,
    log: &Path,
    limit: Duration,
) -> Result<bool, Failure> {
    let output = File::create(log).map_err(Failure::io("write", log))?;
    let errors = output.try_clone().map_err(Failure::io("write", log))?;
    let manifest = layout.root().join("Cargo.toml");
    let arguments = [
        "test",
        "--locked",
        "--package",
        PACKAGE,
        argument,
        "--manifest-path",
    ];
    let arguments = arguments.map(OsStr::new).into_iter();
    let arguments = arguments.chain([manifest.as_os_str()]);
    let what = format!("cargo test --package {PACKAGE}");
    let status = Guarded::new(&what, Path::new("cargo"), arguments)
        .env(RECORD_VARIABLE, directory)
        .run(output, errors, limit)?;
    Ok(status.success())
}

/// The names of the tests that have failed, as the log lists them.
fn failures(log: &str) -> impl Iterator<Item = &str> {
    log.lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"))
}

#[cfg(test)]
mod tests;
