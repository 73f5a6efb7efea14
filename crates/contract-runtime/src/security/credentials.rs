//! Credentials, found in the headers of a request.

use http::{HeaderMap, HeaderValue, header};

/// The longest credential that is looked at.
pub const MAX_CREDENTIAL_BYTES: usize = 8 * 1024;

/// Where a credential travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialPlace {
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer,
    /// A header, by its name in lower case.
    Header(&'static str),
    /// A cookie, by its name.
    Cookie(&'static str),
}

impl CredentialPlace {
    /// The credential that was sent here, or nothing.
    ///
    /// # Errors
    /// Something was sent that cannot be a credential, or more than one; the text says what, and
    /// nothing of it.
    pub(super) fn find(self, headers: &HeaderMap) -> Result<Option<&str>, &'static str> {
        match self {
            Self::Bearer => only(headers, header::AUTHORIZATION.as_str())?
                .map(bearer_token)
                .transpose(),
            Self::Header(name) => only(headers, name)?
                .map(|value| credential(value.as_bytes(), is_key))
                .transpose(),
            Self::Cookie(name) => cookie(headers, name)?
                .map(|value| credential(value, is_cookie))
                .transpose(),
        }
    }

    /// What a caller is told who has sent nothing here (RFC 9110, 11.6.1). There is no registered
    /// word for keys in headers and cookies.
    pub(super) fn challenge(self, realm: &str) -> String {
        match self {
            Self::Bearer => format!("Bearer realm=\"{realm}\""),
            Self::Header(name) => format!("ApiKey realm=\"{realm}\", header=\"{name}\""),
            Self::Cookie(name) => format!("ApiKey realm=\"{realm}\", cookie=\"{name}\""),
        }
    }

    /// What a caller is told whose credential here is bad (RFC 6750, 3.1).
    pub(super) fn rejection(self) -> String {
        match self {
            Self::Bearer => "Bearer error=\"invalid_token\"".to_owned(),
            Self::Header(name) => format!("ApiKey header=\"{name}\", error=\"invalid_key\""),
            Self::Cookie(name) => format!("ApiKey cookie=\"{name}\", error=\"invalid_key\""),
        }
    }
}

fn only<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h HeaderValue>, &'static str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err("the header was sent twice");
    }
    Ok(first)
}

/// The token of `Bearer <b64token>`; the word's case does not matter (RFC 9110, 11.1).
fn bearer_token(value: &HeaderValue) -> Result<&str, &'static str> {
    let (scheme, rest) = value
        .as_bytes()
        .split_at_checked("Bearer".len())
        .ok_or("another scheme than Bearer")?;
    if !scheme.eq_ignore_ascii_case(b"bearer") || !matches!(rest.first(), None | Some(b' ')) {
        return Err("another scheme than Bearer");
    }
    let token = rest.trim_ascii_start();
    credential(token, |token| {
        let padding = token.iter().rev().take_while(|byte| **byte == b'=').count();
        let body = &token[..token.len() - padding];
        let is_in_alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
        !body.is_empty() && body.iter().all(is_in_alphabet)
    })
}

/// The value of a cookie. Of two with one name nobody knows which one the browser was given by
/// this server, so that there must be one.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h [u8]>, &'static str> {
    let mut found = None;
    for header in headers.get_all(header::COOKIE) {
        for pair in header.as_bytes().split(|byte| *byte == b';') {
            let pair = pair.trim_ascii();
            let value = pair
                .strip_prefix(name.as_bytes())
                .and_then(|rest| rest.strip_prefix(b"="));
            if value.is_some() && found.is_some() {
                return Err("the cookie was sent twice");
            }
            found = found.or(value);
        }
    }
    Ok(found)
}

fn credential(value: &[u8], fits: impl Fn(&[u8]) -> bool) -> Result<&str, &'static str> {
    if value.is_empty() {
        return Err("empty");
    }
    if value.len() > MAX_CREDENTIAL_BYTES {
        return Err("too long");
    }
    let text = str::from_utf8(value).ok().filter(|_| fits(value));
    text.ok_or("characters that no credential has")
}

fn is_key(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_graphic)
}

/// RFC 6265, 4.1.1.
fn is_cookie(value: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_graphic() && !b"\",;\\".contains(byte);
    value.iter().all(fits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(name: &'static str, values: &[&[u8]]) -> HeaderMap {
        let values = values.iter().map(|value| {
            let value = HeaderValue::from_bytes(value).expect("the test's header can be sent");
            (http::HeaderName::from_static(name), value)
        });
        values.collect()
    }

    fn found(
        place: CredentialPlace,
        name: &'static str,
        values: &[&[u8]],
    ) -> Option<Option<String>> {
        let headers = headers(name, values);
        place
            .find(&headers)
            .ok()
            .map(|found| found.map(str::to_owned))
    }

    fn bearer(values: &[&[u8]]) -> Option<Option<String>> {
        found(CredentialPlace::Bearer, "authorization", values)
    }

    #[test]
    fn a_bearer_token_is_found_whatever_the_case_of_its_word() {
        for value in [&b"Bearer abc"[..], b"bearer abc", b"BEARER   abc"] {
            assert_eq!(bearer(&[value]), Some(Some("abc".to_owned())));
        }
        let odd = "aZ09-._~+/==";
        let value = format!("Bearer {odd}");
        assert_eq!(bearer(&[value.as_bytes()]), Some(Some(odd.to_owned())));
        assert_eq!(bearer(&[]), Some(None));
    }

    #[test]
    fn what_is_no_bearer_token_is_a_bad_credential_and_not_none() {
        let long = format!("Bearer {}", "a".repeat(MAX_CREDENTIAL_BYTES + 1));
        for value in [
            &b""[..],
            b"Bearer",
            b"Bearer ",
            b"Bearerabc",
            b"Basic YTpi",
            b"abc",
            b"Bearer a b",
            b"Bearer a,b",
            b"Bearer =",
            b"Bearer a=b",
            b"Bearer \xc3\xa4",
            b"Bearer\tabc",
            b"Bearer \"abc\"",
            long.as_bytes(),
        ] {
            assert_eq!(bearer(&[value]), None, "{}", value.escape_ascii());
        }
        assert_eq!(bearer(&[b"Bearer abc", b"Bearer abc"]), None);
    }

    #[test]
    fn the_longest_credential_is_found() {
        let token = "a".repeat(MAX_CREDENTIAL_BYTES);
        let value = format!("Bearer {token}");
        assert_eq!(bearer(&[value.as_bytes()]), Some(Some(token)));
    }

    #[test]
    fn a_key_is_visible_ascii_in_one_header() {
        let key = |values: &[&[u8]]| found(CredentialPlace::Header("x-key"), "x-key", values);
        assert_eq!(key(&[b"a:b,c"]), Some(Some("a:b,c".to_owned())));
        assert_eq!(key(&[]), Some(None));
        for bad in [&[&b""[..]][..], &[b"a b"], &[b"\xff"], &[b"a", b"a"]] {
            assert_eq!(key(bad), None);
        }
    }

    #[test]
    fn a_cookie_is_found_among_others_and_stands_once() {
        let cookie = |values: &[&[u8]]| found(CredentialPlace::Cookie("sid"), "cookie", values);
        let abc = Some(Some("abc".to_owned()));
        assert_eq!(cookie(&[b"sid=abc"]), abc);
        assert_eq!(cookie(&[b"a=1; sid=abc ;b=2"]), abc);
        assert_eq!(cookie(&[b"a=1", b"sid=abc"]), abc);
        for none in [
            &[&b"Sid=abc"[..]][..],
            &[b"sid"],
            &[b"xsid=abc"],
            &[b"a=sid=abc"],
            &[b""],
            &[],
        ] {
            assert_eq!(cookie(none), Some(None));
        }
        for bad in [
            &[&b"sid="[..]][..],
            &[b"sid=\"abc\""],
            &[b"sid=a b"],
            &[b"sid=abc; sid=abc"],
            &[b"sid=abc", b"sid=abd"],
        ] {
            assert_eq!(cookie(bad), None);
        }
    }

    fn header_bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            Just(b' '),
            Just(b'='),
            Just(b';'),
            Just(b','),
            Just(b'"'),
            32..=126_u8,
            128..=255_u8,
            Just(b'\t'),
        ];
        let text = prop::collection::vec(byte, 0..60);
        let starts = prop::sample::select(vec![
            "",
            "Bearer ",
            "bearer  ",
            "Bearer",
            "sid=",
            "a=b; sid=",
        ]);
        (starts, text).prop_map(|(start, text)| [start.as_bytes(), &text].concat())
    }

    proptest! {
        /// Whatever is sent: what is found is a credential by the letter of its rule, and stands
        /// in what was sent.
        #[test]
        fn what_is_found_stands_in_the_header_and_keeps_to_its_alphabet(
            values in prop::collection::vec(header_bytes(), 0..3),
        ) {
            let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
            for (place, name) in [
                (CredentialPlace::Bearer, "authorization"),
                (CredentialPlace::Header("x-key"), "x-key"),
                (CredentialPlace::Cookie("sid"), "cookie"),
            ] {
                if let Some(Some(text)) = found(place, name, &values) {
                    prop_assert!(!text.is_empty() && text.len() <= MAX_CREDENTIAL_BYTES);
                    prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
                    let holds = |value: &&[u8]| value.windows(text.len()).any(|part| part == text.as_bytes());
                    prop_assert!(values.iter().any(holds));
                }
            }
        }
    }
}
