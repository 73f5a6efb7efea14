//! `updateBooking`.

use booking_client::types::{Booking, BookingChange, BookingStatus, ErrorCode, PartySize};
use booking_client::{Nullable, ResponseHeaders};
use booking_tests::{Request, TestService};
use serde_json::json;

use crate::support::{
    BELLA, MONDAY, book, book_as_guest, booking_path, create, field, read, refused, set_status,
    wanted,
};

#[tokio::test]
async fn each_field_can_be_changed_and_the_others_stay() {
    let service = TestService::start().await;
    let mut new = wanted(BELLA, MONDAY, "19:00", 4);
    new.special_requests = Some(Nullable::Value("A quiet table".try_into().unwrap()));
    let mut expected = create(&service, new).await.unwrap().into_inner();
    let id = expected.booking_id.clone();
    let mut tags = vec![read(&service, &id).await.etag()];

    let change = |change: BookingChange| {
        service
            .client()
            .update_booking()
            .booking_id(id.clone())
            .body(change)
            .send()
    };
    let empty = || BookingChange {
        internal_note: None,
        tags: None,
        staff: None,
        utc_offset: None,
        booking_date: None,
        booking_time: None,
        party_size: None,
        customer: None,
        special_requests: None,
    };

    service.set_clock("2027-02-08T18:00:00.123456Z");
    expected.updated_at = "2027-02-08T18:00:00.123456Z".parse().unwrap();
    let steps: Vec<BookingChange> = vec![
        BookingChange {
            booking_date: Some("2027-02-16".try_into().unwrap()),
            ..empty()
        },
        BookingChange {
            booking_time: Some("18:30".try_into().unwrap()),
            ..empty()
        },
        BookingChange {
            party_size: PartySize::new(6).ok(),
            ..empty()
        },
        BookingChange {
            special_requests: Some(Nullable::Value("A high chair".try_into().unwrap())),
            ..empty()
        },
        BookingChange {
            special_requests: Some(Nullable::Null),
            ..empty()
        },
    ];
    for step in steps {
        if let Some(date) = &step.booking_date {
            expected.booking_date = *date;
            expected.service_date = *date;
        }
        if let Some(time) = &step.booking_time {
            expected.booking_time = time.as_str().try_into().unwrap();
        }
        if let Some(party) = &step.party_size {
            expected.party_size = *party;
        }
        if let Some(requests) = &step.special_requests {
            expected.special_requests = match requests {
                Nullable::Value(text) => Some(text.clone()),
                Nullable::Null => None,
            };
        }
        let changed = change(step).await.unwrap();
        let tag = changed.etag();
        assert!(!tags.contains(&tag), "every change has a tag of its own");
        tags.push(tag.clone());
        // Where they sit is what the rules make of it.
        expected.table_ids.clone_from(&changed.table_ids);
        assert_eq!(*changed, expected);
        let read = read(&service, &id).await;
        assert_eq!(read.etag(), tag);
        assert_eq!(read.into_inner(), expected);
    }
}

#[tokio::test]
async fn a_change_to_what_already_is_changes_nothing() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 4).await;
    let tag = read(&service, &booking.booking_id).await.etag();
    service.set_clock("2027-02-08T19:00:00Z");
    let before = service.contents().await;
    for body in [
        json!({}),
        json!({ "party_size": 4, "booking_time": "19:00", "booking_date": MONDAY }),
        json!({ "special_requests": null }),
    ] {
        let answer = service
            .send(&Request::patch(booking_path(&booking.booking_id)).json(&body))
            .await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.text());
        assert_eq!(answer.header("etag"), tag.as_deref());
        let answered: Booking = serde_json::from_value(answer.json()).unwrap();
        assert_eq!(answered, booking);
    }
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn a_change_of_a_copy_that_is_stale_is_refused() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 4).await;
    let change = |tag: String, party: i32| {
        service
            .client()
            .update_booking()
            .booking_id(booking.booking_id.clone())
            .if_match(tag.as_str())
            .body(BookingChange::builder().party_size(party))
            .send()
    };
    let first = read(&service, &booking.booking_id).await;
    let stale = first.etag().unwrap().to_string();
    let changed = change(stale.clone(), 3).await.unwrap();
    let fresh = changed.etag().unwrap();
    let before = service.contents().await;
    for tag in [stale, format!("W/{fresh}"), "\"other\"".to_owned()] {
        let error = refused(change(tag, 2).await, 412, ErrorCode::PreconditionFailed);
        assert_eq!(field(&error), Some("If-Match"));
    }
    assert_eq!(service.contents().await, before);
    assert_eq!(
        *change(format!("\"other\", {fresh}"), 2)
            .await
            .unwrap()
            .party_size,
        2
    );
    assert_eq!(*change("*".to_owned(), 4).await.unwrap().party_size, 4);
}

#[tokio::test]
async fn a_booking_that_is_over_can_be_neither_cancelled_nor_changed() {
    let service = TestService::start().await;
    for status in [
        BookingStatus::Completed,
        BookingStatus::NoShow,
        BookingStatus::Cancelled,
    ] {
        let booking = book(&service, BELLA, MONDAY, "19:00", 4).await;
        set_status(&service, &booking.booking_id, status.clone()).await;
        let before = service.contents().await;
        let update = service
            .client()
            .update_booking()
            .booking_id(booking.booking_id.clone())
            .body(BookingChange::builder().party_size(2))
            .send()
            .await;
        let error = refused(update, 409, ErrorCode::BookingNotChangeable);
        assert_eq!(field(&error), Some("booking_id"));
        if status != BookingStatus::Cancelled {
            let cancel = service
                .client()
                .cancel_booking()
                .booking_id(booking.booking_id.clone())
                .send()
                .await;
            let error = refused(cancel, 409, ErrorCode::BookingNotChangeable);
            assert_eq!(field(&error), Some("booking_id"));
        }
        assert_eq!(service.contents().await, before);
    }
}

#[tokio::test]
async fn moving_a_booking_frees_the_old_time_and_takes_the_new_one() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "17:00", 10).await;
    let change = BookingChange::builder().booking_time("20:00");
    let moved = service
        .client()
        .update_booking()
        .booking_id(booking.booking_id.clone())
        .body(change)
        .send()
        .await
        .unwrap();
    assert_eq!(moved.booking_time.as_str(), "20:00");
    refused(
        create(&service, wanted(BELLA, MONDAY, "20:00", 10)).await,
        409,
        ErrorCode::TableNotAvailable,
    );
    book(&service, BELLA, MONDAY, "17:00", 10).await;
}

#[tokio::test]
async fn a_move_to_where_no_table_is_free_leaves_the_booking_as_it_was() {
    let service = TestService::start().await;
    book(&service, BELLA, MONDAY, "20:00", 10).await;
    let asked = wanted(BELLA, MONDAY, "17:00", 10);
    let (booking, secret) = book_as_guest(&service, asked).await;
    let before = service.contents().await;
    for (body, status, code) in [
        (
            json!({ "booking_time": "19:30" }),
            409,
            "TABLE_NOT_AVAILABLE",
        ),
        (
            json!({ "booking_time": "15:30" }),
            422,
            "OUTSIDE_SERVICE_HOURS",
        ),
        (json!({ "party_size": 11 }), 422, "PARTY_TOO_LARGE"),
        (
            json!({ "booking_date": "2028-05-01" }),
            422,
            "TOO_FAR_AHEAD",
        ),
        (json!({ "booking_date": "2027-02-07" }), 400, "INVALID_DATE"),
    ] {
        let request = Request::patch(booking_path(&booking.booking_id)).json(&body);
        let request = request.header("Booking-Secret", &secret);
        service.send(&request).await.refused(status, code);
    }
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn a_booking_may_move_into_its_own_time() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 10).await;
    let change = BookingChange::builder().booking_time("19:30");
    let moved = service
        .client()
        .update_booking()
        .booking_id(booking.booking_id)
        .body(change)
        .send()
        .await
        .unwrap();
    assert_eq!(moved.booking_time.as_str(), "19:30");
}

#[tokio::test]
async fn a_party_that_grows_gets_a_table_that_fits() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let taken = "SELECT max_party FROM bookings JOIN dining_tables USING (restaurant_id)\n        WHERE table_id = ANY (table_ids)";
    assert_eq!(service.rows(taken).await, ["2"]);
    let change = BookingChange::builder().party_size(9);
    service
        .client()
        .update_booking()
        .booking_id(booking.booking_id)
        .body(change)
        .send()
        .await
        .unwrap();
    assert_eq!(service.rows(taken).await, ["10"]);
    // All four tables for two are free again.
    for _ in 0..4 {
        book(&service, BELLA, MONDAY, "19:00", 1).await;
    }
}
