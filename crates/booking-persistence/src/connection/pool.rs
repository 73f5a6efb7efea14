//! Connections: how many, how long anyone waits for one, and what happens to broken ones.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use diesel::ConnectionError;
use diesel::result::Error;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::{self, Hook, Object, PoolError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as ManagerError, PoolableConnection,
    RecyclingMethod,
};
use tokio_postgres::Config;

use super::connect::{CONNECTION_TIMEOUT, ConnectError, not_answered, open_session};
use crate::error::Unavailable;

/// A connection that is checked out. One that is dropped instead of released, because its
/// request was abandoned or has taken too long, is closed: it may be in the midst of a
/// transaction, whose locks others wait for.
pub(crate) struct PooledConnection {
    object: Option<Object<AsyncPgConnection>>,
    pool: Pool,
}

const CHECKED_OUT: &str = "a connection is there until it is released, which consumes it";

impl Deref for PooledConnection {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        self.object.as_ref().expect(CHECKED_OUT)
    }
}

impl DerefMut for PooledConnection {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        self.object.as_mut().expect(CHECKED_OUT)
    }
}

impl PooledConnection {
    /// Lets the next request have it.
    pub(crate) fn release(mut self) {
        drop(self.object.take());
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        if let Some(connection) = self.object.take() {
            drop(Object::take(connection));
        }
        self.pool.record();
    }
}

/// PostgreSQL does the most work with a few connections per core; more only wait for each
/// other, and several processes share its limit, which is 100 unless somebody raised it.
const CONNECTIONS: usize = 16;

/// What is done when connections turn out to be lost: whoever answers next may be another server.
pub(crate) type OnLoss = Arc<dyn Fn() + Send + Sync>;

/// The connections of one process.
#[derive(Clone)]
pub(crate) struct Pool {
    connections: deadpool::Pool<AsyncPgConnection>,
    on_loss: OnLoss,
}

impl Pool {
    /// A pool that has made one connection, to see whether it can.
    pub(crate) async fn connect(config: Config, on_loss: OnLoss) -> Result<Self, ConnectError> {
        let open = move || {
            let config = config.clone();
            async move { open_session(&config).await }
        };
        Self::connect_with(CONNECTIONS, open, on_loss).await
    }

    /// A pool of so many connections, at most, that `open` makes.
    pub(crate) async fn connect_with<F>(
        connections: usize,
        open: impl Fn() -> F + Send + Sync + 'static,
        on_loss: OnLoss,
    ) -> Result<Self, ConnectError>
    where
        F: Future<Output = Result<AsyncPgConnection, ConnectError>> + Send + 'static,
    {
        let mut manager = ManagerConfig::default();
        // The default sends a query at every checkout, which costs a third of the throughput. A
        // broken connection is found when it is used, and then all idle ones are discarded.
        manager.recycling_method = RecyclingMethod::Fast;
        manager.custom_setup = Box::new(move |_| {
            let opening = open();
            Box::pin(async move { opening.await.map_err(to_connection_error) })
        });
        // The URL is in the configuration.
        let manager = AsyncDieselConnectionManager::new_with_config("", manager);
        let lost = Arc::clone(&on_loss);
        let connections = deadpool::Pool::builder(manager)
            .max_size(connections)
            .pre_recycle(Hook::sync_fn(
                move |connection: &mut AsyncPgConnection, _| {
                    if connection.is_broken() {
                        lost();
                    }
                    Ok(())
                },
            ))
            .build()
            .expect("building fails only when timeouts are set without a runtime");
        match tokio::time::timeout(CONNECTION_TIMEOUT, connections.get()).await {
            Ok(Ok(_)) => Ok(Self {
                connections,
                on_loss,
            }),
            Ok(Err(PoolError::Backend(ManagerError::ConnectionError(error)))) => {
                Err(from_connection_error(error))
            }
            Ok(Err(other)) => Err(ConnectError::Unreachable {
                reason: other.to_string(),
            }),
            Err(_) => Err(not_answered()),
        }
    }

    /// A connection, soon or not at all.
    pub(crate) async fn check_out(&self) -> Result<PooledConnection, Unavailable> {
        let checked_out = tokio::time::timeout(CONNECTION_TIMEOUT, self.connections.get()).await;
        self.record();
        match checked_out {
            Ok(Ok(object)) => Ok(PooledConnection {
                object: Some(object),
                pool: self.clone(),
            }),
            Ok(Err(PoolError::Closed)) => Err(Unavailable::new("the store is closed")),
            Ok(Err(error)) => Err(Unavailable::because("it takes no connection", error)),
            Err(_) => Err(Unavailable::new(
                "no connection has come free or been made in time",
            )),
        }
    }

    /// Closes the idle connections, which are most likely no better than one that has turned out
    /// broken: the next request gets a new one.
    pub(crate) fn discard_idle(&self) {
        (self.on_loss)();
        self.connections.retain(|_, _| false);
        self.record();
    }

    /// Takes no more requests; connections that are checked out are closed when they come back.
    pub(crate) fn close(&self) {
        self.connections.close();
    }

    /// Tells the metrics how many connections there are, and how many requests wait for one.
    fn record(&self) {
        let status = self.connections.status();
        let in_use = status.size.saturating_sub(status.available);
        for (state, count) in [
            ("idle", status.available),
            ("in_use", in_use),
            ("waiting", status.waiting),
        ] {
            // No pool has so many that a float could not count them.
            #[expect(
                clippy::cast_precision_loss,
                reason = "a pool has at most 16 connections"
            )]
            metrics::gauge!("database_pool_connections", "state" => state).set(count as f64);
        }
    }
}

/// Our error in the one that Diesel's pool passes on, which can hold any in one place only.
fn to_connection_error(error: ConnectError) -> ConnectionError {
    ConnectionError::CouldntSetupConfiguration(Error::QueryBuilderError(Box::new(error)))
}

/// The error that [`to_connection_error`] was given.
fn from_connection_error(error: ConnectionError) -> ConnectError {
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
