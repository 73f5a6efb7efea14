//! `logout`.

use std::convert::Infallible;

use jiff::Timestamp;
use uuid::Uuid;

use booking_domain::{RevocationReason, UserId};

use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::operations::users::AccountNotFound;
use crate::store::Store;
use crate::tables::{accounts, sessions};

impl Store {
    /// Ends a session. One that has ended, or never was, is no error.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn logout(
        &self,
        session: Uuid,
        now: Timestamp,
    ) -> Result<(), StoreError<Infallible>> {
        let now = to_the_microsecond(now);
        self.transact("logout", async |connection| {
            sessions::revoke(connection, session, RevocationReason::Logout, now).await?;
            Ok(())
        })
        .await
    }

    /// Ends all sessions of a user. Gives how many there were.
    ///
    /// # Errors
    ///
    /// [`AccountNotFound`].
    pub async fn logout_everywhere(
        &self,
        user: &UserId,
        now: Timestamp,
    ) -> Result<usize, StoreError<AccountNotFound>> {
        let now = to_the_microsecond(now);
        self.transact("logout_everywhere", async |connection| {
            let stored = accounts::lock(connection, user).await?;
            let stored = stored.ok_or(TransactionError::Refused(AccountNotFound))?;
            let reason = RevocationReason::Logout;
            Ok(sessions::revoke_all(connection, stored.key, None, reason, now).await?)
        })
        .await
    }
}
