//! `cancelBooking`.

use booking_domain::{
    Booker, BookingId, BookingView, CancelRefusal, Cancellation, CancellationKind,
    CancellationReason, cancel,
};
use diesel_async::AsyncPgConnection;

use super::BookingRefusal;
use super::change_booking::{By, Change};
use crate::access::{BookingCaller, RequestContext};
use crate::error::{StoreError, TransactionError};
use crate::store::Store;
use crate::tables::booking_policies;
use crate::tables::bookings::LockedBooking;

impl Store {
    /// Cancels a booking and sets its tables free; guests can up to the restaurant's cutoff. One that is
    /// cancelled stays as it is, with the reason that was given first.
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
    ) -> Result<BookingView, StoreError<BookingRefusal<CancelRefusal>>> {
        let decide = async |connection: &AsyncPgConnection, locked: &LockedBooking, by: By<'_>| {
            let restaurant = locked.booking.restaurant;
            let cutoff = match by.actor.booker {
                Booker::Guest => {
                    booking_policies::cancellation_cutoff(connection, restaurant).await?
                }
                Booker::Staff => None,
            };
            let cancellation = Cancellation {
                kind: if by.actor.is_of_restaurant {
                    CancellationKind::Restaurant
                } else {
                    CancellationKind::Guest
                },
                reason: reason.cloned(),
            };
            let decision = cancel(&locked.booking, &cancellation, cutoff, by.now);
            decision
                .map(Change::from)
                .map_err(TransactionError::refused)
        };
        self.change_booking(("cancel_booking", None), caller, id, context, decide)
            .await
    }
}
