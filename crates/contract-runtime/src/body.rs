//! Bodies: read up to the contract's limit, then parsed once, or looked at again.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::inspect::Inspect;
use crate::json;
use crate::violation::{RuleViolation, ViolationCode, Violations};

/// What came as a request's body.
#[derive(Debug)]
pub(crate) enum Received {
    /// Nothing, or nothing that the operation looks at.
    Nothing,
    /// JSON, to go by its content type.
    Json(Bytes),
    /// More than the operation allows.
    TooLarge {
        /// What it allows, in bytes.
        max_bytes: u32,
    },
    /// Another content type, or none.
    OtherMediaType,
    /// The connection broke, or the time was up, before the body was whole.
    Interrupted,
}

/// How long a body may take to come. Who sends one this slowly holds a connection for nothing,
/// and would hold up the end of the server.
const BODY_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a body of at most `max_bytes`; nothing where the operation has none.
pub(crate) async fn receive(
    max_bytes: Option<u32>,
    headers: &HeaderMap,
    body: dropshot::Body,
) -> Received {
    let Some(max_bytes) = max_bytes else {
        return Received::Nothing;
    };
    let limit = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    // A body that announces itself as too large is not read at all.
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > u64::from(max_bytes)) {
        return Received::TooLarge { max_bytes };
    }
    let reading = Limited::new(body, limit).collect();
    let Ok(read) = tokio::time::timeout(BODY_READ_TIMEOUT, reading).await else {
        return Received::Interrupted;
    };
    match read {
        Ok(collected) => {
            let bytes = collected.to_bytes();
            if bytes.is_empty() {
                Received::Nothing
            } else if is_json(headers) {
                Received::Json(bytes)
            } else {
                Received::OtherMediaType
            }
        }
        Err(error) if error.is::<LengthLimitError>() => Received::TooLarge { max_bytes },
        Err(_) => Received::Interrupted,
    }
}

/// Whether the content type is `application/json`, whatever its parameters.
fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim())
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
}

/// Parses a body, or reports everything that is wrong with it.
pub(crate) fn parse<T: DeserializeOwned + Inspect>(
    bytes: &[u8],
    violations: &mut Violations,
) -> Option<T> {
    let error = match serde_json::from_slice(bytes) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let mut seen = Violations::new();
    match json::read(bytes, &mut seen) {
        Ok(value) => {
            T::inspect(&value, &mut seen);
            // The two ways agree (see `Inspect`); should they ever not, the request is refused
            // all the same, in words that fit.
            if seen.is_empty() {
                seen.report(RuleViolation::new(
                    ViolationCode::Malformed,
                    "does not fit the contract",
                ));
            }
        }
        // What was read before the breaking point says little: the syntax comes first. The
        // library's own text could repeat what was submitted, so only the place is told.
        Err(_) => {
            seen = Violations::new();
            seen.report(RuleViolation::new(
                ViolationCode::Malformed,
                format!(
                    "must be JSON: it cannot be read from line {}, column {}",
                    error.line(),
                    error.column()
                ),
            ));
        }
    }
    violations.extend(seen);
    None
}
