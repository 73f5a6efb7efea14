//! How a key that is presented is recognized.

use credentials::ApiKey;
use jiff::Timestamp;

use booking_domain::Principal;

use crate::connection::{FromViolation, Visibility};
use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::api_keys;

/// There is no such key, it is revoked, or it has expired. Which of it is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the API key is not good")]
pub struct ApiKeyRejected;

impl FromViolation for ApiKeyRejected {}

impl Store {
    /// Whom a key identifies. Its use is remembered, at most once a minute. What it may do is read
    /// again with each operation.
    ///
    /// # Errors
    ///
    /// [`ApiKeyRejected`].
    pub async fn authenticate_api_key(
        &self,
        key: &ApiKey,
        now: Timestamp,
    ) -> Result<Principal, StoreError<ApiKeyRejected>> {
        let seeing = self.seeing(Visibility::of_api_key(key.key_id()));
        let reading = seeing.read("authenticate_api_key", async |connection| {
            let rejected = || TransactionError::Refused(ApiKeyRejected);
            let found = api_keys::find_presented(connection, key).await?;
            let found = found.ok_or_else(rejected)?;
            let principal = found.authenticate(key, now)?.ok_or_else(rejected)?;
            Ok((found, principal))
        });
        let (found, principal) = reading.await?;
        if found.is_use_due(now)
            && let Principal::ApiKey { restaurant, .. } = &principal
        {
            let now = to_the_microsecond(now);
            let seeing = self.seeing(Visibility::of_restaurant(*restaurant));
            let recording = seeing.transact("record_api_key_use", async |connection| {
                Ok(api_keys::record_use(connection, &found, now).await?)
            });
            recording.await?;
        }
        Ok(principal)
    }
}
