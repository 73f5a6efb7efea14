//! Bookings that wait for the restaurant's word, until they expire: nothing has to run for that.

use booking_client::types::{Booking, BookingStatus, ErrorCode};
use booking_tests::{Request, Response, TestService};
use serde_json::{Value, json};

use crate::support::{
    BELLA, MONDAY, OVERLAPS, UNTRUE_HISTORIES, book_as_guest, booking_path, create, refused, wanted,
};

/// A booking for all ten seats of Bella's largest table, which waits for her word until the next day.
async fn pending(service: &TestService) -> (Booking, String) {
    let policy = Request::patch("/restaurants/1/booking-policy")
        .header("If-Match", "*")
        .json(&json!({ "confirmation_min_party": 8 }));
    assert_eq!(service.send(&policy).await.status, 200);
    let (booking, secret) = book_as_guest(service, wanted(BELLA, MONDAY, "19:00", 10)).await;
    assert_eq!(booking.status, BookingStatus::Pending);
    let expires_at = booking.expires_at.map(|it| it.to_string());
    assert_eq!(expires_at.as_deref(), Some(EXPIRY));
    (booking, secret)
}

const BEFORE: &str = "2027-02-09T17:29:59.999999Z";
const EXPIRY: &str = "2027-02-09T17:30:00Z";

async fn step(service: &TestService, booking: &Booking, step: &str) -> Response {
    let path = format!("{}/{step}", booking_path(&booking.booking_id));
    service.send(&Request::post(path)).await
}

/// The ids of the bookings at Bella's in these states, with their number.
async fn in_state(service: &TestService, states: &str) -> (Vec<Value>, Value) {
    let list = format!("/bookings?restaurant_id={BELLA}{states}");
    let page = service.send(&Request::get(list)).await.json();
    let items = page["data"].as_array().expect("it is a list").iter();
    let ids = items.map(|booking| booking["booking_id"].clone()).collect();
    (ids, page["pagination"]["total"].clone())
}

#[tokio::test]
async fn who_reads_it_reads_that_it_is_cancelled_from_the_instant_of_its_expiry_on() {
    let service = TestService::start().await;
    let (booking, secret) = pending(&service).await;
    let get = Request::get(booking_path(&booking.booking_id)).header("booking-secret", &secret);
    service.set_clock(BEFORE);
    let waits = service.send(&get).await;
    assert_eq!(waits.json()["status"], "pending");
    let tag = waits.header("etag").expect("it has one").to_owned();
    service.set_clock(EXPIRY);
    // Whoever holds the copy of before does not hold this one.
    let over = service.send(&get.with_header("If-None-Match", &tag)).await;
    assert_eq!(over.status, 200);
    let (tag, over) = (over.header("etag").map(str::to_owned), over.json());
    assert_eq!(over["status"], "cancelled");
    assert_eq!(
        (
            &over["cancellation"],
            &over["updated_at"],
            &over["expires_at"]
        ),
        (
            &json!({ "by": "system", "kind": "expired" }),
            &json!(EXPIRY),
            &Value::Null
        )
    );
    let id = json!(booking.booking_id.as_str());
    let none = (Vec::new(), json!(0));
    let it = (vec![id], json!(1));
    assert_eq!(in_state(&service, "&status=pending").await, none);
    assert_eq!(in_state(&service, "&status=cancelled").await, it);
    let either = "&status=cancelled&status=pending";
    assert_eq!(in_state(&service, either).await, it);
    assert_eq!(in_state(&service, "&status=confirmed").await, none);
    // What was read is what is written, and nothing else later.
    let events = service.client().list_booking_events();
    let events = events.booking_id(booking.booking_id.clone()).send().await;
    let events = events.expect("the restaurant reads it").into_inner();
    let last = events.data.last().expect("there are some");
    assert_eq!(last.action.as_str(), "expire_booking");
    assert_eq!(last.actor.kind.to_string(), "system");
    assert_eq!(last.occurred_at.to_string(), EXPIRY);
    let state = last
        .state
        .cancellation_kind
        .as_ref()
        .map(ToString::to_string);
    assert_eq!(state.as_deref(), Some("expired"));
    let first = events.data.first().expect("there are some");
    let state = first.state.expires_at.map(|it| it.to_string());
    assert_eq!(state.as_deref(), Some(EXPIRY));
    service.set_clock("2027-02-10T17:30:00Z");
    let again = service.send(&get).await;
    assert_eq!(again.header("etag").map(str::to_owned), tag);
    assert_eq!(again.json(), over);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}

#[tokio::test]
async fn what_has_expired_is_neither_confirmed_nor_declined_nor_changed() {
    let service = TestService::start().await;
    let (booking, secret) = pending(&service).await;
    service.set_clock(EXPIRY);
    for name in ["confirm", "decline", "arrive", "seat", "no-show", "undo"] {
        let late = step(&service, &booking, name).await;
        late.refused(409, "BOOKING_NOT_CHANGEABLE");
    }
    for change in [
        json!({ "party_size": 9 }),
        json!({ "special_requests": "Window" }),
    ] {
        let change = Request::patch(booking_path(&booking.booking_id)).json(&change);
        let change = change.header("booking-secret", &secret);
        let late = service.send(&change).await;
        late.refused(409, "BOOKING_NOT_CHANGEABLE");
    }
    // That it is cancelled is what was asked for.
    let cancelled = step(&service, &booking, "cancel").await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    assert_eq!(cancelled.json()["cancellation"]["kind"], "expired");
}

#[tokio::test]
async fn who_comes_next_gets_its_table_at_once() {
    let service = TestService::start().await;
    pending(&service).await;
    service.set_clock(BEFORE);
    let next = wanted(BELLA, MONDAY, "19:30", 10);
    let taken = create(&service, next.clone()).await;
    refused(taken, 409, ErrorCode::TableNotAvailable);
    service.set_clock(EXPIRY);
    create(&service, next)
        .await
        .expect("nobody has it any more");
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}

#[tokio::test]
async fn what_is_confirmed_in_time_stands() {
    let service = TestService::start().await;
    let (booking, _) = pending(&service).await;
    service.set_clock(BEFORE);
    let confirmed = step(&service, &booking, "confirm").await.json();
    assert_eq!(confirmed["expires_at"], Value::Null);
    service.set_clock("2027-02-10T17:30:00Z");
    let read = Request::get(booking_path(&booking.booking_id));
    assert_eq!(service.send(&read).await.json(), confirmed);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}

#[tokio::test]
async fn holds_and_parties_that_sit_down_get_its_table_too() {
    let service = TestService::start().await;
    let small = crate::support::book(&service, BELLA, MONDAY, "19:00", 2).await;
    pending(&service).await;
    let large = "SELECT table_ids[1] FROM bookings WHERE status = 'pending'";
    let large: i64 = service.rows(large).await[0].parse().expect("a number");
    service.set_clock(EXPIRY);
    let hold = Request::post("/restaurants/1/holds")
        .json(&json!({ "booking_date": MONDAY, "booking_time": "19:00", "party_size": 10 }));
    let held = service.send(&hold).await;
    assert_eq!(held.status, 201, "{}", held.text());
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
    // The same for who sits down: another one that has expired is in the way by then.
    service.set_clock("2027-02-15T22:00:00Z");
    let again = wanted(BELLA, MONDAY, "19:00", 10);
    let (waits, _) = book_as_guest(&service, again).await;
    assert_eq!(waits.status, BookingStatus::Pending);
    service.set_clock("2027-02-16T00:00:00Z");
    let seat = format!("{}/seat", booking_path(&small.booking_id));
    let seat = Request::post(seat).json(&json!({ "table_ids": [large] }));
    let seated = service.send(&seat).await;
    assert_eq!(seated.status, 200, "{}", seated.text());
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}
