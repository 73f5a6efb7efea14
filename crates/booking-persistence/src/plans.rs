//! How PostgreSQL runs the statements of an operation, at a realistic size.
//!
//! A statement that reads a whole table is as fast as any while the table is small. So a test
//! runs the operation itself, with the statements that it really sends, on a database of the
//! size of a city (`plans/large_database.sql`), and asks for the plans that PostgreSQL has used, with
//! what each of their steps has read (the module `auto_explain` reports them). What requests wait for
//! is in `hot_queries/`, and reads like this:
//!
//! ```text
//! let database = LargeDatabase::new();
//! let observed = database.store().await;
//! let get = async |store: &Store, _: usize| store.get_restaurant(id, now).await;
//! let most = Reads { rows: 10, pages: 30 };
//! observed.assert("getRestaurant", &["restaurants_pkey"], most, get).await;
//! ```
//!
//! The statements run as the service's role, and so under the policies of row-level security, which
//! become a part of their plans.
//!
//! The database is filled once for all tests of a process, which takes half a minute, and they share
//! it: what a test writes, no other one looks at. So they are few, where each test has a process of its
//! own.

mod hot_queries;
mod report;

use std::sync::OnceLock;

use dev_postgres::TestDatabase;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

pub(crate) use self::report::Reads;
use self::report::{PlanLog, connect};
use crate::connection::{ConnectError, Pool};
use crate::operations::ServiceDayCache;
use crate::{DEFAULT_CACHE_BYTES, RandomSource, SERVICE_ROLE, Store, migrate};

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
const LARGE_TABLES: [&str; 29] = [
    "accounts",
    "restaurant_staff",
    "staff_invitations",
    "api_keys",
    "audit_events",
    "sessions",
    "authorization_codes",
    "user_identities",
    "one_time_tokens",
    "idempotency_records",
    "holds",
    "messages",
    "bookings",
    "booking_contacts",
    "booking_notes",
    "booking_events",
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
        let cache = ServiceDayCache::new(DEFAULT_CACHE_BYTES);
        let pool = Pool::connect_with(1, open, cache.on_database_change()).await;
        let pool = pool.expect("it answers");
        let random = RandomSource::new(|| Ok(report::fresh()));
        ObservedStore {
            store: Store::from_parts(config, pool, cache, random),
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
        // Whatever was before has ended.
        self.store.ping().await.expect("it answers");
        for run in 0..RUNS {
            self.log.take();
            // What is kept is not read.
            self.store.cache().clear();
            done.push(operation(&self.store, run).await);
            // Whatever ends the operation ends before this.
            self.store.ping().await.expect("it answers");
            let plans = self.log.take();
            if let Err(violation) = plans.check(indexes, most) {
                panic!("{name}: {violation}:\n{plans}");
            }
        }
        done
    }
}

mod tests {
    use std::convert::Infallible;

    use booking_domain::RestaurantId;
    use dev_postgres::TestDatabase;
    use diesel::prelude::*;
    use diesel::sql_types::Text;
    use diesel_async::RunQueryDsl;

    use super::{LARGE_TABLES, LargeDatabase, PlanLog, Reads, connect};
    use crate::connection::Visibility;
    use crate::schema::bookings;
    use crate::{Store, StoreError, migrate};

    #[derive(QueryableByName)]
    struct Table {
        #[diesel(sql_type = Text)]
        name: String,
    }

    #[tokio::test]
    async fn every_table_that_grows_is_known() {
        let database = TestDatabase::create().expect("PostgreSQL runs");
        migrate(&database.url()).await.expect("it migrates");
        let mut connection = connect(&database.url(), PlanLog::default()).await;
        let tables = "SELECT relname::text AS name FROM pg_class WHERE relkind = 'r'
            AND relnamespace = 'public'::regnamespace ORDER BY relname";
        let tables: QueryResult<Vec<Table>> = diesel::sql_query(tables).load(&mut connection).await;
        let tables = tables.expect("it is SQL").into_iter();
        let others = tables.filter(|table| !LARGE_TABLES.contains(&table.name.as_str()));
        let others: Vec<String> = others.map(|table| table.name).collect();
        assert_eq!(others, ["__diesel_schema_migrations", "signing_keys"]);
    }

    /// Counts the bookings of restaurant 7 by its index, or those of a party size, for which there is
    /// none.
    async fn count(store: &Store, by_index: bool) -> i64 {
        let restaurant = RestaurantId::new(7).expect("it is a number");
        let seeing = store.seeing(Visibility::of_restaurant(restaurant));
        let count = seeing.read("count", async |mut connection| {
            let query = bookings::table.count().into_boxed();
            let query = if by_index {
                query.filter(bookings::restaurant_id.eq(7))
            } else {
                query.filter(bookings::party_size.eq(2))
            };
            Ok(query.get_result::<i64>(&mut connection).await?)
        });
        let count: Result<i64, StoreError<Infallible>> = count.await;
        count.expect("it is SQL")
    }

    #[tokio::test]
    async fn what_reads_more_than_it_answers_is_found() {
        let database = LargeDatabase::new();
        let observed = database.store().await;
        let most = Reads {
            rows: 20_000,
            pages: 1_000,
        };
        let plans = async |by_index| {
            observed.log.take();
            assert_eq!(count(&observed.store, by_index).await, 6_000);
            observed.store.ping().await.expect("it answers");
            observed.log.take()
        };
        let by_index = plans(true).await;
        assert_eq!(by_index.check(&[], most), Ok(()));
        let violation = by_index.check(&["another_index"], most);
        assert_eq!(violation, Err("another_index is not used".to_owned()));
        for few in [Reads { rows: 100, ..most }, Reads { pages: 10, ..most }] {
            let violation = by_index.check(&[], few).expect_err("it reads more");
            assert!(violation.starts_with("it reads Reads"), "{violation}");
        }
        let violation = plans(false).await.check(&[], most);
        assert_eq!(violation, Err("bookings is read as a whole".to_owned()));
    }
}
