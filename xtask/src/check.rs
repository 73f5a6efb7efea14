//! `cargo xtask check`: every static check, one after the other, all findings of all.

use crate::architecture;
use crate::cli::Generate;
use crate::finding::{Failure, Finding};
use crate::generate;
use crate::layout::Layout;

/// Runs every check.
pub(crate) fn run(layout: &Layout) -> Result<Vec<Finding>, Failure> {
    let mut findings = generate::run(layout, &Generate::check())?;
    findings.extend(architecture::check(layout)?);
    Ok(findings)
}
