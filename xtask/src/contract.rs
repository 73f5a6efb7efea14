//! A contract from the disk, or what is wrong with it as findings.

use std::path::Path;

use booking_codegen::diagnostic::{Diagnostic, Diagnostics};
use booking_codegen::ir::Contract;

use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;

/// The text of a contract, or why there is none. That the repository's own is missing is the
/// tree's fault; of any other, that of whoever named it.
pub(crate) fn read(layout: &Layout, path: &Path) -> Result<Result<String, Finding>, Failure> {
    if path != layout.contract() && !path.exists() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(Failure::io("read", path)(missing));
    }
    layout.text(path, Kind::Lint)
}

/// The contract, or everything that is wrong with it.
pub(crate) fn load(
    layout: &Layout,
    path: &Path,
) -> Result<Result<Contract, Vec<Finding>>, Failure> {
    Ok(match read(layout, path)? {
        Ok(text) => booking_codegen::load(&layout.shown(path), &text)
            .map_err(|diagnostics| lints(&diagnostics)),
        Err(finding) => Err(vec![finding]),
    })
}

/// The diagnostics of the generator as findings.
pub(crate) fn lints(diagnostics: &Diagnostics) -> Vec<Finding> {
    let found = diagnostics.iter();
    found.map(|found| lint(diagnostics, found)).collect()
}

/// A diagnostic of the generator as a finding.
fn lint(diagnostics: &Diagnostics, found: &Diagnostic) -> Finding {
    let mut finding = Finding::error(Kind::Lint, found.rule.id(), &found.message).at(Location {
        file: diagnostics.file().to_owned(),
        line: Some(found.span.line),
        column: Some(found.span.column),
    });
    finding.excerpt = Some(diagnostics.excerpt(found));
    finding.help.clone_from(&found.help);
    finding
}
