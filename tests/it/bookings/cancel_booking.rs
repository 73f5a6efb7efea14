//! `cancelBooking`.

use booking_client::types::{BookingStatus, Cancellation, ErrorCode};
use booking_tests::{Request, TestService};
use serde_json::json;

use crate::support::{BELLA, MONDAY, book, cancel, create, read, refused, wanted};

#[tokio::test]
async fn cancelling_twice_gives_the_same_answer() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 4).await;
    let cancel = |reason: &str| {
        service
            .client()
            .cancel_booking()
            .booking_id(booking.booking_id.clone())
            .body(Cancellation::builder().reason(reason))
            .send()
    };
    service.set_clock("2027-02-08T18:00:00Z");
    let first = cancel("Our flight was delayed").await.unwrap().into_inner();
    assert_eq!(first.status, BookingStatus::Cancelled);
    assert_eq!(first.updated_at.to_string(), "2027-02-08T18:00:00Z");
    assert_eq!(first.party_size, booking.party_size);
    let contents = service.contents().await;
    assert!(contents.contains("Our flight was delayed"));
    service.set_clock("2027-02-08T19:00:00Z");
    let second = cancel("Another reason").await.unwrap().into_inner();
    assert_eq!(second, first);
    assert_eq!(service.contents().await, contents);
    assert_eq!(
        read(&service, &booking.booking_id).await.into_inner(),
        first
    );
}

#[tokio::test]
async fn a_booking_can_be_cancelled_without_a_body() {
    let service = TestService::start().await;
    for request in [
        Request::post("/bookings/ID/cancel"),
        Request::post("/bookings/ID/cancel").body(""),
        Request::post("/bookings/ID/cancel").json(&json!({})),
        Request::post("/bookings/ID/cancel").header("content-type", "text/plain"),
    ] {
        let booking = book(&service, BELLA, MONDAY, "19:00", 4).await;
        let request = request.with_target(|target| target.replace("ID", &booking.booking_id));
        let answer = service.send(&request).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["status"], "cancelled");
    }
}

#[tokio::test]
async fn a_cancelled_booking_frees_its_table_at_once() {
    let service = TestService::start().await;
    // There is one table for ten.
    let booking = book(&service, BELLA, MONDAY, "19:00", 10).await;
    refused(
        create(&service, wanted(BELLA, MONDAY, "19:00", 10)).await,
        409,
        ErrorCode::TableNotAvailable,
    );
    cancel(&service, &booking.booking_id).await;
    let next = book(&service, BELLA, MONDAY, "19:00", 10).await;
    assert_ne!(next.booking_id, booking.booking_id);
}
