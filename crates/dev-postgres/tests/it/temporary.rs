//! Temporary clusters, and databases for tests.

use std::sync::atomic::{AtomicU32, Ordering};

use dev_postgres::{Error, TemporaryCluster, TestDatabase};

use crate::support::{connect, postmaster, query, runs};

#[test]
fn it_listens_on_a_private_socket_and_on_no_port() {
    use std::os::unix::fs::PermissionsExt;
    let cluster = TemporaryCluster::shared().unwrap();
    let url = cluster.url("postgres");
    assert_eq!(query(&url, "SHOW listen_addresses").unwrap(), [""]);
    let mode = cluster.directory().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let socket = cluster.directory().join(".s.PGSQL.5432");
    assert_eq!(
        socket.metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn it_is_tuned_for_tests() {
    let url = TemporaryCluster::shared().unwrap().url("postgres");
    for (setting, value) in [
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("shared_buffers", "32MB"),
        ("max_connections", "200"),
        ("server_encoding", "UTF8"),
        ("data_checksums", "on"),
        ("TimeZone", "UTC"),
    ] {
        assert_eq!(
            query(&url, &format!("SHOW {setting}")).unwrap(),
            [value],
            "{setting}"
        );
    }
}

#[test]
fn text_sorts_by_bytes_and_letters_beyond_ascii_have_two_cases() {
    let url = TemporaryCluster::shared().unwrap().url("postgres");
    assert_eq!(
        query(&url, "SELECT 'Z' < 'a' AND 'z' < 'é'").unwrap(),
        ["t"]
    );
    assert_eq!(query(&url, "SELECT 'CAFÉ' ILIKE 'café'").unwrap(), ["t"]);
}

#[test]
fn every_test_database_is_empty_and_its_own() {
    let first = TestDatabase::create().unwrap();
    let second = TestDatabase::create().unwrap();
    assert_ne!(first.name(), second.name());
    query(&first.url(), "CREATE TABLE guests (name text)").unwrap();
    assert!(query(&second.url(), "TABLE guests").is_err());
    query(&second.url(), "CREATE TABLE guests (name text)").unwrap();
}

#[test]
fn a_template_is_prepared_once_and_copied_for_every_test() {
    let prepared = AtomicU32::new(0);
    let copy = || {
        TestDatabase::from_template("guests", |url| {
            prepared.fetch_add(1, Ordering::Relaxed);
            query(
                url,
                "CREATE TABLE guests (name text); INSERT INTO guests VALUES ('Ada')",
            )
            .map(drop)
        })
        .unwrap()
    };
    let databases: Vec<TestDatabase> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(copy)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(prepared.load(Ordering::Relaxed), 1);
    query(&databases[0].url(), "DELETE FROM guests").unwrap();
    for database in &databases[1..] {
        assert_eq!(query(&database.url(), "TABLE guests").unwrap(), ["Ada"]);
    }
}

#[test]
fn a_template_whose_preparation_leaves_a_connection_open_can_be_copied() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut left_open = None;
    let database = TestDatabase::from_template("left_open", |url| {
        left_open = Some(runtime.block_on(connect(url))?);
        Ok::<(), tokio_postgres::Error>(())
    })
    .unwrap();
    assert_eq!(query(&database.url(), "SELECT 1").unwrap(), ["1"]);
    assert!(left_open.is_some());
}

#[test]
fn a_template_that_failed_or_panicked_is_prepared_anew() {
    let error = TestDatabase::from_template("flaky", |url| {
        query(url, "CREATE TABLE half_done ()").unwrap();
        Err::<(), _>("no such migration")
    })
    .unwrap_err();
    assert!(matches!(error, Error::Template { .. }));
    assert!(error.to_string().contains("no such migration"), "{error}");

    let panicked = std::panic::catch_unwind(|| {
        TestDatabase::from_template("flaky", |_| -> Result<(), &str> { panic!("a bug") })
    });
    assert!(panicked.is_err());

    let database = TestDatabase::from_template("flaky", |_| Ok::<(), &str>(())).unwrap();
    assert!(query(&database.url(), "TABLE half_done").is_err());
}

#[test]
fn a_test_database_is_dropped_even_while_connections_are_open() {
    let cluster = TemporaryCluster::shared().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = TestDatabase::create().unwrap();
    let name = database.name().to_owned();
    let count = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    let client = runtime.block_on(connect(&database.url())).unwrap();
    assert_eq!(query(&cluster.url("postgres"), &count).unwrap(), ["1"]);
    drop(database);
    assert_eq!(query(&cluster.url("postgres"), &count).unwrap(), ["0"]);
    assert!(runtime.block_on(client.simple_query("SELECT 1")).is_err());
}

#[test]
fn everything_works_inside_an_async_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let database = TestDatabase::from_template("inside", |url| {
            query(url, "CREATE TABLE t AS SELECT 1").map(drop)
        })
        .unwrap();
        let client = connect(&database.url()).await.unwrap();
        assert_eq!(client.simple_query("TABLE t").await.unwrap().len(), 3);
    });
}

#[test]
fn a_cluster_survives_a_crash_and_a_restart_at_the_same_address() {
    let mut cluster = TemporaryCluster::start().unwrap();
    let url = cluster.url("postgres");
    query(
        &url,
        "CREATE TABLE guests (name text); INSERT INTO guests VALUES ('Ada')",
    )
    .unwrap();
    let first = postmaster(cluster.directory());

    cluster.stop_immediately().unwrap();
    assert!(!cluster.is_running() && !runs(first));
    assert!(query(&url, "TABLE guests").is_err());
    cluster.stop_immediately().unwrap();

    cluster.start_again().unwrap();
    cluster.start_again().unwrap();
    assert!(cluster.is_running());
    assert_eq!(query(&url, "TABLE guests").unwrap(), ["Ada"]);
    let log = std::fs::read_to_string(cluster.directory().join("postgres.log")).unwrap();
    assert!(log.contains("not properly shut down"), "{log}");

    cluster.restart().unwrap();
    assert_eq!(query(&url, "TABLE guests").unwrap(), ["Ada"]);
    let log = std::fs::read_to_string(cluster.directory().join("postgres.log")).unwrap();
    assert!(!log.contains("not properly shut down"), "{log}");
}

#[test]
fn a_cluster_whose_postgres_was_killed_can_be_started_again() {
    let mut cluster = TemporaryCluster::start().unwrap();
    let pid = postmaster(cluster.directory());
    crate::support::kill("KILL", pid);
    crate::support::eventually("the death is noticed", || !cluster.is_running());
    crate::support::eventually("the last backend leaves", || cluster.start_again().is_ok());
    assert_eq!(query(&cluster.url("postgres"), "SELECT 1").unwrap(), ["1"]);
}

#[test]
fn a_dropped_cluster_is_gone_with_its_directory() {
    let cluster = TemporaryCluster::start().unwrap();
    let directory = cluster.directory().to_owned();
    let pid = postmaster(&directory);
    assert!(runs(pid));
    drop(cluster);
    assert!(!runs(pid));
    assert!(!directory.exists());
}

#[test]
fn a_setting_that_postgresql_refuses_is_shown_from_its_log_and_nothing_stays() {
    let error = TemporaryCluster::start_with(&[("max_connections", "many")]).unwrap_err();
    let Error::DidNotStart { directory, .. } = &error else {
        panic!("{error}");
    };
    assert!(!directory.exists());
    let text = error.to_string();
    assert!(
        text.contains("max_connections") && text.contains("\"many\""),
        "{text}"
    );
}
