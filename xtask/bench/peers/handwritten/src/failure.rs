//! What a request cannot have.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why there is no answer, as the service says it.
pub(crate) enum Failure {
    /// There is no such booking.
    NotFound,
    /// The booking is not opened with this.
    Unauthenticated,
    /// There is no such restaurant, or it takes no bookings then.
    Invalid(&'static str),
    /// Every table is taken.
    Taken,
    /// The database does not do its work; said on standard error.
    Database,
}

impl Failure {
    /// What an error of the database or of the pool comes to.
    pub(crate) fn database(error: impl std::fmt::Display) -> Self {
        eprintln!("error: {error}");
        Self::Database
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "BOOKING_NOT_FOUND",
                "there is no such booking",
            ),
            Self::Unauthenticated => (
                StatusCode::UNAUTHORIZED,
                "UNAUTHENTICATED",
                "the credential was not accepted",
            ),
            Self::Invalid(message) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "VALIDATION_ERROR",
                message,
            ),
            Self::Taken => (
                StatusCode::CONFLICT,
                "TABLE_NOT_AVAILABLE",
                "no table is free then: choose another time",
            ),
            Self::Database => (
                StatusCode::SERVICE_UNAVAILABLE,
                "UNAVAILABLE",
                "try again in a moment",
            ),
        };
        let body = json!({ "error": { "code": code, "message": message } });
        (status, Json(body)).into_response()
    }
}
