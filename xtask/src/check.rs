//! `cargo xtask check`: every static check, all findings of all.

use std::collections::BTreeSet;
use std::thread;

use crate::cli::{Check, Generate};
use crate::database::{self, CheckOptions, ReleasedBaseline};
use crate::finding::{Failure, Finding, Kind};
use crate::layout::Layout;
use crate::published::Published;
use crate::{architecture, breaking, contract, documents, generate};

/// Runs every check. The one of the database has a cluster to wait for, and does so beside the
/// others. Where one cannot do its work, the others are told all the same.
pub(crate) fn run(layout: &Layout, arguments: &Check) -> Result<Vec<Finding>, Failure> {
    let published = Published::from_git(layout);
    let parts = thread::scope(|scope| {
        let database = scope.spawn(|| of_the_database(layout, arguments, published.as_ref().ok()));
        let generated = generate::run(layout, &Generate::check());
        let documents = of_the_documents(layout, published.as_ref().ok());
        let breaking = match &published {
            Ok(published) => breaking::check(layout, published),
            Err(_) => Ok(Vec::new()),
        };
        let architecture = architecture::check(layout);
        let database = database
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        [generated, documents, breaking, database, architecture]
    });
    let (mut findings, mut failures) = (Vec::new(), Vec::new());
    failures.extend(published.err());
    for part in parts {
        match part {
            Ok(found) => findings.extend(found),
            Err(failure) => failures.push(failure),
        }
    }
    // A contract that cannot be read is met by several.
    let mut told = BTreeSet::new();
    failures.retain(|failure| told.insert(failure.to_string()));
    if failures.is_empty() {
        Ok(findings)
    } else {
        Err(Failure::Partly { findings, failures })
    }
}

fn of_the_documents(
    layout: &Layout,
    published: Option<&Published>,
) -> Result<Vec<Finding>, Failure> {
    match contract::load(layout, &layout.contract())? {
        Ok(contract) => documents::check(layout, &contract, published),
        // A contract that is refused has no names to hold the documents against.
        Err(_) => Ok(vec![Finding::note(
            Kind::Stale,
            "not-compared",
            "generated code, documents and the lists of the database were not compared with the \
             contract, because it is refused",
        )]),
    }
}

fn of_the_database(
    layout: &Layout,
    arguments: &Check,
    published: Option<&Published>,
) -> Result<Vec<Finding>, Failure> {
    let baseline = published
        .map(|published| ReleasedBaseline::from_published(layout, published))
        .transpose()?;
    let options = CheckOptions {
        live: arguments.live.as_deref(),
        baseline: baseline.as_ref(),
    };
    database::check(layout, options)
}
