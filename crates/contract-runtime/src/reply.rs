//! Answers on their way out.

use dropshot::{ApiEndpointResponse, Body};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::error::{Envelope, ErrorResponse};
use crate::headers::ResponseHeaders;

/// A generated response type: each variant is an answer that its operation declares, with the
/// headers that it declares.
pub trait DeclaredResponse: Send + 'static {
    /// The answer, ready to be written.
    ///
    /// # Errors
    /// A value cannot be written; the text says which, for the log.
    fn into_parts(self) -> Result<ResponseParts, String>;

    /// Its successful answer, for the document.
    fn metadata() -> ApiEndpointResponse;
}

/// An answer, ready to be written.
#[derive(Debug)]
pub struct ResponseParts {
    response: Response<Vec<u8>>,
}

impl ResponseParts {
    /// An answer without a body.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        let mut response = Response::new(Vec::new());
        *response.status_mut() = status;
        Self { response }
    }

    /// With `body` as JSON.
    ///
    /// # Errors
    /// The body cannot be written as JSON.
    pub fn body(mut self, body: &impl Serialize) -> Result<Self, String> {
        let bytes = serde_json::to_vec(body).map_err(|error| error.to_string())?;
        *self.response.body_mut() = bytes;
        self.response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(dropshot::CONTENT_TYPE_JSON),
        );
        Ok(self)
    }

    /// With the headers that the contract declares.
    ///
    /// # Errors
    /// A value has a character that no header may have.
    pub fn headers(mut self, headers: &impl ResponseHeaders) -> Result<Self, String> {
        headers
            .write(self.response.headers_mut())
            .map_err(|error| error.to_string())?;
        Ok(self)
    }

    pub(crate) fn from_error(error: &ErrorResponse, request_id: &str) -> Self {
        // The envelope is strings only, which can always be written.
        let mut parts = Self::new(error.status)
            .body(&Envelope::new(error, request_id))
            .unwrap_or_else(|_| Self::new(error.status));
        parts.response.headers_mut().extend(error.headers.clone());
        parts
    }

    /// An answer that was one before.
    #[must_use]
    pub fn from_parts(status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Self {
        let mut parts = Self::new(status);
        *parts.response.headers_mut() = headers;
        *parts.response.body_mut() = body;
        parts
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Its headers, without those that Dropshot adds to every answer.
    #[must_use]
    pub fn header_map(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Its body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.response.body()
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        self.response.map(|bytes| {
            if bytes.is_empty() {
                Body::empty()
            } else {
                Body::from(bytes)
            }
        })
    }
}
