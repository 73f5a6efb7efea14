//! The load generators: `wrk` for servers, `pgbench` for the database by itself.
//!
//! `wrk` since it sends a header and a body of its own with each request, which `oha` cannot.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;

use super::report::{Figure, Measurement};
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

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Workload {
    pub(super) requests: PathBuf,
    pub(super) connections: u32,
    /// Whether the database is another one afterwards.
    pub(super) writes: bool,
    /// Which status is a right answer besides those of success.
    pub(super) also_right: Option<u16>,
    /// How many requests there are, where none may be sent twice.
    pub(super) sent_once: Option<u64>,
}

impl Workload {
    /// Requests that only read.
    pub(super) fn reads(requests: PathBuf, connections: u32) -> Self {
        Self {
            requests,
            connections,
            writes: false,
            also_right: None,
            sent_once: None,
        }
    }

    /// Requests that write.
    pub(super) fn writes(requests: PathBuf, connections: u32) -> Self {
        Self {
            writes: true,
            ..Self::reads(requests, connections)
        }
    }
}

/// How much of the rate that was asked for is kept at least.
const KEPT: f64 = 0.95;

/// What `requests.lua` says.
#[derive(Debug, Deserialize)]
struct Said {
    requests: u64,
    microseconds: u64,
    refused: u64,
    broken: u64,
    p50: u64,
    p95: u64,
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

    /// Asks a server for as much as it answers, over connections each of which waits for its answer.
    ///
    /// # Errors
    /// Also when any request is not answered, or with an error: a figure would say nothing then.
    pub(super) fn peak(
        &self,
        address: &str,
        workload: &Workload,
        duration: Duration,
    ) -> Result<Measurement, Failure> {
        self.server(address, workload, 0.0, duration)
    }

    /// Asks a server for so many answers a second. What waits while the server stands still is counted with
    /// the time that it would have waited. Where the rate is not kept, no latency is told.
    ///
    /// # Errors
    /// As [`Self::peak`].
    pub(super) fn at_rate(
        &self,
        address: &str,
        workload: &Workload,
        rate: f64,
        duration: Duration,
    ) -> Result<Measurement, Failure> {
        // Half of nothing is no rate.
        if rate <= 0.0 {
            return Ok(Measurement::from([(Figure::PerSecond, 0.0)]));
        }
        let measured = self.server(address, workload, rate, duration)?;
        Ok(kept(measured, rate))
    }

    fn server(
        &self,
        address: &str,
        workload: &Workload,
        rate: f64,
        duration: Duration,
    ) -> Result<Measurement, Failure> {
        let connections = workload.connections;
        let arguments = [
            "--threads=1".to_owned(),
            format!("--connections={connections}"),
            format!("--duration={}s", duration.as_secs()),
            "--timeout=30s".to_owned(),
            "--script".to_owned(),
            self.script.to_string_lossy().into_owned(),
            address.to_owned(),
            "--".to_owned(),
            workload.requests.to_string_lossy().into_owned(),
            rate.to_string(),
            connections.to_string(),
            workload.also_right.unwrap_or(0).to_string(),
        ];
        let output = self.run("wrk", Path::new("wrk"), &arguments, duration)?;
        asked(&output, workload.sent_once).map_err(|cause| Failure::tool("wrk", cause))
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

/// What `wrk` has measured, unless a request has failed, or was sent twice where there are only so many.
fn asked(output: &str, sent_once: Option<u64>) -> Result<Measurement, String> {
    let line = output.lines().rfind(|line| line.starts_with('{'));
    let line = line.ok_or("it does not say what it has measured")?;
    let said: Said = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if said.refused + said.broken > 0 {
        return Err(format!(
            "of {} requests, {} were answered with an error, and {} not at all",
            said.requests + said.broken,
            said.refused,
            said.broken
        ));
    }
    if let Some(most) = sent_once.filter(|most| said.requests > *most) {
        return Err(format!(
            "it has sent {} requests, and there are only {most}",
            said.requests
        ));
    }
    // None of them may have been answered by the end.
    if said.requests == 0 {
        return Ok(Measurement::from([(Figure::PerSecond, 0.0)]));
    }
    let milliseconds = |microseconds| microseconds as f64 / 1e3;
    Ok(Measurement::from([
        (
            Figure::PerSecond,
            said.requests as f64 * 1e6 / said.microseconds as f64,
        ),
        (Figure::P50Ms, milliseconds(said.p50)),
        (Figure::P95Ms, milliseconds(said.p95)),
        (Figure::P99Ms, milliseconds(said.p99)),
    ]))
}

/// What was measured at this rate: without latencies where it was not kept, for those are corrected by the
/// rate that there was.
fn kept(mut measured: Measurement, rate: f64) -> Measurement {
    let is_kept = measured
        .get(&Figure::PerSecond)
        .is_some_and(|it| *it >= rate * KEPT);
    if !is_kept {
        measured.retain(|figure, _| *figure == Figure::PerSecond);
    }
    measured
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
    let number = number.ok_or("it does not say what it has measured")?;
    Ok(Measurement::from([(Figure::PerSecond, number)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "Running 2s test\n  Requests/sec: 12.00\n\
        {\"requests\":3000,\"microseconds\":2000000,\"refused\":0,\"broken\":0,\
        \"p50\":1500,\"p95\":4000,\"p99\":9000}\n";

    #[test]
    fn the_last_line_of_wrk_is_what_it_has_measured() {
        let measured = asked(OUTPUT, None).unwrap();
        let expected = [
            (Figure::PerSecond, 1500.0),
            (Figure::P50Ms, 1.5),
            (Figure::P95Ms, 4.0),
            (Figure::P99Ms, 9.0),
        ];
        assert_eq!(measured, Measurement::from(expected));
        assert!(asked("Running 2s test\n", None).is_err());
    }

    #[test]
    fn a_request_that_fails_is_no_measurement() {
        let output = "{\"requests\":10,\"microseconds\":9,\"refused\":2,\"broken\":1,\"p50\":1,\
            \"p95\":1,\"p99\":1}";
        let cause = asked(output, None).unwrap_err();
        assert_eq!(
            cause,
            "of 11 requests, 2 were answered with an error, and 1 not at all"
        );
    }

    #[test]
    fn what_answers_nothing_in_time_has_no_latency() {
        let output = "{\"requests\":0,\"microseconds\":9,\"refused\":0,\"broken\":0,\"p50\":0,\
            \"p95\":0,\"p99\":0}";
        let expected = Measurement::from([(Figure::PerSecond, 0.0)]);
        assert_eq!(asked(output, None), Ok(expected));
    }

    #[test]
    fn a_request_that_was_sent_twice_is_none_where_each_is_sent_once() {
        assert!(asked(OUTPUT, Some(3000)).is_ok());
        let cause = asked(OUTPUT, Some(2999)).unwrap_err();
        assert_eq!(cause, "it has sent 3000 requests, and there are only 2999");
    }

    #[test]
    fn latencies_are_told_of_a_rate_that_is_kept() {
        let measured = asked(OUTPUT, None).unwrap();
        assert_eq!(kept(measured.clone(), 1570.0), measured);
        let slow = kept(measured, 1600.0);
        assert_eq!(slow, Measurement::from([(Figure::PerSecond, 1500.0)]));
    }

    #[test]
    fn the_rate_of_pgbench_is_read_whatever_its_version() {
        let rate = |output| transactions(output).map(|it| it[&Figure::PerSecond]);
        let new = "tps = 1162.130016 (without initial connection time)\n";
        assert_eq!(rate(new), Ok(1162.130016));
        let old = "tps = 9.5 (including connections establishing)\n\
            tps = 10.5 (excluding connections establishing)\n";
        assert_eq!(rate(old), Ok(10.5));
        assert!(rate("pgbench: error").is_err());
    }
}
