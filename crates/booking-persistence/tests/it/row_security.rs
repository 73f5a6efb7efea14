//! The second wall: what the database itself lets through, whatever the application asks for.
//!
//! The statements here are those of a service that has forgotten every check and every filter.

use booking_domain::Scope;
use booking_persistence::SERVICE_ROLE;
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::support::{TestRestaurant, connect};
use crate::team::{make_key, second, with_staff};

/// The tables of restaurants, as the catalog has them, so that a new one is walked, too.
const TENANT_TABLES: &str = "SELECT relname::text AS line FROM pg_class
    JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'restaurant_id'
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname";

/// What everybody may read: it says nothing of any guest.
const PUBLIC: [&str; 5] = [
    "booking_days",
    "booking_policies",
    "dining_areas",
    "restaurants",
    "service_periods",
];

/// Two restaurants with a row in every table, and a connection as the service, which is granted
/// everything that a role can be granted: what is refused is refused by policies alone.
async fn without_the_first_wall() -> (TestRestaurant, AsyncPgConnection) {
    let venue = with_staff().await;
    for restaurant in [venue.restaurant, second()] {
        let mut request = venue.request();
        request.restaurant = restaurant;
        venue.book(&request).await.expect("a table is free");
        make_key(&venue, restaurant, &[Scope::BookingsRead]).await;
        venue.add_seating(restaurant.get()).await;
    }
    venue
        .sql(&format!(
            "INSERT INTO staff_invitations
                SELECT restaurant_id, 'new@example.com', 'host',
                    sha256(restaurant_id::text::bytea), user_id, '2026-01-01Z', '2030-01-01Z'
                FROM restaurant_staff WHERE role = 'owner';
             INSERT INTO booking_notes
                SELECT restaurant_id, booking_id, 'Knows the owner', '{{regular}}' FROM bookings;
             INSERT INTO holds SELECT restaurant_id, booking_id + 900, 'hd_1', 'address:1', true,
                booking_date, booking_time, utc_offset_minutes, service_date, party_size, NULL, false,
                table_ids, starts_at, ends_at, free_at, '2030-01-01Z' FROM bookings;
             GRANT ALL ON ALL TABLES IN SCHEMA public TO {SERVICE_ROLE};
             GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {SERVICE_ROLE}"
        ))
        .await;
    let connection = connect(&venue.database.url_as(SERVICE_ROLE)).await;
    (venue, connection)
}

/// How many rows a statement has read or written, or none if the database refuses it; what it has
/// written is undone.
async fn rows(connection: &mut AsyncPgConnection, settings: &str, statement: &str) -> i64 {
    let begin = format!("BEGIN; {settings}");
    connection.batch_execute(&begin).await.expect("it begins");
    let counted = format!("WITH touched AS ({statement}) SELECT count(*) FROM touched");
    let counted: Result<Count, _> = diesel::sql_query(counted).get_result(connection).await;
    let count = match counted {
        Ok(row) => row.count,
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains("row-level security"), "{statement}: {text}");
            0
        }
    };
    connection.batch_execute("ROLLBACK").await.expect("it ends");
    count
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn restaurant_is(number: i64) -> String {
    format!("SELECT set_config('booking.restaurant', '{number}', true)")
}

#[tokio::test]
async fn without_any_check_of_the_application_nothing_of_another_restaurant_is_let_through() {
    let (venue, mut connection) = without_the_first_wall().await;
    let tables = venue.texts(TENANT_TABLES).await;
    assert!(tables.len() >= 10, "{tables:?}");
    for table in &tables {
        let all = format!("SELECT DISTINCT restaurant_id::text AS line FROM {table} ORDER BY 1");
        assert_eq!(
            venue.texts(&all).await,
            ["1", "2"],
            "{table} has rows of both"
        );
        // Read as the superuser, so that the inserts below have something to insert.
        let rows_of_two =
            format!("SELECT row_to_json(t)::text AS line FROM {table} t WHERE restaurant_id = 2");
        let foreign = venue.texts(&rows_of_two).await;
        let foreign = foreign[0].replace('\'', "''");
        let insert = format!(
            "INSERT INTO {table} SELECT (json_populate_record(NULL::{table}, '{foreign}')).*
             RETURNING 1"
        );
        for settings in [restaurant_is(1), "SELECT 1".to_owned()] {
            let mut touched = async |statement: String| {
                let count = rows(&mut connection, &settings, &statement).await;
                assert_eq!(count, 0, "{settings}: {statement}");
            };
            if !PUBLIC.contains(&table.as_str()) {
                touched(format!("SELECT FROM {table} WHERE restaurant_id = 2")).await;
            }
            touched(format!(
                "UPDATE {table} SET restaurant_id = restaurant_id
                 WHERE restaurant_id = 2 RETURNING 1"
            ))
            .await;
            touched(format!(
                "DELETE FROM {table} WHERE restaurant_id = 2 RETURNING 1"
            ))
            .await;
            touched(insert.clone()).await;
        }
        // A statement that has forgotten its filter sees what is the restaurant's.
        if !PUBLIC.contains(&table.as_str()) {
            let (settings, all) = (restaurant_is(1), format!("SELECT FROM {table}"));
            let seen = rows(&mut connection, &settings, &all).await;
            let own = format!("SELECT count(*)::text AS line FROM {table} WHERE restaurant_id = 1");
            assert_eq!(vec![seen.to_string()], venue.texts(&own).await, "{table}");
            assert!(seen > 0, "{table}");
        }
    }
}

#[tokio::test]
async fn row_cannot_be_moved_into_another_restaurant() {
    let (venue, mut connection) = without_the_first_wall().await;
    for table in venue.texts(TENANT_TABLES).await {
        let moved =
            format!("UPDATE {table} SET restaurant_id = 2 WHERE restaurant_id = 1 RETURNING 1");
        let count = rows(&mut connection, &restaurant_is(1), &moved).await;
        assert_eq!(count, 0, "{table}");
    }
}

#[tokio::test]
async fn user_sees_what_is_theirs_and_changes_none_of_it_by_that_alone() {
    let (venue, mut connection) = without_the_first_wall().await;
    venue
        .sql(
            "UPDATE bookings SET account_user_id = accounts.user_id FROM accounts
             WHERE accounts.name = 'diner' AND restaurant_id = 2",
        )
        .await;
    let diner = "SELECT set_config('booking.user', 'usr_diner', true)";
    let mut touched =
        async |settings: &str, statement: &str| rows(&mut connection, settings, statement).await;
    assert_eq!(touched(diner, "SELECT FROM bookings").await, 1);
    let update = "UPDATE bookings SET version = 7 RETURNING 1";
    assert_eq!(touched(diner, update).await, 0);
    assert_eq!(touched(diner, "SELECT FROM booking_contacts").await, 1);
    // What their restaurant has noted of it is not theirs, and whoever works there sees it.
    let notes = "SELECT FROM booking_notes";
    assert_eq!(touched(diner, notes).await, 0);
    let host = "SELECT set_config('booking.user', 'usr_host1', true)";
    assert_eq!(touched(host, notes).await, 1);
    let changed = "UPDATE booking_notes SET internal_note = NULL RETURNING 1";
    assert_eq!(touched(host, changed).await, 0);
    assert_eq!(touched(host, "SELECT FROM bookings").await, 0);
    assert_eq!(touched(host, "SELECT FROM restaurant_staff").await, 1);
    assert_eq!(
        touched(host, "DELETE FROM restaurant_staff RETURNING 1").await,
        0
    );
}

#[tokio::test]
async fn id_of_a_booking_shows_that_booking_and_lets_nobody_write_it() {
    let (venue, mut connection) = without_the_first_wall().await;
    let id = "SELECT public_id AS line FROM bookings WHERE restaurant_id = 2";
    let id = venue.texts(id).await.remove(0);
    let reference = format!("SELECT set_config('booking.reference', '{id}', true)");
    let mut touched = async |statement: &str| rows(&mut connection, &reference, statement).await;
    assert_eq!(touched("SELECT FROM bookings").await, 1);
    assert_eq!(touched("SELECT FROM booking_contacts").await, 1);
    assert_eq!(touched("SELECT FROM booking_notes").await, 0);
    assert_eq!(
        touched("SELECT FROM bookings, api_keys, staff_invitations").await,
        0
    );
    assert_eq!(
        touched("UPDATE bookings SET version = 7 RETURNING 1").await,
        0
    );
    assert_eq!(touched("DELETE FROM bookings RETURNING 1").await, 0);
}

#[tokio::test]
async fn contact_is_seen_by_its_own_note_of_the_booking_or_with_the_booking_where_it_has_none() {
    let (venue, mut connection) = without_the_first_wall().await;
    let id = "SELECT public_id AS line FROM bookings WHERE restaurant_id = 2";
    let id = venue.texts(id).await.remove(0);
    let of_booking = format!("SELECT set_config('booking.reference', '{id}', true)");
    let contacts = "SELECT FROM booking_contacts";
    // As a program of before has written it.
    let noted = "UPDATE booking_contacts SET booking_public_id";
    venue.sql(&format!("{noted} = NULL")).await;
    assert_eq!(rows(&mut connection, &of_booking, contacts).await, 1);
    venue
        .sql(&format!("{noted} = 'bk_alone' WHERE restaurant_id = 1"))
        .await;
    let alone = "SELECT set_config('booking.reference', 'bk_other,bk_alone', true)";
    assert_eq!(
        rows(&mut connection, alone, "SELECT FROM bookings").await,
        0
    );
    assert_eq!(rows(&mut connection, alone, contacts).await, 1);
}

#[tokio::test]
async fn search_sees_what_is_taken_where_it_looks_and_nothing_of_any_guest() {
    let (venue, mut connection) = without_the_first_wall().await;
    let looking = "SET LOCAL ROLE booking_search;
        SELECT set_config('booking.restaurants', '{2}', true)";
    for table in [
        "bookings",
        "dining_tables",
        "table_combinations",
        "combined_tables",
        "special_days",
        "special_day_services",
        "blockouts",
    ] {
        let all = format!("SELECT restaurant_id FROM {table}");
        let seen = rows(&mut connection, looking, &all).await;
        let there = format!("SELECT count(*)::text AS line FROM {table} WHERE restaurant_id = 2");
        assert_eq!(vec![seen.to_string()], venue.texts(&there).await, "{table}");
        assert!(seen > 0, "{table}");
        let elsewhere = format!("{all} WHERE restaurant_id = 1");
        assert_eq!(
            rows(&mut connection, looking, &elsewhere).await,
            0,
            "{table}"
        );
        let as_search = "SET LOCAL ROLE booking_search";
        assert_eq!(rows(&mut connection, as_search, &all).await, 0, "{table}");
        // The service itself sees no more for what a search has named.
        let named = "SELECT set_config('booking.restaurants', '{2}', true)";
        assert_eq!(rows(&mut connection, named, &all).await, 0, "{table}");
    }
    for statement in [
        "SELECT FROM booking_contacts",
        "SELECT contact_version FROM bookings",
        "SELECT public_id FROM bookings",
        "SELECT user_id FROM bookings",
        "SELECT reason FROM blockouts",
        "SELECT name FROM accounts",
        "SELECT FROM users",
        "SELECT FROM restaurant_staff",
        "SELECT FROM audit_events",
        "SELECT FROM api_keys",
        "SELECT FROM occupancies",
        "UPDATE bookings SET party_size = 1 RETURNING 1",
        "DELETE FROM blockouts RETURNING 1",
        "UPDATE restaurants SET name = 'Mine' RETURNING 1",
    ] {
        let begin = format!("BEGIN; {looking}");
        connection.batch_execute(&begin).await.expect("it begins");
        let refused = connection.batch_execute(statement).await;
        let refused = refused.expect_err(statement).to_string();
        assert!(
            refused.contains("permission denied"),
            "{statement}: {refused}"
        );
        connection.batch_execute("ROLLBACK").await.expect("it ends");
    }
}
