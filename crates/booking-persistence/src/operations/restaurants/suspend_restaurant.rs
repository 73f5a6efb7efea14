//! `suspendRestaurant` and `reinstateRestaurant`.

use jiff::Timestamp;

use booking_domain::{Principal, RestaurantId};

use super::RestaurantNotFound;
use crate::access::{PlatformRequest, RequestContext, RestaurantAccessRefusal};
use crate::connection::show_restaurant;
use crate::error::{StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::restaurants;

impl Store {
    /// Suspends a restaurant: from now on nobody finds it or books there, and its staff and programs
    /// have no access. What is booked stays booked, and its diners can read and cancel it. One that is
    /// suspended already stays so.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn suspend_restaurant(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        context: &RequestContext,
    ) -> Result<(), StoreError<RestaurantAccessRefusal>> {
        let request = PlatformRequest {
            operation: "suspend_restaurant",
            principal,
            context,
        };
        let now = to_the_microsecond(context.now);
        self.set_suspended_at(request, restaurant, Some(now)).await
    }

    /// Ends the suspension of a restaurant: all is as it was before. One that is not suspended stays
    /// as it is.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn reinstate_restaurant(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        context: &RequestContext,
    ) -> Result<(), StoreError<RestaurantAccessRefusal>> {
        let request = PlatformRequest {
            operation: "reinstate_restaurant",
            principal,
            context,
        };
        self.set_suspended_at(request, restaurant, None).await
    }

    async fn set_suspended_at(
        &self,
        request: PlatformRequest<'_>,
        id: RestaurantId,
        suspended_at: Option<Timestamp>,
    ) -> Result<(), StoreError<RestaurantAccessRefusal>> {
        self.transact_as_platform_admin(request, async |connection, access| {
            let set = restaurants::set_suspended_at(connection, access, id, suspended_at);
            let shown = show_restaurant(connection, id);
            let ((), is_new) = tokio::try_join!(biased; shown, set)?;
            let is_new = is_new.ok_or(TransactionError::no_access(RestaurantNotFound))?;
            Ok(((), is_new.then_some(id)))
        })
        .await
    }
}
