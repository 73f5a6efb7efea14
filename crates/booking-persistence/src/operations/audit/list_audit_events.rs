//! `listAuditEvents`.

use booking_domain::{AuditEvent, Principal, RestaurantId, Scope};

use crate::access::{RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::error::StoreError;
use crate::lists::{CursorOfAnotherList, Page, Window};
use crate::store::Store;
use crate::tables::audit_events;

impl Store {
    /// What was done in a restaurant, the latest first.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn list_audit_events(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        window: &Window,
        context: &RequestContext,
    ) -> Result<Page<AuditEvent>, StoreError<RestaurantAccessRefusal<CursorOfAnotherList>>> {
        let request = StaffRequest {
            operation: "list_audit_events",
            principal,
            restaurant,
            required: Scope::AuditRead,
            context,
        };
        self.read_as_staff(request, async |connection| {
            audit_events::list(connection, restaurant, window).await
        })
        .await
    }
}
