//! `updateBooking`.

use diesel_async::AsyncPgConnection;
use jiff::Timestamp;

use booking_domain::{
    BookingChange, BookingId, BookingView, ChangePlan, ChangeRefusal, Decision, PlaceRefusal,
    plan_change,
};

use super::BookingRefusal;
use crate::access::{BookingCaller, RequestContext};
use crate::connection::{ConstraintViolation, FromViolation, lock_date};
use crate::error::{StoreError, TransactionError};
use crate::operations::service_day::load_restaurant_tables;
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
        let decide = async |connection: &AsyncPgConnection, locked: &LockedBooking, now| {
            let plan = plan_change(&locked.booking, change, expected, now)
                .map_err(TransactionError::refused)?;
            decide(connection, locked, plan, now).await
        };
        self.change_booking("update_booking", caller, id, context, decide)
            .await
    }
}

/// One round trip more for a change that needs a table. Wishes alone need neither lock nor policy.
async fn decide(
    connection: &AsyncPgConnection,
    locked: &LockedBooking,
    plan: ChangePlan,
    now: Timestamp,
) -> Result<Decision, TransactionError<BookingRefusal<ChangeRefusal>>> {
    let request = match plan {
        ChangePlan::Decided(decision) => return Ok(decision),
        ChangePlan::NeedsTable(request) => request,
    };
    let (restaurant, date) = (locked.booking.restaurant, request.date());
    let lock = async { Ok(lock_date(connection, restaurant, date).await?) };
    let tables = load_restaurant_tables(connection, restaurant);
    let ((), tables) = tokio::try_join!(biased; lock, tables)?;
    let closed = TransactionError::refused(ChangeRefusal::RestaurantClosed);
    let tables = tables.ok_or(closed)?;
    let own = Some(locked.key);
    let day = tables.load_service_day(connection, date, own).await?;
    let changed = request.decide(&day, now);
    changed
        .map(Decision::Changed)
        .map_err(|refusal| TransactionError::refused(refusal.into()))
}
