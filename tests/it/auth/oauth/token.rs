//! The token endpoint: codes, refresh tokens and what ends them.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::*;

#[tokio::test]
async fn who_steals_a_code_gets_nothing_and_its_owner_loses_nothing() {
    let (_service, mut browser) = with_ada().await;
    let code = browser.code().await;
    let other = "x".repeat(43);
    for theft in [
        ("code_verifier", &*other),
        ("code_verifier", &challenge()),
        ("client_id", "till"),
        ("redirect_uri", "https://calendar.example/other"),
    ] {
        refused(browser.exchange(&code, &[theft]).await, "invalid_grant");
    }
    assert_eq!(browser.exchange(&code, &[]).await.0, 200);
}

#[tokio::test]
async fn a_code_that_is_used_again_ends_what_it_gave() {
    let (_service, mut browser) = with_ada().await;
    let code = browser.code().await;
    let (_, tokens) = browser.exchange(&code, &[]).await;
    refused(browser.exchange(&code, &[]).await, "invalid_grant");
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    refused(browser.refresh(refresh_token, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let (service, mut browser) = with_ada().await;
    let code = browser.code().await;
    service.set_clock("2027-02-08T17:31:00Z");
    refused(browser.exchange(&code, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn the_token_endpoint_refuses_as_rfc_6749_has_it() {
    let (_service, mut browser) = with_ada().await;
    let code = browser.code().await;
    for (changes, error) in [
        (("grant_type", ""), "invalid_request"),
        (("grant_type", "password"), "unsupported_grant_type"),
        (
            ("grant_type", "client_credentials"),
            "unsupported_grant_type",
        ),
        (("client_id", ""), "invalid_request"),
        (("client_id", "other"), "invalid_client"),
        (("code", ""), "invalid_request"),
        (("code", "ac_none"), "invalid_grant"),
        (("redirect_uri", ""), "invalid_request"),
        (("code_verifier", ""), "invalid_request"),
        (("code_verifier", "short"), "invalid_request"),
    ] {
        refused(browser.exchange(&code, &[changes]).await, error);
    }
    let twice = [("grant_type", "authorization_code"); 2];
    refused(browser.token(&twice).await, "invalid_request");
    let json = browser
        .request(Method::POST, "/oauth/token")
        .body("{}")
        .send();
    refused(taken(json.await.unwrap()).await, "invalid_request");
    let long = "a".repeat(20_000);
    refused(browser.token(&[("code", &long)]).await, "invalid_request");

    let basic = browser
        .send_form("/oauth/token", &[])
        .basic_auth("calendar", Some("x"));
    let basic = basic.send().await.unwrap();
    let challenge = basic.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("Basic "), "{challenge}");
    let (status, body) = taken(basic).await;
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    // None of it has hurt the code.
    assert_eq!(browser.exchange(&code, &[]).await.0, 200);
}

#[tokio::test]
async fn a_refresh_token_serves_its_program_once() {
    let (service, mut browser) = with_ada().await;
    let code = browser.code().await;
    let (_, tokens) = browser.exchange(&code, &[]).await;
    let token = tokens["refresh_token"].as_str().unwrap();
    for (changes, error) in [
        (("refresh_token", ""), "invalid_request"),
        (("refresh_token", "rt_none"), "invalid_grant"),
        (("client_id", "till"), "invalid_grant"),
        (("scope", "everything"), "invalid_scope"),
        (("scope", "bookings:write"), "invalid_scope"),
    ] {
        refused(browser.refresh(token, &[changes]).await, error);
    }
    // Our own program's is no other's, and the other way round.
    let own = service.login(ADA).await.refresh_token;
    refused(browser.refresh(&own, &[]).await, "invalid_grant");
    let at_home = browser.request(Method::POST, "/api/v1/auth/refresh");
    let at_home = at_home
        .json(&json!({ "refresh_token": token }))
        .send()
        .await;
    assert_eq!(at_home.unwrap().status(), StatusCode::UNAUTHORIZED);

    let (_, next) = browser.refresh(token, &[]).await;
    let next = next["refresh_token"].as_str().unwrap();
    let (_, later) = browser.refresh(next, &[]).await;
    refused(browser.refresh(token, &[]).await, "invalid_grant");
    let later = later["refresh_token"].as_str().unwrap();
    refused(browser.refresh(later, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn a_logout_ends_what_a_program_may() {
    let (_service, mut browser) = with_ada().await;
    let code = browser.code().await;
    let (_, tokens) = browser.exchange(&code, &[]).await;
    let body = json!({ "refresh_token": tokens["refresh_token"] });
    let logout = browser
        .request(Method::POST, "/api/v1/auth/logout")
        .json(&body);
    assert_eq!(
        logout.send().await.unwrap().status(),
        StatusCode::NO_CONTENT
    );
    let token = tokens["refresh_token"].as_str().unwrap();
    refused(browser.refresh(token, &[]).await, "invalid_grant");
}
