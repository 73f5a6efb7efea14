//! A copy of the repository's own files, in which a mistake can be made.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::super::{CheckOptions, check_in, dump_in, migrations};
use super::cluster;
use crate::finding::{Failure, Finding};
use crate::layout::Layout;

pub(super) const UP: &str = "migrations/2026-11-21-000001_bookings/up.sql";
pub(super) const DOWN: &str = "migrations/2026-11-21-000001_bookings/down.sql";
pub(super) const SCHEMA_RS: &str = "crates/booking-persistence/src/schema.rs";

/// A copy of what the check reads.
pub(super) struct Tree {
    directory: TempDir,
    pub(super) layout: Layout,
}

impl Tree {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let original = Layout::of_this_repository();
        for folder in [
            "migrations",
            "xtask/seeds",
            "crates/booking-persistence/src",
        ] {
            fs::create_dir_all(directory.path().join(folder)).expect("a folder can be made");
        }
        copy(&original.migrations(), &directory.path().join("migrations"));
        copy(&original.seeds(), &directory.path().join("xtask/seeds"));
        for file in ["booking-api.yaml", "schema.sql", SCHEMA_RS] {
            let to = directory.path().join(file);
            fs::copy(original.root().join(file), to).expect("it can be copied");
        }
        let layout = Layout::new(directory.path()).expect("it is there");
        Self { directory, layout }
    }

    pub(super) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.directory.path().join(file)).expect("it is there")
    }

    pub(super) fn write(&self, file: &str, text: &str) {
        let path = self.directory.path().join(file);
        let folder = path.parent().expect("it is in a folder");
        fs::create_dir_all(folder).expect("a folder can be made");
        fs::write(path, text).expect("it can be written");
    }

    /// Replaces a text that stands in a file once.
    pub(super) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert_eq!(text.matches(from).count(), 1, "{from} in {file}");
        self.write(file, &text.replace(from, to));
    }

    /// Removes a file or a folder.
    pub(super) fn remove(&self, file: &str) {
        let path = self.directory.path().join(file);
        if path.is_dir() {
            fs::remove_dir_all(path).expect("it is there");
        } else {
            fs::remove_file(path).expect("it is there");
        }
    }

    /// How many migrations there are.
    pub(super) fn migration_count(&self) -> usize {
        let folder = migrations::read_folder(&self.layout).expect("it can be read");
        folder.migrations.len()
    }

    /// Removes every migration.
    pub(super) fn remove_migrations(&self) {
        let entries = fs::read_dir(self.layout.migrations()).expect("it can be read");
        for entry in entries {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                fs::remove_dir_all(path).expect("it is there");
            }
        }
    }

    /// Adds another migration.
    pub(super) fn migrate(&self, name: &str, up: &str, down: &str) {
        self.write(&format!("migrations/{name}/up.sql"), up);
        self.write(&format!("migrations/{name}/down.sql"), down);
    }

    pub(super) fn check(&self) -> Vec<Finding> {
        let findings = self.check_with(CheckOptions::default());
        findings.expect("PostgreSQL runs")
    }

    pub(super) fn check_with(&self, options: CheckOptions<'_>) -> Result<Vec<Finding>, Failure> {
        check_in(cluster(), &self.layout, options)
    }

    pub(super) fn dump(&self) -> Vec<Finding> {
        match migrations::read(&self.layout).expect("it can be read") {
            Ok(migrations) => {
                dump_in(cluster(), &self.layout, &migrations).expect("PostgreSQL runs")
            }
            Err(findings) => findings,
        }
    }

    /// The line of the first place of a text, from 1.
    pub(super) fn line(&self, file: &str, text: &str) -> usize {
        let lines = self.read(file);
        let line = lines.lines().position(|line| line.contains(text));
        line.expect("it stands there") + 1
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("it can be listed") {
        let entry = entry.expect("it can be listed");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("a folder can be made");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("it can be copied");
        }
    }
}

/// `id file:line message` of each.
pub(super) fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| {
        let location = finding.location.as_ref().map(|location| {
            let line = location.line.map(|line| format!(":{line}"));
            format!("{}{}", location.file, line.unwrap_or_default())
        });
        let location = location.unwrap_or_default();
        format!("{} {location} {}", finding.id(), finding.message)
    };
    findings.iter().map(line).collect()
}
