//! `listStaff`.

use booking_domain::{Principal, RestaurantId, Scope, StaffMember};

use crate::access::{RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::error::StoreError;
use crate::lists::{CursorOfAnotherList, Page, Window};
use crate::store::Store;
use crate::tables::restaurant_staff;

impl Store {
    /// Who works for a restaurant, those first who have been there longest.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn list_staff(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        window: &Window,
        context: &RequestContext,
    ) -> Result<Page<StaffMember>, StoreError<RestaurantAccessRefusal<CursorOfAnotherList>>> {
        let request = StaffRequest {
            operation: "list_staff",
            principal,
            restaurant,
            required: Scope::StaffManage,
            context,
        };
        self.read_as_staff(request, async |connection| {
            restaurant_staff::list(connection, restaurant, window).await
        })
        .await
    }
}
