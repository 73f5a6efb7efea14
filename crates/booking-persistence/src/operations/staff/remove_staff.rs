//! `removeStaff`.

use booking_domain::{Principal, RestaurantId, Scope, StaffRefusal, UserId, remove_staff};

use super::lock_staff;
use crate::access::{Changed, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::{restaurant_staff, staff_invitations};

impl Store {
    /// Ends somebody's work for a restaurant: they lose access at once, and whom they have invited
    /// is invited no more. The last owner cannot go.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn remove_staff(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        id: &UserId,
        context: &RequestContext,
    ) -> Result<(), StoreError<RestaurantAccessRefusal<StaffRefusal>>> {
        let request = StaffRequest {
            operation: "remove_staff",
            principal,
            restaurant,
            required: Scope::StaffManage,
            context,
        };
        self.transact_as_staff(request, async |connection, _| {
            let (access, staff) = lock_staff(connection, &request).await?;
            remove_staff(&staff, id).map_err(TransactionError::refused)?;
            restaurant_staff::delete(connection, &access, id).await?;
            if let Some(member) = staff.iter().find(|member| member.id == *id) {
                staff_invitations::delete_of(connection, &access, &member.email).await?;
            }
            Ok(((), Changed::Subject(id.to_string())))
        })
        .await
    }
}
