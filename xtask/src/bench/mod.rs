//! `cargo xtask bench`: the service against what a user would build instead.
//!
//! Everything is measured in turns on one durable database: the service, the peers (`xtask/bench/peers`),
//! of which one is written by hand and one is plain Dropshot, and PostgreSQL by itself with the fewest
//! statements that do the same work, which is the ceiling. So what slows the machine down for a while
//! slows all of them down, and what counts are the ratios. Latencies are measured at a fixed rate.

mod answers;
mod chart;
mod compare;
mod database;
mod growth;
mod load;
mod measure;
mod mix;
mod programs;
mod report;
mod requests;
mod rows;
mod security;
mod start;
mod table;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use dev_postgres::Cluster;

use self::database::Database;
use self::growth::Side;
use self::load::Load;
use self::measure::{Bed, Plan};
use self::programs::{Built, Security};
use self::report::{Report, Row};
use self::requests::Requests;
use self::rows::Rows;
use crate::cli::{Bench, Growth};
use crate::finding::Failure;
use crate::git::Git;
use crate::layout::Layout;
use crate::program;

/// Measures everything, and says on standard error what is going on, on standard output what has come
/// of it.
pub(crate) fn run(layout: &Layout, arguments: &Bench) -> Result<(), Failure> {
    let progress = |what: &str| eprintln!("bench: {what}");
    let old = arguments.compare.as_deref().map(read).transpose()?;
    let growth = arguments.growth.map(Growth::name);
    if let Some(old) = &old
        && (old.is_quick, &old.growth) != (arguments.quick, &growth)
    {
        let cause = "a run with --quick or --growth is compared with such runs only";
        return Err(Failure::tool("--compare", cause));
    }
    let target = program::target_directory(layout)?;
    let directory = target.join("bench");
    let _lock = lock(&directory)?;
    progress("building the service and its peers");
    let built = programs::build(layout, &target)?;
    let plan = Plan::new(arguments.quick);
    let cluster = database::start_cluster(&directory)?;
    let run = Run {
        layout,
        built: &built,
        directory: &directory,
        cluster: &cluster,
        plan,
        progress: &progress,
    };
    let database = run.open(plan.size)?;
    let at = database.now()?;
    let rows = match arguments.growth {
        None => run.rows(&database)?,
        Some(growth) => {
            let grown = run.open(plan.size.grown(growth))?;
            run.growth(&database, &grown)?
        }
    };
    let report = Report {
        at,
        commit: commit(layout)?,
        machine: machine(),
        database: database.version()?,
        bookings: plan.size.bookings(),
        is_quick: arguments.quick,
        growth,
        seconds: plan.duration.as_secs(),
        rows,
    };
    tell(&report, old.as_ref(), &directory)
}

/// What a run has from its beginning to its end.
struct Run<'a> {
    layout: &'a Layout,
    built: &'a Built,
    directory: &'a Path,
    cluster: &'a Cluster,
    plan: Plan,
    progress: &'a dyn Fn(&str),
}

impl<'a> Run<'a> {
    fn open(&self, size: database::Size) -> Result<Database<'a>, Failure> {
        let server = &self.built.server;
        Database::open(self.layout, server, self.cluster, size, self.progress)
    }

    fn requests<'b>(&'b self, database: &'b Database<'b>) -> Requests<'b> {
        Requests {
            database,
            peer: &self.built.peer,
            directory: self.directory,
            // As many on each of two databases.
            page: self.plan.size.restaurants.min(requests::PAGE),
        }
    }

    /// All rows, on one database.
    fn rows(&self, database: &Database<'_>) -> Result<Vec<Row>, Failure> {
        let (built, log) = (self.built, |name| self.directory.join(name));
        let url = database.url();
        let load = Load::prepare(self.directory, database.program("pgbench"))?;
        let server = programs::start_server(
            &built.server,
            database,
            Security::Unlimited,
            &log("server.log"),
        )?;
        let peer = programs::start_peer(&built.peer, &url, &log("peer.log"))?;
        let dropshot = programs::start_peer(&built.dropshot, &url, &log("dropshot.log"))?;
        let rows = Rows {
            bed: Bed {
                plan: self.plan,
                load: &load,
                database,
            },
            requests: self.requests(database),
            server: &server,
            peer: &peer,
            dropshot: &dropshot,
            progress: self.progress,
        };
        let mut measured = vec![
            rows.get_booking()?,
            rows.create_booking()?,
            rows.get_availability()?,
            rows.get_availability_calendar()?,
            rows.search_availability()?,
            rows.hot_slot()?,
        ];
        let mixed = programs::start_server(
            &built.server,
            database,
            Security::Unlimited,
            &log("mixed.log"),
        )?;
        measured.push(rows.mix(&mixed)?);
        drop(mixed);
        let asked = rows.requests.get_booking()?;
        let log = log("start.log");
        let start = start::row(&built.server, database, &asked, &log, self.progress)?;
        measured.push(start);
        let (bed, requests) = (&rows.bed, &rows.requests);
        measured.extend(security::rows(&built.server, bed, requests, self.progress)?);
        Ok(measured)
    }

    /// The service's rows on both databases.
    fn growth(&self, base: &Database<'_>, grown: &Database<'_>) -> Result<Vec<Row>, Failure> {
        let load = Load::prepare(self.directory, base.program("pgbench"))?;
        let start = |database, name| {
            let log = self.directory.join(name);
            programs::start_server(&self.built.server, database, Security::Unlimited, &log)
        };
        let (of_base, of_grown) = (start(base, "server.log")?, start(grown, "grown.log")?);
        let side = |database, server| Side {
            bed: Bed {
                plan: self.plan,
                load: &load,
                database,
            },
            requests: self.requests(database),
            server,
        };
        growth::rows(
            &side(base, &of_base),
            &side(grown, &of_grown),
            self.progress,
        )
    }
}

/// Prints the table and what has fallen, and writes the files.
fn tell(report: &Report, old: Option<&Report>, directory: &Path) -> Result<(), Failure> {
    let mut name = if report.is_quick { "quick" } else { "report" }.to_owned();
    if let Some(growth) = &report.growth {
        name = format!("{name}-growth-{growth}");
    }
    let json = directory.join(format!("{name}.json"));
    let text = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::tool("writing the report", error.to_string()))?;
    fs::write(&json, text + "\n").map_err(Failure::io("write", &json))?;
    let svg = json.with_extension("svg");
    fs::write(&svg, chart::svg(report)).map_err(Failure::io("write", &svg))?;
    let markdown = json.with_extension("md");
    fs::write(&markdown, table::markdown(report)).map_err(Failure::io("write", &markdown))?;
    let mut said = table::text(report);
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
    said.push('\n');
    for path in [json, svg, markdown] {
        said.push_str(&format!("{}\n", path.display()));
    }
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
