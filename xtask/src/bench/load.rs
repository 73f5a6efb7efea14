//! The load generators: `wrk` for servers, `pgbench` for the database by itself.
//!
//! `wrk` since it sends a header and a body of its own with each request, which `oha` cannot.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;

use super::report::Measurement;
use crate::child::Guarded;
use crate::finding::Failure;

const SCRIPT: &str = include_str!("requests.lua");

/// What to do where it is missing.
const ADVICE: &str = "install it (Debian and Ubuntu: `apt-get install wrk`)";

/// How much longer than it measures a generator may take, to read its requests and to connect.
const SLACK: Duration = Duration::from_secs(60);

/// The generators, and where they write.
pub(super) struct Load {
    directory: PathBuf,
    script: PathBuf,
    pgbench: PathBuf,
}

/// A script of `pgbench` with the values of its variables.
pub(super) struct Statements<'a> {
    pub(super) script: &'static str,
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) url: &'a str,
}

/// What `requests.lua` says.
#[derive(Debug, Deserialize)]
struct Said {
    requests: u64,
    microseconds: u64,
    refused: u64,
    broken: u64,
    p50: u64,
    p99: u64,
}

impl Load {
    /// Finds `wrk`, and writes its script below this directory.
    pub(super) fn prepare(directory: &Path, pgbench: PathBuf) -> Result<Self, Failure> {
        // It says its version with an exit code of 1.
        let mut probe = Command::new("wrk");
        probe
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        probe.status().map_err(|source| {
            Failure::tool("wrk", format!("it cannot be run: {source}: {ADVICE}"))
        })?;
        let script = directory.join("requests.lua");
        fs::write(&script, SCRIPT).map_err(Failure::io("write", &script))?;
        Ok(Self {
            directory: directory.to_owned(),
            script,
            pgbench,
        })
    }

    /// Asks a server over so many connections, each of which waits for its answer.
    ///
    /// # Errors
    /// Also when any request is not answered, or with an error: a figure would say nothing then.
    pub(super) fn server(
        &self,
        address: &str,
        requests: &Path,
        connections: u32,
        duration: Duration,
    ) -> Result<Measurement, Failure> {
        let arguments = [
            "--threads=1".to_owned(),
            format!("--connections={connections}"),
            format!("--duration={}s", duration.as_secs()),
            "--timeout=30s".to_owned(),
            "--script".to_owned(),
            self.script.to_string_lossy().into_owned(),
            address.to_owned(),
            "--".to_owned(),
            requests.to_string_lossy().into_owned(),
        ];
        let output = self.run("wrk", Path::new("wrk"), &arguments, duration)?;
        asked(&output).map_err(|cause| Failure::tool("wrk", cause))
    }

    /// Runs statements over so many connections of the database's own.
    pub(super) fn statements(
        &self,
        statements: &Statements<'_>,
        connections: u32,
        duration: Duration,
    ) -> Result<Measurement, Failure> {
        let script = self.directory.join("statements.sql");
        fs::write(&script, statements.script).map_err(Failure::io("write", &script))?;
        let mut arguments = vec![
            "--no-vacuum".to_owned(),
            "--protocol=prepared".to_owned(),
            format!("--client={connections}"),
            "--jobs=1".to_owned(),
            format!("--time={}", duration.as_secs()),
            format!("--file={}", script.display()),
        ];
        for (name, value) in &statements.variables {
            arguments.push(format!("--define={name}={value}"));
        }
        arguments.push(statements.url.to_owned());
        let output = self.run("pgbench", &self.pgbench, &arguments, duration)?;
        transactions(&output).map_err(|cause| Failure::tool("pgbench", cause))
    }

    fn run(
        &self,
        name: &str,
        program: &Path,
        arguments: &[String],
        duration: Duration,
    ) -> Result<String, Failure> {
        let path = self.directory.join(format!("{name}.log"));
        let file = || {
            File::options()
                .append(true)
                .open(&path)
                .map_err(Failure::io("write", &path))
        };
        fs::write(&path, "").map_err(Failure::io("write", &path))?;
        let limit = duration + SLACK;
        let status = Guarded::new(name, program, arguments).run(file()?, file()?, limit)?;
        let output = fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
        if status.success() {
            return Ok(output);
        }
        let error = |line: &&str| line.contains("error");
        let reason = output.lines().find(error).unwrap_or("it does not say why");
        Err(Failure::tool(
            name,
            format!("{status}: {reason}; see {}", path.display()),
        ))
    }
}

/// What `wrk` has measured, unless a request has failed.
fn asked(output: &str) -> Result<Measurement, String> {
    let line = output.lines().rfind(|line| line.starts_with('{'));
    let line = line.ok_or("it does not say what it has measured")?;
    let said: Said = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if said.refused + said.broken > 0 || said.requests == 0 {
        return Err(format!(
            "of {} requests, {} were answered with an error, and {} not at all",
            said.requests + said.broken,
            said.refused,
            said.broken
        ));
    }
    Ok(Measurement {
        per_second: said.requests as f64 * 1e6 / said.microseconds as f64,
        p50_ms: Some(said.p50 as f64 / 1e3),
        p99_ms: Some(said.p99 as f64 / 1e3),
    })
}

/// What `pgbench` has measured. It ends with an error when a transaction does.
fn transactions(output: &str) -> Result<Measurement, String> {
    // Before PostgreSQL 14 there are two such lines, the last without the time to connect.
    let mut said = output
        .lines()
        .filter_map(|line| line.strip_prefix("tps = "));
    let number = said
        .next_back()
        .and_then(|said| said.split(' ').next()?.parse().ok());
    Ok(Measurement {
        per_second: number.ok_or("it does not say what it has measured")?,
        p50_ms: None,
        p99_ms: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_wrk_is_what_it_has_measured() {
        let output = "Running 2s test\n  Requests/sec: 12.00\n\
            {\"requests\":3000,\"microseconds\":2000000,\"refused\":0,\"broken\":0,\"p50\":1500,\"p99\":9000}\n";
        let measured = asked(output).unwrap();
        assert_eq!(measured.per_second, 1500.0);
        assert_eq!((measured.p50_ms, measured.p99_ms), (Some(1.5), Some(9.0)));
        assert!(asked("Running 2s test\n").is_err());
    }

    #[test]
    fn a_request_that_fails_is_no_measurement() {
        let output =
            "{\"requests\":10,\"microseconds\":9,\"refused\":2,\"broken\":1,\"p50\":1,\"p99\":1}";
        let cause = asked(output).unwrap_err();
        assert_eq!(
            cause,
            "of 11 requests, 2 were answered with an error, and 1 not at all"
        );
    }

    #[test]
    fn the_rate_of_pgbench_is_read_whatever_its_version() {
        let new = "tps = 1162.130016 (without initial connection time)\n";
        assert_eq!(transactions(new).unwrap().per_second, 1162.130016);
        let old = "tps = 9.5 (including connections establishing)\n\
            tps = 10.5 (excluding connections establishing)\n";
        assert_eq!(transactions(old).unwrap().per_second, 10.5);
        assert!(transactions("pgbench: error").is_err());
    }
}
