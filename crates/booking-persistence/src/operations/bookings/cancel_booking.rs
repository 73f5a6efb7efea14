//! `cancelBooking`.

use jiff::Timestamp;

use booking_domain::{BookingId, BookingView, CancellationReason, StatusRefusal, cancel};

use super::BookingRefusal;
use crate::error::{StoreError, TransactionError};
use crate::store::Store;

impl Store {
    /// Cancels a booking and sets its table free. One that is cancelled stays as it is, with
    /// the reason that was given first.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn cancel_booking(
        &self,
        id: &BookingId,
        reason: Option<&CancellationReason>,
        now: Timestamp,
    ) -> Result<BookingView, StoreError<BookingRefusal<StatusRefusal>>> {
        self.change_booking("cancel_booking", id, now, async |_, locked, now| {
            cancel(&locked.booking, reason, now).map_err(TransactionError::rule)
        })
        .await
    }
}
