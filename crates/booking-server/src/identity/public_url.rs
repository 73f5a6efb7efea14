//! Where callers reach the service.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// The address at which callers reach the service, as browsers write it: in lower case, without the
/// port that its scheme has anyway, and without a slash at its end: `https://reserve.example`. Links
/// lead below it, and tokens name it as their issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    /// As browsers send it in `Origin`.
    origin: String,
}

/// The greatest number of characters: a link below it has room for the ids and secrets in it.
const MAX_CHARS: usize = 200;

/// Why a text is not a [`PublicUrl`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be https:// and a host (http:// on this machine only), of at most 200 letters, digits and \
     -._~:/%[], such as https://reserve.example"
)]
pub struct ParsePublicUrlError;

impl PublicUrl {
    /// The address, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its origin, as browsers name it: `https://reserve.example`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The path below which the service is, if it is not all of the site: `/app`.
    pub(crate) fn path(&self) -> &str {
        &self.text[self.origin.len()..]
    }

    /// Whether browsers and servers talk in secret.
    pub(crate) fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }
}

impl FromStr for PublicUrl {
    type Err = ParsePublicUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| ParsePublicUrlError)?;
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let is_allowed = match url.scheme() {
            "https" => true,
            "http" => is_here,
            _ => false,
        };
        let has_user = !url.username().is_empty() || url.password().is_some();
        let is_bare = url.query().is_none() && url.fragment().is_none();
        // What links are made of, in the contract's words.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/%[]".contains(&byte);
        let is_plain = text.len() <= MAX_CHARS && text.bytes().all(is_plain);
        // The parser forgives `https:reserve.example`.
        if !is_allowed || has_user || !is_bare || !is_plain || !text.contains("://") {
            return Err(ParsePublicUrlError);
        }
        Ok(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            origin: url.origin().ascii_serialization(),
        })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_browsers_write_it() {
        for (text, written, origin, path) in [
            (
                "https://reserve.example",
                "https://reserve.example",
                "https://reserve.example",
                "",
            ),
            (
                "https://reserve.example/",
                "https://reserve.example",
                "https://reserve.example",
                "",
            ),
            (
                "https://reserve.example:443",
                "https://reserve.example",
                "https://reserve.example",
                "",
            ),
            (
                "HTTPS://Reserve.Example:443/app/",
                "https://reserve.example/app",
                "https://reserve.example",
                "/app",
            ),
            (
                "https://reserve.example:8443/app",
                "https://reserve.example:8443/app",
                "https://reserve.example:8443",
                "/app",
            ),
            (
                "https://reserve.example:80",
                "https://reserve.example:80",
                "https://reserve.example:80",
                "",
            ),
            (
                "http://localhost:80",
                "http://localhost",
                "http://localhost",
                "",
            ),
            (
                "http://127.0.0.1:1",
                "http://127.0.0.1:1",
                "http://127.0.0.1:1",
                "",
            ),
            (
                "http://[::1]:8080",
                "http://[::1]:8080",
                "http://[::1]:8080",
                "",
            ),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!(
                (url.as_str(), url.origin(), url.path()),
                (written, origin, path)
            );
            assert_eq!(
                url.as_str().parse(),
                Ok(url),
                "written twice it is the same"
            );
        }
    }

    #[test]
    fn only_a_place_that_keeps_secrets_is_public() {
        for text in [
            "",
            "reserve.example",
            "http://reserve.example",
            "http://localhost.evil.example",
            "https://",
            "https:reserve.example",
            "ftp://localhost",
            "https://sarah:hunter2@reserve.example",
            "https://reserve.example?x=1",
            "https://reserve.example#top",
            "https://reserve example",
        ] {
            assert_eq!(
                text.parse::<PublicUrl>(),
                Err(ParsePublicUrlError),
                "{text}"
            );
        }
    }
}
