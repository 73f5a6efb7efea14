//! The crate table: which crate may use which, read from `cargo metadata`.
//!
//! The table itself is [`table`], and in words in docs/architecture.md.

mod document;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

use crate::finding::{Failure, Finding, Kind};
use crate::layout::Layout;

use table::{Reach, Row, TABLE};

/// Checks the workspace against the table.
pub(crate) fn check(layout: &Layout) -> Result<Vec<Finding>, Failure> {
    let metadata = MetadataCommand::new()
        .manifest_path(layout.root().join("Cargo.toml"))
        .other_options(["--locked".to_owned()])
        .exec()?;
    let mut findings = findings(&Workspace::of(&metadata), TABLE);
    let path = layout.root().join(document::DOCUMENT);
    let text = std::fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
    findings.extend(document::check(&text, TABLE));
    Ok(findings)
}

/// What the check needs of `cargo metadata`.
#[derive(Debug, Default)]
struct Workspace {
    /// Each member with its directory below the root.
    members: BTreeMap<String, String>,
    /// What each package uses itself, when it is built and run.
    uses: BTreeMap<String, BTreeSet<String>>,
    /// What the tests of each member use besides.
    uses_in_tests: BTreeMap<String, BTreeSet<String>>,
}

impl Workspace {
    fn of(metadata: &Metadata) -> Self {
        let names: BTreeMap<&PackageId, String> = metadata
            .packages
            .iter()
            .map(|package| (&package.id, package.name.to_string()))
            .collect();
        let mut workspace = Self::default();
        for member in metadata.workspace_packages() {
            let directory = member
                .manifest_path
                .parent()
                .and_then(|path| path.strip_prefix(&metadata.workspace_root).ok());
            workspace.members.insert(
                member.name.to_string(),
                directory.map(ToString::to_string).unwrap_or_default(),
            );
        }
        for node in metadata.resolve.iter().flat_map(|resolve| &resolve.nodes) {
            let Some(user) = names.get(&node.id) else {
                continue;
            };
            for used in &node.deps {
                let Some(name) = names.get(&used.pkg) else {
                    continue;
                };
                let only_in_tests = used
                    .dep_kinds
                    .iter()
                    .all(|kind| kind.kind == DependencyKind::Development);
                let uses = if only_in_tests {
                    &mut workspace.uses_in_tests
                } else {
                    &mut workspace.uses
                };
                uses.entry(user.clone()).or_default().insert(name.clone());
            }
        }
        workspace
    }

    /// Everything that `package` is built with, each with the package through which it came.
    fn closure<'a>(&'a self, package: &'a str) -> BTreeMap<&'a str, &'a str> {
        let mut found = BTreeMap::new();
        let mut open = vec![package];
        while let Some(user) = open.pop() {
            for used in self.uses.get(user).into_iter().flatten() {
                if !found.contains_key(used.as_str()) {
                    found.insert(used.as_str(), user);
                    open.push(used);
                }
            }
        }
        found
    }
}

fn findings(workspace: &Workspace, table: &[Row]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |rule: &str, message: String, help: &str| {
        findings.push(Finding::error(Kind::Architecture, rule, message).help(help));
    };
    for (package, directory) in &workspace.members {
        let Some(row) = table.iter().find(|row| row.package == package) else {
            find(
                "unknown-crate",
                format!("the crate {package} in {directory} is not in the crate table"),
                "add a row to xtask/src/architecture/table.rs and to docs/architecture.md",
            );
            continue;
        };
        if row.directory != directory {
            find(
                "directory",
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
                find(
                    "never",
                    format!(
                        "the crate {package} must never use {never}, and does through {through}"
                    ),
                    "take the dependency out, or trim the features that bring it in",
                );
            }
        }
    }
    for row in table {
        if !workspace.members.contains_key(row.package) {
            find(
                "missing-crate",
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

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &[Row] = &[
        Row {
            package: "rules",
            directory: "crates/rules",
            ours: &[],
            in_tests: &[],
            never: &["tokio"],
            reach: Reach::Closure,
        },
        Row {
            package: "server",
            directory: "crates/server",
            ours: &["rules"],
            in_tests: &["client"],
            never: &["diesel"],
            reach: Reach::Direct,
        },
    ];

    fn workspace(uses: &[(&str, &str)], in_tests: &[(&str, &str)]) -> Workspace {
        let edges = |pairs: &[(&str, &str)]| {
            let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (user, used) in pairs {
                edges
                    .entry((*user).to_owned())
                    .or_default()
                    .insert((*used).to_owned());
            }
            edges
        };
        Workspace {
            members: [("rules", "crates/rules"), ("server", "crates/server")]
                .map(|(name, directory)| (name.to_owned(), directory.to_owned()))
                .into(),
            uses: edges(uses),
            uses_in_tests: edges(in_tests),
        }
    }

    fn ids(workspace: &Workspace) -> Vec<String> {
        findings(workspace, SMALL).iter().map(Finding::id).collect()
    }

    #[test]
    fn a_workspace_that_keeps_to_the_table_is_clean() {
        let clean = workspace(
            &[("server", "rules"), ("server", "x"), ("x", "diesel")],
            &[],
        );
        assert_eq!(ids(&clean), Vec::<String>::new());
    }

    #[test]
    fn an_edge_that_points_back_is_found() {
        assert_eq!(
            ids(&workspace(&[("rules", "server")], &[])),
            ["architecture/edge"]
        );
        assert_eq!(
            ids(&workspace(&[], &[("rules", "server")])),
            ["architecture/edge-in-tests"]
        );
    }

    #[test]
    fn what_must_never_be_used_is_found_through_others_where_it_reaches_so_far() {
        assert_eq!(
            ids(&workspace(&[("rules", "x"), ("x", "tokio")], &[])),
            ["architecture/never"]
        );
        assert_eq!(
            ids(&workspace(&[("server", "diesel")], &[])),
            ["architecture/never"]
        );
    }

    #[test]
    fn a_crate_out_of_the_table_or_out_of_its_place_is_found() {
        let mut odd = workspace(&[], &[]);
        odd.members
            .insert("odd".to_owned(), "crates/odd".to_owned());
        odd.members.insert("rules".to_owned(), "rules".to_owned());
        odd.members.remove("server");
        assert_eq!(
            ids(&odd),
            [
                "architecture/unknown-crate",
                "architecture/directory",
                "architecture/missing-crate"
            ]
        );
    }
}
