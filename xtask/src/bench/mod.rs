//! `cargo xtask bench`: the service against what a user would build instead.
//!
//! Everything is measured in turns on one durable database: the service, the peer that is written by
//! hand (`xtask/bench/peers`), and PostgreSQL by itself with the fewest statements that do the same
//! work, which is the ceiling. So what slows the machine down for a while slows all of them down, and
//! what counts are the ratios.

mod chart;
mod compare;
mod database;
mod load;
mod measure;
mod programs;
mod report;
mod requests;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use self::database::Database;
use self::load::Load;
use self::measure::{Bed, Plan};
use self::report::Report;
use crate::cli::Bench;
use crate::finding::Failure;
use crate::git::Git;
use crate::layout::Layout;
use crate::program;

/// Measures everything, and says on standard error what is going on, on standard output what has come
/// of it.
pub(crate) fn run(layout: &Layout, arguments: &Bench) -> Result<(), Failure> {
    let progress = |what: &str| eprintln!("bench: {what}");
    let old = arguments.compare.as_deref().map(read).transpose()?;
    if old
        .as_ref()
        .is_some_and(|old| old.is_quick != arguments.quick)
    {
        let cause = "a run with --quick is compared with such runs only";
        return Err(Failure::tool("--compare", cause));
    }
    let target = program::target_directory(layout)?;
    let directory = target.join("bench");
    let _lock = lock(&directory)?;
    progress("building the service and its peer");
    let built = programs::build(layout, &target)?;
    let plan = Plan::new(arguments.quick);
    let database = Database::open(layout, &built.server, &directory, plan.size, &progress)?;
    let load = Load::prepare(&directory, database.program("pgbench"))?;
    let at = database.now()?;
    let server = programs::start_server(
        &built.server,
        &database.url_of_service(),
        &directory.join("server.log"),
    )?;
    let peer = programs::start_peer(&built.peer, &database.url(), &directory.join("peer.log"))?;
    let operations = measure::operations(
        requests::get_booking(&database, &built.peer, &directory)?,
        requests::create_booking(&database, &directory)?,
    );
    let bed = Bed {
        plan,
        load,
        server,
        peer,
        database,
    };
    let measured = operations
        .iter()
        .map(|operation| bed.measure(operation, &progress));
    let rows = measured.collect::<Result<_, _>>()?;
    let plan = &bed.plan;
    let report = Report {
        at,
        commit: commit(layout)?,
        machine: machine(),
        database: bed.database.version()?,
        bookings: plan.size.bookings(),
        is_quick: arguments.quick,
        seconds: plan.duration.as_secs(),
        rows,
    };
    tell(&report, old.as_ref(), &directory)
}

/// Prints the table and what has fallen, and writes the files.
fn tell(report: &Report, old: Option<&Report>, directory: &Path) -> Result<(), Failure> {
    let name = if report.is_quick { "quick" } else { "report" };
    let json = directory.join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::tool("writing the report", error.to_string()))?;
    fs::write(&json, text + "\n").map_err(Failure::io("write", &json))?;
    let svg = json.with_extension("svg");
    fs::write(&svg, chart::svg(report)).map_err(Failure::io("write", &svg))?;
    let mut said = report::table(report);
    if let Some(old) = old {
        let fallen = compare::fallen(old, report);
        said.push_str(&format!("\nsince {} ({}): ", old.at, old.commit));
        said.push_str(match fallen.is_empty() {
            true => "no ratio has fallen by more than noise\n",
            false => "these ratios have fallen by more than noise\n",
        });
        for line in fallen {
            said.push_str(&format!("  {line}\n"));
        }
    }
    said.push_str(&format!("\n{}\n{}\n", json.display(), svg.display()));
    // A reader that has gone away has seen what it wanted.
    let _ = std::io::stdout().write_all(said.as_bytes());
    Ok(())
}

fn read(path: &Path) -> Result<Report, Failure> {
    let text = fs::read_to_string(path).map_err(Failure::io("read", path))?;
    serde_json::from_str(&text).map_err(|error| {
        let cause = format!("{} is no report of this command: {error}", path.display());
        Failure::tool("--compare", cause)
    })
}

/// Waits until no other `bench` measures in the same directory.
fn lock(directory: &Path) -> Result<File, Failure> {
    fs::create_dir_all(directory).map_err(Failure::io("make", directory))?;
    let path = directory.join("lock");
    let lock = File::create(&path).map_err(Failure::io("write", &path))?;
    lock.lock().map_err(Failure::io("lock", &path))?;
    Ok(lock)
}

/// The commit that was measured.
fn commit(layout: &Layout) -> Result<String, Failure> {
    match Git::at(layout.root())? {
        Some(git) => git.describe(),
        None => Ok("none".to_owned()),
    }
}

/// `2 × AMD EPYC 7763`.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let described = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = described
        .lines()
        .find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": "));
    format!(
        "{cores} × {}",
        model.map_or(std::env::consts::ARCH, |model| model.1)
    )
}
