//! The witness itself: that it changes nothing of what passes it, and that whatever breaks the
//! contract is told. The service here is one that the tests make up.

use std::process::Command;
use std::time::Duration;

use booking_tests::{Witness, contract};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// A service that gives this answer to whatever it is sent, and a witness of it.
async fn answering(answer: String) -> Witness {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut asked = [0; 4096];
                let _ = stream.read(&mut asked).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    Witness::start_unrecorded(address).await
}

/// Asks through the witness and reads until the connection ends.
async fn ask(witness: &Witness, request: &str) -> String {
    let mut stream = TcpStream::connect(witness.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

const TAG: &str = "etag: \"1\"\r\n";

fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    // The one answer below that succeeds has a tag.
    let tag = if status == 200 { TAG } else { "" };
    format!("HTTP/1.1 {status} x\r\n{headers}{tag}content-length: {length}\r\n\r\n{body}")
}

fn json_answer(status: u16, body: &Value) -> String {
    answer(
        status,
        "content-type: application/json\r\n",
        &body.to_string(),
    )
}

fn refusal(code: &str) -> Value {
    json!({ "error": { "code": code, "message": "no", "request_id": "1" } })
}

/// A restaurant as the contract's own example has it.
fn restaurant() -> Value {
    json!({
        "id": 123,
        "name": "Bella Italia",
        "cuisine": "Italian",
        "address": "123 Main St, New York, NY",
        "lat": 40.7128,
        "lng": -74.006,
        "time_zone": "America/New_York",
        "opening_hours": [{ "day": "friday", "opens": "11:30", "closes": "14:30" }],
        "slot_interval_minutes": 15,
        "turn_minutes": 90,
    })
}

fn with(mut value: Value, property: &str, other: Value) -> Value {
    value[property] = other;
    value
}

const ASK_FOR_RESTAURANT: &str = "GET /api/v1/restaurants/123 HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn what_is_as_declared_is_passed_on_and_not_complained_of() {
    for said in [
        json_answer(200, &restaurant()),
        json_answer(404, &refusal("RESTAURANT_NOT_FOUND")),
        json_answer(503, &refusal("SERVICE_UNAVAILABLE")),
    ] {
        let witness = answering(said.clone()).await;
        assert_eq!(ask(&witness, ASK_FOR_RESTAURANT).await, said);
        assert_eq!(witness.take_violations(), [""; 0]);
    }
}

#[tokio::test]
async fn each_kind_of_violation_is_told_with_its_operation_and_status() {
    let json_type = "content-type: application/json\r\n";
    let restaurant_text = restaurant().to_string();
    for (said, expected) in [
        (
            json_answer(418, &restaurant()),
            "undeclared-status: 418 is not declared, only 200, 400, 404, 500, 503",
        ),
        (
            answer(200, "content-type: text/html\r\n", &restaurant_text),
            "undeclared-content-type: text/html, where application/json is declared",
        ),
        (
            json_answer(200, &with(restaurant(), "lat", json!(91))),
            "invalid-body: /lat: 91 is greater than the maximum of 90",
        ),
        (
            json_answer(200, &with(restaurant(), "owner", json!("Ada"))),
            "undeclared-property: the body: Additional properties are not allowed",
        ),
        (
            answer(
                200,
                &format!("{json_type}set-cookie: a=b\r\n"),
                &restaurant_text,
            ),
            "undeclared-header: set-cookie: a=b",
        ),
        (
            answer(
                503,
                &format!("{json_type}retry-after: soon\r\n"),
                &refusal("SERVICE_UNAVAILABLE").to_string(),
            ),
            "invalid-header: retry-after: \"soon\" is no integer",
        ),
        (
            json_answer(404, &refusal("BOOKING_NOT_FOUND")),
            "undeclared-code: BOOKING_NOT_FOUND, where x-error-codes lists RESTAURANT_NOT_FOUND \
             for 404",
        ),
        (
            format!("HTTP/1.1 200 OK\r\n{json_type}{TAG}content-length: 9999\r\n\r\n{{"),
            "cut-off: the connection was closed after 1 bytes of the body",
        ),
    ] {
        let witness = answering(said.clone()).await;
        ask(&witness, ASK_FOR_RESTAURANT).await;
        let violations = witness.take_violations();
        assert_eq!(violations.len(), 1, "{said}: {violations:?}");
        let status = &said[9..12];
        let told = format!(
            "getRestaurant answered {status} to GET /api/v1/restaurants/123 with {expected}"
        );
        assert!(violations[0].starts_with(&told), "{}", violations[0]);
    }
}

#[tokio::test]
async fn a_missing_header_is_told_of_head_as_of_get() {
    let said = "HTTP/1.1 304 Not Modified\r\nCache-Control: no-store\r\n\r\n".to_owned();
    for method in ["GET", "HEAD"] {
        let witness = answering(said.clone()).await;
        let request = format!("{method} /api/v1/bookings/bk_1 HTTP/1.1\r\nhost: x\r\n\r\n");
        ask(&witness, &request).await;
        let violations = witness.take_violations();
        assert_eq!(violations.len(), 1, "{violations:?}");
        assert!(
            violations[0].contains("getBooking answered 304")
                && violations[0].contains("missing-header: etag"),
            "{violations:?}"
        );
    }
}

#[tokio::test]
async fn what_is_no_http_is_told_of_the_service_and_forgiven_of_those_who_ask() {
    let witness = answering("<html>".to_owned()).await;
    ask(&witness, ASK_FOR_RESTAURANT).await;
    let violations = witness.take_violations();
    assert_eq!(
        violations,
        ["the service sends what is no answer: invalid HTTP version"]
    );
    for (status, told) in [(400, 0), (431, 0), (200, 1), (500, 1)] {
        let witness = answering(answer(status, "", "")).await;
        ask(&witness, "hello\r\n\r\n").await;
        assert_eq!(witness.take_violations().len(), told, "{status}");
    }
}

#[tokio::test]
async fn what_is_no_operation_is_passed_on_and_not_judged() {
    for target in ["/health", "/api/v1/nothing", "/api/v1/restaurants/123/menu"] {
        let said = answer(299, "x-odd: 1\r\n", "odd");
        let witness = answering(said.clone()).await;
        let request = format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n");
        assert_eq!(ask(&witness, &request).await, said);
        assert_eq!(witness.take_violations(), [""; 0]);
    }
}

/// A test like any other, which looks at nothing.
#[tokio::test]
#[ignore = "it fails: the test below runs it in a process of its own"]
async fn a_test_that_looks_at_nothing() {
    let witness = answering(json_answer(418, &restaurant())).await;
    ask(&witness, ASK_FOR_RESTAURANT).await;
}

/// The runtime of a test catches the panics of its tasks.
#[tokio::test]
#[ignore = "it ends its process: the test below runs it in one of its own"]
async fn a_test_whose_witness_ends_in_a_task() {
    let witness = answering(json_answer(418, &restaurant())).await;
    ask(&witness, ASK_FOR_RESTAURANT).await;
    let _ = tokio::spawn(async move { drop(witness) }).await;
}

/// Runs one of the tests above; what its process prints, after it has failed.
fn failing(test: &str) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture"])
        .arg(format!("across::witness::{test}"))
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("getRestaurant answered 418"), "{said}");
    said
}

#[test]
fn a_violation_fails_the_one_test_in_which_it_happens() {
    let said = failing("a_test_that_looks_at_nothing");
    assert!(said.contains("0 passed; 1 failed"), "{said}");
}

#[test]
fn a_violation_is_not_lost_with_the_task_in_which_the_witness_ends() {
    failing("a_test_whose_witness_ends_in_a_task");
}

/// A service that sends back what it gets, once all of it has come.
async fn echoing() -> Witness {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut all = Vec::new();
                stream.read_to_end(&mut all).await.unwrap();
                stream.write_all(&all).await.unwrap();
            });
        }
    });
    Witness::start_unrecorded(address).await
}

#[tokio::test]
async fn bytes_pass_unchanged_and_half_a_connection_can_end() {
    let witness = echoing().await;
    // Every byte there is, and far more of them than any buffer holds.
    let sent: Vec<u8> = (0..3_000_000_u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let mut stream = TcpStream::connect(witness.address()).await.unwrap();
    stream.write_all(&sent).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut back = Vec::new();
    stream.read_to_end(&mut back).await.unwrap();
    assert!(back == sent, "{} bytes came back", back.len());
    // What comes back is no answer, and was passed on all the same.
    assert_eq!(witness.take_violations().len(), 1);
}

#[tokio::test]
async fn a_connection_that_one_side_breaks_off_is_broken_off_on_the_other() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let witness = Witness::start_unrecorded(listener.local_addr().unwrap()).await;
    for service_breaks_off in [true, false] {
        let client = TcpStream::connect(witness.address()).await.unwrap();
        let (service, _) = listener.accept().await.unwrap();
        let (breaks, mut meets) = if service_breaks_off {
            (service, client)
        } else {
            (client, service)
        };
        breaks.set_zero_linger().unwrap();
        drop(breaks);
        let met = tokio::time::timeout(ANSWER_TIMEOUT, meets.read(&mut [0; 8])).await;
        let error = met.unwrap().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn a_service_that_is_gone_is_gone_behind_the_witness_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut witness = Witness::start_unrecorded(listener.local_addr().unwrap()).await;
    drop(listener);
    let mut stream = TcpStream::connect(witness.address()).await.unwrap();
    let met = tokio::time::timeout(ANSWER_TIMEOUT, stream.read(&mut [0; 8])).await;
    let error = met.unwrap().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    witness.refuse();
    witness.until_closed(ANSWER_TIMEOUT).await;
    let error = TcpStream::connect(witness.address()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[test]
fn the_witness_has_the_contract_of_the_repository() {
    let operation = contract().operation("createBooking").unwrap();
    assert_eq!(operation.method, "POST");
    assert_eq!(operation.path, "/api/v1/bookings");
    assert!(contract().is_below_base_path("/api/v1/bookings?limit=1"));
    assert!(!contract().is_below_base_path("/api/v10"));
}
