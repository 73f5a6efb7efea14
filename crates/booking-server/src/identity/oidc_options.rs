//! The OpenID provider outside whose tokens are accepted.

use std::fmt;
use std::str::FromStr;

use booking_domain::OidcIssuer;
use reqwest::Url;

/// The provider, and what its tokens have to say to be for this service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcOptions {
    /// Who it is: the `iss` of its tokens.
    pub issuer: OidcIssuerUrl,
    /// The `aud` of the tokens that are for this service.
    pub audience: String,
    /// The claim that holds the address, of which `email_verified` tells whether it was verified.
    pub email_claim: String,
}

/// The address of an OpenID provider, as its tokens and its discovery document have it, to the
/// character: with some it ends with a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcIssuerUrl {
    name: OidcIssuer,
    url: Url,
}

/// Why a text is not an [`OidcIssuerUrl`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be https:// and a host (http:// on this machine only), of at most 200 visible characters \
     without `?`, `#` and `@`, exactly as the issuer writes it, such as https://login.example"
)]
pub struct ParseOidcIssuerUrlError;

impl OidcIssuerUrl {
    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.name.as_str()
    }

    pub(crate) const fn name(&self) -> &OidcIssuer {
        &self.name
    }

    /// Where its discovery document is (OpenID Connect Discovery, section 4).
    pub(crate) fn discovery(&self) -> Url {
        let base = self.as_str().trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration");
        url.parse().expect("an address can be longer by a path")
    }

    /// Whether keys may be fetched from there because this issuer says so: over TLS, or, for an issuer
    /// of this machine, on this machine.
    pub(crate) fn may_lead_to(&self, url: &Url) -> bool {
        url.scheme() == "https" || (is_local(&self.url) && is_local(url))
    }
}

/// Whether it is reached without TLS, on this machine.
fn is_local(url: &Url) -> bool {
    let is_loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    url.scheme() == "http" && is_loopback
}

impl FromStr for OidcIssuerUrl {
    type Err = ParseOidcIssuerUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = OidcIssuer::parse(text).ok_or(ParseOidcIssuerUrlError)?;
        let url: Url = text.parse().map_err(|_| ParseOidcIssuerUrlError)?;
        let is_plain = !text.contains(['?', '#', '@', '\\']);
        if !is_plain || !(url.scheme() == "https" || is_local(&url)) {
            return Err(ParseOidcIssuerUrlError);
        }
        Ok(Self { name, url })
    }
}

impl fmt::Display for OidcIssuerUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(text: &str) -> OidcIssuerUrl {
        text.parse().unwrap()
    }

    #[test]
    fn an_issuer_is_written_exactly_and_reached_over_tls() {
        for (text, discovery) in [
            (
                "https://login.example",
                "https://login.example/.well-known/openid-configuration",
            ),
            (
                "https://login.example/",
                "https://login.example/.well-known/openid-configuration",
            ),
            (
                "https://login.example/a/v2.0",
                "https://login.example/a/v2.0/.well-known/openid-configuration",
            ),
            (
                "http://127.0.0.1:9000",
                "http://127.0.0.1:9000/.well-known/openid-configuration",
            ),
            (
                "http://[::1]:9000",
                "http://[::1]:9000/.well-known/openid-configuration",
            ),
        ] {
            assert_eq!(issuer(text).as_str(), text);
            assert_eq!(issuer(text).discovery().as_str(), discovery);
        }
        for text in [
            "",
            "login.example",
            "http://login.example",
            "http://127.0.0.1.login.example",
            "http://localhost@login.example",
            "https://",
            "https://sarah:hunter2@login.example",
            "https://login.example?tenant=1",
            "https://login.example#top",
            "https://login .example",
            "http:\\localhost",
            "file:///etc/passwd",
        ] {
            assert_eq!(
                text.parse::<OidcIssuerUrl>(),
                Err(ParseOidcIssuerUrlError),
                "{text}"
            );
        }
    }

    #[test]
    fn an_issuer_leads_no_request_of_ours_astray() {
        let leads = |from: &str, to: &str| issuer(from).may_lead_to(&to.parse().unwrap());
        assert!(leads("https://login.example", "https://keys.example/jwks"));
        assert!(leads("http://localhost:1", "http://127.0.0.1:2/jwks"));
        for to in [
            "http://keys.example/jwks",
            "http://169.254.169.254/",
            "http://localhost/",
        ] {
            assert!(!leads("https://login.example", to), "{to}");
        }
        assert!(!leads("http://localhost:1", "http://169.254.169.254/"));
        assert!(!leads("http://localhost:1", "file:///etc/passwd"));
    }
}
