//! Connections: how many, how long anyone waits for one, and what happens to broken ones.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::pooled_connection::deadpool::{self, Object, PoolError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as ManagerError, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

use crate::error::{Failure, Unavailable};
use crate::trouble::Trouble;

/// A connection on loan. One that is dropped instead of given back, because its request was
/// abandoned, is closed: it may be in the midst of a transaction, whose locks others wait for.
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

/// How long a request waits for a connection, including a new one's making.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(3);

/// What every session begins with. Diesel has no words for settings. A statement that takes
/// longer than this is of no use to the guest who waits; a transaction that idles longer has
/// lost its process. Without `jit`, no plan is ever compiled: none of ours takes long enough
/// to pay for that.
const SESSION_SETTINGS: &str = "
    SET statement_timeout = '5s';
    SET lock_timeout = '3s';
    SET idle_in_transaction_session_timeout = '10s';
    SET jit = off;
    SET application_name = 'reserve-easy';
";

/// Why the database could not be reached at the start.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL is none.
    #[error("the database URL cannot be read: {reason}")]
    InvalidUrl {
        /// What is wrong, without the URL: it may hold a password.
        reason: String,
    },
    /// Nobody answers there.
    #[error("the database does not answer: {reason}; check that it runs, and the host and port")]
    Unreachable {
        /// What happened.
        reason: String,
    },
    /// A server answers, and refuses.
    #[error("the database refuses the connection: {reason}")]
    Rejected {
        /// What the server says: no such database, a wrong password.
        reason: String,
    },
}

impl From<ConnectionError> for ConnectError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::CouldntSetupConfiguration(Error::DatabaseError(kind, information)) => {
                let reason = information.message().to_owned();
                match kind {
                    DatabaseErrorKind::UnableToSendCommand
                        if reason.starts_with("invalid connection string")
                            || reason.starts_with("invalid configuration") =>
                    {
                        Self::InvalidUrl { reason }
                    }
                    DatabaseErrorKind::UnableToSendCommand => Self::Unreachable { reason },
                    _ => Self::Rejected { reason },
                }
            }
            ConnectionError::InvalidConnectionUrl(reason) => Self::InvalidUrl { reason },
            other => Self::Unreachable {
                reason: other.to_string(),
            },
        }
    }
}

/// The connections of one process.
#[derive(Clone)]
pub(crate) struct Pool {
    connections: deadpool::Pool<AsyncPgConnection>,
}

impl Pool {
    /// A pool that has made one connection, to see whether it can.
    pub(crate) async fn connect(url: &str) -> Result<Self, ConnectError> {
        let mut config = ManagerConfig::default();
        // The default sends a query at every loan, which costs a third of the throughput. A
        // broken connection is found when it is used, and then all idle ones are given up.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(|url| Box::pin(establish(url)));
        let manager = AsyncDieselConnectionManager::new_with_config(url, config);
        let connections = deadpool::Pool::builder(manager)
            .max_size(CONNECTIONS)
            .build()
            .expect("building fails only when timeouts are set without a runtime");
        match tokio::time::timeout(CONNECTION_TIMEOUT, connections.get()).await {
            Ok(Ok(_)) => Ok(Self { connections }),
            Ok(Err(PoolError::Backend(ManagerError::ConnectionError(error)))) => Err(error.into()),
            Ok(Err(other)) => Err(ConnectError::Unreachable {
                reason: other.to_string(),
            }),
            Err(_) => Err(ConnectError::Unreachable {
                reason: format!("no answer within {} seconds", CONNECTION_TIMEOUT.as_secs()),
            }),
        }
    }

    /// A connection, soon or not at all.
    pub(crate) async fn connection(&self) -> Result<Connection, Unavailable> {
        match tokio::time::timeout(CONNECTION_TIMEOUT, self.connections.get()).await {
            Ok(Ok(connection)) => Ok(Connection(Some(connection))),
            Ok(Err(PoolError::Closed)) => Err(Unavailable::new("the store is closed")),
            Ok(Err(error)) => Err(Unavailable::because("it takes no connection", error)),
            Err(_) => Err(Unavailable::new("no connection has come free in time")),
        }
    }

    /// Gives a connection back after it was used in vain. If it turns out broken, the idle
    /// ones most likely are too: they all go, so that the next request gets a new one.
    pub(crate) fn give_back_after<R>(&self, connection: Connection, failure: &Failure<R>) {
        match failure {
            Failure::Database(error) if Trouble::of(error) == Trouble::ConnectionLost => {
                tracing::warn!(error = %error, "a connection to the database is lost");
                drop(connection);
                self.connections.retain(|_, _| false);
            }
            _ => connection.give_back(),
        }
    }

    /// Takes no more requests; connections on loan are closed when they come back.
    pub(crate) fn close(&self) {
        self.connections.close();
    }
}

/// A connection with our settings.
async fn establish(url: &str) -> Result<AsyncPgConnection, ConnectionError> {
    let mut connection = AsyncPgConnection::establish(url).await?;
    connection
        .batch_execute(SESSION_SETTINGS)
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}
