//! The persistent cluster, for `cargo run`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::account::{self, Account};
use crate::cancellation::Cancellation;
use crate::data_directory::{self, Contents};
use crate::environment;
use crate::error::Error;
use crate::find::Search;
use crate::installation::Installation;
use crate::server::{Server, Settings};
use crate::sql;
use crate::supervisor::Signal;
use crate::url::{socket_url, socket_url_as};

/// How long PostgreSQL may take to come up. After a crash it first replays its log.
pub(crate) const STARTUP_TIMEOUT: Duration = Duration::from_secs(60);

/// Where downloaded versions of PostgreSQL go: `/var/cache/dev-postgres` for root, else
/// `dev-postgres` in `$XDG_CACHE_HOME` or `~/.cache`.
pub(crate) fn default_download_directory() -> Option<PathBuf> {
    let base = if account::is_root() {
        PathBuf::from("/var/cache")
    } else {
        environment::user_cache_directory()?
    };
    Some(base.join("dev-postgres"))
}

/// How to run a persistent cluster.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    data_directory: PathBuf,
    settings: Settings,
    startup_timeout: Duration,
    download_directory: Option<PathBuf>,
    extensions: Vec<String>,
    cancellation: Cancellation,
}

impl ClusterOptions {
    /// A cluster in this directory, which is created when it is missing. It must be
    /// empty or hold a cluster that was made by this crate.
    #[must_use]
    pub fn new(data_directory: impl Into<PathBuf>) -> Self {
        Self {
            data_directory: data_directory.into(),
            settings: Settings::new(),
            startup_timeout: STARTUP_TIMEOUT,
            download_directory: default_download_directory(),
            extensions: Vec::new(),
            cancellation: Cancellation::new(),
        }
    }

    /// Adds a server setting, as in `postgresql.conf`. Where the cluster listens cannot
    /// be changed.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// How long PostgreSQL may take to come up; 60 seconds unless changed.
    #[must_use]
    pub fn startup_timeout(mut self, timeout: Duration) -> Self {
        self.startup_timeout = timeout;
        self
    }

    /// The extensions that somebody will create in the cluster's databases, such as
    /// `pg_trgm`. An installation without them is not used: distributions put most
    /// extensions into a package of their own. None unless given.
    #[must_use]
    pub fn extensions(mut self, names: &[&str]) -> Self {
        self.extensions = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Gives a way to call the start off.
    #[must_use]
    pub fn cancellation(mut self, cancellation: Cancellation) -> Self {
        self.cancellation = cancellation;
        self
    }

    /// Where downloaded versions of PostgreSQL are kept, or `None` to download nothing.
    /// By default `/var/cache/dev-postgres` for root, else `dev-postgres` in
    /// `$XDG_CACHE_HOME` or `~/.cache`.
    #[must_use]
    pub fn download_directory(mut self, directory: Option<PathBuf>) -> Self {
        self.download_directory = directory;
        self
    }
}

/// A private PostgreSQL on a data directory of its own. It takes connections on a Unix
/// socket in a private directory only, and stops when this value is dropped or its
/// process ends, however it ends.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    is_new: bool,
}

impl Cluster {
    /// Finds PostgreSQL, initialises the data directory when it is new, starts
    /// PostgreSQL and waits until it takes connections: well under a second on an
    /// existing directory.
    ///
    /// When this process is root, PostgreSQL runs as the user `postgres`, else `nobody`,
    /// and the data directory becomes theirs.
    ///
    /// # Errors
    ///
    /// Every [`Error`] but those of SQL. On an error nothing runs.
    pub fn start(options: ClusterOptions) -> Result<Self, Error> {
        let directory = data_directory::usable_path(&options.data_directory)?;
        let mut contents = data_directory::examine(&directory)?;
        let (wanted, owner) = match contents {
            Contents::New => (None, None),
            Contents::Cluster { major, owner } => (Some((major, directory.as_path())), Some(owner)),
        };
        let account = Account::choose(owner)?;
        let cancellation = options.cancellation;
        let search = Search::machine(
            options.download_directory,
            options.extensions,
            cancellation.clone(),
        );
        let mut installation = search.run(&account, wanted)?;
        cancellation.check()?;
        data_directory::prepare(&directory, &account)?;
        let lock = data_directory::lock(&directory, &cancellation)?;
        if contents == Contents::New {
            // Another process may have made the cluster before it gave up the lock.
            contents = data_directory::examine(&directory)?;
            if let Contents::Cluster { major, .. } = contents {
                installation = search.run(&account, Some((major, &directory)))?;
            }
        }
        let mut server = Server::in_directory(
            installation,
            account,
            directory,
            lock,
            options.settings,
            options.startup_timeout,
            cancellation,
        )?;
        let is_new = contents == Contents::New;
        if is_new {
            server.initialise()?;
        }
        server.start()?;
        Ok(Self { server, is_new })
    }

    /// Whether this start made the cluster.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// The URL of a database, `postgres:///NAME?host=/socket/directory&user=postgres`,
    /// which libpq and `tokio-postgres` read. The database need not exist.
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

    /// Creates an empty database unless it exists, and says whether it was created.
    ///
    /// # Errors
    ///
    /// [`Error::DatabaseName`], [`Error::Sql`], [`Error::SqlTimeout`] or [`Error::Io`].
    pub fn create_database_if_missing(&self, name: &str) -> Result<bool, Error> {
        sql::check_database_name(name)?;
        let sockets = self.server.sockets();
        let known = format!(
            "SELECT FROM pg_database WHERE datname = {}",
            sql::literal(name)
        );
        if sql::execute(sockets, &known)? > 0 {
            return Ok(false);
        }
        sql::execute(
            sockets,
            &format!("CREATE DATABASE {}", sql::identifier(name)),
        )?;
        Ok(true)
    }

    /// The data directory, absolute.
    #[must_use]
    pub fn data_directory(&self) -> &Path {
        self.server.directory()
    }

    /// The private directory of the Unix socket.
    #[must_use]
    pub fn socket_directory(&self) -> &Path {
        self.server.sockets()
    }

    /// This run's log; the previous run's has the same name with `.1`.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.server.log()
    }

    /// The PostgreSQL that runs.
    #[must_use]
    pub fn installation(&self) -> &Installation {
        self.server.installation()
    }

    /// Whether the PostgreSQL process runs. It may have died, or been stopped by hand.
    pub fn is_running(&mut self) -> bool {
        self.server.is_running()
    }

    /// Stops PostgreSQL in its orderly way (open transactions are rolled back) and
    /// waits for its end. Dropping does the same, but keeps the error to itself.
    ///
    /// # Errors
    ///
    /// [`Error::DidNotStop`] when it had not ended after fifty seconds.
    pub fn stop(mut self) -> Result<(), Error> {
        self.server.stop(Signal::Interrupt)
    }
}
