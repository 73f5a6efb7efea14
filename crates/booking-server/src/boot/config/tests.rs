//! What the operator gives, and what comes of it.

use super::*;

fn decide(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    decide_as(false, arguments, variables)
}

fn decide_as(
    is_root: bool,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Result<Config, ConfigError> {
    let variable = |name: &str| {
        let given = variables.iter().find(|(key, _)| *key == name);
        match given {
            Some((_, value)) => Some(OsString::from(value)),
            None if name == "HOME" => Some(OsString::from("/home/sarah")),
            None => None,
        }
    };
    Config::from_environment(&ProcessEnvironment {
        arguments: std::iter::once("booking-server")
            .chain(arguments.iter().copied())
            .map(OsString::from)
            .collect(),
        variable: &variable,
        is_root,
    })
}

fn refusal(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    decide(arguments, variables).unwrap_err().to_string()
}

fn data_dir(config: &Config) -> &str {
    match &config.database {
        DatabaseChoice::Private { data_dir } => data_dir.to_str().unwrap(),
        DatabaseChoice::Server { url, .. } => panic!("expected a private cluster, not {url}"),
    }
}

#[test]
fn nothing_given_means_a_private_cluster_on_the_loopback() {
    let config = decide(&[], &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(data_dir(&config), "/home/sarah/.local/share/reserveeasy");
    assert_eq!(config.demo, None);
    assert_eq!(config.log_level, LevelFilter::INFO);
    assert_eq!(config.log_format, LogFormat::Text);
}

#[test]
fn every_setting_can_be_a_flag() {
    let config = decide(
        &[
            "--listen",
            "[::1]:9000",
            "--data-dir",
            "/srv/data",
            "--demo",
            "false",
            "--log",
            "debug",
            "--log-format",
            "json",
        ],
        &[],
    )
    .unwrap();
    assert_eq!(config.listen.to_string(), "[::1]:9000");
    assert_eq!(data_dir(&config), "/srv/data");
    assert_eq!(config.demo, Some(false));
    assert_eq!(config.log_level, LevelFilter::DEBUG);
    assert_eq!(config.log_format, LogFormat::Json);
}

#[test]
fn every_setting_can_be_a_variable() {
    let config = decide(
        &[],
        &[
            ("BOOKING_LISTEN", "localhost:0"),
            ("DATABASE_URL", "postgres://db.example.com/bookings"),
            ("BOOKING_DEMO", "true"),
            ("BOOKING_LOG", "off"),
            ("BOOKING_LOG_FORMAT", "json"),
        ],
    )
    .unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:0");
    assert_eq!(
        config.database,
        DatabaseChoice::Server {
            url: "postgres://db.example.com/bookings".parse().unwrap(),
            source_name: "DATABASE_URL".to_owned(),
        }
    );
    assert_eq!(config.demo, Some(true));
    assert_eq!(config.log_level, LevelFilter::OFF);
    assert_eq!(config.log_format, LogFormat::Json);
    let config = decide(&[], &[("BOOKING_DATA_DIR", "/srv/data")]).unwrap();
    assert_eq!(data_dir(&config), "/srv/data");
}

#[test]
fn a_flag_outranks_its_variable() {
    let config = decide(
        &["--listen", "127.0.0.1:1"],
        &[("BOOKING_LISTEN", "127.0.0.1:2")],
    )
    .unwrap();
    assert_eq!(config.listen.port(), 1);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let empty = SETTINGS.map(|setting| (setting.variable, ""));
    assert_eq!(decide(&[], &empty), decide(&[], &[]));
}

#[test]
fn a_wrong_value_names_the_flag() {
    for (flag, value) in [
        ("--listen", "8080"),
        ("--listen", "example.com:80"),
        ("--listen", "127.0.0.1:65536"),
        ("--data-dir", ""),
        ("--database-url", "bookings"),
        ("--demo", "yes"),
        ("--log", "loud"),
        ("--log-format", "xml"),
    ] {
        let message = refusal(&[flag, value], &[]);
        assert!(message.starts_with(&format!("{flag}: must ")), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn a_wrong_value_names_the_variable() {
    for (variable, value) in [
        ("BOOKING_LISTEN", "8080"),
        ("DATABASE_URL", "bookings"),
        ("BOOKING_DEMO", "1"),
        ("BOOKING_LOG", "loud\nline"),
        ("BOOKING_LOG_FORMAT", "xml"),
    ] {
        let message = refusal(&[], &[(variable, value)]);
        assert!(
            message.starts_with(&format!("{variable}: must ")),
            "{message}"
        );
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn a_wrong_database_url_is_not_repeated() {
    let message = refusal(
        &[],
        &[("DATABASE_URL", "mysql://sarah:hunter2@db/bookings")],
    );
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn an_unknown_flag_is_one_line() {
    let message = refusal(&["--lisen", "127.0.0.1:1"], &[]);
    assert!(message.contains("--lisen"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn a_flag_without_a_value_is_named() {
    let message = refusal(&["--listen"], &[]);
    assert!(message.contains("--listen"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn help_names_every_flag_and_variable() {
    let Err(ConfigError::Information(help)) = decide(&["--help"], &[]) else {
        panic!("--help is not an error");
    };
    for setting in SETTINGS {
        assert!(help.contains(&format!("--{}", setting.flag)), "{help}");
        assert!(
            help.contains(&format!("[env: {}]", setting.variable)),
            "{help}"
        );
    }
    assert!(
        help.contains(&format!("[default: {DEFAULT_LISTEN}]")),
        "{help}"
    );
}

#[test]
fn xdg_data_home_decides_where_the_data_is() {
    let config = decide(&[], &[("XDG_DATA_HOME", "/data")]).unwrap();
    assert_eq!(data_dir(&config), "/data/reserveeasy");
    let config = decide(&[], &[("XDG_DATA_HOME", "relative")]).unwrap();
    assert_eq!(data_dir(&config), "/home/sarah/.local/share/reserveeasy");
}

#[test]
fn the_data_of_root_is_where_another_user_can_reach_it() {
    let config = decide_as(true, &[], &[("XDG_DATA_HOME", "/root/data")]).unwrap();
    assert_eq!(data_dir(&config), ROOT_DATA_DIR);
}

#[test]
fn without_a_home_the_data_directory_must_be_given() {
    let message = refusal(&[], &[("HOME", "")]);
    assert!(
        message.starts_with("BOOKING_DATA_DIR: must be given"),
        "{message}"
    );
    let config = decide(&[], &[("HOME", ""), ("BOOKING_DATA_DIR", "/srv/data")]).unwrap();
    assert_eq!(data_dir(&config), "/srv/data");
}

#[test]
fn a_relative_data_directory_is_made_absolute() {
    let config = decide(&["--data-dir", "data"], &[]).unwrap();
    assert!(data_dir(&config).starts_with('/'));
    assert!(data_dir(&config).ends_with("/data"));
}
