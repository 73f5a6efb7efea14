//! Every migration runs on tables that have rows, as they have wherever it is to run next.
//!
//! On an empty database a column that is `NOT NULL` without a default can be added, and a
//! constraint that no booking keeps. So the migrations are also run one after the other in a
//! database that is filled in between: what `xtask/seeds/<migration>.sql` says is added once that
//! migration has run and before the next one does.

use dev_postgres::TemporaryCluster;

use super::cluster::{Scratch, Way, failure};
use super::migrations::Migration;
use super::rules;
use super::sql::SqlFile;
use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;

/// The tables of the schema, without Diesel's own.
const TABLES: &str = "SELECT relname FROM pg_class \
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') \
    AND NOT relispartition AND relname <> '__diesel_schema_migrations' ORDER BY relname";

/// What is added after each migration, where anything is: no file, a text, or one that is none.
pub(super) type Seeds = Vec<(String, Result<Option<String>, Finding>)>;

/// Reads what is added after each migration.
pub(super) fn seeds(layout: &Layout, migrations: &[Migration]) -> Result<Seeds, Failure> {
    let read = |migration: &Migration| {
        let path = layout.seeds().join(format!("{}.sql", migration.name));
        let text = layout.optional_text(&path, Kind::Database)?;
        Ok((layout.shown(&path), text))
    };
    migrations.iter().map(read).collect()
}

/// Runs the migrations with rows in the tables. That each runs on empty ones is known.
pub(super) fn check(
    cluster: &TemporaryCluster,
    migrations: &[Migration],
    seeds: &Seeds,
) -> Result<Vec<Finding>, Failure> {
    let scratch = Scratch::empty(cluster)?;
    scratch.prepare()?;
    // The newest migration has no next one to fill the tables for.
    let nexts = migrations.iter().skip(1).map(Some).chain([None]);
    for ((migration, seeds), next) in migrations.iter().zip(seeds).zip(nexts) {
        if let Err(wrong) = scratch.migrate(migration, Way::Up)? {
            return Ok(wrong.into_iter().map(on_data).collect());
        }
        if let Some(next) = next
            && let Some(wrong) = fill(&scratch, seeds, next)?
        {
            return Ok(wrong);
        }
    }
    Ok(Vec::new())
}

/// Adds what is to be added once a migration has run, and says what is wrong with it for the next.
fn fill(
    scratch: &Scratch,
    (shown, seeds): &(String, Result<Option<String>, Finding>),
    next: &Migration,
) -> Result<Option<Vec<Finding>>, Failure> {
    match seeds {
        Ok(Some(text)) => {
            if let Err(wrong) = scratch.apply(rules::SEEDS, &SqlFile::new(shown, text)) {
                return Ok(Some(wrong));
            }
        }
        Ok(None) => {}
        Err(wrong) => return Ok(Some(vec![wrong.clone()])),
    }
    let empty = empty_tables(scratch)?;
    Ok((!empty.is_empty()).then(|| vec![no_rows(shown, &next.name, &empty)]))
}

/// What a migration cannot be tried on.
fn no_rows(seeds: &str, migration: &str, tables: &[String]) -> Finding {
    let message = format!(
        "{migration} is not tried on rows of {}: there are none",
        tables.join(", ")
    );
    Finding::error(Kind::Database, rules::SEEDS, message)
        .at(Location::file(seeds))
        .help(format!(
            "add rows to {seeds}, as they may be in a database when that migration comes to it"
        ))
}

/// A migration that runs on empty tables alone.
fn on_data(mut finding: Finding) -> Finding {
    finding.rule = rules::MIGRATION_FAILS_ON_DATA.to_owned();
    finding.message = format!("with rows in the tables: {}", finding.message);
    finding.help(
        "let the migration bring the rows along: a default, or an UPDATE before what they are to \
         keep; the rows are those of xtask/seeds/",
    )
}

fn empty_tables(scratch: &Scratch) -> Result<Vec<String>, Failure> {
    let mut empty = Vec::new();
    for table in scratch.session.texts(TABLES).map_err(failure)? {
        let name = table.replace('"', "\"\"");
        let any = format!("SELECT 1 FROM \"{name}\" LIMIT 1");
        if scratch.session.texts(&any).map_err(failure)?.is_empty() {
            empty.push(table);
        }
    }
    Ok(empty)
}
