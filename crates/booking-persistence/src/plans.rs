//! How PostgreSQL runs the statements of an operation, at a realistic size.
//!
//! A statement that reads a whole table is as fast as any while the table is small. So a test
//! runs the operation itself, with the statements that it really sends, on a database of the
//! size of a city (`plans/large_database.sql`), and asks for the plans that PostgreSQL has used, with
//! what each of their steps has read (the module `auto_explain` reports them). What requests wait for
//! is in `hot_queries.rs`; a list has such a test beside it:
//!
//! ```text
//! let database = LargeDatabase::new();
//! let connection = database.connect().await;
//! connection.see(&Visibility::of_booking(&caller, &id)).await;
//! bookings::find(&connection.diesel, &id).await?;
//! connection.assert_plans(&["bookings_public_id_key"]).await;
//! ```
//!
//! The statements run as the service's role, and so under the policies of row-level security, which
//! become a part of their plans.
//!
//! The database is filled once for all tests of a process, which takes half a minute, and they share
//! it: what a test writes, no other one looks at.

mod hot_queries;
mod report;

use std::sync::OnceLock;

use dev_postgres::TestDatabase;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

pub(crate) use self::report::Reads;
use self::report::{PlanLog, connect};
use crate::connection::{ConnectError, Pool, Visibility};
use crate::{RandomSource, SERVICE_ROLE, Store, migrate};

/// A city: see there.
const FILL: &str = include_str!("plans/large_database.sql");

/// Both at once: they take as long as all the rest.
const INDEX: [&str; 2] = ["REINDEX TABLE bookings", "REINDEX TABLE occupancies"];

const MEMORY: &str = "SET maintenance_work_mem = '256MB'";

const SETTLE: [&str; 2] = [
    "UPDATE pg_index SET indisexclusion = true
     WHERE indexrelid = 'occupancies_no_overlap'::regclass",
    "VACUUM ANALYZE",
];

/// Every table that grows with restaurants, guests or time.
const LARGE_TABLES: [&str; 24] = [
    "accounts",
    "restaurant_staff",
    "staff_invitations",
    "api_keys",
    "audit_events",
    "sessions",
    "authorization_codes",
    "user_identities",
    "one_time_tokens",
    "messages",
    "bookings",
    "occupancies",
    "users",
    "restaurants",
    "booking_policies",
    "service_periods",
    "dining_tables",
    "dining_areas",
    "table_combinations",
    "combined_tables",
    "special_days",
    "special_day_services",
    "blockouts",
    "booking_days",
];

/// What makes a session report the plan of each statement that it runs. Without `jit`, as in every
/// session of the store's.
const REPORT_PLANS: &str = "
    LOAD 'auto_explain';
    SET auto_explain.log_min_duration = 0;
    SET auto_explain.log_level = 'notice';
    SET auto_explain.log_format = 'json';
    SET auto_explain.log_analyze = on;
    SET auto_explain.log_buffers = on;
    SET auto_explain.log_timing = off;
    SET auto_explain.log_nested_statements = on;
    SET jit = off;
";

/// A database of a realistic size.
pub(crate) struct LargeDatabase(&'static TestDatabase);

impl LargeDatabase {
    pub(crate) fn new() -> Self {
        static FILLED: OnceLock<TestDatabase> = OnceLock::new();
        Self(FILLED.get_or_init(|| {
            let database = TestDatabase::create().expect("PostgreSQL runs");
            let url = database.url();
            // A test is within a runtime already.
            let filling = std::thread::spawn(move || {
                let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
                runtime.block_on(fill(&url));
            });
            filling.join().expect("it is filled");
            database
        }))
    }

    /// A connection that remembers its plans.
    pub(crate) async fn connect(&self) -> ObservedConnection {
        let log = PlanLog::default();
        ObservedConnection {
            diesel: connect_observed(&self.0.url(), &log).await,
            log,
        }
    }

    /// A store that remembers its plans. It has one connection, so that what ends a request behind
    /// its back ends before the next begins.
    pub(crate) async fn store(&self) -> ObservedStore {
        let (url, log) = (self.0.url(), PlanLog::default());
        let config = url.parse().expect("it is a URL");
        let observed = log.clone();
        let open = move || {
            let (url, log) = (url.clone(), observed.clone());
            async move { Ok::<_, ConnectError>(connect_observed(&url, &log).await) }
        };
        let pool = Pool::connect_with(1, open).await.expect("it answers");
        ObservedStore {
            store: Store::from_parts(config, pool, RandomSource::new(|| Ok(report::fresh()))),
            log,
        }
    }
}

async fn fill(url: &str) {
    migrate(url).await.expect("it migrates");
    let run = async |statements: &[&str]| {
        let mut connection = connect(url, PlanLog::default()).await;
        for statement in statements {
            connection.batch_execute(statement).await.expect(statement);
        }
    };
    let statements: Vec<&str> = FILL.split_inclusive(";\n").collect();
    run(&statements).await;
    let index = INDEX.map(|statement| async move { run(&[MEMORY, statement]).await });
    futures_util::future::join_all(index).await;
    run(&SETTLE).await;
}

/// A session that reports its plans, as the service's role.
async fn connect_observed(url: &str, log: &PlanLog) -> AsyncPgConnection {
    let mut connection = connect(url, log.clone()).await;
    let report = connection.batch_execute(REPORT_PLANS).await;
    report.expect("auto_explain comes with PostgreSQL");
    // Only a superuser loads the module.
    let role = format!("SET ROLE {SERVICE_ROLE}");
    let role = connection.batch_execute(&role).await;
    role.expect("the migrations make it");
    connection
}

/// A connection that remembers the plans of the statements that it has run.
pub(crate) struct ObservedConnection {
    pub(crate) diesel: AsyncPgConnection,
    log: PlanLog,
}

impl ObservedConnection {
    /// From here on it sees this, with every statement: within a transaction, the plan of a
    /// statement would be reported by the next one.
    pub(crate) async fn see(&self, visibility: &Visibility) {
        let settings = visibility.settings().map(|(name, value)| {
            let value = value.unwrap_or_default();
            format!("SELECT set_config('booking.{name}', '{value}', false);")
        });
        let set = (&self.diesel).batch_execute(&settings.concat()).await;
        set.expect("the settings are");
        self.log.take();
    }

    /// Checks the plans of all statements since the last time: see `Plans::assert`. Gives what they
    /// have read.
    ///
    /// # Panics
    ///
    /// When they are not as they should be.
    pub(crate) async fn assert_plans(&self, indexes: &[&str]) -> Reads {
        // The last plan can follow the answer that it is about; it is before the next one.
        let nothing = (&self.diesel).batch_execute("").await;
        nothing.expect("it answers");
        self.log.take().assert(indexes)
    }
}

/// A store that remembers the plans of the statements that it has run.
pub(crate) struct ObservedStore {
    pub(crate) store: Store,
    log: PlanLog,
}

/// After five runs of a prepared statement PostgreSQL chooses, once and for all, whether it plans it
/// anew for each run.
const RUNS: usize = 7;

impl ObservedStore {
    /// Runs an operation as often as it takes to see the plans that it keeps; each time it uses these
    /// indexes, and reads no more than this.
    ///
    /// # Panics
    ///
    /// When that is not so.
    pub(crate) async fn assert<T>(
        &self,
        name: &str,
        indexes: &[&str],
        most: Reads,
        operation: impl AsyncFn(&Store, usize) -> T,
    ) -> Vec<T> {
        let mut done = Vec::new();
        for run in 0..RUNS {
            self.log.take();
            done.push(operation(&self.store, run).await);
            // Whatever ends the operation ends before this.
            self.store.ping().await.expect("it answers");
            let plans = self.log.take();
            let reads = plans.assert(indexes);
            let few = reads.rows <= most.rows && reads.pages <= most.pages;
            assert!(few, "{name} reads {reads:?}, not {most:?}:\n{plans}");
        }
        done
    }
}

mod tests {
    use std::convert::Infallible;

    use booking_domain::RestaurantId;
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;

    use super::{LargeDatabase, Reads};
    use crate::connection::Visibility;
    use crate::schema::bookings;
    use crate::{Store, StoreError};

    #[tokio::test]
    #[should_panic(expected = "bookings is read as a whole")]
    async fn statement_without_an_index_is_found() {
        let database = LargeDatabase::new();
        let connection = database.connect().await;
        let restaurant = RestaurantId::new(7).expect("it is a number");
        connection.see(&Visibility::of_restaurant(restaurant)).await;
        bookings::table
            .filter(bookings::party_size.eq(3))
            .count()
            .get_result::<i64>(&mut &connection.diesel)
            .await
            .expect("it is SQL");
        connection.assert_plans(&[]).await;
    }

    #[tokio::test]
    #[should_panic(expected = "another_index is not used")]
    async fn statement_that_uses_another_index_is_found() {
        let database = LargeDatabase::new();
        let connection = database.connect().await;
        bookings::table
            .filter(bookings::public_id.eq("bk_1"))
            .count()
            .get_result::<i64>(&mut &connection.diesel)
            .await
            .expect("it is SQL");
        connection
            .assert_plans(&["bookings_public_id_key", "another_index"])
            .await;
    }

    #[tokio::test]
    #[should_panic(expected = "a count reads Reads")]
    async fn operation_that_reads_more_than_it_answers_is_found() {
        let database = LargeDatabase::new();
        let observed = database.store().await;
        let restaurant = RestaurantId::new(7).expect("it is a number");
        let count = async |store: &Store, _: usize| {
            let seeing = store.seeing(Visibility::of_restaurant(restaurant));
            let count = seeing.read("count", async |mut connection| {
                let of_here = bookings::table.filter(bookings::restaurant_id.eq(7));
                let count = of_here.count().get_result::<i64>(&mut connection).await;
                Ok(count?)
            });
            let count: Result<i64, StoreError<Infallible>> = count.await;
            count.expect("it is SQL")
        };
        let most = Reads {
            rows: 100,
            pages: 100,
        };
        observed.assert("a count", &[], most, count).await;
    }
}
