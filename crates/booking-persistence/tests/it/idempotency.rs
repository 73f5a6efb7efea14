//! Requests with a key: their answer is written with their effect, or neither is.

use std::sync::Arc;

use booking_domain::{CreateRefusal, NewBooking};
use booking_persistence::{
    CreatedBooking, IdempotentRequest, RequestContext, RequestEnd, RestaurantAccessRefusal,
    SERVICE_ROLE, StoreError,
};
use credentials::{IdempotencyKeyring, SecretKey};

use crate::support::{NOW, TestRestaurant, at, connect, connect_store, email};

/// A request with this key that asks for this.
fn request(key: &str, content: &str) -> RequestContext {
    let keyring = IdempotencyKeyring::new(&SecretKey::from_random([7; 32]));
    let key = keyring.key("createBooking", key);
    RequestContext {
        idempotency: Some(Arc::new(IdempotentRequest::new(key, content.as_bytes()))),
        ..at(NOW)
    }
}

type Created = Result<CreatedBooking, StoreError<RestaurantAccessRefusal<CreateRefusal>>>;

impl TestRestaurant {
    async fn create(&self, new: &NewBooking, context: &RequestContext) -> Created {
        self.store.create_booking(new, None, context).await
    }

    /// Ends a request: with an answer, if it was a success.
    async fn end(&self, context: &RequestContext, answer: Option<&str>) -> RequestEnd {
        let request = context.idempotency.as_ref().expect("it has a key");
        let ended = self.store.end_request(request, answer.map(str::as_bytes));
        ended.await.expect("the database is there")
    }

    /// What a request with a key comes to, whose success is answered with `answer`.
    async fn answer(&self, context: &RequestContext, answer: &str) -> RequestEnd {
        let created = self.create(&self.request(), context).await;
        self.end(context, created.is_ok().then_some(answer)).await
    }

    /// How many bookings and records there are.
    async fn counts(&self) -> String {
        let counts = self
            .texts(
                "SELECT (SELECT count(*) FROM bookings) || ' ' ||
                    (SELECT count(*) FROM idempotency_records) AS line",
            )
            .await;
        counts.concat()
    }
}

fn repeated(answer: &str) -> RequestEnd {
    RequestEnd::Repeated(answer.as_bytes().to_vec())
}

#[tokio::test]
async fn the_answer_is_written_with_the_effect_and_given_again_without_it() {
    let venue = TestRestaurant::with_tables(3).await;
    let first = request("k", "two at seven");
    venue
        .create(&venue.request(), &first)
        .await
        .expect("a table is free");
    assert_eq!(venue.counts().await, "0 0", "nothing is committed yet");
    assert_eq!(venue.end(&first, Some("made")).await, RequestEnd::Answered);
    assert_eq!(venue.counts().await, "1 1");
    let again = request("k", "two at seven");
    assert_eq!(venue.answer(&again, "made anew").await, repeated("made"));
    let other = request("k", "three at seven");
    assert_eq!(venue.answer(&other, "other").await, RequestEnd::Reused);
    assert_eq!(venue.counts().await, "1 1");
    let another_key = request("K", "two at seven");
    assert_eq!(venue.answer(&another_key, "x").await, RequestEnd::Answered);
    assert_eq!(venue.counts().await, "2 2");
}

#[tokio::test]
async fn a_guest_with_another_address_has_a_key_of_their_own() {
    let venue = TestRestaurant::with_tables(3).await;
    let first = request("k", "asked");
    assert_eq!(venue.answer(&first, "hers").await, RequestEnd::Answered);
    let mut stranger = venue.request();
    stranger.customer.email = Some(email("sarah.chan@example.com"));
    let guessed = request("k", "asked");
    let created = venue.create(&stranger, &guessed).await;
    created.expect("it is a request like any other");
    let ended = venue.end(&guessed, Some("his")).await;
    assert_eq!(ended, RequestEnd::Answered);
    // Spelled in another way, an address is the same.
    let mut again = venue.request();
    again.customer.email = Some(email("Sarah.Chen@EXAMPLE.com"));
    let context = request("k", "asked");
    assert!(venue.create(&again, &context).await.is_err());
    assert_eq!(venue.end(&context, None).await, repeated("hers"));
    assert_eq!(venue.counts().await, "2 2");
}

#[tokio::test]
async fn what_is_refused_or_fails_or_is_given_up_leaves_nothing_and_can_be_asked_for_again() {
    let venue = TestRestaurant::with_tables(1).await;
    let mut closed = venue.request();
    closed.time = jiff::civil::time(3, 0, 0, 0);
    let refused = request("k", "asked");
    let created = venue.create(&closed, &refused).await;
    assert!(matches!(created, Err(StoreError::Refused(_))));
    assert_eq!(venue.end(&refused, None).await, RequestEnd::Answered);
    // The store has done it, and whoever answers fails.
    let failed = request("k", "asked");
    let created = venue.create(&venue.request(), &failed).await;
    created.expect("a table is free");
    assert_eq!(venue.end(&failed, None).await, RequestEnd::Answered);
    assert_eq!(venue.counts().await, "0 0");
    // Nobody ends the request.
    let given_up = request("k", "asked");
    let created = venue.create(&venue.request(), &given_up).await;
    created.expect("a table is free");
    drop(given_up);
    until_free(&venue).await;
    assert_eq!(venue.counts().await, "0 0");
    let last = request("k", "asked");
    assert_eq!(venue.answer(&last, "made").await, RequestEnd::Answered);
    assert_eq!(venue.counts().await, "1 1");
}

/// Waits until no transaction of the database holds an advisory lock: it notices by itself that a connection
/// was closed.
async fn until_free(venue: &TestRestaurant) {
    let locks = "SELECT pid::text AS line FROM pg_locks JOIN pg_database ON oid = database
        WHERE locktype = 'advisory' AND datname = current_database()";
    while !venue.texts(locks).await.is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_key_is_in_use_while_its_first_request_is_open_and_no_longer() {
    let venue = TestRestaurant::with_tables(3).await;
    let first = request("k", "asked");
    let created = venue.create(&venue.request(), &first).await;
    created.expect("a table is free");
    // By another process as well.
    let url = venue.database.url_as(SERVICE_ROLE);
    let other = connect_store(&url).await.expect("it answers");
    let second = request("k", "asked");
    let created = other.create_booking(&venue.request(), None, &second).await;
    assert!(matches!(created, Err(StoreError::Internal(_))));
    assert_eq!(venue.end(&second, None).await, RequestEnd::InUse);
    assert_eq!(venue.end(&first, Some("made")).await, RequestEnd::Answered);
    let third = request("k", "asked");
    assert_eq!(venue.answer(&third, "x").await, repeated("made"));
    assert_eq!(venue.counts().await, "1 1");
}

#[tokio::test]
async fn a_crash_between_effect_and_commit_leaves_neither() {
    let venue = TestRestaurant::with_tables(1).await;
    let first = request("k", "asked");
    let created = venue.create(&venue.request(), &first).await;
    created.expect("a table is free");
    venue
        .sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'reserve-easy'
                AND state = 'idle in transaction'",
        )
        .await;
    until_free(&venue).await;
    let request_of = first.idempotency.as_ref().expect("it has a key");
    let ended = venue.store.end_request(request_of, Some(b"made")).await;
    assert!(
        matches!(ended, Err(StoreError::Unavailable(_))),
        "{ended:?}"
    );
    assert_eq!(venue.counts().await, "0 0");
    let again = request("k", "asked");
    assert_eq!(venue.answer(&again, "made").await, RequestEnd::Answered);
    assert_eq!(venue.counts().await, "1 1");
}

#[tokio::test]
async fn an_answer_is_good_for_a_day_by_the_clock_of_the_database() {
    let venue = TestRestaurant::with_tables(3).await;
    let first = request("k", "asked");
    assert_eq!(venue.answer(&first, "first").await, RequestEnd::Answered);
    let kept =
        "SELECT (expires_at - now() BETWEEN '23 hours 59 minutes' AND '24 hours')::text AS line
        FROM idempotency_records";
    assert_eq!(venue.texts(kept).await, ["true"]);
    let age = |to: &str| format!("UPDATE idempotency_records SET expires_at = now() + '{to}'");
    venue.sql(&age("1 minute")).await;
    let second = request("k", "asked");
    assert_eq!(venue.answer(&second, "x").await, repeated("first"));
    // Its row is still there, and makes room.
    venue.sql(&age("-1 second")).await;
    let third = request("k", "asked for other things");
    assert_eq!(venue.answer(&third, "third").await, RequestEnd::Answered);
    assert_eq!(venue.counts().await, "2 1");
    let fourth = request("k", "asked for other things");
    assert_eq!(venue.answer(&fourth, "x").await, repeated("third"));
}

#[tokio::test]
async fn an_operation_that_succeeds_without_its_key_is_a_fault() {
    let venue = TestRestaurant::with_tables(1).await;
    let context = request("k", "asked");
    let request = context.idempotency.as_ref().expect("it has a key");
    let ended = venue.store.end_request(request, Some(b"made")).await;
    assert!(matches!(ended, Err(StoreError::Internal(_))), "{ended:?}");
}

#[tokio::test]
async fn a_record_is_seen_by_whoever_has_its_id_and_holds_nothing_that_can_be_read() {
    let venue = TestRestaurant::with_tables(3).await;
    for key in ["k", "l"] {
        let context = request(key, "Sarah Chen");
        let answer = "Sarah Chen, table 7";
        assert_eq!(venue.answer(&context, answer).await, RequestEnd::Answered);
    }
    let url = venue.database.url_as(SERVICE_ROLE);
    let mut service = connect(&url).await;
    let seen = "SELECT count(*)::text AS line FROM idempotency_records";
    let see = async |connection: &mut _| crate::support::texts(connection, seen).await;
    assert_eq!(see(&mut service).await, ["0"]);
    let id = venue
        .texts("SELECT min(encode(record_id, 'hex')) AS line FROM idempotency_records")
        .await;
    let set = format!(
        "SELECT set_config('booking.idempotency', '{}', false) AS line",
        id[0]
    );
    crate::support::texts(&mut service, &set).await;
    assert_eq!(see(&mut service).await, ["1"]);
    // Neither a person nor a key, in whatever column.
    let readable = "SELECT count(*)::text AS line FROM idempotency_records
        WHERE position('Sarah'::bytea IN record_id || content_digest || response) > 0";
    assert_eq!(venue.texts(readable).await, ["0"]);
}
