//! What is measured: the service as its users run it, and its peers.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::database::Database;
use crate::child::{Guarded, Running};
use crate::finding::Failure;
use crate::layout::Layout;
use crate::program;

/// What secrets are made of. The database holds nobody's bookings.
pub(super) const SECRET_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

const START_LIMIT: Duration = Duration::from_secs(60);

/// The programs, built for speed.
pub(super) struct Built {
    pub(super) server: PathBuf,
    pub(super) peer: PathBuf,
    /// getBooking in plain Dropshot.
    pub(super) dropshot: PathBuf,
}

/// A server that listens. It ends with this value.
pub(super) struct Server {
    /// `http://127.0.0.1:54321`.
    pub(super) address: String,
    process: Running,
}

/// How the service is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// As its own role, with row-level security. All guests have one address here, and may ask as often as
    /// they like.
    Unlimited,
    /// The same, and it is counted how often each address asks, though nobody reaches the limit.
    Limited,
    /// As a superuser, whom no policy binds, and without limits.
    Off,
}

impl Server {
    /// Its process: the one of its group that is not the shell which guards it.
    fn number(&self) -> Option<u32> {
        let group = self.process.group();
        let all = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
        let mut numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.find(|number: &u32| {
            let said = fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
            is_of_group(&said, group)
        })
    }

    /// Forgets how much memory it has had.
    pub(super) fn reset_memory(&self) -> Result<(), Failure> {
        let path = self.file("clear_refs")?;
        fs::write(&path, "5").map_err(Failure::io("write", &path))
    }

    /// The most memory that it has had since then, in mebibytes.
    pub(super) fn memory(&self) -> Result<f64, Failure> {
        let path = self.file("status")?;
        let said = fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
        most_resident(&said).ok_or_else(|| Failure::tool("/proc", "it tells of no memory"))
    }

    fn file(&self, name: &str) -> Result<PathBuf, Failure> {
        let number = self.number();
        let number = number.ok_or_else(|| Failure::tool("the server", "it has no process"))?;
        Ok(Path::new("/proc").join(number.to_string()).join(name))
    }
}

/// Whether `/proc/…/stat` is that of a process in this group, other than a shell.
fn is_of_group(stat: &str, group: u32) -> bool {
    let Some((name, rest)) = stat.rsplit_once(") ") else {
        return false;
    };
    // Then: the state, the parent, the group.
    let is_of_group = rest.split(' ').nth(2) == Some(&group.to_string());
    let is_guard = name.ends_with("(sh") || name.ends_with("(dash") || name.ends_with("(cat");
    is_of_group && !is_guard
}

/// `VmHWM:  17408 kB`, in mebibytes.
fn most_resident(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024.0)
}

/// Builds the service and the peers. Those are a workspace of their own.
pub(super) fn build(layout: &Layout, target: &Path) -> Result<Built, Failure> {
    let release = ["--release"];
    let server = program::build(
        &layout.root().join("Cargo.toml"),
        "booking-server",
        &release,
    )?;
    let peers = target.join("bench/peers");
    let peers = peers.to_string_lossy();
    let release = ["--release", "--target-dir", &*peers];
    let manifest = layout.root().join("xtask/bench/peers/Cargo.toml");
    let peer = |name| program::build(&manifest, name, &release);
    Ok(Built {
        server,
        peer: peer("handwritten")?,
        dropshot: peer("plain-dropshot")?,
    })
}

/// Starts the service. It logs what goes wrong.
pub(super) fn start_server(
    program: &Path,
    database: &Database<'_>,
    security: Security,
    log: &Path,
) -> Result<Server, Failure> {
    let (url, attempts, is_privileged) = match security {
        Security::Unlimited => (database.url_of_service(), "0", "false"),
        Security::Limited => (database.url_of_service(), "1000000000", "false"),
        Security::Off => (database.url(), "0", "true"),
    };
    let arguments = [
        ["--listen", "127.0.0.1:0"],
        ["--database-url", &url],
        ["--secret-key", SECRET_KEY],
        ["--attempts-per-minute", attempts],
        ["--allow-privileged-database-role", is_privileged],
        ["--log", "warn"],
    ];
    let guarded = Guarded::new("the server", program, arguments.as_flattened());
    start(guarded.without(&program::variables()), log)
}

/// Starts a peer, as whom no policy binds.
pub(super) fn start_peer(program: &Path, url: &str, log: &Path) -> Result<Server, Failure> {
    start(
        Guarded::new("the peer", program, ["serve", url, SECRET_KEY]),
        log,
    )
}

fn start(guarded: Guarded, log: &Path) -> Result<Server, Failure> {
    let errors = File::create(log).map_err(Failure::io("write", log))?;
    let mut process = guarded.start(errors)?;
    match program::address(&mut process, START_LIMIT) {
        Some(address) => Ok(Server { address, process }),
        None => Err(Failure::tool(
            "the server",
            format!("it does not listen; see {}", log.display()),
        )),
    }
}

/// The secrets of these bookings, as the peer makes them: that the service takes them is seen before
/// anything is measured.
pub(super) fn secrets(peer: &Path, ids: &Path) -> Result<Vec<String>, Failure> {
    let input = File::open(ids).map_err(Failure::io("read", ids))?;
    let output = Command::new(peer)
        .args(["secrets", SECRET_KEY])
        .stdin(input)
        .output()
        .map_err(|source| Failure::tool("the peer", format!("it cannot be run: {source}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::tool("the peer", said.trim()));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_of_a_group_is_the_one_that_is_no_shell() {
        assert!(is_of_group("12 (booking-server) S 11 11 11 0 -1", 11));
        assert!(!is_of_group("11 (sh) S 1 11 11 0 -1", 11));
        assert!(!is_of_group("12 (a) b) S 11 13 11 0 -1", 11));
        assert!(!is_of_group("", 11));
    }

    #[test]
    fn the_most_memory_is_read_in_mebibytes() {
        let status = "VmPeak:\t  999 kB\nVmHWM:\t   17408 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(most_resident(status), Some(17.0));
        assert_eq!(most_resident("VmPeak:\t  999 kB\n"), None);
    }
}
