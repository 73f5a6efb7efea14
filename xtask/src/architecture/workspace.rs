//! What each crate uses, and where it says so: `cargo metadata` and the manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};

use crate::finding::{Failure, Finding, Kind, Place};

/// What the check needs of `cargo metadata`.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// Each member with its directory below the root.
    pub(super) members: BTreeMap<String, String>,
    /// What each package uses itself, when it is built and run.
    pub(super) uses: BTreeMap<String, BTreeSet<String>>,
    /// What the tests of each member use besides.
    pub(super) uses_in_tests: BTreeMap<String, BTreeSet<String>>,
    /// The text of each member's manifest, in which a finding has its place.
    pub(super) manifests: BTreeMap<String, String>,
}

impl Workspace {
    /// Asks cargo, and says where Cargo.lock is behind what the crates declare. What the members
    /// use comes from their own words, for they are complete: cargo resolves no dependency that
    /// no feature asks for, and nothing at all with a lock that is behind.
    pub(super) fn read(root: &Path) -> Result<(Self, Option<Finding>), Failure> {
        let mut command = MetadataCommand::new();
        command.manifest_path(root.join("Cargo.toml"));
        let mut workspace = Self::declared(&command.clone().no_deps().exec()?);
        for (name, directory) in &workspace.members {
            let path = root.join(directory).join("Cargo.toml");
            let text = fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
            workspace.manifests.insert(name.clone(), text);
        }
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

    /// Where the member says that it uses `used`; at its name, if it does not.
    pub(super) fn place(&self, package: &str, used: &str) -> Place {
        let directory = self.members.get(package).map_or("", String::as_str);
        let file = Path::new(directory).join("Cargo.toml");
        let text = self.manifests.get(package).map_or("", String::as_str);
        let line = line_of(text, used).or_else(|| line_of(text, "name"));
        Place {
            line,
            ..Place::file(file.to_string_lossy())
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

fn lock_is_behind() -> Finding {
    Finding::error(
        Kind::Architecture,
        "lock",
        "Cargo.lock is behind what the crates declare, so that what they are built with is not known",
    )
    .at(Place::file("Cargo.lock"))
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
