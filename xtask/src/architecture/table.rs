//! The crate table, as `[workspace.metadata.crates]` of the workspace's manifest has it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::Location;

/// The rows, by package.
pub(super) type Table = BTreeMap<String, Row>;

/// What a crate may use. What the keys mean is said where the table stands.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Row {
    /// Below the root; where it is left out, `crates/` and the package's name.
    directory: Option<String>,
    pub(super) uses: Vec<String>,
    pub(super) tests_use: Vec<String>,
    pub(super) never: Vec<String>,
    pub(super) never_directly: Vec<String>,
    pub(super) only: Option<Vec<String>>,
    pub(super) tests_only: Option<Vec<String>>,
}

impl Row {
    pub(super) fn directory(&self, package: &str) -> String {
        let usual = || format!("crates/{package}");
        self.directory.clone().unwrap_or_else(usual)
    }
}

/// Whether a package is the one that gives a family its name, or one of its parts:
/// `serde_core` and `serde-json` are of the family `serde`, and `serdexyz` is not.
pub(super) fn is_of_family(package: &str, family: &str) -> bool {
    let rest = package.strip_prefix(family);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

/// Where the table stands, below the root.
pub(super) const FILE: &str = "Cargo.toml";

/// Where a package has its row in the manifest.
pub(super) fn location(manifest: &str, package: &str) -> Location {
    let heading = format!("[workspace.metadata.crates.{package}]");
    let is_row = |line: &str| {
        let rest = line.strip_prefix(package);
        line == heading || rest.is_some_and(|rest| rest.trim_start().starts_with("= {"))
    };
    let mut lines = manifest.lines();
    // The dependencies have the names of the packages, too, and stand below the table.
    let line = lines.position(|line| is_row(line.trim_end()));
    Location {
        line: line.map(|index| index + 1),
        ..Location::file(FILE)
    }
}
