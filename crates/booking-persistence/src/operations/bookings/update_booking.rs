//! `updateBooking`.

use diesel_async::AsyncPgConnection;

use booking_domain::{
    Booker, BookingChange, BookingId, BookingView, ChangePlan, ChangeRefusal, PlaceRefusal,
    ServiceDay, plan_change,
};

use super::BookingRefusal;
use super::change_booking::{By, place_anew};
use crate::access::{BookingCaller, RequestContext};
use crate::connection::{ConstraintViolation, FromViolation};
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::bookings::LockedBooking;

impl FromViolation for ChangeRefusal {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        PlaceRefusal::from_violation(violation).map(Self::Place)
    }
}

impl Store {
    /// Changes a booking, as of now, if its version is one that the caller expects; any
    /// will do for `None`. A change that changes nothing leaves the version as it is.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn update_booking(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        (change, expected): (&BookingChange, Option<&[i32]>),
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal<ChangeRefusal>>> {
        let decide = async |connection: &AsyncPgConnection, locked: &LockedBooking, by: By<'_>| {
            let (booker, now) = (by.actor.booker, by.now);
            if change.staff.is_some() && booker != Booker::Staff {
                return Err(TransactionError::forbidden());
            }
            let plan = plan_change(&locked.booking, change, expected, now)
                .map_err(TransactionError::refused)?;
            match plan {
                ChangePlan::Decided(decision) => Ok(decision.into()),
                // Contact details and wishes alone need neither lock nor policy.
                ChangePlan::NeedsTable(request) => {
                    let wanted = (
                        &request.place_request(booker),
                        ChangeRefusal::RestaurantClosed,
                    );
                    let change = |day: &ServiceDay| request.clone().decide(day, booker, now);
                    place_anew(connection, locked, wanted, change).await
                }
            }
        };
        let reason = change
            .staff
            .as_ref()
            .and_then(|staff| staff.reason.as_ref());
        self.change_booking(("update_booking", reason), caller, id, context, decide)
            .await
    }
}
