//! `cargo xtask check`: every static check, one after the other, all findings of all.

use crate::cli::{Check, Generate};
use crate::database::{self, Beside, Earlier};
use crate::finding::{Failure, Finding};
use crate::layout::Layout;
use crate::published::Published;
use crate::{architecture, breaking, contract, documents, generate};

/// Runs every check.
pub(crate) fn run(layout: &Layout, arguments: &Check) -> Result<Vec<Finding>, Failure> {
    let mut findings = generate::run(layout, &Generate::check())?;
    // A contract that is refused has no names to hold the documents against.
    if let Ok(contract) = contract::load(layout, &layout.contract())? {
        findings.extend(documents::check(layout, &contract)?);
    }
    let published = Published::of(layout)?;
    findings.extend(breaking::check(layout, &published)?);
    let earlier = Earlier::of(layout, &published)?;
    let beside = Beside {
        live: arguments.live.as_deref(),
        earlier: Some(&earlier),
    };
    findings.extend(database::check(layout, beside)?);
    findings.extend(architecture::check(layout)?);
    Ok(findings)
}
