//! `createBooking`: what is granted.

mod already_booked;
mod refusals;

use booking_client::types::ErrorCode;
use booking_tests::{NOW, Request, TestService};
use serde_json::json;

use crate::support::{BELLA, HIRSCH, MONDAY, book, create, field, refused, wanted, wanted_json};

#[tokio::test]
async fn a_new_booking_says_everything_that_was_asked_for() {
    let service = TestService::start().await;
    let create = Request::post("/bookings").json(&wanted_json());
    let answer = service.send(&create.anonymous()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let mut booking = answer.json();
    let secret = booking.as_object_mut().unwrap().remove("booking_secret");
    let secret = secret.unwrap().as_str().unwrap().to_owned();
    assert!(secret.starts_with("bs_"));
    let id = booking["booking_id"].as_str().unwrap();
    let code = booking["confirmation_code"].as_str().unwrap();
    let at = format!("/api/v1/bookings/{id}");
    assert_eq!(
        booking,
        json!({
            "booking_id": id,
            "confirmation_code": code,
            "status": "confirmed",
            "restaurant": {
                "id": BELLA,
                "name": "Bella Italia",
                "address": "123 Main St, New York, NY",
            },
            "booking_date": MONDAY,
            "booking_time": "19:00",
            "utc_offset": "-05:00",
            "service_date": MONDAY,
            "party_size": 4,
            "customer": {
                "name": "Ada Lovelace",
                "email": "ada@example.com",
                "phone": "+442079460000",
            },
            "special_requests": "A quiet table",
            "source": "web",
            "created_at": NOW,
            "updated_at": NOW,
            "links": { "modify": &at, "cancel": format!("{at}/cancel") },
        })
    );
    assert!(id.starts_with("bk_") && id.len() > 20, "{id}");
    assert!(
        code.len() == 6 && !code.contains(['0', 'O', '1', 'I']),
        "{code}"
    );
    assert_eq!(answer.header("location"), Some(at.as_str()));
    assert!(answer.header("etag").is_some());
    let read = Request::new("GET", &at).header("booking-secret", &secret);
    let read = service.send(&read).await;
    assert_eq!((read.status, read.json()), (200, booking));
    assert_eq!(read.header("etag"), answer.header("etag"));
}

#[tokio::test]
async fn an_hour_with_one_digit_is_answered_with_two() {
    let service = TestService::start().await;
    service
        .sql(
            "INSERT INTO service_periods (restaurant_id, name, weekdays, first_seating, ends)
              VALUES (1, 'Breakfast', 1, '08:00', '11:00')",
        )
        .await;
    let booking = book(&service, BELLA, MONDAY, "9:00", 2).await;
    assert_eq!(booking.booking_time.as_str(), "09:00");
}

#[tokio::test]
async fn a_telephone_number_is_kept_as_e164_and_an_email_address_as_given() {
    let service = TestService::start().await;
    for (time, dialled, kept) in [
        ("17:00", "+1-555-123-4567", "+15551234567"),
        ("17:15", "1 (555) 123.4567", "+15551234567"),
        ("17:30", "+52 55 1234 5678", "+525512345678"),
    ] {
        let mut body = wanted_json();
        body["booking_time"] = time.into();
        body["customer"]["phone"] = dialled.into();
        body["customer"]["email"] = "Sarah.CHEN+dinner@Example.COM".into();
        let answer = service.send(&Request::post("/bookings").json(&body)).await;
        assert_eq!(answer.status, 201, "{dialled}: {}", answer.text());
        let customer = &answer.json()["customer"];
        assert_eq!(customer["phone"], kept);
        assert_eq!(customer["email"], "Sarah.CHEN+dinner@Example.COM");
    }
}

#[tokio::test]
async fn names_and_wishes_of_all_scripts_come_back_as_they_were() {
    let service = TestService::start().await;
    let mut body = wanted_json();
    body["customer"]["name"] = "山田 太郎 🍣 Zoë O'Néill \\ \"x\" %_".into();
    body["special_requests"] = "二名\r\n\tعيد ميلاد '; DROP TABLE bookings; -- 👩‍👩‍👧".into();
    let answer = service.send(&Request::post("/bookings").json(&body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let booking = answer.json();
    let at = booking["links"]["modify"].as_str().unwrap();
    let read = service.send(&Request::new("GET", at)).await.json();
    assert_eq!(read["customer"]["name"], body["customer"]["name"]);
    assert_eq!(read["special_requests"], body["special_requests"]);
}

#[tokio::test]
async fn special_requests_may_be_absent_or_null() {
    let service = TestService::start().await;
    let mut body = wanted_json();
    body["special_requests"] = json!(null);
    let null = service.send(&Request::post("/bookings").json(&body)).await;
    body.as_object_mut().unwrap().remove("special_requests");
    let absent = service.send(&Request::post("/bookings").json(&body)).await;
    for answer in [null, absent] {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.json()["special_requests"], json!(null));
    }
}

#[tokio::test]
async fn a_table_is_taken_for_the_whole_turn_and_free_right_after() {
    let service = TestService::start().await;
    book(&service, BELLA, MONDAY, "19:00", 10).await;
    for time in ["17:45", "18:45", "19:00", "19:15", "20:15"] {
        let error = refused(
            create(&service, wanted(BELLA, MONDAY, time, 10)).await,
            409,
            ErrorCode::TableNotAvailable,
        );
        assert_eq!(field(&error), Some("booking_time"), "{time}");
    }
    book(&service, BELLA, MONDAY, "17:30", 10).await;
    book(&service, BELLA, MONDAY, "20:30", 10).await;
}

#[tokio::test]
async fn bookings_of_one_address_are_one_users_whatever_its_case() {
    let service = TestService::start().await;
    for (email, time) in [("Ada@Example.com", "19:00"), ("ada@example.COM", "20:00")] {
        let mut body = wanted_json();
        body["customer"]["email"] = email.into();
        body["booking_time"] = time.into();
        let answer = service.send(&Request::post("/bookings").json(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert_eq!(
        service
            .rows("SELECT email FROM users WHERE email <> 'owner@example.com'")
            .await
            .len(),
        1
    );
    let page = service
        .client()
        .list_bookings()
        .restaurant_id(BELLA)
        .email("ADA@EXAMPLE.COM")
        .send()
        .await
        .unwrap();
    assert_eq!(page.data.len(), 2);
}

#[tokio::test]
async fn a_booking_past_midnight_belongs_to_the_date_that_the_clock_shows() {
    let service = TestService::start().await;
    // Saturday's dinner in Berlin ends on Sunday at 01:30; the last turn begins at 23:30.
    let late = book(&service, HIRSCH, "2027-02-13", "23:30", 2).await;
    assert_eq!(*late.booking_date, "2027-02-13".parse().unwrap());
    let ends = "SELECT (ends_at AT TIME ZONE 'Europe/Berlin')::text FROM bookings";
    assert_eq!(service.rows(ends).await, ["2027-02-14 01:30:00"]);
}

#[tokio::test]
async fn ids_and_codes_are_different_for_every_booking() {
    let service = TestService::start().await;
    let mut seen = std::collections::HashSet::new();
    for time in ["17:00", "18:30", "20:00"] {
        for _ in 0..4 {
            let booking = book(&service, BELLA, MONDAY, time, 4).await;
            assert!(seen.insert(booking.booking_id.to_string()));
            assert!(seen.insert(booking.confirmation_code.to_string()));
        }
    }
}

#[tokio::test]
async fn an_area_that_the_restaurant_does_not_have_is_no_more_than_a_wish() {
    let service = TestService::start().await;
    let mut body = wanted_json();
    body["area_id"] = 99.into();
    let answer = service.send(&Request::post("/bookings").json(&body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    body["is_area_required"] = true.into();
    let answer = service.send(&Request::post("/bookings").json(&body)).await;
    answer.refused(409, "TABLE_NOT_AVAILABLE");
}
