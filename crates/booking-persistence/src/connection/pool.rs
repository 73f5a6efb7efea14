//! Connections: how many, how long anyone waits for one, and what happens to broken ones.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::ConnectionError;
use diesel::dsl::sql;
use diesel::result::Error;
use diesel::sql_types::Text;
use diesel_async::pooled_connection::deadpool::{self, Object, PoolError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as ManagerError, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tokio_postgres::Config;

use super::connect::{
    CONNECTION_TIMEOUT, ConnectError, from_first_statement, not_answered, open_session,
};
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

/// What is done when another database answers than before, or its server was started anew, before it is asked for
/// anything by whoever asks from then on: it may lack what was committed last.
pub(crate) type OnDatabaseChange = Arc<dyn Fn() + Send + Sync>;

/// The connections of one process.
#[derive(Clone)]
pub(crate) struct Pool {
    connections: deadpool::Pool<AsyncPgConnection>,
}

impl Pool {
    /// A pool that has made one connection, to see whether it can.
    pub(crate) async fn connect(
        config: Config,
        on_database_change: OnDatabaseChange,
    ) -> Result<Self, ConnectError> {
        let open = move || {
            let config = config.clone();
            async move { open_session(&config).await }
        };
        Self::connect_with(CONNECTIONS, open, on_database_change).await
    }

    /// A pool of so many connections, at most, that `open` makes.
    pub(crate) async fn connect_with<F>(
        connections: usize,
        open: impl Fn() -> F + Send + Sync + 'static,
        on_database_change: OnDatabaseChange,
    ) -> Result<Self, ConnectError>
    where
        F: Future<Output = Result<AsyncPgConnection, ConnectError>> + Send + 'static,
    {
        let mut manager = ManagerConfig::default();
        // The default sends a query at every checkout, which costs a third of the throughput. A
        // broken connection is found when it is used, and then all idle ones are discarded.
        manager.recycling_method = RecyclingMethod::Fast;
        let last = Arc::new(LastDatabase {
            identity: Mutex::default(),
            on_database_change,
        });
        manager.custom_setup = Box::new(move |_| {
            let (opening, last) = (open(), Arc::clone(&last));
            Box::pin(async move {
                let connection = opening.await.map_err(to_connection_error)?;
                last.check(&connection).await?;
                Ok(connection)
            })
        });
        // The URL is in the configuration.
        let manager = AsyncDieselConnectionManager::new_with_config("", manager);
        let connections = deadpool::Pool::builder(manager)
            .max_size(connections)
            .build()
            .expect("building fails only when timeouts are set without a runtime");
        match tokio::time::timeout(CONNECTION_TIMEOUT, connections.get()).await {
            Ok(Ok(_)) => Ok(Self { connections }),
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

/// Which database has answered last.
struct LastDatabase {
    identity: Mutex<Option<String>>,
    on_database_change: OnDatabaseChange,
}

impl LastDatabase {
    /// Looks which one answers on a new connection.
    async fn check(&self, mut connection: &AsyncPgConnection) -> Result<(), ConnectionError> {
        // No two were started at the same microsecond, and what is restored into another database has its own number.
        let identity = "(SELECT concat(pg_postmaster_start_time(), ' ', oid)
            FROM pg_database WHERE datname = current_database())";
        let identity = diesel::select(sql::<Text>(identity));
        let identity = identity.get_result(&mut connection).await;
        let identity: String =
            identity.map_err(|error| to_connection_error(from_first_statement(&error)))?;
        let mut last = self.identity.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_some_and(|last| *last != identity) {
            tracing::warn!("another database answers, or its server was started anew");
            // Before anybody else finds that it is the same as the last one.
            (self.on_database_change)();
        }
        *last = Some(identity);
        Ok(())
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
