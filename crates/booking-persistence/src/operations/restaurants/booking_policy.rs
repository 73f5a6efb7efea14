//! `getBookingPolicy` and `updateBookingPolicy`.

use std::convert::Infallible;

use booking_domain::{
    BookingPolicyChange, BookingPolicyRefusal, BookingPolicyView, Principal, RestaurantId, Scope,
    change_booking_policy,
};

use super::RestaurantNotFound;
use crate::access::{Changed, Guarded, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::connection::{FromViolation, lock_seating};
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::{booking_policies, restaurants};

impl FromViolation for BookingPolicyRefusal {}

impl Store {
    /// How a restaurant takes bookings.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn get_booking_policy(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        context: &RequestContext,
    ) -> Result<BookingPolicyView, StoreError<RestaurantAccessRefusal<Infallible>>> {
        let request = request("get_booking_policy", principal, restaurant, context);
        self.read_as_staff(request, async |connection| {
            let view = booking_policies::find_view(connection, restaurant).await?;
            let view = view.ok_or(TransactionError::no_access(RestaurantNotFound))?;
            Ok(Guarded::new(restaurant, view))
        })
        .await
    }

    /// Changes how a restaurant takes bookings, if its version is one that the caller expects; any
    /// will do for `None`. Whoever books waits meanwhile, and is decided by the new rules; what is
    /// booked stays as it is.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn update_booking_policy(
        &self,
        principal: &Principal,
        restaurant: RestaurantId,
        (change, expected): (&BookingPolicyChange, Option<&[i32]>),
        context: &RequestContext,
    ) -> Result<BookingPolicyView, StoreError<RestaurantAccessRefusal<BookingPolicyRefusal>>> {
        let request = request("update_booking_policy", principal, restaurant, context);
        self.transact_as_staff(request, async |connection, _| {
            // Who has waited for the lock may have lost access meanwhile.
            let lock = async { Ok(lock_seating(connection, restaurant).await?) };
            let access = request.authorize(connection);
            let view = async { Ok(booking_policies::find_view(connection, restaurant).await?) };
            let ((), access, view) = tokio::try_join!(biased; lock, access, view)?;
            let view = view.ok_or(TransactionError::no_access(RestaurantNotFound))?;
            let changed = change_booking_policy(&view, change.clone(), expected);
            let Some(changed) = changed.map_err(TransactionError::refused)? else {
                return Ok((view, Changed::Nothing));
            };
            let update = booking_policies::update(connection, &access, &changed);
            let touch = restaurants::touch(connection, &access);
            tokio::try_join!(biased; update, touch)?;
            Ok((changed, Changed::Restaurant))
        })
        .await
    }
}

fn request<'a>(
    operation: &'static str,
    principal: &'a Principal,
    restaurant: RestaurantId,
    context: &'a RequestContext,
) -> StaffRequest<'a> {
    StaffRequest {
        operation,
        principal,
        restaurant,
        required: Scope::RestaurantManage,
        context,
    }
}
