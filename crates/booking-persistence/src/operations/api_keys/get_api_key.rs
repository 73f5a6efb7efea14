//! `getApiKey`.

use booking_domain::{ApiKeyId, ApiKeyView, Principal, RestaurantId, Scope};

use crate::access::{AccessRefusal, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::connection::FromViolation;
use crate::error::StoreError;
use crate::store::Store;
use crate::tables::api_keys;

/// The restaurant has no key with this id, or has revoked it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the restaurant has no key with this id")]
pub struct ApiKeyNotFound;

impl FromViolation for ApiKeyNotFound {}

impl Store {
    /// One key of a restaurant.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn get_api_key(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        id: &ApiKeyId,
        context: &RequestContext,
    ) -> Result<ApiKeyView, StoreError<RestaurantAccessRefusal<ApiKeyNotFound>>> {
        let request = StaffRequest {
            operation: "get_api_key",
            principal,
            restaurant,
            required: Scope::ApiKeysManage,
            context,
        };
        let found = self.read_as_staff(request, async |connection| {
            Ok(api_keys::find(connection, restaurant, id).await?)
        });
        let refused = StoreError::Refused(AccessRefusal::Rule(ApiKeyNotFound));
        found.await?.ok_or(refused)
    }
}
