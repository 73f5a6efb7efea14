//! `cargo xtask schema …` and `cargo xtask check --live` from outside.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{directory, outcome, workspace};

const SCHEMA_RS: &str = "crates/booking-persistence/src/schema.rs";
const MIGRATION: &str = "migrations/2026-11-21-000001_bookings";

/// The migrations alone, in a directory of their own.
fn migrations() -> tempfile::TempDir {
    let root = directory();
    fs::create_dir_all(root.path().join("crates/booking-persistence/src")).expect("it can be made");
    for entry in fs::read_dir(workspace().join("migrations")).expect("it can be read") {
        let migration = entry.expect("it can be read").path();
        if !migration.is_dir() {
            continue;
        }
        let to = root.path().join("migrations");
        let to = to.join(migration.file_name().expect("it has a name"));
        fs::create_dir_all(&to).expect("it can be made");
        for file in ["up.sql", "down.sql"] {
            fs::copy(migration.join(file), to.join(file)).expect("it can be copied");
        }
    }
    root
}

fn schema(root: &Path, what: &str) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("--root")
        .arg(root)
        .args(["schema", what])
        .output()
        .expect("the command runs");
    outcome(&output)
}

fn read(root: &Path, file: &str) -> String {
    fs::read_to_string(root.join(file)).unwrap_or_default()
}

/// Without what begins a file that is there already.
fn without_head(text: &str) -> &str {
    text.split_once("\n\n").map_or("", |(_, rest)| rest)
}

#[test]
fn a_dump_of_the_migrations_alone_writes_both_descriptions_as_they_are() {
    let root = migrations();
    assert_eq!(schema(root.path(), "dump"), (Some(0), String::new()));
    assert_eq!(read(root.path(), SCHEMA_RS), read(&workspace(), SCHEMA_RS));
    let written = read(root.path(), "schema.sql");
    assert!(written.starts_with("-- The whole schema"), "{written}");
    let present = read(&workspace(), "schema.sql");
    assert_eq!(without_head(&written), without_head(&present));
    assert_eq!(read(root.path(), "migrations/released.lock"), "");
}

#[test]
fn a_release_remembers_the_migrations_and_refuses_what_has_changed_since() {
    let root = migrations();
    assert_eq!(schema(root.path(), "release"), (Some(0), String::new()));
    let lock = read(root.path(), "migrations/released.lock");
    assert!(
        lock.contains("  2026-11-21-000001_bookings/up.sql\n"),
        "{lock}"
    );
    assert_eq!(read(root.path(), "schema.sql"), "");
    let up = root.path().join(MIGRATION).join("up.sql");
    fs::write(&up, "CREATE TABLE other (id bigint);\n").expect("it can be written");
    let (code, said) = schema(root.path(), "release");
    assert_eq!(code, Some(8), "{said}");
    assert!(said.contains("database/released-edited"), "{said}");
    assert_eq!(read(root.path(), "migrations/released.lock"), lock);
}

#[test]
fn a_running_database_that_does_not_answer_is_one_line_without_its_password() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args([
            "check",
            "--live",
            "postgres://somebody:s3cret@127.0.0.1:1/booking",
        ])
        .output()
        .expect("the command runs");
    let (code, said) = outcome(&output);
    assert_eq!(code, Some(1), "{said}");
    // What the other checks found stands above it.
    let last = said.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("error: cannot read the database of --live: booking at 127.0.0.1:1: "),
        "{said}"
    );
    assert!(!said.contains("s3cret"), "{said}");
    assert_eq!(
        said.matches("cannot read the database").count(),
        1,
        "{said}"
    );
}
