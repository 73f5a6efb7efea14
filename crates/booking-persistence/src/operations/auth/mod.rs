//! The operations tagged Auth.

mod authenticate_identity;
mod authorize_client;
mod login;
mod logout;
mod password_reset;
mod refresh_token;
mod registration;
mod rotate_signing_keys;

pub use authenticate_identity::UnknownIdentity;
pub use authorize_client::{AuthorizationCodeRefusal, PresentedCode};
pub use login::{Login, PasswordChanged};
pub use refresh_token::{PresentedRefreshToken, RefreshTokenRefusal};

use credentials::{OneTimeToken, OneTimeTokenPurpose, OneTimeTokenRejection};
use diesel_async::AsyncPgConnection;
use jiff::Timestamp;

use booking_domain::{Account, MessageKind, Registration};

use crate::connection::FromViolation;
use crate::error::TransactionError;
use crate::tables::messages::{self, NewMessage};
use crate::tables::one_time_tokens::{self, StoredToken};
use crate::tables::sessions::Session;

/// A session, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSession {
    /// The session.
    pub session: Session,
    /// The account.
    pub account: Account,
}

/// Why a token that came by mail opens nothing. Callers are told none of it: only that the link
/// is no good any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OneTimeTokenRefusal {
    /// There is no such token: it was never given out, was used, or a newer one took its place.
    #[error("there is no such token")]
    NotFound,
    /// It is there, and good no more.
    #[error(transparent)]
    Rejected(#[from] OneTimeTokenRejection),
}

impl FromViolation for OneTimeTokenRefusal {}

/// What stands beside a token, if it is good.
fn redeemed(
    stored: Option<StoredToken>,
    now: Timestamp,
) -> Result<StoredToken, TransactionError<OneTimeTokenRefusal>> {
    let stored = stored.ok_or(TransactionError::Refused(OneTimeTokenRefusal::NotFound))?;
    match stored.record.redeem(now) {
        Ok(_) => Ok(stored),
        Err(rejection) => Err(TransactionError::Refused(rejection.into())),
    }
}

/// Gives a token out, and leaves the mail to be sent that carries it. The token's row comes first:
/// it keeps those apart who ask at once.
async fn send_token<R>(
    connection: &AsyncPgConnection,
    purpose: OneTimeTokenPurpose,
    Registration { email, name }: &Registration,
    bytes: [u8; 32],
    now: Timestamp,
) -> Result<(), TransactionError<R>> {
    let token = OneTimeToken::from_random(purpose, bytes);
    let (kind, registered) = match purpose {
        OneTimeTokenPurpose::EmailVerification => (MessageKind::VerifyEmail, Some(name)),
        OneTimeTokenPurpose::PasswordReset
        | OneTimeTokenPurpose::StaffInvitation
        | OneTimeTokenPurpose::AuthorizationCode => (MessageKind::ResetPassword, None),
    };
    let message = NewMessage {
        kind,
        recipient: email,
        name: Some(name),
        token: Some(&token),
    };
    let row = one_time_tokens::replace(connection, email, (purpose, &token), registered, now);
    let mail = messages::replace(connection, &message, now);
    tokio::try_join!(biased; row, mail)?;
    Ok(())
}
