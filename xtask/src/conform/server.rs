//! The server, built and run as its users run it, on a database of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use dev_postgres::{TemporaryCluster, TestDatabase};
use serde_json::Value;

use crate::child::{Guarded, Running};
use crate::finding::{Failure, Finding, Kind};
use crate::layout::Layout;
use crate::program;

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
    Ok(program::target_directory(layout)?.join("conform"))
}

/// Builds the server, unless one is given. What the compiler says goes to standard error.
pub(super) fn build(
    layout: &Layout,
    given: Option<&Path>,
    directory: &Path,
) -> Result<Build, Failure> {
    let program = match given {
        Some(program) => program.to_owned(),
        None => program::build(&layout.root().join("Cargo.toml"), PACKAGE, &[])?,
    };
    Ok(Build {
        program,
        directory: directory.to_owned(),
    })
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
    UPDATE booking_policies SET max_bookings_per_guest = NULL, one_booking_per_service = false,
        seating_version = seating_version + 1;
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
    INSERT INTO booking_contacts (restaurant_id, booking_id, version, booking_public_id, name, email, phone)
        SELECT restaurant_id, booking_id, 1, public_id, 'Sarah Chen', 'conform@example.com', '+15551234567'
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
        program::migrate(&build.program, &database.url())?;
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
            .without(&program::variables())
            .start(errors)?;
        match program::address(&mut process, START_LIMIT) {
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

fn error(rule: &str, message: impl Into<String>) -> Finding {
    Finding::error(Kind::Conformance, rule, message)
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
