//! Logins of browsers: the refresh token is in a cookie that no script can read, and that comes along
//! with requests of this service's own pages only.

use booking_api::auth::{CreateSession, CreateSessionHeaders};
use booking_api::errors::InvalidRequest;
use booking_api::types::{SetCookie, WebOrigin};
use booking_persistence::AccountSession;
use contract_runtime::{FieldName, Operation, Problem, ViolationCode};
use credentials::{ExposeSecret, SecretString};
use http::Uri;
use jiff::Timestamp;

use crate::api::shared::BreaksContract;
use crate::identity::{Identity, PublicUrl};

const ORIGIN: FieldName = CreateSessionHeaders::FIELDS.origin;

/// Refuses the request of a page of another site. Another site can make a browser send requests with
/// the cookie only where it is of the same registered domain (`SameSite`), and with the header that
/// the contract requires only where we let it (CORS), which we do not; and then browsers say whose
/// page it was.
pub(super) fn check_origin<E: From<InvalidRequest>>(
    identity: &Identity,
    origin: Option<&WebOrigin>,
) -> Result<(), E> {
    let is_own =
        origin.is_none_or(|origin| is_own_origin(identity.public_url.as_ref(), origin.as_str()));
    if is_own {
        return Ok(());
    }
    let problem = Problem::new("the request has come from a page of another site").detail(
        ViolationCode::NotAllowed,
        ORIGIN,
        "has to be the service's own site",
    );
    Err(InvalidRequest(problem).into())
}

/// Whether a page of this origin is one of the service's site: that of its public address, or
/// without one any on the caller's own machine.
fn is_own_origin(public_url: Option<&PublicUrl>, origin: &str) -> bool {
    match public_url {
        Some(public_url) => public_url.origin() == origin,
        None => origin.parse::<Uri>().is_ok_and(|origin| {
            origin.scheme_str() == Some("http")
                && matches!(origin.host(), Some("localhost" | "127.0.0.1" | "[::1]"))
        }),
    }
}

/// The cookie with the refresh token of a session, for as long as that is good.
pub(super) fn cookie(
    identity: &Identity,
    token: &SecretString,
    session: &AccountSession,
    now: Timestamp,
) -> Result<SetCookie, BreaksContract> {
    let life = session.session.family.expires_at().duration_since(now);
    set_cookie(identity, token.expose_secret(), life.as_secs().max(0))
}

/// What takes the cookie back.
pub(super) fn no_cookie(identity: &Identity) -> Result<SetCookie, BreaksContract> {
    set_cookie(identity, "", 0)
}

/// With the prefix `__Secure-`, browsers take the cookie with the attribute `Secure` only. Its path
/// keeps it from every other operation.
fn set_cookie(
    identity: &Identity,
    value: &str,
    max_age_seconds: i64,
) -> Result<SetCookie, BreaksContract> {
    let prefix = identity.public_url.as_ref().map(PublicUrl::path);
    let path = format!("{}{}", prefix.unwrap_or_default(), CreateSession::PATH);
    let text = format!(
        "__Secure-refresh_token={value}; Path={path}; Max-Age={max_age_seconds}; HttpOnly; Secure; \
         SameSite=Strict"
    );
    SetCookie::try_from(text).map_err(BreaksContract::at("set-cookie"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_public_site_are_its_own_and_no_others() {
        let is_own = |origin| {
            ["https://reserve.example/app", "https://reserve.example:443"]
                .map(|public_url| is_own_origin(Some(&public_url.parse().unwrap()), origin))
                == [true; 2]
        };
        assert!(is_own("https://reserve.example"));
        for other in [
            "null",
            "",
            "reserve.example",
            "http://reserve.example",
            "https://reserve.example:8443",
            "https://evil.example",
            "https://reserve.example.evil.example",
            "https://reserve.example@evil.example",
            "http://localhost:8080",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }

    #[test]
    fn without_a_public_site_pages_of_this_machine_are_its_own() {
        for own in [
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "http://[::1]:1",
        ] {
            assert!(is_own_origin(None, own), "{own}");
        }
        for other in [
            "null",
            "http://localhost.evil.example",
            "https://evil.example",
        ] {
            assert!(!is_own_origin(None, other), "{other}");
        }
    }
}
