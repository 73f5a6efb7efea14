//! Values in a body that break the contract: each is named, with what is wrong with it.

use booking_tests::{Request, TestService};
use serde_json::json;

use crate::support::{
    BELLA, MARK, MONDAY, book, book_as_guest, booking_path, post_booking, refuse_each, wanted,
    wanted_with,
};

#[tokio::test]
async fn a_value_of_the_wrong_type_is_named_where_it_stands() {
    let service = TestService::start().await;
    let fields = [
        ("restaurant_id", json!("1")),
        ("restaurant_id", json!(1.5)),
        ("booking_date", json!(20_270_215)),
        ("booking_time", json!(1900)),
        ("party_size", json!("4")),
        ("party_size", json!([4])),
        ("party_size", json!(4.5)),
        ("party_size", json!(true)),
        ("customer", json!(MARK)),
        ("customer", json!([])),
        ("customer.name", json!({ "first": MARK })),
        ("customer.email", json!([MARK])),
        ("customer.phone", json!(15_551_234_567_u64)),
        ("special_requests", json!(false)),
        ("special_requests", json!({ MARK: MARK })),
    ];
    for (field, value) in fields {
        let request = post_booking(&wanted_with(field, value.clone()));
        let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
        let broken = refusals[0].violations();
        assert_eq!(broken, [("WRONG_TYPE", field)], "{field}: {value}");
        assert_eq!(refusals[0].field.as_deref(), Some(field));
    }
}

#[tokio::test]
async fn null_is_refused_where_it_means_nothing() {
    let service = TestService::start().await;
    for field in [
        "restaurant_id",
        "booking_date",
        "booking_time",
        "party_size",
        "customer",
        "customer.name",
        "customer.email",
        "customer.phone",
    ] {
        let request = post_booking(&wanted_with(field, json!(null)));
        let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
        assert_eq!(refusals[0].violations(), [("NULL", field)]);
    }
}

#[tokio::test]
async fn control_characters_are_refused_in_every_text() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    for control in ["\u{0}", "\u{1}", "\u{7f}", "\u{85}", "\u{1b}[31m"] {
        for (field, text) in [
            ("booking_date", format!("{MONDAY}{control}")),
            ("booking_time", format!("19:0{control}")),
            ("customer.name", format!("Ada{control} {MARK}")),
            ("customer.email", format!("ada{control}{MARK}@example.com")),
            ("customer.phone", format!("+44 20 7946{control}0000")),
            ("special_requests", format!("{MARK}{control}")),
        ] {
            let request = post_booking(&wanted_with(field, text.into()));
            let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
            let fields = refusals[0].violations();
            assert!(
                fields.iter().all(|(_, broken)| *broken == field) && !fields.is_empty(),
                "{field} {control:?}: {fields:?}"
            );
        }
        let path = booking_path(&booking.booking_id);
        let text = format!("{MARK}{control}");
        let requests = [
            Request::patch(&path).json(&json!({ "special_requests": text })),
            Request::patch(&path).json(&json!({ "booking_time": format!("19:0{control}") })),
            Request::post(format!("{path}/cancel")).json(&json!({ "reason": text })),
        ];
        refuse_each(&service, 400, "INVALID_REQUEST", requests).await;
    }
}

#[tokio::test]
async fn texts_that_are_too_long_or_too_short_are_refused() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    for (field, text, code) in [
        ("customer.name", MARK.repeat(17), "TOO_LONG"),
        ("customer.name", "é".repeat(101), "TOO_LONG"),
        ("customer.name", "A".to_owned(), "TOO_SHORT"),
        ("customer.name", String::new(), "TOO_SHORT"),
        ("customer.name", "   ".to_owned(), "PATTERN"),
        (
            "customer.email",
            format!("{}@example.com", "a".repeat(300)),
            "TOO_LONG",
        ),
        ("customer.email", MARK.to_owned(), "FORMAT"),
        ("customer.email", String::new(), "FORMAT"),
        ("customer.email", "ada@".to_owned(), "FORMAT"),
        (
            "customer.email",
            "Ada <ada@example.com>".to_owned(),
            "FORMAT",
        ),
        ("customer.phone", "1".repeat(33), "TOO_LONG"),
        ("customer.phone", "12345678901234567".to_owned(), "PATTERN"),
        ("customer.phone", "0555 123".to_owned(), "PATTERN"),
        ("customer.phone", "call me".to_owned(), "PATTERN"),
        ("customer.phone", "1".to_owned(), "TOO_SHORT"),
        ("special_requests", "語".repeat(501), "TOO_LONG"),
        ("special_requests", String::new(), "TOO_SHORT"),
        ("booking_time", "019:00".to_owned(), "TOO_LONG"),
        ("booking_time", "24:00".to_owned(), "FORMAT"),
        ("booking_time", "19:60".to_owned(), "FORMAT"),
        ("booking_time", "7 pm".to_owned(), "FORMAT"),
        ("booking_time", "１９:00".to_owned(), "FORMAT"),
    ] {
        let request = post_booking(&wanted_with(field, text.clone().into()));
        let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
        let broken = refusals[0].violations();
        assert!(broken.contains(&(code, field)), "{text}: {broken:?}");
        assert!(broken.iter().all(|(_, other)| *other == field), "{text}");
    }
    let path = booking_path(&booking.booking_id);
    let long = json!("x".repeat(501));
    let requests = [
        Request::patch(&path).json(&json!({ "special_requests": long })),
        Request::patch(&path).json(&json!({ "special_requests": "" })),
        Request::post(format!("{path}/cancel")).json(&json!({ "reason": long })),
        Request::post(format!("{path}/cancel")).json(&json!({ "reason": "" })),
        Request::post(format!("{path}/cancel")).json(&json!({ "reason": null })),
    ];
    refuse_each(&service, 400, "INVALID_REQUEST", requests).await;
}

#[tokio::test]
async fn texts_as_long_as_they_may_be_are_kept_whole() {
    let service = TestService::start().await;
    let mut body = wanted_with("customer.name", "é".repeat(100).into());
    body["special_requests"] = "語".repeat(500).into();
    let label = "a".repeat(60);
    let email = format!("{}@{label}.{label}.{label}.com", "b".repeat(64));
    body["customer"]["email"] = email[..email.len().min(254)].into();
    let answer = service.send(&post_booking(&body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let booking = answer.json();
    assert_eq!(booking["customer"]["name"], body["customer"]["name"]);
    assert_eq!(booking["customer"]["email"], body["customer"]["email"]);
    assert_eq!(booking["special_requests"], body["special_requests"]);
    let id = booking["booking_id"].as_str().unwrap();
    let reason = json!({ "reason": "🍣".repeat(500) });
    let cancel = Request::post(format!("/bookings/{id}/cancel")).json(&reason);
    assert_eq!(service.send(&cancel).await.status, 200);
}

#[tokio::test]
async fn dates_that_are_none_are_refused() {
    let service = TestService::start().await;
    let dates = [
        "2027-02-30",
        "2027-13-01",
        "2027-00-10",
        "2027-02-00",
        "2100-02-29",
        "-0001-01-01",
        "+2027-02-15",
        "12027-02-15",
        "2027-2-15",
        "20270215",
        "2027-W07-1",
        "2027-046",
        "15.02.2027",
        "2027-02-15T00:00:00Z",
        " 2027-02-15",
        "２０２７-02-15",
        "tomorrow",
        "",
    ];
    for date in dates {
        let request = post_booking(&wanted_with("booking_date", date.into()));
        let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
        assert_eq!(
            refusals[0].violations(),
            [("FORMAT", "booking_date")],
            "{date}"
        );
    }
}

#[tokio::test]
async fn absurd_dates_get_the_answer_of_the_rules() {
    let service = TestService::start().await;
    let asked = wanted(BELLA, MONDAY, "19:00", 2);
    let (booking, secret) = book_as_guest(&service, asked).await;
    let path = booking_path(&booking.booking_id);
    for (date, status, code) in [
        ("0000-01-01", 400, "INVALID_DATE"),
        ("0001-01-01", 400, "INVALID_DATE"),
        ("1582-10-10", 400, "INVALID_DATE"),
        ("1969-12-31", 400, "INVALID_DATE"),
        ("9999-12-31", 422, "TOO_FAR_AHEAD"),
        ("9999-12-30", 422, "TOO_FAR_AHEAD"),
    ] {
        let requests = [
            post_booking(&wanted_with("booking_date", date.into())).anonymous(),
            Request::patch(&path)
                .header("Booking-Secret", &secret)
                .json(&json!({ "booking_date": date })),
        ];
        refuse_each(&service, status, code, requests).await;
    }
}

#[tokio::test]
async fn numbers_out_of_bounds_are_refused() {
    let service = TestService::start().await;
    for (field, number, code) in [
        ("restaurant_id", "0", "TOO_SMALL"),
        ("restaurant_id", "-1", "TOO_SMALL"),
        ("restaurant_id", "9007199254740992", "TOO_LARGE"),
        ("restaurant_id", "9223372036854775808", "TOO_LARGE"),
        (
            "restaurant_id",
            "123456789012345678901234567890",
            "TOO_LARGE",
        ),
        (
            "restaurant_id",
            "-123456789012345678901234567890",
            "TOO_SMALL",
        ),
        ("party_size", "0", "TOO_SMALL"),
        ("party_size", "-4", "TOO_SMALL"),
        ("party_size", "21", "TOO_LARGE"),
        ("party_size", "2147483648", "TOO_LARGE"),
        ("party_size", "4294967300", "TOO_LARGE"),
    ] {
        let text = wanted_with(field, json!(MARK)).to_string();
        let text = text.replace(&format!("\"{MARK}\""), number);
        let request = Request::post("/bookings").json_text(text);
        let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
        assert_eq!(
            refusals[0].violations(),
            [(code, field)],
            "{field}: {number}"
        );
    }
}
