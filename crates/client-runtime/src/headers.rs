//! Headers of answers, as types.

use std::time::Duration;

use jiff::fmt::rfc2822;
use progenitor_client::ResponseValue;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// A value that travels in a header of an answer. It is taken as the server sent it.
pub trait FromHeader: Sized {
    /// The value; `None` where the text is not one of its type.
    fn from_header(text: &str) -> Option<Self>;
}

impl FromHeader for String {
    fn from_header(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl FromHeader for bool {
    fn from_header(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The header `name` of an answer; `None` where it is absent or is not of the type.
#[must_use]
pub fn header<H: FromHeader, T>(answer: &ResponseValue<T>, name: &str) -> Option<H> {
    H::from_header(answer.headers().get(name)?.to_str().ok()?)
}

pub(crate) fn text(headers: &HeaderMap, name: impl Into<HeaderName>) -> Option<&str> {
    headers.get(name.into())?.to_str().ok()
}

/// How long the server asks to wait: a number of seconds, or an instant, which is measured from
/// the answer's own `Date`, so that no two clocks have to agree.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let stated = text(headers, RETRY_AFTER)?.trim();
    if let Ok(seconds) = stated.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let instant = |text: &str| rfc2822::parse(text.trim()).ok().map(|at| at.timestamp());
    let wait = instant(stated)?.duration_since(instant(text(headers, DATE)?)?);
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_of_its_forms() {
        let wait = |pairs: &[(HeaderName, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (name.clone(), value.parse().expect("a header's value")));
            retry_after(&pairs.collect())
        };
        let date = (DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        let at = |text| [date.clone(), (RETRY_AFTER, text)];
        assert_eq!(wait(&[(RETRY_AFTER, "7")]), Some(Duration::from_secs(7)));
        let later = wait(&at("Sun, 06 Nov 1994 08:50:37 GMT"));
        assert_eq!(later, Some(Duration::from_secs(60)));
        let past = wait(&at("Sun, 06 Nov 1994 08:48:37 GMT"));
        assert_eq!(past, Some(Duration::ZERO));
        assert_eq!(wait(&at("soon")), None);
        assert_eq!(
            wait(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:50:37 GMT")]),
            None
        );
    }
}
