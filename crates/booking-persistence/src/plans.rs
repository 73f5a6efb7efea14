//! How PostgreSQL runs the statements of an operation, at a realistic size.
//!
//! A statement that reads a whole table is as fast as any while the table is small. So a test
//! runs the operation itself, with the statements that it really sends, on a database of the
//! size of a small city, and asks for the plans that PostgreSQL has used (the module
//! `auto_explain` reports them). A list, and a statement that every booking waits for, has such a
//! test beside it:
//!
//! ```text
//! let database = LargeDatabase::new();
//! let connection = database.connect().await;
//! connection.see(&Visibility::of_booking(&caller, &id)).await;
//! bookings::find(&connection.diesel, &id).await?;
//! connection.assert_plans(&["bookings_public_id_key"]);
//! ```
//!
//! The statements run as the service's role, and so under the policies of row-level security, which
//! become a part of their plans.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::ready;

use dev_postgres::TestDatabase;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio_postgres::{AsyncMessage, NoTls};

use crate::connection::Visibility;
use crate::{SERVICE_ROLE, migrate};

/// 100 restaurants of 40 tables, each of which is booked twice on each of six days, and 19,900
/// restaurants besides, with nothing booked: 48,000 bookings by 8,000
/// users, half of whom have an account and five sessions.
const FILL: &str = "
    INSERT INTO restaurants
    SELECT n, 'Restaurant ' || md5(n::text), 'Cuisine ' || n % 4000, 'Street ' || n, 50, 10,
        '2026-01-01 00:00Z'
    FROM generate_series(1, 20000) n;
    INSERT INTO booking_policies
    SELECT restaurant_id, 'Europe/Berlin', 15, 90, 365 FROM restaurants;
    INSERT INTO service_periods (restaurant_id, name, weekdays, first_seating, ends)
    SELECT restaurant_id, 'Service ' || n, 127, time '11:00' + n * interval '6 hours',
        time '15:00' + n * interval '6 hours'
    FROM restaurants, generate_series(0, 1) n;
    INSERT INTO dining_tables
    SELECT restaurant_id, restaurant_id * 100 + n, 'Table ' || n, 1, 4
    FROM restaurants, generate_series(1, 40) n WHERE restaurant_id <= 100;
    INSERT INTO users
    SELECT n, 'Guest ' || n, 'guest' || n || '@example.com', '+4930' || n, '2026-01-01 00:00Z'
    FROM generate_series(1, 8000) n;
    INSERT INTO bookings
    SELECT restaurant_id, number, 'bk_' || md5(number::text), 1 + number % 8000,
        date '2027-02-10' + day, CASE turn WHEN 0 THEN '18:00'::time ELSE '20:00' END, 2,
        CASE WHEN number % 10 = 0 THEN 'pending' ELSE 'confirmed' END,
        -- Six digits to the base of 32, from the number.
        (SELECT string_agg(substr('23456789ABCDEFGHJKLMNPQRSTUVWXYZ',
            1 + (number >> (5 * digit) & 31)::integer, 1), '') FROM generate_series(0, 5) digit),
        'Guest', 'guest' || 1 + number % 8000 || '@example.com', '+493012', NULL, NULL,
        ARRAY[table_id], starts_at, starts_at + interval '90 minutes', 1,
        '2027-01-01 00:00Z'::timestamptz + number * interval '1 minute',
        '2027-01-01 00:00Z'::timestamptz + number * interval '1 minute', NULL, 0,
        date '2027-02-10' + day, 60, NULL, false, starts_at + interval '90 minutes'
    FROM (
        SELECT restaurant_id, table_id, day, turn,
            row_number() OVER (ORDER BY day, turn, table_id) AS number,
            '2027-02-10 17:00Z'::timestamptz + day * interval '1 day' + turn * interval '2 hours'
                AS starts_at
        FROM dining_tables, generate_series(0, 5) day, generate_series(0, 1) turn
    ) AS turns;
    INSERT INTO occupancies
    SELECT restaurant_id, booking_id, table_ids[1], tstzrange(starts_at, free_at) FROM bookings;
    INSERT INTO accounts
    SELECT user_id, 'usr_' || user_id, name, phone, NULL, '2026-01-01Z', false, 1, '2026-01-01Z',
        '2026-01-01Z'
    FROM users WHERE user_id % 2 = 1;
    UPDATE bookings SET account_user_id = user_id WHERE user_id % 2 = 1 AND booking_id % 3 = 0;
    INSERT INTO sessions
    SELECT md5(user_id || 'session' || n)::uuid, user_id, 'web', 'account:manage', n, '2027-01-01Z',
        '2027-01-02Z'
    FROM accounts, generate_series(1, 5) n;
    INSERT INTO authorization_codes
    SELECT sha256(user_id::text::bytea), user_id, 'web', 'https://web.example/', sha256('1'),
        'account:manage', '2027-01-01Z', '2027-01-01 00:01Z'
    FROM accounts;
    INSERT INTO user_identities
    SELECT 'https://issuer.example', 'subject ' || user_id, user_id, '2027-01-01Z'
    FROM accounts;
    INSERT INTO one_time_tokens
    SELECT email, 'reset_password', decode(md5(email) || md5(email), 'hex'), NULL, '2027-01-01Z',
        '2027-01-02Z'
    FROM users;
    INSERT INTO messages (kind, recipient, created_at, sent_at)
    SELECT 'account_exists', email, '2027-01-01Z', CASE WHEN user_id % 9 > 0 THEN '2027-01-02Z'::timestamptz END
    FROM users;
    INSERT INTO restaurant_staff
    SELECT restaurant_id, 1 + 2 * ((restaurant_id + n) % 4000),
        (ARRAY['owner', 'manager', 'host'])[n], 1, '2026-01-01Z', '2026-01-01Z'
    FROM restaurants, generate_series(1, 3) n;
    INSERT INTO api_keys (restaurant_id, public_id, digest, name, scopes, created_by, created_at,
        expires_at)
    SELECT restaurant_id, substr(md5(restaurant_id::text), 1, 11), sha256('1'), 'Till',
        'bookings:read', 1, '2026-01-01Z', '2030-01-01Z'
    FROM restaurants;
    INSERT INTO staff_invitations
    SELECT restaurant_id, 'guest1@example.com', 'host', sha256(restaurant_id::text::bytea), NULL,
        '2026-01-01Z', '2026-01-08Z'
    FROM restaurants;
    INSERT INTO audit_events (restaurant_id, occurred_at, actor_kind, actor_id, action, network,
        request_id)
    SELECT 1 + n % 100, '2026-01-01Z'::timestamptz + n * interval '1 minute', 'user', 'usr_1',
        'update_booking', CASE WHEN n % 1000 = 0 THEN '192.0.2.0/24' END, 'r-1'
    FROM generate_series(1, 20000) n;
    VACUUM ANALYZE;
";

/// Every table that grows with restaurants, guests or time.
const LARGE_TABLES: [&str; 17] = [
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
];

/// What makes a session report the plan of each statement that it runs.
const REPORT_PLANS: &str = "
    LOAD 'auto_explain';
    SET auto_explain.log_min_duration = 0;
    SET auto_explain.log_level = 'notice';
";

/// A database of a realistic size. It is filled once for all tests of a process.
pub(crate) struct LargeDatabase(TestDatabase);

impl LargeDatabase {
    pub(crate) fn new() -> Self {
        let database = TestDatabase::from_template("booking_large", |url| {
            let runtime = tokio::runtime::Runtime::new()?;
            runtime.block_on(async {
                migrate(url).await?;
                let mut connection = connect(url).await.diesel;
                for statement in FILL.split_inclusive(";\n") {
                    connection.batch_execute(statement).await?;
                }
                Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
            })
        });
        Self(database.expect("PostgreSQL runs"))
    }

    /// A connection that remembers its plans.
    pub(crate) async fn connect(&self) -> ObservedConnection {
        let mut connection = connect(&self.0.url()).await;
        let report = connection.diesel.batch_execute(REPORT_PLANS).await;
        report.expect("auto_explain comes with PostgreSQL");
        // Only a superuser loads the module.
        let role = format!("SET ROLE {SERVICE_ROLE}");
        let role = connection.diesel.batch_execute(&role).await;
        role.expect("the migrations make it");
        connection
    }
}

/// A connection that remembers the plans of the statements that it has run.
pub(crate) struct ObservedConnection {
    pub(crate) diesel: AsyncPgConnection,
    plans: Arc<Mutex<Vec<String>>>,
}

async fn connect(url: &str) -> ObservedConnection {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("it answers");
    let plans = Arc::new(Mutex::new(Vec::new()));
    let reported = Arc::clone(&plans);
    // A notice arrives before the answer of the statement that it is about.
    tokio::spawn(std::future::poll_fn(move |context| {
        loop {
            match ready!(connection.poll_message(context)) {
                Some(Ok(AsyncMessage::Notice(notice))) => reported
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(notice.message().to_owned()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return std::task::Poll::Ready(()),
            }
        }
    }));
    let diesel = AsyncPgConnection::try_from(client).await;
    ObservedConnection {
        diesel: diesel.expect("it is PostgreSQL"),
        plans,
    }
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
        self.forget();
    }

    fn forget(&self) -> Vec<String> {
        std::mem::take(&mut *self.plans.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Checks the plans of all statements since the last time: each of `indexes` (or, of
    /// `one|other`, either) is used by one of them, and no large table is read from its beginning to its end.
    ///
    /// # Panics
    ///
    /// When that is not so.
    #[track_caller]
    pub(crate) fn assert_plans(&self, indexes: &[&str]) {
        let plans = self.forget();
        assert!(!plans.is_empty(), "no statement has run");
        let all = plans.join("\n");
        for table in LARGE_TABLES {
            let scan = format!("Seq Scan on {table} ");
            assert!(!all.contains(&scan), "{table} is read as a whole:\n{all}");
        }
        for index in indexes {
            let is_used = all
                .split_whitespace()
                .any(|word| index.split('|').any(|name| word == name));
            assert!(is_used, "{index} is not used:\n{all}");
        }
    }
}

mod tests {
    use booking_domain::RestaurantId;
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;

    use super::LargeDatabase;
    use crate::connection::Visibility;
    use crate::schema::bookings;

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
        connection.assert_plans(&[]);
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
        connection.assert_plans(&["bookings_public_id_key", "another_index"]);
    }
}
