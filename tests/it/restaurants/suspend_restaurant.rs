//! `suspendRestaurant` and `reinstateRestaurant`.

use booking_client::types::{BookingChange, ErrorCode};
use booking_tests::{Request, TestService};

use crate::support::{BELLA, MONDAY, availability, book_as_guest, create, field, refused, wanted};

#[tokio::test]
async fn suspended_restaurant_is_hidden_and_its_diners_keep_what_they_have() {
    let service = TestService::start().await;
    let (kept, kept_secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let (dropped, dropped_secret) =
        book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let (_, key) = service.create_api_key(BELLA, &["bookings:read"]).await;
    let bookings = format!("/bookings?restaurant_id={BELLA}");
    let of_program = Request::get(bookings).header("authorization", format!("Bearer {key}"));
    let audit = Request::get(format!("/restaurants/{BELLA}/audit-events"));
    let hidden = [
        Request::get(format!("/restaurants/{BELLA}")),
        availability(BELLA, MONDAY),
        of_program,
        audit,
    ];
    let count = async || {
        let list = service.guest().list_restaurants().send().await.unwrap();
        (list.data.len(), list.pagination.total.unwrap().get())
    };
    assert_eq!(count().await, (4, 4));

    let suspend = service.client().suspend_restaurant().restaurant_id(BELLA);
    suspend.send().await.unwrap();
    assert_eq!(count().await, (3, 3));
    for request in &hidden {
        let answer = service.send(request).await;
        let code = answer.refusal().code;
        assert_eq!(
            (answer.status, code.as_str()),
            (404, "RESTAURANT_NOT_FOUND"),
            "{request:?}"
        );
    }
    let booked = create(&service, wanted(BELLA, MONDAY, "20:00", 2)).await;
    refused(booked, 404, ErrorCode::RestaurantNotFound);
    let get = service
        .guest()
        .get_booking()
        .booking_id(kept.booking_id.clone());
    let read = get.booking_secret(kept_secret.as_str()).send().await;
    assert_eq!(read.unwrap().into_inner(), kept);
    let cancel = service.guest().cancel_booking();
    let cancel = cancel.booking_id(dropped.booking_id.clone());
    let cancel = cancel.booking_secret(dropped_secret.as_str());
    cancel.send().await.unwrap();
    let move_it = || {
        let update = service.guest().update_booking();
        let update = update.booking_id(kept.booking_id.clone());
        let change = BookingChange::builder().booking_time("20:00");
        update
            .booking_secret(kept_secret.as_str())
            .body(change)
            .send()
    };
    let moved = refused(move_it().await, 409, ErrorCode::BookingNotChangeable);
    assert_eq!(field(&moved), Some("booking_id"));

    let reinstate = service.client().reinstate_restaurant();
    reinstate.restaurant_id(BELLA).send().await.unwrap();
    assert_eq!(count().await, (4, 4));
    for request in &hidden {
        assert_eq!(service.send(request).await.status, 200, "{request:?}");
    }
    move_it().await.unwrap();
}
