//! Processes that end when this one does, however that comes about.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::finding::Failure;

/// How often it is looked whether a process has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// What the shell does that stands between this process and the other one.
const GUARD: &str = include_str!("guard.sh");

/// A command before it is started.
pub(crate) struct Guarded {
    name: String,
    command: Command,
}

impl Guarded {
    /// A program with its arguments.
    pub(crate) fn new<A: AsRef<OsStr>>(
        name: &str,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let mut command = Command::new("sh");
        // A Ctrl-C in the terminal reaches the owner alone, and the guard hears of its end.
        command.process_group(0);
        command.args(["-c", GUARD, "guard"]).arg(program);
        command.args(arguments);
        Self {
            name: name.to_owned(),
            command,
        }
    }

    /// Adds arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Leaves out variables.
    pub(crate) fn without(mut self, names: &[impl AsRef<OsStr>]) -> Self {
        for name in names {
            self.command.env_remove(name);
        }
        self
    }

    /// Where it runs.
    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Starts it. Its standard output can be read; its standard error goes to a file.
    pub(crate) fn start(self, errors: File) -> Result<Running, Failure> {
        self.spawn(Stdio::piped(), errors)
    }

    /// Runs it to its end. What it says goes to these files, which may be one.
    ///
    /// # Errors
    /// When it does not start, or has not ended within this time.
    pub(crate) fn run(
        self,
        output: File,
        errors: File,
        limit: Duration,
    ) -> Result<ExitStatus, Failure> {
        let name = self.name.clone();
        let mut running = self.spawn(Stdio::from(output), errors)?;
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if let Some(status) = running.ended()? {
                return Ok(status);
            }
            thread::sleep(POLL_INTERVAL);
        }
        Err(Failure::tool(
            &name,
            format!("it has not ended within {limit:?}"),
        ))
    }

    fn spawn(mut self, output: Stdio, errors: File) -> Result<Running, Failure> {
        let spawned = self
            .command
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .spawn();
        let mut child = spawned
            .map_err(|source| Failure::tool(&self.name, format!("it cannot be run: {source}")))?;
        Ok(Running {
            lifeline: child.stdin.take(),
            name: self.name,
            child,
        })
    }
}

/// A process that runs. It ends with this value.
pub(crate) struct Running {
    name: String,
    child: Child,
    /// The guard waits for the end of this pipe.
    lifeline: Option<ChildStdin>,
}

impl Running {
    /// What it writes, for the one who asks first.
    pub(crate) fn output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The number of the group of processes that it has with everything that it has started.
    pub(crate) fn group(&self) -> u32 {
        self.child.id()
    }

    /// How it has ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>, Failure> {
        self.child.try_wait().map_err(|source| self.lost(source))
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(&mut self) -> Result<ExitStatus, Failure> {
        self.lifeline = None;
        self.child.wait().map_err(|source| self.lost(source))
    }

    fn lost(&self, source: std::io::Error) -> Failure {
        Failure::tool(&self.name, format!("it cannot be waited for: {source}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nobody is left to hear that it cannot be waited for.
        let _ = self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use super::*;

    fn shell(script: &str) -> Guarded {
        Guarded::new("a script", Path::new("sh"), ["-c", script])
    }

    fn nowhere() -> File {
        File::options().write(true).open("/dev/null").unwrap()
    }

    #[test]
    fn the_exit_code_is_the_commands() {
        let status = shell("exit 3").run(nowhere(), nowhere(), Duration::from_secs(60));
        assert_eq!(status.unwrap().code(), Some(3));
    }

    #[test]
    fn a_command_that_does_not_end_is_a_failure() {
        let failure = shell("exec sleep 600").run(nowhere(), nowhere(), Duration::ZERO);
        let message = failure.unwrap_err().to_string();
        assert!(
            message.starts_with("a script: it has not ended"),
            "{message}"
        );
    }

    #[test]
    fn what_a_process_has_started_ends_with_it() {
        let mut running = shell("sleep 600 & echo begun; wait")
            .start(nowhere())
            .unwrap();
        let mut lines = BufReader::new(running.output().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "begun");
        running.stop().unwrap();
        assert!(lines.next().is_none(), "nobody holds the pipe any more");
    }

    #[test]
    fn a_process_ends_in_order_with_its_owners_value() {
        let script = "trap 'echo ended; exit 7' TERM; echo begun; while :; do sleep 0.01; done";
        let mut running = shell(script).start(nowhere()).unwrap();
        let mut lines = BufReader::new(running.output().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "begun");
        assert_eq!(running.ended().unwrap(), None);
        assert_eq!(running.stop().unwrap().code(), Some(7));
        assert_eq!(lines.next().unwrap().unwrap(), "ended");
        assert!(lines.next().is_none(), "nobody holds the pipe any more");
    }

    #[test]
    fn the_command_reads_nothing() {
        let mut running = shell("cat; echo done").start(nowhere()).unwrap();
        let lines = BufReader::new(running.output().unwrap()).lines();
        let said: Vec<String> = lines.map(Result::unwrap).collect();
        assert_eq!(said, ["done"]);
        assert_eq!(running.stop().unwrap().code(), Some(0));
    }
}
