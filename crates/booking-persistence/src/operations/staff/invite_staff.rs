//! `inviteStaff`.

use credentials::{OneTimeToken, OneTimeTokenPurpose};

use booking_domain::{EmailAddress, Principal, RestaurantId, Scope, StaffRole};

use super::lock_staff;
use crate::access::{Changed, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::error::{Corrupt, LoadError, StoreError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::{messages, restaurants, staff_invitations};

impl Store {
    /// Asks somebody, by mail, to work for a restaurant in a role, for seven days.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn invite_staff(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        (email, role): (&EmailAddress, StaffRole),
        context: &RequestContext,
    ) -> Result<(), StoreError<RestaurantAccessRefusal>> {
        let request = StaffRequest {
            operation: "invite_staff",
            principal,
            restaurant,
            required: Scope::StaffManage,
            context,
        };
        let now = to_the_microsecond(context.now);
        self.transact_as_staff(request, async |connection, _| {
            // Who is demoted or removed at this moment invites nobody any more.
            let (access, _) = lock_staff(connection, &request).await?;
            let purpose = OneTimeTokenPurpose::StaffInvitation;
            let token = OneTimeToken::from_random(purpose, self.random().bytes()?);
            let (user, invited) = (access.user()?, (email, role));
            let invitation = async {
                let inviter = (user, &token);
                staff_invitations::replace(connection, &access, invited, inviter, now).await?;
                Ok::<_, LoadError>(())
            };
            let summary = restaurants::find_summary(connection, restaurant);
            let ((), summary) = tokio::try_join!(biased; invitation, summary)?;
            let summary = summary.ok_or_else(|| Corrupt::new("restaurants", restaurant))?;
            messages::insert_invitation(connection, email, &summary.name, &token, now).await?;
            // Whom it was done to is an address, which the log does not hold.
            Ok(((), Changed::Restaurant))
        })
        .await
    }
}
