//! What is not there: each operation that is asked about it says so.

use booking_client::types::{BookingId, ErrorCode};
use booking_tests::{Request, TestService};
use serde_json::json;

use crate::support::{BELLA, MONDAY, book, create, field, refused, wanted};

#[tokio::test]
async fn a_restaurant_that_is_not_there_is_not_found() {
    let service = TestService::start().await;
    let before = service.contents().await;
    for id in [5, 999_999, 9_007_199_254_740_991] {
        let sent = create(&service, wanted(id, MONDAY, "19:00", 2)).await;
        let error = refused(sent, 404, ErrorCode::RestaurantNotFound);
        assert_eq!(field(&error), Some("restaurant_id"));
        let sent = service
            .client()
            .get_restaurant()
            .restaurant_id(id)
            .send()
            .await;
        let error = refused(sent, 404, ErrorCode::RestaurantNotFound);
        assert_eq!(field(&error), Some("restaurant_id"));
        let sent = service
            .client()
            .get_availability()
            .restaurant_id(id)
            .date(MONDAY)
            .party_size(2)
            .send()
            .await;
        let error = refused(sent, 404, ErrorCode::RestaurantNotFound);
        assert_eq!(field(&error), Some("restaurant_id"));
    }
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn a_booking_that_is_not_there_is_not_found() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let flipped: String = booking
        .booking_id
        .chars()
        .map(|c| match c {
            'a'..='z' => c.to_ascii_uppercase(),
            'A'..='Z' => c.to_ascii_lowercase(),
            other => other,
        })
        .collect();
    let before = service.contents().await;
    for id in [
        "bk_1".to_owned(),
        format!("bk_{}", "z".repeat(32)),
        format!("bk_{}", &flipped[3..]),
    ] {
        let id: BookingId = id.as_str().try_into().unwrap();
        let path = format!("/bookings/{}", id.as_str());
        for request in [
            Request::get(&path),
            Request::patch(&path).json(&json!({ "party_size": 3 })),
            Request::post(format!("{path}/cancel")),
        ] {
            let refusal = service
                .send(&request)
                .await
                .refused(404, "BOOKING_NOT_FOUND");
            assert_eq!(refusal.field.as_deref(), Some("booking_id"));
        }
    }
    assert_eq!(service.contents().await, before);
}
