//! Requests that reach no operation, and those that reach one though they ask for another thing. The
//! refusals of the HTTP server itself are the only ones that are not in the contract's error shape;
//! they are written down here, so that a change of them is seen.

use std::collections::BTreeMap;

use booking_tests::{Request, Response, TestService, contract};
use serde_json::json;

use crate::support::{BELLA, MARK, MONDAY, book, booking_path, examples, wanted_json};

/// The HTTP server's own refusal: its request id, as in the header, and a message.
#[track_caller]
fn assert_refused_by_the_server(answer: &Response, status: u16, message: &str) {
    let shown = format!("{} {}", answer.status, answer.text());
    assert_eq!(answer.status, status, "{shown}");
    let id = answer.header("x-request-id").unwrap();
    let expected = json!({ "request_id": id, "message": message });
    assert_eq!(answer.json(), expected, "{shown}");
}

#[tokio::test]
async fn a_path_that_is_none_of_the_contract_is_not_found() {
    let service = TestService::start().await;
    let before = service.contents().await;
    for target in [
        "/api/v1",
        "/api/v1/nothing",
        "/api/v2/bookings",
        "/api/v1/bookings/bk_1/nothing",
        "/api/v1/bookings/bk_1/cancel/again",
        "/api/v1/bookings/a%2Fb/c",
        "/bookings",
        "/favicon.ico",
        "/api/v1/Bookings",
        "/api/v1/bookings%00",
        "/%F0%9F%8D%A3",
        &format!("/{MARK}{}", "a".repeat(60_000)),
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let request = Request::new(method, target).json(&wanted_json());
            let answer = service.send(&request).await;
            assert_refused_by_the_server(&answer, 404, "Not Found");
        }
    }
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn a_path_that_cannot_be_decoded_is_refused() {
    let service = TestService::start().await;
    let before = service.contents().await;
    for target in [
        "/api/v1/bookings/bk_%FF",
        "/api/v1/bookings/bk_%C3%28/cancel",
        "/api/v1/bookings/%ED%A0%80",
        "/api/v1/restaurants/%FE%FF",
        "/api/v1/../bookings",
        "/api/v1/./bookings",
    ] {
        let answer = service.send(&Request::new("GET", target)).await;
        assert_refused_by_the_server(&answer, 400, "invalid path encoding");
    }
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn a_method_that_nobody_knows_is_refused() {
    let service = TestService::start().await;
    for method in ["BREW", "TRACE", "PROPFIND"] {
        let request = Request::new(method, "/api/v1/bookings");
        let answer = service.send(&request).await;
        assert_refused_by_the_server(&answer, 405, "Method Not Allowed");
    }
}

#[tokio::test]
async fn what_is_no_http_is_refused_without_a_body() {
    let service = TestService::start().await;
    let before = service.contents().await;
    let long_target = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(70_000));
    let many_headers: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    let many_headers = format!("GET /health HTTP/1.1\r\nhost: x\r\n{many_headers}\r\n");
    let long_header = format!(
        "GET /health HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n",
        "a".repeat(500_000)
    );
    for (bytes, status) in [
        (&b"hello\r\n\r\n"[..], 400),
        (b"GET /api/v1/bookings\r\n\r\n", 400),
        (b"GET /api/v1/bookings HTTP/9.9\r\n\r\n", 400),
        (b"GET /api/v1/book ings HTTP/1.1\r\nhost: x\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\nhost: x\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET /health HTTP/1.1\r\nna me: x\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nname: \x01\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nname\r\n\r\n", 400),
        (
            b"POST /api/v1/bookings HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n",
            400,
        ),
        (
            b"POST /api/v1/bookings HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
            400,
        ),
        (
            b"POST /api/v1/bookings HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\
              content-length: 2\r\n\r\nab",
            400,
        ),
        (
            b"POST /api/v1/bookings HTTP/1.1\r\nhost: x\r\ntransfer-encoding: brotli\r\n\r\n",
            400,
        ),
        (long_target.as_bytes(), 414),
        (many_headers.as_bytes(), 431),
        (long_header.as_bytes(), 431),
    ] {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        println!("{shown}");
        let answer = service.send_bytes(bytes).await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (status, ""),
            "{shown}"
        );
    }
    assert_eq!(service.contents().await, before);
    // None of it has hurt anybody else.
    assert_eq!(
        service.send(&Request::new("GET", "/health")).await.status,
        200
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_books_nothing() {
    let service = TestService::start().await;
    let before = service.contents().await;
    let text = wanted_json().to_string();
    let head = "POST /api/v1/bookings HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    for bytes in [
        format!("{head}content-length: {}\r\n\r\n{text}", text.len() + 1),
        format!(
            "{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{text}\r\n",
            text.len()
        ),
        format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n{text}\r\n0\r\n\r\n"),
    ] {
        service.send_and_break_off(bytes.as_bytes()).await;
    }
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_that_it_has() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let examples = examples(&booking.booking_id);
    let before = service.contents().await;
    let mut paths: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for operation in contract().operations() {
        let methods = paths.entry(&operation.path).or_default();
        methods.push(&operation.method);
        if operation.method == "GET" {
            methods.push("HEAD");
        }
        methods.sort_unstable();
    }
    for operation in contract().operations() {
        // The first operation of a path asks for all of its methods.
        let Some(allowed) = paths.remove(operation.path.as_str()) else {
            continue;
        };
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if allowed.contains(&method) {
                continue;
            }
            let request = examples.without_body(&operation.id).with_method(method);
            let answer = service.send(&request.json(&wanted_json())).await;
            answer.refused(405, "METHOD_NOT_ALLOWED");
            let mut named: Vec<&str> = answer
                .header("allow")
                .unwrap_or_default()
                .split(", ")
                .collect();
            named.sort_unstable();
            assert_eq!(named, allowed, "{method} {}", operation.path);
        }
    }
    assert_eq!(service.contents().await, before);
}

#[tokio::test]
async fn head_is_answered_as_get_is_without_the_body() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    for path in [
        booking_path(&booking.booking_id),
        "/bookings".to_owned(),
        "/bookings?restaurant_id=1&limit=0".to_owned(),
        "/bookings/bk_none".to_owned(),
        "/restaurants".to_owned(),
        "/restaurants/1".to_owned(),
        format!("/restaurants/1/availability?date={MONDAY}&party_size=2"),
    ] {
        let get = service.send(&Request::get(&path)).await;
        let head = Request::new("HEAD", format!("/api/v1{path}"));
        let head = service.send_head(&head).await;
        assert_eq!(head.status, get.status, "{path}");
        for name in ["content-type", "content-length", "etag"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        assert!(head.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn an_empty_segment_makes_no_other_operation_of_a_path() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let path = booking_path(&booking.booking_id);
    let requests = [
        Request::get("/bookings/"),
        Request::get("//bookings"),
        Request::get("/restaurants/"),
        Request::get("/restaurants//availability?date=2027-02-15&party_size=2"),
        Request::get(format!("{path}/")),
        Request::post("/bookings/").json(&wanted_json()),
        Request::patch("/bookings//").json(&json!({})),
        Request::post(format!("{path}//cancel")),
    ];
    let before = service.contents().await;
    for request in requests {
        let answer = service.send(&request).await;
        assert!([404, 405].contains(&answer.status), "{request:?}");
        let refusal = answer.refusal();
        assert!(
            ["NOT_FOUND", "METHOD_NOT_ALLOWED"].contains(&refusal.code.as_str()),
            "{refusal:?}"
        );
    }
    assert_eq!(service.contents().await, before);
}
