//! The crate table: which crate may use which, read from `cargo metadata`.
//!
//! The table itself is [`table`], and in words in docs/architecture.md.

mod document;
mod table;
#[cfg(test)]
mod tests;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Failure, Finding, Kind, Place};
use crate::layout::Layout;

use table::{Reach, Row, TABLE};
use workspace::Workspace;

/// Checks the workspace against the table.
pub(crate) fn check(layout: &Layout) -> Result<Vec<Finding>, Failure> {
    let (workspace, behind) = Workspace::read(layout.root())?;
    let mut findings = findings(&workspace, TABLE);
    findings.extend(behind);
    let path = layout.root().join(document::DOCUMENT);
    let text = std::fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
    findings.extend(document::check(&text, TABLE));
    Ok(findings)
}

fn findings(workspace: &Workspace, table: &[Row]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |rule: &str, place: Place, message: String, help: &str| {
        findings.push(
            Finding::error(Kind::Architecture, rule, message)
                .at(place)
                .help(help),
        );
    };
    for (package, directory) in &workspace.members {
        let Some(row) = table.iter().find(|row| row.package == package) else {
            find(
                "unknown-crate",
                workspace.place(package, "name"),
                format!("the crate {package} in {directory} is not in the crate table"),
                "add a row to xtask/src/architecture/table.rs and to docs/architecture.md",
            );
            continue;
        };
        if row.directory != directory {
            find(
                "directory",
                workspace.place(package, "name"),
                format!(
                    "the crate {package} is in {directory}, and belongs in {}",
                    row.directory
                ),
                "move it, or change its row in xtask/src/architecture/table.rs",
            );
        }
        let empty = BTreeSet::new();
        let uses = workspace.uses.get(package).unwrap_or(&empty);
        let in_tests = workspace.uses_in_tests.get(package).unwrap_or(&empty);
        let ours = |name: &&String| workspace.members.contains_key(*name);
        for used in uses.iter().filter(ours) {
            if !row.ours.contains(&used.as_str()) {
                find(
                    "edge",
                    workspace.place(package, used),
                    format!(
                        "the crate {package} uses {used}, which the crate table does not allow"
                    ),
                    "take the dependency out, or move the code to where it belongs",
                );
            }
        }
        for used in in_tests.iter().filter(ours) {
            if !row.in_tests.contains(&used.as_str()) && !row.ours.contains(&used.as_str()) {
                find(
                    "edge-in-tests",
                    workspace.place(package, used),
                    format!(
                        "the tests of {package} use {used}, which the crate table does not allow"
                    ),
                    "move the tests to the package booking-tests",
                );
            }
        }
        let closure = workspace.closure(package);
        for never in row.never {
            let through = match row.reach {
                Reach::Direct => uses.contains(*never).then_some(package.as_str()),
                Reach::Closure => closure.get(never).copied(),
            };
            if let Some(through) = through {
                let how = if through == package {
                    "itself".to_owned()
                } else {
                    format!("through {through}")
                };
                let first = first_step(&closure, package, never);
                find(
                    "never",
                    workspace.place(package, first),
                    format!("the crate {package} must never use {never}, and does {how}"),
                    "take the dependency out, or trim the features that bring it in",
                );
            }
        }
    }
    for row in table {
        if !workspace.members.contains_key(row.package) {
            find(
                "missing-crate",
                table::place(row.package),
                format!(
                    "the crate table has {}, and the workspace has not",
                    row.package
                ),
                "remove its row from xtask/src/architecture/table.rs",
            );
        }
    }
    findings
}

/// Through which dependency of its own a package comes to `used`.
fn first_step<'a>(closure: &BTreeMap<&'a str, &'a str>, package: &str, used: &'a str) -> &'a str {
    let mut step = used;
    while let Some(through) = closure.get(step)
        && *through != package
    {
        step = through;
    }
    step
}
