//! Diesel's `schema.rs` is what the migrations make of it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::dump::{self, RustFile, Unmapped};
use super::report::{Side, compare};
use super::sql::SqlFile;
use super::{Built, report, rules};
use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;

/// What to do about a file that is not what the command makes.
const DUMP: &str = "run `cargo xtask schema dump` and commit the result together with its cause";
/// What to do about types that disagree.
const MIGRATE: &str = "where the code is right, write a migration for it; then run \
    `cargo xtask schema dump`";
/// What to do about a column that Diesel cannot have.
const NO_WORDS: &str = "choose another type, or teach `schema dump` this one \
    (xtask/src/database/dump/schema_rs.rs)";

/// Compares the file on the disk: its bytes, and what it says of the tables.
pub(super) fn check(
    layout: &Layout,
    built: &Built,
    ups: &[&SqlFile],
) -> Result<Vec<Finding>, Failure> {
    let wanted = match text(built, ups) {
        Ok(wanted) => wanted,
        Err(findings) => return Ok(findings),
    };
    let path = layout.schema_rs();
    let shown = layout.shown(&path);
    let Some(present) = read(&path)? else {
        let missing = format!("{shown} is missing");
        return Ok(vec![stale(missing, Location::file(shown))]);
    };
    if present == wanted {
        return Ok(Vec::new());
    }
    let lines = present.lines().zip(wanted.lines());
    let line = lines.take_while(|(found, made)| found == made).count() + 1;
    let message =
        format!("{shown} differs from what `cargo xtask schema dump` makes, from line {line} on");
    let mut findings = vec![stale(message, Location::line(&shown, line))];
    // What does not parse does not compile either, which says more than could be said here.
    if let Some(catalog) = dump::read(&present) {
        let expected = dump::expected(&built.schema);
        let left = Side {
            name: "the migrations",
            catalog: &expected,
            definitions: report::all(ups),
        };
        let file = RustFile {
            shown: &shown,
            text: &present,
        };
        let right = Side {
            name: "schema.rs",
            catalog: &catalog,
            definitions: vec![&file],
        };
        findings.extend(compare(rules::SCHEMA_RS, &left, &right, MIGRATE));
    }
    Ok(findings)
}

/// The file as it should be, or what it has no words for.
pub(super) fn text(built: &Built, ups: &[&SqlFile]) -> Result<String, Vec<Finding>> {
    dump::schema_rs(&built.schema)
        .map_err(|unmapped| unmapped.iter().map(|one| no_words(one, ups)).collect())
}

fn no_words(unmapped: &Unmapped, ups: &[&SqlFile]) -> Finding {
    let finding =
        Finding::error(Kind::Database, rules::SCHEMA_RS, &unmapped.message).help(NO_WORDS);
    let mut places = ups.iter().rev().filter_map(|file| {
        let line = file.line_of(&unmapped.id)?;
        Some(Location::line(&file.shown, line))
    });
    match places.next() {
        None => finding,
        Some(location) => finding.at(location),
    }
}

fn stale(message: String, location: Location) -> Finding {
    Finding::error(Kind::Stale, rules::SCHEMA_RS, message)
        .at(location)
        .help(DUMP)
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Failure::io("read", path)(source)),
    }
}
