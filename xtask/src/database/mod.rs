//! The database check: the migrations, `schema.sql`, Diesel's `schema.rs`, the contract and,
//! if asked for, a running database agree.
//!
//! Nothing is compared as text that PostgreSQL can compare better: each description is applied
//! to an empty database of a private cluster, and what the catalogs then say is compared.

mod catalog;
mod cluster;
mod migrations;
mod report;
mod rules;
mod session;
mod sql;
#[cfg(test)]
mod tests;
mod way_back;

use std::fs;
use std::io::ErrorKind;
use std::thread;

use dev_postgres::TemporaryCluster;

use self::catalog::Catalog;
use self::cluster::{Scratch, Way, failure};
use self::migrations::Migration;
use self::report::Side;
use self::sql::SqlFile;
use crate::finding::{Failure, Finding, Kind, Place};
use crate::layout::Layout;

/// What to do when `schema.sql` and the migrations differ.
const DUMP: &str = "where the migrations are right, run `cargo xtask schema dump`; where \
    schema.sql is, write a migration for it";

/// Compares every description of the database.
pub(crate) fn check(layout: &Layout) -> Result<Vec<Finding>, Failure> {
    let migrations = match migrations::read(layout)? {
        Ok(migrations) => migrations,
        Err(findings) => return Ok(findings),
    };
    let cluster = TemporaryCluster::start().map_err(Failure::Postgres)?;
    check_in(&cluster, layout, &migrations)
}

fn check_in(
    cluster: &TemporaryCluster,
    layout: &Layout,
    migrations: &[Migration],
) -> Result<Vec<Finding>, Failure> {
    let schema_sql = schema_sql(layout)?;
    let (migrated, written, back) = thread::scope(|scope| {
        let written = scope.spawn(|| match &schema_sql {
            Ok(file) => of_file(cluster, file),
            Err(findings) => Ok(Err(findings.clone())),
        });
        let back = scope.spawn(|| way_back::check(cluster, migrations));
        let migrated = of_migrations(cluster, migrations);
        (migrated, joined(written), joined(back))
    });
    let (migrated, written, back) = (migrated?, written?, back?);
    // A migration that does not run up says so on its own way, too.
    let mut findings = if migrated.is_ok() { back } else { Vec::new() };
    match (migrated, written, &schema_sql) {
        (Ok(migrated), Ok(written), Ok(file)) => {
            let ups = migrations.iter().map(|migration| &migration.up).collect();
            let left = Side {
                name: "the migrations",
                catalog: &migrated,
                files: ups,
            };
            let right = Side {
                name: "schema.sql",
                catalog: &written,
                files: vec![file],
            };
            findings.extend(report::compare(rules::SCHEMA_SQL, &left, &right, DUMP));
        }
        (migrated, written, _) => findings.extend(
            [migrated.err(), written.err()]
                .into_iter()
                .flatten()
                .flatten(),
        ),
    }
    Ok(findings)
}

/// What a thread gave. It panics only where this program is wrong, and then as if it had run
/// here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What the migrations build on an empty database.
fn of_migrations(
    cluster: &TemporaryCluster,
    migrations: &[Migration],
) -> Result<Result<Catalog, Vec<Finding>>, Failure> {
    let scratch = Scratch::empty(cluster)?;
    scratch.prepare()?;
    for migration in migrations {
        if let Err(findings) = scratch.migrate(migration, Way::Up)? {
            return Ok(Err(findings));
        }
    }
    Ok(Ok(Catalog::read(&scratch.session).map_err(failure)?))
}

/// What a file builds on an empty database.
fn of_file(
    cluster: &TemporaryCluster,
    file: &SqlFile,
) -> Result<Result<Catalog, Vec<Finding>>, Failure> {
    let scratch = Scratch::empty(cluster)?;
    if let Err(findings) = scratch.apply(rules::SCHEMA_SQL_FAILS, file) {
        return Ok(Err(findings));
    }
    Ok(Ok(Catalog::read(&scratch.session).map_err(failure)?))
}

/// `schema.sql`.
fn schema_sql(layout: &Layout) -> Result<Result<SqlFile, Vec<Finding>>, Failure> {
    let path = layout.schema_sql();
    let shown = layout.shown(&path);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Ok(SqlFile::new(&shown, text))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let message = "schema.sql is missing";
            let finding = Finding::error(Kind::Database, rules::SCHEMA_SQL, message);
            let help = "run `cargo xtask schema dump`";
            Ok(Err(vec![finding.at(Place::file(shown)).help(help)]))
        }
        Err(source) => Err(Failure::Io {
            action: "read",
            path,
            source,
        }),
    }
}
