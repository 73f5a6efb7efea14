//! Connections: how many, how long anyone uses or waits for one, and what happens to broken
//! ones.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use diesel::ConnectionError;
use diesel::result::Error;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{self, Object, PoolError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as ManagerError, RecyclingMethod,
};
use tokio_postgres::Config;

use crate::connect::{CONNECTION_TIMEOUT, ConnectError, no_answer, open_session};
use crate::error::{Failure, StoreError, Unavailable};
use crate::trouble::Trouble;

/// A connection on loan. One that is dropped instead of given back, because its request was
/// abandoned or has taken too long, is closed: it may be in the midst of a transaction, whose
/// locks others wait for.
pub(crate) struct Connection(Option<Object<AsyncPgConnection>>);

const ON_LOAN: &str = "a connection is there until it is given back, which takes it";

impl Deref for Connection {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        self.0.as_ref().expect(ON_LOAN)
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        self.0.as_mut().expect(ON_LOAN)
    }
}

impl Connection {
    /// Lets the next request have it.
    pub(crate) fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

/// PostgreSQL does the most work with a few connections per core; more only wait for each
/// other, and several processes share its limit, which is 100 unless somebody raised it.
const CONNECTIONS: usize = 16;

/// The connections of one process.
#[derive(Clone)]
pub(crate) struct Pool {
    connections: deadpool::Pool<AsyncPgConnection>,
}

impl Pool {
    /// A pool that has made one connection, to see whether it can.
    pub(crate) async fn connect(config: Config) -> Result<Self, ConnectError> {
        let mut manager = ManagerConfig::default();
        // The default sends a query at every loan, which costs a third of the throughput. A
        // broken connection is found when it is used, and then all idle ones are given up.
        manager.recycling_method = RecyclingMethod::Fast;
        manager.custom_setup = Box::new(move |_| {
            let config = config.clone();
            Box::pin(async move { open_session(&config).await.map_err(packed) })
        });
        // The URL is in the configuration.
        let manager = AsyncDieselConnectionManager::new_with_config("", manager);
        let connections = deadpool::Pool::builder(manager)
            .max_size(CONNECTIONS)
            .build()
            .expect("building fails only when timeouts are set without a runtime");
        match tokio::time::timeout(CONNECTION_TIMEOUT, connections.get()).await {
            Ok(Ok(_)) => Ok(Self { connections }),
            Ok(Err(PoolError::Backend(ManagerError::ConnectionError(error)))) => {
                Err(unpacked(error))
            }
            Ok(Err(other)) => Err(ConnectError::Unreachable {
                reason: other.to_string(),
            }),
            Err(_) => Err(no_answer()),
        }
    }

    /// Does something with the pool's connections, but for no longer than this: a database
    /// that stalls without closing its connections, or a network that loses what is sent,
    /// would otherwise be waited for without end, for the statement timeout runs on the other
    /// side. What is on loan then is closed, and so are the idle connections, which are most
    /// likely no better.
    pub(crate) async fn within<T, R>(
        &self,
        deadline: Duration,
        work: impl Future<Output = Result<T, StoreError<R>>>,
    ) -> Result<T, StoreError<R>> {
        match tokio::time::timeout(deadline, work).await {
            Ok(outcome) => outcome,
            Err(_) => {
                tracing::warn!(
                    seconds = deadline.as_secs(),
                    "the database has not answered in time"
                );
                self.give_up_idle();
                Err(Unavailable::new("it has not answered in time").into())
            }
        }
    }

    /// A connection, soon or not at all.
    pub(crate) async fn connection(&self) -> Result<Connection, Unavailable> {
        match tokio::time::timeout(CONNECTION_TIMEOUT, self.connections.get()).await {
            Ok(Ok(connection)) => Ok(Connection(Some(connection))),
            Ok(Err(PoolError::Closed)) => Err(Unavailable::new("the store is closed")),
            Ok(Err(error)) => Err(Unavailable::because("it takes no connection", error)),
            Err(_) => Err(Unavailable::new(
                "no connection has come free or been made in time",
            )),
        }
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
                self.give_back_after(connection, &failure);
                Err(failure.into())
            }
        }
    }

    /// Gives a connection back after it was used in vain. If it turns out broken, the idle
    /// ones most likely are too: they all go, so that the next request gets a new one.
    fn give_back_after<R>(&self, connection: Connection, failure: &Failure<R>) {
        match failure {
            Failure::Database(error) if Trouble::of(error) == Trouble::ConnectionLost => {
                tracing::warn!(error = %error, "a connection to the database is lost");
                drop(connection);
                self.give_up_idle();
            }
            _ => connection.give_back(),
        }
    }

    fn give_up_idle(&self) {
        self.connections.retain(|_, _| false);
    }

    /// Takes no more requests; connections on loan are closed when they come back.
    pub(crate) fn close(&self) {
        self.connections.close();
    }
}

/// Our error in the one that Diesel's pool passes on, which can hold any in one place only.
fn packed(error: ConnectError) -> ConnectionError {
    ConnectionError::CouldntSetupConfiguration(Error::QueryBuilderError(Box::new(error)))
}

/// The error that [`packed`] has packed.
fn unpacked(error: ConnectionError) -> ConnectError {
    match error {
        ConnectionError::CouldntSetupConfiguration(Error::QueryBuilderError(error)) => error
            .downcast()
            .map_or_else(unreachable_because, |error| *error),
        other => unreachable_because(other),
    }
}

fn unreachable_because(error: impl ToString) -> ConnectError {
    ConnectError::Unreachable {
        reason: error.to_string(),
    }
}
