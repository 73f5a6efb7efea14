//! Why the server did not start, or could not go on. Each text is one line that names the cause and the way out.

use std::net::SocketAddr;
use std::path::PathBuf;

use booking_domain::EmailAddress;

use booking_persistence::{ConnectError, SERVICE_ROLE, VerifyError};

use crate::boot::config::DatabaseUrl;
use crate::boot::database::EXTENSIONS;
use crate::identity::{LoadIdentityError, SigningKeysError};

/// Why the server did not start, or could not go on. Nothing that it started on the way is left running.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another process listens there.
    #[error(
        "the address {address} is in use: stop the other process, or choose another with \
         {setting} (port 0 picks a free one)"
    )]
    PortInUse {
        /// The address.
        address: SocketAddr,
        /// The flag and the variable that choose it.
        setting: &'static str,
    },
    /// The system does not let the server listen there.
    #[error("cannot listen on {address}: {cause}; choose another with {setting}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The flag and the variable that choose it.
        setting: &'static str,
        /// What the system says.
        cause: String,
    },
    /// The HTTP server cannot be built.
    #[error("the http server cannot start: {0}")]
    Http(String),
    /// The endpoints contradict each other.
    #[error("the endpoints of the server contradict each other: {0}")]
    Endpoints(#[from] dropshot::ApiDescriptionRegisterError),
    /// What the operator has given does not work out.
    #[error("{source_name}: {error}")]
    Setting {
        /// The flag or the variable, as the operator wrote it.
        source_name: String,
        /// What comes of it.
        error: Box<Self>,
    },
    /// Nobody could connect with such a URL.
    #[error("{0}")]
    DatabaseUrl(String),
    /// The database does not answer, or refuses.
    #[error("the database {url} cannot be used: {cause}")]
    Database {
        /// Where it should be. Its password is not shown.
        url: DatabaseUrl,
        /// What it, or the network, says.
        cause: String,
    },
    /// A newer program has changed the database's schema.
    #[error("the schema of the database {url} cannot be brought up to date: {cause}")]
    UnknownMigrations {
        /// Where it is. Its password is not shown.
        url: DatabaseUrl,
        /// Which migrations.
        cause: String,
    },
    /// The database refuses a migration: a right, an extension or an empty place is missing.
    #[error(
        "the schema of the database {url} cannot be brought up to date: {cause}; it takes a database of \
         its own, a user who may create tables and extensions in it (its owner may), the role \
         {SERVICE_ROLE} or the right to make it, and the extensions {} on its machine (package postgresql-contrib)",
        EXTENSIONS.join(" and ")
    )]
    Migrations {
        /// Where it is. Its password is not shown.
        url: DatabaseUrl,
        /// What the database says.
        cause: String,
    },
    /// Migrations are still to be run, and the service runs none.
    #[error(
        "the schema of the database {url} is not up to date: {cause}; run `booking-server migrate` \
         with a BOOKING_MIGRATION_DATABASE_URL of the database's owner"
    )]
    PendingMigrations {
        /// Where it is. Its password is not shown.
        url: DatabaseUrl,
        /// Which migrations.
        cause: String,
    },
    /// Row-level security would not bind the role.
    #[error(
        "the database {url} is not used like this: {cause}; connect as a role that owns nothing, which \
         its administrator makes with CREATE ROLE {SERVICE_ROLE} LOGIN NOINHERIT PASSWORD '…' and \
         `booking-server migrate` grants what it needs, or say --allow-privileged-database-role true \
         (BOOKING_ALLOW_PRIVILEGED_DATABASE_ROLE)"
    )]
    PrivilegedRole {
        /// Where it is. Its password is not shown.
        url: DatabaseUrl,
        /// Which role, and why it is not bound.
        cause: String,
    },
    /// The role may not do what the service does, or the schema does not protect what it should.
    #[error(
        "the database {url} cannot be used: {cause}; run `booking-server migrate`, and connect as \
         {SERVICE_ROLE} or as a role that is granted it (GRANT {SERVICE_ROLE} TO …); \
         `cargo xtask check --live` shows what was changed by hand"
    )]
    NotGranted {
        /// Where it is. Its password is not shown.
        url: DatabaseUrl,
        /// What is missing.
        cause: String,
    },
    /// What the server counts cannot be recorded.
    #[error("the metrics cannot be recorded: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// The secret key cannot be had from its file.
    #[error("the secret key in {} cannot be used: {cause}", path.display())]
    SecretKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it. Never what it holds.
        cause: String,
    },
    /// There are no keys to sign tokens with.
    #[error(transparent)]
    SigningKeys(#[from] SigningKeysError),
    /// It could not be told who is calling.
    #[error(transparent)]
    Identity(#[from] LoadIdentityError),
    /// Nobody has said what the secret key is.
    #[error("BOOKING_SECRET_KEY or BOOKING_SECRET_KEY_FILE must be given")]
    NoSecretKey,
    /// The demo restaurants cannot be filled in.
    #[error("the demo cannot be filled in: {0}; start with --demo false or BOOKING_DEMO=false")]
    Demo(String),
    /// The logins of the demonstration cannot be kept, or be read again.
    #[error("the demo logins in {} cannot be used: {cause}", path.display())]
    DemoLogins {
        /// The file.
        path: PathBuf,
        /// What is wrong with it. Never what it holds.
        cause: String,
    },
    /// There is no password for a new account, or one that it may not have.
    #[error("there is no account: {0}")]
    NewPassword(String),
    /// There is an account already.
    #[error(
        "there is an account with the address {0} already, which may have another password: \
         give another address"
    )]
    AccountExists(EmailAddress),
    /// The database does not take a new account.
    #[error("the account cannot be made: {0}")]
    Account(String),
    /// The system has no random bytes.
    #[error(transparent)]
    Random(#[from] crate::random::RandomError),
    /// The private cluster cannot be started.
    #[error("the private PostgreSQL cannot start: {0}")]
    Cluster(#[from] dev_postgres::Error),
    /// Somebody, or the system, has ended the private cluster while the server ran.
    #[error(
        "the private PostgreSQL has ended by itself, and the server with it; its log is \
         postgres/postgres.log in the directory of the data; start the server again"
    )]
    ClusterEnded,
    /// The system does not let the process listen for signals, or run threads.
    #[error("the process cannot be set up: {0}")]
    Process(#[from] std::io::Error),
}

impl StartError {
    /// What it means that the database at `url` takes no connection.
    pub(crate) fn from_connect(url: &DatabaseUrl, error: &ConnectError) -> Self {
        match error {
            ConnectError::InvalidUrl { .. } | ConnectError::TlsNotSupported => {
                Self::DatabaseUrl(error.to_string())
            }
            ConnectError::Unreachable { .. } | ConnectError::Rejected { .. } => Self::Database {
                url: url.clone(),
                cause: error.to_string(),
            },
        }
    }

    /// What it means that the database at `url` is not as the service needs it.
    pub(crate) fn from_verify(url: &DatabaseUrl, error: VerifyError) -> Self {
        let (url, cause) = (url.clone(), error.to_string());
        match error {
            VerifyError::Connect(error) => Self::from_connect(&url, &error),
            VerifyError::UnknownMigrations { .. } => Self::UnknownMigrations { url, cause },
            VerifyError::PendingMigrations { .. } => Self::PendingMigrations { url, cause },
            VerifyError::PrivilegedRole { .. } => Self::PrivilegedRole { url, cause },
            VerifyError::NotGranted { .. } | VerifyError::NotProtected(_) => {
                Self::NotGranted { url, cause }
            }
        }
    }

    /// Whether a setting has a value that never works, as opposed to a world that is not as
    /// it should be.
    #[must_use]
    pub fn is_wrong_value(&self) -> bool {
        match self {
            Self::Setting { error, .. } => error.is_wrong_value(),
            other => matches!(other, Self::DatabaseUrl(_)),
        }
    }

    /// Names the setting that the database comes from, when it is the database's fault.
    pub(crate) fn with_database_source(self, source_name: &str) -> Self {
        match self {
            Self::DatabaseUrl(_)
            | Self::Database { .. }
            | Self::UnknownMigrations { .. }
            | Self::Migrations { .. }
            | Self::PendingMigrations { .. }
            | Self::PrivilegedRole { .. }
            | Self::NotGranted { .. } => Self::Setting {
                source_name: source_name.to_owned(),
                error: Box::new(self),
            },
            other => other,
        }
    }
}
