//! `changePassword`.

use credentials::{OneTimeTokenPurpose, PasswordHash};
use jiff::Timestamp;
use uuid::Uuid;

use booking_domain::{RevocationReason, UserId};

use super::{AccountNotFound, AccountRefusal};
use crate::error::{StoreError, TransactionError};
use crate::operations::auth::PasswordChanged;
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::accounts::{self, PasswordLogin};
use crate::tables::{authorization_codes, one_time_tokens, sessions};

impl Store {
    /// What is needed to verify the password of an account; `None` if it has no password.
    ///
    /// # Errors
    ///
    /// [`AccountNotFound`].
    pub async fn find_password(
        &self,
        user: &UserId,
    ) -> Result<Option<PasswordLogin>, StoreError<AccountNotFound>> {
        self.read("find_password", async |connection| {
            let found = accounts::find(connection, user).await?;
            let found = found.ok_or(TransactionError::Refused(AccountNotFound))?;
            Ok(found.into_password_login())
        })
        .await
    }

    /// Sets another password, where `verified` is the hash that the present one was verified with.
    /// All sessions of the account end but `session`, in which the user does so.
    ///
    /// # Errors
    ///
    /// [`AccountRefusal`].
    pub async fn change_password(
        &self,
        user: &UserId,
        (verified, new): (&PasswordHash, &PasswordHash),
        session: Option<Uuid>,
        now: Timestamp,
    ) -> Result<(), StoreError<AccountRefusal<PasswordChanged>>> {
        let now = to_the_microsecond(now);
        self.transact("change_password", async |connection| {
            let stored = accounts::lock(connection, user).await?;
            let stored = stored.ok_or(TransactionError::not_found(AccountNotFound))?;
            if stored.password_hash.as_ref() != Some(verified) {
                return Err(TransactionError::rule(PasswordChanged));
            }
            let reason = RevocationReason::PasswordChanged;
            let password = accounts::update_password(connection, stored.key, new);
            let others = sessions::revoke_all(connection, stored.key, session, reason, now);
            // A link that somebody has asked for with the old password sets no other one.
            let email = &stored.account.email;
            let reset =
                one_time_tokens::delete_for(connection, email, OneTimeTokenPurpose::PasswordReset);
            let codes = authorization_codes::delete_unused(connection, stored.key);
            tokio::try_join!(biased; password, others, reset, codes)?;
            Ok(())
        })
        .await
    }
}
