//! `listApiKeys`.

use booking_domain::{ApiKeyView, Principal, RestaurantId, Scope};

use crate::access::{RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::error::StoreError;
use crate::lists::{CursorOfAnotherList, Page, Window};
use crate::store::Store;
use crate::tables::api_keys;

impl Store {
    /// The keys of a restaurant that are not revoked, the newest first.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn list_api_keys(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        window: &Window,
        context: &RequestContext,
    ) -> Result<Page<ApiKeyView>, StoreError<RestaurantAccessRefusal<CursorOfAnotherList>>> {
        let request = StaffRequest {
            operation: "list_api_keys",
            principal,
            restaurant,
            required: Scope::ApiKeysManage,
            context,
        };
        self.read_as_staff(request, async |connection| {
            api_keys::list(connection, restaurant, window).await
        })
        .await
    }
}
