//! `requestPasswordReset` and `resetPassword`.

use std::convert::Infallible;

use credentials::{OneTimeToken, OneTimeTokenPurpose, PasswordHash};
use diesel_async::AsyncPgConnection;
use jiff::Timestamp;

use booking_domain::{Account, EmailAddress, MessageKind, Registration, RevocationReason};

use super::{OneTimeTokenRefusal, redeemed, send_token};
use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::accounts::{self, StoredAccount};
use crate::tables::messages::{self, NewMessage};
use crate::tables::one_time_tokens::{self, StoredToken};
use crate::tables::{authorization_codes, sessions};

const PURPOSE: OneTimeTokenPurpose = OneTimeTokenPurpose::PasswordReset;

impl Store {
    /// Leaves a mail to the address: one whose token sets another password
    /// ([`Store::reset_password`]), or one that says that there is no account. The caller learns
    /// nothing of it.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn request_password_reset(
        &self,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<(), StoreError<Infallible>> {
        let now = to_the_microsecond(now);
        self.transact("request_password_reset", async |connection| {
            let bytes = self.random().bytes()?;
            match accounts::find_by_email(connection, email).await? {
                Some(StoredAccount { account, .. }) => {
                    let Account { email, name, .. } = account;
                    let reader = Registration { email, name };
                    send_token(connection, PURPOSE, &reader, bytes, now).await
                }
                None => {
                    let message = NewMessage {
                        kind: MessageKind::NoAccount,
                        recipient: email,
                        name: None,
                        token: None,
                    };
                    Ok(messages::replace(connection, &message, now).await?)
                }
            }
        })
        .await
    }

    /// Whose password the token of a mail resets, if it is good: asked before the hash of their
    /// password is made, which is to hold neither name nor address.
    ///
    /// # Errors
    ///
    /// [`OneTimeTokenRefusal`].
    pub async fn find_password_reset(
        &self,
        token: &OneTimeToken,
        now: Timestamp,
    ) -> Result<Account, StoreError<OneTimeTokenRefusal>> {
        self.read("find_password_reset", async |connection| {
            let stored = one_time_tokens::find(connection, (PURPOSE, token)).await?;
            let owner = owner(connection, redeemed(stored, now)?).await?;
            Ok(owner.account)
        })
        .await
    }

    /// Sets another password, and ends all sessions of the account. The token is used up.
    ///
    /// # Errors
    ///
    /// [`OneTimeTokenRefusal`].
    pub async fn reset_password(
        &self,
        token: &OneTimeToken,
        password_hash: &PasswordHash,
        now: Timestamp,
    ) -> Result<Account, StoreError<OneTimeTokenRefusal>> {
        let now = to_the_microsecond(now);
        self.transact("reset_password", async |connection| {
            let stored = one_time_tokens::delete(connection, (PURPOSE, token)).await?;
            let owner = owner(connection, redeemed(stored, now)?).await?;
            let reason = RevocationReason::PasswordReset;
            // A login that the update waits for has begun its session by then.
            let password = accounts::update_password(connection, owner.key, password_hash);
            let sessions = sessions::revoke_all(connection, owner.key, None, reason, now);
            let codes = authorization_codes::delete_unused(connection, owner.key);
            tokio::try_join!(biased; password, sessions, codes)?;
            Ok(owner.account)
        })
        .await
    }
}

/// Whose token it is.
async fn owner(
    connection: &AsyncPgConnection,
    stored: StoredToken,
) -> Result<StoredAccount, TransactionError<OneTimeTokenRefusal>> {
    let owner = accounts::find_by_email(connection, &stored.email).await?;
    owner.ok_or(TransactionError::Refused(OneTimeTokenRefusal::NotFound))
}
