//! `updateRestaurant`.

use booking_domain::{
    ChangeRestaurantRefusal, Principal, RestaurantChange, RestaurantId, RestaurantView, Scope,
    change_restaurant,
};

use super::RestaurantNotFound;
use crate::access::{Changed, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::connection::FromViolation;
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::{booking_policies, restaurants, service_periods};

impl FromViolation for ChangeRestaurantRefusal {}

impl Store {
    /// Changes what a restaurant shows of itself, if its version is one that the caller expects; any
    /// will do for `None`. A change that changes nothing leaves the version as it is.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn update_restaurant(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        (change, expected): (&RestaurantChange, Option<&[i32]>),
        context: &RequestContext,
    ) -> Result<RestaurantView, StoreError<RestaurantAccessRefusal<ChangeRestaurantRefusal>>> {
        let request = StaffRequest {
            operation: "update_restaurant",
            principal,
            restaurant,
            required: Scope::RestaurantManage,
            context,
        };
        self.transact_as_staff(request, async |connection, _| {
            // Who has waited for the lock may have lost access meanwhile.
            let profile = async { Ok(restaurants::lock_profile(connection, restaurant).await?) };
            let access = request.authorize(connection);
            let policy = async { Ok(booking_policies::find(connection, restaurant).await?) };
            let services =
                async { Ok(service_periods::of_restaurant(connection, restaurant).await?) };
            let (profile, access, policy, services) =
                tokio::try_join!(biased; profile, access, policy, services)?;
            let policy = policy.ok_or(TransactionError::no_access(RestaurantNotFound))?;
            let current = profile.with_policy(policy.0, &services, context.now)?;
            let changed = change_restaurant(&current, change, expected);
            let Some(changed) = changed.map_err(TransactionError::refused)? else {
                return Ok((current, Changed::Nothing));
            };
            restaurants::update_profile(connection, &access, &changed).await?;
            Ok((changed, Changed::Restaurant))
        })
        .await
    }
}
