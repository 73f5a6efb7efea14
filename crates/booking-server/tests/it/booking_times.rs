//! Where other rules of time zones have computed the instants of bookings, a program that has newer ones
//! computes them anew.

use dev_postgres::TestDatabase;
use tokio_postgres::{Client, NoTls};

use crate::support::{migrate, options};

/// Dinner next month at the first of the demonstration's restaurants.
pub(crate) const BOOKING: &str = "
    INSERT INTO users (name, email, created_at) VALUES ('Guest', 'guest@example.com', now());
    INSERT INTO bookings (restaurant_id, public_id, user_id, booking_date, booking_time, party_size,
        confirmation_code, table_ids, starts_at, ends_at,
        free_at, service_date, utc_offset_minutes, created_at, updated_at)
    SELECT 1, 'bk_1', user_id, day, '19:00', 2, 'AAAAAA',
        ARRAY(SELECT min(table_id) FROM dining_tables WHERE restaurant_id = 1), starts,
        starts + interval '90 minutes', starts + interval '90 minutes', day, 0, now(), now()
    FROM users, (SELECT current_date + 30) days (day),
        LATERAL (SELECT (day + time '19:00') AT TIME ZONE 'America/New_York') times (starts);
    INSERT INTO occupancies SELECT restaurant_id, booking_id, table_ids[1], tstzrange(starts_at, free_at)
    FROM bookings";

/// As rules had it that are older than any.
const OLDER_RULES: &str = "
    UPDATE bookings SET starts_at = starts_at - interval '1 hour',
        ends_at = ends_at - interval '1 hour', free_at = free_at - interval '1 hour';
    UPDATE occupancies SET period = tstzrange(starts_at, free_at) FROM bookings;
    UPDATE booking_policies SET time_zone_release = '1996a'";

/// What the wall clock of the restaurant shows when the guests come.
async fn wall_clock(client: &Client) -> String {
    let wall = "SELECT to_char(starts_at AT TIME ZONE 'America/New_York', 'HH24:MI') FROM bookings";
    client.query_one(wall, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn new_release_computes_booking_times_anew_when_it_migrates_and_when_it_starts() {
    let database = TestDatabase::create().unwrap();
    let mut options = options(&database.url());
    options.demo = true;
    let server = booking_server::start(options.clone()).await.unwrap();
    server.shutdown().await;
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client.batch_execute(BOOKING).await.unwrap();

    client.batch_execute(OLDER_RULES).await.unwrap();
    assert_eq!(wall_clock(&client).await, "18:00");
    migrate(&database.url());
    assert_eq!(wall_clock(&client).await, "19:00");

    client.batch_execute(OLDER_RULES).await.unwrap();
    let server = booking_server::start(options).await.unwrap();
    while wall_clock(&client).await != "19:00" {
        tokio::task::yield_now().await;
    }
    // It ends with its task, which waits for the next hour.
    server.shutdown().await;
}
