//! Nothing outlives its owner, however that ends. The owner is this crate's own program.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use dev_postgres::{Cluster, Error};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::support::{
    children, eventually, kill, open_directory, options, parent, postmaster, query, runs,
};

/// A process that owns a cluster.
struct Owner {
    process: Child,
    url: String,
}

impl Owner {
    fn start(data: Option<&Path>) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_dev-postgres"))
            .args(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        assert_eq!(query(&url, "SELECT 1").unwrap(), ["1"]);
        Self { process, url }
    }

    fn socket_directory(&self) -> PathBuf {
        let config: Config = self.url.parse().unwrap();
        match config.get_hosts() {
            [Host::Unix(directory)] => directory.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn end_by(mut self, signal: &str) {
        kill(signal, self.process.id());
        self.process.wait().unwrap();
    }
}

#[test]
fn a_killed_owner_takes_postgresql_and_the_temporary_directory_with_it() {
    for signal in ["KILL", "INT", "TERM", "HUP", "ABRT"] {
        let owner = Owner::start(None);
        let directory = owner.socket_directory();
        let postgres = postmaster(&directory);
        let supervisor = parent(postgres);
        assert!(runs(postgres) && runs(supervisor));
        owner.end_by(signal);
        eventually("postgres stops", || !runs(postgres));
        eventually("the directory goes", || !directory.exists());
        eventually("the supervisor ends", || !runs(supervisor));
    }
}

#[test]
fn an_owner_killed_while_it_initialises_leaves_nothing() {
    let scratch = open_directory();
    // `mktemp` runs as PostgreSQL's user.
    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o1777);
    std::fs::set_permissions(scratch.path(), everybody).unwrap();
    let entries = || {
        std::fs::read_dir(scratch.path())
            .unwrap()
            .flatten()
            .collect::<Vec<_>>()
    };
    let mut process = Command::new(env!("CARGO_BIN_EXE_dev-postgres"))
        .env("TMPDIR", scratch.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    eventually("initdb has begun", || {
        entries()
            .iter()
            .any(|entry| entry.path().join("cluster.partial/PG_VERSION").exists())
    });
    process.kill().unwrap();
    process.wait().unwrap();
    eventually("nothing is left", || entries().is_empty());
}

#[test]
fn an_owner_that_ends_by_itself_leaves_nothing() {
    let mut owner = Owner::start(None);
    let directory = owner.socket_directory();
    let postgres = postmaster(&directory);
    drop(owner.process.stdin.take());
    assert!(owner.process.wait().unwrap().success());
    assert!(!runs(postgres));
    assert!(!directory.exists());
}

#[test]
fn a_persistent_cluster_whose_owner_was_killed_is_stopped_in_order_and_can_be_taken_over() {
    let base = open_directory();
    let data = base.path().join("data");
    let owner = Owner::start(Some(&data));
    query(&owner.url, "CREATE TABLE guests AS SELECT 'Ada'").unwrap();
    let postgres = postmaster(&data);
    owner.end_by("KILL");
    // At once: the start waits for the other supervisor.
    let cluster = Cluster::start(options(&data)).unwrap();
    assert!(!runs(postgres));
    assert_eq!(
        query(&cluster.url("postgres"), "TABLE guests").unwrap(),
        ["Ada"]
    );
    let log = std::fs::read_to_string(cluster.log_file()).unwrap();
    assert!(!log.contains("not properly shut down"), "{log}");
}

#[test]
fn a_postgresql_that_lost_owner_and_supervisor_is_named_and_not_harmed() {
    let base = open_directory();
    let data = base.path().join("data");
    let owner = Owner::start(Some(&data));
    let postgres = postmaster(&data);
    let supervisor = parent(postgres);
    for child in children(supervisor) {
        if child != postgres {
            kill("KILL", child);
        }
    }
    kill("KILL", supervisor);
    owner.end_by("KILL");
    let error = Cluster::start(options(&data)).unwrap_err();
    assert!(
        matches!(error, Error::PostmasterRunning { pid, .. } if pid == postgres),
        "{error}"
    );
    assert!(runs(postgres));
    kill("INT", postgres);
    eventually("it stops", || !runs(postgres));
    Cluster::start(options(&data)).unwrap();
}

#[test]
fn two_processes_cannot_own_one_directory() {
    let base = open_directory();
    let data = base.path().join("data");
    let owner = Owner::start(Some(&data));
    let error = Cluster::start(options(&data)).unwrap_err();
    let pid = owner.process.id();
    assert!(
        matches!(error, Error::InUse { pid: Some(named), .. } if named == pid),
        "{error}"
    );
    assert!(error.to_string().contains(&pid.to_string()));
    let refused = Command::new(env!("CARGO_BIN_EXE_dev-postgres"))
        .arg(&data)
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains(&format!("in use by the process {pid}")),
        "{said}"
    );
    let postgres = postmaster(&data);
    owner.end_by("TERM");
    eventually("postgres stops", || !runs(postgres));
}
