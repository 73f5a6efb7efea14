//! The owner of all of the demo's restaurants, who runs the installation besides, and in whose name the
//! tests ask where they do not say otherwise.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use booking_client::{AccessToken, TokenError, TokenSource};
use credentials::SigningKey;
use jiff::Timestamp;
use tokio_postgres::NoTls;

use crate::accounts::{ALL_SCOPES, ISSUER, secret_key, signed};

/// The id of the owner's account.
pub const OWNER: &str = "usr_owner";

/// Makes an account for the owner, who gets no password.
pub(crate) async fn hire_owner(url: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    client
        .batch_execute(&format!(
            "INSERT INTO users (name, email, created_at)
                VALUES ('Olga Owner', 'owner@example.com', '2026-01-01Z');
             INSERT INTO accounts (user_id, public_id, name, email_verified_at, is_platform_admin,
                    version, created_at, updated_at)
                SELECT user_id, '{OWNER}', name, created_at, true, 1, created_at, created_at
                FROM users WHERE email = 'owner@example.com';
             INSERT INTO restaurant_staff (restaurant_id, user_id, role, version, created_at, updated_at)
                SELECT restaurant_id, user_id, 'owner', 1, users.created_at, users.created_at
                FROM restaurants, users WHERE users.email = 'owner@example.com'"
        ))
        .await
}

/// Access tokens of the owner, each made when it is needed, at the time of the test.
#[derive(Clone)]
pub(crate) struct OwnerTokens {
    key: Arc<SigningKey>,
    now: Arc<Mutex<Timestamp>>,
}

impl OwnerTokens {
    /// Tokens that the service on this database takes.
    pub(crate) async fn load(
        url: &str,
        now: Timestamp,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let query = "SELECT key_id, sealed_private_key FROM signing_keys";
        let row = client.query_one(query, &[]).await?;
        let (key_id, sealed): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Self {
            key: Arc::new(SigningKey::open(&sealed, &key_id, &secret_key())?),
            now: Arc::new(Mutex::new(now)),
        })
    }

    /// From here on it is this instant.
    pub(crate) fn set_clock(&self, now: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// A token for everything.
    pub(crate) fn access_token(&self) -> String {
        let now = *self.now.lock().unwrap_or_else(PoisonError::into_inner);
        signed(
            &self.key,
            ISSUER,
            ISSUER,
            OWNER,
            ALL_SCOPES,
            &now.to_string(),
        )
    }

    /// The key that the service signs with.
    pub(crate) fn signing_key(&self) -> &SigningKey {
        &self.key
    }
}

impl TokenSource for OwnerTokens {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        Ok(AccessToken::new(self.access_token()))
    }

    fn reject(&self, _: &AccessToken) {}
}
