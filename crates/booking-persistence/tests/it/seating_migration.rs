//! The migration that has brought areas, services and service dates, on a database that is in use.

use dev_postgres::TestDatabase;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use crate::migrations::{MIGRATIONS, run};
use crate::support::{connect, texts};

const SEATING: &str = "2026-11-26-000010_seating";

const IN_USE: &str = "
    INSERT INTO restaurants VALUES
        (1, 'Late', 'X', 'Y', 0, 0, '2026-01-01 00:00Z'),
        (2, 'Early', 'X', 'Y', 0, 0, '2026-01-01 00:00Z');
    INSERT INTO booking_policies VALUES (1, 'Europe/Berlin', 15, 90, 365), (2, 'America/New_York', 60, 60, 30);
    -- Lunch on Fridays; Fridays and Saturdays from 18:00 until 2:00 the day after. The other one opens at
    -- midnight, when its evening is not over yet.
    INSERT INTO opening_hours VALUES
        (1, 5, '12:00', '15:00'), (1, 5, '18:00', '02:00'), (1, 6, '18:00', '02:00'),
        (2, 5, '20:00', '01:00'), (2, 6, '00:00', '04:00');
    INSERT INTO dining_tables SELECT restaurant_id, restaurant_id * 10, 'Table', 1, 4 FROM restaurants;
    INSERT INTO users VALUES (1, 'Guest', 'guest@example.com', '+49301', '2026-01-01Z');
    INSERT INTO bookings (restaurant_id, booking_id, public_id, user_id, booking_date, booking_time,
        party_size, confirmation_code, customer_name, customer_email, customer_phone, table_id,
        starts_at, ends_at, created_at, updated_at)
    SELECT restaurant, id, 'bk_' || id, 1, date(wall), wall::time, 2, 'AAAAA' || id, 'Guest', 'guest@example.com',
        '+49301', restaurant * 10, starts_at, starts_at + interval '90 minutes', '2026-01-01Z',
        '2026-01-01Z'
    FROM (VALUES
        -- A Friday's evening, and what is left of it; the Saturday after; a Sunday, on which it is closed.
        (1, 2, timestamp '2027-02-12 19:00', timestamptz '2027-02-12 18:00Z'),
        (1, 3, '2027-02-13 00:30', '2027-02-12 23:30Z'),
        (1, 4, '2027-07-10 19:00', '2027-07-10 17:00Z'),
        (1, 5, '2027-02-15 00:30', '2027-02-14 23:30Z'),
        (2, 6, '2027-02-13 00:30', '2027-02-13 05:30Z'),
        (2, 7, '2027-07-09 21:00', '2027-07-10 01:00Z')
    ) AS booked (restaurant, id, wall, starts_at);
    INSERT INTO occupancies
    SELECT restaurant_id, booking_id, table_id, tstzrange(starts_at, ends_at) FROM bookings;
";

/// A database that is in use, as it was before the migration.
async fn in_use() -> (TestDatabase, AsyncPgConnection) {
    let database = TestDatabase::create().expect("PostgreSQL runs");
    let mut connection = connect(&database.url()).await;
    let entries = std::fs::read_dir(MIGRATIONS).expect("they are there");
    let names = entries.map(|entry| entry.expect("it is read").file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort();
    let earlier = names.iter().take_while(|name| *name != SEATING);
    for name in earlier {
        run(&mut connection, &format!("{name}/up.sql")).await;
    }
    connection.batch_execute(IN_USE).await.expect("it is SQL");
    (database, connection)
}

async fn migrate(connection: &mut AsyncPgConnection) {
    run(connection, &format!("{SEATING}/up.sql")).await;
}

async fn roll_back(connection: &mut AsyncPgConnection) {
    run(connection, &format!("{SEATING}/down.sql")).await;
}

/// All that the migration touches.
const ROWS: &str = "
    SELECT 'booking ' || to_jsonb(it)::text AS line FROM bookings it
    UNION ALL SELECT 'hours ' || to_jsonb(it)::text FROM opening_hours it
    UNION ALL SELECT 'occupancy ' || to_jsonb(it)::text FROM occupancies it
    UNION ALL SELECT 'table ' || to_jsonb(it)::text FROM dining_tables it
    UNION ALL SELECT 'policy ' || to_jsonb(it)::text FROM booking_policies it
    ORDER BY line";

#[tokio::test]
async fn bookings_learn_their_service_date_and_what_the_clock_was_ahead() {
    let (_database, mut connection) = in_use().await;
    migrate(&mut connection).await;
    let bookings = "SELECT concat_ws(' ', booking_id, service_date, utc_offset_minutes, table_ids,
            free_at = ends_at) AS line FROM bookings ORDER BY booking_id";
    assert_eq!(
        texts(&mut connection, bookings).await,
        [
            "2 2027-02-12 60 {10} t",
            "3 2027-02-12 60 {10} t",
            "4 2027-07-10 120 {10} t",
            "5 2027-02-15 60 {10} t",
            "6 2027-02-13 -300 {20} t",
            "7 2027-07-09 -240 {20} t",
        ]
    );
}

#[tokio::test]
async fn opening_hours_become_services_of_several_weekdays() {
    let (_database, mut connection) = in_use().await;
    migrate(&mut connection).await;
    let services =
        "SELECT concat_ws(' ', restaurant_id, name, weekdays::integer::bit(7), first_seating, ends)
            AS line FROM service_periods ORDER BY restaurant_id, name";
    assert_eq!(
        texts(&mut connection, services).await,
        [
            "1 Service 1 0010000 12:00:00 15:00:00",
            "1 Service 2 0110000 18:00:00 02:00:00",
            "2 Service 1 0100000 00:00:00 04:00:00",
            "2 Service 2 0010000 20:00:00 01:00:00",
        ]
    );
}

#[tokio::test]
async fn intervals_that_are_none_of_a_slot_become_the_nearest() {
    let (_database, mut connection) = in_use().await;
    let intervals = "UPDATE booking_policies
        SET slot_interval_minutes = CASE restaurant_id WHEN 1 THEN 1 ELSE 1440 END";
    connection
        .batch_execute(intervals)
        .await
        .expect("it is SQL");
    migrate(&mut connection).await;
    let intervals = "SELECT slot_interval_minutes::text AS line FROM booking_policies
        ORDER BY restaurant_id";
    assert_eq!(texts(&mut connection, intervals).await, ["5", "60"]);
}

#[tokio::test]
async fn what_was_there_is_the_same_after_the_way_back() {
    let (_database, mut connection) = in_use().await;
    let before = texts(&mut connection, ROWS).await;
    migrate(&mut connection).await;
    roll_back(&mut connection).await;
    assert_eq!(texts(&mut connection, ROWS).await, before);
}

/// What nobody could have before: an area, a combination and who sits at it, somebody who is to be
/// seated anew, a table that is no more and has the name of another, and another restaurant's code.
const SINCE: &str = "
    INSERT INTO dining_areas (restaurant_id, area_id, name, setting, is_accessible, has_high_chairs)
    VALUES (1, 1, 'Terrace', 'outdoor', true, false);
    INSERT INTO dining_tables (restaurant_id, table_id, name, min_party, max_party, area_id, deleted_at)
    VALUES (1, 11, 'Second', 1, 4, 1, NULL), (1, 12, 'Second', 1, 4, 1, '2026-12-01Z');
    INSERT INTO table_combinations (restaurant_id, combination_id, name, min_party, max_party)
    VALUES (1, 1, 'Both', 5, 8);
    INSERT INTO combined_tables VALUES (1, 1, 10), (1, 1, 11);
    INSERT INTO special_days (restaurant_id, special_day_id, name, date_from, date_to)
    VALUES (1, 1, 'New Year', '2027-12-31', '2027-12-31');
    INSERT INTO special_day_services (restaurant_id, special_day_id, first_seating, ends)
    VALUES (1, 1, '18:00', '02:00');
    INSERT INTO blockouts (restaurant_id, area_id, starts, ends)
    VALUES (1, 1, '2027-06-01 12:00', '2027-06-01 15:00');
    INSERT INTO booking_days VALUES (1, '2027-02-12', 3);
    UPDATE bookings SET area_id = 1, is_pinned = true, table_ids = '{11, 10}' WHERE booking_id = 2;
    INSERT INTO occupancies SELECT restaurant_id, booking_id, 11, tstzrange(starts_at, free_at)
    FROM bookings WHERE booking_id = 2;
    UPDATE bookings SET table_ids = '{}' WHERE booking_id = 4;
    DELETE FROM occupancies WHERE booking_id = 4;
    UPDATE bookings SET confirmation_code = 'AAAAA2' WHERE booking_id = 6;
";

#[tokio::test]
async fn what_has_come_since_is_what_it_can_be_after_the_way_back() {
    let (_database, mut connection) = in_use().await;
    migrate(&mut connection).await;
    connection.batch_execute(SINCE).await.expect("it is SQL");
    roll_back(&mut connection).await;
    let tables = "SELECT concat_ws(' ', table_id, name) AS line FROM dining_tables
        WHERE restaurant_id = 1 ORDER BY table_id";
    assert_eq!(
        texts(&mut connection, tables).await,
        ["10 Table", "11 Second", "12 Second (deleted 12)"]
    );
    let bookings = "SELECT concat_ws(' ', booking_id, table_id) AS line FROM bookings
        WHERE restaurant_id = 1 ORDER BY booking_id";
    assert_eq!(
        texts(&mut connection, bookings).await,
        ["2 11", "3 10", "4 10", "5 10"]
    );
    let codes = "SELECT concat_ws(' ', count(*), count(DISTINCT confirmation_code),
            min(confirmation_code) FILTER (WHERE booking_id = 2)) AS line FROM bookings";
    assert_eq!(texts(&mut connection, codes).await, ["6 6 AAAAA2"]);
    // And once more the whole way.
    migrate(&mut connection).await;
}
