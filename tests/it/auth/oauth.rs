//! The authorization code flow, with a browser that follows no redirect by itself.

mod page;
mod token;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use booking_tests::{PASSWORD, TestService};
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
    // Programs decode a space of this kind only, in a browser: the reference page for one.
    assert!(!query.contains('+'), "{query}");
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
