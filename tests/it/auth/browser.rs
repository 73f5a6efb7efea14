//! `createSession`, `refreshSession` and `deleteSession`: logins of browsers.

use booking_tests::{PASSWORD, Request, Response, TestService};
use dev_postgres::TestDatabase;
use serde_json::json;

const ADA: &str = "ada@example.com";
const PATH: &str = "/auth/session";

fn script(request: Request) -> Request {
    request.header("X-CSRF-Protection", "1")
}

fn log_in() -> Request {
    script(Request::post(PATH)).json(&json!({ "email": ADA, "password": PASSWORD }))
}

fn refresh(cookie: &str) -> Request {
    script(Request::post(format!("{PATH}/refresh"))).header("cookie", cookie)
}

fn log_out(cookie: &str) -> Request {
    script(Request::post(PATH).with_method("DELETE")).header("cookie", cookie)
}

/// The cookie of an answer, as the browser sends it back, and its attributes.
fn cookie(answer: &Response) -> (String, String) {
    let set = answer.header("set-cookie").expect("there is a cookie");
    let (pair, attributes) = set.split_once("; ").expect("it has attributes");
    (pair.to_owned(), attributes.to_owned())
}

async fn with_ada() -> TestService {
    let service = TestService::start().await;
    service.register(ADA).await;
    service
}

async fn logged_in(service: &TestService) -> String {
    let answer = service.send(&log_in()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    cookie(&answer).0
}

#[tokio::test]
async fn the_refresh_token_is_where_no_script_reads_it_and_no_other_operation_gets_it() {
    let service = with_ada().await;
    let answer = service.send(&log_in()).await;
    let (pair, attributes) = cookie(&answer);
    let token = pair.strip_prefix("__Secure-refresh_token=").unwrap();
    assert!(token.starts_with("rt_"), "{pair}");
    assert_eq!(
        attributes,
        "Path=/api/v1/auth/session; Max-Age=2592000; HttpOnly; Secure; SameSite=Strict"
    );
    assert!(!answer.text().contains(token));
    let body = answer.json();
    assert_eq!(body.get("refresh_token"), None);
    let me = Request::get("/me");
    let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
    let me = service.send(&me.header("authorization", bearer)).await;
    assert_eq!(me.status, 200);
}

#[tokio::test]
async fn a_browser_stays_logged_in_and_an_old_cookie_ends_it() {
    let service = with_ada().await;
    let first = logged_in(&service).await;
    let answer = service.send(&refresh(&first)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let (second, _) = cookie(&answer);
    assert_ne!(second, first);
    // Two tabs at the same moment: both get the same.
    let again = service.send(&refresh(&first)).await;
    assert_eq!(cookie(&again).0, second);

    // At the end of its ninety days it lasts no longer, whoever uses it.
    service.set_clock("2027-03-08T17:30:00Z");
    let (third, _) = cookie(&service.send(&refresh(&second)).await);
    service.set_clock("2027-04-07T17:00:00Z");
    let (fourth, _) = cookie(&service.send(&refresh(&third)).await);
    service.set_clock("2027-05-06T17:30:00Z");
    let (fifth, attributes) = cookie(&service.send(&refresh(&fourth)).await);
    assert!(attributes.contains("; Max-Age=259200; "), "{attributes}");

    let stolen = service.send(&refresh(&fourth)).await;
    assert_eq!(stolen.status, 200, "within ten seconds it is a second tab");
    service.set_clock("2027-05-06T17:31:00Z");
    for cookie in [&fourth, &fifth] {
        let refused = service.send(&refresh(cookie)).await;
        assert_eq!(refused.refusal().code, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_logout_takes_the_cookie_back_and_ends_the_login() {
    let service = with_ada().await;
    let held = logged_in(&service).await;
    let answer = service.send(&log_out(&held)).await;
    assert_eq!(answer.status, 204);
    let (pair, attributes) = cookie(&answer);
    assert_eq!(pair, "__Secure-refresh_token=");
    assert!(attributes.contains("; Max-Age=0; "), "{attributes}");
    assert_eq!(service.send(&refresh(&held)).await.status, 401);
    // Whoever logs out twice has logged out.
    assert_eq!(service.send(&log_out(&held)).await.status, 204);
}

#[tokio::test]
async fn what_a_page_of_another_site_sends_is_refused() {
    let service = with_ada().await;
    let held = logged_in(&service).await;
    let before = service.contents().await;
    for request in [log_in(), refresh(&held), log_out(&held)] {
        for origin in [
            "https://evil.example",
            "null",
            "http://localhost.evil.example",
        ] {
            let sent = service
                .send(&request.clone().header("Origin", origin))
                .await;
            let refusal = sent.refusal();
            assert_eq!(
                (sent.status, refusal.code.as_str()),
                (400, "INVALID_REQUEST")
            );
            assert_eq!(refusal.details[0].field, "Origin");
            assert!(!sent.text().contains(origin));
        }
    }
    // A form can send no header of its own.
    for form in [
        Request::post(PATH).json(&json!({ "email": ADA, "password": PASSWORD })),
        Request::post(format!("{PATH}/refresh")).header("cookie", &held),
        Request::post(PATH)
            .with_method("DELETE")
            .header("cookie", &held),
    ] {
        let sent = service.send(&form).await;
        assert_eq!(sent.refusal().details[0].field, "X-CSRF-Protection");
    }
    assert_eq!(service.contents().await, before);
    let own = refresh(&held).header("Origin", "http://localhost:3000");
    assert_eq!(service.send(&own).await.status, 200);
}

#[tokio::test]
async fn the_cookie_is_for_the_public_address_and_its_pages() {
    let database = TestDatabase::create().unwrap();
    let url = database.url();
    let service = TestService::start_with(&url, false, |options| {
        options.identity.public_url = Some("https://reserve.example:443/app".parse().unwrap());
    });
    let service = service.await.unwrap();
    service.register(ADA).await;
    let own = log_in().header("Origin", "https://reserve.example");
    let (_, attributes) = cookie(&service.send(&own).await);
    assert!(
        attributes.starts_with("Path=/app/api/v1/auth/session; "),
        "{attributes}"
    );
    let elsewhere = log_in().header("Origin", "http://localhost:3000");
    assert_eq!(service.send(&elsewhere).await.status, 400);
    service.shutdown().await;
}

#[tokio::test]
async fn a_token_of_a_program_is_no_browsers() {
    let service = with_ada().await;
    let held = logged_in(&service).await;
    service
        .sql("UPDATE sessions SET client_id = 'calendar'")
        .await;
    assert_eq!(service.send(&refresh(&held)).await.status, 401);
}
