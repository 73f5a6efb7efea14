//! The generated client and the generated server, made from one contract, understand each other.

use crate::constraints::client::{Client, Error, Nullable, types};
use crate::live::Live;

fn client(live: &Live) -> Client {
    Client::new(live.base())
}

fn text(text: &str) -> types::TextLength {
    text.parse().expect("the text is of the right length")
}

fn text_or_null(text: &str) -> types::TextLengthOrNull {
    text.parse().expect("the text is of the right length")
}

/// What every body has.
fn least() -> types::builder::Everything {
    types::Everything::builder()
        .needed(text("abc"))
        .needed_or_null(None)
}

#[tokio::test]
async fn a_body_comes_back_as_it_was_sent() {
    let live = Live::start();
    let sent: types::Everything = least()
        .needed_or_null(Some(text_or_null("note")))
        .format_date("2027-02-15".parse::<types::FormatDate>().expect("a date"))
        .choice(types::Choice::DarkBlue)
        .integer_step(types::IntegerStep(-5))
        .number_step(types::NumberStep(0.3))
        .flag(true)
        .list_length(types::ListLength(vec![
            types::Choice::Red,
            types::Choice::Red,
        ]))
        .try_into()
        .expect("the body is complete");
    let answered = client(&live).send_back().body(sent.clone()).send().await;
    let answered = answered.expect("the server accepts it");
    assert_eq!(answered.headers()["x-version"], "5");
    assert_eq!(answered.headers()["x-note"], "note");
    assert_eq!(answered.into_inner(), sent);
}

#[tokio::test]
async fn absence_and_null_are_sent_as_two_things() {
    let live = Live::start();
    for stated in [
        None,
        Some(Nullable::Null),
        Some(Nullable::Value(text_or_null("abc"))),
    ] {
        let body = least().optional_or_null(stated.clone());
        let answered = client(&live).send_back().body(body).send().await;
        let back = answered.expect("the server accepts it").into_inner();
        assert_eq!(back.optional_or_null, stated);
    }
    for stated in [None, Some(Nullable::Null), Some(Nullable::Value(false))] {
        let body = least().flag_or_null(stated.clone());
        let answered = client(&live).send_back().body(body).send().await;
        let back = answered.expect("the server accepts it").into_inner();
        assert_eq!(back.flag_or_null, stated);
    }
}

#[tokio::test]
async fn lists_in_the_query_are_understood() {
    let live = Live::start();
    let answered = client(&live)
        .check_query()
        .needed(text("a&+%"))
        .list_length(types::ListLength(vec![
            types::Choice::Red,
            types::Choice::Red,
        ]))
        .format_date_time(
            "2027-02-15T19:00:00+01:00"
                .parse::<types::FormatDateTime>()
                .expect("an instant"),
        )
        .send()
        .await;
    assert_eq!(answered.expect("the server accepts it").status(), 204);
}

#[tokio::test]
async fn headers_are_understood() {
    let live = Live::start();
    let answered = client(&live)
        .check_headers()
        .x_needed(text("abc"))
        .x_flag(true)
        .x_number_step(types::NumberStep(0.3))
        .send()
        .await;
    assert_eq!(answered.expect("the server accepts it").status(), 204);
}

#[tokio::test]
async fn an_error_is_a_type_with_its_code_and_its_headers() {
    let live = Live::start();
    let body = least().needed(text("busy"));
    let refused = client(&live).send_back().body(body).send().await;
    let Err(Error::ErrorResponse(answer)) = refused else {
        panic!("not an error of the contract: {refused:?}");
    };
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "5");
    assert_eq!(answer.into_inner().error.code, types::ErrorCode::Busy);
}

#[test]
fn a_value_that_breaks_the_contract_is_refused_before_it_is_sent() {
    assert!("a".parse::<types::TextLength>().is_err());
    assert!("abcde".parse::<types::TextLength>().is_err());
    assert!("A1".parse::<types::TextPattern>().is_err());
    assert!("blue".parse::<types::Choice>().is_err());
}
