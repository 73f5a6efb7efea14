//! How the server begins and how it ends, on a private cluster.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::support::{Directory, Process, get, post};

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
    let read = get(server.address(), booked.header("location"), &[]);
    assert_eq!((read.status, read.text()), (200, booked.text()));
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
fn a_postgres_that_ends_by_itself_is_started_again() {
    let directory = Directory::new();
    let server = Process::start(directory.path(), &[]);
    let first = postgres(directory.path());
    kill_process(first, Signal::KILL).unwrap();
    eventually("the server is not ready again", || {
        !runs(first) && get(server.address(), "/ready", &[]).status == 200
    });
    assert_ne!(postgres(directory.path()), first);
    server.signal(Signal::INT);
    assert_eq!(server.wait().0.code(), Some(0));
}
