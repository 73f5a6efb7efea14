//! A contract from the disk, or what is wrong with it as findings.

use std::fs;
use std::path::Path;

use booking_codegen::diagnostic::{Diagnostic, Diagnostics};
use booking_codegen::ir::Contract;

use crate::finding::{Failure, Finding, Kind, Place};
use crate::layout::Layout;

/// The text of a contract.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::io("read", path))
}

/// The contract, or everything that is wrong with it.
pub(crate) fn load(
    layout: &Layout,
    path: &Path,
) -> Result<Result<Contract, Vec<Finding>>, Failure> {
    let text = read(path)?;
    let contract = booking_codegen::load(&layout.shown(path), &text);
    Ok(contract.map_err(|diagnostics| {
        diagnostics
            .iter()
            .map(|found| lint(&diagnostics, found))
            .collect()
    }))
}

/// A diagnostic of the generator as a finding.
fn lint(diagnostics: &Diagnostics, found: &Diagnostic) -> Finding {
    let mut finding = Finding::error(Kind::Lint, found.rule.id(), &found.message).at(Place {
        file: diagnostics.file().to_owned(),
        line: Some(found.span.line),
        column: Some(found.span.column),
    });
    finding.excerpt = Some(diagnostics.excerpt(found));
    finding.help.clone_from(&found.help);
    finding
}
