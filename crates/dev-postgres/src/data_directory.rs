//! A persistent data directory: what is in it, whose it is, and who uses it.
//!
//! ```text
//! DIRECTORY/            private (0700), PostgreSQL's user's; the socket is here when the path is short
//!   cluster/            PostgreSQL's own data directory
//!   cluster.partial/    an `initdb` that has not finished; renamed when it has
//!   initdb.log          what `initdb` says; kept when it fails
//!   owner.lock          locked by the owner and its supervisor; holds the owner's process id
//!   postgres.log        this run's log, and postgres.log.1 the previous one's
//! ```

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::account::{self, Account};
use crate::cancellation::Cancellation;
use crate::error::Error;
use crate::process;
use crate::sql::SOCKET_NAME;

pub(crate) const CLUSTER: &str = "cluster";
const LOCK: &str = "owner.lock";

/// What may stand in a directory whose `initdb` has not finished; a file system of its
/// own brings `lost+found`.
const OURS: [&str; 6] = [
    LOCK,
    "cluster.partial",
    "initdb.log",
    "postgres.log",
    "postgres.log.1",
    "lost+found",
];

/// How long to wait for the supervisor of an owner that is gone: it allows PostgreSQL thirty seconds for
/// a fast shutdown.
const ORPHAN_TIMEOUT: Duration = Duration::from_secs(45);

/// A Unix socket's whole path has at most 103 bytes on macOS (107 on Linux); this is
/// what is left for its directory.
const LONGEST_SOCKET_DIRECTORY: usize = 103 - 1 - SOCKET_NAME.len();

/// What a directory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Nothing, or what an interrupted initialisation left.
    New,
    /// A cluster of ours.
    Cluster {
        /// PostgreSQL's major version that made it.
        major: u32,
        /// Its user and group.
        owner: (u32, u32),
    },
}

/// Looks without touching anything.
pub(crate) fn examine(directory: &Path) -> Result<Contents, Error> {
    let cluster = directory.join(CLUSTER);
    let version = cluster.join("PG_VERSION");
    match std::fs::read_to_string(&version) {
        Ok(text) => {
            let metadata = cluster.metadata().map_err(Error::io("look at", &cluster))?;
            let owner = (metadata.uid(), metadata.gid());
            let user = account::effective_uid();
            if user != 0 && user != owner.0 {
                return Err(foreign(directory, owner.0));
            }
            let major = text.trim().parse().map_err(|_| Error::NotACluster {
                directory: directory.to_owned(),
                entry: format!("{CLUSTER}/PG_VERSION with {:?}", text.trim()),
            })?;
            Ok(Contents::Cluster { major, owner })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => examine_new(directory),
        Err(error) => Err(match directory.metadata() {
            Ok(metadata) if metadata.uid() != account::effective_uid() => {
                foreign(directory, metadata.uid())
            }
            _ => Error::io("read", &version)(error),
        }),
    }
}

fn examine_new(directory: &Path) -> Result<Contents, Error> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Contents::New),
        Err(error) => return Err(Error::io("read the directory", directory)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(Error::io("read the directory", directory))?;
        let name = entry.file_name();
        if !OURS.iter().any(|ours| name == *ours) {
            return Err(Error::NotACluster {
                directory: directory.to_owned(),
                entry: name.to_string_lossy().into_owned(),
            });
        }
    }
    Ok(Contents::New)
}

fn foreign(directory: &Path, owner: u32) -> Error {
    Error::ForeignOwner {
        directory: directory.to_owned(),
        owner,
        user: account::effective_uid(),
    }
}

/// Makes the directory with its parents, private to the user that runs PostgreSQL.
pub(crate) fn prepare(directory: &Path, account: &Account) -> Result<(), Error> {
    // Before anything is created, so that a refusal leaves nothing.
    if let Some(existing) = directory.ancestors().find(|ancestor| ancestor.exists()) {
        account.check_access(&existing.join("x"), directory)?;
    }
    std::fs::create_dir_all(directory).map_err(Error::io("create the directory", directory))?;
    let owner = directory
        .metadata()
        .map_err(Error::io("look at", directory))?
        .uid();
    if account::is_root() {
        // Again, because a strict umask closes the parents that were just made.
        account.check_access(directory, directory)?;
        account.set_owner(directory)?;
    } else if owner != account.uid() {
        return Err(foreign(directory, owner));
    }
    std::fs::set_permissions(directory, Permissions::from_mode(0o700))
        .map_err(Error::io("make private", directory))
}

/// The directory is this process's for as long as this lives, and its supervisor's until that has ended.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    file: File,
}

impl DirectoryLock {
    /// The locked file, for the supervisor to keep open.
    pub(crate) const fn file(&self) -> &File {
        &self.file
    }
}

impl Drop for DirectoryLock {
    /// Takes the owner's name away. The lock itself lasts until every copy of the file is closed, and a
    /// child that another thread has just forked holds one until it runs its program: whoever finds the
    /// file locked and without an owner waits.
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
    }
}

/// Locks the directory for this process. When the owner has just given it up or died, and its supervisor
/// still stops PostgreSQL, that is waited for.
pub(crate) fn lock(directory: &Path, cancellation: &Cancellation) -> Result<DirectoryLock, Error> {
    let path = directory.join(LOCK);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(Error::io("open the lock file", &path))?;
    let deadline = Instant::now() + ORPHAN_TIMEOUT;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
        }
        let mut text = String::new();
        file.rewind()
            .and_then(|()| file.read_to_string(&mut text))
            .map_err(Error::io("read the lock file", &path))?;
        let owner: Option<u32> = text.trim().parse().ok();
        if owner.is_some_and(process::is_alive) || Instant::now() > deadline {
            return Err(Error::InUse {
                directory: directory.to_owned(),
                pid: owner,
            });
        }
        cancellation.check()?;
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = std::process::id().to_string();
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| file.write_all(pid.as_bytes()))
        .map_err(Error::io("write the lock file", &path))?;
    Ok(DirectoryLock { file })
}

/// Deals with a `postmaster.pid` that a crash left. PostgreSQL itself replaces one whose
/// process is gone; but when the id belongs to another process by now (after a reboot,
/// or in a new container, soon the case), it would refuse to start for ever.
///
/// Only to be called with the lock held.
pub(crate) fn clear_stale_postmaster(directory: &Path) -> Result<(), Error> {
    let cluster = directory.join(CLUSTER);
    let path = cluster.join("postmaster.pid");
    let Some(pid) = postmaster(&cluster).map(|postmaster| postmaster.pid) else {
        return Ok(());
    };
    if process::is_postgres_on(pid, &cluster) {
        return Err(Error::PostmasterRunning {
            directory: directory.to_owned(),
            pid,
        });
    }
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Error::io("remove the stale file", &path)(error))
        }
        _ => Ok(()),
    }
}

/// What `postmaster.pid` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Postmaster {
    /// The process.
    pub(crate) pid: u32,
    /// Whether it takes connections.
    pub(crate) ready: bool,
}

/// Reads `postmaster.pid`, as `pg_ctl` does: the first line is the process id, the
/// eighth is `ready` when connections are taken.
pub(crate) fn postmaster(cluster: &Path) -> Option<Postmaster> {
    let text = std::fs::read(cluster.join("postmaster.pid")).ok()?;
    // The directory's path is in it, in whatever encoding.
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines();
    Some(Postmaster {
        pid: lines.next()?.trim().trim_start_matches('-').parse().ok()?,
        ready: lines.nth(6).is_some_and(|status| status.trim() == "ready"),
    })
}

/// Whether sockets can be in the directory: short enough, and free of what somebody
/// would misread (libpq splits hosts at commas).
pub(crate) fn can_hold_sockets(directory: &Path) -> bool {
    let bytes = directory.as_os_str().as_bytes();
    bytes.len() <= LONGEST_SOCKET_DIRECTORY && !bytes.contains(&b',')
}

/// The absolute path, refused when it cannot be handed on in one line.
pub(crate) fn usable_path(path: &Path) -> Result<PathBuf, Error> {
    if path
        .as_os_str()
        .as_bytes()
        .iter()
        .any(|byte| b"\n\r".contains(byte))
    {
        return Err(Error::UnsupportedPath {
            path: path.to_owned(),
        });
    }
    std::path::absolute(path).map_err(Error::io("resolve", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_missing_an_empty_and_a_half_made_directory_are_new() {
        let directory = directory();
        assert_eq!(
            examine(&directory.path().join("missing")).unwrap(),
            Contents::New
        );
        assert_eq!(examine(directory.path()).unwrap(), Contents::New);
        std::fs::create_dir(directory.path().join("cluster.partial")).unwrap();
        std::fs::write(directory.path().join(LOCK), "1").unwrap();
        assert_eq!(examine(directory.path()).unwrap(), Contents::New);
    }

    #[test]
    fn a_cluster_is_recognised_with_its_version() {
        let directory = directory();
        std::fs::create_dir(directory.path().join(CLUSTER)).unwrap();
        std::fs::write(directory.path().join("cluster/PG_VERSION"), "16\n").unwrap();
        let Contents::Cluster { major, owner } = examine(directory.path()).unwrap() else {
            panic!("not recognised");
        };
        assert_eq!((major, owner.0), (16, account::effective_uid()));
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for entry in ["thesis.txt", "PG_VERSION", ".git"] {
            let directory = directory();
            std::fs::write(directory.path().join(entry), "").unwrap();
            let error = examine(directory.path()).unwrap_err();
            assert!(matches!(error, Error::NotACluster { .. }));
            assert!(error.to_string().contains(entry), "{error}");
        }
    }

    #[test]
    fn a_second_lock_names_the_first_owner() {
        let directory = directory();
        let lock = |path| lock(path, &Cancellation::new());
        let first = lock(directory.path()).unwrap();
        let error = lock(directory.path()).unwrap_err();
        assert!(
            matches!(error, Error::InUse { pid: Some(pid), .. } if pid == std::process::id()),
            "{error}"
        );
        drop(first);
        lock(directory.path()).unwrap();
    }

    /// As a child does that another thread has forked and that has not yet run its program.
    #[test]
    fn a_lock_that_was_given_up_is_waited_for_while_a_copy_of_it_is_open() {
        let directory = directory();
        let first = lock(directory.path(), &Cancellation::new()).unwrap();
        let copy = first.file().try_clone().unwrap();
        drop(first);
        let cancelled = Cancellation::new();
        cancelled.cancel();
        let error = lock(directory.path(), &cancelled).unwrap_err();
        assert!(matches!(error, Error::Cancelled), "{error}");
        drop(copy);
        lock(directory.path(), &Cancellation::new()).unwrap();
    }

    #[test]
    fn a_stale_postmaster_file_whose_id_is_another_process_now_is_removed() {
        let directory = directory();
        std::fs::create_dir(directory.path().join(CLUSTER)).unwrap();
        let file = directory.path().join("cluster/postmaster.pid");
        // This very process is alive, and no PostgreSQL.
        std::fs::write(&file, format!("{}\n/data\n", std::process::id())).unwrap();
        clear_stale_postmaster(directory.path()).unwrap();
        assert!(!file.exists());
        clear_stale_postmaster(directory.path()).unwrap();
    }

    #[test]
    fn the_postmaster_file_is_read_as_pg_ctl_does() {
        let directory = directory();
        let write = |status: &str| {
            let text = format!("4242\n/d\n1700000000\n5432\n/s\n\n  1 2\n{status}");
            std::fs::write(directory.path().join("postmaster.pid"), text).unwrap();
            postmaster(directory.path()).unwrap()
        };
        assert_eq!(
            write("ready   \n"),
            Postmaster {
                pid: 4242,
                ready: true
            }
        );
        assert_eq!(
            write("starting\n"),
            Postmaster {
                pid: 4242,
                ready: false
            }
        );
        assert_eq!(
            write(""),
            Postmaster {
                pid: 4242,
                ready: false
            }
        );
    }

    #[test]
    fn long_and_odd_directories_hold_no_sockets() {
        assert!(can_hold_sockets(Path::new("/var/lib/x")));
        assert!(!can_hold_sockets(Path::new("/var/a,b")));
        let longest = format!("/{}", "x".repeat(LONGEST_SOCKET_DIRECTORY - 1));
        assert!(can_hold_sockets(Path::new(&longest)));
        assert!(!can_hold_sockets(Path::new(&format!("{longest}x"))));
        assert!(usable_path(Path::new("/a\nb")).is_err());
    }
}
