//! The lists of the contract and of the database.

use super::tree::{Tree, UP, lines};

const LIST: &str =
    "CHECK (status IN ('confirmed', 'pending', 'cancelled', 'completed', 'no_show'))";

/// What is found about lists when the constraint is another, and both descriptions follow.
fn with_check(check: &str) -> Vec<String> {
    let tree = Tree::new();
    tree.edit(UP, LIST, check);
    found(&tree)
}

fn found(tree: &Tree) -> Vec<String> {
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    lines(&tree.check())
}

fn line(tree: &Tree) -> usize {
    tree.line(UP, "CONSTRAINT bookings_status_check")
}

#[test]
fn a_value_that_the_database_does_not_take_is_named() {
    let found = with_check("CHECK (status IN ('confirmed', 'pending', 'cancelled', 'completed'))");
    let line = line(&Tree::new());
    assert_eq!(
        found,
        [format!(
            "database/enum {UP}:{line} BookingStatus of the contract has `no_show`, which column \
             bookings.status does not take"
        )]
    );
}

#[test]
fn a_value_that_the_contract_does_not_have_is_named() {
    let tree = Tree::new();
    tree.edit(
        "booking-api.yaml",
        "enum: [pending, confirmed, cancelled, completed, no_show]",
        "enum: [pending, confirmed, cancelled, completed]",
    );
    // A contract that is refused has other findings; this one is still a contract.
    let found = found(&tree);
    let line = line(&tree);
    assert_eq!(
        found,
        [format!(
            "database/enum {UP}:{line} column bookings.status takes `no_show`, which \
             BookingStatus of the contract does not have"
        )]
    );
}

#[test]
fn a_column_without_a_list_is_named() {
    let found = with_check("CHECK (status <> '')");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("column bookings.status takes any text"),
        "{found:?}"
    );
}

#[test]
fn the_same_list_in_other_words_is_no_difference() {
    for check in [
        "CHECK (status IN ('no_show', 'confirmed', 'pending', 'cancelled', 'completed'))",
        "CHECK (status = 'confirmed' OR status = 'pending' OR status = 'cancelled' \
         OR status = 'completed' OR status = 'no_show')",
        "CHECK (status ~ '^(confirmed|pending|cancelled|completed|no_show)$')",
    ] {
        assert_eq!(with_check(check), Vec::<String>::new(), "{check}");
    }
}

#[test]
fn a_list_that_no_row_names_is_found_whatever_its_form() {
    for (up, down) in [
        (
            "ALTER TABLE users ADD COLUMN role varchar(10) CONSTRAINT users_role_check
                CHECK (role IN ('guest', 'host'));",
            "ALTER TABLE users DROP COLUMN role;",
        ),
        (
            "CREATE TYPE role AS ENUM ('guest', 'host'); ALTER TABLE users ADD COLUMN role role;",
            "ALTER TABLE users DROP COLUMN role; DROP TYPE role;",
        ),
        (
            "CREATE DOMAIN role AS varchar(10) CHECK (VALUE IN ('guest', 'host'));
                ALTER TABLE users ADD COLUMN role role;",
            "ALTER TABLE users DROP COLUMN role; DROP DOMAIN role;",
        ),
    ] {
        let tree = Tree::new();
        tree.migrate("2026-12-01-000001_roles", up, down);
        let found = found(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("database/enum migrations/2026-12-01-000001_roles/up.sql:")
                && found[0].contains("column users.role takes values out of a list"),
            "{found:?}"
        );
    }
}

#[test]
fn a_row_that_names_nothing_is_found() {
    let tree = Tree::new();
    tree.migrate(
        "2026-12-01-000001_states",
        "ALTER TABLE bookings RENAME COLUMN status TO state;",
        "ALTER TABLE bookings RENAME COLUMN state TO status;",
    );
    let found = found(&tree);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].contains("the database has no column bookings.status"),
        "{found:?}"
    );
    assert!(
        found[1].contains("column bookings.state takes values out of a list"),
        "{found:?}"
    );
}
