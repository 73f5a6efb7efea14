//! The keys that access tokens are signed with: read, and exchanged for new ones.

use std::convert::Infallible;

use crate::connection::lock_signing_keys;
use crate::error::StoreError;
use crate::store::Store;
use crate::tables::signing_keys::{self, StoredSigningKey};

impl Store {
    /// All signing keys, in the order in which they become active.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError<Infallible>> {
        self.read("signing_keys", async |connection| {
            Ok(signing_keys::all(connection).await?)
        })
        .await
    }

    /// Has `decide` look at all signing keys, and stores the keys that it returns: new ones, and
    /// those whose life has changed. One process decides at a time, on what the one before has
    /// stored, so that two of them make one key. Gives all keys as they are then.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn rotate_signing_keys(
        &self,
        decide: impl Fn(&[StoredSigningKey]) -> Vec<StoredSigningKey>,
    ) -> Result<Vec<StoredSigningKey>, StoreError<Infallible>> {
        let decide = &decide;
        self.transact("rotate_signing_keys", async |connection| {
            lock_signing_keys(connection).await?;
            for key in decide(&signing_keys::all(connection).await?) {
                signing_keys::upsert(connection, &key).await?;
            }
            Ok(signing_keys::all(connection).await?)
        })
        .await
    }
}
