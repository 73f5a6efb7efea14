//! The bounds of the contract and of the database.

use super::tree::{Tree, UP, lines};

/// The migration whose comments name schemas of the contract.
const COMMENTS: &str = "migrations/2026-11-26-000002_contract_bounds/up.sql";

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

/// The migration that made the history of bookings, which has their status, too.
const HISTORY: &str = "migrations/2026-11-26-000040_visits/up.sql";

/// What is found about both columns that hold a booking's status: these words, with the column's name.
fn about_each_status(tree: &Tree, words: impl Fn(&str) -> String) -> [String; 2] {
    [("bookings", UP), ("booking_events", HISTORY)].map(|(table, migration)| {
        let line = tree.line(migration, &format!("CONSTRAINT {table}_status_check"));
        let words = words(&format!("{table}.status"));
        format!("database/enum {migration}:{line} {words}")
    })
}

#[test]
fn a_value_that_the_database_does_not_take_is_named() {
    let tree = Tree::new();
    tree.edit(
        "booking-api.yaml",
        "enum: [pending, confirmed, cancelled, completed, no_show]",
        "enum: [pending, confirmed, cancelled, completed, no_show, seated]",
    );
    let found = found(&tree);
    let words = |column: &str| {
        format!("BookingStatus of the contract has `seated`, which column {column} does not take")
    };
    assert_eq!(found, about_each_status(&tree, words));
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
    let words = |column: &str| {
        format!(
            "column {column} takes `no_show`, which BookingStatus of the contract does not have"
        )
    };
    assert_eq!(found, about_each_status(&tree, words));
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

/// What is found when one side has another bound, and everything else follows.
fn with_contract(from: &str, to: &str) -> Vec<String> {
    let tree = Tree::new();
    tree.edit("booking-api.yaml", from, to);
    found(&tree)
}

fn with_database(from: &str, to: &str) -> Vec<String> {
    let tree = Tree::new();
    tree.edit(UP, from, to);
    found(&tree)
}

/// The ids and the columns of findings: `range bookings.party_size`.
fn ids(found: &[String]) -> Vec<String> {
    let id = |line: &String| {
        let rule = line.split(' ').next().unwrap_or_default();
        let rule = rule.trim_start_matches("database/");
        let column = line.split(" column ").nth(1).unwrap_or_default();
        let column = column.split([' ', ',']).next().unwrap_or_default();
        format!("{rule} {column}")
    };
    found.iter().map(id).collect()
}

#[test]
fn a_range_that_only_one_side_has_is_found() {
    let parties = "      description: How many guests come.\n      type: integer\n      format: int32\n      minimum: 1\n      maximum: 20\n";
    let found = with_contract(parties, &parties.replace("20", "25"));
    assert_eq!(ids_of_guests(&found), ["range bookings.party_size"]);
    assert!(
        found[0].contains(
            "PartySize of the contract has `21`, which column bookings.party_size does not take"
        ),
        "{found:?}"
    );
    let found = with_database(
        "party_size >= 1 AND party_size <= 20",
        "party_size BETWEEN 1 AND 25",
    );
    assert_eq!(ids(&found), ["range bookings.party_size"]);
    assert!(
        found[0].contains("column bookings.party_size takes `21`"),
        "{found:?}"
    );
    let found = with_database("lat BETWEEN -90 AND 90", "lat > -90 AND lat <= 90");
    assert_eq!(ids(&found), ["range restaurants.lat"]);
    let found = with_database("lng BETWEEN -180 AND 180", "lng >= -180");
    assert_eq!(ids(&found), ["range restaurants.lng"]);
}

/// The findings in the tables of guests: others hold the same kinds of values.
fn ids_of_guests(found: &[String]) -> Vec<String> {
    let mut ids = ids(found);
    ids.retain(|id| {
        id.contains(" users.") || id.contains(" bookings.") || id.contains(" booking_contacts.")
    });
    ids
}

#[test]
fn a_length_that_only_one_side_has_is_found() {
    // Not that of a change, which may be null.
    let name = "      x-personal-data: true\n      minLength: 2\n      maxLength: 100\n";
    for longer in ["maxLength: 150", "maxLength: 101"] {
        let found = with_contract(name, &name.replace("maxLength: 100", longer));
        assert_eq!(
            ids_of_guests(&found),
            ["length users.name", "length booking_contacts.name"]
        );
    }
    let found = with_contract(name, &name.replace("minLength: 2", "minLength: 1"));
    assert_eq!(
        ids_of_guests(&found),
        ["length users.name", "length booking_contacts.name"]
    );
    let found = with_database(
        "cancellation_reason varchar(500)",
        "cancellation_reason text",
    );
    assert_eq!(ids(&found), ["length bookings.cancellation_reason"]);
    let digits = "digits only.\n      type: string\n      x-personal-data: true\n      minLength: 3\n      maxLength: 16\n      \
                  pattern: ^\\+[1-9][0-9]{1,14}$\n";
    let more = digits.replace("16", "19").replace("{1,14}", "{1,17}");
    let found = with_contract(digits, &more);
    assert_eq!(
        ids_of_guests(&found),
        ["length users.phone", "length booking_contacts.phone"]
    );
    let address =
        "x-personal-data: true\n      format: email\n      minLength: 3\n      maxLength: 254\n";
    let found = with_contract(address, &address.replace("254", "300"));
    assert_eq!(
        ids_of_guests(&found),
        ["length users.email", "length booking_contacts.email"]
    );
}

#[test]
fn a_pattern_that_only_one_side_has_is_found() {
    let found = with_database("'^[A-HJ-NP-Z2-9]{6}$'", "'^[A-HJ-NP-Z0-9]{6}$'");
    assert_eq!(ids(&found), ["pattern bookings.confirmation_code"]);
    let found = with_contract("^[A-HJ-NP-Z2-9]{6}$", "^[A-HJ-NP-Za-z2-9]{6}$");
    assert_eq!(ids(&found), ["pattern bookings.confirmation_code"]);
    let found = with_database(
        "cuisine !~ '[\\u0001-\\u001F\\u007F-\\u009F]'",
        "cuisine !~ '[\\u0001-\\u001F]'",
    );
    assert_eq!(ids(&found), ["pattern restaurants.cuisine"]);
}

#[test]
fn a_pattern_in_other_words_is_no_difference() {
    let found = with_database("'^[A-HJ-NP-Z2-9]{6}$'", "'^([2-9]|[A-H]|[J-N]|[P-Z]){6}$'");
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_bounded_column_without_a_schema_of_the_contract_is_found() {
    let with_comment = |from: &str, to: &str| {
        let tree = Tree::new();
        tree.edit(COMMENTS, from, to);
        found(&tree)
    };
    let comment = "COMMENT ON COLUMN bookings.party_size IS 'Contract: PartySize.';\n";
    assert_eq!(
        ids(&with_comment(comment, "")),
        ["contract-column bookings.party_size"]
    );
    for (name, message) in [
        (
            "PartySise",
            "names PartySise, and the contract has no such schema",
        ),
        ("BookingDate", "cannot be compared with BookingDate"),
        // Without a reason.
        ("none", "names none"),
    ] {
        let found = with_comment(comment, &comment.replace("PartySize", name));
        assert_eq!(ids(&found), ["contract-column bookings.party_size"]);
        assert!(found[0].contains(message), "{found:?}");
    }
    let excused = comment.replace("PartySize", "none, it is only a test");
    assert_eq!(with_comment(comment, &excused), Vec::<String>::new());
}
