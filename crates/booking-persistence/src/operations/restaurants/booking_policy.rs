//! `getBookingPolicy` and `updateBookingPolicy`.

use std::convert::Infallible;

use booking_domain::{
    AffectedBooking, BookingPolicyChange, BookingPolicyRefusal, BookingPolicyView, Principal,
    RestaurantId, Scope, SeatingPlan, change_booking_policy,
};

use super::RestaurantNotFound;
use crate::access::{Changed, Guarded, RequestContext, RestaurantAccessRefusal, StaffRequest};
use crate::connection::FromViolation;
use crate::error::{StoreError, TransactionError};
use crate::operations::seating::LockedSeating;
use crate::store::Store;
use crate::tables::booking_policies;

impl FromViolation for BookingPolicyRefusal {}

/// How a restaurant takes bookings after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedBookingPolicy {
    /// The policy.
    pub view: BookingPolicyView,
    /// The bookings to come that the change catches.
    pub affected: Vec<AffectedBooking>,
}

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
            let (view, _) = view.ok_or(TransactionError::no_access(RestaurantNotFound))?;
            Ok(Guarded::new(restaurant, view))
        })
        .await
    }

    /// Changes how a restaurant takes bookings, if its version is one that the caller expects; any
    /// will do for `None`. Whoever books waits meanwhile, and is decided by the new rules; what is
    /// booked stays as it is. In another time zone the wall clocks of the bookings to come stand, and
    /// their instants are others: who then overlaps is seated anew.
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
    ) -> Result<ChangedBookingPolicy, StoreError<RestaurantAccessRefusal<BookingPolicyRefusal>>>
    {
        let request = request("update_booking_policy", principal, restaurant, context);
        self.transact_as_staff(request, async |connection, _| {
            let locked = LockedSeating::load(connection, request).await?;
            let current = BookingPolicyView {
                policy: locked.plan.policy.clone(),
                version: locked.policy_version,
            };
            let changed = change_booking_policy(&current, change.clone(), expected);
            let Some(view) = changed.map_err(TransactionError::refused)? else {
                let unchanged = ChangedBookingPolicy {
                    view: current,
                    affected: Vec::new(),
                };
                return Ok((unchanged, Changed::Nothing));
            };
            let wanted = SeatingPlan {
                policy: view.policy.clone(),
                ..locked.plan.clone()
            };
            let change = locked.change(&wanted)?;
            booking_policies::update(connection, &locked.access, &view).await?;
            let (affected, _) = locked.write(connection, &wanted, change).await?;
            Ok((ChangedBookingPolicy { view, affected }, Changed::Restaurant))
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
