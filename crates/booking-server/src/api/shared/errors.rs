//! From what the store refuses to what the contract answers.
//!
//! Each code of the contract is one type, and each operation's error can be made from those that
//! it declares. So a refusal is mapped once, for every operation that can answer it; one that an
//! operation does not declare does not compile.

use std::convert::Infallible;
use std::error::Error;

use booking_api::errors::{InternalError, InvalidCursor, ServiceUnavailable};
use booking_api::headers::RetryAfter;
use booking_api::types::RetryAfterSeconds;
use booking_persistence::{
    AccessRefusal, CursorOfAnotherList, Forbidden, OperationRefusal, StoreError,
};
use contract_runtime::Problem;

use super::paging::CURSOR_FIELD;
use crate::identity::HashingError;

/// A refusal that is answered with an error of the contract, which `E` has to declare.
#[diagnostic::on_unimplemented(
    message = "nothing says with which code of the contract `{Self}` is answered",
    note = "the refusals of a tag have theirs in crates/booking-server/src/api/<tag>/mod.rs"
)]
pub(crate) trait IntoError<E> {
    /// The error, with what it says and the field that it is about.
    fn into_error(self) -> E;
}

impl<E, N: IntoError<E>, R: IntoError<E>> IntoError<E> for OperationRefusal<N, R> {
    fn into_error(self) -> E {
        match self {
            Self::NotFound(missing) => missing.into_error(),
            Self::Rule(refusal) => refusal.into_error(),
        }
    }
}

impl<E, N: IntoError<E>, R: IntoError<E>> IntoError<E> for AccessRefusal<N, R>
where
    Forbidden: IntoError<E>,
{
    fn into_error(self) -> E {
        match self {
            Self::NotFound(missing) => missing.into_error(),
            Self::Forbidden(forbidden) => forbidden.into_error(),
            Self::Rule(refusal) => refusal.into_error(),
        }
    }
}

/// A rule that refuses nobody.
impl<E> IntoError<E> for Infallible {
    fn into_error(self) -> E {
        match self {}
    }
}

/// The operation's error for what the store has answered.
pub(crate) fn store_error<R: IntoError<E>, E>(error: StoreError<R>) -> E
where
    E: From<InternalError> + From<ServiceUnavailable>,
{
    match error {
        StoreError::Refused(refusal) => refusal.into_error(),
        StoreError::Unavailable(cause) => unavailable(&cause, 1).into(),
        StoreError::Internal(cause) => internal_error(cause).into(),
    }
}

/// The service can do nothing about it at the moment, and may after so many seconds. Only the log keeps
/// the cause.
pub(crate) fn unavailable(cause: &dyn Error, retry_after_seconds: i32) -> ServiceUnavailable {
    let message = "the service is not available at the moment: try again later";
    let retry_after = RetryAfterSeconds::try_from(retry_after_seconds).ok();
    ServiceUnavailable {
        problem: Problem::new(message).caused_by(cause),
        headers: RetryAfter { retry_after },
    }
}

/// The operation's error for a password that was not hashed.
pub(crate) fn hashing_error<E>(error: HashingError) -> E
where
    E: From<InternalError> + From<ServiceUnavailable>,
{
    match error {
        HashingError::Busy => unavailable(&error, 1).into(),
        HashingError::Thread(_) | HashingError::Random(_) => internal_error(error).into(),
    }
}

/// Something that must not happen did. Only the log keeps the cause.
pub(crate) fn internal_error(cause: impl Error) -> InternalError {
    let problem = Problem::new("the server could not answer the request");
    InternalError(problem.caused_by(&cause))
}

impl<E: From<InvalidCursor>> IntoError<E> for CursorOfAnotherList {
    fn into_error(self) -> E {
        let message = "the cursor was not made for this list: begin again without it";
        InvalidCursor(Problem::new(message).field(CURSOR_FIELD)).into()
    }
}
