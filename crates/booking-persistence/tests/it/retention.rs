//! What is kept for a time only, and who may forget it.

use booking_persistence::{RefreshTokenRefusal, SERVICE_ROLE, StoreError};
use diesel_async::SimpleAsyncConnection;

use crate::accounts::{SARAH, account, presented, session};
use crate::support::{NOW, TestRestaurant, connect, connect_store};

/// Two rows of everything on either side of its day, by the clock of the database.
const BOTH_SIDES: &str = "
    INSERT INTO audit_events (restaurant_id, occurred_at, actor_kind, action, network, request_id)
    SELECT 1, now() - interval '30 days' + side * interval '1 hour', 'guest', 'create_booking',
        '192.0.2.0/24', 'r-' || side
    FROM generate_series(-1, 1, 2) side;
    INSERT INTO one_time_tokens
    SELECT 'a' || side || '@example.com', 'reset_password', sha256(side::text::bytea), NULL,
        '2026-01-01Z', now() - interval '1 day' + side * interval '1 hour'
    FROM generate_series(-1, 1, 2) side;
    INSERT INTO staff_invitations
    SELECT 1, 'a' || side || '@example.com', 'host', sha256(side::text::bytea), NULL, '2026-01-01Z',
        now() - interval '1 day' + side * interval '1 hour'
    FROM generate_series(-1, 1, 2) side;
    INSERT INTO idempotency_records
    SELECT sha256(side::text::bytea), sha256('1'), sha256('1'), now() + side * interval '1 hour'
    FROM generate_series(-1, 1, 2) side;
    INSERT INTO sessions
    SELECT md5(side::text)::uuid, user_id, 'web', '', 0,
        now() - interval '120 days' + side * interval '1 hour', now(), now(), 'logout'
    FROM generate_series(-1, 1, 2) side, accounts;
    INSERT INTO authorization_codes
    SELECT sha256(side::text::bytea), user_id, 'web', 'https://web.example/', sha256('1'),
        'account:manage', '2026-01-01Z', now() - interval '1 day' + side * interval '1 hour', now(),
        md5(side::text)::uuid
    FROM generate_series(-1, 1, 2) side, accounts";

/// How much is there of everything.
const COUNTS: &str =
    "SELECT concat_ws(' ', (SELECT count(network) || '/' || count(*) FROM audit_events),
    (SELECT count(*) FROM one_time_tokens), (SELECT count(*) FROM staff_invitations),
    (SELECT count(*) FROM idempotency_records),
    (SELECT count(*) FROM authorization_codes), (SELECT count(*) FROM sessions)) AS line";

#[tokio::test]
async fn what_was_kept_for_long_enough_is_forgotten_and_nothing_else() {
    let venue = TestRestaurant::with_tables(1).await;
    account(&venue, SARAH).await;
    venue.sql("DELETE FROM one_time_tokens").await;
    venue.sql(BOTH_SIDES).await;
    assert_eq!(venue.texts(COUNTS).await, ["2/2 2 2 2 2 2"]);
    let forgotten = venue.store.forget_expired().await.expect("it is done");
    let expected = [
        "audit_networks",
        "one_time_tokens",
        "staff_invitations",
        "idempotency_records",
        "authorization_codes",
        "sessions",
    ];
    assert_eq!(forgotten, expected.map(|what| (what, 1)));
    assert_eq!(venue.texts(COUNTS).await, ["1/2 1 1 1 1 1"]);
    let left = "SELECT request_id || ' ' || coalesce(network, 'none') AS line FROM audit_events
        ORDER BY occurred_at";
    assert_eq!(venue.texts(left).await, ["r--1 none", "r-1 192.0.2.0/24"]);
    let again = venue.store.forget_expired().await.expect("it is done");
    assert!(again.is_empty(), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_forget_at_once_forget_everything_once() {
    let venue = TestRestaurant::with_tables(1).await;
    venue
        .sql(
            "INSERT INTO audit_events (restaurant_id, occurred_at, actor_kind, action, network,
                request_id)
             SELECT 1, '2026-01-01Z', 'guest', 'create_booking', '192.0.2.0/24', 'r-1'
             FROM generate_series(1, 3500)",
        )
        .await;
    let mut processes = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let url = venue.database.url_as(SERVICE_ROLE);
        processes.spawn(async move {
            let store = connect_store(&url).await.expect("it answers");
            let forgotten = store.forget_expired().await.expect("it is done");
            forgotten.into_iter().map(|(_, rows)| rows).sum::<usize>()
        });
    }
    let total: usize = processes.join_all().await.into_iter().sum();
    let rest = venue.store.forget_expired().await.expect("it is done");
    let rest: usize = rest.into_iter().map(|(_, rows)| rows).sum();
    assert_eq!(total + rest, 3500);
    let left = "SELECT count(network)::text AS line FROM audit_events";
    assert_eq!(venue.texts(left).await, ["0"]);
}

/// As the service's role, which was given every way to forget.
#[tokio::test]
async fn the_service_can_forget_and_change_nothing_else_of_the_log() {
    let venue = TestRestaurant::with_tables(1).await;
    account(&venue, SARAH).await;
    venue.sql(BOTH_SIDES).await;
    let mut connection = connect(&venue.database.url_as(SERVICE_ROLE)).await;
    let mut refused = async |role: &str, statement: &str| {
        let statements = format!("BEGIN; {role}; {statement}");
        let error = connection
            .batch_execute(&statements)
            .await
            .expect_err(statement);
        connection.batch_execute("ROLLBACK").await.expect("it ends");
        error.to_string()
    };
    let restaurant = "SELECT set_config('booking.restaurant', '1', true)";
    for statement in [
        "UPDATE audit_events SET network = NULL",
        "UPDATE audit_events SET action = 'nothing'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "DELETE FROM sessions",
    ] {
        let error = refused(restaurant, statement).await;
        assert!(error.contains("permission denied"), "{statement}: {error}");
    }
    let retention = "SET LOCAL ROLE booking_retention";
    for statement in [
        "UPDATE audit_events SET action = 'nothing'",
        "UPDATE audit_events SET occurred_at = now()",
        "SELECT actor_id FROM audit_events",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "INSERT INTO audit_events (restaurant_id) VALUES (1)",
        "SELECT * FROM sessions",
        "SELECT email FROM staff_invitations",
        "SELECT public_id FROM bookings",
        "SELECT party_size FROM bookings",
        "UPDATE bookings SET status = 'cancelled'",
        "SELECT FROM booking_contacts",
        "SELECT phone FROM accounts",
    ] {
        let error = refused(retention, statement).await;
        assert!(error.contains("permission denied"), "{statement}: {error}");
    }
    let other = "UPDATE audit_events SET network = '10.0.0.0/24'";
    let error = refused(retention, other).await;
    assert!(error.contains("row-level security"), "{error}");
    // Without any condition it finds what is old enough, and nothing else.
    let all = format!(
        "BEGIN; {retention}; UPDATE audit_events SET network = NULL; DELETE FROM staff_invitations; COMMIT"
    );
    connection.batch_execute(&all).await.expect("it may");
    let left = "SELECT (SELECT count(network) FROM audit_events) || ' '
        || (SELECT count(*) FROM audit_events) AS line";
    assert_eq!(venue.texts(left).await, ["1 2"]);
}

#[tokio::test]
async fn token_of_a_session_that_is_forgotten_opens_as_little_as_one_that_has_ended() {
    let venue = TestRestaurant::with_tables(1).await;
    let account = account(&venue, SARAH).await;
    let family = session(&venue.store, &account).await.session.family;
    let refresh = async || venue.store.refresh_token(&presented(&family), NOW).await;
    venue
        .sql(
            "UPDATE sessions SET created_at = now() - interval '119 days', revoked_at = now(),
            revoked_reason = 'token_reused'",
        )
        .await;
    venue.store.forget_expired().await.expect("it is done");
    let ended = refresh().await;
    let revoked = RefreshTokenRefusal::Revoked;
    assert!(
        matches!(ended, Err(StoreError::Refused(it)) if it == revoked),
        "{ended:?}"
    );
    venue
        .sql("UPDATE sessions SET created_at = created_at - interval '2 days'")
        .await;
    venue.store.forget_expired().await.expect("it is done");
    let forgotten = refresh().await;
    let not_found = RefreshTokenRefusal::SessionNotFound;
    assert!(
        matches!(forgotten, Err(StoreError::Refused(it)) if it == not_found),
        "{forgotten:?}"
    );
}
