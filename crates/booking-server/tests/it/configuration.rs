//! What the operator gives the binary, and what it says to that.

use std::net::TcpListener;

use booking_persistence::PrivilegedRole;

use crate::support::{Directory, Refusal, as_service, command, migrate, secret_key};

#[test]
fn a_wrong_flag_is_one_line_and_exit_code_2() {
    let refusal = Refusal::new(&["--listen", "nowhere"], &[]);
    assert_eq!(refusal.code, Some(2));
    assert_eq!(
        refusal.line(),
        "--listen: must be an address and a port, such as 127.0.0.1:8080, and is \"nowhere\""
    );
    assert_eq!(refusal.stdout, "");
}

#[test]
fn a_wrong_variable_is_one_line_and_exit_code_2() {
    for (variable, value) in [
        ("BOOKING_LISTEN", "8080"),
        ("BOOKING_METRICS_LISTEN", "9090"),
        ("DATABASE_URL", "bookings"),
        ("BOOKING_MIGRATION_DATABASE_URL", "bookings"),
        ("BOOKING_ALLOW_PRIVILEGED_DATABASE_ROLE", "maybe"),
        ("BOOKING_SECRET_KEY", "hunter2"),
        ("BOOKING_PUBLIC_URL", "http://reserve.example"),
        ("BOOKING_ATTEMPTS_PER_MINUTE", "-1"),
        ("BOOKING_OAUTH_CLIENTS", "app"),
        ("BOOKING_SHOW_MAILS", "maybe"),
        ("BOOKING_DEMO", "maybe"),
        ("BOOKING_LOG", "loud\nline"),
        ("BOOKING_LOG_FORMAT", "xml"),
    ] {
        let refusal = Refusal::new(&[], &[(variable, value)]);
        assert_eq!(refusal.code, Some(2), "{refusal:?}");
        assert!(
            refusal.line().starts_with(&format!("{variable}: must ")),
            "{refusal:?}"
        );
    }
}

#[test]
fn a_value_that_is_no_text_names_its_flag_or_variable() {
    use std::os::unix::ffi::OsStrExt;
    let not_text = std::ffi::OsStr::from_bytes(b"/srv/\xff");
    let commands = [
        command(&["--data-dir"], &[]).arg(not_text).output(),
        command(&[], &[]).env("BOOKING_DATA_DIR", not_text).output(),
    ];
    for (output, source_name) in commands.into_iter().zip(["--data-dir", "BOOKING_DATA_DIR"]) {
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            format!("error: {source_name}: must be text in UTF-8\n")
        );
    }
}

#[test]
fn a_flag_outranks_its_variable_and_an_empty_variable_counts_as_unset() {
    // Each of the two addresses is in use, so that the answer tells which of them counted.
    let listeners = ["127.0.0.1:0"; 2].map(|any| TcpListener::bind(any).unwrap());
    let [first, second] = listeners
        .each_ref()
        .map(|one| one.local_addr().unwrap().to_string());
    let every_other_is_empty = [
        ("BOOKING_METRICS_LISTEN", ""),
        ("BOOKING_DATA_DIR", ""),
        ("DATABASE_URL", ""),
        ("BOOKING_SECRET_KEY", ""),
        ("BOOKING_SECRET_KEY_FILE", ""),
        ("BOOKING_PUBLIC_URL", ""),
        ("BOOKING_ATTEMPTS_PER_MINUTE", ""),
        ("BOOKING_OAUTH_CLIENTS", ""),
        ("BOOKING_SHOW_MAILS", ""),
        ("BOOKING_DEMO", ""),
        ("BOOKING_LOG", ""),
        ("BOOKING_LOG_FORMAT", ""),
    ];
    for (flags, variable, counted) in [
        (vec!["--listen", &*first], &*second, &first),
        (vec!["--listen", &*first], "nonsense", &first),
        (vec!["--listen", &*first], "", &first),
        (vec![], &*second, &second),
    ] {
        let mut variables = every_other_is_empty.to_vec();
        variables.push(("BOOKING_LISTEN", variable));
        let refusal = Refusal::new(&flags, &variables);
        assert_eq!(refusal.code, Some(1), "{refusal:?}");
        assert!(
            refusal.line().contains(&format!("{counted} is in use")),
            "{refusal:?}"
        );
    }
}

#[test]
fn an_unknown_flag_is_one_line_and_exit_code_2() {
    let refusal = Refusal::new(&["--lisen", "127.0.0.1:0"], &[]);
    assert_eq!(refusal.code, Some(2));
    assert!(refusal.line().contains("--lisen"), "{refusal:?}");
}

#[test]
fn the_password_of_a_wrong_database_url_is_not_shown() {
    let refusal = Refusal::new(
        &["--database-url", "mysql://sarah:hunter2@db/bookings"],
        &[],
    );
    assert_eq!(refusal.code, Some(2));
    assert!(
        refusal.line().starts_with("--database-url: "),
        "{refusal:?}"
    );
    assert!(!refusal.stderr.contains("hunter2"), "{refusal:?}");
}

#[test]
fn a_database_url_that_nobody_could_connect_with_names_its_setting_and_is_exit_code_2() {
    for url in [
        "postgres://sarah:hunter2@127.0.0.1:notaport/bookings",
        "postgres://sarah:hunter2@127.0.0.1:70000/bookings",
        "postgres://sarah:hunter2@127.0.0.1/bookings?connect_timeout=soon",
        "postgres://sarah:hunter2@127.0.0.1/bookings?sslmode=require",
        "postgres:///bookings?password=hunter2",
    ] {
        for (flags, variables, setting) in [
            (vec!["--database-url", url], vec![], "--database-url"),
            (vec![], vec![("DATABASE_URL", url)], "DATABASE_URL"),
        ] {
            let mut arguments = vec!["--listen", "127.0.0.1:0"];
            arguments.extend(flags);
            let refusal = Refusal::new(&arguments, &variables);
            assert_eq!(refusal.code, Some(2), "{refusal:?}");
            let reason = refusal.line().strip_prefix(setting);
            let reason = reason.and_then(|reason| reason.strip_prefix(": the database URL "));
            assert!(reason.is_some(), "{refusal:?}");
            assert!(!refusal.stderr.contains("hunter2"), "{refusal:?}");
        }
    }
}

#[test]
fn help_goes_to_stdout_and_is_no_error() {
    let secret = ("DATABASE_URL", "postgres://sarah:hunter2@db/bookings");
    let help = Refusal::new(&["--help"], &[("BOOKING_LISTEN", "nonsense"), secret]);
    assert_eq!(help.code, Some(0));
    assert!(help.stdout.contains("[env: BOOKING_LISTEN]"), "{help:?}");
    assert!(!help.stdout.contains("hunter2"), "{help:?}");
    assert_eq!(help.stderr, "");
}

#[test]
fn the_routes_are_told_without_a_database() {
    // Nothing else that was said matters, as with --help.
    let routes = Refusal::new(&["--routes"], &[("DATABASE_URL", "nonsense")]);
    assert_eq!(routes.code, Some(0), "{routes:?}");
    assert_eq!(routes.stderr, "");
    let lines: Vec<&str> = routes.stdout.lines().collect();
    for route in ["POST /api/v1/bookings", "GET /health", "GET /docs"] {
        assert!(lines.contains(&route), "{route}: {lines:?}");
    }
    for line in lines {
        let (method, path) = line.split_once(' ').unwrap();
        assert!(method.bytes().all(|byte| byte.is_ascii_uppercase()));
        assert!(path.starts_with('/'), "{line}");
    }
}

#[test]
fn the_version_is_told() {
    let version = Refusal::new(&["--version"], &[]);
    assert_eq!(version.code, Some(0));
    assert_eq!(
        version.stdout.trim_end(),
        concat!("booking-server ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_port_in_use_is_named_before_anything_is_started() {
    let directory = Directory::new();
    let data_dir = directory.path().join("data");
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let refusal = Refusal::new(
        &[
            "--listen",
            &address,
            "--data-dir",
            data_dir.to_str().unwrap(),
        ],
        &[],
    );
    assert_eq!(refusal.code, Some(1));
    assert!(
        refusal.line().contains(&format!("{address} is in use")),
        "{refusal:?}"
    );
    assert!(!data_dir.exists(), "no cluster is made");
}

#[test]
fn a_data_directory_that_holds_something_else_is_left_alone() {
    let directory = Directory::new();
    let cluster = directory.path().join("postgres");
    std::fs::create_dir(&cluster).unwrap();
    std::fs::write(cluster.join("letters.txt"), "dear").unwrap();
    let refusal = Refusal::new(
        &[
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            directory.path().to_str().unwrap(),
        ],
        &[],
    );
    assert_eq!(refusal.code, Some(1));
    assert!(refusal.line().contains("letters.txt"), "{refusal:?}");
    assert_eq!(
        std::fs::read_to_string(cluster.join("letters.txt")).unwrap(),
        "dear"
    );
}

#[test]
fn a_database_that_is_down_is_named_without_its_password() {
    // Port 1 is reserved, and nothing listens there.
    let refusal = Refusal::new(
        &["--listen", "127.0.0.1:0"],
        &[(
            "DATABASE_URL",
            "postgres://sarah:hunter2@127.0.0.1:1/bookings",
        )],
    );
    assert_eq!(refusal.code, Some(1));
    let line = refusal.line();
    assert!(
        line.contains("postgres://sarah@127.0.0.1:1/bookings"),
        "{line}"
    );
    assert!(line.starts_with("DATABASE_URL: "), "{line}");
    assert!(!line.contains("--database-url"), "{line}");
    assert!(!line.contains("hunter2"), "{line}");
}

#[test]
fn a_database_that_does_not_exist_is_named() {
    let database = dev_postgres::TestDatabase::create().unwrap();
    let url = database.url().replace(database.name(), "nowhere");
    let refusal = Refusal::new(&["--listen", "127.0.0.1:0"], &[("DATABASE_URL", &url)]);
    assert_eq!(refusal.code, Some(1));
    assert!(refusal.line().contains("nowhere"), "{refusal:?}");
}

/// Runs statements on a database, as its superuser.
async fn run(url: &str, statements: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client.batch_execute(statements).await.unwrap();
}

/// How the binary ends that is to migrate the database at this URL.
fn refused_migration(url: &str) -> Refusal {
    let refusal = Refusal::new(&["migrate", "--migration-database-url", url], &[]);
    assert_eq!(refusal.code, Some(1), "{refusal:?}");
    refusal
}

/// How the binary ends that is to serve on the database at this URL.
fn refused_start(url: &str) -> Refusal {
    let refusal = Refusal::new(&["--listen", "127.0.0.1:0", "--database-url", url], &[]);
    assert_eq!(refusal.code, Some(1), "{refusal:?}");
    refusal
}

fn assert_says(refusal: &Refusal, parts: &[&str]) {
    for part in parts {
        assert!(refusal.line().contains(part), "{part}: {refusal:?}");
    }
}

#[tokio::test]
async fn a_migration_without_the_rights_is_one_line_that_says_what_is_needed() {
    // A cluster of its own, where nobody has made the service's role yet.
    let cluster = dev_postgres::TemporaryCluster::start().unwrap();
    let superuser = cluster.url("postgres");
    let makes = "CREATE ROLE keeper LOGIN; CREATE ROLE guest LOGIN";
    run(&superuser, makes).await;
    run(&superuser, "CREATE DATABASE bookings OWNER keeper").await;
    let needed = [
        "--migration-database-url: the schema of the database postgres:///",
        "permission denied",
        "a user who may create tables and extensions",
    ];
    assert_says(
        &refused_migration(&cluster.url_as("bookings", "guest")),
        &needed,
    );

    // Its owner may, without being a superuser, once somebody has made the role.
    let keeper = cluster.url_as("bookings", "keeper");
    let refusal = refused_migration(&keeper);
    assert_says(&refusal, &needed);
    assert_says(&refusal, &["booking_service"]);
    run(
        &superuser,
        "CREATE ROLE booking_service LOGIN NOINHERIT;
         CREATE ROLE booking_retention ROLE booking_service;
         CREATE ROLE booking_search ROLE booking_service",
    )
    .await;
    migrate(&keeper);
    let service = cluster.url_as("bookings", "booking_service");
    let options = booking_server::ServerOptions::new(service.parse().unwrap(), secret_key());
    let server = booking_server::start(options).await.unwrap();
    server.shutdown().await;

    // The owner is no role for the service, unless somebody insists.
    assert_says(
        &refused_start(&keeper),
        &[
            "the role keeper is not bound by row-level security: it owns __diesel_schema_migrations, accounts, ",
        ],
    );
    let mut options = booking_server::ServerOptions::new(keeper.parse().unwrap(), secret_key());
    options.database.privileged_role = PrivilegedRole::Allowed;
    let server = booking_server::start(options).await.unwrap();
    server.shutdown().await;
}

#[tokio::test]
async fn a_database_that_holds_something_else_is_left_as_it_is() {
    let database = dev_postgres::TestDatabase::create().unwrap();
    let url = database.url();
    run(&url, "CREATE TABLE restaurants AS SELECT 'mine' AS name").await;
    let parts = [
        "--migration-database-url: the schema of the database",
        "\"restaurants\" already exists",
        "takes a database of its own",
    ];
    assert_says(&refused_migration(&url), &parts);
    // Nothing else has come, and what was there can still be read.
    let others = "DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_tables WHERE schemaname = 'public' \
                  AND tablename <> '__diesel_schema_migrations') = 1; \
                  ASSERT (SELECT name FROM restaurants) = 'mine'; END $$";
    run(&url, others).await;
}

#[tokio::test]
async fn the_service_runs_no_migration_and_says_who_does() {
    let database = dev_postgres::TestDatabase::create().unwrap();
    let url = database.url();
    migrate(&url);
    let service = as_service(&url);
    let newest = "DELETE FROM __diesel_schema_migrations WHERE version = \
                  (SELECT max(version) FROM __diesel_schema_migrations)";
    run(&url, newest).await;
    let parts = [
        "--database-url: the schema of the database postgres:///",
        "still to be run: 2026",
        "run `booking-server migrate` with a BOOKING_MIGRATION_DATABASE_URL",
    ];
    assert_says(&refused_start(&service), &parts);
    // Then a newer program has been here.
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000000')";
    run(&url, newer).await;
    assert_says(
        &refused_start(&service),
        &["20990101000000", "use a newer program"],
    );
}

#[tokio::test]
async fn a_role_that_row_level_security_does_not_bind_is_refused_with_the_sql_that_makes_another() {
    let database = dev_postgres::TestDatabase::create().unwrap();
    let url = database.url();
    migrate(&url);
    let role = format!("bypassing_{}", database.name());
    let makes = format!("CREATE ROLE {role} LOGIN BYPASSRLS IN ROLE booking_service");
    run(&url, &makes).await;
    for (role, reason) in [
        ("postgres", "it is a superuser"),
        (&role, "it may bypass row-level security"),
    ] {
        let refusal = refused_start(&database.url_as(role));
        let sql = "CREATE ROLE booking_service LOGIN NOINHERIT PASSWORD '…'";
        assert_says(
            &refusal,
            &[role, reason, sql, "--allow-privileged-database-role true"],
        );
    }
    run(&url, &format!("DROP ROLE {role}")).await;
}

#[tokio::test]
async fn a_role_without_its_grants_and_tables_without_their_policies_are_refused() {
    let database = dev_postgres::TestDatabase::create().unwrap();
    let url = database.url();
    migrate(&url);
    let role = format!("other_{}", database.name());
    run(&url, &format!("CREATE ROLE {role} LOGIN")).await;
    let missing = format!("the role {role} was not granted what the service needs");
    let parts = [&missing, "GRANT booking_service TO"];
    assert_says(&refused_start(&database.url_as(&role)), &parts);
    run(&url, &format!("DROP ROLE {role}")).await;

    let service = as_service(&url);
    for (spoil, said) in [
        (
            "GRANT UPDATE ON audit_events TO booking_service",
            "has UPDATE on audit_events",
        ),
        (
            "REVOKE UPDATE ON audit_events FROM booking_service; \
             ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY",
            "row-level security is off for api_keys",
        ),
        (
            "REVOKE SELECT ON messages FROM booking_service",
            "may not read messages",
        ),
    ] {
        run(&url, spoil).await;
        assert_says(&refused_start(&service), &[said]);
    }
}
