//! Whose booking it is: what guests say of themselves, what the restaurant may leave out, and that it
//! changes without a table being looked for.

use booking_client::types::BookingId;
use booking_tests::{Request, Response, TestService};
use serde_json::{Value, json};

use crate::support::{BELLA, MONDAY, UNTRUE_HISTORIES, book_as_guest, booking_path, wanted};

fn booking_of(customer: &Value) -> Request {
    let mut body = json!({
        "restaurant_id": BELLA, "booking_date": MONDAY, "booking_time": "19:00", "party_size": 2,
    });
    if !customer.is_null() {
        body["customer"] = customer.clone();
    }
    Request::post("/bookings").json(&body)
}

async fn change(service: &TestService, booking: &BookingId, change: &Value) -> Response {
    let request = Request::patch(booking_path(booking)).json(change);
    service.send(&request).await
}

/// To whom mails are to be sent, in order.
const RECIPIENTS: &str = "SELECT recipient FROM messages ORDER BY message_id";

#[tokio::test]
async fn guests_say_who_they_are_and_the_restaurant_what_it_knows() {
    let service = TestService::start().await;
    for (customer, field) in [
        (Value::Null, "customer.name"),
        (json!({}), "customer.name"),
        (
            json!({ "name": "Ada", "phone": "+44 20 7946 0000" }),
            "customer.email",
        ),
        (
            json!({ "name": "Ada", "email": "ada@example.com" }),
            "customer.phone",
        ),
    ] {
        let refused = service.send(&booking_of(&customer).anonymous()).await;
        refused.refused(422, "CONTACT_REQUIRED");
        assert_eq!(refused.refusal().field.as_deref(), Some(field));
    }
    let (_, key) = service.create_api_key(BELLA, &["bookings:write"]).await;
    for (customer, expected) in [
        (Value::Null, json!({})),
        (json!({ "name": "Ada" }), json!({ "name": "Ada" })),
        (
            json!({ "phone": "+44 20 7946 0000" }),
            json!({ "phone": "+442079460000" }),
        ),
    ] {
        let by_staff = booking_of(&customer);
        let by_key = booking_of(&customer).header("authorization", format!("Bearer {key}"));
        for request in [by_staff, by_key] {
            let made = service.send(&request).await;
            assert_eq!(made.status, 201, "{}", made.text());
            assert_eq!(made.json()["customer"], expected);
        }
    }
    let users = "SELECT count(*) FROM bookings WHERE user_id IS NOT NULL";
    assert_eq!(service.rows(users).await, ["0"]);
    assert_eq!(service.rows(RECIPIENTS).await, Vec::<String>::new());
    let by_address = json!({ "email": "Grace@example.com" });
    assert_eq!(service.send(&booking_of(&by_address)).await.status, 201);
    assert_eq!(service.rows(RECIPIENTS).await, ["grace@example.com"]);
    let list = format!("/bookings?restaurant_id={BELLA}");
    let listed = service.send(&Request::get(&list)).await.json();
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(7));
    let hers = service
        .send(&Request::get(format!("{list}&email=grace@example.com")))
        .await;
    assert_eq!(hers.json()["data"][0]["customer"], by_address);
}

#[tokio::test]
async fn contacts_change_whatever_has_become_of_the_hours() {
    let service = TestService::start().await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let (tables, booking) = (booking.table_ids, booking.booking_id);
    service
        .sql("DELETE FROM service_periods; UPDATE booking_policies SET online_max_party = 1")
        .await;
    let asked = json!({
        "customer": { "name": "Grace Hopper", "email": "grace@example.com", "phone": "+12025550123" },
        "special_requests": "A quiet table",
    });
    let changed = change(&service, &booking, &asked).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(changed.json()["customer"], asked["customer"]);
    assert_eq!(changed.json()["special_requests"], "A quiet table");
    assert!(tables.is_none() || changed.json()["table_ids"] == json!(tables));
    // Who gets another address from the restaurant gets what opens the booking.
    assert_eq!(service.rows(RECIPIENTS).await, ["grace@example.com"]);
    // Whoever holds it goes on holding it, and sends nobody mails.
    let by_guest = json!({ "customer": { "email": "mallory@example.com" } });
    let by_guest = Request::patch(booking_path(&booking)).json(&by_guest);
    let by_guest = service
        .send(&by_guest.header("booking-secret", &secret))
        .await;
    assert_eq!(by_guest.status, 200, "{}", by_guest.text());
    assert_eq!(by_guest.json()["customer"]["name"], "Grace Hopper");
    let same = json!({ "customer": { "name": "Grace Hopper" } });
    let same = change(&service, &booking, &same).await;
    assert_eq!(same.status, 200, "{}", same.text());
    assert_eq!(service.rows(RECIPIENTS).await, ["grace@example.com"]);
    let owner = "SELECT email FROM bookings JOIN users USING (user_id)";
    assert_eq!(service.rows(owner).await, ["mallory@example.com"]);
    let events = service
        .send(&Request::get(format!("{}/events", booking_path(&booking))))
        .await;
    assert!(!events.text().contains("Hopper") && !events.text().contains("example.com"));
    let events = events.json();
    let all = [
        "customer_name",
        "customer_email",
        "customer_phone",
        "special_requests",
    ];
    assert_eq!(events["data"][1]["changed"], json!(all));
    assert_eq!(events["data"][2]["changed"], json!(["customer_email"]));
    assert_eq!(events["data"].as_array().map(Vec::len), Some(3));
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}

#[tokio::test]
async fn the_restaurant_withdraws_contact_details_and_guests_none() {
    let service = TestService::start().await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let booking = booking.booking_id;
    let before = service.contents().await;
    for (detail, field) in [
        ("name", "customer.name"),
        ("email", "customer.email"),
        ("phone", "customer.phone"),
    ] {
        let withdrawn = json!({ "customer": { detail: null } });
        let by_guest = Request::patch(booking_path(&booking)).json(&withdrawn);
        let refused = by_guest.header("booking-secret", &secret);
        let refused = service.send(&refused).await;
        refused.refused(422, "CONTACT_REQUIRED");
        assert_eq!(refused.refusal().field.as_deref(), Some(field));
    }
    assert_eq!(service.contents().await, before);
    let withdrawn = json!({ "customer": { "email": null, "phone": null } });
    let changed = change(&service, &booking, &withdrawn).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(
        changed.json()["customer"],
        json!({ "name": "Ada Lovelace" })
    );
    let user = "SELECT user_id IS NULL FROM bookings";
    assert_eq!(service.rows(user).await, ["t"]);
    assert_eq!(service.rows(RECIPIENTS).await, Vec::<String>::new());
    // What guests owe is what they withdraw, and not what somebody else has.
    let later = json!({ "special_requests": "Window" });
    let by_guest = Request::patch(booking_path(&booking)).json(&later);
    let by_guest = by_guest.header("booking-secret", &secret);
    assert_eq!(service.send(&by_guest).await.status, 200);
    let events = Request::get(format!("{}/events", booking_path(&booking)));
    let events = service.send(&events).await.json();
    let expected = json!(["customer_email", "customer_phone"]);
    assert_eq!(events["data"][1]["changed"], expected);
    assert_eq!(service.rows(UNTRUE_HISTORIES).await, ["0"]);
}
