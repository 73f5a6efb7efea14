//! The authorization code flow (RFC 6749, 4.1): somebody lets a program act for them, and the
//! program exchanges the code that it was sent.

use credentials::{
    CodeVerifier, OneTimeToken, OneTimeTokenPurpose, OneTimeTokenRecord, OneTimeTokenRejection,
    PasswordHash, RefreshFamily,
};
use jiff::Timestamp;

use booking_domain::{ClientId, RevocationReason, UserId};

use super::{AccountSession, PasswordChanged};
use crate::connection::FromViolation;
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::accounts;
use crate::tables::authorization_codes::{self, Authorization};
use crate::tables::sessions::{self, Session};

const PURPOSE: OneTimeTokenPurpose = OneTimeTokenPurpose::AuthorizationCode;

/// What a program presents for tokens.
#[derive(Debug)]
pub struct PresentedCode<'a> {
    /// The code.
    pub code: &'a OneTimeToken,
    /// The program, as it says itself.
    pub client: &'a ClientId,
    /// Where it says that the code was sent.
    pub redirect_uri: &'a str,
    /// What shows that it is the one that has asked (RFC 7636).
    pub code_verifier: &'a CodeVerifier,
}

/// Why a code is not exchanged. Callers are told none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationCodeRefusal {
    /// There is no such code, or it was taken back.
    #[error("there is no such code")]
    NotFound,
    /// It was given to another program, sent elsewhere, or asked for by somebody else. It stays as
    /// it is: whoever has stolen it gets nothing, and its owner loses nothing.
    #[error("the code belongs to another request")]
    OtherRequest,
    /// Its time is over.
    #[error("the code has expired")]
    Expired,
    /// It was used before: somebody has a copy of it, and what it was exchanged for ends with this
    /// (RFC 6749, 4.1.2).
    #[error("a code was used that had been used before, and its session was ended")]
    Reused,
}

impl FromViolation for AuthorizationCodeRefusal {}

impl Store {
    /// Lets a program act for somebody whose password was verified with the hash `verified`.
    ///
    /// # Errors
    ///
    /// [`PasswordChanged`], as for a login.
    pub async fn authorize_client(
        &self,
        (user, verified): (&UserId, &PasswordHash),
        authorization: &Authorization,
        now: Timestamp,
    ) -> Result<OneTimeToken, StoreError<PasswordChanged>> {
        let now = to_the_microsecond(now);
        let record = OneTimeTokenRecord::new(PURPOSE, now);
        self.transact("authorize_client", async |connection| {
            let stored = accounts::lock(connection, user).await?;
            let stored = stored.filter(|it| it.password_hash.as_ref() == Some(verified));
            let stored = stored.ok_or(TransactionError::Refused(PasswordChanged))?;
            let code = OneTimeToken::from_random(PURPOSE, self.random().bytes()?);
            authorization_codes::insert(
                connection,
                (stored.key, &code),
                authorization,
                (record, now),
            )
            .await?;
            Ok(code)
        })
        .await
    }

    /// Exchanges a code for a session.
    ///
    /// # Errors
    ///
    /// [`AuthorizationCodeRefusal`]. [`AuthorizationCodeRefusal::Reused`] is the one refusal that
    /// changes something: the session has ended, and its row says why.
    pub async fn redeem_authorization_code(
        &self,
        presented: &PresentedCode<'_>,
        now: Timestamp,
    ) -> Result<AccountSession, StoreError<AuthorizationCodeRefusal>> {
        let now = to_the_microsecond(now);
        let code = presented.code;
        // What is refused is rolled back, and the end of a session must not be.
        let outcome = self.transact("redeem_authorization_code", async |connection| {
            let not_found = TransactionError::Refused(AuthorizationCodeRefusal::NotFound);
            let Some(user) = authorization_codes::find_user(connection, code).await? else {
                return Err(not_found);
            };
            // The account comes first, as where a password changes: the code is taken back with
            // the old password, or the session that it gives is seen there and ended.
            let account = accounts::lock_by_key(connection, user);
            let stored = authorization_codes::lock(connection, code);
            let (account, stored) = tokio::try_join!(biased; account, stored)?;
            let Some(stored) = stored else {
                return Err(not_found);
            };
            let account =
                account.ok_or_else(|| Corrupt::new("authorization_codes.user_id", user))?;
            let Authorization {
                client,
                redirect_uri,
                code_challenge,
                scopes,
            } = stored.authorization;
            let is_same_request = client == *presented.client
                && redirect_uri == presented.redirect_uri
                && code_challenge.matches(presented.code_verifier);
            match stored.record.redeem(now) {
                // Who has seen an old code in a log and knows no verifier ends nobody's session.
                _ if !is_same_request => return Ok(Err(AuthorizationCodeRefusal::OtherRequest)),
                Err(OneTimeTokenRejection::Used) => {
                    if let Some(session) = stored.session {
                        let reason = RevocationReason::CodeReused;
                        sessions::revoke(connection, session, reason, now).await?;
                    }
                    return Ok(Err(AuthorizationCodeRefusal::Reused));
                }
                Err(OneTimeTokenRejection::Expired) => {
                    return Ok(Err(AuthorizationCodeRefusal::Expired));
                }
                Ok(_) => {}
            }
            let mut id = [0; 16];
            id.copy_from_slice(&self.random().bytes()?[..16]);
            let session = Session {
                family: RefreshFamily::new(id, now),
                client,
                scopes,
            };
            sessions::insert(connection, account.key, &session).await?;
            authorization_codes::redeem(connection, code, session.family.id, now).await?;
            Ok(Ok(AccountSession {
                session,
                account: account.account,
            }))
        });
        outcome.await?.map_err(StoreError::Refused)
    }
}
