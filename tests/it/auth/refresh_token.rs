//! `refreshToken`: each token is good once, two tabs are one client, and a thief ends the login.

use booking_client::types::{ErrorCode, RefreshRequest, Tokens};
use booking_tests::TestService;

use crate::support::{Sent, refused};

async fn refresh(service: &TestService, token: &str) -> Sent<Tokens> {
    let body = RefreshRequest::builder().refresh_token(token);
    service.client().refresh_token().body(body).send().await
}

#[tokio::test]
async fn a_refresh_gives_a_token_that_is_good_and_the_next_refresh_token() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let first = service.login("ada@example.com").await;
    let me = || service.client().get_me().oauth(first.access_token.as_str());
    assert_eq!(me().send().await.unwrap().user_id.as_str(), first.user_id);
    // The access token is over by then, though it was good before, and the refresh token is not.
    service.set_clock("2027-02-08T18:00:00Z");
    refused(me().send().await, 401, ErrorCode::Unauthenticated);
    let second = refresh(&service, &first.refresh_token).await.unwrap();
    assert_ne!(second.refresh_token.as_str(), first.refresh_token);
    let me = service
        .client()
        .get_me()
        .oauth(second.access_token.as_str());
    assert_eq!(me.send().await.unwrap().user_id.as_str(), first.user_id);
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_are_given_the_same_successor() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let token = service.login("ada@example.com").await.refresh_token;
    let (one, other) = tokio::join!(refresh(&service, &token), refresh(&service, &token));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.refresh_token, other.refresh_token);
    refresh(&service, one.refresh_token.as_str()).await.unwrap();
}

#[tokio::test]
async fn an_old_token_ends_the_login_of_whoever_has_the_new_one() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let stolen = service.login("ada@example.com").await.refresh_token;
    let fresh = refresh(&service, &stolen).await.unwrap();
    service.set_clock("2027-02-08T17:30:11Z");
    let sent = refresh(&service, &stolen).await;
    refused(sent, 401, ErrorCode::InvalidCredentials);
    let sent = refresh(&service, fresh.refresh_token.as_str()).await;
    refused(sent, 401, ErrorCode::InvalidCredentials);
}

#[tokio::test]
async fn a_login_that_is_not_used_for_thirty_days_is_over() {
    let service = TestService::start().await;
    service.register("ada@example.com").await;
    let token = service.login("ada@example.com").await.refresh_token;
    service.set_clock("2027-03-10T17:29:59Z");
    let next = refresh(&service, &token).await.unwrap();
    service.set_clock("2027-04-09T17:30:00Z");
    let sent = refresh(&service, next.refresh_token.as_str()).await;
    refused(sent, 401, ErrorCode::InvalidCredentials);
}
