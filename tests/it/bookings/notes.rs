//! How a booking came in, and what its restaurant notes of it for itself: `source`, `internal_note` and
//! `tags`.

use booking_client::types::BookingId;
use booking_tests::{NOW, Request, Response, TestService, contract, document};
use serde_json::{Value, json};

use crate::support::{
    BELLA, MONDAY, STANDINGS, UNTRUE_HISTORIES, book_as_guest, booking_path, examples,
    is_of_another_standing, set_standing, wanted, wanted_json,
};

fn with(properties: &Value) -> Request {
    let mut body = wanted_json();
    for (name, value) in properties.as_object().expect("it is an object") {
        body[name] = value.clone();
    }
    Request::post("/bookings").json(&body)
}

async fn change(service: &TestService, booking: &BookingId, change: &Value) -> Response {
    let request = Request::patch(booking_path(booking)).json(change);
    service.send(&request).await
}

#[tokio::test]
async fn a_booking_came_in_by_who_makes_it_unless_the_restaurant_says_otherwise() {
    let service = TestService::start().await;
    let (_, key) = service.create_api_key(BELLA, &["bookings:write"]).await;
    let key = format!("Bearer {key}");
    let by_key = |properties| with(properties).header("authorization", &key);
    for (request, source) in [
        (with(&json!({})).anonymous(), "web"),
        (with(&json!({})), "phone"),
        (with(&json!({ "source": "in_person" })), "in_person"),
        (by_key(&json!({})), "partner"),
        (by_key(&json!({ "source": "web" })), "web"),
    ] {
        let made = service.send(&request).await;
        assert_eq!(made.status, 201, "{}", made.text());
        assert_eq!(made.json()["source"], source);
    }
    let list = |query: &str| Request::get(format!("/bookings?restaurant_id={BELLA}{query}"));
    for (query, count) in [
        ("&source=web", 2),
        ("&source=phone&source=partner", 2),
        ("&source=walk_in", 0),
    ] {
        let listed = service.send(&list(query)).await.json();
        assert_eq!(listed["pagination"]["total"], count, "{query}");
    }
    // A walk-in is there, and no booking for later.
    let walk_in = service.send(&with(&json!({ "source": "walk_in" }))).await;
    walk_in.refused(400, "INVALID_REQUEST");
}

#[tokio::test]
async fn notes_are_kept_changed_and_cleared_and_the_history_names_them_alone() {
    let service = TestService::start().await;
    let noted =
        json!({ "internal_note": "Knows\nthe owner", "tags": ["regular", "by the window"] });
    let made = service.send(&with(&noted)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(
        (&made["internal_note"], &made["tags"]),
        (&noted["internal_note"], &noted["tags"])
    );
    let booking: BookingId = made["booking_id"].as_str().unwrap().parse().unwrap();
    let path = booking_path(&booking);
    let by_key = service.create_api_key(BELLA, &["bookings:write"]).await.1;
    let by_key = Request::patch(&path)
        .header("authorization", format!("Bearer {by_key}"))
        .json(&json!({ "internal_note": "Pays by card" }));
    let changed = service.send(&by_key).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(changed.json()["internal_note"], "Pays by card");
    assert_eq!(changed.json()["tags"], noted["tags"]);
    let same = change(&service, &booking, &json!({ "tags": noted["tags"] })).await;
    assert_eq!(same.json()["updated_at"], changed.json()["updated_at"]);
    for cleared in [json!({ "tags": null }), json!({ "internal_note": null })] {
        assert_eq!(change(&service, &booking, &cleared).await.status, 200);
    }
    let read = service.send(&Request::get(&path)).await.json();
    assert_eq!(
        (&read["internal_note"], &read["tags"]),
        (&json!(null), &json!([]))
    );
    let events = Request::get(format!("{path}/events"));
    let events = service.send(&events).await;
    for text in ["Knows", "card", "regular", "window"] {
        assert!(!events.text().contains(text), "{text}");
    }
    let events = events.json();
    let changed: Vec<&Value> = (0..4)
        .map(|index| &events["data"][index]["changed"])
        .collect();
    let note = json!(["internal_note"]);
    assert_eq!(changed, [&json!([]), &note, &json!(["tags"]), &note]);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}

#[tokio::test]
async fn guests_say_nothing_that_only_the_restaurant_knows() {
    let service = TestService::start().await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let diner = service.add_account("diner").await;
    let diner = format!(
        "Bearer {}",
        service.access_token(&diner, "bookings:write", NOW)
    );
    let before = service.contents().await;
    for said in [
        json!({ "source": "phone" }),
        json!({ "internal_note": "Mine" }),
        json!({ "tags": ["vip"] }),
    ] {
        for request in [
            with(&said).anonymous(),
            with(&said).header("authorization", &diner),
        ] {
            service.send(&request).await.refused(403, "FORBIDDEN");
        }
    }
    for said in [
        json!({ "internal_note": "Mine" }),
        json!({ "internal_note": null }),
        json!({ "tags": [] }),
    ] {
        let request = Request::patch(booking_path(&booking.booking_id)).json(&said);
        let request = request.header("booking-secret", &secret);
        service.send(&request).await.refused(403, "FORBIDDEN");
    }
    assert_eq!(service.contents().await, before);
}

const FREE_ALL_TABLES: &str =
    "UPDATE bookings SET status = 'cancelled', cancellation_kind = 'guest',
    arrived_at = NULL, seated_at = NULL, finished_at = NULL; DELETE FROM occupancies";

/// Whether an answer of this schema shows a booking.
fn shows_booking(schema: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        return pointer.ends_with("/Booking")
            || shows_booking(document().pointer(pointer).expect("the contract has it"));
    }
    match schema {
        Value::Object(members) => members.values().any(shows_booking),
        Value::Array(items) => items.iter().any(shows_booking),
        _ => false,
    }
}

#[tokio::test]
async fn no_answer_to_a_guest_shows_what_the_restaurant_has_noted() {
    let service = TestService::start().await;
    let diner = service.add_account("Diner").await;
    let scopes = "bookings:read bookings:write account:manage";
    let token = format!("Bearer {}", service.access_token(&diner, scopes, NOW));
    let noted = json!({ "internal_note": "zqxjkv", "tags": ["zqxjkw"] });
    let (mut shown_to_guests, mut shown_to_staff) = (Vec::new(), Vec::new());
    for operation in contract().operations() {
        let id = operation.id.as_str();
        let declared = document().pointer(&operation.pointer).unwrap();
        let answers = declared["responses"].as_object().unwrap().iter();
        let mut granted = answers.filter(|(status, _)| status.starts_with('2'));
        if !granted.any(|(_, answer)| shows_booking(answer)) {
            continue;
        }
        for caller in ["booking-secret", "authorization", "staff"] {
            let (booking, secret) =
                book_as_guest(&service, wanted(BELLA, MONDAY, "12:00", 2)).await;
            let booking = booking.booking_id;
            assert_eq!(change(&service, &booking, &noted).await.status, 200);
            service
                .sql(&format!(
                    "UPDATE bookings SET account_user_id =
                            (SELECT user_id FROM accounts WHERE public_id = '{diner}')
                        WHERE public_id = '{}'",
                    booking.as_str()
                ))
                .await;
            let request = examples(&booking).request(id);
            let request = match caller {
                "booking-secret" => request.header(caller, &secret),
                "authorization" => request.header(caller, &token),
                _ => request,
            };
            for standing in [None].into_iter().chain(STANDINGS.map(Some)) {
                if let Some(standing) = standing {
                    set_standing(&service, &booking, standing).await;
                }
                let answer = service.send(&request).await;
                if caller == "staff" {
                    if answer.text().contains("zqxjkv") && answer.text().contains("zqxjkw") {
                        shown_to_staff.push(id);
                    }
                } else {
                    assert!(!answer.text().contains("zqxjk"), "{id} as {caller}");
                    assert!(
                        !answer.text().contains("internal_note\""),
                        "{id} as {caller}"
                    );
                    if answer.status < 300 && answer.text().contains(booking.as_str()) {
                        shown_to_guests.push(id);
                    }
                }
                if !is_of_another_standing(&answer) {
                    break;
                }
            }
            service.sql(FREE_ALL_TABLES).await;
        }
    }
    shown_to_guests.dedup();
    // Whatever guests are shown of their bookings was looked at, and it was there to be shown.
    let expected = [
        "getBooking",
        "updateBooking",
        "cancelBooking",
        "listMyBookings",
    ];
    for id in expected {
        assert!(shown_to_guests.contains(&id), "{id}: {shown_to_guests:?}");
    }
    for id in [
        "getBooking",
        "listBookings",
        "updateBooking",
        "markArrived",
        "finishBooking",
    ] {
        assert!(shown_to_staff.contains(&id), "{id}: {shown_to_staff:?}");
    }
}
