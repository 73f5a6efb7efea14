//! Whether the database is as the service needs it, and the service's role no more than it should be.

use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::connect::ConnectError;
use super::migrate::known_versions;

/// The name of the role that the migrations grant to.
pub const SERVICE_ROLE: &str = "booking_service";

/// The versions that have run, if there is a schema at all that this role may ask for them.
const APPLIED: &str = "
    SELECT version AS name FROM __diesel_schema_migrations ORDER BY version";

const HAS_BOOKKEEPING: &str = "
    SELECT 'yes' AS name WHERE to_regclass('__diesel_schema_migrations') IS NOT NULL";

const MAY_READ_BOOKKEEPING: &str = "
    SELECT 'yes' AS name WHERE has_table_privilege('__diesel_schema_migrations', 'SELECT')";

/// Why row-level security would not bind this role. Who can become the owner of a table can switch
/// its policies off.
const PRIVILEGES: &str = "
    SELECT 'it is a superuser' AS name FROM pg_roles
    WHERE rolname = current_user AND rolsuper
    UNION ALL
    SELECT 'it may bypass row-level security' FROM pg_roles
    WHERE rolname = current_user AND rolbypassrls AND NOT rolsuper
    UNION ALL
    SELECT 'it owns ' || string_agg(relname, ', ' ORDER BY relname) FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND pg_has_role(relowner, 'MEMBER')
        AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    HAVING count(*) > 0";

/// The tables that the role may not read, and so was not granted.
const NOT_GRANTED: &str = "
    SELECT relname::text AS name FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND NOT has_table_privilege(oid, 'SELECT')
    ORDER BY relname";

/// The tables of one restaurant each whose rows no policy keeps apart.
const NOT_SECURED: &str = "
    SELECT relname::text AS name FROM pg_class
    JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'restaurant_id'
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND NOT (relrowsecurity AND relforcerowsecurity)
    ORDER BY relname";

/// What of the log could be changed after it was written, also because the role inherits what the one
/// may that forgets.
const NOT_APPEND_ONLY: &str = "
    SELECT privilege AS name FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) privilege
    WHERE CASE privilege
        WHEN 'UPDATE' THEN has_any_column_privilege('audit_events', privilege)
        ELSE has_table_privilege('audit_events', privilege) END";

/// Whether the service may work as a role that row-level security does not bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivilegedRole {
    /// It may not.
    Refused,
    /// Somebody has said that it may.
    Allowed,
}

/// Why the service does not work on a database.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It does not answer.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It holds migrations that this program does not know: a newer program has been here.
    #[error(
        "the database has migrations that this program does not know: {}; use a newer program",
        versions.join(", ")
    )]
    UnknownMigrations {
        /// Their versions, oldest first.
        versions: Vec<String>,
    },
    /// Migrations are still to be run, by another role than the service's.
    #[error("migrations are still to be run: {}", versions.join(", "))]
    PendingMigrations {
        /// Their versions, oldest first.
        versions: Vec<String>,
    },
    /// Row-level security would not bind the role.
    #[error("the role {role} is not bound by row-level security: {reason}")]
    PrivilegedRole {
        /// Its name.
        role: String,
        /// Why.
        reason: String,
    },
    /// The role may not read the tables.
    #[error("the role {role} was not granted what the service needs: it may not read {}", tables.join(", "))]
    NotGranted {
        /// Its name.
        role: String,
        /// Those that it may not read.
        tables: Vec<String>,
    },
    /// The tables of restaurants are not kept apart, or the log can be changed.
    #[error("the schema was changed by hand: {0}")]
    NotProtected(String),
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

async fn names(
    connection: &mut AsyncPgConnection,
    query: &str,
) -> Result<Vec<String>, ConnectError> {
    let rows: Result<Vec<Named>, _> = diesel::sql_query(query).load(connection).await;
    let rows = rows.map_err(|error| ConnectError::Rejected {
        reason: error.to_string(),
    })?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// Looks whether the database is up to date and protected, and the role granted and bound.
pub(crate) async fn verify(
    connection: &mut AsyncPgConnection,
    privileged: PrivilegedRole,
) -> Result<(), VerifyError> {
    let role = names(connection, "SELECT current_user::text AS name").await?;
    let role = role.into_iter().next().unwrap_or_default();
    if privileged == PrivilegedRole::Refused
        && let Some(reason) = names(connection, PRIVILEGES).await?.into_iter().next()
    {
        return Err(VerifyError::PrivilegedRole { role, reason });
    }
    let known = known_versions();
    if names(connection, HAS_BOOKKEEPING).await?.is_empty() {
        return Err(VerifyError::PendingMigrations { versions: known });
    }
    if names(connection, MAY_READ_BOOKKEEPING).await?.is_empty() {
        let tables = names(connection, NOT_GRANTED).await?;
        return Err(VerifyError::NotGranted { role, tables });
    }
    let applied = names(connection, APPLIED).await?;
    let missing_in = |from: &[String], versions: &[String]| {
        let missing = versions.iter().filter(|version| !from.contains(version));
        missing.cloned().collect::<Vec<_>>()
    };
    let unknown = missing_in(&known, &applied);
    if !unknown.is_empty() {
        return Err(VerifyError::UnknownMigrations { versions: unknown });
    }
    let pending = missing_in(&applied, &known);
    if !pending.is_empty() {
        return Err(VerifyError::PendingMigrations { versions: pending });
    }
    let tables = names(connection, NOT_GRANTED).await?;
    if !tables.is_empty() {
        return Err(VerifyError::NotGranted { role, tables });
    }
    let open = names(connection, NOT_SECURED).await?;
    if !open.is_empty() {
        let what = format!("row-level security is off for {}", open.join(", "));
        return Err(VerifyError::NotProtected(what));
    }
    let changeable = names(connection, NOT_APPEND_ONLY).await?;
    if !changeable.is_empty() && privileged == PrivilegedRole::Refused {
        let what = format!(
            "the role {role} has {} on audit_events",
            changeable.join(", ")
        );
        return Err(VerifyError::NotProtected(what));
    }
    Ok(())
}
