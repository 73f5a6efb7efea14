//! `cancelBooking`.

use booking_domain::{BookingId, BookingView, CancellationReason, StatusRefusal, cancel};

use super::BookingRefusal;
use crate::access::{BookingCaller, RequestContext};
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::bookings::LockedBooking;

impl Store {
    /// Cancels a booking and sets its table free. One that is cancelled stays as it is, with
    /// the reason that was given first.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn cancel_booking(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        reason: Option<&CancellationReason>,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<BookingRefusal<StatusRefusal>>> {
        let decide = async |_: &_, locked: &LockedBooking, now| {
            cancel(&locked.booking, reason, now).map_err(TransactionError::refused)
        };
        self.change_booking("cancel_booking", caller, id, context, decide)
            .await
    }
}
