//! Bodies that are none, or that are not what the contract asks for as a whole.

use booking_tests::{Request, TestService};
use serde_json::json;

use crate::support::{
    BELLA, MARK, MONDAY, book, booking_path, post_booking, refuse_each, wanted_json, wanted_with,
};

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let service = TestService::start().await;
    let good = wanted_json().to_string();
    let texts: Vec<Vec<u8>> = vec![
        b"{".to_vec(),
        b"}".to_vec(),
        b" ".to_vec(),
        b"\0".to_vec(),
        b"nul".to_vec(),
        MARK.as_bytes().to_vec(),
        good[..good.len() - 1].into(),
        format!("{good}{good}").into(),
        format!("{good},").into(),
        format!("{good}\0").into(),
        format!("\u{feff}{good}").into(),
        good.replace("\"Ada", "\"A\0da").into(),
        good.replace("\"Ada", "\"A\nda").into(),
        good.replace("\"Ada", "\"\\x41da").into(),
        good.replace("\"Ada", "\"\\ud800 da").into(),
        good.replace(":4,", ":04,").into(),
        good.replace(":4,", ":NaN,").into(),
        good.replace(":4,", ":1e999,").into(),
        good.replace('"', "'").into(),
        good.replace(',', ",,").into(),
        "[".repeat(16_000).into(),
        r#"{"customer":"#.repeat(1_000).into(),
        {
            // A name in Latin-1.
            let (before, after) = good.split_once("Ada").unwrap();
            [before.as_bytes(), b"\xc4da", after.as_bytes()].concat()
        },
        good.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    let requests = texts
        .into_iter()
        .map(|text| Request::post("/bookings").json_text(text));
    for refusal in refuse_each(&service, 400, "INVALID_REQUEST", requests).await {
        assert_eq!(refusal.violations(), [("MALFORMED", "body")], "{refusal:?}");
    }
}

#[tokio::test]
async fn what_is_no_object_is_refused() {
    let service = TestService::start().await;
    for (value, code) in [
        (json!([]), "WRONG_TYPE"),
        (json!([wanted_json()]), "WRONG_TYPE"),
        (json!([1, MONDAY, "19:00", 4, {}]), "WRONG_TYPE"),
        (json!(MARK), "WRONG_TYPE"),
        (json!(1), "WRONG_TYPE"),
        (json!(true), "WRONG_TYPE"),
        (json!(null), "NULL"),
    ] {
        let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [post_booking(&value)]).await;
        assert_eq!(refusals[0].violations(), [(code, "body")], "{value}");
    }
}

#[tokio::test]
async fn a_required_body_that_is_missing_is_refused() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let requests = [
        Request::post("/bookings"),
        Request::post("/bookings").json_text(""),
        Request::post("/bookings").json_text("").chunked(),
        Request::patch(booking_path(&booking.booking_id)),
    ];
    for refusal in refuse_each(&service, 400, "INVALID_REQUEST", requests).await {
        assert_eq!(refusal.violations(), [("MISSING", "body")]);
    }
}

#[tokio::test]
async fn properties_that_are_unknown_or_stand_twice_are_refused() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let mut unknown = wanted_json();
    unknown["status"] = MARK.into();
    unknown["customer"]["user_id"] = 7.into();
    unknown["__proto__"] = json!({ "admin": true });
    let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [post_booking(&unknown)]).await;
    let mut broken = refusals[0].violations();
    broken.sort_unstable();
    assert_eq!(
        broken,
        [
            ("UNKNOWN_FIELD", "__proto__"),
            ("UNKNOWN_FIELD", "customer.user_id"),
            ("UNKNOWN_FIELD", "status"),
        ]
    );
    let text = wanted_json().to_string();
    let twice = text.replacen('{', "{\"party_size\":5,", 1);
    let request = Request::post("/bookings").json_text(twice);
    let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
    assert_eq!(refusals[0].violations(), [("DUPLICATE", "party_size")]);
    let path = booking_path(&booking.booking_id);
    let requests = [
        Request::patch(&path).json(&json!({ "status": "completed" })),
        Request::patch(&path).json(&json!({ "customer": { "user_id": 1 } })),
        Request::patch(&path).json(&json!({ "restaurant_id": 2 })),
        Request::post(format!("{path}/cancel")).json(&json!({ "status": "completed" })),
    ];
    refuse_each(&service, 400, "INVALID_REQUEST", requests).await;
    // A name that is itself hostile is not repeated.
    let hostile = format!("<script>{MARK}</script>\u{0}");
    let request = post_booking(&wanted_with("customer", json!({ hostile: 1 })));
    refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_in_one_answer() {
    let service = TestService::start().await;
    let body = json!({
        "restaurant_id": 0,
        "booking_date": "2027-02-30",
        "booking_time": "25:00",
        "party_size": 21,
        "customer": { "name": "A", "email": MARK, "extra": MARK },
        "special_requests": "",
    });
    let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [post_booking(&body)]).await;
    assert_eq!(
        refusals[0].violations(),
        [
            ("TOO_SMALL", "restaurant_id"),
            ("FORMAT", "booking_date"),
            ("FORMAT", "booking_time"),
            ("TOO_LARGE", "party_size"),
            ("TOO_SHORT", "customer.name"),
            ("FORMAT", "customer.email"),
            ("UNKNOWN_FIELD", "customer.extra"),
            ("TOO_SHORT", "special_requests"),
        ]
    );
    assert_eq!(refusals[0].field.as_deref(), Some("restaurant_id"));
    // What is wrong with the query and the headers stands beside it.
    let request = Request::patch("/bookings/nothing?x=1")
        .header("If-Match", MARK)
        .json(&json!({ "party_size": 0 }));
    let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
    let mut fields: Vec<&str> = refusals[0]
        .violations()
        .iter()
        .map(|(_, field)| *field)
        .collect();
    fields.sort_unstable();
    fields.dedup();
    assert_eq!(fields, ["If-Match", "booking_id", "party_size", "x"]);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_however_it_is_sent() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let path = booking_path(&booking.booking_id);
    let large = |bytes: usize| -> String {
        let text = wanted_json().to_string();
        format!("{text}{}", " ".repeat(bytes - text.len()))
    };
    let mut requests = Vec::new();
    for bytes in [16_385, 1_000_000] {
        for request in [
            Request::post("/bookings"),
            Request::patch(&path),
            Request::post(format!("{path}/cancel")),
        ] {
            let request = request.json_text(large(bytes));
            requests.push(request.clone());
            requests.push(request.chunked());
        }
    }
    refuse_each(&service, 413, "PAYLOAD_TOO_LARGE", requests).await;
    for request in [
        Request::post("/bookings").json_text(large(16_384)),
        Request::post("/bookings")
            .json_text(large(16_384))
            .chunked(),
    ] {
        let answer = service.send(&request).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
}

#[tokio::test]
async fn a_body_of_another_content_type_is_refused() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let path = booking_path(&booking.booking_id);
    let text = wanted_json().to_string();
    let mut requests = vec![
        Request::post("/bookings").body(text.clone()),
        Request::patch(&path).body("{}"),
        Request::post(format!("{path}/cancel")).body("{}"),
    ];
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json-patch+json",
        "application/xml",
        "json",
        "",
        "\u{ff}",
        "application/json\t, text/plain",
    ] {
        for request in [
            Request::post("/bookings").body(text.clone()),
            Request::patch(&path).body("{}"),
            Request::post(format!("{path}/cancel")).body("{}"),
        ] {
            requests.push(request.header("content-type", kind));
        }
    }
    for refusal in refuse_each(&service, 415, "UNSUPPORTED_MEDIA_TYPE", requests).await {
        assert_eq!(refusal.field.as_deref(), Some("Content-Type"));
    }
    for kind in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/json;charset=UTF-8",
    ] {
        let request = Request::post("/bookings")
            .header("content-type", kind)
            .body(text.clone());
        let answer = service.send(&request).await;
        assert_eq!(answer.status, 201, "{kind}: {}", answer.text());
    }
}
