//! Security as the generated server of `accept/security.yaml` enforces it: every operation with
//! every set of credentials, compared with what the contract means.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use booking_codegen::ir::{Contract, Credential, SecurityAlternative, SecurityScheme};
use contract_runtime::{ApiKey, AuthenticationError, BearerToken, Grant, Problem};
use dropshot::ApiDescription;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::accept;
use super::doors::callers::{
    BookingsReadOrBookingSecret, BookingsReadOrBookingSecretOrAnonymous,
    BookingsWriteAndBookingSecretOrSession, TokenOrAnonymous,
};
use super::doors::doors::*;
use super::doors::halls::*;
use super::doors::security::{AccountScope, Authenticator};
use super::doors::{callers, errors, headers, types, wiring};
use super::test_server::{Response, TestServer};

/// What the authenticator says of a credential. An account's token is its name and the first
/// letters of its scopes: `ann.rw`.
fn judge(scheme: &str, text: &str) -> Judgement {
    match (scheme, text) {
        (_, "away") => Judgement::Away,
        (_, "broken") => Judgement::Broken,
        (_, "panics") => Judgement::Panics,
        ("account", text) => text.strip_prefix("ann.").map_or(Judgement::Bad, |rights| {
            let scopes = [("r", "bookings:read"), ("w", "bookings:write")];
            let granted = scopes
                .into_iter()
                .filter(|(letter, _)| rights.contains(letter));
            Judgement::Good(granted.map(|(_, scope)| scope).collect())
        }),
        ("bookingSecret", "secret")
        | ("session", "session")
        | ("token", "token")
        | ("elsewhere", "identity") => Judgement::Good(Vec::new()),
        _ => Judgement::Bad,
    }
}

enum Judgement {
    Good(Vec<&'static str>),
    Bad,
    Away,
    Broken,
    Panics,
}

impl Judgement {
    fn scopes(self) -> Result<Vec<&'static str>, AuthenticationError> {
        match self {
            Self::Good(scopes) => Ok(scopes),
            Self::Bad => Err(AuthenticationError::rejected("unknown")),
            Self::Away => Err(errors::ServiceUnavailable {
                problem: Problem::new("come back later"),
                headers: headers::RetryAfter {
                    retry_after: 7.try_into().expect("seven is in range"),
                },
            }
            .into()),
            Self::Broken => Err(errors::InternalError(Problem::new("broken")).into()),
            Self::Panics => panic!("the authenticator was asked to"),
        }
    }
}

/// Counts how often its operations are called.
#[derive(Clone, Default)]
struct Keeper(Arc<AtomicUsize>);

impl Authenticator for Keeper {
    type Account = String;
    type BookingSecret = ();
    type Session = u32;
    type Token = ();
    type Elsewhere = ();

    async fn account(
        &self,
        token: BearerToken<'_>,
    ) -> Result<Grant<String, AccountScope>, AuthenticationError> {
        let scopes = judge("account", token.as_str()).scopes()?;
        let scopes = scopes.into_iter().filter_map(AccountScope::parse);
        Ok(Grant::new("ann".to_owned(), scopes))
    }

    async fn booking_secret(&self, key: ApiKey<'_>) -> Result<(), AuthenticationError> {
        judge("bookingSecret", key.as_str()).scopes().map(drop)
    }

    async fn session(&self, key: ApiKey<'_>) -> Result<u32, AuthenticationError> {
        judge("session", key.as_str()).scopes().map(|_| 4)
    }

    async fn token(&self, token: BearerToken<'_>) -> Result<(), AuthenticationError> {
        judge("token", token.as_str()).scopes().map(drop)
    }

    async fn elsewhere(&self, token: BearerToken<'_>) -> Result<(), AuthenticationError> {
        judge("elsewhere", token.as_str()).scopes().map(drop)
    }
}

impl Keeper {
    fn seen(&self, caller: &str) -> types::Seen {
        self.0.fetch_add(1, Ordering::SeqCst);
        types::Seen {
            caller: caller.try_into().expect("the caller's words are short"),
        }
    }
}

impl Halls for Keeper {
    async fn read_public(
        &self,
        _: ReadPublicRequest,
    ) -> Result<ReadPublicResponse, ReadPublicError> {
        Ok(ReadPublicResponse::Ok(self.seen("")))
    }
}

impl Doors for Keeper {
    async fn read_inherited(
        &self,
        caller: callers::Account<Self>,
        _: ReadInheritedRequest,
    ) -> Result<ReadInheritedResponse, ReadInheritedError> {
        assert_eq!(caller.into_principal(), "ann");
        Ok(ReadInheritedResponse::Ok(self.seen("account")))
    }

    async fn read_scope(
        &self,
        caller: callers::BookingsRead<Self>,
        _: ReadScopeRequest,
    ) -> Result<ReadScopeResponse, ReadScopeError> {
        assert_eq!(caller.principal(), "ann");
        assert!(caller.grant().allows(AccountScope::BookingsRead));
        Ok(ReadScopeResponse::Ok(self.seen("account")))
    }

    async fn change_scopes(
        &self,
        caller: callers::BookingsReadAndBookingsWrite<Self>,
        _: ChangeScopesRequest,
    ) -> Result<ChangeScopesResponse, ChangeScopesError> {
        assert_eq!(caller.grant().scopes(), AccountScope::ALL);
        Ok(ChangeScopesResponse::Ok(self.seen("account")))
    }

    async fn read_either(
        &self,
        caller: callers::BookingsReadOrBookingSecret<Self>,
        _: ReadEitherRequest,
    ) -> Result<ReadEitherResponse, ReadEitherError> {
        let words = match caller {
            BookingsReadOrBookingSecret::BookingsRead(_) => "account",
            BookingsReadOrBookingSecret::BookingSecret(_) => "bookingSecret",
        };
        Ok(ReadEitherResponse::Ok(self.seen(words)))
    }

    async fn read_optional(
        &self,
        caller: callers::BookingsReadOrBookingSecretOrAnonymous<Self>,
        _: ReadOptionalRequest,
    ) -> Result<ReadOptionalResponse, ReadOptionalError> {
        let words = match caller {
            BookingsReadOrBookingSecretOrAnonymous::BookingsRead(_) => "account",
            BookingsReadOrBookingSecretOrAnonymous::BookingSecret(_) => "bookingSecret",
            BookingsReadOrBookingSecretOrAnonymous::Anonymous(_) => "",
        };
        Ok(ReadOptionalResponse::Ok(self.seen(words)))
    }

    async fn read_both(
        &self,
        caller: callers::BookingsReadAndBookingSecret<Self>,
        _: ReadBothRequest,
    ) -> Result<ReadBothResponse, ReadBothError> {
        assert_eq!(caller.account().principal(), "ann");
        let (account, _secret) = caller.into_grants();
        assert!(account.allows(AccountScope::BookingsRead));
        Ok(ReadBothResponse::Ok(self.seen("account+bookingSecret")))
    }

    async fn read_several(
        &self,
        caller: callers::BookingsWriteAndBookingSecretOrSession<Self>,
        _: ReadSeveralRequest,
    ) -> Result<ReadSeveralResponse, ReadSeveralError> {
        let words = match caller {
            BookingsWriteAndBookingSecretOrSession::BookingsWriteAndBookingSecret(_) => {
                "account+bookingSecret"
            }
            BookingsWriteAndBookingSecretOrSession::Session(session) => {
                assert_eq!(session.principal(), &4);
                "session"
            }
        };
        Ok(ReadSeveralResponse::Ok(self.seen(words)))
    }

    async fn read_token(
        &self,
        caller: callers::TokenOrAnonymous<Self>,
        _: ReadTokenRequest,
    ) -> Result<ReadTokenResponse, ReadTokenError> {
        let words = match caller {
            TokenOrAnonymous::Token(_) => "token",
            TokenOrAnonymous::Anonymous(_) => "",
        };
        Ok(ReadTokenResponse::Ok(self.seen(words)))
    }

    async fn read_elsewhere(
        &self,
        _: callers::Elsewhere<Self>,
        _: ReadElsewhereRequest,
    ) -> Result<ReadElsewhereResponse, ReadElsewhereError> {
        Ok(ReadElsewhereResponse::Ok(self.seen("elsewhere")))
    }
}

pub(crate) fn start() -> TestServer {
    start_with(Keeper::default())
}

fn start_with(keeper: Keeper) -> TestServer {
    let mut api = ApiDescription::new();
    wiring::register(&mut api).expect("the contract's routes do not collide");
    TestServer::serving(api, keeper)
}

/// What is sent under one header name: each value, and the credential in it if it is one.
type Sent = (&'static [&'static str], Option<Option<&'static str>>);

const NOTHING: Sent = (&[], Some(None));

/// What is sent as `Authorization`.
const AUTHORIZATIONS: [Sent; 15] = [
    NOTHING,
    (&["Bearer ann."], Some(Some("ann."))),
    (&["Bearer ann.r"], Some(Some("ann.r"))),
    (&["bearer ann.w"], Some(Some("ann.w"))),
    (&["Bearer ann.rw"], Some(Some("ann.rw"))),
    (&["Bearer token"], Some(Some("token"))),
    (&["Bearer identity"], Some(Some("identity"))),
    (&["Bearer unknown"], Some(Some("unknown"))),
    (&["Bearer away"], Some(Some("away"))),
    (&["Bearer broken"], Some(Some("broken"))),
    (&["Bearer panics"], Some(Some("panics"))),
    (&["Bearer"], None),
    (&["Basic YW5uOmE="], None),
    (&["Bearer ann.rw ann.rw"], None),
    (&["Bearer ann.rw", "Bearer ann.rw"], None),
];

/// What is sent as `Booking-Secret`.
const SECRETS: [Sent; 5] = [
    NOTHING,
    (&["secret"], Some(Some("secret"))),
    (&["unknown"], Some(Some("unknown"))),
    (&["away"], Some(Some("away"))),
    (&["secret", "secret"], None),
];

/// What is sent as `Cookie`.
const COOKIES: [Sent; 4] = [
    NOTHING,
    (&["a=b; __Secure-session=session"], Some(Some("session"))),
    (&["__Secure-session=unknown"], Some(Some("unknown"))),
    (
        &["__Secure-session=session; __Secure-session=session"],
        None,
    ),
];

/// What the contract says of a request: who has called, or the status of the refusal.
fn expected(security: &[SecurityAlternative], sent: &[Sent; 3]) -> Result<String, u16> {
    let mut schemes: Vec<&SecurityScheme> = Vec::new();
    for demand in security.iter().flat_map(|one| &one.demands) {
        if !schemes.contains(&&demand.scheme) {
            schemes.push(&demand.scheme);
        }
    }
    let sent_for = |scheme: &SecurityScheme| match scheme.credential {
        Credential::Bearer => sent[0].1,
        Credential::Header(_) => sent[1].1,
        Credential::Cookie(_) => sent[2].1,
    };
    if schemes.iter().any(|scheme| sent_for(scheme).is_none()) {
        return Err(401);
    }
    let mut granted: Vec<(&str, Vec<&str>)> = Vec::new();
    for scheme in schemes {
        let Some(text) = sent_for(scheme).flatten() else {
            continue;
        };
        match judge(&scheme.name, text) {
            Judgement::Good(scopes) => granted.push((&scheme.name, scopes)),
            Judgement::Bad => return Err(401),
            Judgement::Away => return Err(503),
            Judgement::Broken | Judgement::Panics => return Err(500),
        }
    }
    let mut refusal = if security.is_empty() { None } else { Some(401) };
    for alternative in security {
        let names: Vec<&str> = alternative
            .demands
            .iter()
            .map(|demand| demand.scheme.name.as_str())
            .collect();
        let has = |name: &str| granted.iter().find(|(scheme, _)| *scheme == name);
        if !names.iter().all(|name| has(name).is_some()) {
            continue;
        }
        let is_met = alternative.demands.iter().all(|demand| {
            has(&demand.scheme.name).is_some_and(|(_, scopes)| {
                demand
                    .scopes
                    .iter()
                    .all(|scope| scopes.contains(&scope.wire.as_str()))
            })
        });
        if is_met {
            return Ok(names.join("+"));
        }
        refusal = Some(403);
    }
    refusal.map_or(Ok(String::new()), Err)
}

async fn knock(live: &TestServer, path: &str, sent: &[Sent; 3]) -> Response {
    let url = format!("{}{path}", live.base());
    let client = reqwest::Client::new();
    let request = match path {
        "/scopes" => client
            .post(url)
            .header("content-type", "application/json")
            .body(r#"{"guests":2}"#),
        _ => client.get(url),
    };
    let names = ["authorization", "booking-secret", "cookie"];
    let headers = names
        .into_iter()
        .zip(sent)
        .flat_map(|(name, (values, _))| values.iter().map(move |value| (name, *value)));
    let headers: Vec<(&str, &str)> = headers.collect();
    live.send(request, &headers).await
}

#[tokio::test]
async fn every_operation_lets_in_whom_the_contract_lets_in_and_nobody_else() {
    let keeper = Keeper::default();
    let (live, contract) = (start_with(keeper.clone()), accept::load("security"));
    let (mut cells, mut let_in) = (0, 0);
    for operation in &contract.operations {
        for authorization in AUTHORIZATIONS {
            for secret in SECRETS {
                for cookie in COOKIES {
                    let sent = [authorization, secret, cookie];
                    let expected = expected(&operation.security, &sent);
                    let calls = keeper.0.load(Ordering::SeqCst);
                    let answered = knock(&live, &operation.path, &sent).await;
                    let found = match answered.status {
                        200 => Ok(answered.body["caller"]
                            .as_str()
                            .unwrap_or("none")
                            .to_owned()),
                        status => Err(status),
                    };
                    let place = format!("{} {sent:?}: {answered:?}", operation.id);
                    assert_eq!(found, expected, "{place}");
                    let called = keeper.0.load(Ordering::SeqCst) - calls;
                    assert_eq!(called, usize::from(expected.is_ok()), "{place}");
                    let is_challenged = answered.headers.contains_key("www-authenticate");
                    assert_eq!(is_challenged, matches!(expected, Err(401 | 403)), "{place}");
                    let code = answered.body["error"]["code"].as_str();
                    let wanted = expected.as_ref().err().map(|status| match status {
                        401 => "UNAUTHENTICATED",
                        403 => "FORBIDDEN",
                        503 => "SERVICE_UNAVAILABLE",
                        _ => "INTERNAL_ERROR",
                    });
                    assert_eq!(code, wanted, "{place}");
                    cells += 1;
                    let_in += called;
                }
            }
        }
    }
    let all = contract.operations.len() * AUTHORIZATIONS.len() * SECRETS.len() * COOKIES.len();
    assert_eq!(cells, all);
    assert!(let_in > all / 10, "{let_in} of {all} were let in");
}

#[tokio::test]
async fn a_refusal_says_what_is_demanded_and_nothing_of_what_was_sent() {
    let live = start();
    let bearer = |value: &'static [&'static str]| [(value, None), NOTHING, NOTHING];
    let account = r#"Bearer realm="Doors""#;
    let secret = r#"ApiKey realm="Doors", header="booking-secret""#;
    let session = r#"ApiKey realm="Doors", cookie="__Secure-session""#;
    let bad = r#"Bearer error="invalid_token""#;
    let cases: [(&str, [Sent; 3], String); 7] = [
        ("/scope", [NOTHING; 3], account.to_owned()),
        ("/either", [NOTHING; 3], format!("{account}, {secret}")),
        (
            "/several",
            [NOTHING; 3],
            format!("{account}, {secret}, {session}"),
        ),
        ("/scope", bearer(&["Bearer SECRET-SECRET"]), bad.to_owned()),
        (
            "/optional",
            bearer(&["Basic SECRET-SECRET"]),
            bad.to_owned(),
        ),
        (
            "/either",
            [NOTHING, (&["SECRET-SECRET"], None), NOTHING],
            r#"ApiKey header="booking-secret", error="invalid_key""#.to_owned(),
        ),
        (
            "/scopes",
            bearer(&["Bearer ann.r"]),
            r#"Bearer error="insufficient_scope", scope="bookings:read bookings:write""#.to_owned(),
        ),
    ];
    for (path, sent, challenge) in cases {
        let answered = knock(&live, path, &sent).await;
        assert_eq!(
            answered.headers["www-authenticate"],
            challenge.as_str(),
            "{path}"
        );
        let shown = format!("{} {:?}", answered.body, answered.headers);
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}

#[tokio::test]
async fn an_authenticator_that_is_away_says_when_to_come_back() {
    let sent = [AUTHORIZATIONS[8], NOTHING, NOTHING];
    let answered = knock(&start(), "/scope", &sent).await;
    assert_eq!(answered.headers["retry-after"], "7");
}

#[tokio::test]
async fn who_calls_is_known_before_the_body_is_judged() {
    let live = start();
    for (authorization, body, status) in [
        ("Bearer unknown", "{", 401),
        ("Bearer ann.r", "{", 403),
        ("Bearer ann.rw", "{", 400),
        ("Bearer unknown", &*" ".repeat(5_000), 401),
        ("Bearer ann.rw", &*" ".repeat(5_000), 413),
    ] {
        let headers = [
            ("authorization", authorization),
            ("content-type", "application/json"),
        ];
        let answered = live.post("/scopes", &headers, body.to_owned()).await;
        assert_eq!(answered.status, status, "{authorization}");
    }
}

#[tokio::test]
async fn a_body_is_not_read_before_it_is_known_who_sends_it() {
    let live = start();
    let address = live
        .base()
        .trim_start_matches("http://")
        .trim_end_matches("/v1");
    for waits_for_permission in [false, true] {
        let mut stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("it listens");
        let expect = if waits_for_permission {
            "expect: 100-continue\r\n"
        } else {
            ""
        };
        // The body never ends.
        let head = format!(
            "POST /v1/scopes HTTP/1.1\r\nhost: doors\r\ncontent-type: application/json\r\n\
             transfer-encoding: chunked\r\n{expect}\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("it is sent");
        if !waits_for_permission {
            stream.write_all(b"1\r\n{\r\n").await.expect("it is sent");
        }
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("it answers");
        assert_eq!(&answer, b"HTTP/1.1 401");
    }
}

#[tokio::test]
async fn head_asks_who_calls_as_get_does() {
    let live = start();
    assert_eq!(live.ask(reqwest::Method::HEAD, "/scope").await.status, 401);
    assert_eq!(live.ask(reqwest::Method::HEAD, "/public").await.status, 200);
}

#[test]
fn callers_are_called_after_what_is_demanded_and_the_scheme_where_a_scope_is_not_enough() {
    let callers = |contract: &Contract| -> Vec<Option<String>> {
        contract
            .operations
            .iter()
            .map(|operation| operation.caller_ident())
            .collect()
    };
    let text = include_str!("../valid/everything.yaml");
    let everything = booking_codegen::load("everything.yaml", text);
    let everything = everything.unwrap_or_else(|found| panic!("{found}"));
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(
        callers(&everything),
        [
            name("AccountThingsWriteAndKey"),
            name("TokenOrSessionOrAnonymous"),
            None,
            None,
            name("ElsewhereThingsRemove"),
        ]
    );
}
