//! A folder that Diesel stumbles over is named, and hides nothing that can be said beside it.

use super::super::{ReleasedBaseline, migrations, released};
use super::tree::{DOWN, Tree, UP, lines};
use crate::finding::Severity;

/// What is found, without the note that not everything was compared.
fn errors(tree: &Tree) -> Vec<String> {
    let (notes, errors): (Vec<_>, Vec<_>) = tree
        .check()
        .into_iter()
        .partition(|finding| finding.severity == Severity::Note);
    assert_eq!(notes.len(), 1, "{:?}", lines(&notes));
    lines(&errors)
}

fn release(tree: &Tree) {
    let folder = migrations::read_folder(&tree.layout).expect("it can be read");
    let wrong = released::release(&tree.layout, &folder, &ReleasedBaseline::default());
    assert_eq!(
        lines(&wrong.expect("it can be written")),
        Vec::<String>::new()
    );
}

#[test]
fn a_badly_named_folder_hides_neither_an_edit_nor_what_does_not_run() {
    let tree = Tree::new();
    release(&tree);
    tree.write(DOWN, &tree.read(DOWN).replace("DROP TABLE users;\n", ""));
    tree.write("schema.sql", "CREATE TABLE users (;\n");
    tree.migrate("2026-12-01_short", "SELECT 1;", "SELECT 1;");
    let line = tree.line(UP, "CREATE TABLE users");
    assert_eq!(
        errors(&tree),
        [
            "database/migration-folder migrations/2026-12-01_short 2026-12-01_short is not named \
             as a migration is"
                .to_owned(),
            format!(
                "database/released-edited {DOWN} 2026-11-21-000001_bookings/down.sql was changed \
                 after it was released"
            ),
            format!(
                "database/down {UP}:{line} table users is in what down.sql of \
                 2026-11-21-000001_bookings leaves, and not in the schema before it"
            ),
            "database/schema-sql-fails schema.sql:1 PostgreSQL refuses it: syntax error at or \
             near \";\""
                .to_owned(),
        ]
    );
}

#[test]
fn of_a_broken_folder_and_what_builds_on_it_nothing_else_is_said() {
    let tree = Tree::new();
    // The broken one is released, and the later one needs what it makes.
    release(&tree);
    tree.remove(DOWN);
    tree.migrate(
        "2026-12-01-000001_nicknames",
        "ALTER TABLE users ADD COLUMN nickname varchar(50);",
        "ALTER TABLE users DROP COLUMN nickname;",
    );
    assert_eq!(
        errors(&tree),
        [format!(
            "database/migration-folder {DOWN} 2026-11-21-000001_bookings has no down.sql"
        )]
    );
}

#[test]
fn two_of_one_version_are_said_once_also_when_one_is_released() {
    for name in ["2026-11-21-000001_another", "2026-11-21-000001_others"] {
        let tree = Tree::new();
        release(&tree);
        tree.migrate(name, "SELECT 1;", "SELECT 1;");
        let found = errors(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("have the same version"), "{found:?}");
    }
}

#[test]
fn folders_that_diesel_stumbles_over_are_named() {
    let tree = Tree::new();
    tree.write(
        "migrations/2026-12-01-000001_no_way_back/up.sql",
        "SELECT 1;",
    );
    tree.migrate("2026-12-02-000001_empty", "-- nothing\n", "SELECT 1;");
    tree.migrate("20261203_short", "SELECT 1;", "SELECT 1;");
    tree.migrate("2026-12-04-000001_odd", "SELECT 1;", "SELECT 1;");
    tree.write("migrations/2026-12-04-000001_odd/metadata.toml", "");
    let found = lines(&tree.check());
    let id = "database/migration-folder migrations";
    let ones = [
        format!(
            "{id}/2026-12-01-000001_no_way_back/down.sql 2026-12-01-000001_no_way_back has no down.sql"
        ),
        format!(
            "{id}/2026-12-02-000001_empty/up.sql up.sql of 2026-12-02-000001_empty holds no statement"
        ),
        format!(
            "{id}/2026-12-04-000001_odd/metadata.toml metadata.toml of 2026-12-04-000001_odd does not say what Diesel reads in it"
        ),
        format!("{id}/20261203_short 20261203_short is not named as a migration is"),
    ];
    let (note, found) = found.split_last().expect("something is found");
    assert_eq!(found, ones);
    assert!(note.contains("nothing was compared"), "{note}");
}

#[test]
fn two_migrations_of_one_version_are_named() {
    let tree = Tree::new();
    tree.migrate("2026-11-21-000001_others", "SELECT 1;", "SELECT 1;");
    let found = errors(&tree);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("have the same version, 20261121000001"),
        "{found:?}"
    );
}

#[test]
fn no_migration_at_all_is_no_agreement() {
    let tree = Tree::new();
    tree.remove_migrations();
    let found = errors(&tree);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("database/migration-folder migrations "),
        "{found:?}"
    );
}

#[test]
fn what_is_no_migration_is_named_wherever_it_stands() {
    let tree = Tree::new();
    tree.write("migrations/2026-12-01-000001_forgotten.sql", "SELECT 1;");
    tree.write("migrations/.hidden/up.sql", "SELECT 1;");
    tree.write(
        "migrations/2026-11-21-000001_bookings/data.sql",
        "SELECT 1;",
    );
    tree.write(
        "migrations/2026-11-21-000001_bookings/more/up.sql",
        "SELECT 1;",
    );
    let found = errors(&tree);
    let names = [
        ".hidden",
        "2026-12-01-000001_forgotten.sql",
        "more",
        "data.sql",
    ];
    assert_eq!(found.len(), names.len(), "{found:?}");
    for (found, name) in found.iter().zip(names) {
        assert!(found.starts_with("database/migration-folder"), "{found}");
        assert!(found.contains(&format!("{name} is no ")), "{found}");
    }
}
