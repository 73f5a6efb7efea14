//! `getBooking`.

use booking_domain::{BookingId, BookingView};

use crate::connection::FromViolation;
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::bookings;

/// There is no such booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such booking")]
pub struct BookingNotFound;

impl FromViolation for BookingNotFound {}

impl Store {
    /// One booking.
    ///
    /// # Errors
    ///
    /// [`BookingNotFound`].
    pub async fn get_booking(
        &self,
        id: &BookingId,
    ) -> Result<BookingView, StoreError<BookingNotFound>> {
        self.read("get_booking", async |connection| {
            let found = bookings::find(connection, id).await?;
            found.ok_or(TransactionError::Refused(BookingNotFound))
        })
        .await
    }
}
