//! What a request cannot have.

use serde_json::json;

/// Why there is no answer, as the service says it.
#[derive(Debug)]
pub enum Failure {
    /// There is no such booking.
    NotFound,
    /// The booking is not opened with this.
    Unauthenticated,
    /// There is no such restaurant, or it takes no bookings then.
    Invalid(&'static str),
    /// Every table is taken.
    Taken,
    /// The booking is over.
    Over,
    /// The database does not do its work; said on standard error.
    Database,
}

impl Failure {
    /// What an error of the database or of the pool comes to.
    #[must_use = "it is the answer"]
    pub fn database(error: impl std::fmt::Display) -> Self {
        eprintln!("error: {error}");
        Self::Database
    }

    /// The status, and the body.
    #[must_use]
    pub fn answer(&self) -> (u16, String) {
        let (status, code, message) = match self {
            Self::NotFound => (404, "BOOKING_NOT_FOUND", "there is no such booking"),
            Self::Unauthenticated => (401, "UNAUTHENTICATED", "the credential was not accepted"),
            Self::Invalid(message) => (422, "VALIDATION_ERROR", *message),
            Self::Taken => (
                409,
                "TABLE_NOT_AVAILABLE",
                "no table is free then: choose another time",
            ),
            Self::Over => (
                409,
                "BOOKING_NOT_MODIFIABLE",
                "a booking that is over cannot be changed",
            ),
            Self::Database => (503, "UNAVAILABLE", "try again in a moment"),
        };
        let body = json!({ "error": { "code": code, "message": message } });
        (status, body.to_string())
    }
}
