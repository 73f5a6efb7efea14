//! What a restaurant says of a booking and its party: `confirmBooking`, `declineBooking`, `markArrived`,
//! `seatBooking`, `finishBooking`, `markNoShow`, `undoBookingStep` and `listBookingEvents`.

use booking_client::types::{self, BookingStatus};
use booking_tests::{Request, Response, TestService};
use serde_json::{Value, json};

use crate::support::{
    BELLA, MONDAY, OVERLAPS, UNTRUE_HISTORIES, book, book_as_guest, booking_path, read, set_status,
    wanted,
};

async fn step(service: &TestService, booking: &types::BookingId, step: &str) -> Response {
    let path = format!("{}/{step}", booking_path(booking));
    service.send(&Request::post(path)).await
}

/// The same, which must be granted.
async fn stepped(service: &TestService, booking: &types::BookingId, name: &str) -> Value {
    let answer = step(service, booking, name).await;
    assert_eq!(answer.status, 200, "{name}: {}", answer.text());
    answer.json()
}

async fn seat_at(service: &TestService, booking: &types::BookingId, table: i64) -> Response {
    let path = format!("{}/seat", booking_path(booking));
    let request = Request::post(path).json(&json!({ "table_ids": [table] }));
    service.send(&request).await
}

/// The history of a booking: what was done, and what of the booking it has changed.
async fn history(service: &TestService, booking: &types::BookingId) -> Vec<(String, Vec<String>)> {
    let events = service
        .client()
        .list_booking_events()
        .booking_id(booking.clone());
    let page = events
        .send()
        .await
        .expect("the restaurant reads it")
        .into_inner();
    let events = page.data.iter().map(|event| {
        let changed = event.changed.iter().map(ToString::to_string);
        (event.action.to_string(), changed.collect())
    });
    events.collect()
}

fn changed(action: &str, fields: &[&str]) -> (String, Vec<String>) {
    let fields = fields.iter().map(|field| (*field).to_owned());
    (action.to_owned(), fields.collect())
}

/// Noon on the day of the visit at Bella's; dinner is at seven.
const NOON: &str = "2027-02-15T17:00:00Z";
/// Seven in the evening.
const SEVEN: &str = "2027-02-16T00:00:00Z";

#[tokio::test]
async fn a_party_comes_sits_and_leaves_and_its_table_is_free_at_once() {
    let service = TestService::start().await;
    // There is one table for ten.
    let booking = book(&service, BELLA, MONDAY, "19:00", 10).await.booking_id;
    service.set_clock("2027-02-15T23:50:00Z");
    let arrived = stepped(&service, &booking, "arrive").await;
    assert_eq!(arrived["arrived_at"], "2027-02-15T23:50:00Z");
    service.set_clock(SEVEN);
    let seated = stepped(&service, &booking, "seat").await;
    assert_eq!(
        (&seated["seated_at"], &seated["status"]),
        (&json!(SEVEN), &json!("confirmed"))
    );
    let cancelling = step(&service, &booking, "cancel").await;
    cancelling.refused(409, "BOOKING_NOT_CHANGEABLE");
    service.set_clock("2027-02-16T00:30:00Z");
    let late = wanted(BELLA, MONDAY, "20:00", 10);
    let taken = crate::support::create(&service, late.clone()).await;
    assert!(taken.is_err(), "they sit there");
    let finished = stepped(&service, &booking, "finish").await;
    assert_eq!(finished["status"], "completed");
    assert_eq!(finished["finished_at"], "2027-02-16T00:30:00Z");
    crate::support::create(&service, late)
        .await
        .expect("the table is free");
    let expected = [
        changed("create_booking", &[]),
        changed("mark_arrived", &["arrived_at"]),
        changed("seat_booking", &["seated_at"]),
        changed("finish_booking", &["status", "finished_at"]),
    ];
    assert_eq!(history(&service, &booking).await, expected);
}

#[tokio::test]
async fn a_history_is_what_it_was_when_its_guest_was_forgotten() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await.booking_id;
    for wishes in [json!("A quiet table"), json!(null)] {
        let change = Request::patch(booking_path(&booking));
        let change = change.json(&json!({ "special_requests": wishes }));
        assert_eq!(service.send(&change).await.status, 200);
    }
    stepped(&service, &booking, "cancel").await;
    let versions = "SELECT concat_ws(' ', version, name IS NOT NULL, special_requests)
        FROM booking_contacts ORDER BY version";
    let expected = ["1 t", "2 t A quiet table", "3 t"];
    assert_eq!(service.rows(versions).await, expected);
    let pointers = "SELECT contact_version FROM booking_events ORDER BY version";
    assert_eq!(service.rows(pointers).await, ["1", "2", "3", "3"]);
    let told = history(&service, &booking).await;
    assert_eq!(told[2], changed("update_booking", &["special_requests"]));
    let forget = "UPDATE booking_contacts SET name = 'Forgotten', email = 'nobody@example.com',
        phone = NULL, special_requests = NULL RETURNING name";
    assert_eq!(service.rows(forget).await, ["Forgotten"; 3]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
    assert_eq!(history(&service, &booking).await, told);
    assert_eq!(
        read(&service, &booking).await.customer.name.as_deref(),
        Some("Forgotten")
    );
}

#[tokio::test]
async fn a_no_show_frees_its_table_until_it_is_undone() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 10).await.booking_id;
    service.set_clock(NOON);
    step(&service, &booking, "no-show")
        .await
        .refused(422, "TOO_EARLY");
    service.set_clock("2027-02-16T00:20:00Z");
    assert_eq!(
        stepped(&service, &booking, "no-show").await["status"],
        "no_show"
    );
    // Nobody has taken it: the party has come after all.
    assert_eq!(
        stepped(&service, &booking, "undo").await["status"],
        "confirmed"
    );
    stepped(&service, &booking, "no-show").await;
    let next = book(&service, BELLA, MONDAY, "19:30", 10).await.booking_id;
    step(&service, &booking, "undo")
        .await
        .refused(409, "TABLE_NOT_AVAILABLE");
    service.set_clock("2027-02-16T00:36:00Z");
    step(&service, &booking, "undo")
        .await
        .refused(422, "CUTOFF_PASSED");
    assert_eq!(read(&service, &next).await.status, BookingStatus::Confirmed);
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}

#[tokio::test]
async fn each_step_of_a_visit_is_taken_back_alone() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await.booking_id;
    service.set_clock(SEVEN);
    for (minute, name) in ["arrive", "seat", "finish"].into_iter().enumerate() {
        service.set_clock(&format!("2027-02-16T00:0{minute}:00Z"));
        stepped(&service, &booking, name).await;
    }
    let sits = stepped(&service, &booking, "undo").await;
    assert_eq!(
        (&sits["status"], &sits["finished_at"]),
        (&json!("confirmed"), &Value::Null)
    );
    assert!(sits["seated_at"].is_string());
    let waits = stepped(&service, &booking, "undo").await;
    assert!(waits["arrived_at"].is_string() && waits["seated_at"].is_null());
    let expected = stepped(&service, &booking, "undo").await;
    assert!(expected["arrived_at"].is_null());
    let none = step(&service, &booking, "undo").await;
    none.refused(409, "BOOKING_NOT_CHANGEABLE");
    let undone = history(&service, &booking).await;
    assert_eq!(
        undone[4],
        changed("undo_booking_step", &["status", "finished_at"])
    );
}

#[tokio::test]
async fn a_party_sits_where_nobody_else_does() {
    let service = TestService::start().await;
    let first = book(&service, BELLA, MONDAY, "18:00", 10).await;
    let second = book(&service, BELLA, MONDAY, "20:00", 10).await;
    let tables = first.table_ids.as_ref().expect("the restaurant sees them");
    assert_eq!(second.table_ids.as_ref(), Some(tables));
    let (first, second) = (first.booking_id, second.booking_id);
    service.set_clock("2027-02-15T23:00:00Z");
    stepped(&service, &first, "seat").await;
    // Its turn is over, and it sits there still.
    service.set_clock("2027-02-16T01:00:00Z");
    step(&service, &second, "seat")
        .await
        .refused(409, "TABLE_NOT_AVAILABLE");
    let rows = "SELECT table_id FROM dining_tables WHERE restaurant_id = 1 AND max_party < 10
        ORDER BY max_party DESC, table_id LIMIT 1";
    let other: i64 = service.rows(rows).await[0].parse().expect("a number");
    let elsewhere = seat_at(&service, &second, other).await;
    assert_eq!(elsewhere.status, 200, "{}", elsewhere.text());
    assert_eq!(elsewhere.json()["table_ids"], json!([other]));
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
    let last = history(&service, &second).await.pop();
    assert_eq!(
        last,
        Some(changed(
            "seat_booking",
            &["table_ids", "arrived_at", "seated_at"]
        ))
    );
}

#[tokio::test]
async fn who_comes_early_has_the_table_from_then_on() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 10).await.booking_id;
    service.set_clock("2027-02-15T22:00:00Z");
    stepped(&service, &booking, "seat").await;
    let occupied = "SELECT lower(period) AT TIME ZONE 'UTC' FROM occupancies";
    assert_eq!(service.rows(occupied).await, ["2027-02-15 22:00:00"]);
    stepped(&service, &booking, "undo").await;
    assert_eq!(service.rows(occupied).await, ["2027-02-16 00:00:00"]);
}

#[tokio::test]
async fn while_it_sits_a_party_shrinks_and_grows_within_its_table() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 3).await;
    let (tables, booking) = (booking.table_ids, booking.booking_id);
    service.set_clock(SEVEN);
    stepped(&service, &booking, "seat").await;
    let change = async |change: Value| {
        let request = Request::patch(booking_path(&booking)).json(&change);
        service.send(&request).await
    };
    for party in [2, 4] {
        let changed = change(json!({ "party_size": party })).await;
        assert_eq!(changed.status, 200, "{}", changed.text());
    }
    for (asked, status, field) in [
        (json!({ "party_size": 9 }), 422, "party_size"),
        (json!({ "booking_time": "21:00" }), 409, "booking_time"),
        (json!({ "booking_date": "2027-02-16" }), 409, "booking_date"),
    ] {
        let refused = change(asked).await;
        assert_eq!(refused.status, status, "{}", refused.text());
        assert_eq!(refused.refusal().field.as_deref(), Some(field));
    }
    assert_eq!(read(&service, &booking).await.table_ids, tables);
}

#[tokio::test]
async fn a_pending_booking_is_confirmed_or_declined_by_its_restaurant() {
    let service = TestService::start().await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let booking = booking.booking_id;
    set_status(&service, &booking, BookingStatus::Pending).await;
    let confirmed = stepped(&service, &booking, "confirm").await;
    assert_eq!(confirmed["status"], "confirmed");
    assert_eq!(stepped(&service, &booking, "confirm").await, confirmed);
    set_status(&service, &booking, BookingStatus::Pending).await;
    let decline = Request::post(format!("{}/decline", booking_path(&booking)));
    let reason = json!({ "reason": "The kitchen is closed" });
    let declined = service.send(&decline.json(&reason)).await;
    assert_eq!(declined.status, 200, "{}", declined.text());
    let guest = Request::get(booking_path(&booking)).header("booking-secret", &secret);
    let seen = service.send(&guest).await.json();
    let expected = json!({
        "by": "restaurant", "kind": "declined", "reason": "The kitchen is closed",
    });
    assert_eq!(
        (&seen["status"], &seen["cancellation"]),
        (&json!("cancelled"), &expected)
    );
    let too_late = step(&service, &booking, "confirm").await;
    too_late.refused(409, "BOOKING_NOT_CHANGEABLE");
}

#[tokio::test]
async fn a_cancellation_says_whose_it_was() {
    let service = TestService::start().await;
    for (by_guest, by) in [(true, "guest"), (false, "restaurant")] {
        let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
        let mut cancel = Request::post(format!("{}/cancel", booking_path(&booking.booking_id)));
        if by_guest {
            cancel = cancel.header("booking-secret", &secret);
        }
        let cancelled = service.send(&cancel).await.json();
        assert_eq!(cancelled["cancellation"], json!({ "by": by, "kind": by }));
    }
}

#[tokio::test]
async fn programs_take_steps_and_guests_take_none() {
    let service = TestService::start().await;
    let (booking, _) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let booking = booking.booking_id;
    service.set_clock(SEVEN);
    let (_, key) = service.create_api_key(BELLA, &["bookings:write"]).await;
    let arrive = Request::post(format!("{}/arrive", booking_path(&booking)));
    let by_key = arrive.header("authorization", format!("Bearer {key}"));
    assert_eq!(service.send(&by_key).await.status, 200);
    let read = Request::get(booking_path(&booking));
    let seen = service.send(&read).await.json();
    assert!(seen["arrived_at"].is_string());
    // Whose booking it is has an account, and is not the restaurant.
    let diner = service.add_account("diner").await;
    let token = service.access_token(&diner, "bookings:read bookings:write", SEVEN);
    let own = json!({ "customer": { "name": "Ada", "email": "ada@example.com",
        "phone": "+44 20 7946 0000" }, "restaurant_id": BELLA, "booking_date": "2027-02-17",
        "booking_time": "19:00", "party_size": 2 });
    let bearer = format!("Bearer {token}");
    let own = Request::post("/bookings")
        .json(&own)
        .header("authorization", &bearer);
    let own = service.send(&own).await.json();
    let path = format!(
        "/bookings/{}",
        own["booking_id"].as_str().expect("it was made")
    );
    for request in [
        Request::post(format!("{path}/arrive")),
        Request::post(format!("{path}/confirm")),
        Request::get(format!("{path}/events")),
    ] {
        let request = request.header("authorization", &bearer);
        service.send(&request).await.refused(403, "FORBIDDEN");
    }
}
