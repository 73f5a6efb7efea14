//! `revokeApiKey`.

use booking_domain::{ApiKeyId, Principal, RestaurantId, Scope};

use super::ApiKeyNotFound;
use crate::access::{Changed, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::api_keys;

impl Store {
    /// Ends a key of a restaurant at once.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn revoke_api_key(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        id: &ApiKeyId,
        context: &RequestContext,
    ) -> Result<(), StoreError<RestaurantAccessRefusal<ApiKeyNotFound>>> {
        let request = StaffRequest {
            operation: "revoke_api_key",
            principal,
            restaurant,
            required: Scope::ApiKeysManage,
            context,
        };
        let now = to_the_microsecond(context.now);
        self.transact_as_staff(request, async |connection, access| match api_keys::revoke(
            connection, &access, id, now,
        )
        .await?
        {
            0 => Err(TransactionError::refused(ApiKeyNotFound)),
            _ => Ok(((), Changed::Subject(id.to_string()))),
        })
        .await
    }
}
