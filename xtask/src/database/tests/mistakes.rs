//! The check on a copy of the repository's own files, each with one mistake: the finding has
//! the right id, names the right thing, and stands at the right line.

use super::super::cluster::Scratch;
use super::super::sql::SqlFile;
use super::cluster;
use super::tree::{DOWN, SCHEMA_RS, Tree, UP, lines};
use crate::finding::Finding;

#[test]
fn the_repository_itself_is_clean_and_dumping_it_changes_nothing() {
    let tree = Tree::new();
    assert_eq!(lines(&tree.check()), Vec::<String>::new());
    let before = (tree.read("schema.sql"), tree.read(SCHEMA_RS));
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    assert_eq!((tree.read("schema.sql"), tree.read(SCHEMA_RS)), before);
}

#[test]
fn a_column_that_only_schema_sql_changes_is_named_at_its_line() {
    let tree = Tree::new();
    tree.edit(
        "schema.sql",
        "status              varchar(20)",
        "status              varchar(21)",
    );
    let line = tree.line("schema.sql", "varchar(21)");
    assert_eq!(
        lines(&tree.check()),
        [format!(
            "database/schema-sql schema.sql:{line} type of column bookings.status is `character \
             varying(20)` in the migrations, and `character varying(21)` in schema.sql"
        )]
    );
}

#[test]
fn an_index_that_schema_sql_lacks_is_named_at_its_table() {
    let tree = Tree::new();
    tree.edit(
        "schema.sql",
        "CREATE INDEX idx_bookings_restaurant_created ON bookings (restaurant_id, created_at, booking_id);\n",
        "",
    );
    let line = tree.line("schema.sql", "CREATE TABLE bookings");
    let findings = tree.check();
    assert_eq!(
        lines(&findings),
        [format!(
            "database/schema-sql schema.sql:{line} index idx_bookings_restaurant_created of bookings is in the \
             migrations, and not in schema.sql"
        )]
    );
    let there = format!(
        "in the migrations: {UP}:{}",
        tree.line(UP, "idx_bookings_restaurant_created")
    );
    assert_eq!(findings[0].details, [there]);
}

#[test]
fn comments_spaces_and_the_order_of_tables_in_schema_sql_do_not_matter() {
    let tree = Tree::new();
    let text = tree.read("schema.sql");
    let stripped = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"));
    let stripped: String = stripped.flat_map(|line| [line, "\n \n"]).collect();
    let (head, rest) = stripped
        .split_once("CREATE TABLE users")
        .expect("there are users");
    let (users, rest) = rest.split_once("CREATE TABLE").expect("there are others");
    let (restaurants, rest) = rest.split_once("CREATE TABLE").expect("there are others");
    let swapped =
        format!("{head}CREATE TABLE{restaurants}CREATE TABLE users{users}CREATE TABLE{rest}");
    tree.write(
        "schema.sql",
        &swapped.replace("CREATE TABLE", "create   table"),
    );
    assert_eq!(lines(&tree.check()), Vec::<String>::new());
}

#[test]
fn schema_sql_that_does_not_run_is_reported_at_the_line() {
    let tree = Tree::new();
    tree.edit(
        "schema.sql",
        "user_id    bigint GENERATED",
        "user_id    bigintt GENERATED",
    );
    let line = tree.line("schema.sql", "bigintt");
    assert_eq!(
        lines(&tree.check()),
        [format!(
            "database/schema-sql-fails schema.sql:{line} PostgreSQL refuses it: type \"bigintt\" does not exist"
        )]
    );
}

#[test]
fn a_missing_schema_sql_is_reported_and_written() {
    let tree = Tree::new();
    tree.remove("schema.sql");
    let missing = ["database/schema-sql schema.sql schema.sql is missing"];
    assert_eq!(lines(&tree.check()), missing);
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    assert_eq!(lines(&tree.check()), Vec::<String>::new());
}

#[test]
fn a_migration_that_does_not_run_is_reported_once_at_the_line() {
    let tree = Tree::new();
    tree.edit(
        UP,
        "CREATE TABLE dining_tables (",
        "CREATE TABLE dining_tables ((",
    );
    let line = tree.line(UP, "dining_tables ((");
    assert_eq!(
        lines(&tree.check()),
        [format!(
            "database/migration-fails {UP}:{line} PostgreSQL refuses it: \
             syntax error at or near \"(\""
        )]
    );
}

#[test]
fn a_statement_that_never_ends_is_stopped() {
    // The limit is lowered here, for it would be waited for.
    let endless = "SET statement_timeout = '10ms';\nSELECT pg_sleep(3600);\n";
    let stopped = "PostgreSQL stopped it: canceling statement due to statement timeout";
    let tree = Tree::new();
    tree.write("schema.sql", endless);
    let name = "2026-12-01-000001_endless";
    tree.migrate(name, endless, "SELECT 1;");
    let findings = tree.check();
    assert_eq!(
        lines(&findings),
        [
            format!("database/migration-fails migrations/{name}/up.sql {stopped}"),
            format!("database/schema-sql-fails schema.sql {stopped}"),
        ]
    );
    for finding in findings {
        let help = finding.help.expect("it says what to do");
        assert!(help.contains("30 seconds"), "{help}");
    }
}

#[test]
fn every_statement_has_a_limit_whatever_a_file_sets() {
    let scratch = Scratch::empty(cluster()).expect("a database is made");
    let limit = || scratch.session.texts("SHOW statement_timeout");
    assert_eq!(limit().expect("it answers"), ["30s"]);
    let file = SqlFile::new("a.sql", "SET statement_timeout = 0;");
    scratch.apply("rule", &file).expect("it runs");
    assert_eq!(limit().expect("it answers"), ["30s"]);
}

#[test]
fn what_belongs_to_the_whole_cluster_is_refused_before_it_is_made() {
    let tree = Tree::new();
    let name = "2026-12-01-000001_operators";
    let up = "SELECT 1;\nCREATE ROLE operators_of_a_test;\n";
    tree.migrate(name, up, "DROP ROLE operators_of_a_test;");
    let findings = tree.check();
    assert_eq!(
        lines(&findings),
        [format!(
            "database/migration-fails migrations/{name}/up.sql:2 a role belongs to the whole \
             cluster, and not to a database"
        )]
    );
    let help = findings[0].help.as_deref().unwrap_or_default();
    assert!(help.starts_with("leave roles, tablespaces"), "{help}");
}

#[test]
fn a_role_that_a_block_of_code_needs_is_left_to_the_cluster_too() {
    let tree = Tree::new();
    let up = "DO $$ BEGIN GRANT SELECT ON users TO nobody_of_a_test; END $$;";
    tree.migrate("2026-12-01-000001_operators", up, "SELECT 1;");
    let findings = tree.check();
    assert_eq!(findings.len(), 1, "{:?}", lines(&findings));
    let message = &findings[0].message;
    assert!(
        message.contains("role \"nobody_of_a_test\" does not exist"),
        "{message}"
    );
    let help = findings[0].help.as_deref().unwrap_or_default();
    assert!(help.starts_with("leave roles, tablespaces"), "{help}");
}

#[test]
fn a_way_back_that_leaves_something_is_named() {
    let tree = Tree::new();
    tree.edit(DOWN, "DROP TABLE users;\n", "");
    let line = tree.line(UP, "CREATE TABLE users");
    assert_eq!(
        lines(&tree.check()),
        [format!(
            "database/down {UP}:{line} table users is in what down.sql of \
             2026-11-21-000001_bookings leaves, and not in the schema before it"
        )]
    );
}

#[test]
fn a_way_back_of_a_later_migration_is_compared_with_what_was_there_before_it() {
    let tree = Tree::new();
    tree.migrate(
        "2026-12-01-000001_larger_days",
        "ALTER TABLE service_periods ALTER COLUMN weekdays TYPE integer;",
        "ALTER TABLE service_periods ALTER COLUMN weekdays TYPE bigint;",
    );
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    assert_eq!(
        lines(&tree.check()),
        [
            "database/down migrations/2026-12-01-000001_larger_days/down.sql:1 type of column \
          service_periods.weekdays is `smallint` in the schema before it, and `bigint` in what down.sql \
          of 2026-12-01-000001_larger_days leaves"
        ]
    );
}

#[test]
fn a_way_up_that_ends_elsewhere_the_second_time_is_named() {
    let tree = Tree::new();
    // An extension may stay on the way back; what is made only where it is missing may not
    // depend on it.
    tree.migrate(
        "2026-12-01-000001_maybe",
        "DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_extension WHERE extname = 'citext') THEN
                CREATE TABLE again (id bigint PRIMARY KEY);
            END IF;
        END $$;
        CREATE EXTENSION IF NOT EXISTS citext;",
        "DROP TABLE IF EXISTS again;",
    );
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    let found = lines(&tree.check());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("database/up-again "), "{found:?}");
    assert!(found[0].contains("table again"), "{found:?}");
}

#[test]
fn an_edited_schema_rs_is_stale_and_its_types_are_named() {
    let tree = Tree::new();
    tree.edit(
        SCHEMA_RS,
        "confirmation_code -> Varchar",
        "confirmation_code -> Text",
    );
    let line = tree.line(SCHEMA_RS, "confirmation_code -> Text");
    assert_eq!(
        lines(&tree.check()),
        [
            format!(
                "stale/schema-rs {SCHEMA_RS}:{line} {SCHEMA_RS} differs from what `cargo xtask \
                 schema dump` makes, from line {line} on"
            ),
            format!(
                "database/schema-rs {SCHEMA_RS}:{line} type of column bookings.confirmation_code \
                 is `Varchar` in the migrations, and `Text` in schema.rs"
            ),
        ]
    );
}

#[test]
fn spaces_in_schema_rs_are_only_stale() {
    let tree = Tree::new();
    tree.edit(
        SCHEMA_RS,
        "confirmation_code -> Varchar",
        "confirmation_code  ->  Varchar",
    );
    let found = lines(&tree.check());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("stale/schema-rs "), "{found:?}");
}

#[test]
fn a_missing_schema_rs_is_stale() {
    let tree = Tree::new();
    tree.remove(SCHEMA_RS);
    let missing = format!("stale/schema-rs {SCHEMA_RS} {SCHEMA_RS} is missing");
    assert_eq!(lines(&tree.check()), [missing]);
}

#[test]
fn a_column_that_a_migration_adds_is_named_in_both_descriptions_until_the_dump() {
    let tree = Tree::new();
    tree.migrate(
        "2026-12-01-000001_nicknames",
        "ALTER TABLE users ADD COLUMN nickname text;",
        "ALTER TABLE users DROP COLUMN nickname;",
    );
    let ids: Vec<String> = tree.check().iter().map(Finding::id).collect();
    assert_eq!(
        ids,
        [
            "stale/schema-rs",
            "database/schema-rs",
            "database/schema-sql"
        ]
    );
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    assert!(tree.read("schema.sql").contains("    nickname   text,\n"));
    assert!(
        tree.read(SCHEMA_RS)
            .contains("        nickname -> Nullable<Text>,\n")
    );
    assert_eq!(lines(&tree.check()), Vec::<String>::new());
}

#[test]
fn a_type_that_diesel_does_not_have_is_named_and_nothing_is_written() {
    let tree = Tree::new();
    tree.migrate(
        "2026-12-01-000001_boxes",
        "ALTER TABLE users ADD COLUMN seat box;",
        "ALTER TABLE users DROP COLUMN seat;",
    );
    let before = tree.read("schema.sql");
    let expected = "database/schema-rs migrations/2026-12-01-000001_boxes/up.sql:1 column \
        users.seat is of type box, for which `schema dump` knows no Diesel type";
    assert_eq!(lines(&tree.dump()), [expected]);
    assert_eq!(tree.read("schema.sql"), before);
    assert_eq!(lines(&tree.check())[0], expected);
}

#[test]
fn a_migration_without_a_transaction_runs_as_diesel_runs_it() {
    let name = "2026-12-01-000001_phones";
    let tree = Tree::new();
    tree.migrate(
        name,
        "CREATE INDEX CONCURRENTLY idx_users_phone ON users (phone);",
        "DROP INDEX CONCURRENTLY idx_users_phone;",
    );
    let found = lines(&tree.check());
    assert!(
        found[0].ends_with("CREATE INDEX CONCURRENTLY cannot run inside a transaction block"),
        "{found:?}"
    );
    tree.write(
        &format!("migrations/{name}/metadata.toml"),
        "run_in_transaction = false\n",
    );
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    let index = "CREATE INDEX idx_users_phone ON users (phone);\n";
    assert!(tree.read("schema.sql").contains(index));
    assert_eq!(lines(&tree.check()), Vec::<String>::new());
}

#[test]
fn a_migration_that_takes_the_search_path_along_is_named() {
    let tree = Tree::new();
    tree.write(UP, &format!("{}SET search_path = '';\n", tree.read(UP)));
    let found = lines(&tree.check());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with(&format!(
            "database/migration-fails {UP} Diesel cannot remember that it ran: "
        )),
        "{found:?}"
    );
    // In schema.sql, which nobody continues, it changes nothing.
    let tree = Tree::new();
    let text = tree.read("schema.sql");
    tree.write("schema.sql", &format!("{text}SET search_path = '';\n"));
    assert_eq!(lines(&tree.check()), Vec::<String>::new());
}

#[test]
fn a_migration_that_rows_stand_in_the_way_of_is_named_and_one_that_brings_them_along_is_not() {
    for (up, expected) in [
        (
            "ALTER TABLE users ADD COLUMN locale varchar(5) NOT NULL;",
            Some("with rows in the tables: PostgreSQL refuses it: column \"locale\""),
        ),
        (
            "ALTER TABLE bookings ADD COLUMN x integer, ADD CONSTRAINT pairs CHECK (party_size = 2);",
            Some("with rows in the tables: PostgreSQL refuses it: check constraint \"pairs\""),
        ),
        (
            "ALTER TABLE users ADD COLUMN locale varchar(5) NOT NULL DEFAULT 'en';",
            None,
        ),
    ] {
        let tree = Tree::new();
        tree.migrate("2099-12-01-000001_more", up, "SELECT 1;");
        let found = tree.check();
        let found = found
            .iter()
            .find(|finding| finding.rule == "migration-fails-on-data");
        match (found, expected) {
            (None, None) => {}
            (Some(found), Some(expected)) => {
                assert!(found.message.starts_with(expected), "{}", found.message);
            }
            other => panic!("{up}: {other:?}"),
        }
    }
}

#[test]
fn a_table_without_rows_is_named_before_a_later_migration_is_not_tried_on_it() {
    let tree = Tree::new();
    tree.migrate(
        "2099-12-01-000001_notes",
        "CREATE TABLE notes (id bigint);",
        "DROP TABLE notes;",
    );
    let seeds = |tree: &Tree| {
        let found = tree.check();
        let found = found.iter().find(|finding| finding.rule == "seeds");
        found.map(|finding| finding.message.clone())
    };
    assert_eq!(seeds(&tree), None);
    tree.migrate("2099-12-02-000001_later", "SELECT 1;", "SELECT 1;");
    assert_eq!(
        seeds(&tree).as_deref(),
        Some("2099-12-02-000001_later is not tried on rows of notes: there are none")
    );
    tree.write(
        "xtask/seeds/2099-12-01-000001_notes.sql",
        "INSERT INTO notes VALUES (1);",
    );
    assert_eq!(seeds(&tree), None);
}
