//! What the operator decides: flags, and for each flag an environment variable.
//!
//! A flag outranks its variable, and a variable outranks the default. An empty variable
//! counts as unset, because that is how one is cleared in most places that set them. This
//! is the one module of the workspace's server that reads the environment; everything
//! else receives values.

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use tracing::level_filters::LevelFilter;

mod database_url;

pub use database_url::{DatabaseUrl, ParseDatabaseUrlError};

/// Where the server listens unless told otherwise.
const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// Where the private cluster lives when the server runs as root. PostgreSQL refuses to
/// run as root, and the user that it runs as instead cannot enter root's home.
const ROOT_DATA_DIR: &str = "/var/lib/reserveeasy";

/// Everything that the operator decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The address to listen on. Port 0 lets the system choose a free one.
    pub listen: SocketAddr,
    /// Which PostgreSQL holds the bookings.
    pub database: DatabaseChoice,
    /// Whether to fill in the demo; `None` fills in a new private cluster only.
    pub demo: Option<bool>,
    /// How much of the log is written.
    pub log_level: LevelFilter,
    /// How a line of the log looks.
    pub log_format: LogFormat,
}

/// Which PostgreSQL holds the bookings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseChoice {
    /// A cluster of our own: initialised, started and stopped by the server.
    Private {
        /// Where its data is.
        data_dir: PathBuf,
    },
    /// A server that somebody else runs.
    Server {
        /// Where it is.
        url: DatabaseUrl,
        /// The flag or the variable that says so, as the operator wrote it.
        source_name: String,
    },
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// What the process was started with, as values.
pub struct ProcessEnvironment<'a> {
    /// The command line, the program's name first.
    pub arguments: Vec<OsString>,
    /// Gives the value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// Whether the process runs as root.
    pub is_root: bool,
}

/// Why there is no [`Config`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// `--help` or `--version` was asked for: nothing is wrong, and this is the answer.
    #[error("{0}")]
    Information(String),
    /// `--routes` was asked for: nothing is wrong, and [`crate::routes`] is the answer.
    #[error("the routes of the server were asked for")]
    Routes,
    /// The command line cannot be read.
    #[error("{0}; see --help")]
    Usage(String),
    /// A setting has a value that makes no sense.
    #[error("{source_name}: {reason}")]
    Value {
        /// The flag or the variable, as the operator wrote it.
        source_name: String,
        /// What a value must be. Never a secret.
        reason: String,
    },
}

/// One setting: its flag, its variable and its place in the help.
struct Setting {
    flag: &'static str,
    variable: &'static str,
    value_name: &'static str,
    help: &'static str,
}

const LISTEN: Setting = Setting {
    flag: "listen",
    variable: "BOOKING_LISTEN",
    value_name: "ADDRESS:PORT",
    help: "Where to listen; port 0 picks a free one and prints it [default: 127.0.0.1:8080]",
};
const DATA_DIR: Setting = Setting {
    flag: "data-dir",
    variable: "BOOKING_DATA_DIR",
    value_name: "DIRECTORY",
    help: "Where the private PostgreSQL cluster keeps its data \
           [default: $XDG_DATA_HOME/reserveeasy or ~/.local/share/reserveeasy; \
           for root /var/lib/reserveeasy]",
};
const DATABASE_URL: Setting = Setting {
    flag: "database-url",
    variable: "DATABASE_URL",
    value_name: "URL",
    help: "Use this PostgreSQL server and start none: postgres://user:password@host/database",
};
const DEMO: Setting = Setting {
    flag: "demo",
    variable: "BOOKING_DEMO",
    value_name: "true|false",
    help: "Fill in a few restaurants to try things with \
           [default: true on a new private cluster, false otherwise]",
};
const LOG: Setting = Setting {
    flag: "log",
    variable: "BOOKING_LOG",
    value_name: "LEVEL",
    help: "How much to log: off, error, warn, info, debug or trace [default: info]",
};
const LOG_FORMAT: Setting = Setting {
    flag: "log-format",
    variable: "BOOKING_LOG_FORMAT",
    value_name: "text|json",
    help: "How a line of the log looks [default: text]",
};

/// Not a setting: the server does not start.
const ROUTES: &str = "routes";

/// In the order in which the help lists them.
const SETTINGS: [&Setting; 6] = [&LISTEN, &DATA_DIR, &DATABASE_URL, &DEMO, &LOG, &LOG_FORMAT];

impl Config {
    /// Reads the command line and the environment of this process.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn from_process() -> Result<Self, ConfigError> {
        Self::from_environment(&ProcessEnvironment {
            arguments: std::env::args_os().collect(),
            variable: &|name| std::env::var_os(name),
            is_root: rustix::process::geteuid().is_root(),
        })
    }

    /// Decides from values, so that a test needs no environment.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`]. The first setting that is wrong, in the order of `--help`.
    pub fn from_environment(environment: &ProcessEnvironment<'_>) -> Result<Self, ConfigError> {
        let flags = command()
            .try_get_matches_from(&environment.arguments)
            .map_err(usage_error)?;
        if flags.get_flag(ROUTES) {
            return Err(ConfigError::Routes);
        }
        let given = |setting| Given::find(setting, &flags, environment);

        let listen = match given(&LISTEN)? {
            Some(given) => given.parse(parse_address)?,
            None => DEFAULT_LISTEN
                .parse()
                .expect("the default is an address, as a test shows"),
        };
        let data_dir = match given(&DATA_DIR)? {
            Some(given) => Some(given.parse(parse_directory)?),
            None => None,
        };
        let database = match given(&DATABASE_URL)? {
            Some(given) => DatabaseChoice::Server {
                source_name: given.source_name.clone(),
                url: given.parse(|text| {
                    text.parse()
                        .map_err(|error: ParseDatabaseUrlError| error.to_string())
                })?,
            },
            None => DatabaseChoice::Private {
                data_dir: data_dir.map_or_else(|| default_data_dir(environment), Ok)?,
            },
        };
        let demo = match given(&DEMO)? {
            Some(given) => Some(given.parse(parse_bool)?),
            None => None,
        };
        let log_level = match given(&LOG)? {
            Some(given) => given.parse(parse_level)?,
            None => LevelFilter::INFO,
        };
        let log_format = match given(&LOG_FORMAT)? {
            Some(given) => given.parse(parse_format)?,
            None => LogFormat::default(),
        };
        Ok(Self {
            listen,
            database,
            demo,
            log_level,
            log_format,
        })
    }
}

/// A value that the operator gave, and where.
struct Given {
    source_name: String,
    text: String,
}

impl Given {
    /// Looks at the flag, then at the variable.
    fn find(
        setting: &Setting,
        flags: &ArgMatches,
        environment: &ProcessEnvironment<'_>,
    ) -> Result<Option<Self>, ConfigError> {
        let (source_name, value) = if let Some(value) = flags.get_one::<OsString>(setting.flag) {
            (format!("--{}", setting.flag), value.clone())
        } else {
            match (environment.variable)(setting.variable) {
                Some(value) if !value.is_empty() => (setting.variable.to_owned(), value),
                _ => return Ok(None),
            }
        };
        match value.into_string() {
            Ok(text) => Ok(Some(Self { source_name, text })),
            Err(_) => Err(ConfigError::Value {
                source_name,
                reason: "must be text in UTF-8".to_owned(),
            }),
        }
    }

    fn parse<T>(self, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, ConfigError> {
        parse(&self.text).map_err(|reason| ConfigError::Value {
            source_name: self.source_name,
            reason,
        })
    }
}

fn command() -> Command {
    let mut command = Command::new("booking-server")
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "Serves the ReserveEasy booking API.\n\n\
             Without any flag, on a PostgreSQL cluster of its own. Each flag can also be given as\n\
             an environment variable; the flag wins, and an empty variable counts as unset.",
        );
    for setting in SETTINGS {
        command = command.arg(
            Arg::new(setting.flag)
                .long(setting.flag)
                .value_name(setting.value_name)
                .value_parser(clap::value_parser!(OsString))
                .help(format!("{} [env: {}]", setting.help, setting.variable)),
        );
    }
    command.arg(
        Arg::new(ROUTES)
            .long(ROUTES)
            .action(ArgAction::SetTrue)
            .help("Print every route that the server has, as METHOD /path, and end"),
    )
}

fn usage_error(error: clap::Error) -> ConfigError {
    if error.use_stderr() {
        // The first line says it all; the usage and the tips that follow are what `--help` is for.
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default();
        let reason = line.strip_prefix("error: ").unwrap_or(line);
        ConfigError::Usage(reason.to_owned())
    } else {
        ConfigError::Information(error.to_string())
    }
}

/// `localhost` stands for the IPv4 loopback: looking names up would make the meaning of
/// a setting depend on the network.
fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let numeric = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    numeric.parse().map_err(|_| {
        format!("must be an address and a port, such as {DEFAULT_LISTEN}, and is {text:?}")
    })
}

fn parse_directory(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() {
        return Err("must name a directory, and is empty".to_owned());
    }
    std::path::absolute(text)
        .map_err(|error| format!("must name a directory that can be reached: {error}"))
}

fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("must be true or false, and is {text:?}")),
    }
}

fn parse_level(text: &str) -> Result<LevelFilter, String> {
    match text {
        "off" => Ok(LevelFilter::OFF),
        "error" => Ok(LevelFilter::ERROR),
        "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        "trace" => Ok(LevelFilter::TRACE),
        _ => Err(format!(
            "must be off, error, warn, info, debug or trace, and is {text:?}"
        )),
    }
}

fn parse_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("must be text or json, and is {text:?}")),
    }
}

/// The XDG base directory specification: a relative `XDG_DATA_HOME` is to be ignored.
fn default_data_dir(environment: &ProcessEnvironment<'_>) -> Result<PathBuf, ConfigError> {
    if environment.is_root {
        return Ok(PathBuf::from(ROOT_DATA_DIR));
    }
    let directory = |name| {
        (environment.variable)(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    directory("XDG_DATA_HOME")
        .or_else(|| directory("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("reserveeasy"))
        .ok_or_else(|| ConfigError::Value {
            source_name: DATA_DIR.variable.to_owned(),
            reason: "must be given, because HOME is not set to a directory".to_owned(),
        })
}

impl fmt::Debug for ProcessEnvironment<'_> {
    /// The environment is left out: it can hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProcessEnvironment")
            .field("is_root", &self.is_root)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
