//! The database check: the migrations, `schema.sql`, Diesel's `schema.rs`, the contract and,
//! if asked for, a running database agree.
//!
//! Nothing is compared as text that PostgreSQL can compare better: each description is applied
//! to an empty database of a private cluster, and what the catalogs then say is compared.

mod bounds;
mod catalog;
mod cluster;
mod diesel;
mod dump;
mod filled;
mod live;
mod memo;
mod migrations;
mod protection;
mod released;
mod report;
mod rollback;
mod rules;
mod session;
mod sql;
#[cfg(test)]
mod tests;

use std::thread;

use dev_postgres::TemporaryCluster;

use self::catalog::Catalog;
use self::cluster::{Scratch, Way, failure};
use self::dump::Schema;
use self::memo::Memo;
use self::migrations::{Folder, Migration};
pub(crate) use self::released::ReleasedBaseline;
use self::report::Side;
pub(crate) use self::session::{Session, SqlError};
use self::sql::SqlFile;
use crate::contract;
use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;
use crate::outputs::Outputs;

/// What to do when `schema.sql` and the migrations differ.
const DUMP: &str = "where the migrations are right, run `cargo xtask schema dump`; where \
    schema.sql is, write a migration for it";

/// What the migrations build on an empty database.
struct Built {
    catalog: Catalog,
    schema: Schema,
    /// The major version of the server that built it.
    major: String,
    /// The database itself.
    scratch: Scratch,
}

/// What is compared beside the tree itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CheckOptions<'a> {
    /// The URL of a running database.
    pub(crate) live: Option<&'a str>,
    /// What databases were given before, if that is known.
    pub(crate) baseline: Option<&'a ReleasedBaseline>,
}

/// Compares every description of the database.
pub(crate) fn check(layout: &Layout, options: CheckOptions<'_>) -> Result<Vec<Finding>, Failure> {
    check_in(start()?, layout, options)
}

/// Writes `schema.sql` and `schema.rs` as the migrations have it, where they differ.
pub(crate) fn dump(layout: &Layout) -> Result<Vec<Finding>, Failure> {
    match migrations::read(layout)? {
        Ok(migrations) => dump_in(start()?, layout, &migrations),
        Err(findings) => Ok(findings),
    }
}

/// Remembers every migration as released, if none that is has changed.
pub(crate) fn release(
    layout: &Layout,
    baseline: &ReleasedBaseline,
) -> Result<Vec<Finding>, Failure> {
    let folder = migrations::read_folder(layout)?;
    if folder.findings.is_empty() {
        released::release(layout, &folder, baseline)
    } else {
        Ok(folder.findings)
    }
}

/// The cluster of this process: mutations check many checkouts, one after the other.
fn start() -> Result<&'static TemporaryCluster, Failure> {
    TemporaryCluster::shared().map_err(Failure::Postgres)
}

fn check_in(
    cluster: &TemporaryCluster,
    layout: &Layout,
    options: CheckOptions<'_>,
) -> Result<Vec<Finding>, Failure> {
    let folder = migrations::read_folder(layout)?;
    let unknown = ReleasedBaseline::default();
    let baseline = options.baseline.unwrap_or(&unknown);
    let mut findings = folder.findings.clone();
    findings.extend(released::check(layout, &folder, baseline)?);
    let schema_sql = match schema_sql(layout)? {
        Ok(file) => file,
        Err(no_text) => {
            findings.push(no_text);
            return Ok(findings);
        }
    };
    if !folder.findings.is_empty() {
        findings.extend(of_broken(cluster, layout, &folder, schema_sql.as_ref())?);
        return Ok(findings);
    }
    let migrations = folder.migrations.as_slice();
    let (built, written, rolled_back, filled, live) = thread::scope(|scope| {
        let written = scope.spawn(|| {
            static WRITTEN: Memo<Result<Catalog, Vec<Finding>>> = Memo::new();
            WRITTEN.recall(&schema_sql, || of_file(cluster, schema_sql.as_ref()))
        });
        let rolled_back = scope.spawn(|| {
            static ROLLED_BACK: Memo<Vec<Finding>> = Memo::new();
            ROLLED_BACK.recall(&migrations, || rollback::check(cluster, migrations))
        });
        let filled = scope.spawn(|| {
            static FILLED: Memo<Vec<Finding>> = Memo::new();
            let seeds = filled::seeds(layout, migrations)?;
            FILLED.recall(&(migrations, &seeds), || {
                filled::check(cluster, migrations, &seeds)
            })
        });
        let live = scope.spawn(|| options.live.map(live::look).transpose());
        (
            of_migrations(cluster, migrations),
            joined(written),
            joined(rolled_back),
            joined(filled),
            joined(live),
        )
    });
    let (built, written, live) = (built?, written?, live?);
    let built = match built {
        Ok(built) => built,
        // There is nothing to compare with, and the others end at the same migration.
        Err(wrong) => {
            findings.extend(wrong);
            findings.extend(written.err().into_iter().flatten());
            return Ok(findings);
        }
    };
    let ups: Vec<&SqlFile> = migrations.iter().map(|migration| &migration.up).collect();
    findings.extend(diesel::check(layout, &built, &ups)?);
    findings.extend(schema_sql_agrees(
        layout,
        &built,
        &ups,
        schema_sql.as_ref(),
        written,
    ));
    findings.extend(rolled_back?);
    findings.extend(filled?);
    // A contract that is refused says so elsewhere, and has no bounds to compare.
    let contract = contract::load(layout, &layout.contract())?.ok();
    let session = &built.scratch.session;
    if let Some(contract) = &contract {
        findings.extend(bounds::check(
            layout,
            contract,
            &built.schema,
            session,
            &ups,
        )?);
    }
    let unprotected = protection::check(contract.as_ref(), session, &ups);
    findings.extend(unprotected.map_err(failure)?);
    if let Some(live) = live {
        findings.extend(live::check(cluster, migrations, &built, &live)?);
    }
    Ok(findings)
}

/// What can be said while the folder is broken: what is wrong by itself. What the migrations
/// build is not known, and comparing with a part of it would report what nobody did.
fn of_broken(
    cluster: &TemporaryCluster,
    layout: &Layout,
    folder: &Folder,
    schema_sql: Option<&SqlFile>,
) -> Result<Vec<Finding>, Failure> {
    let mut findings = rollback::check(cluster, folder.sound())?;
    findings.extend(of_file(cluster, schema_sql)?.err().into_iter().flatten());
    let message = "nothing was compared with what the migrations build, which is not known until \
        the folder is in order";
    let left_out = "schema.sql and schema.rs, the contract's bounds, and a running database";
    findings.push(
        Finding::note(Kind::Database, rules::MIGRATION_FOLDER, message)
            .at(Location::file(layout.shown(&layout.migrations())))
            .detail(format!("not compared: {left_out}"))
            .help("correct what is said of the folder, and check again"),
    );
    Ok(findings)
}

fn schema_sql_agrees(
    layout: &Layout,
    built: &Built,
    ups: &[&SqlFile],
    file: Option<&SqlFile>,
    written: Result<Catalog, Vec<Finding>>,
) -> Vec<Finding> {
    match (written, file) {
        (Ok(written), Some(file)) => {
            let left = Side {
                name: "the migrations",
                catalog: &built.catalog,
                definitions: report::all(ups),
            };
            let right = Side {
                name: "schema.sql",
                catalog: &written,
                definitions: vec![file],
            };
            report::compare(rules::SCHEMA_SQL, &left, &right, DUMP)
        }
        (Err(wrong), Some(_)) => wrong,
        (_, None) => vec![
            Finding::error(Kind::Database, rules::SCHEMA_SQL, "schema.sql is missing")
                .at(Location::file(layout.shown(&layout.schema_sql())))
                .help("run `cargo xtask schema dump`"),
        ],
    }
}

fn dump_in(
    cluster: &TemporaryCluster,
    layout: &Layout,
    migrations: &[Migration],
) -> Result<Vec<Finding>, Failure> {
    let built = match of_migrations(cluster, migrations)? {
        Ok(built) => built,
        Err(findings) => return Ok(findings),
    };
    let ups: Vec<&SqlFile> = migrations.iter().map(|migration| &migration.up).collect();
    let present = match schema_sql(layout)? {
        Ok(file) => file.map(|file| file.text),
        Err(no_text) => return Ok(vec![no_text]),
    };
    let schema_sql = dump::schema_sql(cluster, &built, &ups, present.as_deref())?;
    match (schema_sql, diesel::text(&built, &ups)) {
        (Ok(sql), Ok(rust)) => Outputs {
            files: vec![(layout.schema_sql(), sql), (layout.schema_rs(), rust)],
            owned: Vec::new(),
        }
        .write(layout),
        (sql, rust) => Ok([sql.err(), rust.err()]
            .into_iter()
            .flatten()
            .flatten()
            .collect()),
    }
}

/// What a thread gave. It panics only where this program is wrong, and then as if it had run
/// here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn of_migrations(
    cluster: &TemporaryCluster,
    migrations: &[Migration],
) -> Result<Result<Built, Vec<Finding>>, Failure> {
    let scratch = Scratch::empty(cluster)?;
    scratch.prepare()?;
    for migration in migrations {
        if let Err(findings) = scratch.migrate(migration, Way::Up)? {
            return Ok(Err(findings));
        }
    }
    Ok(Ok(Built {
        catalog: Catalog::read(&scratch.session).map_err(failure)?,
        schema: Schema::read(&scratch.session).map_err(failure)?,
        major: live::major(&scratch.session).map_err(failure)?,
        scratch,
    }))
}

/// What a file builds on an empty database; without a file, nothing.
fn of_file(
    cluster: &TemporaryCluster,
    file: Option<&SqlFile>,
) -> Result<Result<Catalog, Vec<Finding>>, Failure> {
    let Some(file) = file else {
        return Ok(Ok(Catalog::default()));
    };
    let scratch = Scratch::empty(cluster)?;
    if let Err(findings) = scratch.apply(rules::SCHEMA_SQL_FAILS, file) {
        return Ok(Err(findings));
    }
    Ok(Ok(Catalog::read(&scratch.session).map_err(failure)?))
}

/// `schema.sql`, if it is there.
fn schema_sql(layout: &Layout) -> Result<Result<Option<SqlFile>, Finding>, Failure> {
    let path = layout.schema_sql();
    let text = layout.optional_text(&path, Kind::Database)?;
    Ok(text.map(|text| text.map(|text| SqlFile::new(&layout.shown(&path), text))))
}
