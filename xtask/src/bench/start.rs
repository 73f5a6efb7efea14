//! How long the service takes from its start to its first answer.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::answers;
use super::database::Database;
use super::load::Workload;
use super::measure::Turns;
use super::programs::{self, Security};
use super::report::{Figure, Goal, Measurement, Row};
use super::rows::SERVICE;
use crate::finding::Failure;

/// How often it is started.
const STARTS: usize = 5;

/// From the start of the process, on a database that is up to date, to the answer to the first of these
/// requests.
pub(super) fn row(
    program: &Path,
    database: &Database<'_>,
    asked: &Workload,
    log: &Path,
    progress: &dyn Fn(&str),
) -> Result<Row, Failure> {
    let path = &asked.requests;
    let lines = fs::read_to_string(path).map_err(Failure::io("read", path))?;
    let line = lines.lines().next().unwrap_or_default();
    Turns::new("start to first answer", "warm")
        .then(SERVICE, |_| {
            let began = Instant::now();
            let server = programs::start_server(program, database, Security::Unlimited, log)?;
            let (status, answer) = answers::ask(&server.address, line)?;
            let seconds = began.elapsed().as_secs_f64();
            match status {
                200 => Ok(Measurement::from([(Figure::StartSeconds, seconds)])),
                _ => Err(Failure::tool("the server", answer)),
            }
        })
        .goal(Goal::under(Figure::StartSeconds, SERVICE, 0.5))
        .measure(STARTS, progress)
}
