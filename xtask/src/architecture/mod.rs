//! The crate table: which crate may use which, read from `cargo metadata`.
//!
//! The table itself is in the workspace's manifest ([`table`]), and in words in
//! docs/architecture.md.

mod document;
mod table;
#[cfg(test)]
mod tests;
mod workspace;

use std::collections::BTreeMap;

use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;

use table::{Row, is_of_family};
use workspace::Workspace;

/// Checks the workspace against the table.
pub(crate) fn check(layout: &Layout) -> Result<Vec<Finding>, Failure> {
    let (workspace, behind) = match Workspace::read(layout)? {
        Ok(read) => read,
        Err(broken) => return Ok(vec![broken]),
    };
    let mut findings = findings(&workspace);
    findings.extend(behind);
    findings.extend(document::check(layout, &workspace.table)?);
    Ok(findings)
}

fn findings(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (package, directory) in &workspace.members {
        let at_name = workspace.location(package, "name");
        let Some(row) = workspace.table.get(package) else {
            findings.push(finding(
                "unknown-crate",
                at_name,
                format!("the crate {package} in {directory} is not in the crate table"),
                "add a row to [workspace.metadata.crates] in Cargo.toml and to \
                 docs/architecture.md",
            ));
            continue;
        };
        let expected = row.directory(package);
        if expected != *directory {
            findings.push(finding(
                "directory",
                at_name,
                format!("the crate {package} is in {directory}, and belongs in {expected}"),
                "move it, or change its row in Cargo.toml",
            ));
        }
        findings.extend(edges(workspace, package, row));
        findings.extend(forbidden(workspace, package, row));
        findings.extend(not_allowed(workspace, package, row));
    }
    for package in workspace.table.keys() {
        if !workspace.members.contains_key(package) {
            findings.push(finding(
                "missing-crate",
                table::location(&workspace.manifest, package),
                format!("the crate table has {package}, and the workspace has not"),
                "remove its row from Cargo.toml",
            ));
        }
    }
    findings
}

/// The crates of ours that a crate uses, and may not.
fn edges(workspace: &Workspace, package: &str, row: &Row) -> Vec<Finding> {
    let is_ours = |name: &&String| workspace.members.contains_key(*name);
    let built = workspace.uses(package).iter().filter(is_ours);
    let built = built.filter(|used| !row.uses.contains(used)).map(|used| {
        finding(
            "edge",
            workspace.location(package, used),
            format!("the crate {package} uses {used}, which the crate table does not allow"),
            "take the dependency out, or move the code to where it belongs",
        )
    });
    let tested = workspace.uses_in_tests(package).iter().filter(is_ours);
    let tested = tested
        .filter(|used| !row.uses.contains(used) && !row.tests_use.contains(used))
        .map(|used| {
            finding(
                "edge-in-tests",
                workspace.location(package, used),
                format!("the tests of {package} use {used}, which the crate table does not allow"),
                "move the tests to the package booking-tests",
            )
        });
    built.chain(tested).collect()
}

/// What a crate must never use, whether itself, through others or in its tests. One finding for
/// each family: what it is made of comes in with it.
fn forbidden(workspace: &Workspace, package: &str, row: &Row) -> Vec<Finding> {
    const HELP: &str = "take the dependency out, or trim the features that bring it in";
    let closure = workspace.closure(package);
    let never = row.never.iter().filter_map(|family| {
        let mut found = closure
            .iter()
            .filter(|(used, _)| is_of_family(used, family));
        let (used, through) = found
            .clone()
            .find(|(_, through)| **through == package)
            .or_else(|| found.next())?;
        let message = if *through == package {
            format!("the crate {package} must never use {family}, and does itself: {used}")
        } else {
            format!(
                "the crate {package} must never use {family}, and does through {through}: {used}"
            )
        };
        let location = workspace.location(package, first_step(&closure, package, used));
        Some(finding("never", location, message, HELP))
    });
    let families = row.never.iter().chain(&row.never_directly);
    let in_tests = families.filter(|family| !row.tests_use.contains(family));
    let in_tests = in_tests.filter_map(|family| {
        let mut tested = workspace.uses_in_tests(package).iter();
        let used = tested.find(|used| is_of_family(used, family))?;
        let message =
            format!("the crate {package} must never use {family}, and does in its tests: {used}");
        let location = workspace.location(package, used);
        Some(finding("never-in-tests", location, message, HELP))
    });
    let directly = row.never_directly.iter().filter_map(|family| {
        let mut built = workspace.uses(package).iter();
        let used = built.find(|used| is_of_family(used, family))?;
        let message =
            format!("the crate {package} must never use {family} itself, and does: {used}");
        Some(finding(
            "never",
            workspace.location(package, used),
            message,
            HELP,
        ))
    });
    never.chain(directly).chain(in_tests).collect()
}

/// What a crate uses beside what it is allowed to, where there is such a list.
fn not_allowed(workspace: &Workspace, package: &str, row: &Row) -> Vec<Finding> {
    const HELP: &str = "take the dependency out; or, where it keeps the crate's promises, add it \
        to the list in Cargo.toml with the reason";
    let mut findings = Vec::new();
    if let Some(only) = &row.only {
        let closure = workspace.closure_alone(package);
        let is_allowed = |used: &str| {
            only.iter().any(|allowed| allowed == used) || workspace.members.contains_key(used)
        };
        for (used, through) in closure.iter().filter(|(used, _)| !is_allowed(used)) {
            // What came in through something that is not allowed either is not told again.
            if *through == package || is_allowed(through) {
                let location = workspace.location(package, first_step(&closure, package, used));
                let how = if *through == package {
                    String::new()
                } else {
                    format!(" through {through}")
                };
                let message = format!(
                    "the crate {package} uses {used}{how}, which is not among what it may use"
                );
                findings.push(finding("not-allowed", location, message, HELP));
            }
        }
    }
    if let Some(only) = &row.tests_only {
        let tested = workspace.uses_in_tests(package).iter();
        let tested = tested
            .filter(|used| !only.contains(used) && !workspace.members.contains_key(*used))
            .map(|used| {
                let location = workspace.location(package, used);
                let message = format!(
                    "the tests of {package} use {used}, which is not among what they may use"
                );
                finding("not-allowed-in-tests", location, message, HELP)
            });
        findings.extend(tested);
    }
    findings
}

fn finding(rule: &str, location: Location, message: String, help: &str) -> Finding {
    Finding::error(Kind::Architecture, rule, message)
        .at(location)
        .help(help)
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
