//! A contract from the disk, or what is wrong with it as findings.

use std::fs;
use std::path::Path;

use booking_codegen::diagnostic::{Diagnostic, Diagnostics};
use booking_codegen::ir::Contract;

use crate::finding::{Failure, Finding, Kind, Place};
use crate::layout::Layout;

/// The text of a contract, or that it is none.
pub(crate) fn read(layout: &Layout, path: &Path) -> Result<Result<String, Finding>, Failure> {
    let bytes = fs::read(path).map_err(Failure::io("read", path))?;
    Ok(String::from_utf8(bytes).map_err(|error| no_text(&layout.shown(path), &error)))
}

/// The contract, or everything that is wrong with it.
pub(crate) fn load(
    layout: &Layout,
    path: &Path,
) -> Result<Result<Contract, Vec<Finding>>, Failure> {
    Ok(match read(layout, path)? {
        Ok(text) => booking_codegen::load(&layout.shown(path), &text)
            .map_err(|diagnostics| lints(&diagnostics)),
        Err(no_text) => Err(vec![no_text]),
    })
}

/// The diagnostics of the generator as findings.
pub(crate) fn lints(diagnostics: &Diagnostics) -> Vec<Finding> {
    let found = diagnostics.iter();
    found.map(|found| lint(diagnostics, found)).collect()
}

fn no_text(shown: &str, error: &std::string::FromUtf8Error) -> Finding {
    let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    Finding::error(Kind::Lint, "encoding", "the contract is not UTF-8")
        .at(Place::line(shown, line))
        .help("save the file as UTF-8")
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
