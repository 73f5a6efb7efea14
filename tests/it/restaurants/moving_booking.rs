//! `getAvailability` and `getAvailabilityCalendar` for a booking that is to move.

use booking_client::types::{AvailabilityStatus, Booking, ErrorCode};
use booking_client::{Client, types};
use booking_tests::{NOW, Request, TestService};
use serde_json::json;

use crate::support::{
    BELLA, HIRSCH, MONDAY, Sent, book, book_as_guest, booking_path, cancel, field, holder, refused,
    times, wanted,
};

/// When a party of ten, for which there is one table, can have it on Monday.
async fn ask(client: &Client, booking: &Booking) -> Sent<types::Availability> {
    let asked = client
        .get_availability()
        .restaurant_id(BELLA)
        .date(MONDAY)
        .party_size(10)
        .excluding_booking_id(booking.booking_id.clone());
    asked.send().await
}

async fn times_for(client: &Client, booking: &Booking) -> Vec<String> {
    let answer = ask(client, booking).await.expect("it can be told");
    let slots = answer.slots.iter();
    slots.map(|slot| slot.booking_time.to_string()).collect()
}

async fn status_for(client: &Client, booking: &Booking) -> AvailabilityStatus {
    let asked = client
        .get_availability_calendar()
        .restaurant_id(BELLA)
        .date(MONDAY)
        .days(1)
        .party_size(10)
        .excluding_booking_id(booking.booking_id.clone());
    let answer = asked.send().await.expect("it can be told");
    answer.days[0].status.clone()
}

#[tokio::test]
async fn what_a_booking_takes_is_free_for_it_and_for_nobody_else() {
    let service = TestService::start().await;
    let all = times(&service, BELLA, MONDAY, 10).await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 10)).await;
    let others = times(&service, BELLA, MONDAY, 10).await;
    assert!(!others.contains(&"20:00".to_owned()), "{others:?}");
    for client in [&holder(&service, &secret), service.client()] {
        assert_eq!(times_for(client, &booking).await, all);
        assert_eq!(status_for(client, &booking).await, AvailabilityStatus::Free);
    }
}

#[tokio::test]
async fn guests_are_offered_nothing_after_the_cutoff_and_the_staff_are() {
    let service = TestService::start().await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 10)).await;
    service
        .sql("UPDATE booking_policies SET change_cutoff_minutes = 20000, online_max_party = 6")
        .await;
    let guest = holder(&service, &secret);
    assert!(times_for(&guest, &booking).await.is_empty());
    assert_eq!(status_for(&guest, &booking).await, AvailabilityStatus::Full);
    assert!(!times_for(service.client(), &booking).await.is_empty());
    cancel(&service, &booking.booking_id).await;
    assert!(times_for(service.client(), &booking).await.is_empty());
}

#[tokio::test]
async fn a_booking_is_offered_its_own_time_when_the_hours_have_changed() {
    let service = TestService::start().await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 9)).await;
    service
        .sql("UPDATE service_periods SET ends = '18:45' WHERE first_seating = '17:00'")
        .await;
    let guest = holder(&service, &secret);
    let offered = times_for(&guest, &booking).await;
    assert!(offered.contains(&"19:00".to_owned()), "{offered:?}");
    assert!(
        !times(&service, BELLA, MONDAY, 10)
            .await
            .contains(&"19:00".to_owned())
    );
    let change = Request::patch(booking_path(&booking.booking_id))
        .json(&json!({ "party_size": 10 }))
        .header("booking-secret", &secret);
    assert_eq!(service.send(&change).await.status, 200);
}

#[tokio::test]
async fn whoever_may_not_change_a_booking_learns_nothing_of_it() {
    let service = TestService::start().await;
    let (booking, _) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 10)).await;
    let elsewhere = book(&service, HIRSCH, "2027-02-17", "19:00", 2).await;
    let diner = service.add_account("Stranger").await;
    let diner = service.access_token(&diner, booking_tests::ALL_SCOPES, NOW);
    let limited = service.access_token(booking_tests::OWNER, "bookings:read", NOW);
    let (_, other_secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "12:00", 2)).await;
    let bearer = |token: &str| ("authorization", format!("Bearer {token}"));
    for path in ["availability", "availability-calendar"] {
        let mut answers = Vec::new();
        for id in [booking.booking_id.as_str(), "bk_none"] {
            let query = format!("date={MONDAY}&party_size=2&excluding_booking_id={id}");
            let request = Request::get(format!("/restaurants/{BELLA}/{path}?{query}"));
            for credential in [
                None,
                Some(bearer(&diner)),
                Some(bearer(&limited)),
                Some(("booking-secret", other_secret.clone())),
            ] {
                let request = match &credential {
                    Some((name, value)) => request.clone().header(name, value),
                    None => request.clone().anonymous(),
                };
                let refusal = service
                    .send(&request)
                    .await
                    .refused(404, "BOOKING_NOT_FOUND");
                answers.push((refusal.message, refusal.field));
            }
        }
        assert!(
            answers.iter().all(|answer| *answer == answers[0]),
            "{answers:?}"
        );
    }
    // A booking of another restaurant is none of this one's, whoever asks.
    let refusal = refused(
        ask(service.client(), &elsewhere).await,
        404,
        ErrorCode::BookingNotFound,
    );
    assert_eq!(field(&refusal), Some("excluding_booking_id"));
}
