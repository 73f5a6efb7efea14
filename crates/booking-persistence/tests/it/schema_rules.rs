//! Rules about the schema that hold for every table, also those that are still to come. Each
//! is a query for what breaks it, which is proven to find something.

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use crate::support::{connect, migrated, texts};

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");

const CONSTRAINTS: &str = "SELECT conname::text AS line
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE connamespace = 'public'::regnamespace AND relname NOT LIKE '\\_\\_diesel%'";

struct Rule {
    /// Finds what breaks the rule.
    query: &'static str,
    /// Breaks it.
    broken_by: &'static str,
}

const FOREIGN_KEYS_ARE_INDEXED: Rule = Rule {
    query: "SELECT conrelid::regclass || '.' || conname AS line FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT FROM pg_index WHERE indrelid = conrelid
            -- A row that refers to nothing is looked for by nobody.
            AND (indpred IS NULL OR pg_get_expr(indpred, indrelid) IN (
                SELECT format('(%I IS NOT NULL)', attname) FROM pg_attribute
                WHERE attrelid = conrelid AND attnum = ANY (conkey)
            ))
            AND (string_to_array(indkey::text, ' ')::smallint[])[1:cardinality(conkey)] @> conkey)",
    broken_by: "DROP INDEX idx_combined_tables_table",
};

const INSTANTS_HAVE_A_ZONE: Rule = Rule {
    query: "SELECT table_name || '.' || column_name AS line FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
        AND (data_type = 'timestamp without time zone' AND table_name <> 'blockouts'
            OR (column_name LIKE '%\\_at' AND data_type <> 'timestamp with time zone'))",
    broken_by: "ALTER TABLE users ALTER COLUMN created_at TYPE timestamp",
};

const INSTANTS_COME_FROM_THE_CALLER: Rule = Rule {
    query: "SELECT table_name || '.' || column_name AS line FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
        AND data_type LIKE 'timestamp%' AND column_default IS NOT NULL",
    broken_by: "ALTER TABLE users ALTER COLUMN created_at SET DEFAULT now()",
};

/// PostgreSQL has no type for bytes or elements of a bounded number; a CHECK of the column bounds it.
const TEXTS_ARE_BOUNDED: Rule = Rule {
    query: "SELECT table_name || '.' || column_name AS line FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
        AND (data_type IN ('text', 'json', 'jsonb')
            OR (data_type = 'ARRAY' AND NOT EXISTS (SELECT FROM pg_constraint
                WHERE conrelid = table_name::regclass AND pg_get_constraintdef(oid)
                    ~ ('cardinality\\(' || column_name || '\\) (<=|=) ')))
            OR (data_type LIKE 'character%' AND character_maximum_length IS NULL)
            OR (data_type = 'bytea' AND NOT EXISTS (SELECT FROM pg_constraint
                WHERE conname = table_name || '_' || column_name || '_check'
                AND strpos(pg_get_constraintdef(oid), 'octet_length(' || column_name) > 0)))",
    broken_by: "ALTER TABLE signing_keys DROP CONSTRAINT signing_keys_public_key_check",
};

const TENANTS_ARE_IN_EVERY_KEY: Rule = Rule {
    query: "SELECT conrelid::regclass || '.' || conname AS line FROM pg_constraint
        WHERE contype IN ('p', 'f') AND connamespace = 'public'::regnamespace
        AND EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = conrelid AND attname = 'restaurant_id')
        AND (contype = 'p' OR confrelid NOT IN ('users'::regclass, 'accounts'::regclass))
        AND NOT EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = conrelid AND attnum = ANY (conkey) AND attname = 'restaurant_id')",
    broken_by: "ALTER TABLE bookings ADD CONSTRAINT bookings_other_fkey
        FOREIGN KEY (booking_id) REFERENCES users (user_id)
        ; ALTER TABLE dining_tables DROP CONSTRAINT dining_tables_pkey CASCADE
        ; ALTER TABLE dining_tables ADD CONSTRAINT dining_tables_pkey PRIMARY KEY (table_id)",
};

const TABLES_ARE_GRANTED: Rule = Rule {
    query: "SELECT relname::text AS line FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND NOT (has_table_privilege('booking_service', oid, 'SELECT')
            AND has_table_privilege('booking_service', oid, 'INSERT')
            OR relname = '__diesel_schema_migrations')",
    broken_by: "CREATE TABLE tips (tip integer)",
};

/// What nobody needs to work with bookings. What they may do with tables, `cargo xtask check` says.
const ROLES_ARE_LIMITED: Rule = Rule {
    query: "SELECT rolname::text AS line FROM pg_roles
        WHERE rolname IN ('booking_service', 'booking_retention', 'booking_search')
        AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
            OR rolname = 'booking_service' AND pg_has_role(oid, 'booking_retention', 'USAGE'))",
    // Roles are of the whole cluster: nobody else sees it.
    broken_by: "BEGIN; ALTER ROLE booking_retention CREATEDB",
};

async fn holds(rule: Rule) {
    let database = migrated();
    let mut connection = connect(&database.url()).await;
    let broken = texts(&mut connection, rule.query).await;
    assert!(broken.is_empty(), "{broken:?}");
    connection
        .batch_execute(rule.broken_by)
        .await
        .expect("it is SQL");
    assert!(!texts(&mut connection, rule.query).await.is_empty());
}

#[tokio::test]
async fn every_foreign_key_is_indexed() {
    holds(FOREIGN_KEYS_ARE_INDEXED).await;
}

#[tokio::test]
async fn every_instant_is_timestamptz() {
    holds(INSTANTS_HAVE_A_ZONE).await;
}

#[tokio::test]
async fn no_instant_comes_from_the_database() {
    holds(INSTANTS_COME_FROM_THE_CALLER).await;
}

#[tokio::test]
async fn every_text_is_bounded() {
    holds(TEXTS_ARE_BOUNDED).await;
}

/// The text of every migration.
fn migrations() -> String {
    let folders = std::fs::read_dir(MIGRATIONS).expect("it can be listed");
    let files = folders.map(|folder| folder.expect("it can be listed").path().join("up.sql"));
    files
        .filter(|file| file.exists())
        .map(|file| std::fs::read_to_string(file).expect("it can be read"))
        .collect()
}

/// A name that PostgreSQL has made up does not stand in a migration.
#[tokio::test]
async fn every_constraint_is_named() {
    let migrations = migrations();
    let named: Vec<&str> = migrations
        .split("CONSTRAINT ")
        .skip(1)
        .filter_map(|rest| rest.split([' ', '\n']).next())
        .collect();
    let made_up = async |connection: &mut AsyncPgConnection| {
        let mut names = texts(connection, CONSTRAINTS).await;
        names.retain(|name| !named.contains(&name.as_str()));
        names
    };
    let database = migrated();
    let mut connection = connect(&database.url()).await;
    assert!(made_up(&mut connection).await.is_empty());
    connection
        .batch_execute("ALTER TABLE users ADD CHECK (name <> phone)")
        .await
        .expect("it is SQL");
    assert_eq!(made_up(&mut connection).await, ["users_check"]);
}

#[tokio::test]
async fn every_table_is_granted_to_the_service() {
    holds(TABLES_ARE_GRANTED).await;
}

#[tokio::test]
async fn the_roles_of_the_service_may_nothing_that_is_not_granted() {
    holds(ROLES_ARE_LIMITED).await;
}

#[tokio::test]
async fn every_key_of_a_tenant_names_it() {
    holds(TENANTS_ARE_IN_EVERY_KEY).await;
}
