//! `cancelBooking`.

use diesel_async::AsyncPgConnection;
use jiff::Timestamp;

use booking_domain::{BookingId, BookingView, CancelRefusal, CancellationReason, Decision, cancel};

use crate::connection::FromViolation;
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::{bookings, occupancies, restaurants};

/// Why a booking is not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CancelBookingRefusal {
    /// There is no such booking.
    #[error("there is no such booking")]
    BookingNotFound,
    /// A rule refuses it.
    #[error(transparent)]
    Cancel(#[from] CancelRefusal),
}

impl FromViolation for CancelBookingRefusal {}

impl Store {
    /// Cancels a booking and sets its table free. One that is cancelled stays as it is, with
    /// the reason that was given first.
    ///
    /// # Errors
    ///
    /// [`CancelBookingRefusal`].
    pub async fn cancel_booking(
        &self,
        id: &BookingId,
        reason: Option<&CancellationReason>,
        now: Timestamp,
    ) -> Result<BookingView, StoreError<CancelBookingRefusal>> {
        let now = to_the_microsecond(now);
        self.transact("cancel_booking", async |connection| {
            cancel_in(connection, id, reason, now).await
        })
        .await
    }
}

/// Five round trips: begin, the booking, its restaurant, the writes, commit.
async fn cancel_in(
    connection: &AsyncPgConnection,
    id: &BookingId,
    reason: Option<&CancellationReason>,
    now: Timestamp,
) -> Result<BookingView, TransactionError<CancelBookingRefusal>> {
    let locked = bookings::lock(connection, id)
        .await?
        .ok_or(TransactionError::Refused(
            CancelBookingRefusal::BookingNotFound,
        ))?;
    let (key, booking) = (locked.key, locked.booking);
    let restaurant = restaurants::find_summary(connection, booking.restaurant)
        .await?
        .ok_or_else(|| Corrupt::new("bookings.restaurant_id", key))?;
    let decision = cancel(&booking, reason, now)
        .map_err(|refusal| TransactionError::Refused(refusal.into()))?;
    let booking = match decision {
        Decision::Unchanged => booking,
        Decision::Changed(cancelled) => {
            let table = occupancies::delete(connection, cancelled.restaurant, key);
            let row = bookings::update(connection, key, &cancelled);
            tokio::try_join!(biased; table, row)?;
            cancelled
        }
    };
    Ok(BookingView {
        booking,
        restaurant,
    })
}
