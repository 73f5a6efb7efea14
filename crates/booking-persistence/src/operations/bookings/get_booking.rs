//! `getBooking`.

use booking_domain::{BookingId, BookingView, Scope};

use super::BookingRefusal;
use crate::access::{BookingCaller, RequestContext};
use crate::connection::{FromViolation, Visibility};
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::bookings;

/// There is no such booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such booking")]
pub struct BookingNotFound;

impl FromViolation for BookingNotFound {}

impl Store {
    /// One booking, for whomever it concerns.
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
            let (view, by) = found.open(caller, Scope::BookingsRead)?;
            Ok(BookingView {
                is_for_restaurant: by.is_of_restaurant,
                ..view
            })
        });
        reading.await
    }
}
