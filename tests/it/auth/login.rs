//! `login` and `logout`.

use booking_client::types::{ErrorCode, LoginCredentials, RefreshRequest};
use booking_tests::{PASSWORD, TestService};

use crate::support::refused;

#[tokio::test]
async fn who_logs_in_is_not_told_whether_the_address_or_the_password_was_wrong() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("ada@example.com", "another password"),
        ("nobody@example.com", PASSWORD),
    ] {
        let credentials = LoginCredentials::builder().email(email).password(password);
        let sent = service.client().login().body(credentials).send().await;
        let refusal = refused(sent, 401, ErrorCode::InvalidCredentials);
        answers.push((refusal.message, refusal.field));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn an_address_is_the_same_whatever_its_case() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let credentials = LoginCredentials::builder()
        .email("ADA@Example.com")
        .password(PASSWORD);
    let tokens = service.client().login().body(credentials).send().await;
    assert_eq!(*tokens.unwrap().expires_in, 900);
}

#[tokio::test]
async fn a_logout_ends_the_login_and_no_other() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let (one, other) = (
        service.login("ada@example.com").await,
        service.login("ada@example.com").await,
    );
    let body = |token: &str| RefreshRequest::builder().refresh_token(token);
    let logout = service.client().logout().body(body(&one.refresh_token));
    logout.send().await.unwrap();
    // Whoever logs out twice has logged out.
    let again = service.client().logout().body(body(&one.refresh_token));
    again.send().await.unwrap();
    let refresh = service.client().refresh_token();
    let sent = refresh.body(body(&one.refresh_token)).send().await;
    refused(sent, 401, ErrorCode::InvalidCredentials);
    let refresh = service.client().refresh_token();
    refresh
        .body(body(&other.refresh_token))
        .send()
        .await
        .unwrap();
}
