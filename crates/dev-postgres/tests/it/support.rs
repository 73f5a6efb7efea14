//! What the tests share: a SQL client, places that PostgreSQL's user can enter, and
//! waiting for what another process does.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use dev_postgres::ClusterOptions;
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// Longer than anything takes on a loaded machine; no test waits for it to pass.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// A temporary directory whose inside other users may enter, as PostgreSQL's must.
pub(crate) fn open_directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    directory
}

/// ClusterOptions that download nothing: tests depend on what is installed.
pub(crate) fn options(data_directory: &Path) -> ClusterOptions {
    ClusterOptions::new(data_directory).download_directory(None)
}

/// Connects with the client that the service uses, so that URLs are proven too.
pub(crate) async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Runs a statement on a connection of its own and returns the first column as text.
pub(crate) fn query(url: &str, statement: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            let client = connect(url).await?;
            let messages = client.simple_query(statement).await?;
            Ok(messages
                .iter()
                .filter_map(|message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                    _ => None,
                })
                .collect())
        })
}

/// Waits for another process to bring something about, and fails with `what` if it
/// does not.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not within {TIMEOUT:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What the system knows of a process.
pub(crate) struct Process {
    pub(crate) state: String,
    pub(crate) parent: u32,
    pub(crate) group: u32,
}

/// Looks a process up: in `/proc`, or with `ps` where there is none (macOS).
pub(crate) fn process(pid: u32) -> Option<Process> {
    let text = if Path::new("/proc/self/stat").exists() {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name before it may hold anything.
        stat.rsplit_once(") ")?.1.to_owned()
    } else {
        let output = Command::new("ps")
            .args(["-o", "stat=,ppid=,pgid=", "-p", &pid.to_string()])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let mut words = text.split_whitespace();
    // One that is being collected at this moment has no group any more: -1.
    Some(Process {
        state: words.next()?.to_owned(),
        parent: words.next()?.parse().ok()?,
        group: words.next()?.parse().ok()?,
    })
}

/// Whether a process of this id runs. A zombie, which only waits to be collected by its
/// parent, does not.
pub(crate) fn runs(pid: u32) -> bool {
    process(pid).is_some_and(|process| !process.state.starts_with('Z'))
}

/// The parent of a process.
pub(crate) fn parent(pid: u32) -> u32 {
    process(pid).unwrap().parent
}

/// The children of a process.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let ids: Vec<u32> = if let Ok(entries) = std::fs::read_dir("/proc") {
        entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect()
    } else {
        let output = Command::new("ps")
            .args(["-e", "-o", "pid="])
            .output()
            .unwrap();
        let table = String::from_utf8(output.stdout).unwrap();
        table
            .split_whitespace()
            .map(|id| id.parse().unwrap())
            .collect()
    };
    ids.into_iter()
        .filter(|id| process(*id).is_some_and(|process| process.parent == pid))
        .collect()
}

/// The process id in a `postmaster.pid`.
pub(crate) fn postmaster(directory: &Path) -> u32 {
    let file = std::fs::read_to_string(directory.join("cluster/postmaster.pid")).unwrap();
    file.lines().next().unwrap().parse().unwrap()
}

/// Sends a signal, with the shell's own `kill`.
pub(crate) fn kill(signal: &str, pid: u32) {
    let status = Command::new("sh")
        .args(["-c", &format!("kill -s {signal} {pid}")])
        .status()
        .unwrap();
    assert!(status.success());
}
