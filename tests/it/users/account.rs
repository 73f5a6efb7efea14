//! `getMe`, `updateMe` and `changePassword`.

use booking_client::types::{AccountChange, ErrorCode, PasswordChange, RefreshRequest};
use booking_tests::{PASSWORD, TestService};

use crate::support::refused;

#[tokio::test]
async fn an_account_changes_what_is_named_and_keeps_the_rest() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let token = service.login("ada@example.com").await.access_token;
    let update = |change, tag: &str| {
        let update = service.client().update_me().oauth(token.as_str());
        update.if_match(tag).body(change).send()
    };
    let phone = AccountChange::builder().phone("+44 20 7946 0000");
    let changed = update(phone, "\"1\"").await.unwrap();
    assert_eq!(changed.headers()["etag"], "\"2\"");
    let changed = changed.into_inner();
    assert_eq!(changed.phone.unwrap().as_str(), "+442079460000");
    assert_eq!(changed.name.as_str(), "Ada Lovelace");
    let stale = AccountChange::builder().name("Grace Hopper");
    refused(
        update(stale, "\"1\"").await,
        412,
        ErrorCode::PreconditionFailed,
    );
    let name = AccountChange::builder().name("Grace Hopper");
    let changed = update(name, "*").await.unwrap().into_inner();
    assert_eq!(changed.name.as_str(), "Grace Hopper");
    assert!(changed.phone.is_some());
}

#[tokio::test]
async fn a_changed_password_ends_the_other_logins_and_keeps_this_one() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let (this, other) = (
        service.login("ada@example.com").await,
        service.login("ada@example.com").await,
    );
    let body = PasswordChange::builder()
        .current_password(PASSWORD)
        .new_password("seven stones under a quiet river");
    let change = service.client().change_password();
    let change = change.oauth(this.access_token.as_str()).body(body);
    change.send().await.unwrap();
    let refresh = |token: &str| {
        let body = RefreshRequest::builder().refresh_token(token);
        service.client().refresh_token().body(body).send()
    };
    refresh(&this.refresh_token).await.unwrap();
    let sent = refresh(&other.refresh_token).await;
    refused(sent, 401, ErrorCode::InvalidCredentials);
}
