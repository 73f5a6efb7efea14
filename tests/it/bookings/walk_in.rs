//! `createWalkIn`: parties that come without a booking.

use booking_tests::{Request, Response, TestService};
use serde_json::{Value, json};

use crate::support::{BELLA, MONDAY, OVERLAPS, UNTRUE_HISTORIES, book, book_as_guest, wanted};

/// Seven minutes and a half past seven in the evening at Bella's, on the Monday of the tests.
const SEVEN: &str = "2027-02-16T00:07:30Z";

fn walk_in(asked: &Value) -> Request {
    Request::post(format!("/restaurants/{BELLA}/walk-ins")).json(asked)
}

async fn step(service: &TestService, booking: &str, step: &str) -> Response {
    let request = Request::post(format!("/bookings/{booking}/{step}"));
    service.send(&request).await
}

#[tokio::test]
async fn who_walks_in_sits_at_once_and_has_a_booking() {
    let service = TestService::start().await;
    service.set_clock(SEVEN);
    let asked = json!({
        "party_size": 2, "customer": { "email": "ada@example.com" }, "internal_note": "In a hurry",
        "tags": ["regular"],
    });
    let made = service.send(&walk_in(&asked)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let body = made.json();
    let id = body["booking_id"].as_str().unwrap();
    let path = format!("/api/v1/bookings/{id}");
    assert_eq!(made.header("location"), Some(path.as_str()));
    for (name, expected) in [
        ("status", json!("confirmed")),
        ("source", json!("walk_in")),
        ("booking_date", json!(MONDAY)),
        ("booking_time", json!("19:07")),
        ("service_date", json!(MONDAY)),
        ("arrived_at", json!(SEVEN)),
        ("seated_at", json!(SEVEN)),
        ("internal_note", json!("In a hurry")),
        ("tags", json!(["regular"])),
        ("customer", json!({ "email": "ada@example.com" })),
    ] {
        assert_eq!(body[name], expected, "{name}");
    }
    assert!(body.get("booking_secret").is_none());
    assert_eq!(body["table_ids"].as_array().map(Vec::len), Some(1));
    // Who sits there needs no link.
    assert_eq!(service.rows("SELECT count(*) FROM messages").await, ["0"]);
    let taken =
        "SELECT lower(period) AT TIME ZONE 'UTC', upper(period) - lower(period) FROM occupancies";
    let taken = service.rows(&taken.replace(", ", " || ' ' || ")).await;
    assert_eq!(taken, ["2027-02-16 00:07:30 01:29:30"]);
    let finished = step(&service, id, "finish").await;
    assert_eq!(
        finished.json()["status"],
        "completed",
        "{}",
        finished.text()
    );
    assert_eq!(
        service.rows("SELECT count(*) FROM occupancies").await,
        ["0"]
    );
    let events = service
        .send(&Request::get(format!("/bookings/{id}/events")))
        .await
        .json();
    assert_eq!(events["data"][0]["action"], "create_walk_in");
    assert_eq!(events["data"][0]["changed"], json!([]));
    let log = Request::get(format!("/restaurants/{BELLA}/audit-events"));
    let log = service.send(&log).await.json();
    assert_eq!(log["data"][1]["action"], "create_walk_in");
    assert_eq!(log["data"][1]["subject"], id);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}

#[tokio::test]
async fn who_sits_at_a_table_has_it_until_they_are_finished() {
    let service = TestService::start().await;
    // There is one table for ten.
    let booking = book(&service, BELLA, MONDAY, "17:00", 10).await;
    let id = booking.booking_id.as_str();
    service.set_clock("2027-02-15T22:00:00Z");
    assert_eq!(step(&service, id, "seat").await.status, 200);
    let ten = json!({ "party_size": 10 });
    // Its turn was over at half past six, and the next noon it sits there still.
    for now in [SEVEN, "2027-02-16T17:30:00Z"] {
        service.set_clock(now);
        let refused = service.send(&walk_in(&ten)).await;
        refused.refused(409, "TABLE_NOT_AVAILABLE");
        let there =
            json!({ "party_size": 4, "table_ids": booking.table_ids, "override": ["party_size"] });
        let refused = service.send(&walk_in(&there)).await;
        refused.refused(409, "TABLE_NOT_AVAILABLE");
    }
    assert_eq!(step(&service, id, "finish").await.status, 200);
    let made = service.send(&walk_in(&ten)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json()["table_ids"], json!(booking.table_ids));
}

#[tokio::test]
async fn a_table_that_is_booked_soon_is_none_for_a_walk_in() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:15", 10).await;
    service.set_clock(SEVEN);
    let ten = json!({ "party_size": 10 });
    let refused = service.send(&walk_in(&ten)).await;
    let refusal = refused.refused(409, "TABLE_NOT_AVAILABLE");
    assert_eq!(refusal.field, None);
    let refused = refused.json();
    let nearest = &refused["error"]["nearest_slots"];
    assert_eq!(nearest["after"]["booking_time"], "20:45", "{refused}");
    assert_eq!(
        step(&service, booking.booking_id.as_str(), "cancel")
            .await
            .status,
        200
    );
    assert_eq!(service.send(&walk_in(&ten)).await.status, 201);
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
}

#[tokio::test]
async fn the_staff_override_rules_for_who_walks_in_and_programs_do_not() {
    let service = TestService::start().await;
    // Four in the morning.
    service.set_clock("2027-02-15T09:00:00Z");
    let two = json!({ "party_size": 2 });
    let refused = service.send(&walk_in(&two)).await;
    refused.refused(422, "OUTSIDE_SERVICE_HOURS");
    let overriding = json!({
        "party_size": 2, "override": ["hours", "pacing"], "override_reason": "The owner's guests",
    });
    let (_, key) = service.create_api_key(BELLA, &["bookings:write"]).await;
    let key = format!("Bearer {key}");
    let by_key = walk_in(&overriding).header("authorization", &key);
    service.send(&by_key).await.refused(403, "FORBIDDEN");
    let made = service.send(&walk_in(&overriding)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let log = Request::get(format!("/restaurants/{BELLA}/audit-events"));
    let log = service.send(&log).await.json();
    assert_eq!(log["data"][0]["overridden_rules"], json!(["hours"]));
    assert_eq!(log["data"][0]["override_reason"], "The owner's guests");
    service.set_clock(SEVEN);
    let tables = service
        .rows("SELECT table_id FROM dining_tables WHERE restaurant_id = 1 AND max_party = 4")
        .await;
    let table: i64 = tables[0].parse().expect("a number");
    let there = json!({ "party_size": 3, "table_ids": [table] });
    let by_key = service
        .send(&walk_in(&there).header("authorization", &key))
        .await;
    assert_eq!(by_key.status, 201, "{}", by_key.text());
    assert_eq!(by_key.json()["table_ids"], json!([table]));
}

#[tokio::test]
async fn who_is_no_restaurants_seats_nobody() {
    let service = TestService::start().await;
    service.set_clock(SEVEN);
    let two = walk_in(&json!({ "party_size": 2 }));
    let (_, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "21:00", 2)).await;
    let before = service.contents().await;
    for request in [
        two.clone().anonymous(),
        two.header("booking-secret", &secret),
    ] {
        service.send(&request).await.refused(401, "UNAUTHENTICATED");
    }
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn of_many_who_walk_in_at_once_one_gets_the_table() {
    let service = TestService::start().await;
    service.set_clock(SEVEN);
    let ten = walk_in(&json!({ "party_size": 10 }));
    let answers = (0..6).map(|_| service.send(&ten));
    let answers = futures_util::future::join_all(answers).await;
    let (made, late): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 201);
    assert_eq!(made.len(), 1);
    for late in late {
        late.refused(409, "TABLE_NOT_AVAILABLE");
    }
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
}

#[tokio::test]
async fn a_walk_in_that_is_sent_again_is_answered_again_and_can_be_undone() {
    let service = TestService::start().await;
    service.set_clock(SEVEN);
    let request = walk_in(&json!({ "party_size": 2 })).header("Idempotency-Key", "walk-in-1");
    let first = service.send(&request).await;
    let second = service.send(&request).await;
    assert_eq!(
        (first.status, second.status),
        (201, 201),
        "{}",
        second.text()
    );
    assert_eq!(first.json(), second.json());
    assert_eq!(service.rows("SELECT count(*) FROM bookings").await, ["1"]);
    // They have gone to another restaurant after all.
    let first = first.json();
    let id = first["booking_id"].as_str().unwrap();
    let undone = step(&service, id, "undo").await;
    assert_eq!(undone.status, 200, "{}", undone.text());
    assert!(undone.json().get("seated_at").is_none());
    assert_eq!(step(&service, id, "cancel").await.status, 200);
    assert_eq!(
        service.rows("SELECT count(*) FROM occupancies").await,
        ["0"]
    );
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}
