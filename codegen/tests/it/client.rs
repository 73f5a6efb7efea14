//! The generated client and the generated server, made from one contract, understand each other.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::constraints::client::{Client, Conditional, Error, Nullable, ResponseHeaders, types};
use crate::names::client as names;
use crate::test_server::TestServer;

fn client(server: &TestServer) -> Client {
    Client::new(server.base()).expect("the server's URL is one")
}

/// What every body has.
fn least() -> types::EverythingBuilder {
    types::Everything::builder()
        .needed("abc")
        .needed_or_null_null()
}

#[tokio::test]
async fn a_body_comes_back_as_it_was_sent() {
    let server = TestServer::start();
    let sent = least()
        .needed_or_null("note")
        .format_date("2027-02-15")
        .choice(types::Choice::DarkBlue)
        .integer_step(-5)
        .number_step(0.3)
        .flag(true)
        .list_length([types::Choice::Red, types::Choice::Red])
        .build()
        .expect("the body is complete");
    let answered = client(&server).send_back().body(sent.clone()).send().await;
    let answered = answered.expect("the server accepts it");
    assert_eq!(*answered.x_version().expect("it is declared"), 5);
    assert_eq!(answered.x_note().expect("it was sent").as_str(), "note");
    assert_eq!(answered.into_inner(), Conditional::Modified(sent));
}

#[tokio::test]
async fn not_modified_is_a_value_with_its_headers() {
    let server = TestServer::start();
    let answered = client(&server).send_back().send().await;
    let answered = answered.expect("304 is declared");
    assert_eq!(answered.status(), 304);
    assert_eq!(*answered.x_version().expect("it is declared"), 5);
    assert_eq!(answered.into_inner(), Conditional::NotModified);
}

#[tokio::test]
async fn absence_and_null_are_sent_as_two_things() {
    let server = TestServer::start();
    let back = async |body: types::EverythingBuilder| {
        let answered = client(&server).send_back().body(body).send().await;
        let answered = answered.expect("the server accepts it").into_inner();
        answered.modified().expect("a body comes back")
    };
    assert_eq!(back(least()).await.optional_or_null, None);
    let null = back(least().optional_or_null_null()).await;
    assert_eq!(null.optional_or_null, Some(Nullable::Null));
    let text = back(least().optional_or_null("abc")).await.optional_or_null;
    assert_eq!(text, Some(Nullable::Value("abc".parse().expect("a text"))));
    let null = back(least().flag_or_null_null()).await;
    assert_eq!(null.flag_or_null, Some(Nullable::Null));
    let flag = back(least().flag_or_null(false)).await;
    assert_eq!(flag.flag_or_null, Some(Nullable::Value(false)));
}

#[tokio::test]
async fn lists_in_the_query_are_understood() {
    let server = TestServer::start();
    let answered = client(&server)
        .check_query()
        .needed("a&+%")
        .list_length([types::Choice::Red, types::Choice::Red])
        .format_date_time("2027-02-15T19:00:00+01:00")
        .send()
        .await;
    assert_eq!(answered.expect("the server accepts it").status(), 204);
}

#[tokio::test]
async fn headers_are_understood() {
    let server = TestServer::start();
    let answered = client(&server)
        .check_headers()
        .x_needed("abc")
        .x_flag(true)
        .x_number_step(0.3)
        .send()
        .await;
    assert_eq!(answered.expect("the server accepts it").status(), 204);
}

#[tokio::test]
async fn an_error_is_a_type_with_its_code_and_its_wait() {
    let server = TestServer::start();
    let body = least().needed("busy");
    let refused = client(&server).send_back().body(body).send().await;
    let refused = refused.expect_err("the server is busy");
    assert_eq!(refused.status().map(|status| status.as_u16()), Some(503));
    assert_eq!(refused.code(), Some(&types::ErrorCode::Busy));
    assert_eq!(refused.field(), Some("needed"));
    assert_eq!(refused.retry_after().map(|wait| wait.as_secs()), Some(5));
    assert!(refused.request_id().is_some());
}

#[test]
fn a_value_that_breaks_the_contract_is_refused_before_it_is_sent() {
    assert!("a".parse::<types::TextLength>().is_err());
    assert!("abcde".parse::<types::TextLength>().is_err());
    assert!("A1".parse::<types::TextPattern>().is_err());
    assert!("blue".parse::<types::Choice>().is_err());
    assert!(types::IntegerStep::new(4).is_err());
    assert!(types::NumberStep::new(0.35).is_err());
    assert!(types::ListLength::new(vec![]).is_err());
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_field_and_nothing_is_sent() {
    // Nobody listens there: whatever were sent would be another error.
    let client = Client::new("http://127.0.0.1:1/v1").expect("a URL");
    let told = |error: Error| match error {
        Error::InvalidRequest(invalid) => invalid.to_string(),
        other => panic!("it was sent: {other}"),
    };
    let missing = client.check_query().send().await;
    assert_eq!(told(missing.unwrap_err()), "needed: is required");
    let body = client.check_body().send().await;
    assert_eq!(told(body.unwrap_err()), "body: is required");
    let absent = client.check_body().body(types::Everything::builder());
    let absent = absent.send().await;
    assert_eq!(told(absent.unwrap_err()), "needed: is required");
    let number = client.check_query().needed("abc").integer_step(4);
    let number = number.send().await;
    let expected = "integer_step: must be a multiple of 5";
    assert_eq!(told(number.unwrap_err()), expected);
    let list = client
        .check_body()
        .body(least().list_length([]))
        .send()
        .await;
    let expected = "list_length: must have at least 2 items";
    assert_eq!(told(list.unwrap_err()), expected);
}

/// Serves one connection with this answer, and gives what was asked.
fn serve_once(answer: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port can be bound");
    let base = format!("http://{}", listener.local_addr().expect("it is bound"));
    let served = thread::spawn(move || {
        let (mut connection, _) = listener.accept().expect("the client connects");
        let mut request = Vec::new();
        // The body ends with the list that the test sends.
        while !request.ends_with(b"]") {
            let mut buffer = [0; 1024];
            let read = connection.read(&mut buffer).expect("the client sends");
            request.extend_from_slice(&buffer[..read]);
        }
        connection
            .write_all(answer.as_bytes())
            .expect("the client listens");
        String::from_utf8(request).expect("a request is text")
    });
    (base, served)
}

#[tokio::test]
async fn successes_that_differ_in_their_bodies_are_one_type() {
    let item = || {
        names::types::Result_::builder()
            .type_("a")
            .some_choice(names::types::SomeChoice::N2nd)
            .n1st(true)
            .camel_case_null()
            .build()
            .expect("the item is complete")
    };
    for (answer, expected) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\
             {\"type\":\"a\",\"some-choice\":\"2nd\",\"1st\":true,\"camelCase\":null}",
            names::odd_names::SetMatchResponse::Ok(item()),
        ),
        (
            "HTTP/1.1 204 No Content\r\n\r\n",
            names::odd_names::SetMatchResponse::NoContent,
        ),
    ] {
        let (base, served) = serve_once(answer);
        let client = names::Client::new(base).expect("a URL");
        let request = client.set_match().type_("\"\\").body([item()]);
        let answered = request.send().await.expect("both are declared");
        assert_eq!(answered.into_inner(), expected);
        let asked = served.join().expect("it has served");
        assert!(
            asked.starts_with("PUT /match/%22%5C/self HTTP/1.1"),
            "{asked}"
        );
    }
}
