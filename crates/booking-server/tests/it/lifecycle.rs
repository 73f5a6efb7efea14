//! How the server begins and how it ends, on a private cluster.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::support::{Directory, Process, Response, as_service, command, get, options, post};

/// The file in which PostgreSQL says which process it is, while it runs.
const POSTMASTER: &str = "postgres/cluster/postmaster.pid";

/// The process of the private PostgreSQL.
fn postgres(data_dir: &Path) -> Pid {
    let file = std::fs::read_to_string(data_dir.join(POSTMASTER)).unwrap();
    let id = file.lines().next().unwrap().parse().unwrap();
    Pid::from_raw(id).unwrap()
}

fn runs(process: Pid) -> bool {
    // Somebody else's process counts as running; no process is another error.
    test_kill_process(process) != Err(rustix::io::Errno::SRCH)
}

/// The number that PostgreSQL gives a cluster when it is made: the first eight bytes of
/// its control file.
fn cluster_identity(data_dir: &Path) -> [u8; 8] {
    let file = std::fs::read(data_dir.join("postgres/cluster/global/pg_control")).unwrap();
    file[..8].try_into().unwrap()
}

/// Waits for what another process is about to do.
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn it_says_where_it_listens_and_where_its_data_is() {
    let directory = Directory::new();
    let server = Process::start(directory.path(), &[]);
    let address = server.address();
    assert_ne!(address.port(), 0);
    for line in [
        format!("  listening  http://{address}/api/v1\n"),
        format!("  reference  http://{address}/docs\n"),
        format!(
            "  data       {} (private PostgreSQL ",
            directory.path().display()
        ),
    ] {
        assert!(
            server.announcement.contains(&line),
            "{}",
            server.announcement
        );
    }
    assert_eq!(get(address, "/ready", &[]).status, 200);
}

#[test]
fn interrupt_and_terminate_stop_everything() {
    for signal in [Signal::INT, Signal::TERM] {
        let directory = Directory::new();
        let server = Process::start(directory.path(), &[]);
        let postgres = postgres(directory.path());
        assert!(runs(postgres));
        server.signal(signal);
        let (status, _, stderr) = server.wait();
        assert_eq!(status.code(), Some(0), "{signal:?}: {stderr}");
        assert!(!runs(postgres), "{signal:?} leaves PostgreSQL running");
        assert!(!directory.path().join(POSTMASTER).exists());
    }
}

/// The body of the line that the server prints to try it with.
fn announced_booking(server: &Process) -> &str {
    let (_, line) = server.announcement.split_once("-d '").unwrap();
    line.split_once('\'').unwrap().0
}

/// A booking that was made is there, and its secret opens it.
#[track_caller]
fn assert_opens(server: &Process, booked: &Response) {
    let mut booking: serde_json::Value = serde_json::from_slice(&booked.body).unwrap();
    let secret = booking.as_object_mut().unwrap().remove("booking_secret");
    let secret = secret.unwrap().as_str().unwrap().to_owned();
    let headers = [("booking-secret", secret.as_str())];
    let read = get(server.address(), booked.header("location"), &headers);
    let text = read.text();
    assert_eq!(read.status, 200, "{text}");
    let read: serde_json::Value = serde_json::from_slice(&read.body).unwrap();
    assert_eq!(read, booking);
}

#[test]
fn the_line_that_it_prints_books_a_table_and_the_booking_survives_a_restart() {
    let directory = Directory::new();
    let server = Process::start(directory.path(), &[]);
    let booked = post(
        server.address(),
        "/api/v1/bookings",
        announced_booking(&server),
    );
    assert_eq!(booked.status, 201, "{}", booked.text());
    let before = cluster_identity(directory.path());
    server.signal(Signal::INT);
    server.wait();

    let server = Process::start(directory.path(), &[]);
    assert_eq!(cluster_identity(directory.path()), before);
    assert_opens(&server, &booked);
}

#[test]
fn only_a_new_cluster_gets_the_demo_unasked() {
    let directory = Directory::new();
    let restaurants = |server: &Process| {
        let page = get(server.address(), "/api/v1/restaurants", &[]);
        let page: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
        page["pagination"]["total"].as_i64().unwrap()
    };
    let server = Process::start(directory.path(), &["--demo", "false"]);
    assert_eq!(restaurants(&server), 0);
    server.signal(Signal::INT);
    server.wait();
    let server = Process::start(directory.path(), &[]);
    assert_eq!(restaurants(&server), 0);
    server.signal(Signal::INT);
    server.wait();
    let server = Process::start(directory.path(), &["--demo", "true"]);
    assert!(restaurants(&server) >= 3);
}

#[test]
fn a_second_interrupt_ends_it_at_once_and_postgres_follows() {
    let directory = Directory::new();
    let mut server = Process::start(directory.path(), &[]);
    let postgres = postgres(directory.path());
    // A caller that asks for much and reads nothing holds the orderly end up: more is to be
    // sent than the buffers between the two can take.
    let mut connection = TcpStream::connect(server.address()).unwrap();
    for _ in 0..100 {
        let request = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
        connection.write_all(request).unwrap();
    }
    connection.read_exact(&mut [0; 1]).unwrap();
    server.signal(Signal::INT);
    server.wait_for_log("stopping once the requests that run have ended");
    assert!(runs(postgres), "PostgreSQL serves the request that runs");
    server.signal(Signal::INT);
    assert_eq!(server.wait().0.code(), Some(130));
    eventually("PostgreSQL still runs", || !runs(postgres));
}

/// A server that is on its way, in this directory.
fn begin(data_dir: &Path, variables: &[(&str, &str)]) -> Child {
    let data_dir = data_dir.to_str().unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--data-dir", data_dir];
    command(&arguments, variables)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Asks a server to stop, and gives how it has ended and what it has said.
/// What can end a server that has not come to listen to signals. A shell lets what it runs in
/// the background begin with SIGINT ignored, and so does what that runs, these tests and their
/// servers: there it is SIGTERM alone.
fn early_signals() -> [Signal; 2] {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let interrupt = 1 << (Signal::INT.as_raw() - 1);
    if ignored.is_some_and(|mask| mask & interrupt != 0) {
        [Signal::TERM, Signal::TERM]
    } else {
        [Signal::INT, Signal::TERM]
    }
}

fn interrupt(child: Child, signal: Signal) -> Output {
    kill_process(Pid::from_child(&child), signal).unwrap();
    child.wait_with_output().unwrap()
}

/// Nobody works on the directory any more: the supervisor of PostgreSQL keeps the lock until
/// its end, and PostgreSQL's processes stand in the directory.
fn assert_nothing_runs(data_dir: &Path) {
    if let Ok(lock) = File::open(data_dir.join("postgres/owner.lock")) {
        lock.try_lock().unwrap();
    }
    let still_runs: Vec<PathBuf> = processes_in(data_dir).collect();
    assert!(still_runs.is_empty(), "{still_runs:?}");
}

/// The processes that stand in this directory, as PostgreSQL's do.
fn processes_in(data_dir: &Path) -> impl Iterator<Item = PathBuf> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .map(|process| process.path())
        .filter(move |process| {
            std::fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(data_dir))
        })
}

/// A start in this directory comes to its end, as a first one.
fn assert_starts_with_the_demo(data_dir: &Path) {
    let server = Process::start(data_dir, &[]);
    assert!(server.announcement.contains("-d '"), "there is the demo");
    server.signal(Signal::INT);
    assert_eq!(server.wait().0.code(), Some(0));
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "other programs come before those of the search path, and it is not known"
)]
fn an_interrupt_ends_the_initialisation_of_the_cluster_at_once() {
    let directory = Directory::new();
    let binaries = directory.path().join("bin");
    // Stands for a machine on which this takes long. Written by another process: a program
    // that this one has open for writing could not be run.
    let script = r#"
        mkdir "$1" && cd "$1"
        printf '#!/bin/sh\necho "(PostgreSQL) 17.1"\n' >postgres
        printf '#!/bin/sh\ncase $1 in
            --version) echo "(PostgreSQL) 17.1" ;;
            --pgdata) mkdir "$2" && echo $$ >"$2/PG_VERSION"; sleep 600 ;;
        esac\n' >initdb
        chmod 755 postgres initdb"#;
    let status = Command::new("sh")
        .args(["-c", script, "sh", binaries.to_str().unwrap()])
        .status()
        .unwrap();
    assert!(status.success());
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());

    for signal in [Signal::INT, Signal::TERM] {
        let data_dir = directory.path().join(format!("{signal:?}"));
        let partial = data_dir.join("postgres/cluster.partial");
        let server = begin(&data_dir, &[("PATH", &path)]);
        let mut initdb = None;
        eventually("initdb does not begin", || {
            let text = std::fs::read_to_string(partial.join("PG_VERSION")).unwrap_or_default();
            initdb = text.trim().parse().ok().and_then(Pid::from_raw);
            initdb.is_some()
        });
        let initdb = initdb.unwrap();
        assert!(runs(initdb));
        let output = interrupt(server, signal);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!((&*output.stdout, &*output.stderr), (&b""[..], &b""[..]));
        assert!(!runs(initdb));
        assert!(!partial.exists());
        assert_nothing_runs(&data_dir);
        assert_starts_with_the_demo(&data_dir);
    }
}

#[test]
fn a_first_start_can_be_interrupted_at_any_moment() {
    let directory = Directory::new();
    let data_dir = directory.path().join("data");
    let cluster = data_dir.join("postgres/cluster");
    // What appears on the way, in order; each start begins where the last one was ended.
    let moments = [
        "",
        "first-start-unfinished",
        "postgres/owner.lock",
        "postgres/cluster.partial/PG_VERSION",
        "postgres/cluster.partial/global/pg_control",
        "postgres/cluster.partial/base/1",
        "postgres/cluster",
        "postgres/cluster/postmaster.pid",
        "postgres/.s.PGSQL.5432",
    ];
    for (moment, signal) in moments.into_iter().zip(early_signals().iter().cycle()) {
        let in_partial = moment.contains("partial");
        let server = begin(&data_dir, &[]);
        if !moment.is_empty() {
            eventually(moment, || {
                data_dir.join(moment).exists() || (in_partial && cluster.exists())
            });
        }
        let output = interrupt(server, *signal);
        // It ends by the signal itself as long as it has done nothing at all.
        let by_signal = output.status.signal() == Some(signal.as_raw());
        assert!(output.status.success() || by_signal, "{moment}: {output:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("rror"), "{moment}: {stderr}");
        assert_nothing_runs(&data_dir);
        assert!(!data_dir.join(POSTMASTER).exists(), "{moment}");
    }
    assert_starts_with_the_demo(&data_dir);
}

#[tokio::test]
async fn an_interrupt_does_not_wait_for_a_migration_that_waits() {
    let database = dev_postgres::TestDatabase::create().unwrap();
    let url = database.url();
    let options = options(&url);
    let server = booking_server::start(options).await.unwrap();
    server.shutdown().await;
    let connect = async || {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client
    };
    let holder = connect().await;
    let lock = "BEGIN; LOCK TABLE __diesel_schema_migrations IN ACCESS EXCLUSIVE MODE";
    holder.batch_execute(lock).await.unwrap();
    let observer = connect().await;

    let service_url = as_service(&url);
    let child = command(
        &["--listen", "127.0.0.1:0", "--database-url", &service_url],
        &[],
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let waiting = "SELECT FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while observer.query(waiting, &[]).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let output = tokio::task::spawn_blocking(|| interrupt(child, Signal::INT))
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // The lock was held all the time.
    holder.batch_execute("ROLLBACK").await.unwrap();
}

#[test]
fn a_killed_server_leaves_no_postgres() {
    let directory = Directory::new();
    let server = Process::start(directory.path(), &[]);
    let postgres = postgres(directory.path());
    server.signal(Signal::KILL);
    server.wait();
    eventually("PostgreSQL still runs", || !runs(postgres));
}

#[test]
fn a_postgres_that_ends_by_itself_ends_the_server_and_the_next_start_recovers() {
    let directory = Directory::new();
    let server = Process::start(directory.path(), &[]);
    let booked = post(
        server.address(),
        "/api/v1/bookings",
        announced_booking(&server),
    );
    kill_process(postgres(directory.path()), Signal::KILL).unwrap();
    let (status, _, stderr) = server.wait();
    assert_eq!(status.code(), Some(1), "{stderr}");
    let last = stderr.lines().last().unwrap();
    assert!(
        last.starts_with("error: the private PostgreSQL has ended by itself"),
        "{stderr}"
    );
    // Its children end by themselves when they see that it is gone.
    eventually("a child of PostgreSQL still runs", || {
        processes_in(directory.path()).next().is_none()
    });

    let server = Process::start(directory.path(), &[]);
    assert_opens(&server, &booked);
}
