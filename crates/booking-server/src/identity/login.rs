//! Whether somebody is who they say, by address and password.

use std::convert::Infallible;

use booking_domain::{Account, EmailAddress, Scopes, StaffRole};
use booking_persistence::{PasswordLogin, Store, StoreError};
use credentials::Password;

use super::Identity;
use super::passwords::HashingError;

/// Why it cannot be told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerifyLoginError {
    #[error(transparent)]
    Store(#[from] StoreError<Infallible>),
    #[error(transparent)]
    Hashing(#[from] HashingError),
}

impl VerifyLoginError {
    /// Whether it may go better soon.
    pub(crate) const fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Unavailable(_)) | Self::Hashing(HashingError::Busy)
        )
    }
}

impl Identity {
    /// The account with this address, if this is its password. That there is none takes as long to
    /// tell as that the password is wrong.
    pub(crate) async fn verify_login(
        &self,
        store: &Store,
        email: &EmailAddress,
        password: &str,
    ) -> Result<Option<PasswordLogin>, VerifyLoginError> {
        // What can be nobody's password is as wrong as any other.
        let Ok(password) = Password::parse(password) else {
            return Ok(None);
        };
        let found = store.find_password_login(email).await?;
        let hash = found.as_ref().map(|found| found.password_hash.clone());
        let is_right = self.passwords.verify(password, hash).await?;
        Ok(found.filter(|_| is_right))
    }
}

/// What somebody may let a program do: all that they may, wherever they work. What they may in a
/// restaurant is asked there.
pub(crate) fn grantable_scopes(account: &Account) -> Scopes {
    account.scopes().union(StaffRole::Owner.scopes())
}
