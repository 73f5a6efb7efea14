//! A migrated database for each test, and a restaurant to book at.

use std::sync::atomic::{AtomicU64, Ordering};

use booking_domain::{
    AvailabilityQuery, BookingChange, BookingId, BookingNotes, BookingView, CallerNetwork,
    CancelRefusal, CancellationReason, ChangeRefusal, CreateRefusal, Customer, CustomerName,
    EmailAddress, NewBooking, PartySize, PhoneNumber, RequestId, RestaurantId, SpecialRequests,
};
use booking_persistence::{
    BookingCaller, BookingRefusal, ConnectError, RandomSource, RequestContext,
    RestaurantAccessRefusal, SERVICE_ROLE, Store, StoreError, migrate,
};
use credentials::{BookingSecretKey, SecretKey};
use dev_postgres::TestDatabase;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use jiff::Timestamp;
use jiff::civil::{Date, Time, date, time};

/// 8 February 2027, 17:30 in UTC, 18:30 in Berlin.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_802_107_800, 0);
/// A week later.
pub(crate) const DAY: Date = date(2027, 2, 15);
/// Dinner.
pub(crate) const SEVEN: Time = time(19, 0, 0, 0);

/// A database with the schema of the migrations.
pub(crate) fn migrated() -> TestDatabase {
    TestDatabase::from_template("booking", |url| {
        tokio::runtime::Runtime::new()
            .expect("a runtime starts")
            .block_on(async {
                migrate(url).await?;
                Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
            })
    })
    .expect("PostgreSQL runs")
}

/// A restaurant in Berlin, open every day from 17:00 to 23:00, with turns of 90 minutes.
pub(crate) struct TestRestaurant {
    pub(crate) store: Store,
    pub(crate) restaurant: RestaurantId,
    pub(crate) database: TestDatabase,
}

impl TestRestaurant {
    /// One with so many tables for 1 to 4.
    pub(crate) async fn with_tables(tables: u32) -> Self {
        let database = migrated();
        let store = connect_store(&database.url_as(SERVICE_ROLE)).await;
        let store = store.expect("it answers");
        let venue = Self {
            store,
            restaurant: restaurant_id(1),
            database,
        };
        venue.add_restaurant(1, "Testküche", tables).await;
        venue
    }

    /// Adds another restaurant like it. One guest may have any number of bookings there.
    pub(crate) async fn add_restaurant(&self, id: i64, name: &str, tables: u32) {
        self.sql(&format!(
            "INSERT INTO restaurants VALUES
                ({id}, '{name}', 'German', 'Hauptstr. 1', 52.5, 13.4, '2026-01-01 00:00Z');
             INSERT INTO booking_policies VALUES ({id}, 'Europe/Berlin', 15, 90, 365);
             UPDATE booking_policies
                SET max_bookings_per_guest = NULL, one_booking_per_service = false
                WHERE restaurant_id = {id};
             INSERT INTO service_periods (restaurant_id, name, weekdays, first_seating, ends)
                VALUES ({id}, 'Dinner', 127, '17:00', '23:00');
             INSERT INTO dining_tables (restaurant_id, name, min_party, max_party)
                SELECT {id}, 'Table ' || number, 1, 4 FROM generate_series(1, {tables}) number;"
        ))
        .await;
    }

    /// Gives a restaurant a row in every table that says how it seats, on other days than the tests'.
    pub(crate) async fn add_seating(&self, id: i64) {
        self.sql(&format!(
            "INSERT INTO dining_areas (restaurant_id, name, setting, is_accessible, has_high_chairs)
                VALUES ({id}, 'Terrace', 'outdoor', true, false);
             INSERT INTO table_combinations (restaurant_id, name, min_party, max_party)
                VALUES ({id}, 'Long table', 9, 12);
             INSERT INTO combined_tables SELECT {id}, combination_id, table_id
                FROM table_combinations JOIN dining_tables USING (restaurant_id)
                WHERE restaurant_id = {id};
             INSERT INTO special_days (restaurant_id, name, date_from, date_to)
                VALUES ({id}, 'New Year''s Eve', '2027-12-31', '2027-12-31');
             INSERT INTO special_day_services (restaurant_id, special_day_id, first_seating, ends)
                SELECT {id}, special_day_id, '19:00', '02:00' FROM special_days
                WHERE restaurant_id = {id};
             INSERT INTO blockouts (restaurant_id, starts, ends)
                VALUES ({id}, '2027-08-01 00:00', '2027-08-15 00:00');"
        ))
        .await;
    }

    /// Another store on the same database, whose random bytes are these.
    pub(crate) async fn store_with(
        &self,
        draw: impl Fn() -> [u8; 32] + Send + Sync + 'static,
    ) -> Store {
        let random = RandomSource::new(move || Ok(draw()));
        let store = Store::connect(&self.database.url_as(SERVICE_ROLE), random).await;
        store.expect("it answers")
    }

    /// Runs statements beside the store.
    pub(crate) async fn sql(&self, statements: &str) {
        let mut connection = self.connection().await;
        connection
            .batch_execute(statements)
            .await
            .expect("the statements are right");
    }

    /// The first column, as text, of what a query beside the store gives.
    pub(crate) async fn texts(&self, query: &str) -> Vec<String> {
        texts(&mut self.connection().await, query).await
    }

    /// A connection beside the store, as the superuser.
    pub(crate) async fn connection(&self) -> AsyncPgConnection {
        connect(&self.database.url()).await
    }

    /// Books as the test's clock and randomness have it.
    pub(crate) async fn book(
        &self,
        new: &NewBooking,
    ) -> Result<BookingView, StoreError<RestaurantAccessRefusal<CreateRefusal>>> {
        let made = self.store.create_booking(new, None, &at(NOW)).await?;
        Ok(made.view)
    }

    /// A request for two at seven.
    pub(crate) fn request(&self) -> NewBooking {
        NewBooking {
            restaurant: self.restaurant,
            date: DAY,
            time: SEVEN,
            utc_offset: None,
            service_date: None,
            party: party(2),
            area: None,
            customer: Customer {
                name: Some(name("Sarah Chen")),
                email: Some(email("sarah.chen@example.com")),
                phone: PhoneNumber::parse("+15551234567"),
            },
            special_requests: None,
            source: None,
            notes: BookingNotes::default(),
            staff: None,
            hold: None,
        }
    }
}

/// A request of this instant.
pub(crate) fn at(now: Timestamp) -> RequestContext {
    RequestContext {
        now,
        request_id: RequestId::parse("r-1").expect("it is an id"),
        network: CallerNetwork::parse("192.0.2.0/24"),
        idempotency: None,
    }
}

/// The key of which the secrets of the tests' bookings are made.
pub(crate) fn secret_key() -> BookingSecretKey {
    BookingSecretKey::new(&SecretKey::from_random([7; 32]))
}

/// Reads a booking with its first secret.
pub(crate) async fn get_booking(
    store: &Store,
    id: &BookingId,
) -> Result<BookingView, StoreError<BookingRefusal>> {
    let (key, secret) = (secret_key(), secret_key().secret(id.as_str(), 0));
    let (secret, key) = (&secret, &key);
    let caller = BookingCaller::SecretHolder { secret, key };
    store.get_booking(&caller, id, &at(NOW)).await
}

/// Changes a booking with its first secret.
pub(crate) async fn update_booking(
    store: &Store,
    id: &BookingId,
    change: &BookingChange,
    expected: Option<&[i32]>,
    now: Timestamp,
) -> Result<BookingView, StoreError<BookingRefusal<ChangeRefusal>>> {
    let (key, secret) = (secret_key(), secret_key().secret(id.as_str(), 0));
    let (secret, key) = (&secret, &key);
    let caller = BookingCaller::SecretHolder { secret, key };
    let change = (change, expected);
    store.update_booking(&caller, id, change, &at(now)).await
}

/// Cancels a booking with its first secret.
pub(crate) async fn cancel_booking(
    store: &Store,
    id: &BookingId,
    reason: Option<&CancellationReason>,
    now: Timestamp,
) -> Result<BookingView, StoreError<BookingRefusal<CancelRefusal>>> {
    let (key, secret) = (secret_key(), secret_key().secret(id.as_str(), 0));
    let (secret, key) = (&secret, &key);
    let caller = BookingCaller::SecretHolder { secret, key };
    store.cancel_booking(&caller, id, reason, &at(now)).await
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// A connection without the store's settings.
pub(crate) async fn connect(url: &str) -> AsyncPgConnection {
    AsyncPgConnection::establish(url).await.expect("it answers")
}

/// The column `line` of what a query gives.
pub(crate) async fn texts(connection: &mut AsyncPgConnection, query: &str) -> Vec<String> {
    let lines: Vec<Line> = diesel::sql_query(query)
        .load(connection)
        .await
        .expect("the query is right");
    lines.into_iter().map(|line| line.line).collect()
}

/// Waits until another session of this database waits for a lock.
pub(crate) async fn until_somebody_waits(connection: &mut AsyncPgConnection) {
    let waiting = "SELECT count(*)::text AS line FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while texts(connection, waiting).await == ["0"] {
        tokio::task::yield_now().await;
    }
}

/// A store whose random bytes never repeat.
pub(crate) async fn connect_store(url: &str) -> Result<Store, ConnectError> {
    Store::connect(url, RandomSource::new(|| Ok(fresh()))).await
}

pub(crate) fn restaurant_id(number: i64) -> RestaurantId {
    RestaurantId::new(number).expect("it is a number of a restaurant")
}

pub(crate) fn name(text: &str) -> CustomerName {
    CustomerName::parse(text).expect("it is a name")
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("it is an address")
}

pub(crate) fn requests(text: &str) -> Option<SpecialRequests> {
    Some(SpecialRequests::parse(text).expect("they are within the bounds"))
}

pub(crate) fn reason(text: &str) -> Option<CancellationReason> {
    Some(CancellationReason::parse(text).expect("it is within the bounds"))
}

/// A guest's question for so many guests.
pub(crate) fn query(guests: i64) -> AvailabilityQuery<'static> {
    AvailabilityQuery::of_guest(party(guests))
}

pub(crate) fn party(guests: i64) -> PartySize {
    PartySize::new(guests).expect("it is a party")
}

/// Bytes that no other call gives, and of which no other code or id is made.
fn fresh() -> [u8; 32] {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    bytes(call)
}

/// Different bytes, and different codes of them, for different numbers.
pub(crate) fn bytes(number: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate().take(6) {
        *byte = u8::try_from(number >> (5 * index) & 31).expect("five bits fit");
    }
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    bytes
}
