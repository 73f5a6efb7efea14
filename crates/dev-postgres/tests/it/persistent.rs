//! The persistent cluster.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use dev_postgres::{Cancellation, Cluster, Error};

use crate::support::{
    eventually, kill, open_directory, options, parent, postmaster, process, query, runs,
};

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

#[test]
fn data_survives_a_restart_and_only_the_first_start_is_new() {
    let base = open_directory();
    let data = base.path().join("deep/down/data");
    let cluster = Cluster::start(options(&data)).unwrap();
    assert!(cluster.is_new());
    assert!(
        cluster
            .create_database_if_missing("booking \"dev\"")
            .unwrap()
    );
    assert!(
        !cluster
            .create_database_if_missing("booking \"dev\"")
            .unwrap()
    );
    let url = cluster.url("booking \"dev\"");
    query(
        &url,
        "CREATE TABLE guests (name text); INSERT INTO guests VALUES ('Ada')",
    )
    .unwrap();
    assert_eq!(query(&url, "SHOW fsync").unwrap(), ["on"]);
    assert_eq!(query(&url, "SHOW data_checksums").unwrap(), ["on"]);
    assert_eq!(query(&url, "SHOW listen_addresses").unwrap(), [""]);
    let pid = postmaster(&data);
    cluster.stop().unwrap();
    assert!(!runs(pid));

    let cluster = Cluster::start(options(&data)).unwrap();
    assert!(!cluster.is_new());
    assert!(
        !cluster
            .create_database_if_missing("booking \"dev\"")
            .unwrap()
    );
    assert_eq!(query(&url, "TABLE guests").unwrap(), ["Ada"]);
    let log = std::fs::read_to_string(cluster.log_file()).unwrap();
    assert!(!log.contains("not properly shut down"), "{log}");
    assert!(log.contains("ready to accept connections") && cluster.log_file().starts_with(&data));
    drop(cluster);
}

#[test]
fn the_directory_is_private_and_postgresql_does_not_run_as_root() {
    let base = open_directory();
    let data = base.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    let cluster = Cluster::start(options(&data)).unwrap();
    let metadata = data.metadata().unwrap();
    assert_eq!(metadata.mode() & 0o777, 0o700);
    assert_eq!(
        cluster.socket_directory().metadata().unwrap().mode() & 0o777,
        0o700
    );
    assert_eq!(
        data.join("cluster").metadata().unwrap().uid(),
        metadata.uid()
    );
    if is_root() {
        assert_ne!(metadata.uid(), 0);
    }
}

#[test]
fn a_second_start_on_the_same_directory_names_the_first_process() {
    let base = open_directory();
    let data = base.path().join("data");
    let cluster = Cluster::start(options(&data)).unwrap();
    let error = Cluster::start(options(&data)).unwrap_err();
    assert!(
        matches!(error, Error::InUse { pid: Some(pid), .. } if pid == std::process::id()),
        "{error}"
    );
    assert!(error.to_string().contains(data.to_str().unwrap()));
    // And the first is unharmed.
    assert_eq!(query(&cluster.url("postgres"), "SELECT 1").unwrap(), ["1"]);
}

#[test]
fn a_crash_is_recovered_from() {
    let base = open_directory();
    let data = base.path().join("data");
    let mut cluster = Cluster::start(options(&data)).unwrap();
    let url = cluster.url("postgres");
    query(&url, "CREATE TABLE guests AS SELECT 'Ada'").unwrap();
    kill("KILL", postmaster(&data));
    eventually("the crash is noticed", || !cluster.is_running());
    assert!(data.join("cluster/postmaster.pid").exists());
    drop(cluster);

    // The id in the file has since been given to a process that is no PostgreSQL.
    let file = data.join("cluster/postmaster.pid");
    let text = std::fs::read_to_string(&file).unwrap();
    let (_, rest) = text.split_once('\n').unwrap();
    std::fs::write(&file, format!("{}\n{rest}", std::process::id())).unwrap();
    eventually("the last backend leaves", || {
        Cluster::start(options(&data)).is_ok()
    });

    let cluster = Cluster::start(options(&data)).unwrap();
    assert_eq!(
        query(&cluster.url("postgres"), "TABLE guests").unwrap(),
        ["Ada"]
    );
}

#[test]
fn a_supervisor_that_was_killed_is_noticed() {
    let base = open_directory();
    let data = base.path().join("data");
    let mut cluster = Cluster::start(options(&data)).unwrap();
    let pid = postmaster(&data);
    kill("KILL", parent(pid));
    eventually("the loss is noticed", || !cluster.is_running());
    // The directory is still this process's.
    let error = Cluster::start(options(&data)).unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error}");
}

#[test]
fn a_cluster_whose_supervisor_was_killed_still_stops() {
    let base = open_directory();
    let data = base.path().join("data");
    let cluster = Cluster::start(options(&data)).unwrap();
    let pid = postmaster(&data);
    kill("KILL", parent(pid));
    cluster.stop().unwrap();
    assert!(!data.join("cluster/postmaster.pid").exists());
    eventually("it is gone", || !runs(pid));
}

#[test]
fn another_major_versions_directory_names_both_versions() {
    let base = open_directory();
    let data = base.path().join("data");
    let found = Cluster::start(options(&data))
        .unwrap()
        .installation()
        .major();
    std::fs::write(data.join("cluster/PG_VERSION"), "12\n").unwrap();
    let error = Cluster::start(options(&data)).unwrap_err();
    assert!(
        matches!(&error, Error::OtherMajorVersion { made_by: 12, found: majors, .. } if majors.contains(&found)),
        "{error}"
    );
    let text = error.to_string();
    for part in [
        "PostgreSQL 12",
        &format!(" {found}"),
        data.to_str().unwrap(),
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn an_extension_that_is_not_installed_is_named_before_anything_is_made() {
    let base = open_directory();
    let data = base.path().join("data");
    let wanting = |extensions| Cluster::start(options(&data).extensions(extensions));
    let error = wanting(&["plpgsql", "no_such_extension"]).unwrap_err();
    assert!(
        matches!(&error, Error::MissingExtensions { missing, .. } if missing == &["no_such_extension"]),
        "{error}"
    );
    assert!(!data.exists());
    // This one is part of every PostgreSQL.
    wanting(&["plpgsql"]).unwrap();
}

#[test]
fn a_directory_with_other_things_is_refused_and_untouched() {
    let base = open_directory();
    let thesis = base.path().join("thesis.txt");
    std::fs::write(&thesis, "chapter one").unwrap();
    let before = base.path().metadata().unwrap();
    let error = Cluster::start(options(base.path())).unwrap_err();
    assert!(matches!(error, Error::NotACluster { .. }), "{error}");
    assert!(error.to_string().contains("thesis.txt"));
    let after = base.path().metadata().unwrap();
    assert_eq!((before.mode(), before.uid()), (after.mode(), after.uid()));
    assert_eq!(std::fs::read_dir(base.path()).unwrap().count(), 1);
    assert_eq!(std::fs::read_to_string(thesis).unwrap(), "chapter one");
}

#[test]
fn an_interrupted_initialisation_is_begun_anew() {
    let base = open_directory();
    let data = base.path().join("data");
    std::fs::create_dir_all(data.join("cluster.partial/base")).unwrap();
    std::fs::write(data.join("cluster.partial/PG_VERSION"), "15").unwrap();
    let cluster = Cluster::start(options(&data)).unwrap();
    assert!(cluster.is_new());
    assert!(!data.join("cluster.partial").exists());
}

#[test]
fn a_parent_that_postgresqls_user_cannot_enter_is_named() {
    if !is_root() {
        return;
    }
    let closed = tempfile::tempdir().unwrap();
    std::fs::set_permissions(closed.path(), Permissions::from_mode(0o700)).unwrap();
    let data = closed.path().join("new/data");
    let error = Cluster::start(options(&data)).unwrap_err();
    assert!(
        matches!(&error, Error::NotReachable { blocked, .. } if blocked == closed.path()),
        "{error}"
    );
    assert!(!closed.path().join("new").exists());
}

#[test]
fn a_path_too_long_or_odd_for_a_socket_gets_a_short_directory_that_is_removed() {
    let base = open_directory();
    for name in ["x".repeat(120), "it's, \"odd\" & $HOME Ü".to_owned()] {
        let data = base.path().join(&name);
        let cluster = Cluster::start(options(&data)).unwrap();
        let sockets = cluster.socket_directory().to_owned();
        assert!(!sockets.starts_with(&data));
        assert_eq!(sockets.metadata().unwrap().mode() & 0o777, 0o700);
        assert_eq!(query(&cluster.url("postgres"), "SELECT 1").unwrap(), ["1"]);
        drop(cluster);
        assert!(!sockets.exists());
        assert!(data.join("cluster/PG_VERSION").exists());
    }
}

#[test]
fn an_odd_short_path_is_quoted_right_everywhere() {
    let base = open_directory();
    let data = base.path().join("it's \"odd\" @& Ü");
    let cluster = Cluster::start(options(&data)).unwrap();
    assert_eq!(cluster.socket_directory(), data);
    assert_eq!(query(&cluster.url("postgres"), "SELECT 1").unwrap(), ["1"]);
}

#[test]
fn settings_are_passed_on_but_never_the_address() {
    let base = open_directory();
    let options = options(&base.path().join("data"))
        .setting("work_mem", "5MB")
        .setting("listen_addresses", "*");
    let cluster = Cluster::start(options).unwrap();
    let url = cluster.url("postgres");
    assert_eq!(query(&url, "SHOW work_mem").unwrap(), ["5MB"]);
    assert_eq!(query(&url, "SHOW listen_addresses").unwrap(), [""]);
}

#[test]
fn a_start_that_takes_too_long_ends_with_the_log_and_nothing_running() {
    let base = open_directory();
    let data = base.path().join("data");
    drop(Cluster::start(options(&data)).unwrap());
    // It waits for an archive that never comes.
    let signal = data.join("cluster/recovery.signal");
    std::fs::write(&signal, "").unwrap();
    let owner = data.metadata().unwrap();
    std::os::unix::fs::chown(&signal, Some(owner.uid()), Some(owner.gid())).unwrap();
    let never_ready = options(&data)
        .setting("restore_command", "sleep 600")
        .startup_timeout(Duration::from_millis(300));
    let error = Cluster::start(never_ready).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::DidNotStart { .. }), "{text}");
    for part in [
        "not ready within 300ms",
        "postgres.log",
        "received fast shutdown request",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!data.join("cluster/postmaster.pid").exists());

    std::fs::remove_file(&signal).unwrap();
    drop(Cluster::start(options(&data)).unwrap());
}

#[test]
fn a_start_that_is_called_off_while_postgresql_comes_up_leaves_nothing_running() {
    let base = open_directory();
    let data = base.path().join("data");
    drop(Cluster::start(options(&data)).unwrap());
    // It waits for an archive that never comes.
    let signal = data.join("cluster/recovery.signal");
    std::fs::write(&signal, "").unwrap();
    let owner = data.metadata().unwrap();
    std::os::unix::fs::chown(&signal, Some(owner.uid()), Some(owner.gid())).unwrap();
    let cancellation = Cancellation::new();
    let never_ready = options(&data)
        .setting("restore_command", "sleep 600")
        .cancellation(cancellation.clone());
    let start = std::thread::spawn(move || Cluster::start(never_ready));
    eventually("PostgreSQL comes up", || {
        let file = std::fs::read_to_string(data.join("cluster/postmaster.pid"));
        file.is_ok_and(|text| !text.is_empty())
    });
    let pid = postmaster(&data);
    cancellation.cancel();
    let error = start.join().unwrap().unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error}");
    assert!(!runs(pid));

    std::fs::remove_file(&signal).unwrap();
    drop(Cluster::start(options(&data)).unwrap());
}

#[test]
fn a_start_that_is_called_off_while_it_waits_for_the_lock_ends() {
    let base = open_directory();
    let data = base.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    // The owner has died, and its supervisor still stops PostgreSQL, as far as can be seen.
    let mut owner = std::process::Command::new("true").spawn().unwrap();
    owner.wait().unwrap();
    let path = data.join("owner.lock");
    std::fs::write(&path, owner.id().to_string()).unwrap();
    let lock = std::fs::File::open(&path).unwrap();
    lock.lock().unwrap();
    let cancellation = Cancellation::new();
    let locked_out = options(&data).cancellation(cancellation.clone());
    let start = std::thread::spawn(move || Cluster::start(locked_out));
    eventually(
        "the directory is made private, which is just before",
        || data.metadata().unwrap().mode() & 0o777 == 0o700,
    );
    cancellation.cancel();
    let error = start.join().unwrap().unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error}");

    drop(lock);
    drop(Cluster::start(options(&data)).unwrap());
}

#[test]
fn a_start_that_was_called_off_before_makes_nothing() {
    let base = open_directory();
    let data = base.path().join("data");
    let cancellation = Cancellation::new();
    cancellation.cancel();
    let error = Cluster::start(options(&data).cancellation(cancellation)).unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error}");
    assert!(!data.exists());
}

#[test]
fn ctrl_c_does_not_reach_postgresql() {
    let base = open_directory();
    let data = base.path().join("data");
    let cluster = Cluster::start(options(&data)).unwrap();
    let group = |pid| process(pid).unwrap().group;
    let postgres = postmaster(&data);
    let supervisor = parent(postgres);
    assert_eq!(parent(supervisor), std::process::id());
    assert_ne!(group(postgres), group(std::process::id()));
    assert_ne!(group(supervisor), group(std::process::id()));
    drop(cluster);
}

#[test]
fn a_file_in_place_of_the_directory_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Cluster::start(options(file.path())).unwrap_err();
    assert!(
        error.to_string().contains(file.path().to_str().unwrap()),
        "{error}"
    );
    assert!(Cluster::start(options(Path::new("/a\nb"))).is_err());
}
