//! `createApiKey`.

use credentials::ApiKey;

use booking_domain::{
    ApiKeyExpiryRefusal, ApiKeyId, ApiKeyView, NewApiKey, Principal, RestaurantId, Scope,
    create_api_key,
};

use crate::access::{Changed, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::connection::FromViolation;
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::operations::staff::lock_staff;
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::api_keys;

impl FromViolation for ApiKeyExpiryRefusal {}

impl Store {
    /// Makes a key for a program of a restaurant. It is given this once: the database keeps a
    /// digest of it.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn create_api_key(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        new: &NewApiKey,
        context: &RequestContext,
    ) -> Result<(ApiKey, ApiKeyView), StoreError<RestaurantAccessRefusal<ApiKeyExpiryRefusal>>>
    {
        let request = StaffRequest {
            operation: "create_api_key",
            principal,
            restaurant,
            required: Scope::ApiKeysManage,
            context,
        };
        let new = NewApiKey {
            expires_at: to_the_microsecond(new.expires_at),
            ..new.clone()
        };
        let now = to_the_microsecond(context.now);
        self.transact_as_staff(request, async |connection, _| {
            // Who is demoted or removed at this moment makes no key any more.
            let (access, _) = lock_staff(connection, &request).await?;
            // Nobody hands on what their own credential does not allow.
            if !principal.scopes().contains_all(new.scopes) {
                return Err(TransactionError::forbidden());
            }
            let mut bytes = [0; 40];
            bytes[..8].copy_from_slice(&self.random().bytes()?[24..]);
            bytes[8..].copy_from_slice(&self.random().bytes()?);
            let key = ApiKey::from_random(bytes);
            let id = ApiKeyId::parse(key.key_id())
                .ok_or_else(|| Corrupt::new("api_keys.public_id", key.key_id()))?;
            let view = create_api_key(id, new.clone(), now).map_err(TransactionError::refused)?;
            let stored = (&view, &key.digest());
            api_keys::insert(connection, &access, stored, access.user()?).await?;
            let subject = view.id.to_string();
            Ok(((key, view), Changed::Subject(subject)))
        })
        .await
    }
}
