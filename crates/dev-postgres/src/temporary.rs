//! Clusters for tests: fast, forgetful, and removed afterwards.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::cancellation::Cancellation;
use crate::cluster::{STARTUP_TIMEOUT, default_download_directory};
use crate::error::Error;
use crate::find::Search;
use crate::installation::Installation;
use crate::server::{POLL_INTERVAL, Server, Settings};
use crate::sql;
use crate::supervisor::Signal;
use crate::test_database::TestDatabase;
use crate::url::{socket_url, socket_url_as};

/// A test's data need not survive a power cut, only a crash of PostgreSQL. Autovacuum is
/// off because it comes when it likes: plans would change between two runs of a test.
const SETTINGS: [(&str, &str); 8] = [
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("shared_buffers", "32MB"),
    ("max_connections", "200"),
    ("autovacuum", "off"),
    ("checkpoint_timeout", "1h"),
];

/// How long connections that were told to end may take.
const TERMINATION_TIMEOUT: Duration = Duration::from_secs(10);

/// A private cluster in a temporary directory, for tests. It stops, and its directory is
/// removed, when this value is dropped or its process ends, however it ends (a process that is
/// killed while its PostgreSQL does not run leaves the directory).
#[derive(Debug)]
pub struct TemporaryCluster {
    server: Server,
    databases: AtomicU64,
    templates: Mutex<HashMap<String, Arc<Mutex<bool>>>>,
}

impl TemporaryCluster {
    /// Starts a cluster of one's own: about a second. Most tests use the shared one.
    /// What is committed survives [`stop_immediately`](Self::stop_immediately).
    ///
    /// # Errors
    ///
    /// [`Error::PostgresNotFound`], [`Error::NoUnprivilegedUser`],
    /// [`Error::NoTemporaryDirectory`], [`Error::Initdb`], [`Error::DidNotStart`]
    /// or [`Error::Io`]. On an error nothing runs.
    pub fn start() -> Result<Self, Error> {
        Self::start_with(&[])
    }

    /// Starts a cluster of one's own with further server settings, as in
    /// `postgresql.conf`.
    ///
    /// # Errors
    ///
    /// As [`TemporaryCluster::start`].
    pub fn start_with(settings: &[(&str, &str)]) -> Result<Self, Error> {
        let account = Account::choose(None)?;
        let download_directory = default_download_directory();
        let search = Search::machine(download_directory, Vec::new(), Cancellation::new());
        let installation = search.run(&account, None)?;
        let settings: Settings = SETTINGS
            .iter()
            .chain(settings)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut server = Server::in_scratch(installation, account, settings, STARTUP_TIMEOUT)?;
        server.initialise()?;
        server.start()?;
        Ok(Self {
            server,
            databases: AtomicU64::new(0),
            templates: Mutex::default(),
        })
    }

    /// The cluster that all tests of this process share, started by the first. It goes
    /// away just after the process has ended. Nobody can stop it, so commits need not
    /// wait for its log (`synchronous_commit` is off).
    ///
    /// # Errors
    ///
    /// [`Error::SharedCluster`], the same for every caller: it is tried once.
    pub fn shared() -> Result<&'static Self, Error> {
        static SHARED: OnceLock<Result<TemporaryCluster, Error>> = OnceLock::new();
        SHARED
            .get_or_init(|| Self::start_with(&[("synchronous_commit", "off")]))
            .as_ref()
            .map_err(|source| Error::SharedCluster { source })
    }

    /// A fresh, empty database.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`], [`Error::SqlTimeout`] or [`Error::Io`].
    pub fn database(&self) -> Result<TestDatabase, Error> {
        self.create_database("template1")
    }

    /// A fresh copy of a template database. The first call with a `name` creates the
    /// template and has `prepare` fill it through its URL (migrations); calls at the same
    /// time wait for it, later ones only copy, which takes some ten milliseconds.
    ///
    /// `prepare` runs in a thread of its own, so it may enter an async runtime even when
    /// the test is inside one. When it fails, the next call tries again.
    ///
    /// # Errors
    ///
    /// [`Error::Template`] with the error of `prepare`; [`Error::DatabaseName`],
    /// [`Error::Sql`], [`Error::SqlTimeout`] or [`Error::Io`].
    ///
    /// # Panics
    ///
    /// When `prepare` panics.
    pub fn database_from_template<E>(
        &self,
        name: &str,
        prepare: impl FnOnce(&str) -> Result<(), E> + Send,
    ) -> Result<TestDatabase, Error>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + Send,
    {
        let template = format!("template_{name}");
        sql::check_database_name(&template)?;
        let state = Arc::clone(
            self.templates
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(template.clone())
                .or_default(),
        );
        // A preparation that panicked has left `false`: the next one begins anew.
        let mut prepared = state.lock().unwrap_or_else(PoisonError::into_inner);
        if !*prepared {
            self.prepare_template(&template, prepare)?;
            *prepared = true;
        }
        drop(prepared);
        self.create_database(&template)
    }

    fn prepare_template<E>(
        &self,
        template: &str,
        prepare: impl FnOnce(&str) -> Result<(), E> + Send,
    ) -> Result<(), Error>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + Send,
    {
        let identifier = sql::identifier(template);
        self.execute(&format!(
            "DROP DATABASE IF EXISTS {identifier} WITH (FORCE)"
        ))?;
        self.execute(&format!("CREATE DATABASE {identifier}"))?;
        let url = self.url(template);
        std::thread::scope(|scope| scope.spawn(|| prepare(&url)).join())
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            .map_err(|error| Error::Template {
                name: template.to_owned(),
                source: error.into(),
            })?;
        // A copy is refused while anybody is connected to the original.
        self.execute(&format!(
            "ALTER DATABASE {identifier} ALLOW_CONNECTIONS false"
        ))?;
        self.end_connections(template)
    }

    fn create_database(&self, template: &str) -> Result<TestDatabase, Error> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        self.execute(&format!(
            "CREATE DATABASE {} TEMPLATE {}",
            sql::identifier(&name),
            sql::identifier(template)
        ))?;
        Ok(TestDatabase::new(self.server.sockets().to_owned(), name))
    }

    fn execute(&self, statement: &str) -> Result<usize, Error> {
        sql::execute(self.server.sockets(), statement)
    }

    /// Ends every connection to a database, and waits until they are gone. PostgreSQL 13 has
    /// no `pg_terminate_backend` that waits by itself.
    fn end_connections(&self, database: &str) -> Result<(), Error> {
        let terminate = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}",
            sql::literal(database)
        );
        let deadline = Instant::now() + TERMINATION_TIMEOUT;
        while self.execute(&terminate)? > 0 {
            if Instant::now() > deadline {
                return Err(Error::Template {
                    name: database.to_owned(),
                    source: format!("connections to it do not end within {TERMINATION_TIMEOUT:?}")
                        .into(),
                });
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// The URL of a database, `postgres:///NAME?host=/socket/directory&user=postgres`,
    /// which libpq and `tokio-postgres` read. It stays the same over a restart.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        socket_url(self.server.sockets(), database)
    }

    /// The same for another role than the superuser. The role need not exist; to connect, it has to,
    /// and has to be one that may log in. No password is asked for.
    #[must_use]
    pub fn url_as(&self, database: &str, role: &str) -> String {
        socket_url_as(self.server.sockets(), database, role)
    }

    /// The private directory that holds the socket, the data and the log.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.server.directory()
    }

    /// The PostgreSQL that runs.
    #[must_use]
    pub fn installation(&self) -> &Installation {
        self.server.installation()
    }

    /// Whether the PostgreSQL process runs.
    pub fn is_running(&mut self) -> bool {
        self.server.is_running()
    }

    /// Stops PostgreSQL in its orderly way: connections are closed, open transactions
    /// rolled back.
    ///
    /// # Errors
    ///
    /// [`Error::DidNotStop`].
    pub fn stop(&mut self) -> Result<(), Error> {
        self.server.stop(Signal::Interrupt)
    }

    /// Stops PostgreSQL as a crash would: connections break off without a word, and the
    /// next start recovers from the log.
    ///
    /// # Errors
    ///
    /// [`Error::DidNotStop`].
    pub fn stop_immediately(&mut self) -> Result<(), Error> {
        self.server.stop(Signal::Quit)
    }

    /// Starts PostgreSQL again on the same data and socket, if it does not run, and
    /// waits until it takes connections.
    ///
    /// # Errors
    ///
    /// [`Error::DidNotStart`], [`Error::PostmasterRunning`] or [`Error::Io`].
    pub fn start_again(&mut self) -> Result<(), Error> {
        self.server.start()
    }

    /// [`stop`](Self::stop), then [`start_again`](Self::start_again).
    ///
    /// # Errors
    ///
    /// As those.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.stop()?;
        self.start_again()
    }
}
