//! The owner's side of the supervising shell (`supervisor.sh`): its commands and events.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::process;
use crate::server::POLL_INTERVAL;

const SCRIPT: &str = include_str!("supervisor.sh");

/// How long the shell may take to answer; a loaded machine is slow, a dead shell is
/// noticed at once.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// How long to wait for what a command has left running. Where nobody collects orphans, as
/// in some containers, their ids never go away.
const DESCENDANTS_TIMEOUT: Duration = Duration::from_secs(2);

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

/// The supervisor is gone, or speaks gibberish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lost;

/// Why there is no supervisor.
#[derive(Debug)]
pub(crate) enum SpawnError {
    /// The shell could not be run.
    Shell(std::io::Error),
    /// None of the templates gave a scratch directory.
    NoScratch,
}

#[derive(Debug, PartialEq, Eq)]
enum Event {
    Ready(Option<PathBuf>),
    Failed,
    Started(u32),
    Heeds,
    Exited(i32),
}

/// A running supervisor. Dropping it closes its pipe: it stops what runs, removes its
/// scratch directory and ends, and the drop waits for that.
#[derive(Debug)]
pub(crate) struct Supervisor {
    shell: Child,
    /// Only this process holds the pipe's write end.
    commands: Option<ChildStdin>,
    /// In a mutex only so that a cluster can be shared between threads.
    events: Mutex<Receiver<Event>>,
    scratch: Option<PathBuf>,
    job: Option<u32>,
}

impl Supervisor {
    /// Starts a supervisor that keeps `lock` open as long as it lives, and makes a
    /// scratch directory from the first of the `templates` that works.
    pub(crate) fn spawn(
        account: &Account,
        lock: Option<File>,
        templates: &[PathBuf],
    ) -> Result<Self, SpawnError> {
        let mut shell = account
            .command("sh")
            .args(["-c", &script(), "dev-postgres"])
            .args(templates)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(lock.map_or_else(Stdio::null, Stdio::from))
            .spawn()
            .map_err(SpawnError::Shell)?;
        let commands = shell.stdin.take();
        let (sender, events) = channel();
        if let Some(output) = shell.stdout.take() {
            std::thread::Builder::new()
                .name("postgres-supervisor".to_owned())
                .spawn(move || forward(output, &sender))
                .map_err(SpawnError::Shell)?;
        }
        let mut supervisor = Self {
            shell,
            commands,
            events: Mutex::new(events),
            scratch: None,
            job: None,
        };
        match supervisor.event(ANSWER_TIMEOUT) {
            Ok(Some(Event::Ready(scratch))) => {
                supervisor.scratch = scratch;
                Ok(supervisor)
            }
            Ok(Some(Event::Failed)) => Err(SpawnError::NoScratch),
            Ok(_) | Err(Lost) => Err(SpawnError::Shell(std::io::Error::other(
                "the shell `sh` did not answer",
            ))),
        }
    }

    /// The directory that lives as long as the supervisor.
    pub(crate) fn scratch(&self) -> Option<&Path> {
        self.scratch.as_deref()
    }

    /// The running process, as far as is known.
    pub(crate) fn job(&self) -> Option<u32> {
        self.job
    }

    /// Runs a command whose output goes to the end of `log`. `gentle` is how the
    /// supervisor ends it when this process is gone.
    pub(crate) fn run(
        &mut self,
        gentle: Signal,
        arguments: &[OsString],
        log: &Path,
    ) -> Result<u32, Lost> {
        let mut line = format!("run {} ", gentle.name()).into_bytes();
        for argument in arguments {
            line.extend(quoted(argument));
            line.push(b' ');
        }
        line.extend(b">>");
        line.extend(quoted(log.as_os_str()));
        line.extend(b" 2>&1");
        self.send(&line)?;
        // The shell says that it has started the process, and the process that it no longer
        // ignores signals as the shell does; one sent before that would be lost.
        let (mut started, mut heeds) = (None, false);
        loop {
            match self.event(ANSWER_TIMEOUT)? {
                Some(Event::Started(pid)) => {
                    self.job = Some(pid);
                    started = Some(pid);
                }
                Some(Event::Heeds) => heeds = true,
                _ => return Err(Lost),
            }
            if let Some(pid) = started.filter(|_| heeds) {
                return Ok(pid);
            }
        }
    }

    /// Passes a signal to the running command, if one runs.
    pub(crate) fn signal(&mut self, signal: Signal) -> Result<(), Lost> {
        self.send(signal.name().as_bytes())
    }

    /// Waits for the running command to end, no longer than the timeout, and returns its
    /// exit status as a shell counts it; `None` when it still runs, zero when none ran.
    pub(crate) fn wait(&mut self, timeout: Duration) -> Result<Option<i32>, Lost> {
        if self.job.is_none() {
            return Ok(Some(0));
        }
        match self.event(timeout)? {
            Some(Event::Exited(status)) => {
                self.job = None;
                Ok(Some(status))
            }
            Some(_) => Err(Lost),
            None => Ok(None),
        }
    }

    /// Ends the running command together with what it runs in turn, and the supervisor
    /// with them, and waits for all of it.
    pub(crate) fn abandon(&mut self) {
        // The supervisor itself ignores this. It would tell the command alone.
        if let Some(group) = process::as_pid(self.shell.id()) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
        }
        self.end();
    }

    /// Closes the pipe, and waits until the shell, and what it ran, has ended.
    fn end(&mut self) {
        drop(self.commands.take());
        // Bounded by the script: what runs is killed after forty seconds at the latest.
        let _ = self.shell.wait();
        self.job = None;
        // The shell waits for its command, but not for that command's own children.
        let deadline = Instant::now() + DESCENDANTS_TIMEOUT;
        while process::is_group_alive(self.shell.id()) && Instant::now() < deadline {
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    fn send(&mut self, line: &[u8]) -> Result<(), Lost> {
        let mut line = line.to_vec();
        line.push(b'\n');
        let pipe = self.commands.as_mut().ok_or(Lost)?;
        pipe.write_all(&line).map_err(|_| Lost)
    }

    fn event(&mut self, timeout: Duration) -> Result<Option<Event>, Lost> {
        let events = match self.events.get_mut() {
            Ok(events) => events,
            Err(poisoned) => poisoned.into_inner(),
        };
        match events.recv_timeout(timeout) {
            Ok(event) => Ok(Some(event)),
            Err(RecvTimeoutError::Disconnected) => Err(Lost),
            // A killed shell leaves its child behind, who holds the pipe open.
            Err(RecvTimeoutError::Timeout) => match self.shell.try_wait() {
                Ok(None) => Ok(None),
                _ => Err(Lost),
            },
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.end();
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

fn forward(output: ChildStdout, events: &Sender<Event>) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        match output.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let Some(event) = parse(line.strip_suffix(b"\n").unwrap_or(&line)) else {
            return;
        };
        if events.send(event).is_err() {
            return;
        }
    }
}

fn parse(line: &[u8]) -> Option<Event> {
    let space = line
        .iter()
        .position(|byte| *byte == b' ')
        .unwrap_or(line.len());
    let (word, rest) = line.split_at(space);
    let rest = rest.get(1..).unwrap_or_default();
    let number = || std::str::from_utf8(rest).ok();
    match word {
        b"ready" => Some(Event::Ready(
            (!rest.is_empty()).then(|| PathBuf::from(OsString::from_vec(rest.to_vec()))),
        )),
        b"failed" => Some(Event::Failed),
        b"started" => number()?.parse().ok().map(Event::Started),
        b"heeds" => Some(Event::Heeds),
        b"exited" => number()?.parse().ok().map(Event::Exited),
        _ => None,
    }
}

/// One word for the shell, whatever it holds; line breaks are refused long before.
fn quoted(word: &OsStr) -> Vec<u8> {
    let mut text = vec![b'\''];
    for byte in word.as_bytes() {
        if *byte == b'\'' {
            text.extend(br"'\''");
        } else {
            text.push(*byte);
        }
    }
    text.push(b'\'');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    fn template() -> PathBuf {
        std::env::temp_dir().join("dev-pg-test.XXXXXXXX")
    }

    fn spawn() -> Supervisor {
        let account = Account::choose(None).unwrap();
        Supervisor::spawn(&account, None, &[template()]).unwrap()
    }

    #[test]
    fn a_command_runs_with_its_arguments_untouched_and_its_status_comes_back() {
        let mut supervisor = spawn();
        let log = supervisor.scratch().unwrap().join("it's a \"log\" $HOME");
        let odd = "a 'quoted' \"word\" with $HOME `id` \\ and * in it";
        let run = words(&["sh", "-c", r#"printf %s "$1"; exit 7"#, "sh", odd]);
        supervisor.run(Signal::Terminate, &run, &log).unwrap();
        assert_eq!(supervisor.wait(LONG), Ok(Some(7)));
        assert_eq!(std::fs::read_to_string(&log).unwrap(), odd);
    }

    #[test]
    fn several_commands_run_one_after_the_other() {
        let mut supervisor = spawn();
        let log = supervisor.scratch().unwrap().join("log");
        for status in [3, 0, 5] {
            let run = words(&["sh", "-c", &format!("exit {status}")]);
            supervisor.run(Signal::Terminate, &run, &log).unwrap();
            assert_eq!(supervisor.wait(LONG), Ok(Some(status)));
        }
    }

    #[test]
    fn a_signal_reaches_the_command() {
        let mut supervisor = spawn();
        let log = supervisor.scratch().unwrap().join("log");
        supervisor
            .run(Signal::Terminate, &words(&["sleep", "600"]), &log)
            .unwrap();
        assert_eq!(supervisor.wait(Duration::ZERO), Ok(None));
        supervisor.signal(Signal::Terminate).unwrap();
        assert_eq!(supervisor.wait(LONG), Ok(Some(128 + 15)));
        assert_eq!(supervisor.job(), None);
        // It arrives after the end, and harms nothing.
        supervisor.signal(Signal::Kill).unwrap();
        supervisor
            .run(Signal::Terminate, &words(&["true"]), &log)
            .unwrap();
        assert_eq!(supervisor.wait(LONG), Ok(Some(0)));
    }

    #[test]
    fn dropping_it_ends_the_command_and_removes_the_scratch_directory() {
        let mut supervisor = spawn();
        let scratch = supervisor.scratch().unwrap().to_owned();
        let job = supervisor
            .run(
                Signal::Terminate,
                &words(&["sleep", "600"]),
                &scratch.join("log"),
            )
            .unwrap();
        drop(supervisor);
        assert!(!scratch.exists());
        assert!(!crate::process::is_alive(job));
    }

    #[test]
    fn an_abandoned_command_ends_with_what_it_runs_in_turn() {
        let mut supervisor = spawn();
        let scratch = supervisor.scratch().unwrap().to_owned();
        let child = scratch.join("child");
        let script = format!(
            "sleep 600 & echo $! >'{0}.new' && mv '{0}.new' '{0}'; wait",
            child.display()
        );
        let run = words(&["sh", "-c", &script]);
        let job = supervisor
            .run(Signal::Terminate, &run, &scratch.join("log"))
            .unwrap();
        while !child.exists() {
            assert_eq!(supervisor.wait(POLL_INTERVAL), Ok(None));
        }
        let text = std::fs::read_to_string(&child).unwrap();
        let child = text.trim().parse().unwrap();
        assert!(process::is_alive(job) && process::is_alive(child));
        supervisor.abandon();
        assert!(!process::is_alive(job) && !process::is_alive(child));
        assert!(!scratch.exists());
        // And dropping it then is no harm.
    }

    #[test]
    fn the_scratch_directory_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let supervisor = spawn();
        let mode = supervisor
            .scratch()
            .unwrap()
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn the_first_template_that_works_is_taken() {
        let account = Account::choose(None).unwrap();
        let missing = PathBuf::from("/nonexistent/dev-pg.XXXXXXXX");
        let supervisor = Supervisor::spawn(&account, None, &[missing.clone(), template()]).unwrap();
        assert!(
            supervisor
                .scratch()
                .unwrap()
                .starts_with(std::env::temp_dir())
        );
        let outcome = Supervisor::spawn(&account, None, &[missing]);
        assert!(matches!(outcome, Err(SpawnError::NoScratch)));
    }

    #[test]
    fn a_killed_supervisor_is_noticed() {
        let mut supervisor = spawn();
        let scratch = supervisor.scratch().unwrap().to_owned();
        supervisor.shell.kill().unwrap();
        let outcome = supervisor.run(Signal::Terminate, &words(&["true"]), &scratch.join("log"));
        assert_eq!(outcome, Err(Lost));
        drop(supervisor);
        std::fs::remove_dir_all(scratch).unwrap();
    }
}
