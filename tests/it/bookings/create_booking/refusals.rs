//! `createBooking`: what the rules refuse, each with its status, its code and its field.

use booking_client::types::{ErrorCode, NearestSlots};
use booking_tests::{Request, TestService};

use crate::support::{
    BELLA, HARBOUR, HIRSCH, MONDAY, SAKURA, book, field, refused, wanted, wanted_json,
};

/// Asks for a booking that must be refused, and sees that nothing was written.
async fn refuse(
    service: &TestService,
    (restaurant, date, time, party): (i64, &str, &str, i32),
    (status, code): (u16, ErrorCode),
    about: &str,
) {
    let before = service.contents().await;
    let wanted = wanted(restaurant, date, time, party);
    let sent = service.guest().create_booking().body(wanted).send().await;
    let error = refused(sent, status, code);
    assert_eq!(
        field(&error),
        Some(about),
        "{restaurant} {date} {time} {party}"
    );
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn the_past_is_refused_by_the_restaurants_own_calendar_and_clock() {
    let service = TestService::start().await;
    // It is Monday, 12:30 in New York; Tuesday, 02:30 in Tokyo.
    for (restaurant, date, time) in [
        (BELLA, "2027-02-07", "19:00"),
        (BELLA, "2027-02-08", "12:00"),
        (BELLA, "2027-02-08", "12:30"),
        (BELLA, "1999-12-31", "19:00"),
        (SAKURA, "2027-02-08", "23:30"),
        (HARBOUR, "2027-02-08", "18:00"),
    ] {
        let asked = (restaurant, date, time, 2);
        refuse(
            &service,
            asked,
            (400, ErrorCode::InvalidDate),
            "booking_date",
        )
        .await;
    }
    book(&service, BELLA, "2027-02-08", "12:45", 2).await;
    book(&service, SAKURA, "2027-02-09", "18:00", 2).await;
}

#[tokio::test]
async fn a_time_at_which_the_restaurant_takes_nobody_is_refused() {
    let service = TestService::start().await;
    for (restaurant, date, time) in [
        (BELLA, MONDAY, "09:00"),
        (BELLA, MONDAY, "16:00"),
        (BELLA, MONDAY, "19:07"),
        // The turn of 90 minutes would end after closing.
        (BELLA, MONDAY, "13:45"),
        (BELLA, MONDAY, "21:15"),
        (BELLA, MONDAY, "00:00"),
        (BELLA, MONDAY, "23:59"),
    ] {
        let asked = (restaurant, date, time, 2);
        let code = (422, ErrorCode::OutsideServiceHours);
        refuse(&service, asked, code, "booking_time").await;
    }
    for restaurant in [HIRSCH, HARBOUR] {
        let asked = (restaurant, MONDAY, "19:00", 2);
        refuse(&service, asked, (422, ErrorCode::Closed), "booking_date").await;
    }
    let asked = (HIRSCH, "2027-03-28", "02:30", 2);
    let code = (422, ErrorCode::TimeSkippedByClockChange);
    refuse(&service, asked, code, "booking_time").await;
    book(&service, BELLA, MONDAY, "13:30", 2).await;
    book(&service, BELLA, MONDAY, "21:00", 2).await;
}

#[tokio::test]
async fn a_date_beyond_the_booking_window_is_refused() {
    let service = TestService::start().await;
    for date in ["2028-02-09", "2031-02-10", "9999-12-31"] {
        let asked = (BELLA, date, "19:00", 2);
        let code = (422, ErrorCode::TooFarAhead);
        refuse(&service, asked, code, "booking_date").await;
    }
    // The 365th day from now is the last.
    book(&service, BELLA, "2028-02-08", "19:00", 2).await;
}

#[tokio::test]
async fn a_party_for_which_no_table_is_large_enough_is_refused() {
    let service = TestService::start().await;
    for party in [11, 20] {
        let asked = (BELLA, MONDAY, "19:00", party);
        let code = (422, ErrorCode::PartyTooLarge);
        refuse(&service, asked, code, "party_size").await;
    }
    book(&service, BELLA, MONDAY, "19:00", 10).await;
}

#[tokio::test]
async fn tables_run_out_one_by_one() {
    let service = TestService::start().await;
    // Four tables for 2 to 4, and two for 4 to 6, take parties of four.
    for _ in 0..6 {
        book(&service, BELLA, MONDAY, "19:00", 4).await;
    }
    let asked = (BELLA, MONDAY, "19:00", 4);
    let code = (409, ErrorCode::TableNotAvailable);
    refuse(&service, asked, code, "booking_time").await;
}

#[tokio::test]
async fn a_refusal_says_when_there_would_be_a_table() {
    let service = TestService::start().await;
    book(&service, BELLA, MONDAY, "19:00", 10).await;
    let again = wanted(BELLA, MONDAY, "19:00", 10);
    let sent = service.guest().create_booking().body(again).send().await;
    let error = sent.expect_err("it is taken");
    let nearest: NearestSlots = error.property("nearest_slots").expect("it says when");
    let (before, after) = (nearest.before.unwrap(), nearest.after.unwrap());
    assert_eq!(before.booking_time.as_str(), "17:30");
    assert_eq!(after.booking_time.as_str(), "20:30");
    for slot in [before, after] {
        let time = slot.booking_time.as_str();
        book(&service, BELLA, &slot.booking_date.to_string(), time, 10).await;
    }
}

#[tokio::test]
async fn of_two_reasons_the_one_that_helps_more_is_given() {
    let service = TestService::start().await;
    // No time of a past date would do, and no party size.
    let asked = (BELLA, "2027-02-07", "03:00", 20);
    refuse(
        &service,
        asked,
        (400, ErrorCode::InvalidDate),
        "booking_date",
    )
    .await;
    // A request that breaks the contract is not looked at any further.
    let mut body = wanted_json();
    body["booking_date"] = "2027-02-07".into();
    body["party_size"] = 21.into();
    let answer = service.send(&Request::post("/bookings").json(&body)).await;
    answer.refused(400, "INVALID_REQUEST");
}
