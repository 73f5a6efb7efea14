//! From what the store refuses to what the contract answers.
//!
//! Each operation has an error type of its own, which knows only the codes that the contract
//! declares for it. Two of them every operation declares: a failure of ours, and a database that
//! does not answer.

use booking_api::types::RetryAfterSeconds;
use booking_api::{bookings, restaurants};
use booking_persistence::StoreError;
use contract_runtime::Problem;

use super::BreaksContract;

/// An operation's error type, as far as all operations have the same.
pub(crate) trait StoreFailure: Sized {
    /// 500.
    fn internal(problem: Problem) -> Self;
    /// 503, with the time after which it is worth trying again.
    fn unavailable(problem: Problem, retry_after: Option<RetryAfterSeconds>) -> Self;
}

macro_rules! store_failure {
    ($($module:ident: $error:ident, $headers:ident;)*) => {
        $(
            impl StoreFailure for $module::$error {
                fn internal(problem: Problem) -> Self {
                    Self::InternalError(problem)
                }

                fn unavailable(problem: Problem, retry_after: Option<RetryAfterSeconds>) -> Self {
                    Self::ServiceUnavailable(problem, $module::$headers { retry_after })
                }
            }
        )*
    };
}

/// The operation's error for a value that its contract does not allow.
pub(crate) fn broken<E: StoreFailure>(broken: BreaksContract) -> E {
    E::internal(Problem::new("the server could not answer the request").caused_by(&broken))
}

store_failure! {
    bookings: CreateBookingError, CreateBookingServiceUnavailableHeaders;
    bookings: ListBookingsError, ListBookingsServiceUnavailableHeaders;
    bookings: GetBookingError, GetBookingServiceUnavailableHeaders;
    bookings: UpdateBookingError, UpdateBookingServiceUnavailableHeaders;
    bookings: CancelBookingError, CancelBookingServiceUnavailableHeaders;
    restaurants: ListRestaurantsError, ListRestaurantsServiceUnavailableHeaders;
    restaurants: GetRestaurantError, GetRestaurantServiceUnavailableHeaders;
    restaurants: GetAvailabilityError, GetAvailabilityServiceUnavailableHeaders;
}

/// The operation's error for what the store has answered. `refuse` is the operation's own match
/// over everything that can be refused.
pub(crate) fn refusal_of<R, E: StoreFailure>(
    error: StoreError<R>,
    refuse: impl FnOnce(R) -> E,
) -> E {
    match error {
        StoreError::Refused(refusal) => refuse(refusal),
        StoreError::Unavailable(cause) => E::unavailable(
            Problem::new("the service is not available at the moment: try again later")
                .caused_by(&cause),
            RetryAfterSeconds::try_from(1).ok(),
        ),
        StoreError::Internal(cause) => {
            E::internal(Problem::new("the server could not answer the request").caused_by(&cause))
        }
    }
}
