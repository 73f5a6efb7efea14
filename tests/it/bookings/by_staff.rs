//! What only the staff can say of a booking: its tables, that it stays there, and which rules do not
//! bind.

use booking_client::types::{Booking, ErrorCode};
use booking_tests::{Request, Response, TestService};
use serde_json::{Value, json};

use crate::support::{BELLA, MONDAY, OVERLAPS, book, book_as_guest, booking_path, wanted};

/// Bella's tables, the largest first.
async fn tables(service: &TestService) -> Vec<i64> {
    let rows = service
        .rows(
            "SELECT table_id FROM dining_tables WHERE restaurant_id = 1
                ORDER BY max_party DESC, table_id",
        )
        .await;
    rows.iter()
        .map(|id| id.parse().expect("a number"))
        .collect()
}

fn asking(time: &str, party: i32, staff: &Value) -> Request {
    let body = json!({
        "restaurant_id": BELLA, "booking_date": MONDAY, "booking_time": time,
        "party_size": party, "staff": staff,
        "customer": { "name": "Ada", "email": "ada@example.com", "phone": "+44 20 7946 0000" },
    });
    Request::post("/bookings").json(&body)
}

async fn change(service: &TestService, booking: &Booking, change: &Value) -> Response {
    let request = Request::patch(booking_path(&booking.booking_id)).json(change);
    service.send(&request).await
}

#[tokio::test]
async fn the_staff_choose_tables_seat_elsewhere_and_pin() {
    let service = TestService::start().await;
    let tables = tables(&service).await;
    let chosen = json!({ "table_ids": [tables[1]], "override": ["party_size"] });
    let made = service.send(&asking("19:00", 2, &chosen)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json()["table_ids"], json!([tables[1]]));
    assert_eq!(made.json()["is_pinned"], false);
    let taken = service.send(&asking("19:00", 2, &chosen)).await;
    taken.refused(409, "TABLE_NOT_AVAILABLE");

    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let elsewhere = json!({
        "staff": { "table_ids": [tables[2]], "is_pinned": true, "override": ["party_size"] },
    });
    let moved = change(&service, &booking, &elsewhere).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    assert_eq!(moved.json()["table_ids"], json!([tables[2]]));
    assert_eq!(moved.json()["is_pinned"], true);
    assert_eq!(moved.json()["booking_time"], "19:00");
    let free = json!({ "staff": { "is_pinned": false } });
    let free = change(&service, &booking, &free).await;
    assert_eq!(free.json()["is_pinned"], false);
    assert_eq!(free.json()["table_ids"], json!([tables[2]]));
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
}

#[tokio::test]
async fn what_others_are_decided_by_has_another_version_after_every_change_of_it() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 4).await;
    let versions = "SELECT sum(version) FROM booking_days";
    service.set_clock("2027-02-15T23:55:00Z");
    let arrive = format!("{}/arrive", booking_path(&booking.booking_id));
    for (asked, is_other) in [
        (json!({ "staff": { "is_pinned": true } }), true),
        (json!({ "special_requests": "Window" }), false),
        (json!({ "party_size": 3 }), true),
        (json!({ "staff": { "is_pinned": false } }), true),
    ] {
        assert_eq!(service.send(&Request::post(&arrive)).await.status, 200);
        let before = service.rows(versions).await;
        let changed = change(&service, &booking, &asked).await;
        assert_eq!(changed.status, 200, "{}", changed.text());
        assert_eq!(service.rows(versions).await != before, is_other, "{asked}");
    }
}

#[tokio::test]
async fn rules_are_overridden_one_by_one_and_that_is_recorded() {
    let service = TestService::start().await;
    let policy = Request::patch("/restaurants/1/booking-policy").header("If-Match", "*");
    let policy = policy.json(&json!({ "max_covers": 4 }));
    assert_eq!(service.send(&policy).await.status, 200);
    book(&service, BELLA, MONDAY, "19:00", 4).await;
    // Six in the morning is in no service, and the house is full at seven.
    for (time, overriding, code) in [
        ("6:00", json!(["capacity"]), "OUTSIDE_SERVICE_HOURS"),
        ("19:00", json!(["hours", "pacing"]), "CAPACITY_REACHED"),
    ] {
        let asked = asking(time, 2, &json!({ "override": overriding }));
        assert_eq!(service.send(&asked).await.refusal().code, code);
    }
    let staff = json!({
        "override": ["hours", "capacity", "pacing"], "override_reason": "Regular guests",
    });
    for time in ["6:00", "19:00"] {
        let made = service.send(&asking(time, 2, &staff)).await;
        assert_eq!(made.status, 201, "{}", made.text());
    }
    let log = Request::get("/restaurants/1/audit-events");
    let log = service.send(&log).await.json();
    let overridden = |index: usize| &log["data"][index]["overridden_rules"];
    // What was not in the way was not overridden.
    assert_eq!(overridden(0), &json!(["capacity"]));
    assert_eq!(overridden(1), &json!(["hours"]));
    assert_eq!(log["data"][0]["override_reason"], "Regular guests");
    assert_eq!(log["data"][0]["action"], "create_booking");
    assert_eq!(overridden(2), &Value::Null);
}

#[tokio::test]
async fn nobody_else_says_what_the_staff_say() {
    let service = TestService::start().await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let (_, key) = service.create_api_key(BELLA, &["bookings:write"]).await;
    let key = format!("Bearer {key}");
    let pin = json!({ "is_pinned": true });
    let before = service.contents().await;
    for request in [
        asking("19:00", 2, &pin).anonymous(),
        asking("19:00", 2, &pin).header("authorization", &key),
    ] {
        service.send(&request).await.refused(403, "FORBIDDEN");
    }
    let patch = Request::patch(booking_path(&booking.booking_id)).json(&json!({ "staff": pin }));
    for request in [
        patch.clone().header("booking-secret", &secret),
        patch.header("authorization", &key),
    ] {
        service.send(&request).await.refused(403, "FORBIDDEN");
    }
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn tables_are_shown_to_the_restaurant_alone() {
    let service = TestService::start().await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    assert!(booking.table_ids.is_none() && booking.is_pinned.is_none());
    let read = Request::get(booking_path(&booking.booking_id));
    let guest = service
        .send(&read.clone().header("booking-secret", &secret))
        .await;
    assert!(guest.json().get("table_ids").is_none());
    let staff = service.send(&read).await;
    assert_eq!(staff.json()["table_ids"].as_array().map(Vec::len), Some(1));
    let list = service.client().list_bookings().restaurant_id(BELLA);
    let list = list.send().await.expect("the staff see them");
    assert!(list.data[0].table_ids.is_some());
}

#[tokio::test]
async fn who_has_no_table_is_listed_and_seated_again() {
    let service = TestService::start().await;
    let ten = book(&service, BELLA, MONDAY, "19:00", 10).await;
    book(&service, BELLA, MONDAY, "19:00", 2).await;
    let largest = tables(&service).await[0];
    let gone = Request::new(
        "DELETE",
        format!("/api/v1/restaurants/{BELLA}/tables/{largest}?force=true"),
    );
    assert_eq!(
        service.send(&gone.header("If-Match", "*")).await.status,
        200
    );
    let list = service.client().list_bookings().restaurant_id(BELLA);
    let list = list
        .without_tables(true)
        .send()
        .await
        .expect("they are listed");
    let listed: Vec<&str> = list.data.iter().map(|it| it.booking_id.as_str()).collect();
    assert_eq!(listed, [ten.booking_id.as_str()]);
    let tables = tables(&service).await;
    let two = json!({ "staff": { "table_ids": [tables[1], tables[2]] } });
    let seated = change(&service, &ten, &two).await;
    assert_eq!(seated.status, 200, "{}", seated.text());
    let none = service.client().list_bookings().restaurant_id(BELLA);
    let none = none
        .without_tables(true)
        .send()
        .await
        .expect("it is a list");
    assert!(none.data.is_empty());
    let too_many = json!({ "staff": { "table_ids": [tables[4]] } });
    let refused = change(&service, &ten, &too_many).await;
    assert_eq!(refused.refusal().code, ErrorCode::PartyTooLarge.to_string());
}
