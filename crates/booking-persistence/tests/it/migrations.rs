//! The way to the schema.

use booking_persistence::{MigrateError, migrate};
use dev_postgres::TestDatabase;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use crate::support::{connect, migrated, texts};

/// What has run, and what there is now. What a whole schema is, `cargo xtask check` compares.
async fn state(connection: &mut AsyncPgConnection) -> Vec<String> {
    let run = "SELECT version || ' ' || run_on AS line FROM __diesel_schema_migrations ORDER BY 1";
    let made = "SELECT oid || ' ' || relname AS line FROM pg_class
        WHERE relnamespace = 'public'::regnamespace ORDER BY oid";
    let mut state = texts(connection, run).await;
    state.extend(texts(connection, made).await);
    state
}

/// The versions that have run.
async fn versions(connection: &mut AsyncPgConnection) -> Vec<String> {
    let query = "SELECT version AS line FROM __diesel_schema_migrations ORDER BY version";
    texts(connection, query).await
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_at_once_migrate_once() {
    let database = TestDatabase::create().expect("PostgreSQL runs");
    let url = database.url();
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { migrate(&url).await })
        })
        .collect();
    for start in starts {
        start
            .await
            .expect("it does not panic")
            .expect("it migrates");
    }
    let expected = versions(&mut connect(&migrated().url()).await).await;
    assert!(!expected.is_empty());
    assert_eq!(versions(&mut connect(&url).await).await, expected);
}

#[tokio::test]
async fn migrations_of_a_newer_program_are_named() {
    let database = migrated();
    let mut connection = connect(&database.url()).await;
    connection
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')")
        .await
        .expect("it is SQL");
    match migrate(&database.url()).await {
        Err(MigrateError::UnknownMigrations { versions }) => {
            assert_eq!(versions, ["29991231000001"]);
        }
        other => panic!("{other:?}"),
    }
    let tables = "SELECT count(*)::text AS line FROM users";
    assert_eq!(texts(&mut connection, tables).await, ["0"]);
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let database = migrated();
    let before = state(&mut connect(&database.url()).await).await;
    migrate(&database.url())
        .await
        .expect("there is nothing to do");
    assert_eq!(state(&mut connect(&database.url()).await).await, before);
}

#[tokio::test]
async fn database_of_another_encoding_is_refused_before_anything_is_made() {
    let database = TestDatabase::create().expect("PostgreSQL runs");
    let mut connection = connect(&database.url()).await;
    let other = format!("{}_ascii", database.name());
    connection
        .batch_execute(&format!(
            "CREATE DATABASE {other} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"
        ))
        .await
        .expect("it is SQL");
    let url = database.url().replace(database.name(), &other);
    match migrate(&url).await {
        Err(MigrateError::Failed { reason }) => assert!(reason.contains("UTF8"), "{reason}"),
        other => panic!("{other:?}"),
    }
    let tables = "SELECT relname::text AS line FROM pg_class
        WHERE relnamespace = 'public'::regnamespace";
    assert!(texts(&mut connect(&url).await, tables).await.is_empty());
    connection
        .batch_execute(&format!("DROP DATABASE {other} WITH (FORCE)"))
        .await
        .expect("it goes");
}

pub(crate) const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");

/// Runs a file of a migration.
pub(crate) async fn run(connection: &mut AsyncPgConnection, file: &str) {
    let statements = std::fs::read_to_string(format!("{MIGRATIONS}/{file}"));
    let statements = statements.expect("the file is there");
    connection.batch_execute(&statements).await.expect(file);
}

#[tokio::test]
async fn policies_of_restaurants_that_are_there_move_to_rows_of_their_own_and_back() {
    let database = TestDatabase::create().expect("PostgreSQL runs");
    let mut connection = connect(&database.url()).await;
    run(&mut connection, "2026-11-21-000001_bookings/up.sql").await;
    connection
        .batch_execute(
            "INSERT INTO restaurants VALUES
                (1, 'One', 'X', 'Y', 0, 0, 'Asia/Tokyo', 20, 75, 30, '2026-01-01 00:00Z'),
                (2, 'Two', 'X', 'Y', 0, 0, 'UTC', 15, 90, 365, '2026-01-01 00:00Z')",
        )
        .await
        .expect("it is SQL");
    let policies = |table: &str| {
        format!(
            "SELECT concat_ws(' ', restaurant_id, time_zone, slot_interval_minutes, turn_minutes,
                booking_window_days) AS line FROM {table} ORDER BY restaurant_id"
        )
    };
    let expected = ["1 Asia/Tokyo 20 75 30", "2 UTC 15 90 365"];
    run(&mut connection, "2026-11-26-000001_booking_policies/up.sql").await;
    let moved = texts(&mut connection, &policies("booking_policies")).await;
    assert_eq!(moved, expected);
    run(
        &mut connection,
        "2026-11-26-000001_booking_policies/down.sql",
    )
    .await;
    let back = texts(&mut connection, &policies("restaurants")).await;
    assert_eq!(back, expected);
}
