//! `cargo xtask check`: every static check, all findings of all.

use std::thread;

use crate::cli::{Check, Generate};
use crate::database::{self, Beside, Earlier};
use crate::finding::{Failure, Finding};
use crate::layout::Layout;
use crate::published::Published;
use crate::{architecture, breaking, contract, documents, generate};

/// Runs every check. The one of the database has a cluster to wait for, and does so beside the
/// others.
pub(crate) fn run(layout: &Layout, arguments: &Check) -> Result<Vec<Finding>, Failure> {
    let published = Published::of(layout)?;
    thread::scope(|scope| {
        let database = scope.spawn(|| of_the_database(layout, arguments, &published));
        let mut findings = generate::run(layout, &Generate::check())?;
        // A contract that is refused has no names to hold the documents against.
        if let Ok(contract) = contract::load(layout, &layout.contract())? {
            findings.extend(documents::check(layout, &contract)?);
        }
        findings.extend(breaking::check(layout, &published)?);
        let architecture = architecture::check(layout)?;
        let database = database
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        findings.extend(database?);
        findings.extend(architecture);
        Ok(findings)
    })
}

fn of_the_database(
    layout: &Layout,
    arguments: &Check,
    published: &Published,
) -> Result<Vec<Finding>, Failure> {
    let earlier = Earlier::of(layout, published)?;
    let beside = Beside {
        live: arguments.live.as_deref(),
        earlier: Some(&earlier),
    };
    database::check(layout, beside)
}
