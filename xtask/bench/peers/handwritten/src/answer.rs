//! How axum is given what is answered.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use common::failure::Failure;

/// A failure as an answer.
pub(crate) struct Refusal(Failure);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body) = self.0.answer();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [JSON], body).into_response()
    }
}

/// What says that the body is JSON.
pub(crate) const JSON: (HeaderName, HeaderValue) = (
    header::CONTENT_TYPE,
    HeaderValue::from_static("application/json"),
);

/// What tells caches to keep nothing.
pub(crate) const NO_STORE: (HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// What every answer with a booking says besides.
pub(crate) fn headers(tag: String) -> [(HeaderName, HeaderValue); 2] {
    let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
    [(header::ETAG, tag), NO_STORE]
}

/// The secret of a booking that is presented.
pub(crate) fn secret(request: &HeaderMap) -> Option<&str> {
    request
        .get("booking-secret")
        .and_then(|it| it.to_str().ok())
}
