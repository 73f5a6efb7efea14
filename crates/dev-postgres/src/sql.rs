//! The few administrative statements that this crate needs.

use std::path::Path;
use std::time::Duration;

use tokio_postgres::{Config, NoTls, SimpleQueryMessage};

use crate::error::Error;

/// The cluster's only role.
pub(crate) const SUPERUSER: &str = "postgres";

/// The database that every cluster has.
const MAINTENANCE_DATABASE: &str = "postgres";

/// PostgreSQL puts the port into the socket's name, although it listens on no port.
pub(crate) const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// How long a statement may take. Copying a large template takes seconds.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(120);

/// Runs one statement as the superuser, on a connection of its own, and says how many rows it
/// gives.
///
/// It runs in a thread of its own, because the caller may be inside an async runtime, where no
/// other may be entered, even in a `Drop`.
pub(crate) fn execute(sockets: &Path, statement: &str) -> Result<usize, Error> {
    let run = async {
        let (client, connection) = Config::new()
            .host_path(sockets)
            .user(SUPERUSER)
            .dbname(MAINTENANCE_DATABASE)
            .application_name("dev-postgres")
            .connect(NoTls)
            .await?;
        tokio::spawn(connection);
        client.simple_query(statement).await
    };
    let outcome = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map(|runtime| {
                    runtime.block_on(async { tokio::time::timeout(STATEMENT_TIMEOUT, run).await })
                })
        });
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    let messages = outcome
        .map_err(Error::io("talk to PostgreSQL at", sockets))?
        .map_err(|_| Error::SqlTimeout {
            statement: statement.to_owned(),
            timeout: STATEMENT_TIMEOUT,
        })?
        .map_err(|source| Error::Sql {
            statement: statement.to_owned(),
            source,
        })?;
    let is_row = |message: &&SimpleQueryMessage| matches!(message, SimpleQueryMessage::Row(_));
    Ok(messages.iter().filter(is_row).count())
}

/// A name as SQL takes it literally.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL takes it literally (`standard_conforming_strings` is on by default).
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Checks what PostgreSQL would silently cut (63 bytes), and what the protocol cannot carry.
pub(crate) fn check_database_name(name: &str) -> Result<(), Error> {
    let reason = if name.is_empty() {
        "it is empty"
    } else if name.len() > 63 {
        "it is longer than 63 bytes"
    } else if name.contains('\0') {
        "it contains a NUL byte"
    } else {
        return Ok(());
    };
    Err(Error::DatabaseName {
        name: name.to_owned(),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_are_quoted() {
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("a'b"), "'a''b'");
    }

    #[test]
    fn impossible_database_names_are_refused() {
        for name in ["", "nul\0", &"x".repeat(64)] {
            assert!(matches!(
                check_database_name(name),
                Err(Error::DatabaseName { .. })
            ));
        }
        check_database_name(&"x".repeat(63)).unwrap();
    }

    #[test]
    fn a_refusal_names_the_statement_the_code_and_the_reason() {
        let cluster = crate::TemporaryCluster::shared().unwrap();
        let statement = "CREATE DATABASE postgres";
        let error = execute(cluster.directory(), statement).unwrap_err();
        assert!(matches!(error, Error::Sql { .. }), "{error}");
        let text = error.to_string();
        for part in [statement, "already exists", "42P04"] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(execute(cluster.directory(), "VALUES (1), (2)").unwrap(), 2);
    }
}
