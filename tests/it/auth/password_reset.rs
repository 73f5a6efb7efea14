//! `requestPasswordReset` and `resetPassword`.

use booking_client::types::{ErrorCode, LoginCredentials, NewPasswordByToken, RefreshRequest};
use booking_tests::{PASSWORD, TestService};

use crate::support::refused;

const OTHER: &str = "seven stones under a quiet river";

#[tokio::test]
async fn a_reset_sets_the_password_once_and_ends_every_login() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let login = service.login("ada@example.com").await;
    let token = service.reset_token("ada@example.com").await;
    let body = || {
        NewPasswordByToken::builder()
            .token(token.as_str())
            .password(OTHER)
    };
    let reset = service.client().reset_password().body(body());
    reset.send().await.unwrap();
    let again = service.client().reset_password().body(body());
    refused(again.send().await, 422, ErrorCode::InvalidToken);

    let body = RefreshRequest::builder().refresh_token(login.refresh_token.as_str());
    let refresh = service.client().refresh_token().body(body);
    refused(refresh.send().await, 401, ErrorCode::InvalidCredentials);
    let credentials = |password| {
        LoginCredentials::builder()
            .email("ada@example.com")
            .password(password)
    };
    let old = service.client().login().body(credentials(PASSWORD));
    refused(old.send().await, 401, ErrorCode::InvalidCredentials);
    let new = service.client().login().body(credentials(OTHER));
    new.send().await.unwrap();
}

#[tokio::test]
async fn a_token_for_one_thing_opens_no_other() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let reset = service.reset_token("ada@example.com").await;
    let body = NewPasswordByToken::builder()
        .token(reset.as_str())
        .password(OTHER);
    let verify = service.client().verify_email().body(body);
    refused(verify.send().await, 422, ErrorCode::InvalidToken);
}

#[tokio::test]
async fn a_token_is_over_after_an_hour() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let token = service.reset_token("ada@example.com").await;
    service.set_clock("2027-02-08T18:30:00Z");
    let body = NewPasswordByToken::builder()
        .token(token.as_str())
        .password(OTHER);
    let reset = service.client().reset_password().body(body);
    refused(reset.send().await, 422, ErrorCode::InvalidToken);
}

#[tokio::test]
async fn an_unknown_address_is_answered_like_a_known_one_and_mailed_that_there_is_no_account() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    for email in ["ada@example.com", "nobody@example.com"] {
        let body = booking_client::types::PasswordResetRequest::builder().email(email);
        let asked = service.client().request_password_reset().body(body);
        assert_eq!(asked.send().await.unwrap().status().as_u16(), 202);
    }
    let kinds = service.rows("SELECT kind FROM messages WHERE recipient = 'nobody@example.com'");
    assert_eq!(kinds.await, ["no_account"]);
}
