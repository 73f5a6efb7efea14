//! One connection to a database, without async: the checks run side by side in threads.

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::error::{ErrorPosition, SqlState};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

/// How long a statement may take in a database of our own, which holds no data: seconds.
pub(super) const STATEMENT_SECONDS: u32 = 30;

/// A connection, with the runtime that drives it.
pub(crate) struct Session {
    runtime: Runtime,
    client: Client,
}

/// One row of a query, every value as text.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// Each column's name and value, without those that are NULL.
    pub(super) values: Vec<(String, String)>,
}

/// Why a statement or a connection failed, in words without the URL.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub(crate) struct SqlError {
    /// What the server says, with its detail.
    pub(super) message: String,
    /// The character of the text that was sent at which the server stopped, from 1.
    pub(super) position: Option<usize>,
    /// Whether it is about a value: one that a constraint or a type does not take.
    pub(super) is_refusal: bool,
    /// What the server calls it, if it comes from there.
    pub(super) code: Option<SqlState>,
}

impl SqlError {
    fn from_postgres(error: &tokio_postgres::Error) -> Self {
        let Some(server) = error.as_db_error() else {
            return Self::because(causes(error));
        };
        let code = server.code();
        let mut message = server.message().to_owned();
        for more in [server.detail(), server.hint()].into_iter().flatten() {
            message.push_str("; ");
            message.push_str(more);
        }
        // The classes "data exception" and "integrity constraint violation".
        let class = code.code().get(..2);
        Self {
            message,
            is_refusal: matches!(class, Some("22" | "23")),
            code: Some(code.clone()),
            position: match server.position() {
                Some(ErrorPosition::Original(position)) => usize::try_from(*position).ok(),
                Some(ErrorPosition::Internal { .. }) | None => None,
            },
        }
    }

    fn because(error: impl ToString) -> Self {
        Self {
            message: error.to_string(),
            position: None,
            is_refusal: false,
            code: None,
        }
    }
}

/// An error with what caused it, which the driver keeps apart.
fn causes(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !message.contains(&more) {
            message.push_str(": ");
            message.push_str(&more);
        }
        cause = error.source();
    }
    message
}

impl Session {
    /// Connects to a database of our own. No statement runs for ever there: the limit belongs to
    /// the connection, so that `RESET ALL` brings it back.
    pub(super) fn open(url: &str) -> Result<Self, SqlError> {
        let mut config: Config = url
            .parse()
            .map_err(|error| SqlError::from_postgres(&error))?;
        config.options(format!("-c statement_timeout={STATEMENT_SECONDS}s"));
        Self::connect(&config)
    }

    /// Connects to a database of our own in which statements may take as long as they do.
    pub(crate) fn open_unlimited(url: &str) -> Result<Self, SqlError> {
        let config: Config = url
            .parse()
            .map_err(|error| SqlError::from_postgres(&error))?;
        Self::connect(&config)
    }

    /// Connects as configured.
    pub(super) fn connect(config: &Config) -> Result<Self, SqlError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(SqlError::because)?;
        let (client, connection) = runtime
            .block_on(config.connect(NoTls))
            .map_err(|error| SqlError::from_postgres(&error))?;
        // It ends with the client; an error of it is an error of the statement that waits.
        runtime.spawn(async move {
            let _ = connection.await;
        });
        Ok(Self { runtime, client })
    }

    /// Runs statements for what they do.
    pub(crate) fn run(&self, statements: &str) -> Result<(), SqlError> {
        self.runtime
            .block_on(self.client.batch_execute(statements))
            .map_err(|error| SqlError::from_postgres(&error))
    }

    /// The rows of all statements, one after the other.
    pub(super) fn rows(&self, statements: &str) -> Result<Vec<Row>, SqlError> {
        let messages = self
            .runtime
            .block_on(self.client.simple_query(statements))
            .map_err(|error| SqlError::from_postgres(&error))?;
        let mut rows = Vec::new();
        for message in messages {
            if let SimpleQueryMessage::Row(row) = message {
                let values = row
                    .columns()
                    .iter()
                    .enumerate()
                    .filter_map(|(index, column)| {
                        Some((column.name().to_owned(), row.get(index)?.to_owned()))
                    });
                rows.push(Row {
                    values: values.collect(),
                });
            }
        }
        Ok(rows)
    }

    /// The first value of each row that is not NULL.
    pub(crate) fn texts(&self, query: &str) -> Result<Vec<String>, SqlError> {
        let first = |row: Row| row.values.into_iter().next().map(|(_, value)| value);
        Ok(self.rows(query)?.into_iter().filter_map(first).collect())
    }
}

impl Row {
    /// The value of a column, unless it is NULL.
    pub(super) fn take(&mut self, column: &str) -> Option<String> {
        let index = self.values.iter().position(|(name, _)| name == column)?;
        Some(self.values.remove(index).1)
    }
}
