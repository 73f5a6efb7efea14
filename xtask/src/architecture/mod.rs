//! The crate table: which crate may use which, read from `cargo metadata`.
//!
//! The table itself is [`table`], and in words in docs/architecture.md.

mod document;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};

use crate::finding::{Failure, Finding, Kind, Place};
use crate::layout::Layout;

use table::{Reach, Row, TABLE};

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
    /// Asks cargo, and says where Cargo.lock is behind what the crates declare. What the members
    /// use comes from their own words, for they are complete: cargo resolves no dependency that
    /// no feature asks for, and nothing at all with a lock that is behind.
    fn read(root: &Path) -> Result<(Self, Option<Finding>), Failure> {
        let mut command = MetadataCommand::new();
        command.manifest_path(root.join("Cargo.toml"));
        let mut workspace = Self::declared(&command.clone().no_deps().exec()?);
        let resolved = command
            .features(CargoOpt::AllFeatures)
            .other_options(["--locked".to_owned()])
            .exec();
        match resolved {
            Ok(resolved) => workspace.resolve(&resolved),
            Err(cargo_metadata::Error::CargoMetadata { stderr }) if stderr.contains("--locked") => {
                return Ok((workspace, Some(lock_is_behind())));
            }
            Err(error) => return Err(error.into()),
        }
        Ok((workspace, None))
    }

    /// The members, and what each says itself that it uses.
    fn declared(metadata: &Metadata) -> Self {
        let mut workspace = Self::default();
        for member in metadata.workspace_packages() {
            let directory = member
                .manifest_path
                .parent()
                .and_then(|path| path.strip_prefix(&metadata.workspace_root).ok());
            let name = member.name.to_string();
            workspace.members.insert(
                name.clone(),
                directory.map(ToString::to_string).unwrap_or_default(),
            );
            let (in_tests, built): (Vec<_>, Vec<_>) = member
                .dependencies
                .iter()
                .partition(|used| used.kind == DependencyKind::Development);
            let uses: BTreeSet<_> = built.iter().map(|used| used.name.clone()).collect();
            let besides = in_tests.iter().map(|used| used.name.clone());
            let besides = besides.filter(|used| !uses.contains(used)).collect();
            workspace.uses_in_tests.insert(name.clone(), besides);
            workspace.uses.insert(name, uses);
        }
        workspace
    }

    /// Adds what the packages of others are built with.
    fn resolve(&mut self, metadata: &Metadata) {
        let names: BTreeMap<&PackageId, &str> = metadata
            .packages
            .iter()
            .map(|package| (&package.id, package.name.as_str()))
            .collect();
        for node in metadata.resolve.iter().flat_map(|resolve| &resolve.nodes) {
            let Some(user) = names.get(&node.id) else {
                continue;
            };
            if self.members.contains_key(*user) {
                continue;
            }
            let uses = self.uses.entry((*user).to_owned()).or_default();
            let built = node.deps.iter().filter(|used| {
                let mut kinds = used.dep_kinds.iter();
                kinds.any(|kind| kind.kind != DependencyKind::Development)
            });
            uses.extend(
                built
                    .filter_map(|used| names.get(&used.pkg))
                    .map(|name| (*name).to_owned()),
            );
        }
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

fn lock_is_behind() -> Finding {
    Finding::error(
        Kind::Architecture,
        "lock",
        "Cargo.lock is behind what the crates declare, so that what they are built with is not known",
    )
    .at(Place::file("Cargo.lock"))
    .help("run `cargo update --workspace`, and commit Cargo.lock")
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

    #[test]
    fn an_optional_dependency_is_seen_also_with_a_lock_that_is_behind() {
        let root = tempfile::tempdir().unwrap();
        let package = |name: &str, more: &str| {
            let directory = root.path().join("crates").join(name);
            std::fs::create_dir_all(directory.join("src")).unwrap();
            let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n\n{more}");
            std::fs::write(directory.join("Cargo.toml"), manifest).unwrap();
            std::fs::write(directory.join("src/lib.rs"), "").unwrap();
        };
        std::fs::write(
            root.path().join("Cargo.toml"),
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        )
        .unwrap();
        package("rules", "");
        package("server", "");
        let (clean, behind) = Workspace::read(root.path()).unwrap();
        assert_eq!(ids(&clean), Vec::<String>::new());
        assert_eq!(
            behind.map(|finding| finding.id()).as_deref(),
            Some("architecture/lock"),
            "there is no lock yet"
        );
        package(
            "rules",
            "[dependencies]\nback = { package = \"server\", path = \"../server\", optional = true }\n",
        );
        let (odd, _) = Workspace::read(root.path()).unwrap();
        assert_eq!(ids(&odd), ["architecture/edge"]);
        let locked = MetadataCommand::new().current_dir(root.path()).exec();
        assert!(locked.is_ok());
        let (odd, behind) = Workspace::read(root.path()).unwrap();
        assert_eq!(ids(&odd), ["architecture/edge"]);
        assert_eq!(behind, None);
    }
}
