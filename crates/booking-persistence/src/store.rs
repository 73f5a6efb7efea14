//! The store itself; what it can do is beside this, a module for each resource.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use diesel::IntoSql;
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;
use tokio_postgres::Config;

use crate::connect::{ConnectError, configuration};
use crate::error::{StoreError, Unavailable};
use crate::migrate::{self, MigrateError};
use crate::pool::Pool;

/// How long an operation may take in all: waiting for a connection, every attempt, and the
/// answer. It is a little more than the longest statement may, so that a database that is
/// only slow is heard.
const OPERATION_DEADLINE: Duration = Duration::from_secs(6);

/// How long the database may take to show that it is there.
const PING_DEADLINE: Duration = Duration::from_secs(2);

/// Restaurants and bookings in one PostgreSQL database. Cheap to clone; all clones share
/// their connections. Any number of processes may work on one database.
///
/// Every operation ends: after six seconds without an answer, it is
/// [`Unavailable`](StoreError::Unavailable). Only [`Store::migrate`] may take as long as it
/// needs.
#[derive(Clone)]
pub struct Store {
    config: Arc<Config>,
    pool: Pool,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password.
        formatter.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// A store on the database at `url`, which has answered once.
    ///
    /// # Errors
    ///
    /// The URL is none, nobody answers, or the server refuses.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        let config = configuration(url)?;
        let pool = Pool::connect(config.clone()).await?;
        Ok(Self {
            config: config.into(),
            pool,
        })
    }

    /// Brings the schema up to date. Of several processes that do so at the same time, one
    /// does the work and the others wait for it.
    ///
    /// # Errors
    ///
    /// The database holds migrations that this program does not know, cannot be reached, or
    /// refuses a migration.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        migrate::migrate(&self.config).await
    }

    /// Whether the database answers, within two seconds.
    ///
    /// # Errors
    ///
    /// It does not.
    pub async fn ping(&self) -> Result<(), Unavailable> {
        let pool = &self.pool;
        let answer = pool.within(PING_DEADLINE, async {
            let mut connection = pool.connection().await?;
            let answer = diesel::select(1_i32.into_sql::<Integer>())
                .execute(&mut *connection)
                .await;
            pool.finish::<_, Infallible>(connection, answer.map(drop).map_err(Into::into))
        });
        answer.await.map_err(|error| match error {
            StoreError::Refused(never) => match never {},
            StoreError::Unavailable(unavailable) => unavailable,
            StoreError::Internal(internal) => Unavailable::because("it does not answer", internal),
        })
    }

    /// Takes no more requests: from now on all are [`Unavailable`], and connections close as
    /// they come back.
    pub fn close(&self) {
        self.pool.close();
    }

    /// Runs an operation, within its deadline. There is no other way to the connections.
    pub(crate) async fn operate<'s, T, R, F>(
        &'s self,
        work: impl FnOnce(&'s Pool) -> F,
    ) -> Result<T, StoreError<R>>
    where
        F: Future<Output = Result<T, StoreError<R>>>,
    {
        self.pool.within(OPERATION_DEADLINE, work(&self.pool)).await
    }
}
