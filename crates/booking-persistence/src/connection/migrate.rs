//! Brings the database's schema up to date.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio_postgres::Config;

use super::connect::{ConnectError, open_unlimited};

/// Every migration, in the program itself.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// The advisory lock under which migrations run: the letters "MIGRATE". The locks of a
/// service date (`lock.rs`) are mixed over all 64 bits and live for one transaction, so that a
/// collision with this one only waits.
const MIGRATION_LOCK: i64 = 0x004d_4947_5241_5445;

diesel::define_sql_function! {
    /// Waits for a lock that the session then holds to its end.
    fn pg_advisory_lock(key: BigInt);
}

diesel::define_sql_function! {
    /// A setting of the server.
    fn current_setting(name: Text) -> Text;
}

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database holds migrations that this program does not know: a newer program has
    /// been here. Nothing was changed.
    #[error(
        "the database has migrations that this program does not know: {}; use a newer program",
        versions.join(", ")
    )]
    UnknownMigrations {
        /// Their versions, oldest first.
        versions: Vec<String>,
    },
    /// A migration fails. It was rolled back; those before it stay.
    #[error("the database cannot be migrated: {reason}")]
    Failed {
        /// What went wrong.
        reason: String,
    },
}

impl MigrateError {
    fn failed(reason: impl ToString) -> Self {
        Self::Failed {
            reason: reason.to_string(),
        }
    }
}

/// Runs what is missing, on a connection of its own: migrations may take longer than what the
/// pool allows a statement and an operation. Several processes may start at once; one migrates, and
/// the others wait for it.
pub(crate) async fn migrate(config: &Config) -> Result<(), MigrateError> {
    let mut connection = open_unlimited(config).await?;
    let encoding: String = diesel::select(current_setting("server_encoding"))
        .get_result(&mut connection)
        .await
        .map_err(MigrateError::failed)?;
    // The schema counts and compares characters, and guests are called what they are called.
    if encoding != "UTF8" {
        return Err(MigrateError::failed(format!(
            "its encoding is {encoding}; create it with ENCODING 'UTF8' TEMPLATE template0"
        )));
    }
    diesel::select(pg_advisory_lock(MIGRATION_LOCK))
        .execute(&mut connection)
        .await
        .map_err(MigrateError::failed)?;
    // The harness blocks its thread, which a single-threaded runtime could not afford.
    tokio::task::spawn_blocking(move || run(connection))
        .await
        .map_err(MigrateError::failed)?
}

fn run(connection: AsyncPgConnection) -> Result<(), MigrateError> {
    let mut harness = AsyncMigrationHarness::new(connection);
    let migrations: Vec<Box<dyn Migration<Pg>>> =
        MIGRATIONS.migrations().map_err(MigrateError::failed)?;
    let mut unknown = harness.applied_migrations().map_err(MigrateError::failed)?;
    let known: Vec<_> = migrations
        .iter()
        .map(|migration| migration.name().version())
        .collect();
    unknown.retain(|applied| !known.contains(applied));
    if !unknown.is_empty() {
        let mut versions: Vec<String> = unknown.iter().map(ToString::to_string).collect();
        versions.sort();
        return Err(MigrateError::UnknownMigrations { versions });
    }
    let run = harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(MigrateError::failed)?;
    for version in run {
        tracing::info!(migration.version = %version, "migrated the database");
    }
    Ok(())
}
