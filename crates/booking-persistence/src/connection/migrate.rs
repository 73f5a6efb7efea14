//! Brings the database's schema up to date.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connect::{ConnectError, configuration, open_unlimited};

/// Every migration, in the program itself.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// What Diesel remembers of the migrations is no migration's to grant; the service compares it with
/// its own.
const GRANT_BOOKKEEPING: &str = "GRANT SELECT ON __diesel_schema_migrations TO booking_service";

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

/// Brings the schema of the database at `url` up to date, as a user who owns its tables or is to own
/// them, and grants the service's role (`booking_service`, which is made where it is missing and may
/// be made) what it needs. Several processes may do so at once: one does the work, and the others
/// wait for it. It may take as long as it needs.
///
/// # Errors
///
/// The database holds migrations that this program does not know, cannot be reached, or refuses a
/// migration.
pub async fn migrate(url: &str) -> Result<(), MigrateError> {
    let mut connection = open_for_migrations(url).await?;
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
    let mut connection = tokio::task::spawn_blocking(move || run(connection))
        .await
        .map_err(MigrateError::failed)??;
    connection
        .batch_execute(GRANT_BOOKKEEPING)
        .await
        .map_err(MigrateError::failed)
}

/// A connection on which nothing is hidden: where a policy would filter the rows that a statement of
/// the owner's reads or changes, PostgreSQL refuses the statement. A migration of data would otherwise
/// find nothing, and succeed.
async fn open_for_migrations(url: &str) -> Result<AsyncPgConnection, MigrateError> {
    let mut connection = open_unlimited(&configuration(url)?).await?;
    let set = connection.batch_execute("SET row_security = off").await;
    set.map_err(MigrateError::failed)?;
    Ok(connection)
}

/// The versions of all migrations that this program knows, oldest first.
pub(super) fn known_versions() -> Vec<String> {
    let migrations: Result<Vec<Box<dyn Migration<Pg>>>, _> = MIGRATIONS.migrations();
    let migrations = migrations.expect("what was embedded was read while it was built");
    let versions = migrations
        .iter()
        .map(|migration| migration.name().version().to_string());
    let mut versions: Vec<String> = versions.collect();
    versions.sort();
    versions
}

fn run(connection: AsyncPgConnection) -> Result<AsyncPgConnection, MigrateError> {
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
    Ok(harness.into_inner())
}

#[cfg(test)]
mod tests {
    use dev_postgres::TemporaryCluster;

    use super::*;

    const ADD_RESTAURANT: &str = "INSERT INTO restaurants
        VALUES (1, 'One', 'X', 'Y', 0, 0, '2026-01-01Z')";

    #[tokio::test]
    async fn data_that_its_owner_would_not_see_is_not_passed_over_in_silence() {
        let cluster = TemporaryCluster::start().expect("PostgreSQL runs");
        let admin = configuration(&cluster.url("postgres")).expect("it is a URL");
        let mut admin = open_unlimited(&admin).await.expect("it answers");
        // No role that may pass the policies by, and so one for whom FORCE is meant.
        for statement in [
            "CREATE ROLE keeper LOGIN",
            "CREATE ROLE booking_service LOGIN NOINHERIT",
            "CREATE ROLE booking_retention ROLE booking_service",
            "CREATE ROLE booking_search ROLE booking_service",
            "CREATE DATABASE bookings OWNER keeper",
        ] {
            admin.batch_execute(statement).await.expect(statement);
        }
        let keeper = cluster.url_as("bookings", "keeper");
        migrate(&keeper).await.expect("the owner may");
        let filled = configuration(&cluster.url("bookings")).expect("it is a URL");
        let mut filled = open_unlimited(&filled).await.expect("it answers");
        filled
            .batch_execute(ADD_RESTAURANT)
            .await
            .expect("it is SQL");

        let mut connection = open_for_migrations(&keeper).await.expect("it answers");
        let touched = async |connection: &mut AsyncPgConnection| {
            let update = diesel::sql_query("UPDATE restaurants SET version = version + 1");
            update.execute(connection).await
        };
        let refused = touched(&mut connection)
            .await
            .expect_err("FORCE binds the owner");
        assert!(
            refused.to_string().contains("row-level security"),
            "{refused}"
        );
        // As a migration of data has to begin.
        let no_force = "ALTER TABLE restaurants NO FORCE ROW LEVEL SECURITY";
        connection.batch_execute(no_force).await.expect("it may");
        assert_eq!(touched(&mut connection).await, Ok(1));
    }
}
