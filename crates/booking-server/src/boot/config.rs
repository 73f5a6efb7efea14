//! What the operator decides: flags, and for each flag an environment variable.
//!
//! A flag outranks its variable, and a variable outranks the default. An empty variable
//! counts as unset, because that is how one is cleared in most places that set them. This
//! is the one module of the server that reads the environment; everything else receives
//! values.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use booking_domain::{CustomerName, EmailAddress};
use booking_persistence::PrivilegedRole;
use clap::builder::{PossibleValuesParser, Resettable, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches, Parser, ValueEnum};
use credentials::SecretKey;
use tracing::level_filters::LevelFilter;

use self::oidc::OidcArguments;
use crate::identity::{OauthClients, OidcOptions};
pub use crate::identity::{ParsePublicUrlError, PublicUrl};

mod database_url;
mod oidc;

pub use database_url::{DatabaseUrl, ParseDatabaseUrlError};

/// Where the server listens unless told otherwise.
const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// Where the private cluster lives when the server runs as root. PostgreSQL refuses to
/// run as root, and the user that it runs as instead cannot enter root's home.
const ROOT_DATA_DIR: &str = "/var/lib/reserveeasy";

/// Everything that the operator decides.
#[derive(Debug, Clone)]
pub struct Config {
    /// What to do; `None` is to serve.
    pub subcommand: Option<Subcommand>,
    /// The address to listen on. Port 0 lets the system choose a free one.
    pub listen: SocketAddr,
    /// The address of the metrics page; `None` is no such page.
    pub metrics_listen: Option<SocketAddr>,
    /// Which PostgreSQL holds the bookings.
    pub database: DatabaseChoice,
    /// How many MiB of service days are kept in memory, at most.
    pub cache_mib: u32,
    /// What tokens and secrets are made of; `None` is a key that is kept beside a private cluster.
    pub secret_key: Option<SecretKeyChoice>,
    /// Where callers reach the service, if it is not the address that it listens on.
    pub public_url: Option<PublicUrl>,
    /// How often a minute somebody may try a password or an address; `None` is as often as they
    /// like.
    pub attempts_per_minute: Option<NonZeroU32>,
    /// The programs that people may let act for them.
    pub oauth_clients: OauthClients,
    /// The OpenID provider whose tokens are accepted beside our own.
    pub oidc: Option<OidcOptions>,
    /// Whether mails are shown to this machine; `None` shows those of a private cluster.
    pub show_mails: Option<bool>,
    /// Whether to fill in the demo; `None` fills in a new private cluster only.
    pub demo: Option<bool>,
    /// How much of the log is written.
    pub log_level: LevelFilter,
    /// How a line of the log looks.
    pub log_format: LogFormat,
}

/// What the program does instead of serving.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum Subcommand {
    /// Bring the schema of the database up to date, and grant the service's role what it needs
    Migrate,
    /// Manage who runs the installation
    #[command(subcommand, arg_required_else_help = false)]
    Admin(AdminCommand),
    /// Manage the keys that access tokens are signed with
    #[command(subcommand, arg_required_else_help = false)]
    SigningKeys(SigningKeysCommand),
}

/// What is done about the keys that access tokens are signed with.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum SigningKeysCommand {
    /// Have another key take the place of the present one, an hour from now, when every server knows
    /// it. The servers do so by themselves every thirty days
    Rotate,
}

/// What is done about those who run the installation.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum AdminCommand {
    /// Make the account of somebody who runs the installation. The password is asked for on the
    /// terminal, or is the first line of the standard input
    Create {
        /// The address that they log in with; whoever has an account already is refused
        #[arg(value_parser = parse_email)]
        email: EmailAddress,
        /// What they are called
        #[arg(long, default_value = "Platform admin", value_parser = parse_name)]
        name: CustomerName,
    },
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
        /// Whether the service may work as a role that row-level security does not bind.
        privileged_role: PrivilegedRole,
    },
}

/// Where the server's secret key is.
#[derive(Debug, Clone)]
pub enum SecretKeyChoice {
    /// Here.
    Given(Arc<SecretKey>),
    /// In this file.
    File {
        /// The file.
        path: PathBuf,
        /// The flag or the variable that says so, as the operator wrote it.
        source_name: String,
    },
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
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

const ABOUT: &str = "Serves the ReserveEasy booking API.

Without any flag, on a PostgreSQL cluster of its own. Each flag can also be given as
an environment variable; the flag wins, and an empty variable counts as unset.";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "booking-server", version, about = ABOUT, long_about = None)]
struct Arguments {
    /// Where to listen; port 0 picks a free one and prints it
    #[arg(long, env = "BOOKING_LISTEN", value_name = "ADDRESS:PORT")]
    #[arg(default_value = DEFAULT_LISTEN, value_parser = parse_address)]
    listen: SocketAddr,

    /// Where to serve metrics for Prometheus, at /metrics; whoever reaches this address
    /// can read them [default: nowhere]
    #[arg(long, env = "BOOKING_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    #[arg(value_parser = parse_address)]
    metrics_listen: Option<SocketAddr>,

    /// Where the private PostgreSQL cluster keeps its data
    /// [default: $XDG_DATA_HOME/reserveeasy or ~/.local/share/reserveeasy;
    /// for root /var/lib/reserveeasy]
    #[arg(long, env = "BOOKING_DATA_DIR", value_name = "DIRECTORY")]
    #[arg(value_parser = parse_directory)]
    data_dir: Option<PathBuf>,

    /// Use this PostgreSQL server and start none: postgres://user:password@host/database
    #[arg(long, env = "DATABASE_URL", value_name = "URL")]
    #[arg(value_parser = str::parse::<DatabaseUrl>)]
    database_url: Option<DatabaseUrl>,

    /// As whom `migrate` connects: the owner of the database, which the service is not
    #[arg(long, env = "BOOKING_MIGRATION_DATABASE_URL", value_name = "URL")]
    #[arg(value_parser = str::parse::<DatabaseUrl>)]
    migration_database_url: Option<DatabaseUrl>,

    /// Work also as a superuser, as the owner of the tables or as a role with BYPASSRLS: then nothing
    /// but the program keeps restaurants apart
    #[arg(
        long,
        env = "BOOKING_ALLOW_PRIVILEGED_DATABASE_ROLE",
        value_name = "true|false",
        hide_possible_values = true
    )]
    #[arg(default_value = "false", action = clap::ArgAction::Set)]
    allow_privileged_database_role: bool,

    /// How many MiB of service days are kept in memory, at most: a day with 200 bookings takes 4 KiB
    #[arg(long, env = "BOOKING_CACHE_MIB", value_name = "NUMBER")]
    #[arg(default_value = "256", value_parser = parse_number)]
    cache_mib: u32,

    /// What tokens and secrets are made of: 32 random bytes, as `openssl rand -base64 32` prints
    /// them. All servers on one database have the same. (The command line is seen by every user of
    /// the machine: better give the variable or a file)
    /// [default: one that is made and kept in the data directory, for a private cluster only]
    #[arg(long, env = "BOOKING_SECRET_KEY", value_name = "KEY")]
    #[arg(value_parser = parse_secret_key, conflicts_with = "secret_key_file")]
    secret_key: Option<Arc<SecretKey>>,

    /// The file that holds the secret key
    #[arg(long, env = "BOOKING_SECRET_KEY_FILE", value_name = "FILE")]
    #[arg(value_parser = parse_path)]
    secret_key_file: Option<PathBuf>,

    /// Where callers reach this service, for links and as the issuer of tokens:
    /// https://reserve.example [default: none, and there are no links]
    #[arg(long, env = "BOOKING_PUBLIC_URL", value_name = "URL")]
    #[arg(value_parser = str::parse::<PublicUrl>)]
    public_url: Option<PublicUrl>,

    /// How often a minute one address, and one account, may try to log in, to register, to set a
    /// password, to find a booking or, as a guest, to book; 0 is as often as they like. Behind a proxy all callers are one address:
    /// give 0, and limit there
    #[arg(long, env = "BOOKING_ATTEMPTS_PER_MINUTE", value_name = "NUMBER")]
    #[arg(default_value = "10", value_parser = parse_number)]
    attempts_per_minute: u32,

    /// The programs that people may let act for them at /oauth/authorize, and where their codes are
    /// sent: ID=REDIRECT_URI, for several with spaces in between [default: none but the reference
    /// page]
    #[arg(long, env = "BOOKING_OAUTH_CLIENTS", value_name = "CLIENTS")]
    #[arg(value_parser = str::parse::<OauthClients>)]
    oauth_clients: Option<OauthClients>,

    #[command(flatten)]
    oidc: OidcArguments,

    /// Show the mails that are to be sent, at /mails, to whoever asks on this machine; they hold
    /// what opens accounts. Give false behind a proxy on this machine [default: true on a private
    /// cluster that listens on the loopback, without a public URL; false otherwise]
    #[arg(
        long,
        env = "BOOKING_SHOW_MAILS",
        value_name = "true|false",
        hide_possible_values = true
    )]
    show_mails: Option<bool>,

    /// Fill in a few restaurants to try things with
    /// [default: true on a new private cluster, false otherwise]
    #[arg(
        long,
        env = "BOOKING_DEMO",
        value_name = "true|false",
        hide_possible_values = true
    )]
    demo: Option<bool>,

    /// How much to log: off, error, warn, info, debug or trace
    #[arg(
        long,
        env = "BOOKING_LOG",
        value_name = "LEVEL",
        hide_possible_values = true
    )]
    #[arg(default_value = "info", value_parser = level_parser())]
    log: LevelFilter,

    /// How a line of the log looks
    #[arg(long, env = "BOOKING_LOG_FORMAT", value_name = "text|json")]
    #[arg(default_value = "text", hide_possible_values = true)]
    log_format: LogFormat,

    /// Print every route that the server has, as METHOD /path, and end
    #[arg(long)]
    routes: bool,

    #[command(subcommand)]
    subcommand: Option<Subcommand>,
}

impl Config {
    /// Reads the command line and the environment of this process.
    ///
    /// # Errors
    ///
    /// See [`ConfigError`].
    pub fn from_process() -> Result<Self, ConfigError> {
        let is_root = rustix::process::geteuid().is_root();
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let command = command().mut_args(|arg| {
            let name = arg.get_env().and_then(OsStr::to_str);
            if name.is_some_and(|name| variable(name).is_none()) {
                arg.env(Resettable::Reset)
            } else {
                arg
            }
        });
        let arguments: Vec<OsString> = std::env::args_os().collect();
        Self::from_command_line(command, &arguments, || default_data_dir(is_root, variable))
    }

    /// Decides from a command line; `command` says which variables are looked at besides.
    fn from_command_line(
        mut command: Command,
        arguments: &[OsString],
        default_data_dir: impl FnOnce() -> Option<PathBuf>,
    ) -> Result<Self, ConfigError> {
        let matches = command
            .try_get_matches_from_mut(arguments)
            .map_err(|error| config_error(&error, &command, arguments))?;
        let given = Arguments::from_arg_matches(&matches)
            .map_err(|error| config_error(&error, &command, arguments))?;
        if given.routes {
            return Err(ConfigError::Routes);
        }
        let is_migration = given.subcommand == Some(Subcommand::Migrate);
        let secret_key = match (given.secret_key, given.secret_key_file) {
            (Some(key), _) => Some(SecretKeyChoice::Given(key)),
            (None, Some(path)) => Some(SecretKeyChoice::File {
                path,
                source_name: source_of(&matches, "secret_key_file"),
            }),
            (None, None) if given.database_url.is_some() && !is_migration => {
                return Err(ConfigError::Value {
                    source_name: "BOOKING_SECRET_KEY".to_owned(),
                    reason: "must be given with a database of your own, or \
                             BOOKING_SECRET_KEY_FILE: `openssl rand -base64 32` makes one"
                        .to_owned(),
                });
            }
            (None, None) => None,
        };
        let (url, setting) = if is_migration {
            let url = given.migration_database_url;
            let url = url.ok_or_else(|| ConfigError::Value {
                source_name: "BOOKING_MIGRATION_DATABASE_URL".to_owned(),
                reason: "must be given to migrate".to_owned(),
            })?;
            (Some(url), "migration_database_url")
        } else {
            (given.database_url, "database_url")
        };
        let database = match url {
            Some(url) => DatabaseChoice::Server {
                url,
                source_name: source_of(&matches, setting),
                privileged_role: if given.allow_privileged_database_role {
                    PrivilegedRole::Allowed
                } else {
                    PrivilegedRole::Refused
                },
            },
            None => DatabaseChoice::Private {
                data_dir: given.data_dir.or_else(default_data_dir).ok_or_else(|| {
                    ConfigError::Value {
                        source_name: "BOOKING_DATA_DIR".to_owned(),
                        reason: "must be given, because HOME is not set to a directory".to_owned(),
                    }
                })?,
            },
        };
        let own_issuer = given.public_url.as_ref().map(PublicUrl::as_str);
        Ok(Self {
            oidc: given.oidc.options(own_issuer)?,
            subcommand: given.subcommand,
            listen: given.listen,
            metrics_listen: given.metrics_listen,
            database,
            cache_mib: given.cache_mib,
            secret_key,
            public_url: given.public_url,
            attempts_per_minute: NonZeroU32::new(given.attempts_per_minute),
            oauth_clients: given.oauth_clients.unwrap_or_default(),
            show_mails: given.show_mails,
            demo: given.demo,
            log_level: given.log,
            log_format: given.log_format,
        })
    }
}

/// The whole command line. A variable's value is never shown in the help: it can be a secret. A
/// setting may stand before or behind a subcommand.
fn command() -> Command {
    Arguments::command().mut_args(|arg| arg.hide_env_values(true).global(true))
}

/// The flag or the variable that a setting comes from, as the operator wrote it.
fn source_of(matches: &ArgMatches, setting: &str) -> String {
    let command = command();
    let argument = command.get_arguments().find(|arg| arg.get_id() == setting);
    let variable = argument.and_then(Arg::get_env).and_then(OsStr::to_str);
    match (matches.value_source(setting), variable) {
        (Some(ValueSource::EnvVariable), Some(variable)) => variable.to_owned(),
        _ => format!("--{}", setting.replace('_', "-")),
    }
}

fn config_error(
    error: &clap::Error,
    command_line: &Command,
    arguments: &[OsString],
) -> ConfigError {
    match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::InvalidUtf8
            if arguments.iter().any(|argument| argument == "--routes") =>
        {
            // As with `--help`, no other setting matters.
            return ConfigError::Routes;
        }
        // Asked anew: `command_line` has lost the names of variables that are not set.
        ErrorKind::DisplayHelp => {
            let help = command().try_get_matches_from_mut(arguments);
            return ConfigError::Information(
                help.err().map_or_else(String::new, |help| help.to_string()),
            );
        }
        ErrorKind::DisplayVersion => return ConfigError::Information(error.to_string()),
        ErrorKind::InvalidUtf8 => {
            return ConfigError::Value {
                source_name: source_without_text(command_line, arguments),
                reason: "must be text in UTF-8".to_owned(),
            };
        }
        _ => {}
    }
    value_error(error, command_line, arguments).unwrap_or_else(|| {
        // The first line says it all; the usage and the tips that follow are what `--help`
        // is for.
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default();
        ConfigError::Usage(line.strip_prefix("error: ").unwrap_or(line).to_owned())
    })
}

/// The error of a setting whose value makes no sense, which names where it was given: clap
/// itself names the flag even when the value is a variable's.
fn value_error(
    error: &clap::Error,
    command: &Command,
    arguments: &[OsString],
) -> Option<ConfigError> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let (setting, value) = (
        text(ContextKind::InvalidArg)?,
        text(ContextKind::InvalidValue)?,
    );
    let setting = command
        .get_arguments()
        .find(|argument| argument.to_string() == setting)?;
    let reason = match (
        error.get(ContextKind::ValidValue),
        std::error::Error::source(error),
    ) {
        (Some(ContextValue::Strings(valid)), _) if !valid.is_empty() => {
            format!("must be one of {}, and is {value:?}", valid.join(", "))
        }
        (_, Some(reason)) => reason.to_string(),
        _ => return None,
    };
    Some(ConfigError::Value {
        source_name: source_name(setting, arguments),
        reason,
    })
}

/// The flag where the command line has it, else the variable.
fn source_name(setting: &Arg, arguments: &[OsString]) -> String {
    let flag = format!("--{}", setting.get_long().unwrap_or_default());
    let is_given = arguments.iter().any(|argument| {
        let rest = argument.to_str().and_then(|text| text.strip_prefix(&flag));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    });
    match setting.get_env() {
        Some(variable) if !is_given => variable.to_string_lossy().into_owned(),
        _ => flag,
    }
}

/// The flag or the variable whose value is no text, which clap does not tell.
fn source_without_text(command: &Command, arguments: &[OsString]) -> String {
    let is_text = |value: &OsString| value.to_str().is_some();
    if let Some(position) = arguments.iter().position(|value| !is_text(value)) {
        let value = arguments[position].to_string_lossy();
        return match value.split_once('=') {
            Some((flag, _)) if flag.starts_with("--") => flag.to_owned(),
            _ => arguments[position.saturating_sub(1)]
                .to_string_lossy()
                .into_owned(),
        };
    }
    command
        .get_arguments()
        .filter_map(Arg::get_env)
        .find(|name| std::env::var_os(name).is_some_and(|value| !is_text(&value)))
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
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

fn parse_path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() {
        return Err("must name a file, and is empty".to_owned());
    }
    std::path::absolute(text)
        .map_err(|error| format!("must name a file that can be reached: {error}"))
}

fn parse_email(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).ok_or_else(|| "must be an email address".to_owned())
}

fn parse_name(text: &str) -> Result<CustomerName, String> {
    let bounds = "must be a name of 2 to 100 characters";
    CustomerName::parse(text).ok_or_else(|| bounds.to_owned())
}

/// The text is a secret, and is never repeated.
fn parse_secret_key(text: &str) -> Result<Arc<SecretKey>, String> {
    SecretKey::parse(text)
        .map(Arc::new)
        .map_err(|error| format!("must be 32 random bytes, but {error}"))
}

fn parse_number(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| format!("must be a number from 0 to {}, and is {text:?}", u32::MAX))
}

fn level_parser() -> impl TypedValueParser<Value = LevelFilter> {
    PossibleValuesParser::new(["off", "error", "warn", "info", "debug", "trace"])
        .try_map(|level| level.parse::<LevelFilter>())
}

/// The XDG base directory specification: a relative `XDG_DATA_HOME` is to be ignored.
fn default_data_dir(is_root: bool, variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if is_root {
        return Some(PathBuf::from(ROOT_DATA_DIR));
    }
    let directory = |name| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base =
        directory("XDG_DATA_HOME").or_else(|| Some(directory("HOME")?.join(".local/share")))?;
    Some(base.join("reserveeasy"))
}

#[cfg(test)]
mod tests;
