//! The authorization code flow, with a browser that follows no redirect by itself.

use std::num::NonZeroU32;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use booking_tests::{PASSWORD, Request, TestService};
use dev_postgres::TestDatabase;
use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";
const CALLBACK: &str = "https://calendar.example/callback";
const VERIFIER: &str = "a-verifier-that-nobody-knows-but-the-program";

/// A browser, with the one cookie that it was given, and the program that has sent it here.
struct Browser {
    http: Client,
    base: String,
    cookie: Option<String>,
}

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn encode(pairs: Pairs<'_>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs).finish()
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}

/// What the calendar asks for, with values changed; an empty one counts as not there.
fn question(changes: Pairs<'_>) -> String {
    let challenge = challenge();
    let pairs = [
        ("response_type", "code"),
        ("client_id", "calendar"),
        ("redirect_uri", CALLBACK),
        ("scope", "account:manage bookings:read"),
        ("state", "what the program wants back & more"),
        ("code_challenge", &*challenge),
        ("code_challenge_method", "S256"),
    ];
    let changed = pairs.map(|(name, value)| {
        let change = changes.iter().find(|(changed, _)| *changed == name);
        (name, change.map_or(value, |(_, value)| *value))
    });
    encode(&changed)
}

/// The parameters of an answer to a program, and the address that they were sent to.
fn answer(response: &Response) -> (String, Vec<(String, String)>) {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let location = response.headers()[LOCATION].to_str().unwrap();
    let (uri, query) = location.split_once('?').unwrap();
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    (uri.to_owned(), pairs.collect())
}

fn value(response: &Response, name: &str) -> Option<String> {
    let (_, pairs) = answer(response);
    let mut named = pairs.into_iter().filter(|(other, _)| other == name);
    let found = named.next().map(|(_, value)| value);
    assert_eq!(named.next(), None);
    found
}

/// Each attribute of the page's form that has this name: `value="…"`.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!("{name}=\"");
    let parts = page.split(&begin).skip(1);
    parts.map(|part| part.split('"').next().unwrap()).collect()
}

impl Browser {
    fn new(service: &TestService) -> Self {
        Self {
            http: Client::builder().redirect(Policy::none()).build().unwrap(),
            base: format!("http://{}", service.address()),
            cookie: None,
        }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    async fn open(&mut self, query: &str) -> Response {
        let request = self.request(Method::GET, &format!("/oauth/authorize?{query}"));
        let response = request.send().await.unwrap();
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"));
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        response
    }

    /// Fills in the form of this page, and sends it as a browser does.
    async fn submit(&self, page: &str, fields: Pairs<'_>) -> Response {
        let action = attributes(page, "action")[0].replace("&amp;", "&");
        let token = attributes(page, "value")[0];
        let mut pairs = vec![("csrf_token", token)];
        pairs.extend(fields);
        self.send_form(&format!("/oauth/{action}"), &pairs)
            .header(ORIGIN, &self.base)
            .send()
            .await
            .unwrap()
    }

    fn send_form(&self, path: &str, fields: Pairs<'_>) -> reqwest::RequestBuilder {
        self.request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encode(fields))
    }

    /// Opens the page, logs Ada in, and lets the program have what it asks for.
    async fn allow(&mut self, changes: Pairs<'_>) -> Response {
        let page = self.open(&question(changes)).await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.unwrap();
        let fields = [
            ("email", ADA),
            ("password", PASSWORD),
            ("decision", "allow"),
        ];
        self.submit(&page, &fields).await
    }

    /// A code for the calendar.
    async fn code(&mut self) -> String {
        value(&self.allow(&[]).await, "code").expect("Ada has agreed")
    }

    /// What the program is answered that presents this, with values changed.
    async fn exchange(&self, code: &str, changes: Pairs<'_>) -> (u16, Value) {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("client_id", "calendar"),
            ("redirect_uri", CALLBACK),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        self.token(&changed(&pairs, changes)).await
    }

    async fn token(&self, fields: Pairs<'_>) -> (u16, Value) {
        taken(self.send_form("/oauth/token", fields).send().await.unwrap()).await
    }

    async fn refresh(&self, token: &str, changes: Pairs<'_>) -> (u16, Value) {
        let pairs = [
            ("grant_type", "refresh_token"),
            ("client_id", "calendar"),
            ("refresh_token", token),
            ("scope", ""),
        ];
        self.token(&changed(&pairs, changes)).await
    }

    async fn me(&self, access_token: &str) -> u16 {
        let request = self.request(Method::GET, "/api/v1/me");
        let response = request.bearer_auth(access_token).send().await.unwrap();
        response.status().as_u16()
    }
}

fn changed<'a>(pairs: &[(&'a str, &'a str)], changes: Pairs<'a>) -> Vec<(&'a str, &'a str)> {
    let change = |(name, value): &(&'a str, &'a str)| {
        let change = changes.iter().find(|(changed, _)| changed == name);
        (*name, change.map_or(*value, |(_, value)| *value))
    };
    pairs.iter().map(change).collect()
}

/// An answer of the token endpoint, none of which may be kept (RFC 6749, 5.1).
async fn taken(response: Response) -> (u16, Value) {
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("pragma"), "no-cache");
    assert_eq!(header("content-type"), "application/json");
    let status = response.status().as_u16();
    (status, response.json().await.unwrap())
}

async fn with_ada() -> (TestService, Browser) {
    let service = TestService::start().await;
    service.register(ADA).await;
    let browser = Browser::new(&service);
    (service, browser)
}

fn refused((status, body): (u16, Value), code: &str) {
    assert_eq!(
        (status, body["error"].as_str()),
        (400, Some(code)),
        "{body}"
    );
    assert!(body["error_description"].is_string());
}

#[tokio::test]
async fn a_person_lets_a_program_act_for_them_and_it_stays_so() {
    let (_service, mut browser) = with_ada().await;
    let allowed = browser.allow(&[]).await;
    let (uri, _) = answer(&allowed);
    assert_eq!(uri, CALLBACK);
    assert_eq!(
        value(&allowed, "state").as_deref(),
        Some("what the program wants back & more")
    );
    assert_eq!(value(&allowed, "iss").as_deref(), Some("http://localhost"));
    let code = value(&allowed, "code").unwrap();

    let (status, tokens) = browser.exchange(&code, &[]).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 900);
    assert_eq!(tokens["scope"], "bookings:read account:manage");
    let text = |tokens: &Value, name: &str| tokens[name].as_str().unwrap().to_owned();
    assert_eq!(browser.me(&text(&tokens, "access_token")).await, 200);

    // The next access token for less, and the one after it for all again.
    let refresh_token = text(&tokens, "refresh_token");
    let less = [("scope", "bookings:read")];
    let (status, tokens) = browser.refresh(&refresh_token, &less).await;
    assert_eq!((status, &tokens["scope"]), (200, &json!("bookings:read")));
    assert_eq!(browser.me(&text(&tokens, "access_token")).await, 403);
    let (status, tokens) = browser.refresh(&text(&tokens, "refresh_token"), &[]).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(browser.me(&text(&tokens, "access_token")).await, 200);
}

#[tokio::test]
async fn a_program_gets_no_scope_that_the_person_does_not_have() {
    let (_service, mut browser) = with_ada().await;
    let scopes = [("scope", "account:manage platform:admin")];
    let code = value(&browser.allow(&scopes).await, "code").unwrap();
    let (_, tokens) = browser.exchange(&code, &[]).await;
    assert_eq!(tokens["scope"], "account:manage");
    let nothing = browser.allow(&[("scope", "platform:admin")]).await;
    assert_eq!(value(&nothing, "error").as_deref(), Some("access_denied"));
    assert_eq!(value(&nothing, "code"), None);
}

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

#[tokio::test]
async fn metadata_says_where_everything_is_that_the_flow_takes() {
    let (service, browser) = with_ada().await;
    let path = "/.well-known/oauth-authorization-server";
    let metadata = browser.request(Method::GET, path).send().await.unwrap();
    let metadata: Value = metadata.json().await.unwrap();
    assert_eq!(metadata["issuer"], "http://localhost");
    let base = format!("http://{}", service.address());
    for (name, path) in [
        ("authorization_endpoint", "/oauth/authorize"),
        ("token_endpoint", "/oauth/token"),
        ("jwks_uri", "/.well-known/jwks.json"),
    ] {
        assert_eq!(metadata[name], format!("{base}{path}"));
    }
    assert_eq!(
        metadata["code_challenge_methods_supported"],
        json!(["S256"])
    );
    let grants = json!(["authorization_code", "refresh_token"]);
    assert_eq!(metadata["grant_types_supported"], grants);
    assert_eq!(
        metadata["token_endpoint_auth_methods_supported"],
        json!(["none"])
    );
}

/// What the script of the page does: it leads to the page of the login, and comes back.
#[tokio::test]
async fn the_reference_page_logs_people_in() {
    let (service, mut browser) = with_ada().await;
    let script = browser.request(Method::GET, "/docs/docs.js").send().await;
    let script = script.unwrap().text().await.unwrap();
    assert!(
        script.contains("clientId: \"reserveeasy-docs\""),
        "{script}"
    );
    let uri = format!("http://{}/docs/oauth2-redirect.html", service.address());
    let page = [("client_id", "reserveeasy-docs"), ("redirect_uri", &*uri)];
    let allowed = browser.allow(&page).await;
    assert_eq!(answer(&allowed).0, uri);
    let code = value(&allowed, "code").unwrap();
    assert_eq!(browser.exchange(&code, &page).await.0, 200);
    for path in ["/docs/oauth2-redirect.html", "/docs/oauth2-redirect.js"] {
        let file = browser.request(Method::GET, path).send().await.unwrap();
        assert_eq!(file.status(), StatusCode::OK);
    }
}
