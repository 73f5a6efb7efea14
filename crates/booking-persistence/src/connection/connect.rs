//! One connection: where to, how long that may take, and why there is none.

use std::error::Error as _;
use std::fmt::Display;
use std::io;
use std::time::Duration;

use diesel::ConnectionError;
use diesel::result::Error;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};

use super::database_error::DatabaseErrorKind;

/// How long a connection may take to make, and how long a request waits for one.
pub(crate) const CONNECTION_TIMEOUT: Duration = Duration::from_secs(3);

/// How long one address may take to answer: a host can have two, and one of them be dead.
const ADDRESS_TIMEOUT: Duration = Duration::from_millis(1_400);

/// When TCP asks whether the other side is still there, how often, and after how many
/// questions without an answer it gives up: a network that drops packets is found out within
/// half a minute, also by a connection on which nobody waits.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEPALIVE_RETRIES: u32 = 3;

/// How long what was sent may stay unacknowledged before the connection counts as broken.
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(10);

/// What every session of the pool begins with. Diesel has no words for settings. A statement
/// that takes longer than this is of no use to the guest who waits; a transaction that idles
/// longer has lost its process. Without `jit`, no plan is ever compiled: none of ours takes
/// long enough to pay for that. Whoever has waited for a lock has to see what was done meanwhile, whatever
/// the database, the role or the server says of isolation.
const SESSION_SETTINGS: &str = "
    SET statement_timeout = '5s';
    SET lock_timeout = '3s';
    SET idle_in_transaction_session_timeout = '10s';
    SET jit = off;
    SET default_transaction_isolation = 'read committed';
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
    /// The URL insists on TLS: `sslmode` is `require`, `verify-ca` or `verify-full`.
    #[error(
        "the database URL insists on TLS, which this build does not support yet; put a local \
         proxy in between that speaks TLS to the database (PgBouncer, stunnel), or, where the \
         network can be trusted, set sslmode=disable or sslmode=prefer, which connect without TLS"
    )]
    TlsNotSupported,
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

/// Where the database is, with a limit on everything that can wait. What the URL itself says
/// about time stays as it is.
pub(crate) fn configuration(url: &str) -> Result<Config, ConnectError> {
    let mut config: Config = url.parse().map_err(|error| invalid_url(url, &error))?;
    if config.get_ssl_mode() == SslMode::Require {
        if reaches_over_a_network(&config) {
            return Err(ConnectError::TlsNotSupported);
        }
        // There is no TLS on a Unix socket: libpq ignores the mode there, too.
        config.ssl_mode(SslMode::Disable);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(ADDRESS_TIMEOUT);
    }
    if config.get_keepalives_idle() == Config::new().get_keepalives_idle() {
        config.keepalives_idle(KEEPALIVE_IDLE);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(KEEPALIVE_INTERVAL);
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(KEEPALIVE_RETRIES);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNACKNOWLEDGED_TIMEOUT);
    }
    Ok(config)
}

fn reaches_over_a_network(config: &Config) -> bool {
    let is_remote = |host: &Host| matches!(host, Host::Tcp(_));
    !config.get_hostaddrs().is_empty() || config.get_hosts().iter().any(is_remote)
}

/// A connection with the settings of the pool's.
pub(crate) async fn open_session(config: &Config) -> Result<AsyncPgConnection, ConnectError> {
    with_connection_timeout(async {
        let mut connection = open(config).await?;
        let set = connection.batch_execute(SESSION_SETTINGS).await;
        set.map_err(|error| from_first_statement(&error))?;
        Ok(connection)
    })
    .await
}

/// A connection without settings, on which a statement may take its time.
pub(crate) async fn open_unlimited(config: &Config) -> Result<AsyncPgConnection, ConnectError> {
    with_connection_timeout(open(config)).await
}

async fn with_connection_timeout<T>(
    opening: impl Future<Output = Result<T, ConnectError>>,
) -> Result<T, ConnectError> {
    tokio::time::timeout(CONNECTION_TIMEOUT, opening)
        .await
        .unwrap_or_else(|_| Err(not_answered()))
}

/// Nobody has answered in time.
pub(crate) fn not_answered() -> ConnectError {
    ConnectError::Unreachable {
        reason: format!("no answer within {} seconds", CONNECTION_TIMEOUT.as_secs()),
    }
}

async fn open(config: &Config) -> Result<AsyncPgConnection, ConnectError> {
    let (client, connection) = config
        .connect(NoTls)
        .await
        .map_err(|error| from_driver(&error))?;
    AsyncPgConnection::try_from_client_and_connection(client, connection)
        .await
        .map_err(|error| match error {
            ConnectionError::CouldntSetupConfiguration(error) => from_first_statement(&error),
            error => rejected(error),
        })
}

fn rejected(reason: impl Display) -> ConnectError {
    ConnectError::Rejected {
        reason: reason.to_string(),
    }
}

/// What it means that the first statements fail.
pub(super) fn from_first_statement(error: &Error) -> ConnectError {
    match DatabaseErrorKind::from_error(error) {
        DatabaseErrorKind::ConnectionLost => ConnectError::Unreachable {
            reason: error.to_string(),
        },
        _ => rejected(error),
    }
}

/// What is wrong with a URL. Only the name of an option is told: with a password that was not
/// escaped, anything else can be a part of it.
fn invalid_url(url: &str, error: &tokio_postgres::Error) -> ConnectError {
    let cause = error.source().map(ToString::to_string);
    let cause = cause.filter(|cause| cause.starts_with("invalid value for option"));
    // Two modes that libpq knows and the driver does not.
    let verifies = ["sslmode=verify-ca", "sslmode=verify-full"];
    if cause
        .as_ref()
        .is_some_and(|cause| cause.contains("`sslmode`"))
        && verifies.iter().any(|mode| url.contains(mode))
    {
        return ConnectError::TlsNotSupported;
    }
    let reason = match cause {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    ConnectError::InvalidUrl { reason }
}

/// What it means that a connection cannot be made. The driver keeps the kind to itself, but
/// shows the cause, and says the kind in words.
fn from_driver(error: &tokio_postgres::Error) -> ConnectError {
    if let Some(answer) = error.as_db_error() {
        return rejected(answer.message());
    }
    let kind = error.to_string();
    let reason = match error.source() {
        Some(cause) => format!("{kind}: {cause}"),
        None => kind.clone(),
    };
    let is_io = error.source().is_some_and(|cause| cause.is::<io::Error>());
    match kind.as_str() {
        "invalid configuration" => ConnectError::InvalidUrl { reason },
        "authentication error" if !is_io => ConnectError::Rejected { reason },
        _ => ConnectError::Unreachable { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_wait_has_a_limit() {
        let config = configuration("postgres://user@localhost/booking").expect("it is a URL");
        assert_eq!(config.get_connect_timeout(), Some(&ADDRESS_TIMEOUT));
        assert_eq!(config.get_tcp_user_timeout(), Some(&UNACKNOWLEDGED_TIMEOUT));
        assert_eq!(config.get_keepalives_idle(), KEEPALIVE_IDLE);
        assert_eq!(config.get_keepalives_interval(), Some(KEEPALIVE_INTERVAL));
        assert_eq!(config.get_keepalives_retries(), Some(KEEPALIVE_RETRIES));
        assert!(config.get_keepalives());
        assert!(ADDRESS_TIMEOUT * 2 < CONNECTION_TIMEOUT);
    }

    #[test]
    fn limits_of_the_url_stay() {
        let config = configuration(
            "postgres://localhost/booking?connect_timeout=9&keepalives_idle=70\
             &keepalives_interval=8&keepalives_retries=7&tcp_user_timeout=60&keepalives=0",
        )
        .expect("it is a URL");
        let seconds = Duration::from_secs;
        assert_eq!(config.get_connect_timeout(), Some(&seconds(9)));
        assert_eq!(config.get_tcp_user_timeout(), Some(&seconds(60)));
        assert_eq!(config.get_keepalives_idle(), seconds(70));
        assert_eq!(config.get_keepalives_interval(), Some(seconds(8)));
        assert_eq!(config.get_keepalives_retries(), Some(7));
        assert!(!config.get_keepalives());
    }

    #[test]
    fn url_that_insists_on_tls_is_told_what_to_do() {
        for url in [
            "postgres://localhost/booking?sslmode=require",
            "postgres://user:secret@db.example.com:5432/booking?sslmode=verify-full",
            "host=localhost dbname=booking sslmode=verify-ca",
            "host=/run/postgresql,localhost dbname=booking sslmode=require",
            "hostaddr=127.0.0.1 dbname=booking sslmode=require",
        ] {
            let error = configuration(url).expect_err("there is no TLS");
            assert!(matches!(error, ConnectError::TlsNotSupported), "{error:?}");
            assert!(error.to_string().contains("sslmode=disable"));
        }
    }

    #[test]
    fn tls_that_is_not_insisted_on_or_makes_no_sense_is_done_without() {
        for (url, mode) in [
            ("postgres://localhost/booking", SslMode::Prefer),
            (
                "postgres://localhost/booking?sslmode=prefer",
                SslMode::Prefer,
            ),
            (
                "postgres://localhost/booking?sslmode=disable",
                SslMode::Disable,
            ),
            (
                "postgres:///booking?host=/run/postgresql&sslmode=require",
                SslMode::Disable,
            ),
        ] {
            let config = configuration(url).expect("it can be done");
            assert_eq!(config.get_ssl_mode(), mode, "{url}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_url_is_told_without_its_password() {
        let message = |url| configuration(url).expect_err("it is none").to_string();
        assert_eq!(
            message("postgres://localhost/booking?connect_timeout=soon"),
            "the database URL cannot be read: invalid connection string: invalid value for \
             option `connect_timeout`"
        );
        for url in [
            "postgres://user:pass/secret",
            "postgres://user@localhost:secret/booking",
            "postgres://user:secret@localhost/booking?secret=1",
            "user=me password='secret",
            "secret",
        ] {
            let message = message(url);
            assert!(!message.contains("cret"), "{message}");
        }
    }
}
