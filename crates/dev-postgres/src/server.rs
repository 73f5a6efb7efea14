//! One PostgreSQL under its supervisor: initialising, starting, stopping. What is common
//! to the persistent and the temporary cluster.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::cancellation::Cancellation;
use crate::data_directory::{self, CLUSTER};
use crate::environment;
use crate::error::Error;
use crate::installation::Installation;
use crate::log;
use crate::process;
use crate::sql::SUPERUSER;
use crate::supervisor::{Lost, Signal, SpawnError, Supervisor};

/// How often to look whether PostgreSQL has done what it was told.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// How long a fast shutdown may take before it becomes an immediate one. It writes a
/// checkpoint, so it depends on the disk.
const FAST_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// How long an immediate shutdown may take; PostgreSQL itself kills what has not ended
/// after five seconds.
const IMMEDIATE_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// A signal is repeated this often: a process that has only just begun ignores it.
const REPEAT_INTERVAL: Duration = Duration::from_secs(1);

/// `initdb` takes half a second on a fast disk.
const INITDB_TIMEOUT: Duration = Duration::from_mins(5);

/// What every cluster runs with, after all other settings, so that nothing changes it:
/// no TCP, and a socket for its user alone.
const ENFORCED: [(&str, &str); 3] = [
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("port", "5432"),
];

/// What every cluster begins with. PostgreSQL 15 and later log every checkpoint, which
/// would fill the log of a server that runs for weeks.
const DEFAULTS: [(&str, &str); 3] = [
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_checkpoints", "off"),
];

/// Settings for `-c name=value`.
pub(crate) type Settings = Vec<(String, String)>;

/// Whether the files must survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    Durable,
    Throwaway,
}

/// A cluster's PostgreSQL, running or not.
#[derive(Debug)]
pub(crate) struct Server {
    installation: Installation,
    directory: PathBuf,
    sockets: PathBuf,
    settings: Settings,
    startup_timeout: Duration,
    durability: Durability,
    cancellation: Cancellation,
    supervisor: Supervisor,
    /// Held until all else is dropped. The supervisor holds it too.
    _lock: Option<File>,
}

impl Server {
    /// A cluster in a data directory that is prepared and locked. A private directory
    /// for the socket is made elsewhere when the data directory cannot hold it.
    pub(crate) fn in_directory(
        installation: Installation,
        account: &Account,
        directory: PathBuf,
        lock: File,
        settings: Settings,
        startup_timeout: Duration,
        cancellation: Cancellation,
    ) -> Result<Self, Error> {
        let shared = lock
            .try_clone()
            .map_err(Error::io("share the lock on", &directory))?;
        let elsewhere = if data_directory::can_hold_sockets(&directory) {
            Vec::new()
        } else {
            environment::temporary_directories()
        };
        let supervisor = supervise(account, Some(shared), &elsewhere)?;
        let sockets = supervisor.scratch().unwrap_or(&directory).to_owned();
        Ok(Self {
            installation,
            directory,
            sockets,
            settings,
            startup_timeout,
            durability: Durability::Durable,
            cancellation,
            supervisor,
            _lock: Some(lock),
        })
    }

    /// A cluster in a directory that ends with it.
    pub(crate) fn in_scratch(
        installation: Installation,
        account: &Account,
        settings: Settings,
        startup_timeout: Duration,
    ) -> Result<Self, Error> {
        let tried = environment::temporary_directories();
        let supervisor = supervise(account, None, &tried)?;
        let Some(directory) = supervisor.scratch().map(Path::to_owned) else {
            return Err(Error::NoTemporaryDirectory { tried });
        };
        Ok(Self {
            installation,
            sockets: directory.clone(),
            directory,
            settings,
            startup_timeout,
            durability: Durability::Throwaway,
            cancellation: Cancellation::new(),
            supervisor,
            _lock: None,
        })
    }

    pub(crate) fn installation(&self) -> &Installation {
        &self.installation
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn sockets(&self) -> &Path {
        &self.sockets
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.directory.join("postgres.log")
    }

    /// Creates the cluster: beside its place, and renamed when complete, so that an
    /// interruption leaves nothing that looks like a cluster.
    pub(crate) fn initialise(&mut self) -> Result<(), Error> {
        let partial = self.directory.join("cluster.partial");
        let log = self.directory.join("initdb.log");
        let mut output = String::new();
        for locale in locales(self.installation.major()) {
            remove_if_there(&partial)?;
            remove_if_there(&log)?;
            let mut command: Vec<OsString> = vec![
                self.installation.program("initdb").into(),
                "--pgdata".into(),
                partial.clone().into(),
                "--username".into(),
                SUPERUSER.into(),
                // Nobody but the user gets to the socket: it is in a private directory.
                "--auth=trust".into(),
                "--encoding=UTF8".into(),
                "--data-checksums".into(),
            ];
            command.extend(locale.iter().map(OsString::from));
            if self.durability == Durability::Throwaway {
                command.push("--no-sync".into());
            }
            self.cancellation.check()?;
            self.supervisor
                .run(Signal::Terminate, &command, &log)
                .map_err(|Lost| self.lost())?;
            match self.wait_for_initdb() {
                // Complete or not, a start that is called off leaves no cluster behind.
                Ok(_) if self.cancellation.is_cancelled() => {
                    self.supervisor.abandon();
                    remove_if_there(&partial)?;
                    remove_if_there(&log)?;
                    return Err(Error::Cancelled);
                }
                Ok(Some(0)) => {
                    let cluster = self.directory.join(CLUSTER);
                    std::fs::rename(&partial, &cluster)
                        .map_err(Error::io("finish the new cluster", &cluster))?;
                    return remove_if_there(&log);
                }
                Ok(Some(status)) => output = format!("status {status}, {}", log::tail(&log)),
                Ok(None) => {
                    output = format!("not done within {INITDB_TIMEOUT:?}, {}", log::tail(&log));
                    break;
                }
                Err(Lost) => return Err(self.lost()),
            }
            // Only a locale that the system does not have is worth another attempt.
            if !output.contains("locale") {
                break;
            }
        }
        Err(Error::Initdb {
            directory: self.directory.clone(),
            output,
        })
    }

    /// Waits for `initdb` to end, to take too long, or to be called off.
    fn wait_for_initdb(&mut self) -> Result<Option<i32>, Lost> {
        let deadline = Instant::now() + INITDB_TIMEOUT;
        loop {
            let outcome = self.supervisor.wait(POLL_INTERVAL)?;
            if outcome.is_some() || self.cancellation.is_cancelled() || Instant::now() > deadline {
                return Ok(outcome);
            }
        }
    }

    /// Starts PostgreSQL, unless it runs, and waits until it takes connections.
    pub(crate) fn start(&mut self) -> Result<(), Error> {
        if self.is_running() {
            return Ok(());
        }
        self.cancellation.check()?;
        data_directory::clear_stale_postmaster(&self.directory)?;
        let log = self.log();
        log::rotate(&log)?;
        let command = self.command();
        let gentle = match self.durability {
            Durability::Durable => Signal::Interrupt,
            Durability::Throwaway => Signal::Quit,
        };
        let pid = self
            .supervisor
            .run(gentle, &command, &log)
            .map_err(|Lost| self.lost())?;
        let cluster = self.directory.join(CLUSTER);
        let deadline = Instant::now() + self.startup_timeout;
        loop {
            if data_directory::postmaster(&cluster).is_some_and(|it| it.pid == pid && it.ready) {
                return Ok(());
            }
            let reason = match self.supervisor.wait(POLL_INTERVAL) {
                Ok(Some(status)) => format!("it ended with status {status}"),
                Err(Lost) => return Err(self.lost()),
                Ok(None) if self.cancellation.is_cancelled() => {
                    // What does not end in its orderly way is ended with the supervisor.
                    let _ = self.stop(Signal::Interrupt);
                    return Err(Error::Cancelled);
                }
                Ok(None) if Instant::now() > deadline => {
                    // It must not go on behind the caller's back.
                    let _ = self.stop(Signal::Interrupt);
                    format!("it was not ready within {:?}", self.startup_timeout)
                }
                Ok(None) => continue,
            };
            return Err(Error::DidNotStart {
                directory: self.directory.clone(),
                reason,
                log_tail: log::tail(&log),
                log,
            });
        }
    }

    fn command(&self) -> Vec<OsString> {
        let mut command: Vec<OsString> = vec![
            self.installation.program("postgres").into(),
            "-D".into(),
            self.directory.join(CLUSTER).into(),
        ];
        let mut set = |name: &str, value: &std::ffi::OsStr| {
            let mut setting = OsString::from(format!("{name}="));
            setting.push(value);
            command.extend(["-c".into(), setting]);
        };
        for (name, value) in DEFAULTS {
            set(name, value.as_ref());
        }
        for (name, value) in &self.settings {
            set(name, value.as_ref());
        }
        for (name, value) in ENFORCED {
            set(name, value.as_ref());
        }
        set("unix_socket_directories", &list_entry(&self.sockets));
        command
    }

    /// Whether the PostgreSQL process runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.supervisor.job().is_some() && self.supervisor.wait(Duration::ZERO) == Ok(None)
    }

    /// Stops PostgreSQL, if it runs, and waits for its end.
    pub(crate) fn stop(&mut self, signal: Signal) -> Result<(), Error> {
        let Some(pid) = self.supervisor.job() else {
            return Ok(());
        };
        let immediate = (Signal::Quit, IMMEDIATE_SHUTDOWN_TIMEOUT);
        let last = (Signal::Kill, IMMEDIATE_SHUTDOWN_TIMEOUT);
        let steps = match signal {
            Signal::Interrupt => vec![(signal, FAST_SHUTDOWN_TIMEOUT), immediate, last],
            _ => vec![immediate, last],
        };
        for (signal, timeout) in steps {
            let deadline = Instant::now() + timeout;
            while Instant::now() < deadline {
                let outcome = self
                    .supervisor
                    .signal(signal)
                    .and_then(|()| self.supervisor.wait(REPEAT_INTERVAL));
                match outcome {
                    Ok(Some(_)) => return Ok(()),
                    Ok(None) => {}
                    Err(Lost) => return self.stop_orphan(pid),
                }
            }
        }
        Err(Error::DidNotStop {
            directory: self.directory.clone(),
            pid,
        })
    }

    /// Stops a PostgreSQL whose supervisor was killed.
    fn stop_orphan(&self, pid: u32) -> Result<(), Error> {
        let cluster = self.directory.join(CLUSTER);
        let deadline = Instant::now() + FAST_SHUTDOWN_TIMEOUT;
        // The file is PostgreSQL's last act; the process may stay a zombie in a
        // container where nobody collects them.
        while data_directory::postmaster(&cluster).is_some_and(|it| it.pid == pid)
            && process::is_postgres_on(pid, &cluster)
        {
            if Instant::now() > deadline {
                return Err(Error::DidNotStop {
                    directory: self.directory.clone(),
                    pid,
                });
            }
            process::interrupt(pid);
            std::thread::sleep(POLL_INTERVAL);
        }
        if let Some(scratch) = self.supervisor.scratch() {
            remove_if_there(scratch)?;
        }
        Ok(())
    }

    fn lost(&self) -> Error {
        Error::SupervisorLost {
            directory: self.directory.clone(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let signal = match self.durability {
            Durability::Durable => Signal::Interrupt,
            Durability::Throwaway => Signal::Quit,
        };
        // Whatever does not succeed here, the supervisor does when its pipe closes,
        // which is next.
        let _ = self.stop(signal);
    }
}

fn supervise(
    account: &Account,
    lock: Option<File>,
    bases: &[PathBuf],
) -> Result<Supervisor, Error> {
    let templates: Vec<PathBuf> = bases
        .iter()
        .map(|base| base.join("dev-pg.XXXXXXXX"))
        .filter(|template| {
            data_directory::can_hold_sockets(template)
                && data_directory::usable_path(template).is_ok()
        })
        .collect();
    let no_directory = || Error::NoTemporaryDirectory {
        tried: bases.to_vec(),
    };
    if templates.is_empty() && !bases.is_empty() {
        return Err(no_directory());
    }
    Supervisor::spawn(account, lock, &templates).map_err(|error| match error {
        SpawnError::NoScratch => no_directory(),
        SpawnError::Shell(source) => {
            Error::io("run as PostgreSQL's user the shell", Path::new("sh"))(source)
        }
    })
}

/// Locales to try, best first. Text sorts by bytes everywhere ("C"), but letters beyond
/// ASCII should have upper and lower case, which a search that ignores case needs.
fn locales(major: u32) -> &'static [&'static [&'static str]] {
    if major >= 17 {
        &[
            &[
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ],
            &["--locale=C"],
        ]
    } else {
        &[
            &["--locale=C", "--lc-ctype=C.UTF-8"],
            // macOS before 13.
            &["--locale=C", "--lc-ctype=UTF-8"],
            &["--locale=C", "--lc-ctype=en_US.UTF-8"],
            &["--locale=C"],
        ]
    }
}

/// One entry of a list-valued setting: in double quotes, with those inside doubled.
fn list_entry(path: &Path) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let mut entry = vec![b'"'];
    for byte in path.as_os_str().as_bytes() {
        if *byte == b'"' {
            entry.push(b'"');
        }
        entry.push(*byte);
    }
    entry.push(b'"');
    OsString::from_vec(entry)
}

fn remove_if_there(path: &Path) -> Result<(), Error> {
    let removed = match path.symlink_metadata() {
        Err(_) => return Ok(()),
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
    };
    removed.map_err(Error::io("remove", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_directory_is_quoted_as_a_list_entry() {
        assert_eq!(
            list_entry(Path::new(r#"/a "b"/c d"#)),
            OsString::from(r#""/a ""b""/c d""#)
        );
    }
}
