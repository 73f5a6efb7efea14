//! The server, built and run as its users run it, on a database of its own.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use cargo_metadata::{Message, MetadataCommand};
use dev_postgres::{TemporaryCluster, TestDatabase};
use serde_json::Value;

use super::child::{Guarded, Running};
use crate::finding::{Failure, Finding, Kind};
use crate::layout::Layout;

/// The package of the server, and the name of its program.
const PACKAGE: &str = "booking-server";

/// What the server makes tokens of. Its database is thrown away.
const SECRET_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// How long the server may take until it listens: the migrations and the demo are in it.
const START_LIMIT: Duration = Duration::from_secs(60);

/// The server's program, and a directory that is this command's own.
#[derive(Debug)]
pub(super) struct Build {
    /// The program.
    pub(super) program: PathBuf,
    /// Where logs, reports and tools are kept, below the directory of everything built.
    pub(super) directory: PathBuf,
}

/// The directory of this command's own, below that of everything built.
pub(super) fn directory(layout: &Layout) -> Result<PathBuf, Failure> {
    let metadata = MetadataCommand::new()
        .manifest_path(layout.root().join("Cargo.toml"))
        .no_deps()
        .exec()?;
    Ok(metadata
        .target_directory
        .join("conform")
        .into_std_path_buf())
}

/// Builds the server, unless one is given. What the compiler says goes to standard error.
pub(super) fn build(
    layout: &Layout,
    given: Option<&Path>,
    directory: &Path,
) -> Result<Build, Failure> {
    let program = match given {
        Some(program) => program.to_owned(),
        None => compile(layout)?,
    };
    Ok(Build {
        program,
        directory: directory.to_owned(),
    })
}

fn compile(layout: &Layout) -> Result<PathBuf, Failure> {
    let manifest = layout.root().join("Cargo.toml");
    let what = "cargo build --package booking-server";
    let failed = |cause: String| Failure::tool(what, cause);
    let mut cargo = Command::new("cargo")
        .args(["build", "--locked", "--package", PACKAGE, "--bin", PACKAGE])
        .arg("--message-format=json-render-diagnostics")
        .arg("--manifest-path")
        .arg(&manifest)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| failed(format!("it cannot be run: {source}")))?;
    let mut program = None;
    if let Some(output) = cargo.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)) {
            let message = message.map_err(|source| failed(source.to_string()))?;
            if let Message::CompilerArtifact(artifact) = message
                && artifact.target.name == PACKAGE
            {
                program = artifact.executable.or(program);
            }
        }
    }
    let status = cargo.wait().map_err(|source| failed(source.to_string()))?;
    match program {
        Some(program) if status.success() => Ok(program.into_std_path_buf()),
        _ => Err(failed("the server does not build".to_owned())),
    }
}

/// Makes an account that owns every restaurant of the demo and runs the installation, and four hundred
/// people who work in each, for what is asked of restaurants. Nobody has a password yet. Of two bookings
/// without tables, the time of one has just come, and the other is pending, and begins a day later: what is
/// said of those is said of them.
const STAFF: &str = "
    INSERT INTO users (name, email, created_at)
        SELECT 'Conform', 'conform' || COALESCE(number::text, '') || '@example.com', '2026-01-01Z'
        FROM (SELECT NULL AS number UNION ALL SELECT generate_series(0, 399)) AS numbers;
    INSERT INTO accounts (user_id, public_id, name, email_verified_at, version, created_at, updated_at)
        SELECT user_id, 'usr_' || split_part(email, '@', 1), name, created_at, 1, created_at, created_at
        FROM users WHERE name = 'Conform';
    INSERT INTO restaurant_staff (restaurant_id, user_id, role, version, created_at, updated_at)
        SELECT restaurant_id, user_id,
            CASE public_id WHEN 'usr_conform' THEN 'owner' ELSE 'host' END,
            1, accounts.created_at, accounts.created_at
        FROM restaurants, accounts WHERE accounts.name = 'Conform';
    UPDATE booking_policies SET max_bookings_per_guest = NULL, one_booking_per_service = false;
    UPDATE accounts SET is_platform_admin = true WHERE public_id = 'usr_conform';
    INSERT INTO bookings (restaurant_id, public_id, user_id, booking_date, booking_time, party_size,
        status, confirmation_code, contact_version, table_ids, starts_at, ends_at, free_at, service_date,
        utc_offset_minutes, created_at, updated_at)
        SELECT 1, 'bk_conform' || status, user_id, starts_at::date, date_trunc('minute', starts_at)::time,
            2, status, code, 1, '{}', starts_at AT TIME ZONE 'UTC',
            (starts_at + interval '1 hour') AT TIME ZONE 'UTC',
            (starts_at + interval '1 hour') AT TIME ZONE 'UTC', starts_at::date, 0, now(), now()
        FROM users, (VALUES ('pending', 'CNFRMA', interval '1 day'), ('confirmed', 'CNFRMB', '0'))
                AS made (status, code, later),
            LATERAL (SELECT date_trunc('minute', now() AT TIME ZONE 'UTC') + later AS starts_at) AS due
        WHERE email = 'conform@example.com';
    INSERT INTO booking_contacts (restaurant_id, booking_id, version, name, email, phone)
        SELECT restaurant_id, booking_id, 1, 'Sarah Chen', 'conform@example.com', '+15551234567'
        FROM bookings WHERE public_id LIKE 'bk_conform%'";

/// Has the restaurants of the demo staff.
fn hire(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        let connection = tokio::spawn(connection);
        client.batch_execute(STAFF).await?;
        drop(client);
        connection.await??;
        Ok(())
    })
}

/// Has the server's program bring the schema of its database up to date, as the superuser.
fn migrate(build: &Build, url: &str) -> Result<(), Failure> {
    let what = "booking-server migrate";
    let mut command = Command::new(&build.program);
    for variable in variables() {
        command.env_remove(variable);
    }
    let output = command
        .args(["migrate", "--migration-database-url", url])
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Failure::tool(what, format!("it cannot be run: {source}")))?;
    if output.status.success() {
        Ok(())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::tool(what, said.trim().to_owned()))
    }
}

/// A server that listens. It ends with this value, and its database with it.
pub(super) struct Server {
    process: Running,
    address: String,
    log: PathBuf,
    _database: TestDatabase,
}

impl Server {
    /// Starts the server on a database of its own with the restaurants of the demo, and waits
    /// until it listens. Its log goes to this file.
    pub(super) fn start(
        build: &Build,
        cluster: &TemporaryCluster,
        log: &Path,
    ) -> Result<Self, Failure> {
        let failed = |cause: String| Failure::tool("the server", cause);
        let database = cluster
            .database()
            .map_err(|source| failed(source.to_string()))?;
        migrate(build, &database.url())?;
        let url = database.url_as("booking_service");
        let arguments = [
            ["--listen", "127.0.0.1:0"],
            ["--database-url", &url],
            ["--secret-key", SECRET_KEY],
            // What is asked at random asks often, and some of it by mail.
            ["--attempts-per-minute", "0"],
            ["--show-mails", "true"],
            ["--demo", "true"],
            ["--log", "info"],
            ["--log-format", "json"],
        ];
        let errors = File::create(log).map_err(Failure::io("write", log))?;
        let mut process = Guarded::new("the server", &build.program, arguments.as_flattened())
            .without(&variables())
            .start(errors)?;
        match address(&mut process) {
            Some(address) => {
                hire(&database.url()).map_err(|error| failed(error.to_string()))?;
                Ok(Self {
                    process,
                    address,
                    log: log.to_owned(),
                    _database: database,
                })
            }
            None => {
                // It writes nothing more then.
                let _ = process.stop();
                Err(failed(format!(
                    "it has ended, or has not said within {START_LIMIT:?} where it listens{}",
                    last_lines(log)
                )))
            }
        }
    }

    /// `http://127.0.0.1:54321`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Stops the server in order. What went wrong with it meanwhile is found in its log.
    pub(super) fn stop(mut self) -> Result<Vec<Finding>, Failure> {
        let died = self.process.ended()?;
        let status = self.process.stop()?;
        let mut findings = in_log(&read(&self.log)?);
        if died.is_some() {
            findings.push(
                error(
                    "server-died",
                    format!("the server ended by itself: {status}"),
                )
                .detail(format!("its log ends with{}", last_lines(&self.log))),
            );
        } else if !status.success() {
            findings.push(error(
                "server-died",
                format!("the server did not end in order when it was asked to: {status}"),
            ));
        }
        Ok(findings)
    }
}

/// What decides about the server where a flag does not.
fn variables() -> Vec<OsString> {
    let names = std::env::vars_os().map(|(name, _)| name);
    let ours = |name: &OsString| {
        let name = name.to_string_lossy();
        name.starts_with("BOOKING_") || name == "DATABASE_URL"
    };
    names.filter(ours).collect()
}

fn error(rule: &str, message: impl Into<String>) -> Finding {
    Finding::error(Kind::Conformance, rule, message)
}

/// Where it listens, as it says itself.
fn address(process: &mut Running) -> Option<String> {
    let output = process.output()?;
    let (said, heard) = mpsc::channel();
    // It reads to the end, for a server whose pipe is full would wait.
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(address) = announced(&line) {
                // Nobody listens any more after the limit.
                let _ = said.send(address.to_owned());
            }
        }
    });
    // It ends at once when the server does.
    heard.recv_timeout(START_LIMIT).ok()
}

/// The address in `listening  http://127.0.0.1:54321/api/v1`.
fn announced(line: &str) -> Option<&str> {
    let url = line.trim().strip_prefix("listening")?.trim();
    let host = url.strip_prefix("http://")?;
    let end = host.find('/').unwrap_or(host.len());
    Some(&url[..url.len() - host.len() + end])
}

/// Errors and panics in a log, each kind once.
fn in_log(log: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for line in log.lines() {
        let finding = match serde_json::from_str::<Value>(line) {
            Ok(event) if event["level"] == "ERROR" => error(
                "server-error",
                format!(
                    "the server has logged an error: {}",
                    event["message"].as_str().unwrap_or_default()
                ),
            ),
            Ok(_) => continue,
            Err(_) if line.contains("panicked at") => {
                error("server-panicked", "a thread of the server has panicked")
            }
            Err(_) => continue,
        };
        let known = findings
            .iter()
            .any(|known| (&known.rule, &known.message) == (&finding.rule, &finding.message));
        if !known {
            findings.push(finding.detail(line));
        }
    }
    findings
}

/// The end of a log, to be read after a colon.
fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(5)..];
    if last.is_empty() {
        "; its log is empty".to_owned()
    } else {
        format!(":\n{}", last.join("\n"))
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::io("read", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_one_that_is_announced() {
        let line = "  listening  http://127.0.0.1:4711/api/v1";
        assert_eq!(announced(line), Some("http://127.0.0.1:4711"));
        assert_eq!(announced("  reference  http://127.0.0.1:4711/docs"), None);
    }

    #[test]
    fn errors_and_panics_in_a_log_are_found_once_each() {
        let log = "{\"level\":\"INFO\",\"message\":\"request answered\"}\n\
                   {\"level\":\"ERROR\",\"message\":\"the pool is empty\",\"request_id\":1}\n\
                   {\"level\":\"ERROR\",\"message\":\"the pool is empty\",\"request_id\":2}\n\
                   thread 'main' (7) panicked at src/lib.rs:1:1:\nmessage\n";
        let rules: Vec<_> = in_log(log)
            .into_iter()
            .map(|finding| finding.rule)
            .collect();
        assert_eq!(rules, ["server-error", "server-panicked"]);
        assert!(in_log("{\"level\":\"WARN\",\"message\":\"slow\"}\n").is_empty());
    }
}
