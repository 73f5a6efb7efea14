//! The shell between this process and a program that must not outlive it (`supervisor.sh`).

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::process;
use crate::server::POLL_INTERVAL;

const SCRIPT: &str = include_str!("supervisor.sh");

/// How long to wait for what a command has left running. Where nobody collects orphans, as
/// in some containers, their ids never go away.
const DESCENDANTS_TIMEOUT: Duration = Duration::from_secs(2);

/// A command that ends when this process does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    /// The program and its arguments.
    pub(crate) command: &'a [OsString],
    /// Where its output goes, at the end of what is there.
    pub(crate) log: &'a Path,
    /// How it is ended when this process is gone.
    pub(crate) stop_signal: Signal,
    /// A directory that goes when this process has gone and the command has ended.
    pub(crate) scratch: Option<&'a Path>,
    /// A locked file that stays locked until the command has ended.
    pub(crate) lock: Option<&'a File>,
}

/// A signal that the supervisor passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// PostgreSQL's fast shutdown: open transactions are rolled back.
    Interrupt,
    /// PostgreSQL's immediate shutdown: like a crash, with recovery at the next start.
    Quit,
    /// What `initdb` tidies up on.
    Terminate,
    /// The last resort.
    Kill,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "INT",
            Self::Quit => "QUIT",
            Self::Terminate => "TERM",
            Self::Kill => "KILL",
        }
    }
}

impl From<Signal> for rustix::process::Signal {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::INT,
            Signal::Quit => Self::QUIT,
            Signal::Terminate => Self::TERM,
            Signal::Kill => Self::KILL,
        }
    }
}

/// A command and the shell around it, in a process group of their own, so that Ctrl-C in the
/// terminal reaches this process alone. Dropping it ends them, and waits for that.
#[derive(Debug)]
pub(crate) struct Supervisor {
    shell: Child,
    /// Only this process holds the pipe's write end, and writes nothing.
    lifeline: Option<ChildStdin>,
}

impl Supervisor {
    /// Runs a command as this user.
    pub(crate) fn spawn(account: &Account, job: Job<'_>) -> std::io::Result<Self> {
        let lock = job.lock.map(File::try_clone).transpose()?;
        let mut shell = account
            .command("sh")
            .args(["-c", &script(), "dev-postgres", job.stop_signal.name()])
            .arg(job.scratch.map_or(OsStr::new(""), Path::as_os_str))
            .arg(job.log)
            .args(job.command)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(lock.map_or_else(Stdio::null, Stdio::from))
            .spawn()?;
        Ok(Self {
            lifeline: shell.stdin.take(),
            shell,
        })
    }

    /// The command's exit status, as a shell counts it; `None` while it runs. A shell that
    /// somebody has killed has a status too, while its command may go on.
    pub(crate) fn exit_status(&mut self) -> Option<i32> {
        match self.shell.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(status.code().unwrap_or(-1)),
            Err(_) => Some(-1),
        }
    }

    /// Sends a signal to the command and to what it runs in its group. A command that has only
    /// just begun may miss it.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(group) = process::as_pid(self.shell.id()) {
            // It fails only when nothing of the group is left.
            let _ = rustix::process::kill_process_group(group, signal.into());
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // Bounded by the script: what runs is killed after forty seconds at the latest.
        let _ = self.shell.wait();
        // The shell waits for its command, but not for that command's own children.
        let deadline = Instant::now() + DESCENDANTS_TIMEOUT;
        while process::is_group_alive(self.shell.id()) && Instant::now() < deadline {
            std::thread::sleep(POLL_INTERVAL);
        }
    }
}

/// The script without its comments, so that a process list stays readable.
fn script() -> String {
    let mut script = String::new();
    for line in SCRIPT.lines().map(str::trim) {
        if !line.is_empty() && !line.starts_with('#') {
            script.push_str(line);
            script.push('\n');
        }
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    /// Runs `sh -c SCRIPT sh ARGUMENT`.
    fn run(
        directory: &TempDir,
        script: &str,
        argument: &str,
        scratch: Option<&Path>,
    ) -> Supervisor {
        // PostgreSQL's user writes here when the test is root's.
        let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(directory.path(), everybody).unwrap();
        let command = ["sh", "-c", script, "sh", argument].map(OsString::from);
        let job = Job {
            command: &command,
            log: &directory.path().join("it's a \"log\" $HOME"),
            stop_signal: Signal::Terminate,
            scratch,
            lock: None,
        };
        Supervisor::spawn(&Account::choose(None).unwrap(), job).unwrap()
    }

    fn wait(supervisor: &mut Supervisor) -> i32 {
        loop {
            match supervisor.exit_status() {
                Some(status) => return status,
                None => std::thread::sleep(POLL_INTERVAL),
            }
        }
    }

    /// The process id that a command has written.
    fn written_pid(directory: &TempDir) -> u32 {
        let file = directory.path().join("pid");
        while !file.exists() {
            std::thread::sleep(POLL_INTERVAL);
        }
        std::fs::read_to_string(file)
            .unwrap()
            .trim()
            .parse()
            .unwrap()
    }

    /// Writes a process id in one go.
    const WRITE_PID: &str = r#"echo "$pid" >"$1/pid.new"; mv "$1/pid.new" "$1/pid""#;

    #[test]
    fn a_command_runs_with_its_arguments_untouched_and_its_status_comes_back() {
        let directory = tempfile::tempdir().unwrap();
        let odd = "a 'quoted' \"word\" with $HOME `id` \\ and * in it";
        for times in 1..=2 {
            let mut supervisor = run(&directory, r#"printf %s "$1"; exit 7"#, odd, None);
            assert_eq!(wait(&mut supervisor), 7);
            let log = directory.path().join("it's a \"log\" $HOME");
            assert_eq!(std::fs::read_to_string(log).unwrap(), odd.repeat(times));
        }
    }

    #[test]
    fn a_signal_reaches_the_command() {
        let directory = tempfile::tempdir().unwrap();
        let script = format!(r#"pid=$$; {WRITE_PID}; exec sleep 600"#);
        let path = directory.path().to_str().unwrap();
        let mut supervisor = run(&directory, &script, path, None);
        written_pid(&directory);
        assert_eq!(supervisor.exit_status(), None);
        supervisor.signal(Signal::Terminate);
        assert_eq!(wait(&mut supervisor), 128 + 15);
        // It arrives after the end, and harms nothing.
        supervisor.signal(Signal::Kill);
    }

    #[test]
    fn dropping_it_ends_the_command_and_removes_the_scratch_directory() {
        let directory = tempfile::tempdir().unwrap();
        let scratch = directory.path().join("scratch");
        let script = format!(r#"mkdir "$1/scratch"; pid=$$; {WRITE_PID}; exec sleep 600"#);
        let path = directory.path().to_str().unwrap();
        let supervisor = run(&directory, &script, path, Some(&scratch));
        let job = written_pid(&directory);
        assert!(process::is_alive(job) && scratch.exists());
        drop(supervisor);
        assert!(!process::is_alive(job) && !scratch.exists());
    }

    #[test]
    fn a_signal_ends_what_the_command_runs_in_turn() {
        let directory = tempfile::tempdir().unwrap();
        let script = format!(r#"sleep 600 & pid=$!; {WRITE_PID}; wait"#);
        let path = directory.path().to_str().unwrap();
        let supervisor = run(&directory, &script, path, None);
        let child = written_pid(&directory);
        assert!(process::is_alive(child));
        supervisor.signal(Signal::Terminate);
        drop(supervisor);
        assert!(!process::is_alive(child));
    }

    #[test]
    fn a_killed_shell_is_noticed_and_its_command_still_ends_with_the_owner() {
        let directory = tempfile::tempdir().unwrap();
        let script = format!(r#"pid=$$; {WRITE_PID}; exec sleep 600"#);
        let path = directory.path().to_str().unwrap();
        let mut supervisor = run(&directory, &script, path, None);
        let job = written_pid(&directory);
        supervisor.shell.kill().unwrap();
        assert_eq!(wait(&mut supervisor), -1);
        assert!(process::is_alive(job));
        drop(supervisor);
        while process::is_alive(job) {
            std::thread::sleep(POLL_INTERVAL);
        }
    }
}
