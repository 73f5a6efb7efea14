//! `createBooking` and `updateBooking`: how many bookings one guest may have.

use booking_tests::{Request, Response, TestService};
use serde_json::{Value, json};

use crate::support::{
    BELLA, HIRSCH, MONDAY, book_as_guest, booking_path, customer, post_booking, wanted_json,
};

const TUESDAY: &str = "2027-02-16";
const WEDNESDAY: &str = "2027-02-17";
const THURSDAY: &str = "2027-02-18";

/// The service, whose restaurants bound the bookings of one guest as they do when they say nothing.
async fn start() -> TestService {
    let service = TestService::start().await;
    service
        .sql(
            "UPDATE booking_policies
            SET max_bookings_per_guest = DEFAULT, one_booking_per_service = DEFAULT",
        )
        .await;
    service
}

/// A guest's request with these other values.
fn asking(values: &Value) -> Request {
    let mut body = wanted_json();
    for (name, value) in values.as_object().expect("it is an object") {
        body[name] = value.clone();
    }
    post_booking(&body).anonymous()
}

fn on(date: &str) -> Value {
    json!({ "booking_date": date })
}

async fn granted(service: &TestService, request: &Request) -> Response {
    let answer = service.send(request).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer
}

/// Sends what must be refused, and sees that nothing was written.
async fn refused(service: &TestService, request: &Request, field: &str) {
    let before = service.contents().await;
    let answer = service.send(request).await;
    assert_eq!(answer.status, 409, "{}", answer.text());
    let refusal = answer.refusal();
    assert_eq!(refusal.code, "ALREADY_BOOKED");
    assert_eq!(refusal.field.as_deref(), Some(field));
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn a_guest_is_told_by_the_address_in_any_case_and_by_the_telephone_number() {
    let service = start().await;
    granted(&service, &asking(&on(MONDAY))).await;
    for customer in [
        json!({ "name": "Ada", "email": "ADA@Example.com", "phone": "+44 20 7946 0001" }),
        json!({ "name": "Ada", "email": "other@example.com", "phone": "+442079460000" }),
    ] {
        refused(
            &service,
            &asking(&json!({ "customer": customer })),
            "customer",
        )
        .await;
    }
    let other = json!({ "name": "Ada", "email": "other@example.com", "phone": "+44 20 7946 0001" });
    granted(&service, &asking(&json!({ "customer": other }))).await;
}

#[tokio::test]
async fn a_guest_has_one_booking_in_a_service_and_three_in_a_restaurant_until_one_is_over() {
    let service = start().await;
    let first = granted(&service, &asking(&on(MONDAY))).await;
    let later = json!({ "booking_time": "21:00" });
    refused(&service, &asking(&later), "customer").await;
    // Lunch is another service.
    granted(&service, &asking(&json!({ "booking_time": "13:00" }))).await;
    granted(&service, &asking(&on(TUESDAY))).await;
    refused(&service, &asking(&on(WEDNESDAY)), "customer").await;
    // What another restaurant has promised does not count.
    let elsewhere = json!({ "restaurant_id": HIRSCH, "booking_date": WEDNESDAY });
    granted(&service, &asking(&elsewhere)).await;

    let path = format!(
        "/bookings/{}/cancel",
        first.json()["booking_id"].as_str().unwrap()
    );
    assert_eq!(service.send(&Request::post(path)).await.status, 200);
    granted(&service, &asking(&on(WEDNESDAY))).await;
    refused(&service, &asking(&on(THURSDAY)), "customer").await;
    // On Tuesday evening lunch on Monday is over.
    service.set_clock("2027-02-16T22:00:00Z");
    granted(&service, &asking(&on(THURSDAY))).await;
}

#[tokio::test]
async fn a_booking_that_has_expired_counts_no_more_from_that_very_instant_on() {
    let service = start().await;
    service
        .sql("UPDATE booking_policies SET confirmation_min_party = 4, confirmation_minutes = 60")
        .await;
    let waiting = granted(&service, &asking(&on(MONDAY))).await;
    assert_eq!(waiting.json()["status"], "pending");
    let later = asking(&json!({ "booking_time": "21:00" }));
    service.set_clock("2027-02-08T18:29:59Z");
    refused(&service, &later, "customer").await;
    service.set_clock("2027-02-08T18:30:00Z");
    granted(&service, &later).await;
}

#[tokio::test]
async fn the_staff_say_so_when_they_book_for_a_guest_again() {
    let service = start().await;
    granted(&service, &asking(&on(MONDAY))).await;
    let again = |staff: Value| {
        let mut body = wanted_json();
        body["staff"] = staff;
        post_booking(&body)
    };
    refused(&service, &again(json!({})), "customer").await;
    refused(
        &service,
        &again(json!({ "override": ["pacing"] })),
        "customer",
    )
    .await;
    let staff = json!({ "override": ["already_booked"], "override_reason": "Two tables" });
    granted(&service, &again(staff)).await;
    let log = Request::get("/restaurants/1/audit-events");
    let newest = &service.send(&log).await.json()["data"][0];
    assert_eq!(newest["overridden_rules"], json!(["already_booked"]));
    // Of whom nothing is known nobody can say how many they have.
    for _ in 0..2 {
        let mut body = wanted_json();
        body["customer"] = json!({ "name": "Ada Lovelace" });
        granted(&service, &post_booking(&body)).await;
    }
}

#[tokio::test]
async fn a_booking_becomes_no_fourth_of_a_guest_and_no_second_of_a_service() {
    let service = start().await;
    let new = |date, time, email: &str, phone: &str| {
        let mut new = crate::support::wanted(BELLA, date, time, 2);
        new.customer = Some(customer(email).phone(phone).try_into().unwrap());
        new
    };
    let ada = ("ada@example.com", "+44 20 7946 0000");
    book_as_guest(&service, new(MONDAY, "19:00", ada.0, ada.1)).await;
    let (tuesday, secret) = book_as_guest(&service, new(TUESDAY, "19:00", ada.0, ada.1)).await;
    let grace = new(MONDAY, "18:00", "grace@example.com", "+1 555 123 4567");
    let (graces, graces_secret) = book_as_guest(&service, grace).await;

    let change = |path: String, secret: &str, change: &Value| {
        let request = Request::patch(path).header("Booking-Secret", secret);
        request.json(change)
    };
    let path = booking_path(&tuesday.booking_id);
    // Within its service it may move.
    let later = change(path.clone(), &secret, &json!({ "booking_time": "20:00" }));
    assert_eq!(service.send(&later).await.status, 200);
    let moved = json!({ "booking_date": MONDAY, "booking_time": "20:00" });
    refused(&service, &change(path, &secret, &moved), "booking_date").await;

    let graces = booking_path(&graces.booking_id);
    let taken_over = json!({ "customer": { "email": "ada@example.com" } });
    let taken_over = change(graces.clone(), &graces_secret, &taken_over);
    refused(&service, &taken_over, "customer").await;
    let same = json!({ "customer": { "email": "GRACE@example.com", "name": "Grace Hopper" } });
    let same = service.send(&change(graces, &graces_secret, &same)).await;
    assert_eq!(same.status, 200, "{}", same.text());
}
