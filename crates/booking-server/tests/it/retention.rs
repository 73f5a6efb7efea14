//! What is kept for a time only is forgotten by the service itself.

use dev_postgres::TestDatabase;
use tokio_postgres::NoTls;

use crate::support::options;

const OLD_AND_NEW: &str = "
    INSERT INTO audit_events (restaurant_id, occurred_at, actor_kind, action, network, request_id)
    VALUES (1, now() - interval '31 days', 'guest', 'create_booking', '192.0.2.0/24', 'r-1'),
        (1, now(), 'guest', 'create_booking', '192.0.2.0/24', 'r-2')";

#[tokio::test]
async fn networks_of_callers_are_forgotten_when_a_server_starts() {
    let database = TestDatabase::create().unwrap();
    let mut options = options(&database.url());
    options.demo = true;
    booking_server::start(options.clone())
        .await
        .unwrap()
        .shutdown()
        .await;
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client.batch_execute(OLD_AND_NEW).await.unwrap();

    options.forgets = true;
    let server = booking_server::start(options).await.unwrap();
    let left = "SELECT request_id FROM audit_events WHERE network IS NOT NULL ORDER BY request_id";
    let left = async || {
        let rows = client.query(left, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect::<Vec<String>>()
    };
    while left().await.len() > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(left().await, ["r-2"]);
    // It ends with its task, which waits for the next hour.
    server.shutdown().await;
}
