//! The one error of every operation.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::decode::{DecodeError, Received};
use crate::headers;
use crate::rules::InvalidField;
use crate::token::TokenError;

/// How much of a body is kept as text, in bytes.
const MAX_KEPT_BODY: usize = 8 * 1024;

/// Why a call has no value. `C` are the contract's error codes, and `V` its kinds of violations.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error<C, V> {
    /// The request breaks the contract. Nothing was sent.
    InvalidRequest(InvalidField),
    /// The source of access tokens has none. Nothing was done: the request was not sent, or only
    /// with a token that the server has refused.
    Token(TokenError),
    /// No answer came: the server could not be reached, or was silent for too long. Whether it has
    /// done what was asked is not known.
    NoResponse(reqwest::Error),
    /// An answer came that is not one of the operation's successes.
    Response(Box<ErrorResponse<C, V>>),
}

/// An answer that is not one of the operation's successes. What it carried is here where it was
/// sent, and the status always. `Debug` tells of the body only how long it is.
#[non_exhaustive]
pub struct ErrorResponse<C, V> {
    /// The answer's status.
    pub status: StatusCode,
    /// What is wrong with the answer.
    pub failure: ResponseFailure,
    /// What went wrong, for programs.
    pub code: Option<C>,
    /// What went wrong, for people.
    pub message: Option<String>,
    /// What in the request the error is about: a property's path or a parameter's name.
    pub field: Option<String>,
    /// Every rule that the request breaks.
    pub details: Vec<Violation<V>>,
    /// What to name when asking about the request.
    pub request_id: Option<String>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
    /// The first 8 KiB of the body, whatever it is.
    pub body: String,
}

/// What is wrong with an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseFailure {
    /// Its status: an error's, or one that the contract does not declare as a success.
    #[error("the request was refused")]
    Status,
    /// Its body cannot be read as what the contract declares for its status.
    #[error("the answer cannot be read: {0}")]
    Undecodable(DecodeError),
    /// Its body is larger than the client reads; see `ClientBuilder::max_response_bytes`.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// Its body broke off.
    #[error("the answer broke off")]
    Interrupted(#[source] reqwest::Error),
}

/// One rule that a request breaks, as the server found it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation<V> {
    /// Which kind of rule, for programs.
    pub code: Option<V>,
    /// Where in the request.
    pub field: Option<String>,
    /// What must be there, for people.
    pub message: Option<String>,
}

impl<C, V> Error<C, V> {
    /// The answer that is not a success.
    #[must_use]
    pub fn response(&self) -> Option<&ErrorResponse<C, V>> {
        match self {
            Self::Response(response) => Some(response),
            _ => None,
        }
    }

    /// The answer's status; `None` only where no answer came at all.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(|response| response.status)
    }

    /// What went wrong, for programs.
    #[must_use]
    pub fn code(&self) -> Option<&C> {
        self.response()?.code.as_ref()
    }

    /// What went wrong, for people.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.response()?.message.as_deref()
    }

    /// What in the request the error is about, whether the server or the client has found it.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::InvalidRequest(invalid) => Some(invalid.field()),
            Self::Token(_) | Self::NoResponse(_) => None,
            Self::Response(response) => response.field.as_deref(),
        }
    }

    /// Every rule that the request breaks, as the server found it.
    #[must_use]
    pub fn details(&self) -> &[Violation<V>] {
        self.response()
            .map_or(&[], |response| response.details.as_slice())
    }

    /// What to name when asking about the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.response()?.request_id.as_deref()
    }

    /// A property that the contract gives errors beside those that all have, by its name, if it was
    /// sent and can be read.
    #[must_use]
    pub fn property<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let body: Value = serde_json::from_str(&self.response()?.body).ok()?;
        T::deserialize(body.get("error")?.get(name)?).ok()
    }

    /// How long the server asks to wait before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.response()?.retry_after
    }
}

impl<C: DeserializeOwned, V: DeserializeOwned> Error<C, V> {
    /// Takes what an answer has of the one error shape. Each part is taken by itself, so that one
    /// that cannot be read hides no other.
    pub(crate) fn from_received(received: &Received, failure: ResponseFailure) -> Self {
        let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
        let error = &body["error"];
        let details = error["details"].as_array().into_iter().flatten();
        let request_id = text(&error["request_id"]);
        let header = || headers::text(&received.headers, REQUEST_ID).map(ToOwned::to_owned);
        let kept = &received.body[..received.body.len().min(MAX_KEPT_BODY)];
        Self::Response(Box::new(ErrorResponse {
            status: received.status,
            failure,
            code: code(&error["code"]),
            message: text(&error["message"]),
            field: text(&error["field"]),
            details: details
                .map(|detail| Violation {
                    code: code(&detail["code"]),
                    field: text(&detail["field"]),
                    message: text(&detail["message"]),
                })
                .collect(),
            request_id: request_id.or_else(header),
            retry_after: headers::retry_after(&received.headers),
            body: String::from_utf8_lossy(kept).into_owned(),
        }))
    }
}

/// The header that names a request, where the body does not.
const REQUEST_ID: reqwest::header::HeaderName =
    reqwest::header::HeaderName::from_static("x-request-id");

fn text(value: &Value) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}

fn code<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

impl<C: fmt::Display, V> fmt::Display for Error<C, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRequest(invalid) => write!(f, "the request was not sent: {invalid}"),
            Self::Token(_) => f.write_str("there is no access token"),
            Self::NoResponse(_) => f.write_str("no answer came"),
            Self::Response(response) => response.fmt(f),
        }
    }
}

impl<C: fmt::Debug, V: fmt::Debug> fmt::Debug for ErrorResponse<C, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            status,
            failure,
            code,
            message,
            field,
            details,
            request_id,
            retry_after,
            body,
        } = self;
        f.debug_struct("ErrorResponse")
            .field("status", status)
            .field("failure", failure)
            .field("code", code)
            .field("message", message)
            .field("field", field)
            .field("details", details)
            .field("request_id", request_id)
            .field("retry_after", retry_after)
            .field("body_bytes", &body.len())
            .finish()
    }
}

impl<C: fmt::Display, V> fmt::Display for ErrorResponse<C, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.status)?;
        match (&self.code, &self.message) {
            (Some(code), Some(message)) => write!(f, "{code}: {message}")?,
            (Some(code), None) => code.fmt(f)?,
            (None, Some(message)) => f.write_str(message)?,
            (None, None) => self.failure.fmt(f)?,
        }
        if let Some(field) = &self.field {
            write!(f, " (at {field})")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl<C: fmt::Debug + fmt::Display, V: fmt::Debug> std::error::Error for Error<C, V> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::InvalidRequest(invalid) => Some(invalid),
            Self::Token(error) => Some(error),
            Self::NoResponse(error) => Some(error),
            Self::Response(response) => match &response.failure {
                ResponseFailure::Interrupted(error) => Some(error),
                _ => None,
            },
        }
    }
}
