//! Answers: read up to a limit, and decoded by their status.

use std::fmt;
use std::marker::PhantomData;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;

use crate::error::ResponseFailure;
use crate::headers;

/// An answer, as far as it came.
pub struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Without what it holds, which may tell of a person.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Received {
    /// Reads an answer, and what kept it from being read whole.
    pub(crate) async fn read(
        mut response: reqwest::Response,
        limit: usize,
    ) -> (Self, Option<ResponseFailure>) {
        let mut received = Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body: Vec::new(),
        };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    let room = limit - received.body.len();
                    received.body.extend(chunk.iter().take(room));
                    if chunk.len() > room {
                        return (received, Some(ResponseFailure::TooLarge(limit)));
                    }
                }
                Ok(None) => return (received, None),
                Err(error) => {
                    let failure = ResponseFailure::Interrupted(error.without_url());
                    return (received, Some(failure));
                }
            }
        }
    }

    /// Its status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        if let Some(kind) = headers::text(&self.headers, CONTENT_TYPE)
            && !is_json(kind)
        {
            return Err(DecodeError::new(format!("it is {kind:?}, not JSON")));
        }
        if self.body.is_empty() {
            return Err(DecodeError::new("it has no body".to_owned()));
        }
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        serde_path_to_error::deserialize(&mut json).map_err(|error| DecodeError {
            path: Some(error.path().to_string()).filter(|path| path != "."),
            message: without_value(&error.into_inner().to_string()),
        })
    }
}

/// What serde says of a value of the wrong kind, without the value: it may tell of a person.
fn without_value(message: &str) -> String {
    let parts = ["invalid type: ", "invalid value: "]
        .into_iter()
        .find_map(|kind| Some((kind, message.strip_prefix(kind)?)));
    if let Some((kind, rest)) = parts
        && let Some(value) = rest.find(['"', '`'])
        && let Some(expected) = rest.rfind(", expected ")
        && let (Some(found), Some(expected)) = (rest.get(..value), rest.get(expected..))
    {
        return format!("{kind}{}{expected}", found.trim_end());
    }
    message.to_owned()
}

/// Whether a content type is JSON, be it of its own kind (`application/problem+json`).
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// Why a body is not what the contract declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    path: Option<String>,
    message: String,
}

impl DecodeError {
    fn new(message: String) -> Self {
        Self {
            path: None,
            message,
        }
    }

    /// What is told of an answer with a status that the contract does not declare.
    #[doc(hidden)]
    #[must_use]
    pub fn undeclared() -> Self {
        Self::new("its status is not declared".to_owned())
    }

    /// Where in the body: `data[3].status`. `None` is the body as a whole.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// What is wrong there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{path}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for DecodeError {}

/// How the successful answers of an operation are decoded.
pub trait Decode {
    /// What a caller gets.
    type Value;

    /// Whether the caller has asked in a way that 304 answers.
    const NOT_MODIFIED: bool = false;

    /// Decodes an answer whose status is declared.
    ///
    /// # Errors
    /// Where the body is not what the contract declares.
    fn decode(received: &Received) -> Result<Self::Value, DecodeError>;
}

/// A body of JSON.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(PhantomData<T>);

impl<T: DeserializeOwned> Decode for Json<T> {
    type Value = T;

    fn decode(received: &Received) -> Result<T, DecodeError> {
        received.json()
    }
}

/// No body.
#[derive(Debug, Clone, Copy)]
pub struct Empty;

impl Decode for Empty {
    type Value = ();

    fn decode(_: &Received) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// An answer of `D`, or 304.
#[derive(Debug, Clone, Copy)]
pub struct OrNotModified<D>(PhantomData<D>);

impl<D: Decode> Decode for OrNotModified<D> {
    type Value = Conditional<D::Value>;

    const NOT_MODIFIED: bool = true;

    fn decode(received: &Received) -> Result<Self::Value, DecodeError> {
        if received.status == StatusCode::NOT_MODIFIED {
            return Ok(Conditional::NotModified);
        }
        D::decode(received).map(Conditional::Modified)
    }
}

/// What a conditional request is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conditional<T> {
    /// The value as it is now: the caller's copy is not it.
    Modified(T),
    /// 304: the copy that the caller holds is up to date.
    NotModified,
}

impl<T> Conditional<T> {
    /// The value, unless the caller's copy is up to date.
    #[must_use]
    pub fn modified(self) -> Option<T> {
        match self {
            Self::Modified(value) => Some(value),
            Self::NotModified => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn an_answer_that_cannot_be_read_is_told_of_without_what_it_holds() {
        let received = |body: &str| Received {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        };
        for (body, told) in [
            (
                r#"{"guests": "Quark, expected"}"#,
                "guests: invalid type: string, expected u32",
            ),
            (
                r#"{"guests": -4711}"#,
                "guests: invalid value: integer, expected u32",
            ),
            (
                r#"{"guests": 47.11}"#,
                "guests: invalid type: floating point, expected u32",
            ),
        ] {
            let received = received(body);
            let read = received.json::<std::collections::BTreeMap<String, u32>>();
            let error = read.expect_err("it is no number of guests");
            let shown = error.to_string();
            assert!(shown.starts_with(told), "{shown}");
            let failure = ResponseFailure::Undecodable(error);
            let error = Error::<String, String>::from_received(&received, failure);
            let shown = format!("{error} {error:?} {received:?}");
            assert!(!shown.contains("Quark") && !shown.contains("47"), "{shown}");
            let kept = error.response().map(|response| response.body.as_str());
            assert_eq!(kept, Some(body));
        }
    }

    #[test]
    fn a_content_type_is_json_whatever_its_case_and_parameters() {
        for kind in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/problem+json",
        ] {
            assert!(is_json(kind), "{kind}");
        }
        for kind in ["text/html", "application/jsonp", "", "text/json-like"] {
            assert!(!is_json(kind), "{kind}");
        }
    }
}
