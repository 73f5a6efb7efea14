//! What a program asks for at `/oauth/authorize` (RFC 6749, 4.1.1; RFC 7636, 4.3).

use booking_domain::{ClientId, Scopes};
use credentials::CodeChallenge;

use crate::identity::OauthClients;
use crate::operational::form::{Form, Repeated};

/// The longest `state` that is sent back.
const MAX_STATE_BYTES: usize = 2000;

/// A request that somebody can be asked about.
#[derive(Debug)]
pub(super) struct AuthorizationRequest {
    pub(super) client: ClientId,
    pub(super) reply_to: ReplyTo,
    pub(super) scopes: Scopes,
    pub(super) code_challenge: CodeChallenge,
}

/// Where the answer goes: an address of the program, as it is registered, and what it wants back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReplyTo {
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
}

/// Why nobody is asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RequestRefusal {
    /// It is not known who asks, or where an answer may go: only the person is told, and nobody is
    /// redirected (4.1.2.1).
    Nobody(&'static str),
    /// The program is told.
    Program(ReplyTo, AuthorizationError),
}

/// What a program is told instead of a code (4.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AuthorizationError {
    pub(super) code: &'static str,
    pub(super) description: &'static str,
}

impl AuthorizationError {
    pub(super) const ACCESS_DENIED: Self = Self::new("access_denied", "the request was denied");
    pub(super) const NOTHING_TO_GRANT: Self =
        Self::new("access_denied", "the account has none of the scopes");
    pub(super) const SERVER_ERROR: Self = Self::new("server_error", "the request failed");
    pub(super) const UNAVAILABLE: Self = Self::new("temporarily_unavailable", "try again later");

    const fn new(code: &'static str, description: &'static str) -> Self {
        Self { code, description }
    }

    const fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }
}

impl From<Repeated> for AuthorizationError {
    fn from(_: Repeated) -> Self {
        Self::invalid_request("a parameter is there more than once")
    }
}

impl AuthorizationRequest {
    /// Reads the query of a request.
    pub(super) fn parse(query: &str, clients: &OauthClients) -> Result<Self, RequestRefusal> {
        let nobody = RequestRefusal::Nobody;
        let form = Form::parse(query.as_bytes()).map_err(|_| nobody("the request is too long"))?;
        let id = form.get("client_id").ok().flatten();
        let client = id.and_then(|id| clients.find(id));
        let client = client.ok_or(nobody("the program that asks is not registered here"))?;
        let redirect_uri = form.get("redirect_uri").ok().flatten();
        let redirect_uri = redirect_uri.filter(|uri| clients.allows(&client, uri));
        let redirect_uri = redirect_uri.ok_or(nobody(
            "the address that the program wants to go on at is not registered here",
        ))?;
        let state = form.get("state");
        let kept = state.ok().flatten();
        let kept = kept.filter(|state| state.len() <= MAX_STATE_BYTES);
        let reply_to = ReplyTo {
            redirect_uri: redirect_uri.to_owned(),
            state: kept.map(str::to_owned),
        };
        let demand = match state {
            Ok(Some(state)) if state.len() > MAX_STATE_BYTES => Err(
                AuthorizationError::invalid_request("state is longer than 2000 bytes"),
            ),
            Ok(_) => demand(&form),
            Err(repeated) => Err(repeated.into()),
        };
        match demand {
            Ok((scopes, code_challenge)) => Ok(Self {
                client,
                reply_to,
                scopes,
                code_challenge,
            }),
            Err(error) => Err(RequestRefusal::Program(reply_to, error)),
        }
    }
}

/// What is asked for, and what shows later that it is the same program.
fn demand(form: &Form) -> Result<(Scopes, CodeChallenge), AuthorizationError> {
    let invalid = AuthorizationError::invalid_request;
    match form.get("response_type")? {
        Some("code") => {}
        Some(_) => {
            let code = "unsupported_response_type";
            return Err(AuthorizationError::new(
                code,
                "response_type has to be code",
            ));
        }
        None => return Err(invalid("response_type is missing")),
    }
    let method = form.get("code_challenge_method")?;
    if method != Some(CodeChallenge::METHOD) {
        return Err(invalid("code_challenge_method has to be S256"));
    }
    let challenge = form.get("code_challenge")?;
    let challenge = challenge.ok_or(invalid("code_challenge is missing"))?;
    let challenge = CodeChallenge::parse(challenge)
        .map_err(|_| invalid("code_challenge is no SHA-256 in base64url"))?;
    let scopes = form.get("scope")?.and_then(Scopes::parse);
    let scopes = scopes.ok_or(AuthorizationError::new(
        "invalid_scope",
        "scope is missing, or has one that is not known here",
    ))?;
    Ok((scopes, challenge))
}

impl ReplyTo {
    /// The address of an answer with these parameters. `iss` says whose answer it is (RFC 9207).
    ///
    /// A space is `%20` in it, which every reader decodes: Swagger UI, like all who decode an address
    /// by `decodeURIComponent`, takes `+` for a plus.
    pub(super) fn location(&self, issuer: &str, parameters: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        let query = query.append_pair("iss", issuer).finish();
        let query = query.replace('+', "%20");
        let uri = &self.redirect_uri;
        let separator = if uri.contains('?') { '&' } else { '?' };
        format!("{uri}{separator}{query}")
    }

    /// Where the person goes on, as the policy of a page names it: browsers hold a form to it even
    /// where its answer redirects.
    pub(super) fn csp_source(&self) -> String {
        let (scheme, rest) = self.redirect_uri.split_once(':').unwrap_or_default();
        let authority = rest.strip_prefix("//").map(|rest| {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            &rest[..end]
        });
        match (scheme, authority) {
            // A policy has no word for an IPv6 address.
            ("http" | "https", Some(authority)) if !authority.starts_with('[') => {
                format!("{scheme}://{authority}")
            }
            _ => format!("{scheme}:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CALLBACK: &str = "https://app.example/cb";

    fn clients() -> OauthClients {
        let text = "app=https://app.example/cb app=https://app.example/cb?x=1 \
                    cli=http://127.0.0.1/cb cli=http://[::1]/cb phone=com.example.app:/cb";
        text.parse().unwrap()
    }

    /// A good request with a parameter changed, added or (`None`) left out.
    fn query(changes: &[(&str, Option<&str>)]) -> String {
        let good = [
            ("response_type", "code"),
            ("client_id", "app"),
            ("redirect_uri", CALLBACK),
            ("scope", "bookings:read account:manage"),
            ("state", "a&b=c d"),
            (
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ),
            ("code_challenge_method", "S256"),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in good {
            match changes.iter().find(|(changed, _)| *changed == name) {
                Some((_, Some(changed))) => query.append_pair(name, changed),
                Some((_, None)) => &mut query,
                None => query.append_pair(name, value),
            };
        }
        query.finish()
    }

    fn parse(query: &str) -> Result<AuthorizationRequest, RequestRefusal> {
        AuthorizationRequest::parse(query, &clients())
    }

    fn told(query: &str) -> (ReplyTo, &'static str) {
        match parse(query).unwrap_err() {
            RequestRefusal::Program(reply_to, error) => (reply_to, error.code),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_good_request_is_read_whatever_else_it_says() {
        let request = parse(&format!("{}&prompt=login&nonce=1", query(&[]))).unwrap();
        assert_eq!(request.client.as_str(), "app");
        assert_eq!(request.scopes.to_string(), "bookings:read account:manage");
        assert_eq!(
            request
                .reply_to
                .location("http://localhost", &[("code", "ac_1")]),
            "https://app.example/cb?code=ac_1&state=a%26b%3Dc%20d&iss=http%3A%2F%2Flocalhost"
        );
    }

    #[test]
    fn who_asks_without_a_registration_is_told_nothing() {
        for changes in [
            &[("client_id", None)][..],
            &[("client_id", Some("other"))],
            &[("redirect_uri", None)],
            &[("redirect_uri", Some("https://evil.example/cb"))],
            &[("redirect_uri", Some("https://app.example/cb/"))],
            &[("redirect_uri", Some("com.example.app:/cb"))],
        ] {
            let refused = parse(&query(changes)).unwrap_err();
            assert!(matches!(refused, RequestRefusal::Nobody(_)), "{refused:?}");
        }
        for twice in ["client_id=app", "redirect_uri=https://app.example/cb"] {
            let refused = parse(&format!("{}&{twice}", query(&[]))).unwrap_err();
            assert!(matches!(refused, RequestRefusal::Nobody(_)), "{refused:?}");
        }
    }

    #[test]
    fn a_program_is_told_what_is_wrong_by_its_name_in_rfc_6749() {
        let long = "a".repeat(2001);
        for (changes, code) in [
            (("response_type", None), "invalid_request"),
            (
                ("response_type", Some("token")),
                "unsupported_response_type",
            ),
            (
                ("response_type", Some("code id_token")),
                "unsupported_response_type",
            ),
            (("scope", None), "invalid_scope"),
            (("scope", Some("everything")), "invalid_scope"),
            (
                ("scope", Some("bookings:read  audit:read")),
                "invalid_scope",
            ),
            (
                ("scope", Some("bookings:read bookings:read")),
                "invalid_scope",
            ),
            (("code_challenge", None), "invalid_request"),
            (("code_challenge", Some("short")), "invalid_request"),
            (("code_challenge_method", None), "invalid_request"),
            (("code_challenge_method", Some("plain")), "invalid_request"),
        ] {
            let (reply_to, told) = told(&query(&[changes]));
            assert_eq!(told, code, "{changes:?}");
            assert_eq!(reply_to.redirect_uri, CALLBACK);
            assert_eq!(reply_to.state.as_deref(), Some("a&b=c d"));
        }
        let (reply_to, code) = told(&query(&[("state", Some(&long))]));
        assert_eq!((reply_to.state, code), (None, "invalid_request"));
        for (name, value) in [
            ("scope", "audit:read"),
            ("state", "x"),
            ("response_type", "code"),
        ] {
            let twice = format!("{}&{name}={value}", query(&[]));
            assert_eq!(told(&twice).1, "invalid_request", "{name}");
        }
    }

    #[test]
    fn parameters_are_added_to_those_that_an_address_has() {
        let request = parse(&query(&[
            ("redirect_uri", Some("https://app.example/cb?x=1")),
            ("state", None),
        ]));
        let location = request.unwrap().reply_to.location("i", &[("code", "ac_1")]);
        assert_eq!(location, "https://app.example/cb?x=1&code=ac_1&iss=i");
    }

    #[test]
    fn the_policy_of_the_page_lets_the_person_go_on_there_and_nowhere_else() {
        for (client, uri, source) in [
            ("app", CALLBACK, "https://app.example"),
            ("app", "https://app.example/cb?x=1", "https://app.example"),
            ("cli", "http://127.0.0.1:4711/cb", "http://127.0.0.1:4711"),
            ("cli", "http://[::1]:4711/cb", "http:"),
            ("phone", "com.example.app:/cb", "com.example.app:"),
        ] {
            let query = query(&[("client_id", Some(client)), ("redirect_uri", Some(uri))]);
            assert_eq!(parse(&query).unwrap().reply_to.csp_source(), source);
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read_without_panic(text in any::<String>()) {
            let refused = parse(&text);
            prop_assert!(matches!(refused, Err(RequestRefusal::Nobody(_))));
        }

        /// Whatever the values are: an answer goes to a registered address, or to nobody.
        #[test]
        fn an_answer_goes_nowhere_else(
            name in prop::sample::select(vec!["client_id", "redirect_uri", "state", "scope"]),
            value in any::<String>(),
        ) {
            let reply_to = match parse(&query(&[(name, Some(&value))])) {
                Ok(request) => request.reply_to,
                Err(RequestRefusal::Program(reply_to, _)) => reply_to,
                Err(RequestRefusal::Nobody(_)) => return Ok(()),
            };
            let location = reply_to.location("https://reserve.example", &[("error", "x")]);
            prop_assert!(location.starts_with("https://app.example/cb?"));
            prop_assert!(http::HeaderValue::try_from(location).is_ok());
        }
    }
}
