//! `getMe`.

use booking_domain::{Account, UserId};

use crate::connection::FromViolation;
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::accounts;

/// There is no such account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such account")]
pub struct AccountNotFound;

impl FromViolation for AccountNotFound {}

impl Store {
    /// One account.
    ///
    /// # Errors
    ///
    /// [`AccountNotFound`].
    pub async fn get_me(&self, user: &UserId) -> Result<Account, StoreError<AccountNotFound>> {
        self.read("get_me", async |connection| {
            let found = accounts::find(connection, user).await?;
            let found = found.ok_or(TransactionError::Refused(AccountNotFound))?;
            Ok(found.account)
        })
        .await
    }
}
