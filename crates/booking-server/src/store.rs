//! The seam to persistence: how a store is opened, asked whether it answers, and closed.
//! Nothing else of this crate knows how bookings are kept.

use std::time::Duration;

use tokio_postgres::NoTls;

use crate::config::DatabaseUrl;
use crate::error::StartError;

/// After how long a database that does not answer counts as down.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the bookings are.
#[derive(Debug, Clone)]
pub struct Store {
    database: tokio_postgres::Config,
}

/// Why the store does not answer, for the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refuses, or the connection broke.
    #[error("{}", causes(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// The database says nothing.
    #[error("the database does not answer within {} seconds", PATIENCE.as_secs())]
    Silent(#[from] tokio::time::error::Elapsed),
}

impl Store {
    /// Opens the store, and shows that its database answers.
    ///
    /// # Errors
    ///
    /// [`StartError::Database`].
    pub(crate) async fn open(url: &DatabaseUrl) -> Result<Self, StartError> {
        let unusable = |cause: StoreError| StartError::Database {
            url: url.clone(),
            cause: cause.to_string(),
        };
        let database = url
            .expose()
            .parse()
            .map_err(StoreError::from)
            .map_err(unusable)?;
        let store = Self { database };
        store.ping().await.map_err(unusable)?;
        Ok(store)
    }

    /// Asks the database something, to see that it answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        tokio::time::timeout(PATIENCE, async {
            let (client, connection) = self.database.connect(NoTls).await?;
            let driver = tokio::spawn(connection);
            let answer = client.simple_query("SELECT 1").await;
            driver.abort();
            answer
        })
        .await??;
        Ok(())
    }

    /// Closes the connections to the database.
    pub(crate) fn close(&self) {}
}

/// The error and what is behind it, in one line.
fn causes(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
