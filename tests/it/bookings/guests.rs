//! What a guest does with a booking, who has its secret and no account.

use booking_client::types::{BookingChange, BookingStatus, ErrorCode};
use booking_tests::{Request, TestService};
use serde_json::{Value, json};

use crate::support::{BELLA, MONDAY, book_as_guest, booking_path, holder, refused, wanted};

#[tokio::test]
async fn the_secret_of_a_booking_reads_changes_and_cancels_it() {
    let service = TestService::start().await;
    let (booking, secret) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let guest = holder(&service, &secret);
    let id = &booking.booking_id;
    let read = guest.get_booking().booking_id(id.clone()).send().await;
    assert_eq!(read.unwrap().into_inner(), booking);
    let change = BookingChange::builder().party_size(3);
    let changed = guest.update_booking().booking_id(id.clone()).body(change);
    assert_eq!(*changed.send().await.unwrap().party_size, 3);
    let cancelled = guest.cancel_booking().booking_id(id.clone()).send().await;
    assert_eq!(cancelled.unwrap().status, BookingStatus::Cancelled);
}

#[tokio::test]
async fn a_new_secret_takes_the_place_of_the_one_before() {
    let service = TestService::start().await;
    let (booking, first) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let id = &booking.booking_id;
    let rotate = |secret: &str| {
        let guest = holder(&service, secret);
        let id = id.clone();
        async move { guest.rotate_booking_secret().booking_id(id).send().await }
    };
    let second = rotate(&first).await.unwrap().booking_secret.to_string();
    assert_ne!(first, second);
    refused(rotate(&first).await, 404, ErrorCode::BookingNotFound);
    let third = rotate(&second).await.unwrap().booking_secret.to_string();
    let read = holder(&service, &third)
        .get_booking()
        .booking_id(id.clone());
    assert_eq!(read.send().await.unwrap().booking_id, *id);
}

#[tokio::test]
async fn a_lost_booking_is_found_by_code_and_address_and_the_mail_opens_it() {
    let service = TestService::start().await;
    let (booking, first) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    // The mail opens it as it is when the mail is sent.
    let rotated = holder(&service, &first)
        .rotate_booking_secret()
        .booking_id(booking.booking_id.clone());
    rotated.send().await.unwrap();
    let code = booking.confirmation_code.as_str();
    let mails = async || -> Vec<Value> {
        let mails = service.send(&Request::new("GET", "/mails")).await.json();
        mails["mails"].as_array().unwrap().clone()
    };
    let mut answers = Vec::new();
    for (code, email) in [
        (code, "grace@example.com"),
        ("ZZZZZZ", "ada@example.com"),
        (code, "ADA@example.com"),
    ] {
        assert_eq!(mails().await.len(), 0, "{code} {email}");
        let body = json!({ "confirmation_code": code, "email": email });
        let find = Request::post("/booking-reminders").json(&body).anonymous();
        let answer = service.send(&find).await;
        answers.push((answer.status, answer.body.clone()));
    }
    assert_eq!(answers[0], (202, Vec::new()));
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let mails = mails().await;
    assert_eq!(
        (&mails[0]["to"], &mails[0]["kind"], mails.len()),
        (&json!("ada@example.com"), &json!("booking_link"), 1)
    );
    let secret = mails[0]["booking_secret"].as_str().unwrap();
    let id = mails[0]["booking_id"].as_str().unwrap();
    let found = holder(&service, secret).get_booking().booking_id(id);
    assert_eq!(found.send().await.unwrap().into_inner(), booking);
}

#[tokio::test]
async fn the_id_of_a_booking_opens_nothing_by_itself() {
    let service = TestService::start().await;
    let (booking, _) = book_as_guest(&service, wanted(BELLA, MONDAY, "19:00", 2)).await;
    let path = booking_path(&booking.booking_id);
    for request in [
        Request::get(&path),
        Request::patch(&path).json(&json!({ "party_size": 3 })),
        Request::post(format!("{path}/cancel")),
        Request::post(format!("{path}/secret")),
    ] {
        let answer = service.send(&request.anonymous()).await;
        answer.refused(401, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_service_with_a_public_address_answers_with_a_link_that_opens_the_booking() {
    let database = dev_postgres::TestDatabase::create().unwrap();
    let url = database.url();
    let service = TestService::start_with(&url, true, |options| {
        options.identity.public_url = Some("https://book.example/app".parse().unwrap());
    });
    let service = service.await.unwrap();
    let sent = service.guest().create_booking();
    let booking = sent.body(wanted(BELLA, MONDAY, "19:00", 2)).send().await;
    let booking = booking.unwrap().into_inner();
    let (id, secret) = (&booking.booking_id, booking.booking_secret.unwrap());
    let expected = format!(
        "https://book.example/app/bookings/{}#{}",
        id.as_str(),
        secret.as_str()
    );
    assert_eq!(booking.links.open.unwrap().as_str(), expected);
}
