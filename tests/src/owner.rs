//! The owner of all of the demo's restaurants, who runs the installation besides, and in whose name the
//! tests ask where they do not say otherwise.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use booking_client::{AccessToken, TokenError, TokenSource};
use credentials::{SecretKey, SigningKey};
use jiff::Timestamp;
use tokio_postgres::NoTls;

use crate::accounts::{ALL_SCOPES, ISSUER, signed};

/// The id of the owner's account.
pub const OWNER: &str = "usr_owner";

/// Makes an account for the owner, who gets no password.
///
/// # Errors
///
/// The database does not do it.
pub async fn hire_owner(url: &str) -> Result<(), tokio_postgres::Error> {
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

/// Lets every guest have any number of bookings: most tests are about one guest, and not about that.
///
/// # Errors
///
/// The database does not do it.
pub(crate) async fn lift_guest_limits(url: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let lift = "UPDATE booking_policies
        SET max_bookings_per_guest = NULL, one_booking_per_service = false";
    client.batch_execute(lift).await
}

/// Access tokens of the owner, each made when it is needed, at the time of the test.
#[derive(Clone)]
pub struct OwnerTokens {
    key: Arc<SigningKey>,
    now: Arc<Mutex<Timestamp>>,
    /// Since when the time of the test goes on by itself, if it does.
    running_since: Option<Instant>,
}

impl OwnerTokens {
    /// Tokens that the service on this database takes.
    pub(crate) async fn load(
        url: &str,
        secret_key: &SecretKey,
        now: Timestamp,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let query = "SELECT key_id, sealed_private_key FROM signing_keys";
        let row = client.query_one(query, &[]).await?;
        let (key_id, sealed): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Self {
            key: Arc::new(SigningKey::open(&sealed, &key_id, secret_key)?),
            now: Arc::new(Mutex::new(now)),
            running_since: None,
        })
    }

    /// Tokens that servers on this database take which are asked at its own time.
    ///
    /// # Errors
    ///
    /// The database does not give the key.
    pub async fn load_now(
        url: &str,
        secret_key: &SecretKey,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let query = "SELECT to_json(clock_timestamp()) #>> '{}'";
        let now: String = client.query_one(query, &[]).await?.try_get(0)?;
        let running_since = Some(Instant::now());
        let tokens = Self::load(url, secret_key, now.parse()?).await?;
        Ok(Self {
            running_since,
            ..tokens
        })
    }

    /// From here on it is this instant.
    pub(crate) fn set_clock(&self, now: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// A token for everything.
    #[must_use]
    pub fn access_token(&self) -> String {
        let set = *self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = self.running_since.map(|since| since.elapsed());
        let now = set + passed.unwrap_or_default();
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
