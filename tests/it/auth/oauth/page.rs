//! The page of the authorization endpoint: who may ask, what the page takes, and what programs are told.

use std::num::NonZeroU32;

use booking_tests::{PASSWORD, Request, TestService};
use dev_postgres::TestDatabase;
use reqwest::header::{LOCATION, ORIGIN};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::*;

#[tokio::test]
async fn who_denies_or_gives_a_wrong_password_lets_nobody_act() {
    let (service, mut browser) = with_ada().await;
    let page = browser.open(&question(&[])).await.text().await.unwrap();
    let denied = browser.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(value(&denied, "error").as_deref(), Some("access_denied"));
    assert!(value(&denied, "state").is_some());

    for (email, password) in [
        (ADA, "another password"),
        (ADA, "short"),
        (ADA, ""),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
    ] {
        let fields = [
            ("email", email),
            ("password", password),
            ("decision", "allow"),
        ];
        let again = browser.submit(&page, &fields).await;
        assert_eq!(again.status(), StatusCode::FORBIDDEN, "{email}");
        let again = again.text().await.unwrap();
        assert!(again.contains("the email address or the password is wrong"));
        assert!(!again.contains(PASSWORD));
    }
    let undecided = [("email", ADA), ("password", PASSWORD)];
    let undecided = browser.submit(&page, &undecided).await;
    assert_eq!(undecided.status(), StatusCode::BAD_REQUEST);
    assert!(
        service
            .rows("SELECT 1 FROM authorization_codes")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn attempts_on_the_page_count_as_logins() {
    let database = TestDatabase::create().unwrap();
    let url = database.url();
    let service = TestService::start_with(&url, false, |options| {
        options.identity.attempts_per_minute = NonZeroU32::new(2);
    });
    let service = service.await.unwrap();
    let mut browser = Browser::new(&service);
    let page = browser.open(&question(&[])).await.text().await.unwrap();
    let login = Request::post("/auth/login");
    let login = login.json(&json!({ "email": ADA, "password": "another password" }));
    assert_eq!(service.send(&login).await.status, 401);
    let fields = [
        ("email", "Ada@example.com"),
        ("password", "another password"),
        ("decision", "allow"),
    ];
    let refused = browser.submit(&page, &fields).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let limited = browser.submit(&page, &fields).await;
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.headers()["retry-after"], "30");
    service.shutdown().await;
}

#[tokio::test]
async fn a_form_that_our_page_has_not_sent_is_not_taken() {
    let (service, mut browser) = with_ada().await;
    let query = question(&[]);
    let page = browser.open(&query).await.text().await.unwrap();
    let token = attributes(&page, "value")[0].to_owned();
    let path = format!("/oauth/authorize?{query}");
    let fields = |token: &'static str| {
        [
            ("email", ADA),
            ("password", PASSWORD),
            ("decision", "allow"),
            ("csrf_token", token),
        ]
    };
    let leaked: &'static str = token.leak();
    let elsewhere = browser
        .send_form(&path, &fields(leaked))
        .header(ORIGIN, "https://evil.example");
    let null = browser
        .send_form(&path, &fields(leaked))
        .header(ORIGIN, "null");
    let without = browser.send_form(&path, &fields(""));
    let another = browser.send_form(
        &path,
        &fields("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    );
    let no_cookie = Browser::new(&service).send_form(&path, &fields(leaked));
    for forged in [elsewhere, null, without, another, no_cookie] {
        let response = forged.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert!(!response.headers().contains_key(LOCATION));
    }
    let json = browser.request(Method::POST, &path).body("{}").send().await;
    assert_eq!(json.unwrap().status(), StatusCode::BAD_REQUEST);
    let long = "a".repeat(20_000);
    let long = browser.send_form(&path, &[("email", &long)]).send().await;
    assert_eq!(long.unwrap().status(), StatusCode::BAD_REQUEST);
    assert!(
        service
            .rows("SELECT 1 FROM authorization_codes")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn the_page_is_shown_within_no_other_and_kept_by_nobody() {
    let (_service, mut browser) = with_ada().await;
    for query in [question(&[]), question(&[("client_id", "other")])] {
        let page = browser.open(&query).await;
        let header = |name: &str| page.headers()[name].to_str().unwrap();
        let policy = header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("cache-control"), "no-store");
    }
    let page = browser.open(&question(&[])).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("form-action 'self' https://calendar.example;"),
        "{policy}"
    );
    let style = browser
        .request(Method::GET, "/oauth/authorize.css")
        .send()
        .await;
    assert_eq!(style.unwrap().status(), StatusCode::OK);
}

/// RFC 6749, 4.1.2.1: an answer for a program that is not known, or to an address that is not its
/// own, would lead people anywhere.
#[tokio::test]
async fn nobody_is_redirected_to_where_no_program_is_registered() {
    let (_service, mut browser) = with_ada().await;
    for changes in [
        ("client_id", ""),
        ("client_id", "other"),
        ("client_id", "reserveeasy"),
        ("redirect_uri", ""),
        ("redirect_uri", "https://evil.example/callback"),
        ("redirect_uri", "https://calendar.example/callback/"),
        ("redirect_uri", "https://calendar.example/callback?x=1"),
        ("redirect_uri", "https://calendar.example/callback#x"),
        (
            "redirect_uri",
            "https://calendar.example@evil.example/callback",
        ),
        (
            "redirect_uri",
            "https://calendar.example.evil.example/callback",
        ),
        ("redirect_uri", "https://calendar.example/callback\r\nx: y"),
        ("redirect_uri", "//calendar.example/callback"),
        ("redirect_uri", "javascript:alert(1)"),
        // Another program's.
        ("redirect_uri", "http://127.0.0.1:4711/callback"),
    ] {
        let query = question(&[changes]);
        let fields = [
            ("email", ADA),
            ("password", PASSWORD),
            ("decision", "allow"),
        ];
        let path = format!("/oauth/authorize?{query}");
        let sent = browser.send_form(&path, &fields).send().await.unwrap();
        for response in [browser.open(&query).await, sent] {
            assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{changes:?}");
            assert!(!response.headers().contains_key(LOCATION));
            assert!(!response.text().await.unwrap().contains("evil.example"));
        }
    }
}

#[tokio::test]
async fn a_program_is_told_each_error_of_rfc_6749_at_its_own_address() {
    let (_service, mut browser) = with_ada().await;
    for (changes, code) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", ""), "invalid_scope"),
        (("scope", "everything"), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
    ] {
        let response = browser.open(&question(&[changes])).await;
        let (uri, _) = answer(&response);
        assert_eq!(uri, CALLBACK);
        assert_eq!(
            value(&response, "error").as_deref(),
            Some(code),
            "{changes:?}"
        );
        assert!(value(&response, "state").is_some());
        assert_eq!(value(&response, "iss").as_deref(), Some("http://localhost"));
    }
    let twice = format!("{}&scope=bookings%3Aread", question(&[]));
    let response = browser.open(&twice).await;
    assert_eq!(
        value(&response, "error").as_deref(),
        Some("invalid_request")
    );
}

#[tokio::test]
async fn a_program_on_the_persons_machine_chooses_its_port() {
    let (_service, mut browser) = with_ada().await;
    let uri = "http://127.0.0.1:49152/callback";
    let till = [("client_id", "till"), ("redirect_uri", uri)];
    let allowed = browser.allow(&till).await;
    assert_eq!(answer(&allowed).0, uri);
    let code = value(&allowed, "code").unwrap();
    // The address is that of the request, port included.
    let other = [
        ("client_id", "till"),
        ("redirect_uri", "http://127.0.0.1:1/callback"),
    ];
    refused(browser.exchange(&code, &other).await, "invalid_grant");
    assert_eq!(browser.exchange(&code, &till).await.0, 200);
}
