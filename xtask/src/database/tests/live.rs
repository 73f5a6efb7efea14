//! A running database beside the tree.

use dev_postgres::TestDatabase;

use super::super::cluster::{Scratch, Way};
use super::super::migrations;
use super::super::session::Session;
use super::super::{CheckOptions, live};
use super::cluster;
use super::tree::{Tree, UP, lines};
use crate::finding::{Finding, Severity};

/// A database that has run the migrations of a tree, and what then happened to it.
struct Running {
    database: TestDatabase,
    session: Session,
}

fn running(tree: &Tree, then: &str) -> Running {
    let database = cluster().database().expect("a database is made");
    let scratch = Scratch::from_database(&database).expect("it answers");
    scratch.prepare().expect("it is empty");
    let migrations = migrations::read(&tree.layout).expect("it can be read");
    for migration in migrations.expect("they are well made") {
        let run = scratch.migrate(&migration, Way::Up).expect("it answers");
        run.expect("it runs");
    }
    scratch.session.run(then).expect("it is SQL");
    Running {
        database,
        session: scratch.session,
    }
}

fn findings(tree: &Tree, running: &Running) -> Vec<Finding> {
    let url = running.database.url();
    let options = CheckOptions {
        live: Some(&url),
        baseline: None,
    };
    tree.check_with(options).expect("it answers")
}

#[test]
fn a_database_that_has_run_every_migration_agrees() {
    let tree = Tree::new();
    let running = running(&tree, "");
    assert_eq!(lines(&findings(&tree, &running)), Vec::<String>::new());
}

#[test]
fn what_everybody_is_granted_is_named_and_what_a_role_of_the_operators_is_granted_is_noted() {
    let tree = Tree::new();
    let running = running(
        &tree,
        "CREATE ROLE reader_of_a_test; GRANT SELECT ON users TO reader_of_a_test;
         GRANT SELECT ON users TO PUBLIC",
    );
    let found = findings(&tree, &running);
    let session = running
        .session
        .run("DROP OWNED BY reader_of_a_test; DROP ROLE reader_of_a_test");
    session.expect("it is SQL");
    let of = |severity| {
        let found = found
            .iter()
            .filter(move |finding| finding.severity == severity);
        found
            .map(|finding| finding.message.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(Severity::Error),
        ["grant to public on users is in the running database, and not in the migrations"]
    );
    assert_eq!(
        of(Severity::Note),
        [
            "grant to reader_of_a_test on users is in the running database, and no migration makes it"
        ]
    );
}

#[test]
fn what_was_changed_by_hand_is_named() {
    let tree = Tree::new();
    let running = running(
        &tree,
        "DROP INDEX idx_bookings_restaurant_created; ALTER TABLE users ALTER COLUMN name TYPE varchar(200)",
    );
    let index = tree.line(UP, "CREATE INDEX idx_bookings_restaurant_created");
    let name = tree.line(UP, "name       varchar(100)");
    assert_eq!(
        lines(&findings(&tree, &running)),
        [
            format!(
                "database/live {UP}:{index} index idx_bookings_restaurant_created of bookings is in the \
                 migrations, and not in the running database"
            ),
            format!(
                "database/live {UP}:{name} type of column users.name is `character varying(100)` \
                 in the migrations, and `character varying(200)` in the running database"
            ),
        ]
    );
}

#[test]
fn a_version_that_nobody_knows_is_named_alone() {
    let tree = Tree::new();
    let running = running(
        &tree,
        "INSERT INTO __diesel_schema_migrations VALUES ('29991231000001');
            CREATE TABLE more (id bigint)",
    );
    assert_eq!(
        lines(&findings(&tree, &running)),
        [
            "database/unknown-version  the running database has run the migration 29991231000001, \
          which migrations/ does not have"
        ]
    );
}

#[test]
fn a_migration_that_has_not_run_is_pending_and_what_it_makes_is_not_missing() {
    let tree = Tree::new();
    let running = running(&tree, "");
    tree.migrate(
        "2026-12-01-000001_more",
        "CREATE TABLE more (id bigint PRIMARY KEY);",
        "DROP TABLE more;",
    );
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    let pending = "database/pending migrations/2026-12-01-000001_more/up.sql the running database \
        has not run 2026-12-01-000001_more";
    assert_eq!(lines(&findings(&tree, &running)), [pending]);
    // What it should have by now is compared all the same.
    running
        .session
        .run("DROP TABLE occupancies")
        .expect("it is SQL");
    let found = lines(&findings(&tree, &running));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[1].contains("table occupancies is in the migrations"),
        "{found:?}"
    );
}

#[test]
fn a_database_without_anything_has_everything_pending() {
    let tree = Tree::new();
    let database = cluster().database().expect("a database is made");
    let session = Session::open(&database.url()).expect("it answers");
    let running = Running { database, session };
    let ids: Vec<String> = findings(&tree, &running).iter().map(Finding::id).collect();
    assert_eq!(ids, vec!["database/pending"; tree.migration_count()]);
}

#[test]
fn what_operators_add_is_noted_and_nobodys_mistake() {
    let tree = Tree::new();
    let running = running(
        &tree,
        "CREATE EXTENSION pgcrypto; CREATE PUBLICATION everything;
            CREATE SCHEMA monitoring; CREATE TABLE monitoring.probes (at timestamptz);
            CREATE SCHEMA elsewhere; ALTER EXTENSION pg_trgm SET SCHEMA elsewhere",
    );
    let findings = findings(&tree, &running);
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity == Severity::Note),
        "{findings:#?}"
    );
    let noted = [
        "extension pgcrypto",
        "publication everything",
        "schema elsewhere",
        "schema monitoring",
    ];
    let expected = noted.map(|what| {
        format!("database/live  {what} is in the running database, and no migration makes it")
    });
    assert_eq!(lines(&findings), expected);
}

#[test]
fn a_running_database_is_only_read() {
    let tree = Tree::new();
    let running = running(&tree, "");
    let session = live::session(&running.database.url()).expect("it answers");
    let error = session
        .run("DELETE FROM users")
        .expect_err("it is read-only");
    assert!(error.to_string().contains("read-only"), "{error}");
}

#[test]
fn a_database_that_does_not_answer_is_one_line_without_the_password() {
    let tree = Tree::new();
    for url in [
        "postgres://somebody:s3cret@127.0.0.1:1/booking",
        "postgres://somebody:s3cret@no-such-host.invalid/booking",
        "postgres://somebody:s3cret@127.0.0.1:s3cret/booking",
        "s3cret",
    ] {
        let options = CheckOptions {
            live: Some(url),
            baseline: None,
        };
        let failure = tree.check_with(options).expect_err("nobody answers");
        let said = failure.to_string();
        assert!(
            said.starts_with("cannot read the database of --live: "),
            "{said}"
        );
        assert!(!said.contains("s3cret"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
