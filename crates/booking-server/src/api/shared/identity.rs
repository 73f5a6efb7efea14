//! Attempts, passwords and tokens of mails, for every operation that takes them.

use booking_api::errors::{
    self, InternalError, InvalidToken, PasswordTooWeak, ServiceUnavailable, TooManyRequests,
    Unauthenticated,
};
use booking_api::headers::{self, CacheControl, WwwAuthenticate};
use booking_api::types::{self, AuthenticationChallenge, NewPasswordByToken, RetryAfterSeconds};
use booking_domain::{CallerNetwork, EmailAddress, RequestId, UserId};
use booking_persistence::{Forbidden, OneTimeTokenRefusal, RequestContext};
use contract_runtime::{FieldName, IdempotencyHandle, Problem, RequestOrigin};
use credentials::{Password, PasswordHash};

use super::{IntoError, hashing_error, internal_error};
use crate::identity::AuthenticCaller;
use crate::service::Service;

/// Counts an attempt at `operation`, at this account if one is tried.
pub(crate) fn attempt<E: From<TooManyRequests>>(
    service: &Service,
    operation: &'static str,
    origin: &RequestOrigin,
    account: Option<&EmailAddress>,
) -> Result<(), E> {
    let account = account.map(EmailAddress::as_str);
    let attempts = &service.identity().attempts;
    attempts
        .attempt(operation, origin.address, account)
        .map_err(|refused| {
            let seconds = i32::try_from(refused.retry_after_seconds).unwrap_or(i32::MAX);
            TooManyRequests {
                problem: Problem::new("there were too many attempts: try again later"),
                headers: headers::RetryAfter {
                    retry_after: RetryAfterSeconds::try_from(seconds).ok(),
                },
            }
            .into()
        })
}

/// The hash of a new password, if it is not easily guessed. `about_user` is what somebody who
/// knows the user tries first.
pub(crate) async fn new_password<
    E: From<InternalError> + From<ServiceUnavailable> + From<PasswordTooWeak>,
>(
    service: &Service,
    password: &types::Password,
    field: FieldName,
    about_user: &[&str],
) -> Result<PasswordHash, E> {
    let weak = |_| {
        let message = "the password is too easily guessed: use a longer or a less common one";
        E::from(PasswordTooWeak(Problem::new(message).field(field)))
    };
    let password = Password::parse(password.as_str()).map_err(weak)?;
    let about_user = about_user.iter().chain(&["ReserveEasy"]);
    let about_user = about_user.map(|text| (*text).to_owned()).collect();
    let hash = service.identity().passwords.hash_new(password, about_user);
    hash.await.map_err(hashing_error::<E>)?.map_err(weak)
}

/// Why the token of a mail opens nothing, its sender is not told.
impl<E: From<InvalidToken>> IntoError<E> for OneTimeTokenRefusal {
    fn into_error(self) -> E {
        let message = "the token is unknown, used or too old: ask for a new one";
        InvalidToken(Problem::new(message).field(NewPasswordByToken::FIELDS.token)).into()
    }
}

/// The header of an answer that nobody may keep.
pub(crate) fn no_store() -> CacheControl {
    CacheControl {
        cache_control: types::CacheControl::NoStore,
    }
}

/// Somebody whose credential was good a moment ago.
pub(crate) fn unauthenticated(message: &'static str) -> Unauthenticated {
    Unauthenticated {
        problem: Problem::new(message),
        headers: challenge(),
    }
}

/// What a 401 has to say (RFC 9110, 15.5.2): what a login leads to.
pub(crate) fn challenge() -> WwwAuthenticate {
    authenticate("Bearer realm=\"ReserveEasy Booking API\"")
}

fn authenticate(challenge: &str) -> WwwAuthenticate {
    WwwAuthenticate {
        www_authenticate: AuthenticationChallenge::try_from(challenge)
            .expect("the contract takes any challenge of this length"),
    }
}

/// Somebody whose credential is good, and who may do less (RFC 6750, 3.1).
impl<E: From<errors::Forbidden>> IntoError<E> for Forbidden {
    fn into_error(self) -> E {
        let challenge = "Bearer realm=\"ReserveEasy Booking API\", error=\"insufficient_scope\"";
        errors::Forbidden {
            problem: Problem::new(self.to_string()),
            headers: authenticate(challenge),
        }
        .into()
    }
}

/// The user who calls. A program has no account.
pub(crate) fn user<E: From<errors::Forbidden>>(caller: &AuthenticCaller) -> Result<&UserId, E> {
    caller.user().ok_or_else(|| Forbidden.into_error())
}

/// When a request is made, and what the log of a restaurant keeps of where from.
pub(crate) fn request_context(
    service: &Service,
    origin: &RequestOrigin,
) -> Result<RequestContext, InternalError> {
    let request_id = RequestId::parse(origin.request_id.as_str());
    Ok(RequestContext {
        now: service.clock().now(),
        request_id: request_id.ok_or(OddRequestId).map_err(internal_error)?,
        network: Some(CallerNetwork::from_address(origin.address)),
        idempotency: origin
            .idempotency
            .as_ref()
            .and_then(IdempotencyHandle::downcast),
    })
}

/// The log could not name the request by its id.
#[derive(Debug, thiserror::Error)]
#[error("the request's id has other characters than letters, digits, '-' and '_'")]
struct OddRequestId;
