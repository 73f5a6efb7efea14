//! Targets, queries and headers that break the contract, and bytes that are no HTTP.

use booking_tests::{Request, TestService};
use serde_json::json;

use crate::support::{
    BELLA, MARK, MONDAY, book, booking_path, post_booking, refuse_each, wanted_json,
};

#[tokio::test]
async fn ids_that_are_none_are_refused() {
    let service = TestService::start().await;
    let long = format!("bk_{}", "a".repeat(33));
    let huge = "9".repeat(5_000);
    let booking_ids = [
        "1",
        "bk_",
        "BK_abc",
        "bk_a-b",
        "bk_%00",
        "bk_a%00",
        "bk_%20",
        "bk_%C3%A9",
        "bk_%2F",
        "bk_a'%20OR%20'1'='1",
        "%2E%2E",
        MARK,
        &long,
        &huge,
    ];
    let mut requests = Vec::new();
    for id in booking_ids {
        requests.push(Request::get(format!("/bookings/{id}")));
        requests.push(Request::patch(format!("/bookings/{id}")).json(&json!({})));
        requests.push(Request::post(format!("/bookings/{id}/cancel")));
    }
    for refusal in refuse_each(&service, 400, "INVALID_REQUEST", requests).await {
        assert_eq!(refusal.field.as_deref(), Some("booking_id"), "{refusal:?}");
    }
    let mut requests = Vec::new();
    for id in [
        "0",
        "-1",
        "+1",
        "01x",
        "1.0",
        "1e3",
        "0x1",
        "%31%00",
        "9007199254740992",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999999",
        "%D9%A1",
        MARK,
        &huge,
    ] {
        requests.push(Request::get(format!("/restaurants/{id}")));
        let query = format!("?date={MONDAY}&party_size=2");
        requests.push(Request::get(format!(
            "/restaurants/{id}/availability{query}"
        )));
    }
    for refusal in refuse_each(&service, 400, "INVALID_REQUEST", requests).await {
        assert_eq!(refusal.field.as_deref(), Some("restaurant_id"));
    }
}

#[tokio::test]
async fn parameters_that_stand_twice_are_refused() {
    let service = TestService::start().await;
    for (target, field) in [
        ("/bookings?restaurant_id=1&limit=1&limit=2", "limit"),
        ("/bookings?restaurant_id=1&limit=1&limit=1", "limit"),
        ("/bookings?restaurant_id=1&page=1&page=1", "page"),
        ("/bookings?restaurant_id=1&cursor=a&cursor=b", "cursor"),
        ("/bookings?restaurant_id=1&restaurant_id=2", "restaurant_id"),
        (
            "/bookings?restaurant_id=1&sort=created_at_asc&%73ort=created_at_asc",
            "sort",
        ),
        (
            "/bookings?restaurant_id=1&date_from=2027-01-01&date_from=2027-01-01",
            "date_from",
        ),
        (
            "/bookings?restaurant_id=1&email=a%40b.c&email=a%40b.c",
            "email",
        ),
        ("/restaurants?q=a&q=b", "q"),
        ("/restaurants?cuisine=a&cuisine=b", "cuisine"),
        (
            "/restaurants/1/availability?date=2027-02-15&date=2027-02-16&party_size=2",
            "date",
        ),
        (
            "/restaurants/1/availability?date=2027-02-15&party_size=2&party_size=2",
            "party_size",
        ),
    ] {
        let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [Request::get(target)]).await;
        assert_eq!(refusals[0].violations(), [("DUPLICATE", field)], "{target}");
    }
    // A state that stands twice is one of a list that wants each once.
    let twice = Request::get("/bookings?restaurant_id=1&status=pending&status=pending");
    let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [twice]).await;
    assert_eq!(refusals[0].violations(), [("DUPLICATE_ITEMS", "status")]);
}

#[tokio::test]
async fn parameters_that_the_contract_does_not_know_are_refused() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let path = booking_path(&booking.booking_id);
    for (request, field) in [
        (Request::get("/bookings?restaurant_id=1&Limit=1"), "Limit"),
        (
            Request::get("/bookings?restaurant_id=1&restaurant=1"),
            "restaurant",
        ),
        (
            Request::get("/bookings?restaurant_id=1&status[]=pending"),
            "?",
        ),
        (Request::get("/restaurants?name=bella"), "name"),
        (Request::get("/restaurants/1?fields=name"), "fields"),
        (Request::get(format!("{path}?expand=all")), "expand"),
        (Request::get(format!("{path}?{MARK}%00=1")), "?"),
        (Request::get(format!("{path}?%FF=1")), "?"),
        (Request::get(format!("{path}?=1")), "?"),
        (
            Request::patch(format!("{path}?dry=1")).json(&json!({})),
            "dry",
        ),
        (Request::post(format!("{path}/cancel?now=1")), "now"),
        (
            Request::post("/bookings?confirm=no").json(&wanted_json()),
            "confirm",
        ),
    ] {
        let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
        assert_eq!(refusals[0].violations(), [("UNKNOWN_FIELD", field)]);
    }
}

#[tokio::test]
async fn query_values_that_break_the_contract_are_refused() {
    let service = TestService::start().await;
    let long = "a".repeat(101);
    for (target, broken) in [
        (
            "/bookings?restaurant_id=0".to_owned(),
            ("TOO_SMALL", "restaurant_id"),
        ),
        (
            "/bookings?restaurant_id=".to_owned(),
            ("WRONG_TYPE", "restaurant_id"),
        ),
        (
            "/bookings?restaurant_id=%00".to_owned(),
            ("WRONG_TYPE", "restaurant_id"),
        ),
        (
            format!("/bookings?restaurant_id=1&status={MARK}"),
            ("NOT_ALLOWED", "status[0]"),
        ),
        (
            "/bookings?restaurant_id=1&status=".to_owned(),
            ("NOT_ALLOWED", "status[0]"),
        ),
        (
            "/bookings?restaurant_id=1&status=pending,confirmed".to_owned(),
            ("NOT_ALLOWED", "status[0]"),
        ),
        (
            "/bookings?restaurant_id=1&status=pending&status=x".to_owned(),
            ("NOT_ALLOWED", "status[1]"),
        ),
        (
            "/bookings?restaurant_id=1&sort=booking_date".to_owned(),
            ("NOT_ALLOWED", "sort"),
        ),
        (
            "/bookings?restaurant_id=1&sort=;DROP%20TABLE%20users".to_owned(),
            ("NOT_ALLOWED", "sort"),
        ),
        (
            "/bookings?restaurant_id=1&date_from=2027-02-30".to_owned(),
            ("FORMAT", "date_from"),
        ),
        (
            "/bookings?restaurant_id=1&date_to=-0001-01-01".to_owned(),
            ("FORMAT", "date_to"),
        ),
        (
            "/bookings?restaurant_id=1&date_to=".to_owned(),
            ("FORMAT", "date_to"),
        ),
        (
            format!("/bookings?restaurant_id=1&email={MARK}"),
            ("FORMAT", "email"),
        ),
        (
            "/bookings?restaurant_id=1&email=ada%00%40example.com".to_owned(),
            ("FORMAT", "email"),
        ),
        (
            "/bookings?restaurant_id=1&email=%FF%FE%40example.com".to_owned(),
            ("MALFORMED", "email"),
        ),
        (
            "/bookings?restaurant_id=1&cursor=%00".to_owned(),
            ("PATTERN", "cursor"),
        ),
        (
            format!("/bookings?restaurant_id=1&cursor={}", "A".repeat(513)),
            ("TOO_LONG", "cursor"),
        ),
        ("/restaurants?q=".to_owned(), ("TOO_SHORT", "q")),
        ("/restaurants?q".to_owned(), ("TOO_SHORT", "q")),
        ("/restaurants?q=a%00b".to_owned(), ("PATTERN", "q")),
        ("/restaurants?q=%1B".to_owned(), ("PATTERN", "q")),
        ("/restaurants?q=%FF".to_owned(), ("MALFORMED", "q")),
        ("/restaurants?q=%C3%28".to_owned(), ("MALFORMED", "q")),
        ("/restaurants?q=%ED%A0%80".to_owned(), ("MALFORMED", "q")),
        (format!("/restaurants?q={long}"), ("TOO_LONG", "q")),
        (
            format!("/restaurants?cuisine={long}"),
            ("TOO_LONG", "cuisine"),
        ),
        (
            "/restaurants?cuisine=%00".to_owned(),
            ("PATTERN", "cuisine"),
        ),
    ] {
        let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [Request::get(&target)]).await;
        assert_eq!(refusals[0].violations(), [broken], "{target}");
    }
}

#[tokio::test]
async fn questions_for_availability_that_break_the_contract_are_refused() {
    let service = TestService::start().await;
    for (query, broken) in [
        ("", vec![("MISSING", "date"), ("MISSING", "party_size")]),
        ("?date=2027-02-15", vec![("MISSING", "party_size")]),
        ("?party_size=2", vec![("MISSING", "date")]),
        ("?date=2027-02-30&party_size=2", vec![("FORMAT", "date")]),
        (
            "?date=today&party_size=21",
            vec![("FORMAT", "date"), ("TOO_LARGE", "party_size")],
        ),
        (
            "?date=2027-02-15&party_size=0",
            vec![("TOO_SMALL", "party_size")],
        ),
        (
            "?date=2027-02-15&party_size=two",
            vec![("WRONG_TYPE", "party_size")],
        ),
    ] {
        let request = Request::get(format!("/restaurants/1/availability{query}"));
        let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
        assert_eq!(refusals[0].violations(), broken, "{query}");
    }
}

#[tokio::test]
async fn percent_signs_that_encode_nothing_stand_for_themselves() {
    let service = TestService::start().await;
    for query in ["?q=%", "?q=%2", "?q=%zz", "?q=100%"] {
        let answer = service
            .send(&Request::get(format!("/restaurants{query}")))
            .await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        assert_eq!(answer.json()["data"], json!([]));
    }
}

#[tokio::test]
async fn conditions_that_are_no_entity_tags_are_refused() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let path = booking_path(&booking.booking_id);
    let long = format!("\"{}\"", "a".repeat(2_000));
    let conditions: [&[u8]; 9] = [
        b"1",
        b"",
        b"\"1",
        b"w/\"1\"",
        b"\"1\" \"2\"",
        b"\"1\",",
        b"*, \"1\"",
        b"\"\xff\"",
        long.as_bytes(),
    ];
    for condition in conditions {
        let read = Request::get(&path).header("If-None-Match", condition);
        let change = Request::patch(&path)
            .header("If-Match", condition)
            .json(&json!({ "party_size": 3 }));
        for (request, header) in [(read, "If-None-Match"), (change, "If-Match")] {
            let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
            assert_eq!(refusals[0].field.as_deref(), Some(header));
        }
    }
    // Two lines of one header are one list.
    let change = Request::patch(&path)
        .header("If-Match", "\"other\"")
        .header("If-Match", "\"another\"")
        .json(&json!({ "party_size": 3 }));
    refuse_each(&service, 412, "PRECONDITION_FAILED", [change]).await;
}

#[tokio::test]
async fn a_header_that_nobody_asked_for_changes_nothing() {
    let service = TestService::start().await;
    let request = post_booking(&wanted_json())
        .header("x-http-method-override", "DELETE")
        .header("x-forwarded-for", "127.0.0.1")
        .header("cookie", "\u{ff}=;;,,=\"")
        .header("accept", "text/html")
        .header("range", "bytes=0-1")
        .header("x-long", "a".repeat(8_000));
    let answer = service.send(&request).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

#[tokio::test]
async fn long_queries_are_answered_like_short_ones() {
    let service = TestService::start().await;
    let many: String = (0..5_000).map(|n| format!("&x{n}=1")).collect();
    let request = Request::get(format!("/bookings?restaurant_id=1&{}", &many[1..]));
    let refusals = refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
    // No answer lists more than a hundred violations.
    assert_eq!(refusals[0].details.len(), 100);
    let states = "&status=pending".repeat(3_000);
    let request = Request::get(format!("/bookings?restaurant_id=1&{}", &states[1..]));
    refuse_each(&service, 400, "INVALID_REQUEST", [request]).await;
}
