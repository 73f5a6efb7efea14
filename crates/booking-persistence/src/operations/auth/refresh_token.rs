//! `refreshToken`.

use credentials::{AuthenticRefreshToken, Rotation};
use jiff::Timestamp;

use booking_domain::{ClientId, RevocationReason, Scopes};

use super::AccountSession;
use crate::connection::FromViolation;
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::accounts;
use crate::tables::sessions::{self, Session};

/// A refresh token as a program presents it.
#[derive(Debug, Clone)]
pub struct PresentedRefreshToken {
    /// The token, which this service has made.
    pub token: AuthenticRefreshToken,
    /// The program, as it says itself.
    pub client: ClientId,
    /// What it wants to do with the next access token; `None` is all that it may.
    pub scopes: Option<Scopes>,
}

/// Why a refresh token is not exchanged. Callers are told none of it but
/// [`ScopeExceeded`](Self::ScopeExceeded): only that they have to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefreshTokenRefusal {
    /// There is no such session.
    #[error("there is no such session")]
    SessionNotFound,
    /// It was given to another program. Nothing was changed.
    #[error("the session is another program's")]
    OtherClient,
    /// The program wants more than it may. Nothing was changed.
    #[error("the session has not all of the scopes that are wanted")]
    ScopeExceeded,
    /// The session is too old, or was not used for too long.
    #[error("the session has expired")]
    Expired,
    /// The session was ended before.
    #[error("the session has ended")]
    Revoked,
    /// The token was used before: somebody has a copy of it, and the session ends with this.
    #[error("a token was used that had been used before, and its session was ended")]
    Reused,
}

impl FromViolation for RefreshTokenRefusal {}

impl Store {
    /// Exchanges a refresh token for the session's next.
    ///
    /// # Errors
    ///
    /// [`RefreshTokenRefusal`]. [`RefreshTokenRefusal::Reused`] is the one refusal that changes
    /// something: the session has ended, and its row says why.
    pub async fn refresh_token(
        &self,
        presented: &PresentedRefreshToken,
        now: Timestamp,
    ) -> Result<AccountSession, StoreError<RefreshTokenRefusal>> {
        let now = to_the_microsecond(now);
        // What is refused is rolled back, and the end of a session must not be.
        let outcome = self.transact("refresh_token", async |connection| {
            let stored = sessions::lock(connection, presented.token.family_id()).await?;
            let stored = stored.ok_or(TransactionError::Refused(
                RefreshTokenRefusal::SessionNotFound,
            ))?;
            if stored.session.client != presented.client {
                return Ok(Err(RefreshTokenRefusal::OtherClient));
            }
            let wanted = presented.scopes.unwrap_or_default();
            if !stored.session.scopes.contains_all(wanted) {
                return Ok(Err(RefreshTokenRefusal::ScopeExceeded));
            }
            let family = match stored.session.family.rotate(presented.token, now) {
                Rotation::Rotated(family) => {
                    sessions::update(connection, &family).await?;
                    family
                }
                Rotation::AnsweredAgain(family) => family,
                Rotation::Reused(family) => {
                    let reason = RevocationReason::TokenReused;
                    sessions::revoke(connection, family.id, reason, now).await?;
                    return Ok(Err(RefreshTokenRefusal::Reused));
                }
                Rotation::Expired => return Ok(Err(RefreshTokenRefusal::Expired)),
                Rotation::Revoked => return Ok(Err(RefreshTokenRefusal::Revoked)),
            };
            let account = accounts::find_by_key(connection, stored.user).await?;
            let account = account.ok_or_else(|| Corrupt::new("sessions.user_id", family.id))?;
            let session = Session {
                family,
                ..stored.session
            };
            Ok(Ok(AccountSession {
                session,
                account: account.account,
            }))
        });
        outcome.await?.map_err(StoreError::Refused)
    }
}
