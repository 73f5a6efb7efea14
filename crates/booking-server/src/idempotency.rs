//! What is answered to a request with an `Idempotency-Key`, and how it is kept until it comes again.
//!
//! The store keeps an answer as bytes, in the transaction of what was done. Here is what the bytes are:
//! status, headers and body, but for the secret of a booking or a hold, which can be made again of its id
//! and is written nowhere.

use std::sync::Arc;

use booking_api::errors::{IdempotencyKeyInUse, IdempotencyKeyReused};
use booking_api::headers::RetryAfter;
use booking_api::types::RetryAfterSeconds;
use booking_persistence::{IdempotentRequest, RequestEnd};
use contract_runtime::{
    DeclaredError, ErrorResponse, FieldName, IdempotencyHandle, IdempotencyStore, KeyedRequest,
    Problem, ResponseParts,
};
use credentials::ExposeSecret;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use crate::api::{internal_error, unavailable};
use crate::service::Service;

/// After how many seconds the first request is most likely answered.
const RETRY_AFTER_SECONDS: i32 = 1;

const KEY_FIELD: FieldName = FieldName::from_contract("Idempotency-Key");

impl IdempotencyStore for Service {
    fn begin(&self, request: &KeyedRequest) -> IdempotencyHandle {
        let keys = &self.identity().idempotency_keys;
        let key = keys.key(request.operation(), request.key());
        IdempotencyHandle::new(Arc::new(IdempotentRequest::new(key, request.content())))
    }

    async fn end(
        &self,
        handle: IdempotencyHandle,
        answer: Result<ResponseParts, Box<ErrorResponse>>,
    ) -> Result<ResponseParts, Box<ErrorResponse>> {
        let Some(request) = handle.downcast::<IdempotentRequest>() else {
            return Err(internal(KeptAnswerError::Handle));
        };
        let kept = match &answer {
            Ok(parts) if parts.status().is_success() => Some(self.keep(parts).map_err(internal)?),
            _ => None,
        };
        let ended = self.store().end_request(&request, kept.as_deref()).await;
        let ended = ended.map_err(|error| match error {
            booking_persistence::StoreError::Refused(never) => match never {},
            booking_persistence::StoreError::Unavailable(cause) => {
                Box::new(unavailable(&cause, 1).into_response())
            }
            booking_persistence::StoreError::Internal(cause) => internal(cause),
        })?;
        match ended {
            RequestEnd::Answered => answer,
            RequestEnd::Repeated(kept) => self.answer_again(&kept).map_err(internal),
            RequestEnd::InUse => Err(in_use()),
            RequestEnd::Reused => {
                let message = "another request had this key: send this one with a new key";
                let problem = Problem::new(message).field(KEY_FIELD);
                Err(Box::new(IdempotencyKeyReused(problem).into_response()))
            }
        }
    }
}

fn in_use() -> Box<ErrorResponse> {
    let message = "a request with this key is being answered: ask again for its answer";
    let error = IdempotencyKeyInUse {
        problem: Problem::new(message).field(KEY_FIELD),
        headers: RetryAfter {
            retry_after: RetryAfterSeconds::try_from(RETRY_AFTER_SECONDS).ok(),
        },
    };
    Box::new(error.into_response())
}

fn internal(cause: impl std::error::Error) -> Box<ErrorResponse> {
    Box::new(internal_error(cause).into_response())
}

/// An answer as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct KeptAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    /// The body; where it has a secret, it has [`SECRET`].
    body: String,
    /// Whose secret the body has.
    secret_of: Option<SecretOwner>,
}

/// What has a secret that can be made again, by its id.
#[derive(Debug, Serialize, Deserialize)]
enum SecretOwner {
    /// A booking, when it is new.
    Booking(String),
    /// A hold.
    Hold(String),
}

/// What stands for a secret: a character that no JSON has.
const SECRET: &str = "\0";

/// What of a body is looked at: whose secret it has, if it has one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum SecretBody {
    Booking {
        booking_id: String,
        booking_secret: String,
    },
    Hold {
        hold_id: String,
        hold_secret: String,
    },
}

impl SecretBody {
    /// Whose secret it is, and the secret.
    fn into_parts(self) -> (SecretOwner, String) {
        match self {
            Self::Booking {
                booking_id,
                booking_secret,
            } => (SecretOwner::Booking(booking_id), booking_secret),
            Self::Hold {
                hold_id,
                hold_secret,
            } => (SecretOwner::Hold(hold_id), hold_secret),
        }
    }
}

/// Why an answer is not kept, or what was kept is no answer.
#[derive(Debug, thiserror::Error)]
enum KeptAnswerError {
    #[error("the handle of a request is another service's")]
    Handle,
    #[error("an answer has a secret that cannot be made again")]
    Secret,
    #[error("an answer is not one that can be kept")]
    Form,
    #[error("an answer cannot be written or read: {0}")]
    Json(#[from] serde_json::Error),
}

impl Service {
    /// The answer as it is kept.
    fn keep(&self, parts: &ResponseParts) -> Result<Vec<u8>, KeptAnswerError> {
        let headers = parts.header_map().iter();
        let headers = headers.map(|(name, value)| {
            let value = value.to_str().map_err(|_| KeptAnswerError::Form)?;
            Ok((name.as_str().to_owned(), value.to_owned()))
        });
        let body = std::str::from_utf8(parts.bytes()).map_err(|_| KeptAnswerError::Form)?;
        let shown = serde_json::from_str(body).map(SecretBody::into_parts);
        let (body, secret_of) = match shown {
            Ok((owner, secret)) if self.secret_of(&owner) == secret => {
                (body.replace(&secret, SECRET), Some(owner))
            }
            Ok(_) => return Err(KeptAnswerError::Secret),
            Err(_) => (body.to_owned(), None),
        };
        let kept = KeptAnswer {
            status: parts.status().as_u16(),
            headers: headers.collect::<Result<_, KeptAnswerError>>()?,
            body,
            secret_of,
        };
        Ok(serde_json::to_vec(&kept)?)
    }

    /// The answer that was kept, as it was.
    fn answer_again(&self, kept: &[u8]) -> Result<ResponseParts, KeptAnswerError> {
        let kept: KeptAnswer = serde_json::from_slice(kept)?;
        let status = StatusCode::from_u16(kept.status).map_err(|_| KeptAnswerError::Form)?;
        let headers = kept.headers.into_iter().map(|(name, value)| {
            let name = HeaderName::try_from(name).map_err(|_| KeptAnswerError::Form)?;
            let value = HeaderValue::try_from(value).map_err(|_| KeptAnswerError::Form)?;
            Ok((name, value))
        });
        let headers = headers.collect::<Result<HeaderMap, KeptAnswerError>>()?;
        let body = match &kept.secret_of {
            Some(owner) => kept.body.replace(SECRET, &self.secret_of(owner)),
            None => kept.body,
        };
        Ok(ResponseParts::from_parts(
            status,
            headers,
            body.into_bytes(),
        ))
    }

    fn secret_of(&self, owner: &SecretOwner) -> String {
        let identity = self.identity();
        let secret = match owner {
            SecretOwner::Booking(id) => identity.booking_secrets.secret(id, 0).expose_text(),
            SecretOwner::Hold(id) => identity.hold_secrets.secret(id).expose_text(),
        };
        secret.expose_secret().to_owned()
    }
}
