//! What the operator gives, and what comes of it. What variables do is shown on the binary,
//! in `tests/it/configuration.rs`: a test must not change the environment of its process.

use std::collections::BTreeSet;

use booking_persistence::DEFAULT_CACHE_BYTES;

use super::*;

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

const DATA_DIR: &str = "/home/sarah/.local/share/reserveeasy";

fn decide(arguments: &[&str]) -> Result<Config, ConfigError> {
    let arguments: Vec<OsString> = std::iter::once("booking-server")
        .chain(arguments.iter().copied())
        .map(OsString::from)
        .collect();
    // Without the variables of whoever runs the test.
    let command = command().mut_args(|arg| arg.env(Resettable::Reset));
    Config::from_command_line(command, &arguments, || Some(DATA_DIR.into()))
}

fn refusal(arguments: &[&str]) -> String {
    decide(arguments).unwrap_err().to_string()
}

fn data_dir(config: &Config) -> &str {
    match &config.database {
        DatabaseChoice::Private { data_dir } => data_dir.to_str().unwrap(),
        DatabaseChoice::Server { url, .. } => panic!("expected a private cluster, not {url}"),
    }
}

#[test]
fn nothing_given_means_a_private_cluster_on_the_loopback_and_no_metrics() {
    let config = decide(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.metrics_listen, None);
    assert_eq!(u64::from(config.cache_mib) << 20, DEFAULT_CACHE_BYTES);
    assert_eq!(data_dir(&config), DATA_DIR);
    assert_eq!(config.demo, None);
    assert_eq!(config.log_level, LevelFilter::INFO);
    assert_eq!(config.log_format, LogFormat::Text);
}

#[test]
fn every_setting_can_be_a_flag() {
    let config = decide(&[
        "--listen=[::1]:9000",
        "--metrics-listen",
        "localhost:9090",
        "--data-dir",
        "/srv/data",
        "--cache-mib=0",
        "--demo",
        "false",
        "--log",
        "debug",
        "--log-format",
        "json",
    ])
    .unwrap();
    assert_eq!(config.listen.to_string(), "[::1]:9000");
    assert_eq!(config.metrics_listen.unwrap().to_string(), "127.0.0.1:9090");
    assert_eq!(data_dir(&config), "/srv/data");
    assert_eq!(config.cache_mib, 0);
    assert_eq!(config.demo, Some(false));
    assert_eq!(config.log_level, LevelFilter::DEBUG);
    assert_eq!(config.log_format, LogFormat::Json);
}

#[test]
fn a_database_url_says_where_it_was_given() {
    let url = "postgres://db.example.com/bookings";
    let config = decide(&["--database-url", url, "--secret-key", KEY]).unwrap();
    assert_eq!(
        config.database,
        DatabaseChoice::Server {
            url: url.parse().unwrap(),
            source_name: "--database-url".to_owned(),
            privileged_role: PrivilegedRole::Refused,
        }
    );
}

#[test]
fn a_wrong_value_names_the_flag() {
    for (flag, value) in [
        ("--listen", "8080"),
        ("--listen", "example.com:80"),
        ("--listen", "127.0.0.1:65536"),
        ("--metrics-listen", "9090"),
        ("--data-dir", ""),
        ("--database-url", "bookings"),
        ("--migration-database-url", "bookings"),
        ("--allow-privileged-database-role", "perhaps"),
        ("--secret-key", "hunter2"),
        ("--secret-key-file", ""),
        ("--public-url", "reserve.example"),
        ("--attempts-per-minute", "many"),
        ("--oauth-clients", "app"),
        ("--oidc-issuer", "http://login.example"),
        ("--oidc-audience", ""),
        ("--oidc-email-claim", "my mail"),
        ("--show-mails", "yes"),
        ("--demo", "yes"),
        ("--log", "loud\nline"),
        ("--log-format", "xml"),
    ] {
        for arguments in [vec![flag, value], vec![&*format!("{flag}={value}")]] {
            let message = refusal(&arguments);
            assert!(message.starts_with(&format!("{flag}: must ")), "{message}");
            assert_eq!(message.lines().count(), 1, "{message}");
        }
    }
}

#[test]
fn a_database_of_ones_own_needs_a_key_of_ones_own() {
    let message = refusal(&["--database-url", "postgres://db.example.com/bookings"]);
    assert!(
        message.starts_with("BOOKING_SECRET_KEY: must be given"),
        "{message}"
    );
    let config = decide(&[]).unwrap();
    assert!(config.secret_key.is_none());
}

#[test]
fn who_migrates_says_as_whom_and_needs_no_secret_key() {
    let message = refusal(&[
        "migrate",
        "--database-url",
        "postgres://db.example.com/bookings",
    ]);
    assert_eq!(
        message,
        "BOOKING_MIGRATION_DATABASE_URL: must be given to migrate"
    );
    let url = "postgres://owner@db.example.com/bookings";
    let config = decide(&["migrate", "--migration-database-url", url]).unwrap();
    assert_eq!(config.subcommand, Some(Subcommand::Migrate));
    assert_eq!(
        config.database,
        DatabaseChoice::Server {
            url: url.parse().unwrap(),
            source_name: "--migration-database-url".to_owned(),
            privileged_role: PrivilegedRole::Refused,
        }
    );
}

#[test]
fn a_privileged_role_is_used_where_somebody_says_so() {
    let url = "postgres://owner@db.example.com/bookings";
    let allowed = |value: &str| {
        let flag = format!("--allow-privileged-database-role={value}");
        match decide(&["--database-url", url, "--secret-key", KEY, &flag])
            .unwrap()
            .database
        {
            DatabaseChoice::Server {
                privileged_role, ..
            } => privileged_role,
            DatabaseChoice::Private { .. } => panic!("the database is given"),
        }
    };
    assert_eq!(allowed("true"), PrivilegedRole::Allowed);
    assert_eq!(allowed("false"), PrivilegedRole::Refused);
}

#[test]
fn a_wrong_secret_key_is_not_repeated() {
    let message = refusal(&["--secret-key", "hunter2"]);
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn no_number_of_attempts_means_no_limit() {
    let attempts = |arguments: &[&str]| decide(arguments).unwrap().attempts_per_minute;
    assert_eq!(attempts(&[]).map(NonZeroU32::get), Some(10));
    assert_eq!(attempts(&["--attempts-per-minute=0"]), None);
}

#[test]
fn a_wrong_database_url_is_not_repeated() {
    let message = refusal(&["--database-url", "mysql://sarah:hunter2@db/bookings"]);
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn an_unknown_flag_is_one_line() {
    let message = refusal(&["--lisen", "127.0.0.1:1"]);
    assert!(message.contains("--lisen"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn a_flag_without_a_value_is_named() {
    let message = refusal(&["--listen"]);
    assert!(message.contains("--listen"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn help_names_every_flag_with_its_variable_whether_or_not_it_is_set() {
    for flag in ["--help", "-h"] {
        let Err(ConfigError::Information(help)) = decide(&[flag]) else {
            panic!("{flag} is not an error");
        };
        for (flag, variable) in [
            ("--listen", "BOOKING_LISTEN"),
            ("--metrics-listen", "BOOKING_METRICS_LISTEN"),
            ("--data-dir", "BOOKING_DATA_DIR"),
            ("--database-url", "DATABASE_URL"),
            ("--demo", "BOOKING_DEMO"),
            ("--log", "BOOKING_LOG"),
            ("--log-format", "BOOKING_LOG_FORMAT"),
        ] {
            assert!(help.contains(&format!("{flag} <")), "{help}");
            assert!(help.contains(&format!("[env: {variable}]")), "{help}");
        }
        assert!(help.contains("[default: 127.0.0.1:8080]"), "{help}");
    }
}

#[test]
fn the_data_is_where_the_xdg_specification_has_it() {
    let with = |xdg: &'static str, home: &'static str| {
        default_data_dir(false, |name| match name {
            "XDG_DATA_HOME" => Some(xdg.into()),
            "HOME" => Some(home.into()),
            other => panic!("{other} is looked at"),
        })
    };
    assert_eq!(
        with("/data", "/home/sarah"),
        Some("/data/reserveeasy".into())
    );
    assert_eq!(with("relative", "/home/sarah"), Some(DATA_DIR.into()));
    assert_eq!(with("", ""), None);
}

#[test]
fn the_data_of_root_is_where_another_user_can_reach_it() {
    assert_eq!(
        default_data_dir(true, |_| Some("/root".into())),
        Some(ROOT_DATA_DIR.into())
    );
}

#[test]
fn without_a_home_the_data_directory_must_be_given() {
    let decide = |arguments: &[&str]| {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let command = command().mut_args(|arg| arg.env(Resettable::Reset));
        Config::from_command_line(command, &arguments, || None)
    };
    let message = decide(&["booking-server"]).unwrap_err().to_string();
    assert!(
        message.starts_with("BOOKING_DATA_DIR: must be given"),
        "{message}"
    );
    let config = decide(&["booking-server", "--data-dir", "/srv/data"]).unwrap();
    assert_eq!(data_dir(&config), "/srv/data");
}

#[test]
fn a_relative_data_directory_is_made_absolute() {
    let config = decide(&["--data-dir", "data"]).unwrap();
    assert!(data_dir(&config).starts_with('/'));
    assert!(data_dir(&config).ends_with("/data"));
}

#[test]
fn the_readme_has_every_flag_with_its_variable_and_no_other() {
    let readme = include_str!("../../../../../README.md");
    // `| `--listen ADDRESS:PORT` | `BOOKING_LISTEN` | …`
    let rows = readme.lines().filter(|line| line.starts_with("| `--"));
    let written: BTreeSet<(String, String)> = rows
        .map(|row| {
            let quoted: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
            let flag = quoted[0].split(' ').next().unwrap_or_default();
            (flag.to_owned(), quoted[1].to_owned())
        })
        .collect();
    let command = command();
    let known: BTreeSet<(String, String)> = command
        .get_arguments()
        .filter_map(|arg| {
            let variable = arg.get_env()?.to_str()?.to_owned();
            Some((format!("--{}", arg.get_long()?), variable))
        })
        .collect();
    assert_eq!(written, known);
}
