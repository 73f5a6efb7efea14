//! The folder `migrations/`, as Diesel reads it, and what Diesel would stumble over.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::rules;
use super::sql::SqlFile;
use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;

/// One migration.
#[derive(Debug, Clone)]
pub(super) struct Migration {
    /// What the database remembers of it: `20261121000001`.
    pub(super) version: String,
    /// Its directory's name: `2026-11-21-000001_bookings`.
    pub(super) name: String,
    pub(super) up: SqlFile,
    pub(super) down: SqlFile,
    /// `metadata.toml`, if there is one.
    pub(super) metadata: Option<String>,
    /// Whether each way runs in a transaction.
    pub(super) in_transaction: bool,
}

/// What the folder holds.
#[derive(Debug)]
pub(super) struct Folder {
    /// The migrations that Diesel can run, oldest first.
    pub(super) migrations: Vec<Migration>,
    /// The names of the directories that something is wrong with.
    pub(super) broken: Vec<String>,
    /// Everything that is wrong.
    pub(super) findings: Vec<Finding>,
}

impl Folder {
    /// Whether a directory is there, and what it holds cannot be said.
    pub(super) fn is_unreadable(&self, name: &str) -> bool {
        self.broken.iter().any(|broken| broken == name)
            && self
                .migrations
                .iter()
                .all(|migration| migration.name != name)
    }

    /// The migrations that nothing broken comes before, so that they run on what they expect.
    pub(super) fn sound(&self) -> &[Migration] {
        let first = self.broken.iter().map(|name| version(name)).min();
        let is_before = |one: &Migration| first.as_ref().is_none_or(|broken| one.version < *broken);
        let count = self.migrations.iter().take_while(|one| is_before(one));
        &self.migrations[..count.count()]
    }
}

/// All migrations, oldest first, or everything that is wrong with the folder.
pub(super) fn read(layout: &Layout) -> Result<Result<Vec<Migration>, Vec<Finding>>, Failure> {
    let folder = read_folder(layout)?;
    Ok(if folder.findings.is_empty() {
        Ok(folder.migrations)
    } else {
        Err(folder.findings)
    })
}

/// The migrations that can be read, and what is wrong with the others.
pub(super) fn read_folder(layout: &Layout) -> Result<Folder, Failure> {
    let mut migrations: Vec<Migration> = Vec::new();
    let mut broken = Vec::new();
    let mut findings = Vec::new();
    let (directories, others) = listed(&layout.migrations())?;
    for name in others {
        let location = Location::file(layout.shown(&layout.migrations().join(&name)));
        let message = format!("{name} is no migration, and nobody runs it");
        let finding = Finding::error(Kind::Database, rules::MIGRATION_FOLDER, message);
        findings.push(finding.at(location).help(STRANGER));
    }
    for name in directories {
        match read_one(layout, &name)? {
            Ok(migration) => migrations.push(migration),
            Err(wrong) => {
                findings.extend(wrong);
                broken.push(name);
            }
        }
    }
    migrations.sort_by(|one, other| one.version.cmp(&other.version));
    for pair in migrations.windows(2) {
        if pair[0].version == pair[1].version {
            let message = format!(
                "{} and {} have the same version, {}: only one of them would ever run",
                pair[0].name, pair[1].name, pair[0].version
            );
            findings.push(
                Finding::error(Kind::Database, rules::MIGRATION_FOLDER, message)
                    .at(Location::file(&pair[1].up.shown))
                    .help("give the newer one a later number"),
            );
            broken.extend([pair[0].name.clone(), pair[1].name.clone()]);
        }
    }
    if migrations.is_empty() && findings.is_empty() {
        let location = Location::file(layout.shown(&layout.migrations()));
        let message = "there is no migration, and so no schema to compare with";
        findings
            .push(Finding::error(Kind::Database, rules::MIGRATION_FOLDER, message).at(location));
    }
    Ok(Folder {
        migrations,
        broken,
        findings,
    })
}

/// What to do about a file that nobody runs.
const STRANGER: &str = "a migration is a directory with up.sql and down.sql; what is none belongs \
    elsewhere";

/// The names of the directories, each of which is a migration to Diesel, and of all that is none.
fn listed(folder: &Path) -> Result<(Vec<String>, Vec<String>), Failure> {
    let failure = Failure::io("list", folder);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Default::default()),
        Err(source) => return Err(failure(source)),
    };
    let (mut directories, mut others) = (Vec::new(), Vec::new());
    for entry in entries {
        let entry = entry.map_err(failure)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !name.starts_with('.') {
            directories.push(name);
        } else if name != LOCK {
            others.push(name);
        }
    }
    directories.sort();
    others.sort();
    Ok((directories, others))
}

/// The one file that belongs beside the migrations.
const LOCK: &str = "released.lock";

/// The files of a migration.
pub(super) const FILES: [&str; 3] = ["up.sql", "down.sql", "metadata.toml"];

fn read_one(layout: &Layout, name: &str) -> Result<Result<Migration, Vec<Finding>>, Failure> {
    let directory = layout.migrations().join(name);
    let shown = layout.shown(&directory);
    let mut wrong = Vec::new();
    let mut report = |file: &str, message: String, help: &str| {
        wrong.push(
            Finding::error(Kind::Database, rules::MIGRATION_FOLDER, message)
                .at(Location::file(file))
                .help(help),
        );
    };
    if !is_well_named(name) {
        report(
            &shown,
            format!("{name} is not named as a migration is"),
            "call it YYYY-MM-DD-NNNNNN_what_it_does, with the day and a number that tells it from \
             others of the same day",
        );
    }
    let (below, files) = listed(&directory)?;
    for file in below.iter().chain(&files) {
        if !FILES.contains(&file.as_str()) {
            report(
                &layout.shown(&directory.join(file)),
                format!("{file} is no part of the migration {name}, and nobody runs it"),
                STRANGER,
            );
        }
    }
    let mut sql = |file: &str, way: &str| -> Result<SqlFile, Failure> {
        let path = directory.join(file);
        let shown = layout.shown(&path);
        let text = read_text(&path)?;
        match &text {
            Text::Missing => report(
                &shown,
                format!("{name} has no {file}"),
                &format!("write the way {way}"),
            ),
            Text::Unreadable => report(
                &shown,
                format!("{file} of {name} is not UTF-8"),
                "save it as UTF-8",
            ),
            Text::Is(text) if SqlFile::new(&shown, text).statements().is_empty() => report(
                &shown,
                format!("{file} of {name} holds no statement"),
                &format!("write the way {way}"),
            ),
            Text::Is(_) => {}
        }
        Ok(SqlFile::new(&shown, text.or_empty()))
    };
    let (up, down) = (sql("up.sql", "up")?, sql("down.sql", "back")?);
    let path = directory.join("metadata.toml");
    let metadata = match read_text(&path)? {
        Text::Missing => None,
        Text::Unreadable => Some(String::new()),
        Text::Is(text) => Some(text),
    };
    let in_transaction = match metadata.as_deref().map(run_in_transaction) {
        None => true,
        Some(Some(value)) => value,
        Some(None) => {
            report(
                &layout.shown(&path),
                format!("metadata.toml of {name} does not say what Diesel reads in it"),
                "write `run_in_transaction = false`, or `true`, and nothing else; or remove it",
            );
            true
        }
    };
    Ok(if wrong.is_empty() {
        Ok(Migration {
            version: version(name),
            name: name.to_owned(),
            up,
            down,
            metadata,
            in_transaction,
        })
    } else {
        Err(wrong)
    })
}

/// As Diesel takes it from the name.
pub(super) fn version(name: &str) -> String {
    let date = name.split('_').next().unwrap_or_default();
    date.replace('-', "")
}

/// `2026-11-21-000001_bookings`: versions then sort as text.
fn is_well_named(name: &str) -> bool {
    let Some((number, words)) = name.split_once('_') else {
        return false;
    };
    let parts: Vec<&str> = number.split('-').collect();
    parts.iter().map(|part| part.len()).eq([4, 2, 2, 6])
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        && !words.is_empty()
        && words
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// What `metadata.toml` says. An empty one means `false` to Diesel, which nobody expects; so
/// the key must stand there.
fn run_in_transaction(text: &str) -> Option<bool> {
    let lines = text.lines().map(str::trim);
    let mut said = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (key, value) = said.next()?.split_once('=')?;
    match (key.trim(), value.trim(), said.next()) {
        ("run_in_transaction", "true", None) => Some(true),
        ("run_in_transaction", "false", None) => Some(false),
        _ => None,
    }
}

/// What a file holds.
enum Text {
    Missing,
    Unreadable,
    Is(String),
}

impl Text {
    fn or_empty(self) -> String {
        match self {
            Self::Is(text) => text,
            Self::Missing | Self::Unreadable => String::new(),
        }
    }
}

/// Git may have made the ends of lines the machine's; here they are `\n` on each.
fn read_text(path: &Path) -> Result<Text, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8(bytes).map_or(Text::Unreadable, |text| {
            Text::Is(text.replace("\r\n", "\n"))
        })),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Text::Missing),
        Err(source) => Err(Failure::io("read", path)(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_the_digits_of_the_name() {
        assert_eq!(version("2026-11-21-000001_bookings"), "20261121000001");
    }

    #[test]
    fn names_that_do_not_sort_by_time_are_refused() {
        assert!(is_well_named("2026-11-21-000001_bookings"));
        for name in [
            "2026-11-21-1_bookings",
            "20261121000001_bookings",
            "2026-11-21-000001",
            "2026-11-21-000001_",
            "2026-11-21-000001_More tables",
            "bookings",
        ] {
            assert!(!is_well_named(name), "{name}");
        }
    }

    #[test]
    fn metadata_must_say_whether_there_is_a_transaction() {
        assert_eq!(
            run_in_transaction("# an index\nrun_in_transaction = false\n"),
            Some(false)
        );
        assert_eq!(run_in_transaction("run_in_transaction=true"), Some(true));
        for text in [
            "",
            "run_in_transaction = no",
            "run_in_transaction = false\nx = 1",
        ] {
            assert_eq!(run_in_transaction(text), None, "{text}");
        }
    }
}
