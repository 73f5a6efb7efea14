//! `getBooking`.

use booking_domain::{BookingId, BookingView, Scope};

use super::BookingRefusal;
use super::overdue_bookings::{OverdueBookings, may_wait};
use crate::access::{BookingCaller, RequestContext};
use crate::connection::{FromViolation, Visibility, show_restaurant};
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::bookings;

/// There is no such booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such booking")]
pub struct BookingNotFound;

impl FromViolation for BookingNotFound {}

impl Store {
    /// One booking, for whomever it concerns. For its restaurant, one that is due within hours is looked at
    /// beside those who are overdue at its tables.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn get_booking(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal>> {
        let seeing = self.seeing(Visibility::of_booking(caller, id));
        let reading = seeing.read("get_booking", async |connection| {
            let found = bookings::find(connection, caller, id, context.now).await?;
            let found = found.ok_or(TransactionError::no_access(BookingNotFound))?;
            let ((key, mut view), by) = found.open(caller, Scope::BookingsRead)?;
            view.is_for_restaurant = by.is_of_restaurant;
            if by.is_of_restaurant && may_wait(&view.booking, context.now) {
                let restaurant = view.booking.restaurant;
                let shown = async { Ok(show_restaurant(connection, restaurant).await?) };
                let overdue = OverdueBookings::load(connection, restaurant, context.now);
                let ((), overdue) = tokio::try_join!(biased; shown, overdue)?;
                let mut next = overdue.next(connection).await?;
                view.overdue_bookings = next.remove(&key).unwrap_or_default();
            }
            Ok(view)
        });
        reading.await
    }
}
