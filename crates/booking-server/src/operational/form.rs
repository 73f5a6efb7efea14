//! Forms: in a query, or in a body that is read only here.

use std::time::Duration;

use async_trait::async_trait;
use dropshot::{
    ApiEndpointBodyContentType, Body, ExclusiveExtractor, ExtensionMode, ExtractorMetadata,
    HttpError, RequestContext, ServerContext,
};
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// The longest form that is read: far more than one takes.
const MAX_BYTES: usize = 16 * 1024;

/// How long a body may take to come: who sends one this slowly holds a connection for nothing.
const BODY_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// Names and values, as `application/x-www-form-urlencoded` has them. What is no UTF-8 becomes
/// U+FFFD, which no value may hold.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

/// Why there is no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FormError {
    #[error("the content type has to be application/x-www-form-urlencoded")]
    OtherMediaType,
    #[error("the request is too long")]
    TooLong,
    #[error("the request did not come as a whole")]
    Interrupted,
}

/// A parameter is there more than once, which RFC 6749 forbids (3.1, 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a parameter is there more than once")]
pub(super) struct Repeated;

impl Form {
    /// A form of at most 16 KiB.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, FormError> {
        if bytes.len() > MAX_BYTES {
            return Err(FormError::TooLong);
        }
        let pairs = form_urlencoded::parse(bytes);
        Ok(Self(pairs.into_owned().collect()))
    }

    /// The value with this name. One that is empty counts as not there (RFC 6749, 3.1).
    pub(super) fn get(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut named = self.0.iter().filter(|(other, _)| other == name);
        let first = named.next().map(|(_, value)| value.as_str());
        match named.next() {
            Some(_) => Err(Repeated),
            None => Ok(first.filter(|value| !value.is_empty())),
        }
    }
}

/// A request's body, unread.
pub(super) struct UnreadBody(Body);

#[async_trait]
impl ExclusiveExtractor for UnreadBody {
    async fn from_request<Context: ServerContext>(
        _: &RequestContext<Context>,
        request: hyper::Request<Body>,
    ) -> Result<Self, HttpError> {
        Ok(Self(request.into_body()))
    }

    fn metadata(_: ApiEndpointBodyContentType) -> ExtractorMetadata {
        ExtractorMetadata {
            extension_mode: ExtensionMode::None,
            parameters: Vec::new(),
        }
    }
}

impl UnreadBody {
    /// The form that the body is, of a request with these headers.
    pub(super) async fn read_form(self, headers: &HeaderMap) -> Result<Form, FormError> {
        if !is_form(headers) {
            return Err(FormError::OtherMediaType);
        }
        let reading = Limited::new(self.0, MAX_BYTES).collect();
        match tokio::time::timeout(BODY_READ_TIMEOUT, reading).await {
            Ok(Ok(read)) => Form::parse(&read.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(FormError::TooLong),
            Ok(Err(_)) | Err(_) => Err(FormError::Interrupted),
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let essence = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
    essence.is_some_and(|it| it.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_is_found_once_and_an_empty_one_is_none() {
        let form = Form::parse(b"a=1+2%20%26&b=&c=1&c=1&d").unwrap();
        assert_eq!(form.get("a"), Ok(Some("1 2 &")));
        assert_eq!(form.get("b"), Ok(None));
        assert_eq!(form.get("c"), Err(Repeated));
        assert_eq!(form.get("d"), Ok(None));
        assert_eq!(form.get("e"), Ok(None));
    }

    #[test]
    fn only_a_form_is_taken_for_one() {
        for (content_type, is_one) in [
            ("application/x-www-form-urlencoded", true),
            ("Application/X-WWW-Form-Urlencoded; charset=utf-8", true),
            ("application/json", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            assert_eq!(is_form(&headers), is_one, "{content_type}");
        }
        assert!(!is_form(&HeaderMap::new()));
    }

    #[test]
    fn what_is_too_long_is_not_looked_at() {
        let long = vec![b'a'; MAX_BYTES + 1];
        assert!(Form::parse(&long).is_err_and(|error| error == FormError::TooLong));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in any::<Vec<u8>>(), name in any::<String>()) {
            let form = Form::parse(&bytes).unwrap();
            let _ = form.get(&name);
        }

        #[test]
        fn what_was_written_is_read(name in any::<String>(), value in ".+") {
            let mut written = form_urlencoded::Serializer::new(String::new());
            let written = written.append_pair(&name, &value).finish();
            let form = Form::parse(written.as_bytes()).unwrap();
            prop_assert_eq!(form.get(&name), Ok(Some(value.as_str())));
        }
    }
}
