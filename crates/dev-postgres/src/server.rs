//! One PostgreSQL under its supervisor: initialising, starting, stopping. What is common
//! to the persistent and the temporary cluster.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::cancellation::Cancellation;
use crate::data_directory::{self, CLUSTER, DirectoryLock};
use crate::environment;
use crate::error::Error;
use crate::installation::Installation;
use crate::log;
use crate::process;
use crate::sql::SUPERUSER;
use crate::supervisor::{Job, Signal, Supervisor};

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
    account: Account,
    directory: PathBuf,
    sockets: PathBuf,
    settings: Settings,
    startup_timeout: Duration,
    durability: Durability,
    cancellation: Cancellation,
    /// `initdb` or PostgreSQL, while it runs.
    running: Option<Supervisor>,
    /// A directory that is removed at the end.
    scratch: Option<PathBuf>,
    /// Held until all else is dropped. The supervisor holds it too.
    lock: Option<DirectoryLock>,
}

impl Server {
    /// A cluster in a data directory that is prepared and locked. A private directory
    /// for the socket is made elsewhere when the data directory cannot hold it.
    pub(crate) fn in_directory(
        installation: Installation,
        account: Account,
        directory: PathBuf,
        lock: DirectoryLock,
        settings: Settings,
        startup_timeout: Duration,
        cancellation: Cancellation,
    ) -> Result<Self, Error> {
        let scratch = if data_directory::can_hold_sockets(&directory) {
            None
        } else {
            Some(make_scratch(&account)?)
        };
        Ok(Self {
            installation,
            account,
            sockets: scratch.clone().unwrap_or_else(|| directory.clone()),
            directory,
            settings,
            startup_timeout,
            durability: Durability::Durable,
            cancellation,
            running: None,
            scratch,
            lock: Some(lock),
        })
    }

    /// A cluster in a directory that ends with it.
    pub(crate) fn in_scratch(
        installation: Installation,
        account: Account,
        settings: Settings,
        startup_timeout: Duration,
    ) -> Result<Self, Error> {
        let directory = make_scratch(&account)?;
        Ok(Self {
            installation,
            account,
            sockets: directory.clone(),
            directory: directory.clone(),
            settings,
            startup_timeout,
            durability: Durability::Throwaway,
            cancellation: Cancellation::new(),
            running: None,
            scratch: Some(directory),
            lock: None,
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
            match self.run_initdb(&command, &log)? {
                // Complete or not, a start that is called off leaves no cluster behind.
                _ if self.cancellation.is_cancelled() => {
                    remove_if_there(&partial)?;
                    remove_if_there(&log)?;
                    return Err(Error::Cancelled);
                }
                Some(0) => {
                    let cluster = self.directory.join(CLUSTER);
                    std::fs::rename(&partial, &cluster)
                        .map_err(Error::io("finish the new cluster", &cluster))?;
                    return remove_if_there(&log);
                }
                Some(status) => output = format!("status {status}, {}", log::tail(&log)),
                None => {
                    output = format!("not done within {INITDB_TIMEOUT:?}, {}", log::tail(&log));
                    break;
                }
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

    /// Waits for `initdb` to end, to take too long, or to be called off, and gives its exit
    /// status. Nothing of it runs any more then.
    fn run_initdb(&mut self, command: &[OsString], log: &Path) -> Result<Option<i32>, Error> {
        let mut initdb = self.spawn(Signal::Terminate, command, log)?;
        let deadline = Instant::now() + INITDB_TIMEOUT;
        loop {
            let status = initdb.exit_status();
            if status.is_some() {
                return Ok(status);
            }
            if self.cancellation.is_cancelled() || Instant::now() > deadline {
                // With what it runs in turn, of which the supervisor knows nothing.
                initdb.signal(Signal::Terminate);
                return Ok(None);
            }
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    fn spawn(
        &self,
        stop_signal: Signal,
        command: &[OsString],
        log: &Path,
    ) -> Result<Supervisor, Error> {
        let job = Job {
            command,
            log,
            stop_signal,
            scratch: self.scratch.as_deref(),
            lock: self.lock.as_ref().map(DirectoryLock::file),
        };
        Supervisor::spawn(&self.account, job).map_err(Error::io(
            "run as PostgreSQL's user the shell",
            Path::new("sh"),
        ))
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
        self.running = Some(self.spawn(self.stop_signal(), &command, &log)?);
        let cluster = self.directory.join(CLUSTER);
        let deadline = Instant::now() + self.startup_timeout;
        loop {
            if data_directory::postmaster(&cluster).is_some_and(|postmaster| postmaster.ready) {
                return Ok(());
            }
            let status = self.running.as_mut().and_then(Supervisor::exit_status);
            let reason = if let Some(status) = status {
                self.running = None;
                format!("it ended with status {status}")
            } else if self.cancellation.is_cancelled() {
                // What does not end in its orderly way is ended with the supervisor.
                let _ = self.stop(Signal::Interrupt);
                return Err(Error::Cancelled);
            } else if Instant::now() > deadline {
                // It must not go on behind the caller's back.
                let _ = self.stop(Signal::Interrupt);
                format!("it was not ready within {:?}", self.startup_timeout)
            } else {
                std::thread::sleep(POLL_INTERVAL);
                continue;
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

    /// How PostgreSQL is ended when nobody says otherwise.
    fn stop_signal(&self) -> Signal {
        match self.durability {
            Durability::Durable => Signal::Interrupt,
            Durability::Throwaway => Signal::Quit,
        }
    }

    /// Whether PostgreSQL runs under its supervisor.
    pub(crate) fn is_running(&mut self) -> bool {
        self.running
            .as_mut()
            .is_some_and(|running| running.exit_status().is_none())
    }

    /// Whether PostgreSQL runs, even without its supervisor, which somebody may have killed.
    fn is_postgres_alive(&self) -> bool {
        let cluster = self.directory.join(CLUSTER);
        data_directory::postmaster(&cluster)
            .is_some_and(|postmaster| process::is_postgres_on(postmaster.pid, &cluster))
    }

    /// Stops PostgreSQL, if it runs, and waits for its end.
    pub(crate) fn stop(&mut self, signal: Signal) -> Result<(), Error> {
        let immediate = (Signal::Quit, IMMEDIATE_SHUTDOWN_TIMEOUT);
        let last = (Signal::Kill, IMMEDIATE_SHUTDOWN_TIMEOUT);
        let steps = match signal {
            Signal::Interrupt => vec![(signal, FAST_SHUTDOWN_TIMEOUT), immediate, last],
            _ => vec![immediate, last],
        };
        for (signal, timeout) in steps {
            let began = Instant::now();
            let mut next_signal = began;
            while began.elapsed() < timeout {
                let is_running = self.is_running() || self.is_postgres_alive();
                let Some(running) = self.running.as_ref().filter(|_| is_running) else {
                    self.running = None;
                    return Ok(());
                };
                if Instant::now() >= next_signal {
                    running.signal(signal);
                    next_signal = Instant::now() + REPEAT_INTERVAL;
                }
                std::thread::sleep(POLL_INTERVAL);
            }
        }
        Err(Error::DidNotStop {
            directory: self.directory.clone(),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whatever does not succeed here, the supervisor does when its pipe closes, which is
        // next.
        let _ = self.stop(self.stop_signal());
        drop(self.running.take());
        if let Some(scratch) = &self.scratch {
            let _ = remove_if_there(scratch);
        }
    }
}

/// A private directory with a short path, made by PostgreSQL's user in the first place where
/// that user may.
fn make_scratch(account: &Account) -> Result<PathBuf, Error> {
    let tried = environment::temporary_directories();
    let made = tried
        .iter()
        .map(|base| base.join("dev-pg.XXXXXXXX"))
        .filter(|template| data_directory::can_hold_sockets(template))
        .find_map(|template| {
            let output = account
                .command("mktemp")
                .arg("-d")
                .arg(template)
                .output()
                .ok()?;
            let path = output.stdout.strip_suffix(b"\n")?;
            Some(PathBuf::from(OsStr::from_bytes(path)))
        });
    made.ok_or(Error::NoTemporaryDirectory { tried })
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
