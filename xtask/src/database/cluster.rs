//! A private PostgreSQL, and what is applied to its databases.

use dev_postgres::{TemporaryCluster, TestDatabase};
use tokio_postgres::error::SqlState;

use super::migrations::Migration;
use super::rules;
use super::session::{STATEMENT_SECONDS, Session, SqlError};
use super::sql::SqlFile;
use crate::finding::{Failure, Finding, Kind, Location};

/// Diesel's own table, as Diesel makes it.
const BOOKKEEPING: &str = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)";

/// What to do about what all databases of a cluster share.
const CLUSTER_WIDE: &str = "leave roles, tablespaces and databases to whoever runs the cluster, and \
    out of migrations/ and schema.sql: all databases of a cluster share them, so each can be made \
    only once, where migrations run in every database";

/// Which way a migration goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// A database of its own, and a connection to it. It is dropped with this value.
pub(super) struct Scratch {
    pub(super) session: Session,
    _database: Option<TestDatabase>,
}

impl Scratch {
    /// An empty database.
    pub(super) fn empty(cluster: &TemporaryCluster) -> Result<Self, Failure> {
        let database = cluster.database().map_err(Failure::Postgres)?;
        let session = Session::open(&database.url()).map_err(failure)?;
        Ok(Self {
            session,
            _database: Some(database),
        })
    }

    /// A database that is somebody else's.
    #[cfg(test)]
    pub(super) fn from_database(database: &TestDatabase) -> Result<Self, Failure> {
        Ok(Self {
            session: Session::open(&database.url()).map_err(failure)?,
            _database: None,
        })
    }

    /// Makes Diesel's own table.
    pub(super) fn prepare(&self) -> Result<(), Failure> {
        self.session.run(BOOKKEEPING).map_err(failure)
    }

    /// Runs one migration as Diesel does.
    pub(super) fn migrate(
        &self,
        migration: &Migration,
        way: Way,
    ) -> Result<Result<(), Vec<Finding>>, Failure> {
        let (file, remembered) = match way {
            Way::Up => (
                &migration.up,
                "INSERT INTO __diesel_schema_migrations (version) VALUES",
            ),
            Way::Down => (
                &migration.down,
                "DELETE FROM __diesel_schema_migrations WHERE version =",
            ),
        };
        if let Some(finding) = cluster_wide(rules::MIGRATION_FAILS, file) {
            return Ok(Err(vec![finding]));
        }
        // The name is checked: a version is digits.
        let remembered = format!("{remembered} ('{}')", migration.version);
        if migration.in_transaction {
            self.session.run("BEGIN").map_err(failure)?;
        }
        if let Err(error) = self.session.run(&file.text) {
            // Where there is no transaction, there is nothing to roll back, which is no error.
            self.session.run("ROLLBACK").map_err(failure)?;
            return Ok(Err(fails(rules::MIGRATION_FAILS, file, &error)));
        }
        if let Err(error) = self.session.run(&remembered) {
            self.session.run("ROLLBACK").map_err(failure)?;
            let message = format!("Diesel cannot remember that it ran: {error}");
            let help = "leave Diesel's table and the search path of the session as they were";
            return Ok(Err(vec![
                Finding::error(Kind::Database, rules::MIGRATION_FAILS, message)
                    .at(Location::file(&file.shown))
                    .help(help),
            ]));
        }
        if migration.in_transaction {
            self.session.run("COMMIT").map_err(failure)?;
        }
        Ok(Ok(()))
    }

    /// Runs a whole file.
    pub(super) fn apply(&self, rule: &str, file: &SqlFile) -> Result<(), Vec<Finding>> {
        if let Some(finding) = cluster_wide(rule, file) {
            return Err(vec![finding]);
        }
        // Settings of the file end with it: names are to be read as everybody reads them.
        let run = self.session.run(&file.text);
        run.and_then(|()| self.session.run("RESET ALL"))
            .map_err(|error| fails(rule, file, &error))
    }
}

/// A statement that is not run, since what it does would outlive its database and stand in the
/// way of the same statement in the next.
fn cluster_wide(rule: &str, file: &SqlFile) -> Option<Finding> {
    let (start, what) = file.cluster_wide()?;
    let message = format!("a {what} belongs to the whole cluster, and not to a database");
    let location = Location::line(&file.shown, file.line_at(start));
    let finding = Finding::error(Kind::Database, rule, message).at(location);
    Some(finding.help(CLUSTER_WIDE))
}

/// Whether an error is about a role, which a statement may also make within a block of code.
fn is_about_a_role(error: &SqlError) -> bool {
    let codes = [
        SqlState::DUPLICATE_OBJECT,
        SqlState::UNDEFINED_OBJECT,
        SqlState::DEPENDENT_OBJECTS_STILL_EXIST,
    ];
    error.message.starts_with("role \"")
        && error.code.as_ref().is_some_and(|code| codes.contains(code))
}

/// What the server says about a file, at the line where it stopped.
fn fails(rule: &str, file: &SqlFile, error: &SqlError) -> Vec<Finding> {
    let (message, help) = if error.code == Some(SqlState::QUERY_CANCELED) {
        (
            format!("PostgreSQL stopped it: {error}"),
            format!(
                "each statement may take {STATEMENT_SECONDS} seconds, in a database without \
                 data: leave out what waits, or computes for that long"
            ),
        )
    } else if is_about_a_role(error) {
        (
            format!("PostgreSQL refuses it: {error}"),
            CLUSTER_WIDE.to_owned(),
        )
    } else {
        (
            format!("PostgreSQL refuses it: {error}"),
            "correct the statement: until it runs, nothing can be compared with it".to_owned(),
        )
    };
    let location = match error.position {
        None => Location::file(&file.shown),
        Some(position) => Location::line(&file.shown, file.line_of_character(position)),
    };
    vec![
        Finding::error(Kind::Database, rule, message)
            .at(location)
            .help(help),
    ]
}

/// A statement of this tool's own failed.
pub(super) fn failure(error: SqlError) -> Failure {
    Failure::Sql(error.to_string())
}
