//! `registerUser` and `verifyEmail`.

use booking_client::types::{ErrorCode, NewPasswordByToken, NewUser};
use booking_tests::{PASSWORD, TestService};

use crate::support::refused;

#[tokio::test]
async fn nobody_learns_from_registering_who_has_an_account() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    for email in ["ada@example.com", "Ada@Example.com", "grace@example.com"] {
        let body = NewUser::builder().name("Somebody Else").email(email);
        let registered = service.client().register_user().body(body).send().await;
        assert_eq!(registered.unwrap().status().as_u16(), 202);
    }
    // The account is as it was, and its owner is told by mail.
    let tokens = service.rows("SELECT kind FROM messages WHERE recipient = 'ada@example.com'");
    assert!(tokens.await.contains(&"account_exists".to_owned()));
    let login = service.login("ada@example.com").await;
    let me = service.client().get_me().oauth(login.access_token.as_str());
    assert_eq!(me.send().await.unwrap().name.as_str(), "Ada Lovelace");
}

#[tokio::test]
async fn a_password_that_is_easily_guessed_uses_no_token_up() {
    let service = TestService::start().await;
    let token = service.registration_token("ada@example.com").await;
    let verify = |password: &str| {
        let body = NewPasswordByToken::builder()
            .token(token.as_str())
            .password(password);
        service.client().verify_email().body(body).send()
    };
    for weak in ["password", "12345678", "ada@example.com", "Ada Lovelace"] {
        let refusal = refused(verify(weak).await, 422, ErrorCode::PasswordTooWeak);
        assert_eq!(refusal.field.as_deref(), Some("password"));
    }
    verify(PASSWORD).await.unwrap();
    refused(verify(PASSWORD).await, 422, ErrorCode::InvalidToken);
}
