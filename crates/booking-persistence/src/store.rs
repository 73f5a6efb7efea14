//! The store itself; what it can do is beside this, a module for each resource.

use std::fmt;
use std::sync::Arc;

use diesel::IntoSql;
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;

use crate::error::{Failure, StoreError, Unavailable};
use crate::migrate::{self, MigrateError};
use crate::pool::{ConnectError, Connection, Pool};

/// Restaurants and bookings in one PostgreSQL database. Cheap to clone; all clones share
/// their connections. Any number of processes may work on one database.
#[derive(Clone)]
pub struct Store {
    url: Arc<str>,
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
        let pool = Pool::connect(url).await?;
        Ok(Self {
            url: url.into(),
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
        migrate::migrate(&self.url).await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    ///
    /// It does not.
    pub async fn ping(&self) -> Result<(), Unavailable> {
        let mut connection = self.connection().await?;
        let answer = diesel::select(1_i32.into_sql::<Integer>())
            .execute(&mut *connection)
            .await
            .map(drop)
            .map_err(Failure::<std::convert::Infallible>::from);
        self.finish(connection, answer)
            .map_err(|error| match error {
                StoreError::Refused(never) => match never {},
                StoreError::Unavailable(unavailable) => unavailable,
                StoreError::Internal(internal) => {
                    Unavailable::because("it does not answer", internal)
                }
            })
    }

    /// Takes no more requests: from now on all are [`Unavailable`], and connections close as
    /// they come back.
    pub fn close(&self) {
        self.pool.close();
    }

    pub(crate) async fn connection(&self) -> Result<Connection, Unavailable> {
        self.pool.connection().await
    }

    /// Gives the connection back and says what the outcome means to the caller.
    pub(crate) fn finish<T, R>(
        &self,
        connection: Connection,
        outcome: Result<T, Failure<R>>,
    ) -> Result<T, StoreError<R>> {
        match outcome {
            Ok(done) => {
                connection.give_back();
                Ok(done)
            }
            Err(failure) => {
                self.pool.give_back_after(connection, &failure);
                Err(failure.into())
            }
        }
    }
}
