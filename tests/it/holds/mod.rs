//! `createHold` and `releaseHold`, and what a hold does to availability and `createBooking`.

use booking_client::types::{
    Availability, ErrorCode, HeldPlace, Hold, HoldSecret, NewBooking, NewHold,
};
use booking_client::{Client, types};
use booking_tests::{Request, TestService};
use serde_json::json;

use crate::support::{
    BELLA, HIRSCH, MONDAY, OVERLAPS, Sent, cancel, create, field, refused, times, wanted,
};

/// Holds a table at Bella's on Monday at seven for a party of ten, for which there is one table.
async fn hold(client: &Client) -> Sent<Hold> {
    hold_for(client, "19:00", 10).await
}

async fn hold_for(client: &Client, time: &str, party: i32) -> Sent<Hold> {
    let new = NewHold::builder()
        .booking_date(MONDAY)
        .booking_time(time)
        .party_size(party);
    let held = client.create_hold().restaurant_id(BELLA).body(new);
    held.send().await
}

fn with_hold(new: NewBooking, hold: &Hold) -> NewBooking {
    let held = HeldPlace {
        hold_id: hold.hold_id.clone(),
        hold_secret: hold.hold_secret.clone(),
    };
    NewBooking {
        hold: Some(held),
        ..new
    }
}

async fn release(client: &Client, hold: &Hold) -> Sent<()> {
    let release = client
        .release_hold()
        .restaurant_id(hold.restaurant_id)
        .hold_id(hold.hold_id.clone())
        .hold_secret(hold.hold_secret.clone());
    release.send().await
}

/// What whoever has the secret of the hold is shown.
async fn available(client: &Client, hold: &Hold, secret: &HoldSecret) -> Sent<Availability> {
    let asked = client
        .get_availability()
        .restaurant_id(BELLA)
        .date(MONDAY)
        .party_size(10)
        .hold(hold.hold_id.clone())
        .hold_secret(secret.clone());
    asked.send().await
}

#[tokio::test]
async fn a_hold_keeps_a_table_and_becomes_a_booking() {
    let service = TestService::start().await;
    let hold = hold(service.guest())
        .await
        .expect("there is a table")
        .into_inner();
    assert_eq!(hold.expires_at.to_string(), "2027-02-08T17:35:00Z");
    let taken = create(&service, wanted(BELLA, MONDAY, "19:00", 10)).await;
    refused(taken, 409, ErrorCode::TableNotAvailable);
    let booking = with_hold(wanted(BELLA, MONDAY, "19:00", 10), &hold);
    let sent = service
        .guest()
        .create_booking()
        .body(booking.clone())
        .send();
    let made = sent.await.expect("it is held").into_inner();
    assert_eq!(made.booking_time.as_str(), "19:00");
    // It is used up.
    let again = service.guest().create_booking().body(booking).send().await;
    let refusal = refused(again, 409, ErrorCode::HoldExpired);
    assert_eq!(field(&refusal), Some("hold"));
    refused(
        release(service.guest(), &hold).await,
        404,
        ErrorCode::HoldNotFound,
    );
}

#[tokio::test]
async fn what_is_held_is_free_for_its_holder_and_for_nobody_else() {
    let service = TestService::start().await;
    let all = times(&service, BELLA, MONDAY, 10).await;
    let hold = hold(service.guest())
        .await
        .expect("there is a table")
        .into_inner();
    assert!(
        !times(&service, BELLA, MONDAY, 10)
            .await
            .contains(&"19:00".to_owned())
    );
    let guest = service.guest();
    let own = available(guest, &hold, &hold.hold_secret)
        .await
        .expect("it is theirs");
    let own: Vec<String> = own
        .slots
        .iter()
        .map(|slot| slot.booking_time.to_string())
        .collect();
    assert_eq!(own, all);
    let wrong: HoldSecret = format!("hs_{}", "A".repeat(43)).parse().unwrap();
    let refusal = refused(
        available(guest, &hold, &wrong).await,
        404,
        ErrorCode::HoldNotFound,
    );
    assert_eq!(field(&refusal), Some("hold"));
    let calendar = Request::get(format!(
        "/restaurants/1/availability-calendar?date={MONDAY}&days=1&party_size=10&hold={}",
        hold.hold_id.as_str()
    ));
    service.send(&calendar).await.refused(404, "HOLD_NOT_FOUND");
    let secret = hold.hold_secret.as_str();
    let shown = service
        .send(&calendar.with_header("Hold-Secret", secret))
        .await;
    assert_eq!(shown.status, 200, "{}", shown.text());
}

#[tokio::test]
async fn a_hold_that_has_expired_keeps_nothing_and_becomes_nothing() {
    let service = TestService::start().await;
    let hold = hold(service.guest())
        .await
        .expect("there is a table")
        .into_inner();
    service.set_clock("2027-02-08T17:34:59.999999Z");
    let taken = create(&service, wanted(BELLA, MONDAY, "19:00", 10)).await;
    refused(taken, 409, ErrorCode::TableNotAvailable);
    service.set_clock("2027-02-08T17:35:00Z");
    assert!(
        times(&service, BELLA, MONDAY, 10)
            .await
            .contains(&"19:00".to_owned())
    );
    let late = with_hold(wanted(BELLA, MONDAY, "19:00", 10), &hold);
    refused(create(&service, late).await, 409, ErrorCode::HoldExpired);
    let asked = available(service.guest(), &hold, &hold.hold_secret).await;
    refused(asked, 404, ErrorCode::HoldNotFound);
    // Its row is still there, and in nobody's way.
    let sent = create(&service, wanted(BELLA, MONDAY, "19:00", 10)).await;
    let made = sent.expect("nobody holds it any more");
    assert_eq!(service.rows("SELECT count(*) FROM holds").await, ["0"]);
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    cancel(&service, &made.booking_id).await;
}

#[tokio::test]
async fn what_is_released_is_free_at_once() {
    let service = TestService::start().await;
    let hold = hold(service.guest())
        .await
        .expect("there is a table")
        .into_inner();
    let mut wrong = hold.clone();
    wrong.hold_secret = format!("hs_{}", "A".repeat(43)).parse().unwrap();
    refused(
        release(service.guest(), &wrong).await,
        404,
        ErrorCode::HoldNotFound,
    );
    let mut elsewhere = hold.clone();
    elsewhere.restaurant_id = HIRSCH.try_into().unwrap();
    refused(
        release(service.guest(), &elsewhere).await,
        404,
        ErrorCode::HoldNotFound,
    );
    release(service.guest(), &hold).await.expect("it is theirs");
    assert!(
        times(&service, BELLA, MONDAY, 10)
            .await
            .contains(&"19:00".to_owned())
    );
    assert_eq!(
        service.rows("SELECT count(*) FROM occupancies").await,
        ["0"]
    );
    refused(
        release(service.guest(), &hold).await,
        404,
        ErrorCode::HoldNotFound,
    );
}

#[tokio::test]
async fn a_hold_is_good_for_nothing_else() {
    let service = TestService::start().await;
    let hold = hold(service.guest())
        .await
        .expect("there is a table")
        .into_inner();
    for (other, named) in [
        (wanted(BELLA, MONDAY, "19:00", 9), "party_size"),
        (wanted(BELLA, MONDAY, "19:15", 10), "booking_time"),
        (wanted(BELLA, "2027-02-16", "19:00", 10), "booking_date"),
    ] {
        let refusal = create(&service, with_hold(other, &hold)).await;
        let refusal = refused(refusal, 422, ErrorCode::HoldMismatch);
        assert_eq!(field(&refusal), Some(named));
    }
    let elsewhere = with_hold(wanted(HIRSCH, "2027-02-16", "19:00", 10), &hold);
    refused(
        create(&service, elsewhere).await,
        409,
        ErrorCode::HoldExpired,
    );
}

#[tokio::test]
async fn nobody_empties_a_restaurant_with_holds() {
    let service = TestService::start().await;
    for time in ["17:00", "19:00", "20:45"] {
        hold_for(service.guest(), time, 2)
            .await
            .expect("there is a table");
    }
    let fourth = hold_for(service.guest(), "18:00", 2).await;
    refused(fourth, 409, ErrorCode::TooManyHolds);
    // Whom that refuses can still book, and who has an account has three of their own.
    create(&service, wanted(BELLA, MONDAY, "18:00", 2))
        .await
        .expect("there is a table");
    hold_for(service.client(), "18:00", 2)
        .await
        .expect("there is a table");
    // Others are let in from elsewhere, up to half.
    service.sql("UPDATE holds SET holder = 'address:0'").await;
    let mut made = 0;
    let refusal = loop {
        match hold_for(service.guest(), "19:00", 2).await {
            Ok(_) => made += 1,
            other => break other,
        }
        service
            .sql("UPDATE holds SET holder = 'address:' || hold_id")
            .await;
    };
    refused(refusal, 409, ErrorCode::SlotHeld);
    assert!(made > 0);
    create(&service, wanted(BELLA, MONDAY, "19:00", 2))
        .await
        .expect("half is left");
}

#[tokio::test]
async fn a_hold_that_is_asked_for_again_is_answered_again() {
    let service = TestService::start().await;
    let new = json!({ "booking_date": MONDAY, "booking_time": "19:00", "party_size": 2 });
    let request = Request::post("/restaurants/1/holds").json(&new).anonymous();
    let request = request.with_header("Idempotency-Key", "hold-1");
    let first = service.send(&request).await;
    let second = service.send(&request).await;
    assert_eq!(
        (first.status, second.status),
        (201, 201),
        "{}",
        second.text()
    );
    assert_eq!(first.json(), second.json());
    assert_eq!(service.rows("SELECT count(*) FROM holds").await, ["1"]);
}

#[tokio::test]
async fn of_many_who_use_one_hold_at_once_one_has_it() {
    let service = TestService::start().await;
    let hold = hold(service.guest())
        .await
        .expect("there is a table")
        .into_inner();
    let booking = with_hold(wanted(BELLA, MONDAY, "19:00", 10), &hold);
    let rivals = (0..8).map(|_| create(&service, booking.clone()));
    let answers = futures_util::future::join_all(rivals).await;
    let (made, late): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    for late in late {
        refused(late, 409, ErrorCode::HoldExpired);
    }
    let _: types::BookingId = made[0].as_ref().unwrap().booking_id.clone();
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
}
