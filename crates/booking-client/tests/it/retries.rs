//! What the client sends again by itself, and what it does not.

use booking_client::types::{self, BookingChange, NewBooking, NewCustomer};

use crate::{FakeServer, booking, refusal, response};

fn new_booking() -> NewBooking {
    NewBooking::builder()
        .restaurant_id(1)
        .booking_date("2027-02-15")
        .booking_time("19:00")
        .party_size(4)
        .customer(
            NewCustomer::builder()
                .name("Ada")
                .email("ada@example.com")
                .phone("+15551234567"),
        )
        .build()
        .expect("it is allowed")
}

fn refused(status: &str, code: &str) -> Vec<u8> {
    response(
        status,
        "application/json\r\nretry-after: 0",
        refusal(code).to_string(),
    )
}

fn made() -> Vec<u8> {
    response("201 Created", "application/json", booking().to_string())
}

#[tokio::test]
async fn what_has_a_key_is_sent_again_with_it_until_it_is_answered() {
    for failure in [
        refused("503 Service Unavailable", "SERVICE_UNAVAILABLE"),
        refused("429 Too Many Requests", "TOO_MANY_REQUESTS"),
        refused("409 Conflict", "IDEMPOTENCY_KEY_IN_USE"),
        // No answer, and half of one.
        Vec::new(),
        made()[..200].to_vec(),
    ] {
        let server = FakeServer::answering(vec![failure, made()]).await;
        let client = server.patient_client();
        let created = client.create_booking().body(new_booking()).send().await;
        assert_eq!(
            created.expect("it is made").booking_id.as_str(),
            "bk_7x3mN9pQs2"
        );
        let keys = server.keys();
        assert_eq!(keys.len(), 2);
        assert!(
            keys[0].as_ref().is_some_and(|key| key.len() == 36),
            "{keys:?}"
        );
        assert_eq!(keys[0], keys[1], "the same request");
        let again = client.create_booking().body(new_booking()).send().await;
        again.expect("it is made");
        assert_ne!(server.keys()[2], keys[0], "another request");
    }
}

#[tokio::test]
async fn reading_is_sent_again_without_a_key() {
    let found = response("200 OK", "application/json", booking().to_string());
    let server = FakeServer::answering(vec![Vec::new(), found]).await;
    let request = server.patient_client().get_booking();
    let read = request.booking_id("bk_7x3mN9pQs2").send().await;
    read.expect("it is read");
    assert_eq!(server.keys(), [None, None]);
}

#[tokio::test]
async fn what_fails_again_or_has_no_key_is_sent_once() {
    let refusals = [
        refused("409 Conflict", "TABLE_NOT_AVAILABLE"),
        refused("422 Unprocessable Entity", "IDEMPOTENCY_KEY_REUSED"),
        refused("500 Internal Server Error", "INTERNAL_ERROR"),
    ];
    for refusal in refusals {
        let server = FakeServer::answering(vec![refusal, made()]).await;
        let request = server.patient_client().create_booking();
        request
            .body(new_booking())
            .send()
            .await
            .expect_err("it is refused");
        assert_eq!(server.requests().len(), 1);
    }
    let busy = || refused("503 Service Unavailable", "SERVICE_UNAVAILABLE");
    let server = FakeServer::start(busy()).await;
    let client = server.patient_client();
    let change = BookingChange::builder().party_size(3);
    let change = client.update_booking().booking_id("bk_1").body(change);
    change.send().await.expect_err("it is busy");
    let login = types::LoginCredentials::builder()
        .email("ada@example.com")
        .password("quiet river under seven stones");
    let login = client.login().body(login).send().await;
    login.expect_err("it is busy");
    // And nothing, where the caller wants it so.
    let request = server.client.create_booking().body(new_booking());
    request.send().await.expect_err("it is busy");
    assert_eq!(server.keys(), [None, None, None]);
}

#[tokio::test]
async fn a_key_of_the_callers_is_sent_and_the_attempts_are_bounded() {
    let server = FakeServer::start(refused("503 Service Unavailable", "SERVICE_UNAVAILABLE")).await;
    let request = server.patient_client().create_booking().body(new_booking());
    let refused = request
        .idempotency_key("\"my own\"".replace(' ', "-"))
        .send()
        .await;
    let refused = refused.expect_err("it is busy");
    assert_eq!(refused.status().map(|status| status.as_u16()), Some(503));
    let key = Some("\"my-own\"".to_owned());
    assert_eq!(server.keys(), [key.clone(), key.clone(), key.clone(), key]);
    // Who asks to come back in an hour is not waited for.
    let hour = "application/json\r\nretry-after: 3600";
    let body = refusal("SERVICE_UNAVAILABLE").to_string();
    let server = FakeServer::start(response("503 Service Unavailable", hour, body)).await;
    let request = server.patient_client().create_booking().body(new_booking());
    request.send().await.expect_err("it is busy");
    assert_eq!(server.requests().len(), 1);
}
