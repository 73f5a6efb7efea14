//! `cargo xtask schema dump`: `schema.sql` and `schema.rs` from the migrations.

mod clauses;
mod lists;
mod model;
mod schema_rs;
mod schema_sql;

use std::collections::BTreeMap;

use dev_postgres::TemporaryCluster;

use self::schema_sql::{Words, Writer};
use super::catalog::{Catalog, Difference, Id, differences};
use super::cluster::Scratch;
use super::report::{Side, compare};
use super::sql::{self, SqlFile};
use super::{Built, rules};
use crate::finding::{Failure, Finding};

pub(super) use lists::{ColumnRules, column_rules};
pub(super) use model::Schema;
pub(super) use schema_rs::{RustFile, Unmapped, expected, read, text as schema_rs};

/// What a new `schema.sql` begins with. The head of one that is there is its authors'.
const HEAD: &str = "-- The whole schema, to read in one go. `cargo xtask schema dump` writes it \
    from migrations/;\n-- this head is written by hand.\n";

/// What to do about something that cannot be written down.
const NO_WORDS: &str = "this is a limit of `schema dump`: teach it (xtask/src/database/dump/), or \
    write that part of schema.sql by hand";

/// A text of `schema.sql` that is proven to build what the migrations build.
///
/// The words of the migrations are tried first; where they no longer mean what the catalog
/// says, PostgreSQL's own are taken.
pub(super) fn schema_sql(
    cluster: &TemporaryCluster,
    built: &Built,
    files: &[&SqlFile],
    present: Option<&str>,
) -> Result<Result<String, Vec<Finding>>, Failure> {
    let head = present.and_then(head).unwrap_or(HEAD);
    let mut words = Words::default();
    let mut exceptions: BTreeMap<Id, Words> = BTreeMap::new();
    loop {
        let writer = Writer {
            files,
            words,
            exceptions: &exceptions,
        };
        let text = format!("{head}{}", writer.text(&built.schema));
        let file = SqlFile::new("schema.sql", text);
        let scratch = Scratch::empty(cluster)?;
        if let Err(findings) = scratch.apply(rules::SCHEMA_SQL_FAILS, &file) {
            let culprits = culprits(built, &file, &findings);
            if !escalate(&culprits, words, &mut exceptions) {
                match words.next() {
                    None => return Ok(Err(findings)),
                    Some(next) => words = next,
                }
            }
            continue;
        }
        let written = Catalog::read(&scratch.session).map_err(super::failure)?;
        let found = differences(&built.catalog, &written);
        if found.is_empty() {
            return Ok(Ok(file.text));
        }
        let culprits: Vec<&Id> = found.iter().map(Difference::id).collect();
        if !escalate(&culprits, words, &mut exceptions) {
            return Ok(Err(no_words(built, &written, files)));
        }
    }
}

/// Takes the next words for some objects; `false` if there are none left for any.
fn escalate(culprits: &[&Id], words: Words, exceptions: &mut BTreeMap<Id, Words>) -> bool {
    let mut is_new = false;
    for id in culprits {
        let exception = exceptions.entry((*id).clone()).or_default();
        if let Some(next) = words.max(*exception).next() {
            (*exception, is_new) = (next, true);
        }
    }
    is_new
}

/// The objects whose words PostgreSQL may have stopped at: the last that begins at or above the
/// line that it names. About indexes it names no line: each whose line has a name that it quotes.
fn culprits<'a>(built: &'a Built, file: &SqlFile, findings: &[Finding]) -> Vec<&'a Id> {
    let objects = built.catalog.objects.keys();
    let lines = objects
        .filter(|id| id.class != "column" && id.class != "table")
        .filter_map(|id| Some((file.line_of(id)?, id)));
    let places = findings
        .iter()
        .filter_map(|finding| finding.location.as_ref());
    if let Some(stopped) = places.filter_map(|location| location.line).next() {
        let last = lines.filter(|(line, _)| *line <= stopped).max();
        return last.map(|(_, id)| id).into_iter().collect();
    }
    let quoted: Vec<&str> = findings
        .iter()
        .flat_map(|finding| finding.message.split('"').skip(1).step_by(2))
        .collect();
    let is_quoted = |line: usize| {
        let text = file.text.lines().nth(line - 1).unwrap_or_default();
        quoted.iter().any(|name| sql::has_word(text, name))
    };
    lines
        .filter(|(line, id)| id.class == "index" && is_quoted(*line))
        .map(|(_, id)| id)
        .collect()
}

/// What cannot be written down in any words.
fn no_words(built: &Built, written: &Catalog, files: &[&SqlFile]) -> Vec<Finding> {
    let left = Side {
        name: "the migrations",
        catalog: &built.catalog,
        definitions: super::report::all(files),
    };
    let right = Side {
        name: "what `schema dump` can write down",
        catalog: written,
        definitions: Vec::new(),
    };
    compare(rules::DUMP, &left, &right, NO_WORDS)
}

/// The comment that a file begins with, up to and with the end of its last line.
fn head(text: &str) -> Option<&str> {
    let lines = text.split_inclusive('\n');
    let length: usize = lines
        .take_while(|line| line.starts_with("--"))
        .map(str::len)
        .sum();
    (length > 0).then(|| &text[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_is_the_first_comment() {
        assert_eq!(
            head("-- one\n-- two\n\n-- three\n"),
            Some("-- one\n-- two\n")
        );
        assert_eq!(head("CREATE TABLE a ();\n"), None);
    }
}
