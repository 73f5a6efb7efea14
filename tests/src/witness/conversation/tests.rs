//! Connections as they come, in one piece or in many.

use proptest::prelude::*;

use super::*;

/// One piece of a connection.
#[derive(Debug, Clone, Copy)]
enum Piece<'a> {
    Client(&'a str),
    ClientEnds,
    Service(&'a str),
    ServiceEnds,
}

use Piece::{Client, ClientEnds, Service, ServiceEnds};

/// What is heard when the pieces are passed on in parts of at most this many bytes.
fn hear(pieces: &[Piece<'_>], size: usize) -> Vec<Heard> {
    let mut conversation = Conversation::default();
    let mut heard = Vec::new();
    for piece in pieces {
        match piece {
            Client(text) => text
                .as_bytes()
                .chunks(size)
                .for_each(|part| conversation.client_sends(part)),
            Service(text) => text
                .as_bytes()
                .chunks(size)
                .for_each(|part| heard.extend(conversation.service_sends(part))),
            ClientEnds => conversation.client_ends(),
            ServiceEnds => heard.extend(conversation.service_ends()),
        }
    }
    heard
}

/// The same as `METHOD target status body`.
#[track_caller]
fn assert_heard(pieces: &[Piece<'_>], expected: &[&str]) {
    for size in [1, 2, 3, 7, 4096] {
        let shown: Vec<String> = hear(pieces, size)
            .into_iter()
            .map(|heard| match heard {
                Heard::Exchange(Exchange {
                    method,
                    target,
                    status,
                    body,
                    ..
                }) => {
                    let body = match body {
                        Body::Text(text) => text,
                        other => format!("{other:?}"),
                    };
                    format!("{method} {target} {status} {body}")
                }
                Heard::NoRequest { reason, status } => format!("no request: {reason} {status:?}"),
                Heard::NoAnswer { reason } => format!("no answer: {reason}"),
            })
            .collect();
        assert_eq!(shown, expected, "in pieces of {size}");
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[test]
fn an_answer_belongs_to_its_request() {
    assert_heard(
        &[
            Client("GET /a HTTP/1.1\r\nhost: x\r\n\r\n"),
            Service(OK),
            Client("POST /b?c=d HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc"),
            Service("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"),
            ClientEnds,
            ServiceEnds,
        ],
        &["GET /a 200 ok", "POST /b?c=d 201 "],
    );
}

#[test]
fn requests_that_do_not_wait_are_answered_in_their_order() {
    let requests = "GET /a HTTP/1.1\r\n\r\n\
                    POST /b HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n\
                    3\r\nabc\r\n2;x=y\r\nde\r\n0\r\ntrailer: z\r\n\r\n\
                    HEAD /c HTTP/1.1\r\n\r\nGET /d HTTP/1.1\r\n\r\n";
    let answers = format!(
        "{OK}HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\na\r\n0123456789\r\n0\r\n\r\n\
         HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n"
    );
    assert_heard(
        &[Client(requests), Service(&answers), ServiceEnds],
        &[
            "GET /a 200 ok",
            "POST /b 200 10123456789",
            "HEAD /c 200 ",
            "GET /d 304 ",
        ],
    );
}

#[test]
fn a_promise_of_an_answer_is_none() {
    assert_heard(
        &[
            Client("POST /a HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\n"),
            Service("HTTP/1.1 100 Continue\r\n\r\n"),
            Client("x"),
            Service(OK),
        ],
        &["POST /a 200 ok"],
    );
}

#[test]
fn a_body_without_a_length_ends_with_the_connection() {
    let answer = "HTTP/1.0 200 OK\r\n\r\nall of it";
    let asked = Client("GET /a HTTP/1.0\r\n\r\n");
    assert_heard(&[asked, Service(answer)], &[]);
    assert_heard(
        &[asked, Service(answer), ServiceEnds],
        &["GET /a 200 all of it"],
    );
}

#[test]
fn an_answer_that_is_cut_off_says_whether_anybody_listened() {
    let asked = Client("GET /a HTTP/1.1\r\n\r\n");
    let answer = Service("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhal");
    assert_heard(
        &[asked, answer, ServiceEnds],
        &["GET /a 200 CutOff { bytes: 3, hung_up: false }"],
    );
    assert_heard(
        &[asked, answer, ClientEnds, ServiceEnds],
        &["GET /a 200 CutOff { bytes: 3, hung_up: true }"],
    );
    assert_heard(
        &[asked, Service("HTTP/1.1 200 O"), ServiceEnds],
        &["no answer: the connection was closed within the head of an answer"],
    );
    assert_heard(&[asked, ServiceEnds], &[]);
}

#[test]
fn a_request_whose_body_is_broken_is_one_and_what_follows_is_none() {
    let head = "POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
    let broken = format!("{head}zz\r\n");
    let refused = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    assert_heard(
        &[Client(&broken), Service(refused), ServiceEnds],
        &["POST /a 400 ", "no request: a chunk without a size None"],
    );
    let longer = format!("{head}1\r\nabc\r\n");
    assert_heard(&[Client(&longer), ServiceEnds], &[]);
    // One that only breaks off may be answered too.
    assert_heard(
        &[
            Client("POST /a HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc"),
            ClientEnds,
            Service(refused),
            ServiceEnds,
        ],
        &["POST /a 400 "],
    );
}

#[test]
fn bytes_that_are_no_request_are_told_with_their_answer() {
    let refused = Service("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    for (bytes, reason) in [
        ("hello\r\n\r\n", "invalid token"),
        ("GET /a HTTP/9.9\r\n\r\n", "invalid HTTP version"),
        (
            "GET /a HTTP/1.1\r\ncontent-length: x\r\n\r\n",
            "a content-length of \"x\"",
        ),
        (
            "GET /a HTTP/1.1\r\ncontent-length: +1\r\n\r\n",
            "a content-length of \"+1\"",
        ),
        (
            "GET /a HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            "content-lengths of 1 and 2",
        ),
        (
            "GET /a HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n",
            "a body with the transfer coding \"chunked\"",
        ),
    ] {
        let expected = format!("no request: {reason} Some(400)");
        assert_heard(&[Client(bytes), refused, ServiceEnds], &[&expected]);
        let unanswered = format!("no request: {reason} None");
        assert_heard(&[Client(bytes), ServiceEnds], &[&unanswered]);
        // What was asked before is told apart.
        let after = format!("GET /b HTTP/1.1\r\n\r\n{bytes}");
        assert_heard(
            &[Client(&after), Service(OK), refused],
            &["GET /b 200 ok", &expected],
        );
    }
    assert_heard(
        &[Client("GET /a HT"), refused],
        &["no request: the head of a request that is not whole Some(400)"],
    );
}

#[test]
fn limits_of_the_service_are_limits_of_a_request() {
    for (request, expected) in [
        (
            format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(65_533)),
            None,
        ),
        (
            format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(65_534)),
            Some(414),
        ),
        (
            format!("GET /a HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(100)),
            None,
        ),
        (
            format!("GET /a HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(101)),
            Some(431),
        ),
        (
            format!("GET /a HTTP/1.1\r\nx: {}", "y".repeat(420_000)),
            Some(431),
        ),
    ] {
        let status = expected.unwrap_or(200);
        let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
        let heard = hear(&[Client(&request), Service(&answer)], 100_000);
        let found = match &heard[..] {
            [Heard::Exchange(_)] => None,
            [Heard::NoRequest { status, .. }] => *status,
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expected, "{}", &request[..40]);
    }
}

#[test]
fn bytes_that_are_no_answer_are_told() {
    let asked = Client("GET /a HTTP/1.1\r\n\r\n");
    assert_heard(
        &[asked, Service("<html>")],
        &["no answer: invalid HTTP version"],
    );
    assert_heard(
        &[asked, Service(OK), Service(OK)],
        &[
            "GET /a 200 ok",
            "no answer: an answer with the status 200 that nobody has asked for",
        ],
    );
    assert_heard(
        &[
            asked,
            Service("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        ],
        &["no answer: a chunk without a size"],
    );
}

/// A body, and how it travels.
fn body() -> impl Strategy<Value = (String, String)> {
    let text = "[a-z\r\n]{0,40}";
    prop_oneof![
        text.prop_map(|text| (
            format!("content-length: {}\r\n\r\n{text}", text.len()),
            text
        )),
        (text, 1..9_usize).prop_map(|(text, size)| {
            let mut chunked = "transfer-encoding: chunked\r\n\r\n".to_owned();
            for chunk in text.as_bytes().chunks(size) {
                let chunk = String::from_utf8_lossy(chunk);
                chunked += &format!("{:x}\r\n{chunk}\r\n", chunk.len());
            }
            (chunked + "0\r\n\r\n", text)
        }),
    ]
}

proptest! {
    #[test]
    fn however_it_is_cut_the_same_is_heard(
        exchanges in prop::collection::vec((body(), body(), 200..203_u16), 1..5),
        size in 1..50_usize,
    ) {
        let mut asked = String::new();
        let mut answered = String::new();
        let mut expected = Vec::new();
        for (index, ((request, _), (answer, text), status)) in exchanges.iter().enumerate() {
            asked += &format!("PUT /{index} HTTP/1.1\r\n{request}");
            answered += &format!("HTTP/1.1 {status} x\r\n{answer}");
            expected.push((format!("/{index}"), *status, Body::Text(text.clone())));
        }
        let heard: Vec<_> = hear(&[Client(&asked), Service(&answered)], size)
            .into_iter()
            .map(|heard| match heard {
                Heard::Exchange(exchange) => (exchange.target, exchange.status, exchange.body),
                other => panic!("{other:?}"),
            })
            .collect();
        prop_assert_eq!(heard, expected);
    }

    #[test]
    fn no_bytes_bring_the_witness_down(
        pieces in prop::collection::vec((any::<bool>(), "[ -~\r\n]{0,60}"), 0..6),
    ) {
        let pieces: Vec<_> = pieces
            .iter()
            .map(|(client, text)| if *client { Client(text) } else { Service(text) })
            .chain([ServiceEnds])
            .collect();
        hear(&pieces, 16);
    }
}
