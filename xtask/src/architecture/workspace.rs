//! What each crate uses, and where it says so: `cargo metadata` and the manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};
use serde::Deserialize;

use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;

use super::table::{self, Table};

/// What the check needs of `cargo metadata`.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// Each member with its directory below the root.
    pub(super) members: BTreeMap<String, String>,
    /// What each package uses itself, when it is built and run.
    pub(super) uses: BTreeMap<String, BTreeSet<String>>,
    /// What the tests of each member use besides.
    pub(super) uses_in_tests: BTreeMap<String, BTreeSet<String>>,
    /// What members with a list of all that they may use are built with where they are built
    /// alone, each with the package through which it came.
    pub(super) alone: BTreeMap<String, BTreeMap<String, String>>,
    /// The text of each member's manifest, in which a finding has its place.
    pub(super) manifests: BTreeMap<String, String>,
    /// The text of the workspace's manifest, which has the table.
    pub(super) manifest: String,
    /// What each member may use.
    pub(super) table: Table,
}

/// What there is of the workspace and where Cargo.lock is behind what the crates declare; or what
/// is wrong with a manifest.
type Read = Result<(Workspace, Option<Finding>), Finding>;

impl Workspace {
    /// Asks cargo. What the members use comes from their own words, for they are complete: cargo
    /// resolves no dependency that no feature asks for, and nothing at all with a lock that is
    /// behind.
    pub(super) fn read(layout: &Layout) -> Result<Read, Failure> {
        let root = layout.root();
        let mut command = MetadataCommand::new();
        // Cargo shows paths from where it runs.
        command
            .manifest_path(root.join("Cargo.toml"))
            .current_dir(root);
        let metadata = match command.clone().no_deps().exec() {
            Ok(metadata) => metadata,
            Err(cargo_metadata::Error::CargoMetadata { stderr }) => {
                return Ok(Err(broken_manifest(layout, &stderr)));
            }
            Err(error) => return Err(error.into()),
        };
        let mut workspace = Self::declared(&metadata);
        // Cargo has read them, so that they are there, and text.
        let text = |path: PathBuf| fs::read_to_string(&path).map_err(Failure::io("read", &path));
        workspace.manifest = text(root.join("Cargo.toml"))?;
        for (name, directory) in &workspace.members {
            let manifest = text(root.join(directory).join("Cargo.toml"))?;
            workspace.manifests.insert(name.clone(), manifest);
        }
        match table_of(&metadata) {
            Ok(table) => workspace.table = table,
            Err(error) => return Ok(Err(no_table(&error))),
        }
        let resolved = command
            .features(CargoOpt::AllFeatures)
            .other_options(["--locked".to_owned()])
            .exec();
        match resolved {
            Ok(resolved) => {
                workspace.resolve(&resolved);
                let listed = workspace.table.iter().filter(|(_, row)| row.only.is_some());
                let listed: Vec<String> = listed.map(|(name, _)| name.clone()).collect();
                for name in listed {
                    if workspace.members.contains_key(&name) {
                        let alone = alone(root, &name)?;
                        workspace.alone.insert(name, alone);
                    }
                }
            }
            Err(cargo_metadata::Error::CargoMetadata { stderr }) if stderr.contains("--locked") => {
                return Ok(Ok((workspace, Some(lock_is_behind()))));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Ok((workspace, None)))
    }

    /// What a package is built with itself.
    pub(super) fn uses(&self, package: &str) -> &BTreeSet<String> {
        const NOTHING: &BTreeSet<String> = &BTreeSet::new();
        self.uses.get(package).unwrap_or(NOTHING)
    }

    /// What the tests of a member use besides.
    pub(super) fn uses_in_tests(&self, package: &str) -> &BTreeSet<String> {
        const NOTHING: &BTreeSet<String> = &BTreeSet::new();
        self.uses_in_tests.get(package).unwrap_or(NOTHING)
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

    /// Where the member says that it uses `used`; at its name, if it does not.
    pub(super) fn location(&self, package: &str, used: &str) -> Location {
        let directory = self.members.get(package).map_or("", String::as_str);
        let file = Path::new(directory).join("Cargo.toml");
        let text = self.manifests.get(package).map_or("", String::as_str);
        let line = line_of(text, used).or_else(|| line_of(text, "name"));
        Location {
            line,
            ..Location::file(file.to_string_lossy())
        }
    }

    /// Everything that `package` is built with where it is built alone, as far as that is known.
    pub(super) fn closure_alone<'a>(&'a self, package: &'a str) -> BTreeMap<&'a str, &'a str> {
        let pair = |(used, through): (&'a String, &'a String)| (used.as_str(), through.as_str());
        match self.alone.get(package) {
            Some(alone) => alone.iter().map(pair).collect(),
            None => self.closure(package),
        }
    }

    /// Everything that `package` is built with, each with the package through which it came.
    pub(super) fn closure<'a>(&'a self, package: &'a str) -> BTreeMap<&'a str, &'a str> {
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

/// The table, or why what stands there is none.
fn table_of(metadata: &Metadata) -> Result<Table, String> {
    match metadata.workspace_metadata.get("crates") {
        Some(crates) => Table::deserialize(crates).map_err(|error| error.to_string()),
        None => Err("[workspace.metadata.crates] is missing".to_owned()),
    }
}

fn no_table(error: &str) -> Finding {
    let message = format!("the crate table cannot be read: {error}");
    Finding::error(Kind::Architecture, "table", message)
        .at(Location::file(table::FILE))
        .help("restore [workspace.metadata.crates] in Cargo.toml")
}

/// What cargo says of a manifest that it cannot read.
fn broken_manifest(layout: &Layout, said: &str) -> Finding {
    let root = format!("{}/", layout.root().display());
    let said = said.replace(&root, "");
    // `failed to parse manifest at `…`` and `--> …:4:1`, whichever cargo has to say.
    let named = said
        .split(|c: char| c.is_whitespace() || c == '`')
        .find_map(|word| {
            let (file, rest) = word.split_at(word.find("Cargo.toml")? + "Cargo.toml".len());
            let line = rest.split(':').nth(1).and_then(|line| line.parse().ok());
            Some(Location {
                line,
                ..Location::file(file)
            })
        });
    let message = "cargo cannot read the workspace's manifests";
    let finding = Finding::error(Kind::Architecture, "manifest", message)
        .at(named.unwrap_or_else(|| Location::file("Cargo.toml")))
        .help("correct the manifest: until cargo reads it, no crate is compared with the table");
    let lines = said.lines().map(str::trim_end);
    lines
        .filter(|line| !line.is_empty())
        .fold(finding, |finding, line| finding.detail(line))
}

/// What a member is built with by itself. In a build of the whole workspace its dependencies have
/// the features that others ask for, and with them packages that it has nothing to do with.
fn alone(root: &Path, member: &str) -> Result<BTreeMap<String, String>, Failure> {
    const WHAT: &str = "cargo tree";
    let arguments = ["tree", "--locked", "--all-features", "--target", "all"];
    let format = [
        "--edges",
        "normal,build",
        "--prefix",
        "depth",
        "--format",
        " {p}",
    ];
    let output = Command::new("cargo")
        .args(arguments)
        .args(format)
        .args(["--package", member])
        .current_dir(root)
        .output()
        .map_err(|source| Failure::tool(WHAT, source.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::tool(WHAT, said.trim()));
    }
    // `2 jiff-core v0.1.5`, below the line of depth 1 that uses it.
    let mut found = BTreeMap::new();
    let mut above: Vec<String> = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut words = line.split_whitespace();
        let depth = words.next().and_then(|depth| depth.parse::<usize>().ok());
        let (Some(depth), Some(name)) = (depth, words.next()) else {
            continue;
        };
        above.truncate(depth);
        if let Some(through) = above.last() {
            found
                .entry(name.to_owned())
                .or_insert_with(|| through.clone());
        }
        above.push(name.to_owned());
    }
    Ok(found)
}

fn lock_is_behind() -> Finding {
    Finding::error(
        Kind::Architecture,
        "lock",
        "Cargo.lock is behind what the crates declare, so that what they are built with is not known",
    )
    .at(Location::file("Cargo.lock"))
    .help("run `cargo update --workspace`, and commit Cargo.lock")
}

/// The line of a manifest that gives `key` a value, heads a table of this name, or renames the
/// package of this name.
fn line_of(manifest: &str, key: &str) -> Option<usize> {
    let renamed = format!("package = \"{key}\"");
    let table = format!("dependencies.{key}]");
    let found = manifest.lines().position(|line| {
        let value = line.strip_prefix(key);
        value.is_some_and(|rest| rest.trim_start().starts_with(['.', '=']))
            || (line.starts_with('[') && line.trim_end().ends_with(&table))
            || line.contains(&renamed)
    });
    found.map(|index| index + 1)
}
