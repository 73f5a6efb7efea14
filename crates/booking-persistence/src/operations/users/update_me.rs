//! `updateMe`.

use jiff::Timestamp;

use booking_domain::{Account, AccountChange, ChangeAccountRefusal, UserId, change_account};

use super::{AccountNotFound, AccountRefusal};
use crate::connection::FromViolation;
use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::accounts;

impl FromViolation for ChangeAccountRefusal {}

impl Store {
    /// Changes an account, if its version is one that the caller expects; any will do for `None`.
    /// A change that changes nothing leaves the version as it is.
    ///
    /// # Errors
    ///
    /// [`AccountRefusal`].
    pub async fn update_me(
        &self,
        user: &UserId,
        change: &AccountChange,
        expected: Option<&[i32]>,
        now: Timestamp,
    ) -> Result<Account, StoreError<AccountRefusal<ChangeAccountRefusal>>> {
        let now = to_the_microsecond(now);
        self.transact("update_me", async |connection| {
            let stored = accounts::lock(connection, user).await?;
            let stored = stored.ok_or(TransactionError::not_found(AccountNotFound))?;
            let changed = change_account(&stored.account, change, expected, now)
                .map_err(TransactionError::rule)?;
            let Some(changed) = changed else {
                return Ok(stored.account);
            };
            accounts::update(connection, stored.key, &changed).await?;
            Ok(changed)
        })
        .await
    }
}
