//! Bookings of which nobody has said how their visit went are completed by whichever program runs.

use dev_postgres::TestDatabase;
use tokio_postgres::NoTls;

use crate::booking_times::BOOKING;
use crate::support::options;

/// As if its tables had been free for hours.
const OVER: &str = "
    UPDATE bookings SET starts_at = now() - interval '8 hours', ends_at = now() - interval '6 hours',
        free_at = now() - interval '6 hours';
    UPDATE occupancies SET period = tstzrange(starts_at, free_at) FROM bookings";

#[tokio::test]
async fn what_nobody_says_anything_of_is_completed_by_a_program_that_starts() {
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
    client.batch_execute(OVER).await.unwrap();
    let server = booking_server::start(options).await.unwrap();
    let status = async || -> String {
        let status = client.query_one("SELECT status FROM bookings", &[]).await;
        status.unwrap().get(0)
    };
    while status().await != "completed" {
        tokio::task::yield_now().await;
    }
    server.shutdown().await;
}
