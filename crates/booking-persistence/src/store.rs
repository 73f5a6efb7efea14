//! The store itself; what it can do is in `operations/`.

use std::fmt;
use std::io;
use std::sync::Arc;

use tokio_postgres::Config;

use crate::connection::{
    self, ConnectError, Pool, PrivilegedRole, VerifyError, configuration, open_session,
};
use crate::error::Internal;
use crate::operations::{BookingBatches, ServiceDayCache};

/// How many bytes of service days a store keeps in memory at most, unless it is told otherwise: 256 MiB, of
/// which 40,000 days of 200 bookings take most.
pub const DEFAULT_CACHE_BYTES: u64 = 256 << 20;

/// Restaurants, bookings and accounts in one PostgreSQL database. Cheap to clone; all clones share
/// their connections. Any number of processes may work on one database.
///
/// Every operation ends: after six seconds without an answer, it is
/// [`Unavailable`](crate::StoreError::Unavailable).
#[derive(Clone)]
pub struct Store {
    config: Arc<Config>,
    pool: Pool,
    random: RandomSource,
    bookings: BookingBatches,
    cache: ServiceDayCache,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password.
        formatter.debug_struct("Store").finish_non_exhaustive()
    }
}

/// Gives random bytes that nobody can guess: the ids of bookings, accounts and sessions are made of
/// them, the tokens in mails, and how long a transaction waits before it is tried again. Cheap to
/// clone.
#[derive(Clone)]
pub struct RandomSource(Arc<dyn Fn() -> io::Result<[u8; 32]> + Send + Sync>);

impl RandomSource {
    /// A source that gives new bytes at each call of `draw`.
    pub fn new(draw: impl Fn() -> io::Result<[u8; 32]> + Send + Sync + 'static) -> Self {
        Self(Arc::new(draw))
    }

    /// New random bytes.
    pub(crate) fn bytes(&self) -> Result<[u8; 32], Internal> {
        (self.0)().map_err(Internal::Random)
    }

    /// A new random number.
    pub(crate) fn number(&self) -> Result<u32, Internal> {
        let [first, second, third, fourth, ..] = self.bytes()?;
        Ok(u32::from_be_bytes([first, second, third, fourth]))
    }
}

impl Store {
    /// A store on the database at `url`, which has answered once.
    ///
    /// # Errors
    ///
    /// The URL is none, nobody answers, or the server refuses.
    pub async fn connect(url: &str, random: RandomSource) -> Result<Self, ConnectError> {
        let config = configuration(url)?;
        let cache = ServiceDayCache::new(DEFAULT_CACHE_BYTES);
        let pool = Pool::connect(config.clone(), cache.on_database_change()).await?;
        Ok(Self::from_parts(config, pool, cache, random))
    }

    /// A store on the connections of a pool to this database, which forgets what is in the cache when another database answers.
    pub(crate) fn from_parts(
        config: Config,
        pool: Pool,
        cache: ServiceDayCache,
        random: RandomSource,
    ) -> Self {
        Self {
            config: config.into(),
            pool,
            random,
            bookings: BookingBatches::default(),
            cache,
        }
    }

    /// The same store, which keeps so many bytes of service days in memory at most instead of
    /// [`DEFAULT_CACHE_BYTES`]. What is not kept is read each time.
    #[must_use]
    pub fn with_cache_bytes(self, bytes: u64) -> Self {
        self.cache.set_capacity(bytes);
        self
    }

    /// Looks whether the database is as the service needs it: every migration has run, the role is
    /// granted what it needs, and row-level security binds it, unless that is not asked for.
    ///
    /// # Errors
    ///
    /// [`VerifyError`].
    pub async fn verify(&self, privileged: PrivilegedRole) -> Result<(), VerifyError> {
        let mut connection = open_session(&self.config).await?;
        connection::verify(&mut connection, privileged).await
    }

    /// Takes no more requests: from now on all are
    /// [`Unavailable`](crate::StoreError::Unavailable), and connections close as they come back.
    pub fn close(&self) {
        self.pool.close();
    }

    pub(crate) const fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) const fn random(&self) -> &RandomSource {
        &self.random
    }

    /// What was read of service dates.
    pub(crate) const fn cache(&self) -> &ServiceDayCache {
        &self.cache
    }

    /// The bookings that holders of their secrets wait for.
    pub(crate) const fn bookings(&self) -> &BookingBatches {
        &self.bookings
    }
}
