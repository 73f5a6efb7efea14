//! Whose account an OpenID provider outside means: found by issuer and subject, and linked when they
//! are first seen.

use jiff::Timestamp;

use booking_domain::{Account, OidcIdentity, Registration, UserId};

use crate::connection::FromViolation;
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::{accounts, user_identities, users};

/// The identity is nobody's yet, and has no verified address to be linked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the identity is linked with no account, and its address is not verified")]
pub struct UnknownIdentity;

impl FromViolation for UnknownIdentity {}

impl Store {
    /// The account of an identity. One that is first seen is linked with the account that has the
    /// verified address, or with a new one; one that was seen before stays where it is, whatever its
    /// address has become.
    ///
    /// # Errors
    ///
    /// [`UnknownIdentity`]: nobody comes by an account with an address that may be another's.
    pub async fn authenticate_identity(
        &self,
        identity: &OidcIdentity,
        verified: Option<&Registration>,
        now: Timestamp,
    ) -> Result<UserId, StoreError<UnknownIdentity>> {
        let found = self.find_identity(identity).await;
        let (Err(StoreError::Refused(UnknownIdentity)), Some(verified)) = (&found, verified) else {
            return found;
        };
        match self.link_identity(identity, verified, now).await {
            // Another request was first.
            Err(StoreError::Refused(UnknownIdentity)) => self.find_identity(identity).await,
            linked => linked,
        }
    }

    async fn find_identity(
        &self,
        identity: &OidcIdentity,
    ) -> Result<UserId, StoreError<UnknownIdentity>> {
        self.read("find_identity", async |connection| {
            let found = user_identities::find(connection, identity).await?;
            found.ok_or(TransactionError::Refused(UnknownIdentity))
        })
        .await
    }

    /// Refused if it is linked already: then no account is made either.
    async fn link_identity(
        &self,
        identity: &OidcIdentity,
        verified: &Registration,
        now: Timestamp,
    ) -> Result<UserId, StoreError<UnknownIdentity>> {
        let now = to_the_microsecond(now);
        self.transact("link_identity", async |connection| {
            let Registration { email, name } = verified;
            let user = users::insert_or_find(connection, email, name, None, now).await?;
            let id = UserId::from_random(self.random().bytes()?);
            let account = Account::from_registration(id, verified.clone(), now);
            accounts::insert(connection, user, &account, None).await?;
            match user_identities::insert(connection, identity, user, now).await? {
                0 => Err(TransactionError::Refused(UnknownIdentity)),
                _ => {
                    let stored = accounts::find_by_key(connection, user).await?;
                    let stored = stored.ok_or_else(|| Corrupt::new("accounts.user_id", user))?;
                    Ok(stored.account.id)
                }
            }
        })
        .await
    }
}
