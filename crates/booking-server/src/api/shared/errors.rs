//! From what the store refuses to what the contract answers.
//!
//! Each code of the contract is one type, and each operation's error can be made from those that
//! it declares. So a refusal is mapped once, for every operation that can answer it; one that an
//! operation does not declare does not compile.

use std::error::Error;

use booking_api::errors::{InternalError, InvalidCursor, ServiceUnavailable};
use booking_api::headers::RetryAfter;
use booking_api::types::RetryAfterSeconds;
use booking_persistence::{CursorOfAnotherList, StoreError};
use contract_runtime::Problem;

use super::paging::CURSOR_FIELD;

/// The operation's error for what the store has answered. `refuse` maps everything that can be
/// refused.
pub(crate) fn store_error<R, E>(refuse: impl FnOnce(R) -> E) -> impl FnOnce(StoreError<R>) -> E
where
    E: From<InternalError> + From<ServiceUnavailable>,
{
    move |error| match error {
        StoreError::Refused(refusal) => refuse(refusal),
        StoreError::Unavailable(cause) => {
            let message = "the service is not available at the moment: try again later";
            let retry_after = RetryAfterSeconds::try_from(1).ok();
            ServiceUnavailable {
                problem: Problem::new(message).caused_by(&cause),
                headers: RetryAfter { retry_after },
            }
            .into()
        }
        StoreError::Internal(cause) => internal_error(cause).into(),
    }
}

/// Something that must not happen did. Only the log keeps the cause.
pub(crate) fn internal_error(cause: impl Error) -> InternalError {
    let problem = Problem::new("the server could not answer the request");
    InternalError(problem.caused_by(&cause))
}

/// The operation's error for a cursor that belongs to another list.
pub(crate) fn cursor_of_another_list<E: From<InvalidCursor>>(_: CursorOfAnotherList) -> E {
    let message = "the cursor was not made for this list: begin again without it";
    InvalidCursor(Problem::new(message).field(CURSOR_FIELD)).into()
}
