//! `createRestaurant`.

use std::convert::Infallible;

use credentials::{OneTimeToken, OneTimeTokenPurpose};

use booking_domain::{
    EmailAddress, NewRestaurant, NewRestaurantRefusal, Principal, RestaurantView, create_restaurant,
};

use crate::access::{AccessRefusal, PlatformRequest, RequestContext};
use crate::connection::{FromViolation, show_restaurant};
use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::{
    booking_policies, dining_tables, messages, restaurants, service_periods, staff_invitations,
};

impl FromViolation for NewRestaurantRefusal {}

impl Store {
    /// Enters a restaurant, and asks its first owner by mail, for seven days.
    ///
    /// # Errors
    ///
    /// [`AccessRefusal`].
    pub async fn create_restaurant(
        &self,
        principal: &Principal,
        new: &NewRestaurant,
        owner: &EmailAddress,
        context: &RequestContext,
    ) -> Result<RestaurantView, StoreError<AccessRefusal<Infallible, NewRestaurantRefusal>>> {
        let request = PlatformRequest {
            operation: "create_restaurant",
            principal,
            context,
        };
        let now = to_the_microsecond(context.now);
        self.transact_as_platform_admin(request, async |connection, access| {
            let id = restaurants::draw_id(connection).await?;
            let entered = create_restaurant(new.clone(), id).map_err(TransactionError::refused)?;
            let restaurant = entered.view;
            let (name, policy) = (&restaurant.profile.name, &restaurant.policy);
            let purpose = OneTimeTokenPurpose::StaffInvitation;
            let token = OneTimeToken::from_random(purpose, self.random().bytes()?);
            // The restaurant comes first, for all others refer to it.
            tokio::try_join!(
                biased;
                show_restaurant(connection, id),
                restaurants::insert(connection, access, &restaurant, now),
                booking_policies::insert(connection, access, id, policy),
                service_periods::insert_all(connection, access, id, &entered.services),
                dining_tables::insert_all(connection, access, id, &entered.tables),
                staff_invitations::insert_first_owner(connection, access, (id, owner), &token, now),
                messages::insert_invitation(connection, owner, name, &token, now),
            )?;
            Ok((restaurant, Some(id)))
        })
        .await
    }
}
