//! With which credentials a request travels, and what follows when the server refuses its token.

use std::sync::Arc;

use reqwest::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{RequestBuilder, Response, StatusCode};

use crate::credentials::{CredentialPlace, Credentials, Encoded, SecurityScheme};
use crate::token::{AccessToken, DynTokenSource, TokenError};

/// The ways in which the contract lets a caller into an operation: each names schemes of which all
/// are needed. None where everybody may call.
pub type Alternatives = &'static [&'static [SecurityScheme]];

/// What shows who sends a request.
#[derive(Default)]
pub(crate) struct Authorization {
    headers: Vec<(&'static str, HeaderValue)>,
    source: Option<Arc<dyn DynTokenSource>>,
}

/// Why no answer came.
pub(crate) enum SendError {
    Token(TokenError),
    Http(reqwest::Error),
}

impl Authorization {
    /// Of the alternatives for which there is every credential, the one with the most that were
    /// set for this very call, and of several the first. Where there is none, nothing is sent: half
    /// of an alternative would let nobody in.
    pub(crate) fn choose(
        alternatives: Alternatives,
        of_call: &Credentials,
        of_client: &Credentials,
    ) -> Self {
        let mut chosen: Option<(usize, Vec<(SecurityScheme, &Encoded)>)> = None;
        for schemes in alternatives {
            let credentials = schemes.iter().map(|scheme| {
                let own = of_call.get(*scheme);
                Some((*scheme, own.or_else(|| of_client.get(*scheme))?))
            });
            let Some(credentials) = credentials.collect::<Option<Vec<_>>>() else {
                continue;
            };
            let own = schemes
                .iter()
                .filter(|scheme| of_call.get(**scheme).is_some());
            let own = own.count();
            if chosen.as_ref().is_none_or(|(most, _)| own > *most) {
                chosen = Some((own, credentials));
            }
        }
        let mut authorization = Self::default();
        for (scheme, credential) in chosen.into_iter().flat_map(|(_, credentials)| credentials) {
            match credential {
                Encoded::Value(value) => authorization.add(scheme.place.header_name(), value),
                Encoded::Source(source) => authorization.source = Some(Arc::clone(source)),
            }
        }
        authorization
    }

    /// Cookies share one header (RFC 6265, 5.4).
    fn add(&mut self, name: &'static str, value: &HeaderValue) {
        let known = self.headers.iter_mut().find(|(other, _)| *other == name);
        let Some((_, known)) = known else {
            return self.headers.push((name, value.clone()));
        };
        let joined = [known.as_bytes(), b"; ", value.as_bytes()].concat();
        if let Ok(mut joined) = HeaderValue::from_bytes(&joined) {
            joined.set_sensitive(true);
            *known = joined;
        }
    }

    /// Sends a request; and once more with another token, when the server has refused the first.
    pub(crate) async fn send(self, request: RequestBuilder) -> Result<Response, SendError> {
        let headers = self.headers.into_iter();
        let request = headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        let Some(source) = self.source else {
            return request.send().await.map_err(SendError::Http);
        };
        let again = request.try_clone();
        let token = source.token().await.map_err(SendError::Token)?;
        let response = send_with(request, &token).await?;
        let Some(again) = again.filter(|_| refuses_token(&response)) else {
            return Ok(response);
        };
        match source.replace(&token).await.map_err(SendError::Token)? {
            Some(next) => send_with(again, &next).await,
            None => Ok(response),
        }
    }
}

async fn send_with(request: RequestBuilder, token: &AccessToken) -> Result<Response, SendError> {
    let value = CredentialPlace::Bearer.encode(token.text());
    let value = value.map_err(|rule| SendError::Token(TokenError::new(rule)))?;
    let sent = request.header(AUTHORIZATION, value).send().await;
    sent.map_err(SendError::Http)
}

/// Whether an answer says that the token is the fault (RFC 6750, 3.1): it was not good, or is not
/// any more. Any other 401 would be the same with a new token.
fn refuses_token(response: &Response) -> bool {
    let challenges = response.headers().get_all(WWW_AUTHENTICATE).iter();
    let mut parameters = challenges
        .filter_map(|challenge| challenge.to_str().ok())
        .flat_map(|challenge| challenge.split([',', ' ']));
    response.status() == StatusCode::UNAUTHORIZED
        && parameters.any(|one| one == "error=\"invalid_token\"" || one == "error=invalid_token")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::SecretString;

    use super::*;

    const ACCOUNT: SecurityScheme = SecurityScheme::bearer("account");
    const SECRET: SecurityScheme = SecurityScheme::header("secret", "booking-secret");
    const SESSION: SecurityScheme = SecurityScheme::cookie("session", "sid");
    const DEVICE: SecurityScheme = SecurityScheme::cookie("device", "did");
    const SCHEMES: [SecurityScheme; 4] = [ACCOUNT, SECRET, SESSION, DEVICE];

    const SOME: [Alternatives; 6] = [
        &[],
        &[&[ACCOUNT]],
        &[&[ACCOUNT], &[SECRET]],
        &[&[ACCOUNT, SECRET], &[SESSION], &[]],
        &[&[SESSION, DEVICE], &[ACCOUNT]],
        &[&[ACCOUNT], &[ACCOUNT, SESSION], &[SECRET, SESSION]],
    ];

    /// Credentials for the schemes whose bit is set; each text is `word` and the scheme's name.
    fn credentials(bits: u8, word: &str) -> Credentials {
        let mut credentials = Credentials::default();
        for scheme in with_bits(bits) {
            let secret = SecretString::from(format!("{word}-{}", scheme.name));
            let set = credentials.set(scheme, secret.into());
            set.expect("the text is one of every kind");
        }
        credentials
    }

    fn with_bits(bits: u8) -> impl Iterator<Item = SecurityScheme> {
        let schemes = SCHEMES.into_iter().enumerate();
        schemes.filter_map(move |(bit, scheme)| (bits >> bit & 1 == 1).then_some(scheme))
    }

    /// Each header as it is sent.
    fn sent(authorization: &Authorization) -> Vec<(&'static str, String)> {
        let headers = authorization.headers.iter().map(|(name, value)| {
            assert!(value.is_sensitive(), "{name}");
            (*name, value.to_str().expect("it is text").to_owned())
        });
        headers.collect()
    }

    proptest! {
        /// Whatever a call and a client have: what is sent is an alternative, whole and nothing
        /// beside it, with the call's own credentials first; nothing is sent only where no
        /// alternative is complete, or the one that asks for nothing is the best.
        #[test]
        fn one_whole_alternative_is_sent_or_nothing(
            alternatives in prop::sample::select(SOME.to_vec()),
            call in 0_u8..16,
            client in 0_u8..16,
        ) {
            let (of_call, of_client) = (credentials(call, "call"), credentials(client, "client"));
            let chosen = Authorization::choose(alternatives, &of_call, &of_client);
            let has = |bits: u8, scheme: &SecurityScheme| with_bits(bits).any(|one| one == *scheme);
            let own = |alternative: &[SecurityScheme]| alternative.iter().filter(|one| has(call, one)).count();
            let complete: Vec<&[SecurityScheme]> = alternatives
                .iter()
                .copied()
                .filter(|one| one.iter().all(|one| has(call | client, one)))
                .collect();
            let most = complete.iter().map(|one| own(one)).max();
            let expected = complete.into_iter().find(|one| Some(own(one)) == most);
            let mut headers: Vec<(&str, String)> = Vec::new();
            for scheme in expected.unwrap_or_default() {
                let word = if has(call, scheme) { "call" } else { "client" };
                let text = format!("{word}-{}", scheme.name);
                match scheme.place {
                    CredentialPlace::Bearer => headers.push(("authorization", format!("Bearer {text}"))),
                    CredentialPlace::Header(name) => headers.push((name, text)),
                    CredentialPlace::Cookie(name) => match headers.iter_mut().find(|(name, _)| *name == "cookie") {
                        Some((_, cookies)) => cookies.push_str(&format!("; {name}={text}")),
                        None => headers.push(("cookie", format!("{name}={text}"))),
                    },
                }
            }
            prop_assert_eq!(sent(&chosen), headers);
        }

        /// Whatever a caller takes for a credential: what travels is one header, one cookie or one
        /// token, and what cannot be one does not travel.
        #[test]
        fn no_credential_can_carry_anything_else(text in "[ -~\\r\\n\\tä]{0,12}") {
            let secret = SecretString::from(text.as_str());
            for scheme in SCHEMES {
                let Ok(value) = scheme.place.encode(&secret) else {
                    continue;
                };
                let sent = value.to_str().expect("visible ASCII");
                prop_assert!(!text.is_empty() && sent.ends_with(&text));
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
                if scheme != SECRET {
                    prop_assert!(!text.contains([';', ',', '"', '\\']));
                }
            }
        }
    }

    #[test]
    fn usual_credentials_travel() {
        let secret = SecretString::from("re_aZ09-._~+/==");
        for scheme in SCHEMES {
            assert!(scheme.place.encode(&secret).is_ok(), "{scheme:?}");
        }
    }

    #[test]
    fn only_an_invalid_token_is_worth_another_one() {
        let refuses = |status: u16, challenges: &[&str]| {
            let mut response = http::Response::builder().status(status);
            for challenge in challenges {
                response = response.header(WWW_AUTHENTICATE, *challenge);
            }
            refuses_token(&response.body("").expect("a response").into())
        };
        for challenge in [
            "Bearer error=\"invalid_token\"",
            "Bearer realm=\"a b\", error=\"invalid_token\", error_description=\"expired\"",
            "Bearer realm=a,error=invalid_token",
        ] {
            assert!(refuses(401, &[challenge]), "{challenge}");
            assert!(
                refuses(401, &["Basic realm=\"a\"", challenge]),
                "{challenge}"
            );
            assert!(!refuses(403, &[challenge]), "{challenge}");
        }
        for challenge in [
            "Bearer",
            "Bearer realm=\"invalid_token\"",
            "Bearer error=\"insufficient_scope\"",
            "ApiKey header=\"a\", error=\"invalid_key\"",
        ] {
            assert!(!refuses(401, &[challenge]), "{challenge}");
        }
        assert!(!refuses(401, &[]));
    }
}
