//! One edit for each aspect of the catalog.

use super::super::cluster::Scratch;
use super::{cluster, named, read};

const RICH: &str = include_str!("rich.sql");

/// Each edit, and the differences that it makes: all of them, and no other.
const EDITS: &[(&str, &[&str])] = &[
    // Tables.
    ("CREATE TABLE more (id bigint PRIMARY KEY)", &["+ table more"]),
    ("DROP TABLE events_2027", &["- table events_2027"]),
    (
        "ALTER TABLE events_2027 RENAME TO events_27",
        &["+ table events_27", "- table events_2027"],
    ),
    ("ALTER TABLE claims SET UNLOGGED", &["table claims: persistence"]),
    ("ALTER TABLE owners SET (fillfactor = 50)", &["table owners: options"]),
    ("ALTER TABLE claims ENABLE ROW LEVEL SECURITY", &["table claims: row security"]),
    ("ALTER TABLE claims FORCE ROW LEVEL SECURITY", &["table claims: row security"]),
    ("ALTER TABLE owners REPLICA IDENTITY FULL", &["table owners: replica identity"]),
    (
        "ALTER TABLE events DETACH PARTITION events_2027",
        &["table events_2027: parent tables", "table events_2027: partition bound"],
    ),
    // Columns.
    ("ALTER TABLE owners ADD COLUMN nickname varchar(10)", &["+ column owners.nickname"]),
    ("ALTER TABLE owners DROP COLUMN phone", &["- column owners.phone"]),
    (
        "ALTER TABLE owners RENAME COLUMN phone TO telephone",
        &["- column owners.phone", "+ column owners.telephone"],
    ),
    (
        "ALTER TABLE owners DROP COLUMN phone, ADD COLUMN phone varchar(16)",
        &["table owners: order of columns"],
    ),
    ("ALTER TABLE owners ALTER COLUMN phone TYPE varchar(17)", &["column owners.phone: type"]),
    ("ALTER TABLE owners ALTER COLUMN phone TYPE text", &["column owners.phone: type"]),
    ("ALTER TABLE owners ALTER COLUMN part TYPE numeric(3, 2)", &["column owners.part: type"]),
    ("ALTER TABLE owners ALTER COLUMN phone SET NOT NULL", &["column owners.phone: nullability"]),
    ("ALTER TABLE owners ALTER COLUMN name DROP NOT NULL", &["column owners.name: nullability"]),
    ("ALTER TABLE owners ALTER COLUMN phone SET DEFAULT ''", &["column owners.phone: default"]),
    ("ALTER TABLE owners ALTER COLUMN feels SET DEFAULT 'bad'", &["column owners.feels: default"]),
    ("ALTER TABLE owners ALTER COLUMN feels DROP DEFAULT", &["column owners.feels: default"]),
    (
        "ALTER TABLE owners ALTER COLUMN owner_id SET GENERATED ALWAYS",
        &["column owners.owner_id: identity"],
    ),
    (
        "ALTER TABLE owners ALTER COLUMN owner_id SET INCREMENT BY 10",
        &["column owners.owner_id: identity"],
    ),
    (
        "ALTER TABLE owners ALTER COLUMN owner_id DROP IDENTITY",
        &["column owners.owner_id: identity"],
    ),
    (
        "ALTER TABLE owners ALTER COLUMN twice DROP EXPRESSION",
        &["column owners.twice: generation"],
    ),
    (
        "ALTER TABLE owners ALTER COLUMN phone TYPE varchar(16) COLLATE \"C\"",
        &["column owners.phone: collation"],
    ),
    (
        "ALTER TABLE owners ALTER COLUMN phone SET STORAGE PLAIN",
        &["column owners.phone: storage"],
    ),
    ("ALTER TABLE owners ALTER COLUMN phone SET (n_distinct = 5)", &["column owners.phone: options"]),
    // Constraints.
    (
        "ALTER TABLE owners DROP CONSTRAINT owners_name_check",
        &["- constraint owners_name_check of owners"],
    ),
    (
        "ALTER TABLE owners ADD CONSTRAINT owners_phone_check CHECK (phone <> '')",
        &["+ constraint owners_phone_check of owners"],
    ),
    (
        "ALTER TABLE owners RENAME CONSTRAINT owners_name_check TO owners_check",
        &["+ constraint owners_check of owners", "- constraint owners_name_check of owners"],
    ),
    (
        "ALTER TABLE owners DROP CONSTRAINT owners_name_check,
            ADD CONSTRAINT owners_name_check CHECK (name <> ' ')",
        &["constraint owners_name_check of owners: definition"],
    ),
    (
        "ALTER TABLE owners DROP CONSTRAINT owners_name_check,
            ADD CONSTRAINT owners_name_check CHECK (name <> '') NOT VALID",
        &["constraint owners_name_check of owners: definition"],
    ),
    (
        "ALTER TABLE owners DROP CONSTRAINT owners_name_key,
            ADD CONSTRAINT owners_name_key UNIQUE (name, phone)",
        &["constraint owners_name_key of owners: definition"],
    ),
    (
        "ALTER TABLE owners DROP CONSTRAINT owners_name_key;
            CREATE UNIQUE INDEX owners_name_key ON owners (name)",
        &["- constraint owners_name_key of owners", "+ index owners_name_key of owners"],
    ),
    (
        "ALTER TABLE claims DROP CONSTRAINT claims_pkey,
            ADD CONSTRAINT claims_pkey PRIMARY KEY (claim_id, owner_id)",
        &["constraint claims_pkey of claims: definition"],
    ),
    (
        "ALTER TABLE claims DROP CONSTRAINT claims_no_overlap",
        &["- constraint claims_no_overlap of claims"],
    ),
    (
        "ALTER TABLE claims DROP CONSTRAINT claims_no_overlap, ADD CONSTRAINT claims_no_overlap
            EXCLUDE USING gist (owner_id WITH =, period WITH -|-)",
        &["constraint claims_no_overlap of claims: definition"],
    ),
    (
        "ALTER TABLE claims DROP CONSTRAINT claims_owner_id_fkey,
            ADD CONSTRAINT claims_owner_id_fkey FOREIGN KEY (owner_id)
            REFERENCES owners (owner_id) DEFERRABLE INITIALLY DEFERRED",
        &["constraint claims_owner_id_fkey of claims: definition"],
    ),
    (
        "ALTER TABLE claims ALTER CONSTRAINT claims_owner_id_fkey NOT DEFERRABLE",
        &["constraint claims_owner_id_fkey of claims: definition"],
    ),
    (
        "ALTER TABLE claims ALTER CONSTRAINT claims_owner_id_fkey INITIALLY IMMEDIATE",
        &["constraint claims_owner_id_fkey of claims: definition"],
    ),
    (
        "ALTER TABLE claims CLUSTER ON claims_pkey",
        &["constraint claims_pkey of claims: clusters the table"],
    ),
    (
        "ALTER DOMAIN share DROP CONSTRAINT share_check",
        &["- constraint share_check of share"],
    ),
    // Whether foreign keys and deferrable constraints are kept at all.
    (
        "ALTER TABLE claims DISABLE TRIGGER ALL",
        &[
            "constraint claims_owner_id_fkey of claims: enforcement",
            "trigger claims_touch of claims: state",
        ],
    ),
    (
        "ALTER TABLE owners DISABLE TRIGGER ALL",
        &["constraint claims_owner_id_fkey of claims: enforcement"],
    ),
    (
        "ALTER TABLE claims DROP CONSTRAINT claims_pkey,
            ADD CONSTRAINT claims_pkey PRIMARY KEY (claim_id) DEFERRABLE;
            ALTER TABLE claims DISABLE TRIGGER ALL; ALTER TABLE claims ENABLE TRIGGER claims_touch",
        &[
            "constraint claims_owner_id_fkey of claims: enforcement",
            "constraint claims_pkey of claims: definition",
            "constraint claims_pkey of claims: enforcement",
        ],
    ),
    // Indexes.
    ("DROP INDEX claims_owner", &["- index claims_owner of claims"]),
    ("CREATE INDEX owners_phone ON owners (phone)", &["+ index owners_phone of owners"]),
    (
        "DROP INDEX claims_owner; CREATE INDEX claims_owner ON claims (claim_id, owner_id)
            WHERE owner_id > 0",
        &["index claims_owner of claims: definition"],
    ),
    (
        "DROP INDEX claims_owner; CREATE INDEX claims_owner ON claims (owner_id, claim_id DESC)
            WHERE owner_id > 0",
        &["index claims_owner of claims: definition"],
    ),
    (
        "DROP INDEX claims_owner; CREATE INDEX claims_owner ON claims (owner_id, claim_id)",
        &["index claims_owner of claims: definition"],
    ),
    (
        "DROP INDEX claims_owner; CREATE INDEX claims_owner ON claims USING gist (owner_id, claim_id)
            WHERE owner_id > 0",
        &["index claims_owner of claims: definition"],
    ),
    (
        "DROP INDEX claims_owner; CREATE UNIQUE INDEX claims_owner ON claims (owner_id, claim_id)
            WHERE owner_id > 0",
        &["index claims_owner of claims: definition"],
    ),
    (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'claims_owner'::regclass",
        &["index claims_owner of claims: validity"],
    ),
    // What runs by itself.
    ("DROP TRIGGER claims_touch ON claims", &["- trigger claims_touch of claims"]),
    (
        "DROP TRIGGER claims_touch ON claims; CREATE TRIGGER claims_touch BEFORE INSERT ON claims
            FOR EACH ROW EXECUTE FUNCTION touch()",
        &["trigger claims_touch of claims: definition"],
    ),
    ("ALTER TABLE claims DISABLE TRIGGER claims_touch", &["trigger claims_touch of claims: state"]),
    (
        "CREATE OR REPLACE RULE claims_stay AS ON DELETE TO claims DO INSTEAD NOTHING",
        &["rule claims_stay of claims: definition"],
    ),
    (
        "CREATE OR REPLACE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE
            AS 'SELECT n + n'",
        &["function twice(integer): definition"],
    ),
    (
        "CREATE OR REPLACE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql STABLE
            AS 'SELECT 2 * n'",
        &["function twice(integer): definition"],
    ),
    ("ALTER FUNCTION twice SECURITY DEFINER", &["function twice(integer): definition"]),
    (
        "CREATE FUNCTION twice(n bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 2 * n'",
        &["+ function twice(bigint)"],
    ),
    ("DROP PROCEDURE nothing", &["- procedure nothing()"]),
    (
        "CREATE OR REPLACE AGGREGATE total(integer)
            (SFUNC = int4pl, STYPE = integer, INITCOND = '1')",
        &["aggregate total(integer): aggregation"],
    ),
    // Who sees what.
    ("DROP POLICY claims_mine ON claims", &["- policy claims_mine of claims"]),
    (
        "ALTER POLICY claims_mine ON claims USING (owner_id = 2)",
        &["policy claims_mine of claims: condition"],
    ),
    (
        "ALTER POLICY claims_mine ON claims WITH CHECK (owner_id = 1)",
        &["policy claims_mine of claims: check"],
    ),
    (
        "ALTER POLICY claims_mine ON claims TO CURRENT_USER",
        &["policy claims_mine of claims: roles"],
    ),
    (
        "DROP POLICY claims_mine ON claims;
            CREATE POLICY claims_mine ON claims FOR SELECT USING (owner_id = 1)",
        &["policy claims_mine of claims: command"],
    ),
    (
        "DROP POLICY claims_mine ON claims;
            CREATE POLICY claims_mine ON claims AS RESTRICTIVE USING (owner_id = 1)",
        &["policy claims_mine of claims: kind"],
    ),
    // Views.
    (
        "CREATE OR REPLACE VIEW good_owners AS SELECT owner_id, name FROM owners",
        &["view good_owners: definition"],
    ),
    ("ALTER VIEW good_owners SET (security_barrier)", &["view good_owners: options"]),
    ("DROP MATERIALIZED VIEW totals", &["- materialized view totals"]),
    // Types.
    ("CREATE TYPE size AS ENUM ('small')", &["+ type size"]),
    ("ALTER TYPE mood ADD VALUE 'fair'", &["type mood: labels"]),
    ("ALTER TYPE mood ADD VALUE 'fair' BEFORE 'bad'", &["type mood: labels"]),
    ("ALTER TYPE place ADD ATTRIBUTE height real", &["+ column place.height"]),
    ("ALTER TYPE place ALTER ATTRIBUTE lat TYPE real", &["column place.lat: type"]),
    ("ALTER DOMAIN share SET DEFAULT 1", &["domain share: default"]),
    ("ALTER DOMAIN share SET NOT NULL", &["domain share: nullability"]),
    (
        "DROP TYPE span; CREATE TYPE span AS RANGE (subtype = timestamptz)",
        &["type span: range of"],
    ),
    // Sequences.
    ("ALTER SEQUENCE numbers INCREMENT BY 3", &["sequence numbers: increment"]),
    ("ALTER SEQUENCE numbers CYCLE", &["sequence numbers: cycles"]),
    (
        "ALTER SEQUENCE claims_claim_id_seq CACHE 5",
        &["sequence claims_claim_id_seq of claims: cache"],
    ),
    // Everything else.
    ("CREATE EXTENSION pg_trgm", &["+ extension pg_trgm"]),
    ("ALTER EXTENSION btree_gist SET SCHEMA other", &["extension btree_gist: schema"]),
    ("CREATE SCHEMA third", &["+ schema third"]),
    ("ALTER TABLE events SET SCHEMA other", &["+ table other.events", "- table events", "table events_2027: parent tables"]),
    ("DROP STATISTICS claims_statistics", &["- statistics claims_statistics of claims"]),
    ("DROP COLLATION plain", &["- collation public.plain"]),
    (
        "CREATE CAST (mood AS place) WITH INOUT",
        &["+ cast (public.mood AS public.place)"],
    ),
    (
        "CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)",
        &["+ operator public.===(integer,integer)"],
    ),
    ("CREATE PUBLICATION everything", &["+ publication everything"]),
    // Privileges.
    ("GRANT SELECT ON owners TO PUBLIC", &["+ grant to public on owners"]),
    (
        "GRANT UPDATE (name) ON owners TO PUBLIC",
        &["+ grant to public on owners"],
    ),
    ("GRANT USAGE ON SEQUENCE numbers TO PUBLIC", &["+ grant numbers to public"]),
];

/// Edits that are no change of the schema.
const HARMLESS: &[&str] = &[
    "COMMENT ON TABLE owners IS 'who owns'",
    "COMMENT ON COLUMN owners.name IS 'a name'",
    "COMMENT ON CONSTRAINT owners_name_check ON owners IS 'not empty'",
    "INSERT INTO owners (name) VALUES ('Sarah')",
    "ANALYZE owners",
    "CREATE ROLE somebody; ALTER TABLE owners OWNER TO somebody",
    "GRANT SELECT ON owners TO CURRENT_USER",
    "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY)",
    "ALTER TABLE owners ALTER COLUMN name SET STATISTICS 500",
    "SELECT nextval('numbers')",
    "ALTER TABLE owners DROP CONSTRAINT owners_name_check,
        ADD CONSTRAINT owners_name_check CHECK ( ( name<>'' ) )",
    "DROP INDEX claims_owner;
        CREATE INDEX claims_owner ON public.claims USING btree (owner_id, claim_id) WHERE (0 < 1)
        ; DROP INDEX claims_owner;
        CREATE INDEX claims_owner ON public.claims USING btree (owner_id, claim_id)
        WHERE (owner_id > 0)",
];

/// What an edit changes, in a transaction that is then rolled back.
fn changed_by(scratch: &Scratch, edit: &str) -> Result<Vec<String>, String> {
    let before = read(scratch);
    let run = |statements: &str| scratch.session.run(statements);
    let edited = run(&format!("BEGIN; {edit}")).map(|()| named(&before, &read(scratch)));
    run("ROLLBACK").map_err(|error| error.to_string())?;
    edited.map_err(|error| error.to_string())
}

fn rich() -> Scratch {
    let scratch = Scratch::empty(cluster()).expect("a database is made");
    scratch.session.run(RICH).expect("it is SQL");
    scratch
}

/// The edits that do not change what they should.
fn wrong(edits: &[(&str, &[&str])]) -> Vec<String> {
    let scratch = rich();
    let mut wrong = Vec::new();
    for (edit, expected) in edits {
        let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        expected.sort();
        let changed = changed_by(&scratch, edit).map(|mut changed| {
            changed.sort();
            changed
        });
        if changed.as_ref() != Ok(&expected) {
            wrong.push(format!("{edit}: {changed:?}"));
        }
    }
    wrong
}

#[test]
fn each_aspect_that_changes_is_named_and_nothing_else() {
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let parts = EDITS.chunks(EDITS.len().div_ceil(4));
        let threads: Vec<_> = parts.map(|edits| scope.spawn(|| wrong(edits))).collect();
        let results = threads.into_iter().map(|thread| thread.join());
        results
            .flat_map(|result| result.expect("it does not panic"))
            .collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn harmless_edits_are_silent() {
    let edits: Vec<(&str, &[&str])> = HARMLESS.iter().map(|edit| (*edit, &[][..])).collect();
    let wrong = wrong(&edits);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
