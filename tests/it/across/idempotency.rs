//! `Idempotency-Key`, of every operation that takes one: the request is done once, and answered alike
//! however often it comes.

use booking_client::types::{BookingId, BookingStatus};
use booking_tests::{Examples, Request, Response, TestService, contract, document};
use contract_witness::Operation;
use serde_json::{Value, json};

use crate::support::{
    BELLA, MONDAY, SAKURA, STANDINGS, book, examples_for, is_of_another_standing, set_standing,
    set_status, wanted, wanted_json,
};

/// The key that everybody sends.
const KEY: &str = "3f1c6a2e-9d0b-4c57-8a43-5b1f0e7d2c96";

/// An operation that takes a key, and what it is asked.
struct Keyed {
    operation: &'static Operation,
    /// The booking that it is asked about, and another one.
    bookings: [BookingId; 2],
    /// What it grants.
    request: Request,
    /// The same caller asks for something else with the same key.
    other: Request,
    /// Somebody else asks for that.
    stranger: Request,
}

/// Whether an operation takes a key.
fn takes_key(operation: &Operation) -> bool {
    let parameters = document()
        .pointer(&operation.pointer)
        .and_then(|declared| declared["parameters"].as_array());
    let mut parameters = parameters.into_iter().flatten();
    parameters.any(|parameter| parameter["$ref"] == "#/components/parameters/IdempotencyKey")
}

/// What may be asked for instead of what an example does: another value of a property that it has, or
/// the same of something else.
fn asking_for_other(examples: &Examples, operation: &str, other: &BookingId) -> Request {
    let others = [
        ("party_size", json!(3)),
        ("name", json!("Another name")),
        ("reason", json!("Another reason")),
        ("email", json!("another@example.com")),
        ("token", json!(format!("in_{}", "A".repeat(43)))),
    ];
    let body = examples.body(operation).unwrap_or_default();
    let mut changed = others
        .into_iter()
        .filter(|(name, _)| body.get(name).is_some());
    match changed.next() {
        Some((name, value)) => examples.changed(operation, &json!({ name: value })),
        None => examples
            .with("restaurant_id", SAKURA)
            .with("booking_id", other.as_str())
            .request(operation),
    }
}

/// The operations that take a key.
fn operations() -> Vec<&'static Operation> {
    let operations = contract().operations().iter();
    let keyed: Vec<&Operation> = operations
        .filter(|operation| takes_key(operation))
        .collect();
    assert!(keyed.len() > 10, "{}", keyed.len());
    keyed
}

/// What an operation is asked, about a booking of its own.
async fn keyed(service: &TestService, operation: &'static Operation) -> Keyed {
    let id = operation.id.as_str();
    let booking = book(service, BELLA, MONDAY, "12:00", 2).await.booking_id;
    let other = book(service, BELLA, MONDAY, "12:00", 2).await.booking_id;
    let about = examples_for(operation, &booking);
    // The parts of how a restaurant seats that an account is given replace those of the one before.
    let stranger = service.with_account(&about, &format!("{id}Other")).await;
    let account = service.with_account(&about, id).await;
    let with_key = |request: Request| request.header("Idempotency-Key", KEY);
    Keyed {
        operation,
        request: with_key(account.request(id)),
        other: with_key(asking_for_other(&account, id, &other)),
        stranger: with_key(asking_for_other(&stranger, id, &other)),
        bookings: [booking, other],
    }
}

/// The tables of what was asked about are free for the next.
async fn set_free(service: &TestService, keyed: &Keyed) {
    for booking in &keyed.bookings {
        set_status(service, booking, BookingStatus::Cancelled).await;
    }
}

/// What a request is answered, and what the same one is answered that comes before: the first waits to
/// write its answer. Or the answer of one that has none to write.
async fn answer_twice(
    service: &TestService,
    request: &Request,
) -> Result<(Response, Response), Response> {
    let session = service.session().await;
    let lock = "BEGIN; LOCK TABLE idempotency_records IN EXCLUSIVE MODE";
    session.batch_execute(lock).await.unwrap();
    let mut first = std::pin::pin!(service.send(request));
    tokio::select! {
        answer = &mut first => return Err(answer),
        () = service.until_waiting(1) => {}
    }
    let second = service.send(request).await;
    session.batch_execute("COMMIT").await.unwrap();
    Ok((first.await, second))
}

/// What every operation answers in the end to a request with its key, and to the same one in between.
async fn answers(service: &TestService, keyed: &Keyed) -> (Response, Response) {
    let id = &keyed.operation.id;
    let mut answered = answer_twice(service, &keyed.request).await;
    for standing in STANDINGS {
        if !answered.as_ref().is_err_and(is_of_another_standing) {
            break;
        }
        set_standing(service, &keyed.bookings[0], standing).await;
        answered = answer_twice(service, &keyed.request).await;
    }
    answered.unwrap_or_else(|answer| panic!("{id} keeps no answer: {}", answer.text()))
}

/// An answer without what is of its own request.
fn without_request(answer: &Response) -> Response {
    let mut answer = answer.clone();
    let own = ["date", "x-request-id"];
    answer
        .headers
        .retain(|(name, _)| !own.contains(&name.as_str()));
    answer
}

fn in_use(answer: &Response) {
    answer.refused(409, "IDEMPOTENCY_KEY_IN_USE");
    assert_eq!(answer.header("retry-after"), Some("1"), "{}", answer.text());
}

/// What is refused because of a key, by every operation that takes one.
pub(super) async fn refused_for_keys() -> Vec<(&'static str, Response)> {
    let service = TestService::start().await;
    let mut refused = Vec::new();
    for operation in operations() {
        let keyed = keyed(&service, operation).await;
        let (_, in_between) = answers(&service, &keyed).await;
        refused.push((keyed.operation.id.as_str(), in_between));
        let other = service.send(&keyed.other).await;
        refused.push((keyed.operation.id.as_str(), other));
        set_free(&service, &keyed).await;
    }
    refused
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_with_a_key_is_done_once_and_answered_alike() {
    let service = TestService::start().await;
    for operation in operations() {
        let keyed = keyed(&service, operation).await;
        let id = &keyed.operation.id;
        let (first, in_between) = answers(&service, &keyed).await;
        assert!(first.status < 300, "{id}: {}", first.text());
        in_use(&in_between);
        let after = service.contents().await;
        for request in [
            keyed.request.clone(),
            // What is of one JSON value, and of one key.
            keyed
                .request
                .with_header("Idempotency-Key", &format!("\"{KEY}\"")),
        ] {
            let again = service.send(&request).await;
            assert_eq!(without_request(&again), without_request(&first), "{id}");
        }
        let reused = service.send(&keyed.other).await;
        reused.refused(422, "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(service.contents().await, after, "{id} is done once");

        let stranger = service.send(&keyed.stranger).await;
        let key_is_theirs =
            stranger.status < 300 || !stranger.refusal().code.starts_with("IDEMPOTENCY_KEY");
        assert!(key_is_theirs, "{id}: {}", stranger.text());
        set_free(&service, &keyed).await;
    }
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_by_every_operation_that_takes_one() {
    let service = TestService::start().await;
    let long = "k".repeat(256);
    for operation in operations() {
        let keyed = keyed(&service, operation).await;
        for key in ["", "a b", "\"k", "k\"", "\"\"", "k, l", "k\\", "é", &long] {
            let request = keyed.request.with_header("Idempotency-Key", key);
            let answer = service.send(&request).await;
            let refusal = answer.refused(400, "INVALID_REQUEST");
            let id = &keyed.operation.id;
            assert_eq!(
                refusal.field.as_deref(),
                Some("Idempotency-Key"),
                "{id} {key}"
            );
        }
        let longest = keyed
            .request
            .with_header("Idempotency-Key", &"k".repeat(255));
        assert_ne!(service.send(&longest).await.status, 400);
        set_free(&service, &keyed).await;
    }
}

/// A guest's request with a key.
fn booking_of(email: &str, key: &str) -> Request {
    let mut body = wanted_json();
    body["customer"]["email"] = email.into();
    let request = Request::post("/bookings").json(&body).anonymous();
    request.header("Idempotency-Key", key)
}

#[tokio::test]
async fn a_guests_booking_comes_again_with_its_secret_which_is_kept_nowhere() {
    let service = TestService::start().await;
    let first = service.send(&booking_of("ada@example.com", KEY)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let secret = first.json()["booking_secret"].clone();
    assert!(
        secret
            .as_str()
            .is_some_and(|secret| secret.starts_with("bs_"))
    );
    let again = service.send(&booking_of("ada@example.com", KEY)).await;
    assert_eq!(without_request(&again), without_request(&first));
    // Whoever guesses the key has not guessed the guest.
    let stranger = service.send(&booking_of("eve@example.com", KEY)).await;
    assert_eq!(stranger.status, 201, "{}", stranger.text());
    assert_ne!(stranger.json()["booking_id"], first.json()["booking_id"]);
    let bookings = service.rows("SELECT count(*) FROM bookings").await;
    assert_eq!(bookings, ["2"]);
}

#[tokio::test]
async fn a_refused_request_can_be_sent_again_with_its_key() {
    let service = TestService::start().await;
    let taken = service.client().create_booking();
    let taken = taken.body(wanted(BELLA, MONDAY, "19:00", 10)).send().await;
    let taken = taken.unwrap().into_inner();
    let mut body = wanted_json();
    body["party_size"] = 10.into();
    let request = Request::post("/bookings").json(&body).anonymous();
    let request = request.header("Idempotency-Key", KEY);
    service
        .send(&request)
        .await
        .refused(409, "TABLE_NOT_AVAILABLE");
    crate::support::cancel(&service, &taken.booking_id).await;
    assert_eq!(service.send(&request).await.status, 201);
}

#[tokio::test]
async fn without_a_key_every_request_is_one_of_its_own() {
    let service = TestService::start().await;
    let request = Request::post("/bookings").json(&wanted_json()).anonymous();
    let ids: Vec<Value> = [
        service.send(&request).await.json()["booking_id"].clone(),
        service.send(&request).await.json()["booking_id"].clone(),
    ]
    .into();
    assert_ne!(ids[0], ids[1]);
}
