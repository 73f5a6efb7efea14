//! What the dump writes builds the same schema again, whatever the schema holds; and what it
//! has no words for, it says.

use super::tree::{Tree, lines};

/// Replaces the repository's migrations by one.
fn only(up: &str, down: &str) -> Tree {
    let tree = Tree::new();
    tree.remove_migrations();
    tree.migrate("2026-12-01-000001_rich", up, down);
    tree
}

/// What the check finds, but for the bounds that only the repository's own schema shares with the
/// contract.
fn check(tree: &Tree) -> Vec<String> {
    let mut found = lines(&tree.check());
    found.retain(|line| {
        !["database/enum ", "database/contract-column "]
            .iter()
            .any(|rule| line.starts_with(rule))
    });
    found
}

/// Of each kind one that is written down.
const UP: &str = "
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN share AS integer DEFAULT 0 NOT NULL CONSTRAINT share_check CHECK (VALUE <= 1);
CREATE SEQUENCE numbers INCREMENT BY 2 CYCLE;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$;
COMMENT ON FUNCTION touch() IS 'Lets it be.';
-- Which needs the other, and is made first.
CREATE TABLE claims (
    claim_id serial,
    owner_id bigint NOT NULL,
    \"type\"   mood,
    kinds    mood[],
    tags     varchar(10)[] NOT NULL,
    CONSTRAINT claims_pkey PRIMARY KEY (claim_id),
    CONSTRAINT claims_tags_check CHECK (cardinality(tags) BETWEEN 1 AND 9)
) WITH (fillfactor = 50);
CREATE TABLE owners (
    owner_id bigint GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5),
    name     varchar(100) COLLATE \"C\" NOT NULL DEFAULT 'nobody',
    feels    mood NOT NULL DEFAULT 'good',
    twice    integer GENERATED ALWAYS AS (2 * char_length(name)) STORED,
    part     share,
    at       timestamp(3) with time zone,
    claim_id integer,
    CONSTRAINT owners_pkey PRIMARY KEY (owner_id),
    CONSTRAINT owners_claim_id_fkey FOREIGN KEY (claim_id) REFERENCES claims (claim_id)
        ON DELETE SET NULL DEFERRABLE,
    CHECK (name <> '')
);
ALTER TABLE claims ADD CONSTRAINT claims_owner_id_fkey FOREIGN KEY (owner_id)
    REFERENCES owners (owner_id) ON DELETE CASCADE;
ALTER TABLE claims ENABLE ROW LEVEL SECURITY;
CREATE UNIQUE INDEX claims_owner ON claims (owner_id, claim_id DESC) WHERE owner_id > 0;
CREATE TRIGGER claims_touch BEFORE UPDATE ON claims FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY claims_mine ON claims AS RESTRICTIVE FOR UPDATE USING (owner_id = 1)
    WITH CHECK (owner_id = 1);
CREATE STATISTICS claims_statistics ON claim_id, owner_id FROM claims;
CREATE VIEW good_owners AS SELECT owner_id, name FROM owners WHERE feels = 'good';
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS owners FROM good_owners;
CREATE UNLOGGED TABLE scratch (key integer PRIMARY KEY);
COMMENT ON CONSTRAINT claims_tags_check ON claims IS 'Some tags.';
";

const DOWN: &str = "
DROP TABLE scratch;
DROP MATERIALIZED VIEW totals;
DROP VIEW good_owners;
ALTER TABLE owners DROP CONSTRAINT owners_claim_id_fkey;
DROP TABLE claims;
DROP TABLE owners;
DROP FUNCTION touch;
DROP SEQUENCE numbers;
DROP DOMAIN share;
DROP TYPE mood;
";

#[test]
fn a_dump_of_everything_builds_it_again_and_is_stable() {
    let tree = only(UP, DOWN);
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    assert_eq!(check(&tree), Vec::<String>::new());
    let schema_rs = "crates/booking-persistence/src/schema.rs";
    let once = (tree.read("schema.sql"), tree.read(schema_rs));
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    assert_eq!((tree.read("schema.sql"), tree.read(schema_rs)), once);
    let (sql, rust) = once;
    for expected in [
        "    CONSTRAINT claims_tags_check CHECK (cardinality(tags) BETWEEN 1 AND 9)\n",
        "    -- Some tags.\n    CONSTRAINT claims_tags_check",
        "-- Lets it be.\nCREATE FUNCTION",
        " COLLATE \"C\" NOT NULL DEFAULT 'nobody',\n",
        "CREATE SEQUENCE numbers INCREMENT BY 2 CYCLE;\n",
    ] {
        assert!(sql.contains(expected), "{expected} in\n{sql}");
    }
    for expected in [
        "#[diesel(postgres_type(name = \"mood\"))]\n    pub(crate) struct Mood;\n",
        "        #[sql_name = \"type\"]\n        type_ -> Nullable<Mood>,\n",
        "        tags -> Array<Nullable<Varchar>>,\n",
        "        kinds -> Nullable<Array<Nullable<Mood>>>,\n",
        "        part -> Nullable<Integer>,\n",
        "diesel::allow_tables_to_appear_in_same_query!(owners, claims, scratch);\n",
    ] {
        assert!(rust.contains(expected), "{expected} in\n{rust}");
    }
}

#[test]
fn tables_that_refer_to_each_other_are_not_joinable() {
    let tree = only(UP, DOWN);
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    let rust = tree.read("crates/booking-persistence/src/schema.rs");
    assert!(!rust.contains("joinable!"), "{rust}");
}

#[test]
fn words_of_a_migration_that_no_longer_hold_are_not_taken() {
    let tree = only(
        "CREATE TABLE a (x integer PRIMARY KEY, y integer NOT NULL, \
         CONSTRAINT a_check CHECK (y IN (1, 2)));\nCREATE INDEX a_y ON a (y);\n\
         ALTER TABLE a RENAME COLUMN y TO z;",
        "DROP TABLE a;",
    );
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    assert_eq!(check(&tree), Vec::<String>::new());
    let sql = tree.read("schema.sql");
    assert!(sql.contains("CREATE INDEX a_y ON a (z);\n"), "{sql}");
    assert!(!sql.contains("(y"), "{sql}");
}

/// Which PostgreSQL gives back in words that it does not take for the same again.
const LISTS: &str = "
CREATE TABLE a (
    x varchar(9) PRIMARY KEY CONSTRAINT a_x_check CHECK (x IN ('b', 'c')),
    y varchar(9)
);
CREATE INDEX a_y ON a (y) WHERE y IN ('b', 'c');
CREATE VIEW picked AS SELECT x FROM a WHERE y IN ('b', 'c');
CREATE DOMAIN d AS varchar(9) CONSTRAINT d_check CHECK (VALUE IN ('b', 'c'));
CREATE POLICY p ON a USING (y IN ('b', 'c'));
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$;
CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW WHEN (NEW.y IN ('b', 'c')) EXECUTE FUNCTION f();
";

#[test]
fn lists_are_written_down_in_the_words_of_the_migrations_and_without_them() {
    let down = "DROP VIEW picked; DROP TABLE a; DROP FUNCTION f; DROP DOMAIN d;";
    // A renamed column is what the migrations have no words for.
    for up in [
        LISTS.to_owned(),
        format!("{LISTS}ALTER TABLE a RENAME COLUMN y TO z;"),
        LISTS.replace("CREATE", "create"),
    ] {
        let tree = only(&up, down);
        assert_eq!(lines(&tree.dump()), Vec::<String>::new());
        assert_eq!(check(&tree), Vec::<String>::new());
    }
}

#[test]
fn a_renamed_column_leaves_the_words_of_everything_else_as_they_are() {
    let tree = Tree::new();
    let before = tree.read("schema.sql");
    tree.migrate(
        "2026-12-01-000001_tables",
        "ALTER TABLE occupancies RENAME COLUMN table_id TO dining_table_id;
            ALTER TABLE occupancies RENAME COLUMN period TO held;",
        "ALTER TABLE occupancies RENAME COLUMN dining_table_id TO table_id;
            ALTER TABLE occupancies RENAME COLUMN held TO period;",
    );
    assert_eq!(lines(&tree.dump()), Vec::<String>::new());
    assert_eq!(check(&tree), Vec::<String>::new());
    let after = tree.read("schema.sql");
    let kept = |line: &&str| !after.lines().any(|other| other == *line);
    let changed: Vec<&str> = before.lines().filter(kept).collect();
    let (_, occupancies) = before
        .split_once("CREATE TABLE occupancies")
        .expect("it is there");
    assert!(!changed.is_empty());
    for line in &changed {
        let is_foreign = ["FOREIGN KEY", "REFERENCES"]
            .iter()
            .any(|word| line.contains(word));
        assert!(
            occupancies.contains(line) || is_foreign,
            "{line} in {changed:#?}"
        );
    }
}

#[test]
fn what_has_no_words_is_named_and_nothing_is_written() {
    let tree = only(
        "CREATE TABLE a (x integer PRIMARY KEY);\nCREATE COLLATION plain (LOCALE = 'C');",
        "DROP TABLE a; DROP COLLATION plain;",
    );
    let before = tree.read("schema.sql");
    let found = lines(&tree.dump());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("database/schema-dump "), "{found:?}");
    assert!(found[0].contains("collation public.plain"), "{found:?}");
    assert_eq!(tree.read("schema.sql"), before);
}
