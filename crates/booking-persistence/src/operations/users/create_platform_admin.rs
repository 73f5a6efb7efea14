//! The account of somebody who runs the installation: made on its machine, by no operation of the
//! API.

use credentials::PasswordHash;
use jiff::Timestamp;

use booking_domain::{Account, Registration, UserId};

use crate::connection::FromViolation;
use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::{accounts, users};

/// There is an account with the address already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is an account with this address already")]
pub struct AccountExists;

impl FromViolation for AccountExists {}

impl Store {
    /// Makes the account of a platform admin. That the address is theirs is the operator's word.
    ///
    /// # Errors
    ///
    /// [`AccountExists`]: an account that somebody else may know the password of does not come to
    /// run the installation.
    pub async fn create_platform_admin(
        &self,
        registration: &Registration,
        password_hash: &PasswordHash,
        now: Timestamp,
    ) -> Result<Account, StoreError<AccountExists>> {
        let now = to_the_microsecond(now);
        self.transact("create_platform_admin", async |connection| {
            let Registration { email, name } = registration;
            let user = users::insert_or_find(connection, email, name, None, now).await?;
            let id = UserId::from_random(self.random().bytes()?);
            let account = Account {
                is_platform_admin: true,
                ..Account::from_registration(id, registration.clone(), now)
            };
            match accounts::insert(connection, user, &account, Some(password_hash)).await? {
                0 => Err(TransactionError::Refused(AccountExists)),
                _ => Ok(account),
            }
        })
        .await
    }
}
