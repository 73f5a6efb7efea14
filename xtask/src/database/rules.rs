//! What this check can find: the second halves of its findings' ids.
//!
//! | id | what disagrees |
//! |---|---|
//! | `database/migration-folder` | the folder `migrations/` is not what Diesel can run |
//! | `database/released-edited` | a released migration is not what it was |
//! | `database/released-lock` | `migrations/released.lock` is not what it was, or no such file |
//! | `database/out-of-order` | a new migration sorts before a released one |
//! | `database/migration-fails` | a migration does not run, up or down, on an empty database |
//! | `database/migration-fails-on-data` | a migration does not run where the tables have rows |
//! | `database/seeds` | the rows of `xtask/seeds/` that migrations are tried on are not enough, or do not fit |
//! | `database/schema-sql-fails` | `schema.sql` does not run on an empty database |
//! | `database/schema-sql` | `schema.sql` and what the migrations build |
//! | `database/schema-rs` | the tables and types of `schema.rs` and what the migrations build |
//! | `database/schema-dump` | what `schema dump` can write down and what the migrations build |
//! | `database/down` | what a migration's way back leaves, and what was there before it |
//! | `database/up-again` | what a migration makes the second time, and what it made the first |
//! | `database/enum` | an enumeration of the contract and what a column takes |
//! | `database/length`, `database/range`, `database/pattern` | a bound of the contract and what a column takes |
//! | `database/contract-column` | what a column's comment says of the contract |
//! | `database/row-security` | a table of restaurants and the policies that keep their rows apart |
//! | `database/public-policy` | a policy that shows everybody everything and what its table holds |
//! | `database/grant` | what a role is granted and what it may be |
//! | `database/live` | a running database and what the migrations that it has run build |
//! | `database/pending` | a migration that a running database has not run |
//! | `database/unknown-version` | a migration that a running database has run, and nobody knows |

/// The folder `migrations/` is not what Diesel can run.
pub(super) const MIGRATION_FOLDER: &str = "migration-folder";
/// A migration does not run, up or down, on an empty database.
pub(super) const MIGRATION_FAILS: &str = "migration-fails";
/// A migration does not run where the tables have rows.
pub(super) const MIGRATION_FAILS_ON_DATA: &str = "migration-fails-on-data";
/// The rows that migrations are tried on are not enough, or do not fit.
pub(super) const SEEDS: &str = "seeds";
/// `schema.sql` does not run on an empty database.
pub(super) const SCHEMA_SQL_FAILS: &str = "schema-sql-fails";
/// `schema.sql` and what the migrations build.
pub(super) const SCHEMA_SQL: &str = "schema-sql";
/// What a migration's way back leaves, and what was there before it.
pub(super) const DOWN: &str = "down";
/// What a migration makes the second time, and what it made the first.
pub(super) const UP_AGAIN: &str = "up-again";
/// The tables and types of `schema.rs` and what the migrations build.
pub(super) const SCHEMA_RS: &str = "schema-rs";
/// What `schema dump` can write down and what the migrations build.
pub(super) const DUMP: &str = "schema-dump";
/// A released migration is not what it was.
pub(super) const RELEASED_EDITED: &str = "released-edited";
/// `migrations/released.lock` is not what it was, or no such file.
pub(super) const RELEASED_LOCK: &str = "released-lock";
/// A new migration sorts before a released one.
pub(super) const OUT_OF_ORDER: &str = "out-of-order";
/// An enumeration of the contract and what a column takes.
pub(super) const ENUM: &str = "enum";
/// How long texts of the contract are, and what a column takes.
pub(super) const LENGTH: &str = "length";
/// A range of the contract, and what a column takes.
pub(super) const RANGE: &str = "range";
/// A pattern of the contract, and what a column takes.
pub(super) const PATTERN: &str = "pattern";
/// What a column's comment says of the contract.
pub(super) const CONTRACT_COLUMN: &str = "contract-column";
/// A table of restaurants and the policies that keep their rows apart.
pub(super) const ROW_SECURITY: &str = "row-security";
/// A policy that shows everybody everything and what its table holds.
pub(super) const PUBLIC_POLICY: &str = "public-policy";
/// What a role is granted and what it may be.
pub(super) const GRANT: &str = "grant";
/// A running database and what the migrations that it has run build.
pub(super) const LIVE: &str = "live";
/// A migration that a running database has not run.
pub(super) const PENDING: &str = "pending";
/// A migration that a running database has run, and nobody knows.
pub(super) const UNKNOWN_VERSION: &str = "unknown-version";
