//! The way to the schema, and back.

use booking_persistence::{MigrateError, Store};
use dev_postgres::TestDatabase;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

use crate::catalog::describe;
use crate::support::{connect, migrated, texts};

fn migrations() -> FileBasedMigrations {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    FileBasedMigrations::from_path(directory).expect("they are there")
}

async fn go_down(connection: AsyncPgConnection) -> AsyncPgConnection {
    let mut harness = AsyncMigrationHarness::new(connection);
    harness
        .revert_all_migrations(migrations())
        .expect("every migration has a way back");
    harness.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn way_down_and_up_again_ends_where_it_began() {
    let database = migrated();
    let mut connection = connect(&database.url()).await;
    let before = describe(&mut connection).await;
    let mut connection = go_down(connection).await;
    let below = describe(&mut connection).await;
    let left: Vec<&String> = below
        .iter()
        .filter(|line| !line.starts_with("extension"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let store = Store::connect(&database.url()).await.expect("it answers");
    store.migrate().await.expect("it goes up");
    assert_eq!(describe(&mut connection).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_at_once_migrate_once() {
    let database = TestDatabase::create().expect("PostgreSQL runs");
    let url = database.url();
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                Store::connect(&url)
                    .await
                    .expect("it answers")
                    .migrate()
                    .await
            })
        })
        .collect();
    for start in starts {
        start
            .await
            .expect("it does not panic")
            .expect("it migrates");
    }
    let expected = describe(&mut connect(&migrated().url()).await).await;
    assert_eq!(describe(&mut connect(&url).await).await, expected);
}

#[tokio::test]
async fn migrations_of_a_newer_program_are_named() {
    let database = migrated();
    let mut connection = connect(&database.url()).await;
    connection
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')")
        .await
        .expect("it is SQL");
    let store = Store::connect(&database.url()).await.expect("it answers");
    match store.migrate().await {
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
    let store = Store::connect(&database.url()).await.expect("it answers");
    let before = describe(&mut connect(&database.url()).await).await;
    store.migrate().await.expect("there is nothing to do");
    assert_eq!(describe(&mut connect(&database.url()).await).await, before);
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
    let store = Store::connect(&url).await.expect("it answers");
    match store.migrate().await {
        Err(MigrateError::Failed { reason }) => assert!(reason.contains("UTF8"), "{reason}"),
        other => panic!("{other:?}"),
    }
    let tables = "SELECT relname::text AS line FROM pg_class
        WHERE relnamespace = 'public'::regnamespace";
    assert!(texts(&mut connect(&url).await, tables).await.is_empty());
    store.close();
    connection
        .batch_execute(&format!("DROP DATABASE {other} WITH (FORCE)"))
        .await
        .expect("it goes");
}
