//! Parties that sit though their turns are over, and who waits for their tables.

use booking_client::types::Booking;
use booking_tests::{Request, Response, TestService};
use serde_json::{Value, json};

use crate::support::{BELLA, MONDAY, book, book_as_guest, booking_path, wanted};

/// Six in the evening at Bella's, when the first party sits down.
const SIX: &str = "2027-02-15T23:00:00Z";
const BEFORE: &str = "2027-02-16T00:29:59.999999Z";
/// When its turn is over.
const END: &str = "2027-02-16T00:30:00Z";

/// Two parties of ten one after the other at Bella's only table for so many, the first of which sits.
async fn two_parties(service: &TestService) -> (Booking, Booking, String) {
    let first = book(service, BELLA, MONDAY, "18:00", 10).await;
    let (second, secret) = book_as_guest(service, wanted(BELLA, MONDAY, "20:00", 10)).await;
    service.set_clock(SIX);
    let seat = format!("{}/seat", booking_path(&first.booking_id));
    assert_eq!(service.send(&Request::post(seat)).await.status, 200);
    (first, second, secret)
}

async fn get(service: &TestService, booking: &Booking) -> Response {
    let request = Request::get(booking_path(&booking.booking_id));
    let answer = service.send(&request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

/// What the restaurant's list says of who is overdue, for the bookings that pass a filter in order of time.
async fn listed(service: &TestService, filter: &str) -> Vec<(Value, Value, Value)> {
    let list = format!("/bookings?restaurant_id={BELLA}&sort=booking_date_asc{filter}");
    let page = service.send(&Request::get(list)).await.json();
    let items = page["data"].as_array().expect("it is a list");
    assert_eq!(page["pagination"]["total"], items.len());
    let items = items.iter().map(|booking| {
        let property = |name: &str| booking[name].clone();
        (
            property("booking_id"),
            property("is_overdue"),
            property("overdue_booking_ids"),
        )
    });
    items.collect()
}

#[tokio::test]
async fn a_party_is_overdue_at_the_end_of_its_turn_and_the_next_at_its_table_waits_for_it() {
    let service = TestService::start().await;
    let (first, second, _) = two_parties(&service).await;
    let ids = [&first, &second].map(|booking| json!(booking.booking_id.as_str()));
    service.set_clock(BEFORE);
    let nobody = ids.clone().map(|id| (id, json!(false), Value::Null));
    assert_eq!(listed(&service, "").await, nobody);
    assert_eq!(listed(&service, "&overdue=true").await, []);
    service.set_clock(END);
    let waits_for = json!([ids[0]]);
    let overdue = (ids[0].clone(), json!(true), Value::Null);
    let next = (ids[1].clone(), json!(false), waits_for.clone());
    assert_eq!(listed(&service, "").await, [overdue.clone(), next]);
    assert_eq!(listed(&service, "&overdue=true").await, [overdue]);
    assert_eq!(listed(&service, "&overdue=true&status=pending").await, []);
    assert_eq!(get(&service, &first).await.json()["is_overdue"], true);
    let second = get(&service, &second).await.json();
    assert_eq!(second["overdue_booking_ids"], waits_for);
    assert_eq!(second["is_overdue"], false);
}

#[tokio::test]
async fn a_copy_of_before_a_party_was_overdue_is_old_until_it_has_left() {
    let service = TestService::start().await;
    let (first, second, _) = two_parties(&service).await;
    service.set_clock(BEFORE);
    let held = |answer: &Response| answer.header("etag").expect("it has one").to_owned();
    let before = [&first, &second];
    let tags = [
        held(&get(&service, before[0]).await),
        held(&get(&service, before[1]).await),
    ];
    service.set_clock(END);
    for (booking, tag) in before.into_iter().zip(&tags) {
        let path = booking_path(&booking.booking_id);
        let asked = Request::get(&path).header("If-None-Match", tag);
        let answer = service.send(&asked).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let asked = Request::get(path).header("If-None-Match", held(&answer));
        assert_eq!(service.send(&asked).await.status, 304);
    }
    let finish = format!("{}/finish", booking_path(&first.booking_id));
    let finished = service.send(&Request::post(finish)).await;
    assert_eq!(finished.json()["is_overdue"], false);
    // As it was before, and as the copy of before says.
    let answer = get(&service, &second).await;
    assert_eq!(held(&answer), tags[1]);
    assert_eq!(answer.json()["overdue_booking_ids"], Value::Null);
}

#[tokio::test]
async fn who_is_overdue_is_told_to_no_guest_and_stands_in_no_change() {
    let service = TestService::start().await;
    let (first, second, secret) = two_parties(&service).await;
    service.set_clock(END);
    let path = booking_path(&second.booking_id);
    let as_guest = Request::get(&path).header("booking-secret", &secret);
    let seen = service.send(&as_guest).await.json();
    assert_eq!(
        (&seen["is_overdue"], &seen["overdue_booking_ids"]),
        (&Value::Null, &Value::Null)
    );
    let tag = get(&service, &second).await;
    let tag = tag.header("etag").expect("it has one");
    let change = Request::patch(path).header("If-Match", tag);
    let changed = change.json(&json!({ "special_requests": "Window" }));
    assert_eq!(service.send(&changed).await.status, 200);
    // The restaurant's own answer to a change says so of the party itself.
    let change = Request::patch(booking_path(&first.booking_id));
    let change = change.json(&json!({ "special_requests": "The bill" }));
    assert_eq!(service.send(&change).await.json()["is_overdue"], true);
}
