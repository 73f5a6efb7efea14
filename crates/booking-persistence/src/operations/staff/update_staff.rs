//! `updateStaff`.

use booking_domain::{
    Principal, RestaurantId, Scope, StaffMember, StaffRefusal, StaffRole, UserId, update_staff,
};

use super::lock_staff;
use crate::access::{Changed, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::{restaurant_staff, staff_invitations};

impl Store {
    /// Gives somebody who works for a restaurant another role, from the next request on. The last
    /// owner stays one, and whom somebody has invited who may invite nobody any more is invited no
    /// more either.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn update_staff(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        (id, role): (&UserId, StaffRole),
        context: &RequestContext,
    ) -> Result<StaffMember, StoreError<RestaurantAccessRefusal<StaffRefusal>>> {
        let request = StaffRequest {
            operation: "update_staff",
            principal,
            restaurant,
            required: Scope::StaffManage,
            context,
        };
        let now = to_the_microsecond(context.now);
        self.transact_as_staff(request, async |connection, _| {
            let (access, staff) = lock_staff(connection, &request).await?;
            let member = update_staff(&staff, id, role, now).map_err(TransactionError::refused)?;
            let update = restaurant_staff::update(connection, &access, &member);
            let invitations = async {
                match role.scopes().contains(Scope::StaffManage) {
                    true => Ok(0),
                    false => staff_invitations::delete_from(connection, &access, id).await,
                }
            };
            // An invitation to more than they are now would undo it.
            let own = staff_invitations::delete_of(connection, &access, &member.email);
            let (_, invitations, own) = tokio::try_join!(biased; update, invitations, own)?;
            let changed = if invitations + own > 0 || !staff.contains(&member) {
                Changed::Subject(id.to_string())
            } else {
                Changed::Nothing
            };
            Ok((member, changed))
        })
        .await
    }
}
