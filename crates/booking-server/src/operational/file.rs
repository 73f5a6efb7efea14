//! Answers that are the same for everybody: files in the binary, and states in one word.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};
use std::io::Read;

use bytes::Bytes;
use dropshot::Body;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

/// A file in the binary, ready to be sent.
#[derive(Debug)]
pub(super) struct File {
    content_type: &'static str,
    cache_control: &'static str,
    etag: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Plain(Bytes),
    Gzip(Bytes),
}

impl File {
    /// A file that is sent as it is.
    pub(super) fn plain(content_type: &'static str, content: impl Into<Cow<'static, str>>) -> Self {
        Self::new(
            content_type,
            Content::Plain(match content.into() {
                Cow::Borrowed(text) => Bytes::from_static(text.as_bytes()),
                Cow::Owned(text) => Bytes::from(text),
            }),
        )
    }

    /// A file that is not text.
    pub(super) fn binary(content_type: &'static str, content: &'static [u8]) -> Self {
        Self::new(content_type, Content::Plain(Bytes::from_static(content)))
    }

    /// A file that is kept compressed.
    pub(super) fn gzip(content_type: &'static str, content: &'static [u8]) -> Self {
        Self::new(content_type, Content::Gzip(Bytes::from_static(content)))
    }

    fn new(content_type: &'static str, content: Content) -> Self {
        let (Content::Plain(bytes) | Content::Gzip(bytes)) = &content;
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        Self {
            content_type,
            // A caller may keep it, and asks each time whether it is still the same: after
            // an upgrade of the server nobody sees a mixture of two versions.
            cache_control: "no-cache",
            etag: format!("\"{:016x}\"", hasher.finish()),
            content,
        }
    }

    /// The answer to a request with these headers: the file, or 304 when the caller has it.
    pub(super) fn answer(&self, request: &HeaderMap) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(self.cache_control));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Content::Gzip(_) = self.content {
            headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(ETAG, etag);
        }
        if has_current_copy(request, &self.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        *response.body_mut() = match &self.content {
            Content::Plain(bytes) => Body::with_content(bytes.clone()),
            Content::Gzip(bytes) if accepts_gzip(request) => {
                response
                    .headers_mut()
                    .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                Body::with_content(bytes.clone())
            }
            Content::Gzip(bytes) => Body::with_content(unpack(bytes)),
        };
        response
    }
}

/// `{"status": …}`, which nobody may keep.
pub(super) fn status(code: StatusCode, word: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::with_content(format!("{{\"status\":\"{word}\"}}")));
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether `If-None-Match` names this entity tag. RFC 9110 compares weakly here.
fn has_current_copy(request: &HeaderMap, etag: &str) -> bool {
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// Whether `Accept-Encoding` allows gzip. A caller that says nothing gets the file as it is.
fn accepts_gzip(request: &HeaderMap) -> bool {
    let quality_of = |wanted: &str| {
        request
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .find_map(|coding| {
                let mut parts = coding.split(';').map(str::trim);
                let name = parts.next()?;
                let quality = parts
                    .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
                    .unwrap_or("1");
                name.eq_ignore_ascii_case(wanted)
                    .then(|| quality.trim().parse::<f32>().unwrap_or(0.0))
            })
    };
    quality_of("gzip")
        .or_else(|| quality_of("*"))
        .is_some_and(|quality| quality > 0.0)
}

fn unpack(bytes: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut unpacked)
        .expect("the files in the binary are whole, as a test shows");
    unpacked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: http::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn gzip_is_sent_only_where_it_is_wanted() {
        for (value, wanted) in [
            ("gzip", true),
            ("GZIP", true),
            ("br, gzip;q=0.5", true),
            ("*", true),
            ("br;q=1.0, *;q=0.1", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000, *", false),
            ("identity", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(
                accepts_gzip(&headers(ACCEPT_ENCODING, value)),
                wanted,
                "{value}"
            );
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn a_copy_is_current_when_its_tag_is_named() {
        for (value, current) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            let request = headers(IF_NONE_MATCH, value);
            assert_eq!(has_current_copy(&request, "\"a\""), current, "{value}");
        }
        assert!(!has_current_copy(&HeaderMap::new(), "\"a\""));
    }

    #[test]
    fn other_content_has_another_tag() {
        let first = File::plain("text/plain", "one");
        let second = File::plain("text/plain", "two");
        assert_ne!(first.etag, second.etag);
    }
}
