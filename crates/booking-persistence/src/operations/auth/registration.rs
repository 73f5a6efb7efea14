//! `registerUser` and `verifyEmail`: how an account comes to be.
//!
//! Who registers gives no password. It is set with the token of the mail, so that nobody can prepare
//! an account for an address that is somebody else's, and no hash is made for strangers.

use std::convert::Infallible;

use credentials::{OneTimeToken, OneTimeTokenPurpose, PasswordHash};
use jiff::Timestamp;

use booking_domain::{Account, MessageKind, Registration, UserId};

use super::{OneTimeTokenRefusal, redeemed, send_token};
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::messages::{self, NewMessage};
use crate::tables::one_time_tokens::{self, StoredToken};
use crate::tables::{accounts, users};

const PURPOSE: OneTimeTokenPurpose = OneTimeTokenPurpose::EmailVerification;

impl Store {
    /// Leaves a mail to the address: one whose token makes the account
    /// ([`Store::verify_email`]), or one that says that there is an account already. The caller
    /// learns nothing of it.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn register_user(
        &self,
        registration: &Registration,
        now: Timestamp,
    ) -> Result<(), StoreError<Infallible>> {
        let now = to_the_microsecond(now);
        self.transact("register_user", async |connection| {
            let bytes = self.random().bytes()?;
            match accounts::find_by_email(connection, &registration.email).await? {
                Some(stored) => {
                    let message = NewMessage {
                        kind: MessageKind::AccountExists,
                        recipient: &registration.email,
                        name: Some(&stored.account.name),
                        token: None,
                    };
                    Ok(messages::replace(connection, &message, now).await?)
                }
                None => send_token(connection, PURPOSE, registration, bytes, now).await,
            }
        })
        .await
    }

    /// Who has registered, if the token of their mail is good: asked before the hash of their
    /// password is made, which is to hold neither name nor address.
    ///
    /// # Errors
    ///
    /// [`OneTimeTokenRefusal`].
    pub async fn find_registration(
        &self,
        token: &OneTimeToken,
        now: Timestamp,
    ) -> Result<Registration, StoreError<OneTimeTokenRefusal>> {
        self.read("find_registration", async |connection| {
            let stored = one_time_tokens::find(connection, (PURPOSE, token)).await?;
            Ok(registration(redeemed(stored, now)?)?)
        })
        .await
    }

    /// Makes the account of who has registered and got the mail, with the password that they have
    /// chosen. The token is used up.
    ///
    /// # Errors
    ///
    /// [`OneTimeTokenRefusal`], also if there has come to be an account in another way.
    pub async fn verify_email(
        &self,
        token: &OneTimeToken,
        password_hash: &PasswordHash,
        now: Timestamp,
    ) -> Result<Account, StoreError<OneTimeTokenRefusal>> {
        let now = to_the_microsecond(now);
        self.transact("verify_email", async |connection| {
            let stored = one_time_tokens::delete(connection, (PURPOSE, token)).await?;
            let registration = registration(redeemed(stored, now)?)?;
            let Registration { email, name } = &registration;
            let user = users::insert_or_find(connection, email, name, None, now).await?;
            let id = UserId::from_random(self.random().bytes()?);
            let account = Account::from_registration(id, registration, now);
            match accounts::insert(connection, user, &account, Some(password_hash)).await? {
                0 => Err(TransactionError::Refused(OneTimeTokenRefusal::NotFound)),
                _ => Ok(account),
            }
        })
        .await
    }
}

fn registration(stored: StoredToken) -> Result<Registration, Corrupt> {
    let StoredToken { email, name, .. } = stored;
    let name = name.ok_or_else(|| Corrupt::new("one_time_tokens.name", "of a registration"))?;
    Ok(Registration { email, name })
}
