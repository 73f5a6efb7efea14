//! `login`.

use std::convert::Infallible;

use credentials::{PasswordHash, RefreshFamily};
use jiff::Timestamp;

use booking_domain::{ClientId, EmailAddress, Scopes, UserId};

use super::AccountSession;
use crate::connection::FromViolation;
use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::accounts::{self, PasswordLogin, StoredAccount};
use crate::tables::sessions::{self, Session};

/// A login with a password that was verified.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who logs in.
    pub user: UserId,
    /// The hash that the password was verified with.
    pub verified: PasswordHash,
    /// The hash with today's parameters, where the verified one has others.
    pub rehashed: Option<PasswordHash>,
    /// The program with which they log in.
    pub client: ClientId,
    /// What they let it do.
    pub scopes: Scopes,
}

/// The account has another password by now than the one that was verified, or is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password that was verified is not the account's any more")]
pub struct PasswordChanged;

impl FromViolation for PasswordChanged {}

impl Store {
    /// What is needed to verify the password of the account with this address; `None` if there is no
    /// such account, or it has no password.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn find_password_login(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<PasswordLogin>, StoreError<Infallible>> {
        self.read("find_password_login", async |connection| {
            let stored = accounts::find_by_email(connection, email).await?;
            Ok(stored.and_then(StoredAccount::into_password_login))
        })
        .await
    }

    /// Begins a session.
    ///
    /// # Errors
    ///
    /// [`PasswordChanged`]: a password that was changed meanwhile begins no session that outlives
    /// the change.
    pub async fn login(
        &self,
        login: &Login,
        now: Timestamp,
    ) -> Result<AccountSession, StoreError<PasswordChanged>> {
        let now = to_the_microsecond(now);
        self.transact("login", async |connection| {
            let stored = accounts::lock(connection, &login.user).await?;
            let stored = stored.filter(|it| it.password_hash.as_ref() == Some(&login.verified));
            let stored = stored.ok_or(TransactionError::Refused(PasswordChanged))?;
            let mut id = [0; 16];
            id.copy_from_slice(&self.random().bytes()?[..16]);
            let session = Session {
                family: RefreshFamily::new(id, now),
                client: login.client.clone(),
                scopes: login.scopes,
            };
            sessions::insert(connection, stored.key, &session).await?;
            if let Some(hash) = &login.rehashed {
                accounts::update_password(connection, stored.key, hash).await?;
            }
            Ok(AccountSession {
                session,
                account: stored.account,
            })
        })
        .await
    }
}
