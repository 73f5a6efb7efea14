//! Which credentials the generated client of `accept/security.yaml` sends with which operation, and
//! what it does when its token is refused.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::doors::client::types::{Seen, Visit};
use super::doors::client::{
    AccessToken, BuildClientError, Client, ClientBuilder, Error, RefreshingToken, TokenError,
    TokenSource,
};
use super::security;

/// A server that answers by the head of each request, and keeps what it was sent.
struct FakeServer {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl FakeServer {
    /// `judge` gives the challenge of a 401, or `None` to answer with success.
    async fn start(judge: impl Fn(&str) -> Option<&'static str> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = listener.expect("a free port can be bound");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (judge, seen) = (Arc::new(judge), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let (judge, seen) = (Arc::clone(&judge), Arc::clone(&seen));
                tokio::spawn(async move {
                    let mut request = String::new();
                    while !is_whole(&request) {
                        let mut buffer = [0; 4096];
                        let read = connection.read(&mut buffer).await.unwrap_or(0);
                        if read == 0 {
                            return;
                        }
                        request.push_str(&String::from_utf8_lossy(&buffer[..read]));
                    }
                    let (status, body) = match judge(&request) {
                        Some(challenge) => (
                            format!("401 Unauthorized\r\nwww-authenticate: {challenge}"),
                            r#"{"error":{"code":"UNAUTHENTICATED"}}"#,
                        ),
                        None => ("200 OK".to_owned(), r#"{"caller":"known"}"#),
                    };
                    seen.lock().expect("no test panics with it").push(request);
                    let answer = format!(
                        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n\
                         content-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    // A client that has read enough hangs up.
                    let _ = connection.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self { base, requests }
    }

    async fn friendly() -> Self {
        Self::start(|_| None).await
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder(&self.base)
    }

    fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().expect("no test panics with it"))
    }

    /// The credentials of the only request since the last look.
    fn credentials(&self) -> Vec<String> {
        let requests = self.requests();
        let [request] = requests.as_slice() else {
            panic!("one request was sent: {requests:?}");
        };
        credentials(request)
    }
}

/// Whether a request has come to its end: the bodies of these tests are objects.
fn is_whole(request: &str) -> bool {
    request.ends_with(if request.starts_with("POST") {
        "}"
    } else {
        "\r\n\r\n"
    })
}

/// The lines of a request that carry credentials.
fn credentials(request: &str) -> Vec<String> {
    let names = ["authorization: ", "booking-secret: ", "cookie: "];
    let lines = request.lines();
    let lines = lines.filter(|line| names.iter().any(|name| line.starts_with(name)));
    lines.map(ToOwned::to_owned).collect()
}

/// Every operation of the contract.
const OPERATIONS: [&str; 10] = [
    "public",
    "inherited",
    "scope",
    "scopes",
    "either",
    "optional",
    "both",
    "several",
    "token",
    "elsewhere",
];

async fn call(client: &Client, operation: &str) -> Result<Seen, Error> {
    let visit = || Visit::builder().guests(2);
    let answer = match operation {
        "public" => client.read_public().send().await,
        "inherited" => client.read_inherited().send().await,
        "scope" => client.read_scope().send().await,
        "scopes" => client.change_scopes().body(visit()).send().await,
        "either" => client.read_either().send().await,
        "optional" => client.read_optional().send().await,
        "both" => client.read_both().send().await,
        "several" => client.read_several().send().await,
        "token" => client.read_token().send().await,
        "elsewhere" => client.read_elsewhere().send().await,
        other => panic!("the contract has no operation {other}"),
    };
    answer.map(super::doors::client::ResponseValue::into_inner)
}

const ACCOUNT: &str = "authorization: Bearer ann.rw";
const SECRET: &str = "booking-secret: secret";
const SESSION: &str = "cookie: __Secure-session=session";

#[tokio::test]
async fn an_operation_sends_the_first_alternative_that_the_client_has_whole() {
    let server = FakeServer::friendly().await;
    let build = |builder: ClientBuilder| builder.build().expect("a client");
    let nobody = build(server.builder());
    let guest = build(server.builder().booking_secret("secret"));
    let account = build(server.builder().account("ann.rw"));
    let both = build(server.builder().account("ann.rw").booking_secret("secret"));
    let browser = build(server.builder().booking_secret("secret").session("session"));
    let elsewhere = build(server.builder().token("token").elsewhere("identity"));
    let sent: [(&str, [&[&str]; 6]); 10] = [
        // nobody, guest, account, both, browser, elsewhere
        ("public", [&[], &[], &[], &[], &[], &[]]),
        ("inherited", [&[], &[], &[ACCOUNT], &[ACCOUNT], &[], &[]]),
        ("scope", [&[], &[], &[ACCOUNT], &[ACCOUNT], &[], &[]]),
        ("scopes", [&[], &[], &[ACCOUNT], &[ACCOUNT], &[], &[]]),
        (
            "either",
            [&[], &[SECRET], &[ACCOUNT], &[ACCOUNT], &[SECRET], &[]],
        ),
        (
            "optional",
            [&[], &[SECRET], &[ACCOUNT], &[ACCOUNT], &[SECRET], &[]],
        ),
        ("both", [&[], &[], &[], &[ACCOUNT, SECRET], &[], &[]]),
        (
            "several",
            [&[], &[], &[], &[ACCOUNT, SECRET], &[SESSION], &[]],
        ),
        (
            "token",
            [&[], &[], &[], &[], &[], &["authorization: Bearer token"]],
        ),
        (
            "elsewhere",
            [&[], &[], &[], &[], &[], &["authorization: Bearer identity"]],
        ),
    ];
    assert_eq!(sent.map(|(operation, _)| operation), OPERATIONS);
    let clients = [nobody, guest, account, both, browser, elsewhere];
    for (operation, expected) in sent {
        for (index, (client, expected)) in clients.iter().zip(expected).enumerate() {
            call(client, operation)
                .await
                .expect("the server accepts everything");
            assert_eq!(
                server.credentials(),
                expected,
                "{operation}, client {index}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_set_for_a_call_comes_before_what_the_client_has() {
    let server = FakeServer::friendly().await;
    let client = server.builder().account("ann.rw").booking_secret("other");
    let client = client.build().expect("a client");
    let known = |answer: Result<_, Error>| drop(answer.expect("the server accepts everything"));

    known(client.read_either().booking_secret("secret").send().await);
    assert_eq!(
        server.credentials(),
        [SECRET],
        "another alternative, and another secret"
    );
    known(client.read_both().booking_secret("secret").send().await);
    assert_eq!(server.credentials(), [ACCOUNT, SECRET]);
    known(client.read_scope().account("bob.r").send().await);
    assert_eq!(server.credentials(), ["authorization: Bearer bob.r"]);
    let request = client
        .read_either()
        .account("bob.r")
        .booking_secret("secret");
    known(request.send().await);
    assert_eq!(
        server.credentials(),
        ["authorization: Bearer bob.r"],
        "the first of equals"
    );
    known(client.read_several().session("session").send().await);
    assert_eq!(server.credentials(), [SESSION]);
    known(client.read_either().send().await);
    assert_eq!(
        server.credentials(),
        [ACCOUNT],
        "the client keeps what it had"
    );
}

#[tokio::test]
async fn the_generated_server_lets_the_generated_client_in() {
    let live = security::start();
    let builder = || Client::builder(live.base());
    let member = builder().account("ann.rw").booking_secret("secret").build();
    let member = member.expect("a client");
    let stranger = builder()
        .token("token")
        .elsewhere("identity")
        .session("session")
        .build();
    let stranger = stranger.expect("a client");
    for (operation, of_member, of_stranger) in [
        ("public", Ok(""), Ok("")),
        ("inherited", Ok("account"), Err(401)),
        ("scope", Ok("account"), Err(401)),
        ("scopes", Ok("account"), Err(401)),
        ("either", Ok("account"), Err(401)),
        ("optional", Ok("account"), Ok("")),
        ("both", Ok("account+bookingSecret"), Err(401)),
        ("several", Ok("account+bookingSecret"), Ok("session")),
        ("token", Ok(""), Ok("token")),
        ("elsewhere", Err(401), Ok("elsewhere")),
    ] {
        for (client, expected) in [(&member, of_member), (&stranger, of_stranger)] {
            let seen = call(client, operation).await;
            let seen = seen.map(|seen| seen.caller.to_string());
            let seen = seen.map_err(|error| error.status().map_or(0, |status| status.as_u16()));
            assert_eq!(seen, expected.map(ToOwned::to_owned), "{operation}");
        }
    }
}

#[tokio::test]
async fn the_generated_servers_refusal_makes_the_generated_client_refresh() {
    let live = security::start();
    let (source, refreshes) = refreshing("expired", "ann.rw");
    let client = Client::builder(live.base()).account(source).build();
    let client = client.expect("a client");
    let seen = call(&client, "scopes")
        .await
        .expect("the second token is good");
    assert_eq!(
        (seen.caller.as_str(), refreshes.load(Ordering::SeqCst)),
        ("account", 1)
    );
}

/// A source that has `first`, and refreshes to `then`.
fn refreshing(first: &str, then: &'static str) -> (RefreshingToken<()>, Arc<AtomicUsize>) {
    let refreshes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&refreshes);
    let source = RefreshingToken::new(AccessToken::new(first), (), move |()| {
        let counted = Arc::clone(&counted);
        async move {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok((AccessToken::new(then), ()))
        }
    });
    (source, refreshes)
}

/// Refuses every request that does not carry `token`.
async fn knows_only(token: &'static str, challenge: &'static str) -> FakeServer {
    FakeServer::start(move |request| {
        let is_known = request.contains(&format!("authorization: Bearer {token}\r\n"));
        (!is_known).then_some(challenge)
    })
    .await
}

const INVALID: &str = "Bearer error=\"invalid_token\"";

#[tokio::test]
async fn a_refused_token_is_refreshed_once_and_the_request_repeated_whole() {
    let server = knows_only("new", INVALID).await;
    let (source, refreshes) = refreshing("old", "new");
    let client = server
        .builder()
        .account(source.clone())
        .build()
        .expect("a client");
    call(&client, "scopes")
        .await
        .expect("the second token is good");
    let requests = server.requests();
    let [first, second] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!(first.replace("Bearer old", "Bearer new"), *second);
    assert!(second.ends_with(r#"{"guests":2}"#), "{second}");
    call(&client, "scopes")
        .await
        .expect("the new token is kept");
    assert_eq!(
        (server.requests().len(), refreshes.load(Ordering::SeqCst)),
        (1, 1)
    );
    // For one call, too, and shared with every other user of the source.
    let other = server.builder().build().expect("a client");
    let request = other.read_scope().account(source).send().await;
    request.expect("the new token is kept");
    assert_eq!(refreshes.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn fifty_calls_with_a_refused_token_make_one_refresh() {
    let server = knows_only("new", INVALID).await;
    let (source, refreshes) = refreshing("old", "new");
    let client = server.builder().account(source).build().expect("a client");
    for answer in join_all((0..50).map(|_| call(&client, "scope"))).await {
        answer.expect("the second token is good");
    }
    assert_eq!(refreshes.load(Ordering::SeqCst), 1);
    let accepted = server.requests();
    let accepted = accepted
        .iter()
        .filter(|request| request.contains("Bearer new"));
    assert_eq!(accepted.count(), 50);
}

#[tokio::test]
async fn a_second_refusal_is_an_error_with_its_status() {
    let server = knows_only("neither", INVALID).await;
    let (source, refreshes) = refreshing("old", "new");
    let client = server.builder().account(source).build().expect("a client");
    let error = call(&client, "scope").await.expect_err("no token is good");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(
        (server.requests().len(), refreshes.load(Ordering::SeqCst)),
        (2, 1)
    );
}

#[tokio::test]
async fn only_an_invalid_token_that_can_be_replaced_is_sent_again() {
    // Another refusal than the token's.
    let server = knows_only("new", "Bearer realm=\"Doors\"").await;
    let (source, refreshes) = refreshing("old", "new");
    let client = server.builder().account(source).build().expect("a client");
    call(&client, "scope").await.expect_err("it is refused");
    assert_eq!(
        (server.requests().len(), refreshes.load(Ordering::SeqCst)),
        (1, 0)
    );
    // A token that stays the same, given as a text or by a source.
    let server = knows_only("new", INVALID).await;
    let (source, _) = refreshing("old", "old");
    for builder in [
        server.builder().account("old"),
        server.builder().account(source),
    ] {
        let client = builder.build().expect("a client");
        call(&client, "scope").await.expect_err("it is refused");
        assert_eq!(server.requests().len(), 1);
    }
}

/// A source that has no token.
struct Dry;

impl TokenSource for Dry {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        Err(TokenError::new("nobody has logged in"))
    }

    fn reject(&self, _: &AccessToken) {}
}

/// A source whose token cannot travel.
struct Smuggler;

impl TokenSource for Smuggler {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        Ok(AccessToken::new("a\r\nx-evil: b"))
    }

    fn reject(&self, _: &AccessToken) {}
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_but_what_needs_none() {
    let server = FakeServer::friendly().await;
    for builder in [
        server.builder().account(Dry),
        server.builder().account(Smuggler),
    ] {
        let client = builder.build().expect("a client");
        let error = call(&client, "scope").await.expect_err("there is no token");
        let Error::Token(cause) = &error else {
            panic!("{error:?}");
        };
        assert!(!cause.to_string().is_empty());
        assert_eq!(
            (error.status(), error.to_string()),
            (None, "there is no access token".to_owned())
        );
        assert!(server.requests().is_empty());
        call(&client, "public").await.expect("it needs no token");
        assert!(server.credentials().is_empty());
    }
}

#[tokio::test]
async fn what_cannot_be_a_credential_is_told_by_its_scheme_and_never_shown() {
    let server = FakeServer::friendly().await;
    let builders = [
        (server.builder().account("wrong token"), "account"),
        (server.builder().booking_secret(""), "bookingSecret"),
        (server.builder().session("wrong;session"), "session"),
    ];
    for (builder, scheme) in builders {
        let error = builder.build().expect_err("it cannot be sent");
        let BuildClientError::Credential(invalid) = &error else {
            panic!("{error:?}");
        };
        assert_eq!(invalid.field(), scheme);
        assert!(!format!("{error} {error:?}").contains("wrong"), "{error:?}");
    }
    let client = server.builder().build().expect("a client");
    let sent = client
        .read_either()
        .booking_secret("wrong secret")
        .send()
        .await;
    let error = sent.expect_err("it cannot be sent");
    assert_eq!(error.field(), Some("bookingSecret"));
    assert!(!format!("{error} {error:?}").contains("wrong"), "{error:?}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn no_credential_is_shown() {
    let server = FakeServer::start(|_| Some(INVALID)).await;
    let (source, _) = refreshing("HIDDEN", "HIDDEN");
    let builder = server
        .builder()
        .account(source)
        .booking_secret("HIDDEN")
        .session("HIDDEN");
    let mut shown = format!("{builder:?}");
    let client = builder.build().expect("a client");
    let request = client
        .read_both()
        .account("HIDDEN")
        .booking_secret("HIDDEN");
    shown.push_str(&format!("{client:?} {request:?}"));
    let error = request.send().await.expect_err("it is refused");
    shown.push_str(&format!("{error} {error:?}"));
    assert!(
        shown.contains("bookingSecret"),
        "the schemes are told: {shown}"
    );
    assert!(!shown.contains("HIDDEN"), "{shown}");
}
