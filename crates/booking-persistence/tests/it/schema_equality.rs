//! `schema.sql`, the migrations and Diesel's schema are the same.

use dev_postgres::TestDatabase;
use diesel_async::SimpleAsyncConnection;

use crate::catalog::describe;
use crate::support::{connect, migrated, texts};

const SCHEMA_SQL: &str = include_str!("../../../../schema.sql");
const SCHEMA_RS: &str = include_str!("../../src/schema.rs");

#[tokio::test]
async fn schema_sql_is_what_the_migrations_build() {
    let by_migrations = migrated();
    let by_hand = TestDatabase::create().expect("PostgreSQL runs");
    let mut by_hand = connect(&by_hand.url()).await;
    by_hand.batch_execute(SCHEMA_SQL).await.expect("it is SQL");
    let by_migrations = describe(&mut connect(&by_migrations.url()).await).await;
    assert!(by_migrations.len() > 80, "{by_migrations:#?}");
    assert_eq!(describe(&mut by_hand).await, by_migrations);
}

#[tokio::test]
async fn every_kind_of_difference_is_seen() {
    let differences = [
        "ALTER TABLE users ADD COLUMN nickname varchar(10)",
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(101)",
        "ALTER TABLE users ALTER COLUMN phone DROP NOT NULL",
        "ALTER TABLE restaurants ALTER COLUMN booking_window_days SET DEFAULT 364",
        "ALTER TABLE users ALTER COLUMN user_id SET GENERATED ALWAYS",
        "ALTER TABLE bookings DROP CONSTRAINT bookings_status_check",
        "ALTER TABLE bookings RENAME CONSTRAINT bookings_status_check TO other",
        "ALTER TABLE occupancies DROP CONSTRAINT occupancies_no_overlap",
        "ALTER TABLE occupancies DROP CONSTRAINT occupancies_booking_id_fkey,
            ADD CONSTRAINT occupancies_booking_id_fkey FOREIGN KEY (restaurant_id, booking_id)
            REFERENCES bookings (restaurant_id, booking_id)",
        "DROP INDEX idx_bookings_date",
        "DROP INDEX idx_bookings_date;
            CREATE INDEX idx_bookings_date ON bookings (booking_time, booking_date, booking_id)",
        "CREATE TRIGGER one BEFORE UPDATE ON users FOR EACH ROW
            EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE TYPE mood AS ENUM ('good')",
        "CREATE TABLE more (id bigint)",
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
        "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE VIEW some_users AS SELECT user_id FROM users",
    ];
    let database = migrated();
    let mut connection = connect(&database.url()).await;
    let before = describe(&mut connection).await;
    for difference in differences {
        connection
            .batch_execute(&format!("BEGIN; {difference}"))
            .await
            .expect(difference);
        assert_ne!(describe(&mut connection).await, before, "{difference}");
        connection.batch_execute("ROLLBACK").await.expect("it ends");
    }
    assert_eq!(describe(&mut connection).await, before);
}

/// The columns of the `table!` blocks: `users.name: character varying not null`.
fn columns_in_diesel() -> Vec<String> {
    let mut columns = Vec::new();
    let mut table = "";
    for line in SCHEMA_RS.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            table = name;
        } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ")
            && !line.starts_with("diesel::")
        {
            let inner = kind
                .strip_prefix("Nullable<")
                .and_then(|kind| kind.strip_suffix('>'));
            let name = match inner.unwrap_or(kind) {
                "BigInt" => "bigint",
                "Integer" => "integer",
                "SmallInt" => "smallint",
                "Double" => "double precision",
                "Varchar" => "character varying",
                "Date" => "date",
                "Time" => "time without time zone",
                "Timestamptz" => "timestamp with time zone",
                "Tstzrange" => "tstzrange",
                other => panic!("{other} is a type that this test does not know"),
            };
            let null = if inner.is_some() { "" } else { " not null" };
            columns.push(format!("{table}.{column}: {name}{null}"));
        }
    }
    columns
}

#[tokio::test]
async fn diesel_sees_every_column_as_it_is() {
    let database = migrated();
    let mut connection = connect(&database.url()).await;
    let mut in_database = texts(
        &mut connection,
        "SELECT format('%s.%s: %s%s', relname, attname, format_type(atttypid, NULL),
                CASE WHEN attnotnull THEN ' not null' ELSE '' END) AS line
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
            AND relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_\\_diesel%'",
    )
    .await;
    let mut in_diesel = columns_in_diesel();
    in_database.sort();
    in_diesel.sort();
    assert_eq!(in_diesel, in_database);
}
