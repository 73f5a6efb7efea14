//! Where callers reach the service.

use std::fmt;
use std::str::FromStr;

use http::Uri;

/// The address at which callers reach the service, without a slash at its end:
/// `https://reserve.example`. Links lead below it, and tokens name it as their issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

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
        &self.0
    }
}

impl FromStr for PublicUrl {
    type Err = ParsePublicUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url: Uri = text.parse().map_err(|_| ParsePublicUrlError)?;
        let host = url.host().unwrap_or_default();
        let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let is_allowed = match url.scheme_str() {
            Some("https") => !host.is_empty(),
            Some("http") => is_here,
            _ => false,
        };
        let has_user = url
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'));
        // What links are made of, in the contract's words.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/%[]".contains(&byte);
        let is_plain = text.len() <= MAX_CHARS && text.bytes().all(is_plain);
        if !is_allowed || has_user || url.query().is_some() || !is_plain {
            return Err(ParsePublicUrlError);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_place_that_keeps_secrets_is_public() {
        for text in [
            "https://reserve.example",
            "https://reserve.example/",
            "https://reserve.example:8443/app",
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:8080",
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!(url.as_str(), text.trim_end_matches('/'));
        }
        for text in [
            "",
            "reserve.example",
            "http://reserve.example",
            "https://",
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
