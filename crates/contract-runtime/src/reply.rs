//! Answers on their way out.

use std::fmt;

use dropshot::Body;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::error::{Answer, Envelope};

/// A generated response type: each variant is an answer that its operation declares, with the
/// headers that it declares.
pub trait DeclaredResponse: Send + 'static {
    /// The answer, ready to be written.
    ///
    /// # Errors
    /// A value cannot be written; the text says which, for the log.
    fn into_parts(self) -> Result<ReplyParts, String>;
}

/// A value that a header can carry.
pub trait ToHeader {
    /// The header's value.
    ///
    /// # Errors
    /// The text has a character that no header may have.
    fn to_header(&self) -> Result<HeaderValue, String>;
}

impl<T: fmt::Display> ToHeader for T {
    fn to_header(&self) -> Result<HeaderValue, String> {
        HeaderValue::try_from(self.to_string())
            .map_err(|_| "a response header has a character that no header may have".to_owned())
    }
}

/// An answer, ready to be written.
#[derive(Debug)]
pub struct ReplyParts {
    response: Response<Body>,
}

impl ReplyParts {
    /// An answer without a body.
    #[must_use]
    pub fn empty(status: StatusCode) -> Self {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        Self { response }
    }

    /// An answer with `body` as JSON.
    ///
    /// # Errors
    /// The body cannot be written as JSON.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, String> {
        let bytes = serde_json::to_vec(body).map_err(|error| error.to_string())?;
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = status;
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(dropshot::CONTENT_TYPE_JSON),
        );
        Ok(Self { response })
    }

    /// One header more. `name` is in lower case.
    ///
    /// # Errors
    /// The value has a character that no header may have.
    pub fn header(mut self, name: &'static str, value: &impl ToHeader) -> Result<Self, String> {
        let value = value.to_header()?;
        self.response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
        Ok(self)
    }

    /// One header more, if there is a value for it.
    ///
    /// # Errors
    /// The value has a character that no header may have.
    pub fn optional_header(
        self,
        name: &'static str,
        value: Option<&impl ToHeader>,
    ) -> Result<Self, String> {
        match value {
            Some(value) => self.header(name, value),
            None => Ok(self),
        }
    }

    pub(crate) fn of_answer(answer: &Answer, request_id: &str) -> Self {
        // The envelope is strings only, which can always be written.
        let mut parts = Self::json(answer.status, &Envelope::of(answer, request_id))
            .unwrap_or_else(|_| Self::empty(answer.status));
        for (name, value) in &answer.headers {
            parts.response.headers_mut().insert(name, value.clone());
        }
        parts
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        self.response
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }
}
