//! That a form was sent by our own page: another site can make a browser send one, but can neither
//! read nor set the cookie that its hidden field repeats.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{COOKIE, HOST, ORIGIN};
use http::{HeaderMap, Uri};

use crate::operational::form::Form;
use crate::random::{Random, RandomError};

/// The hidden field.
pub(super) const FIELD: &str = "csrf_token";

/// Random bytes of a token.
const LENGTH: usize = 32;

/// The cookie. Over https its name keeps other hosts of the same domain from setting it.
fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure {
        "__Host-oauth_csrf"
    } else {
        "oauth_csrf"
    }
}

/// A token that a browser has, or gets with the page.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct CsrfToken(String);

impl CsrfToken {
    /// The token that the browser has (two tabs have the same), or a new one.
    pub(super) fn find_or_new(headers: &HeaderMap, is_secure: bool) -> Result<Self, RandomError> {
        match Self::find(headers, is_secure) {
            Some(token) => Ok(token),
            None => Ok(Self(URL_SAFE_NO_PAD.encode(Random.bytes()?))),
        }
    }

    fn find(headers: &HeaderMap, is_secure: bool) -> Option<Self> {
        let cookies = headers.get_all(COOKIE).iter();
        let cookies = cookies.filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';').map(str::trim));
        let token = pairs.find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            (name == cookie_name(is_secure)).then_some(value)
        });
        token.and_then(Self::parse)
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.get(..2 * LENGTH).unwrap_or(text));
        let is_one = bytes.is_ok_and(|bytes| bytes.len() == LENGTH);
        is_one.then(|| Self(text.to_owned()))
    }

    /// The value of the hidden field.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The value of `Set-Cookie`. Programs send people here from elsewhere, and a browser withholds a
    /// strict cookie then: a second tab would take the first one's token away.
    pub(super) fn cookie(&self, is_secure: bool) -> String {
        let name = cookie_name(is_secure);
        let secure = if is_secure { "; Secure" } else { "" };
        let token = &self.0;
        format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}")
    }
}

/// Whether our own page has sent this form. `host` is where the service is reached, if it is known.
pub(super) fn is_own_form(
    headers: &HeaderMap,
    form: &Form,
    host: Option<&str>,
    is_secure: bool,
) -> bool {
    let cookie = CsrfToken::find(headers, is_secure);
    let field = form.get(FIELD).ok().flatten().and_then(CsrfToken::parse);
    cookie.is_some() && cookie == field && is_same_origin(headers, host)
}

/// Browsers say which page sends a form. The scheme is left out: a proxy may speak another one.
fn is_same_origin(headers: &HeaderMap, host: Option<&str>) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let origin = origin.to_str().ok().and_then(|it| it.parse::<Uri>().ok());
    let origin = origin.as_ref().and_then(Uri::authority);
    let own = headers.get(HOST).and_then(|host| host.to_str().ok());
    origin.is_some_and(|origin| host.or(own).is_some_and(|host| *origin == *host))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::HeaderName;
    use proptest::prelude::*;

    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn is_own(pairs: &[(HeaderName, &str)], field: &str) -> bool {
        let form = Form::parse(format!("{FIELD}={field}").as_bytes()).unwrap();
        is_own_form(&headers(pairs), &form, None, false)
    }

    fn token(byte: u8) -> String {
        URL_SAFE_NO_PAD.encode([byte; LENGTH])
    }

    #[test]
    fn the_field_repeats_the_cookie() {
        let cookie = format!("a=b; oauth_csrf={}; c", token(1));
        let host = (HOST, "localhost:8080");
        assert!(is_own(&[(COOKIE, &cookie), host.clone()], &token(1)));
        assert!(!is_own(&[(COOKIE, &cookie), host.clone()], &token(2)));
        assert!(!is_own(&[(COOKIE, &cookie), host.clone()], ""));
        assert!(!is_own(std::slice::from_ref(&host), &token(1)));
        assert!(!is_own(&[(COOKIE, "oauth_csrf="), host], ""));
    }

    #[test]
    fn a_page_of_another_origin_sends_no_form_of_ours() {
        let cookie = format!("oauth_csrf={}", token(1));
        let sent = |origin| {
            let pairs = [
                (COOKIE, &*cookie),
                (HOST, "localhost:8080"),
                (ORIGIN, origin),
            ];
            is_own(&pairs, &token(1))
        };
        assert!(sent("http://localhost:8080"));
        for other in [
            "null",
            "http://localhost:8081",
            "https://evil.example",
            "localhost",
            "",
        ] {
            assert!(!sent(other), "{other}");
        }
    }

    #[test]
    fn over_https_the_cookie_is_one_that_no_other_host_can_set() {
        let token = CsrfToken(token(1));
        let cookie = token.cookie(true);
        assert!(cookie.starts_with("__Host-oauth_csrf="));
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
        let plain = headers(&[(COOKIE, &format!("oauth_csrf={}", token.as_str()))]);
        assert!(CsrfToken::find(&plain, true).is_none());
    }

    proptest! {
        #[test]
        fn any_cookie_is_read_without_panic(text in "[ -~]*", field in any::<String>()) {
            prop_assert!(!is_own(&[(COOKIE, &text)], &field));
            let _ = CsrfToken::parse(&field);
        }
    }
}
