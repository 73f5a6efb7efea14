//! Cancelling a booking.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{
    Booking, BookingId, BookingStatus, CancelDecision, CancelRefusal, cancel as decide,
};

use super::stored;
use super::update::lock_booking;
use crate::error::{Corrupt, Failure, StoreError};
use crate::restaurants::SummaryRow;
use crate::retry::Attempts;
use crate::schema::{bookings, occupancies, restaurants};
use crate::store::Store;

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
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<Booking, StoreError<CancelBookingRefusal>> {
        let now = stored(now);
        let mut attempts = Attempts::of("cancel_booking");
        self.operate(|pool| async move {
            loop {
                let mut connection = pool.connection().await?;
                let outcome = connection
                    .transaction(async |connection| cancel(connection, id, reason, now).await)
                    .await;
                match outcome {
                    Err(failure) if attempts.again(&failure) => connection.give_back(),
                    outcome => return pool.finish(connection, outcome),
                }
            }
        })
        .await
    }
}

async fn cancel(
    connection: &mut AsyncPgConnection,
    id: &BookingId,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<Booking, Failure<CancelBookingRefusal>> {
    let mut connection = &*connection;
    let row = lock_booking(connection, id)
        .await?
        .ok_or(Failure::Refused(CancelBookingRefusal::BookingNotFound))?;
    let (restaurant_id, booking_id) = (row.restaurant_id, row.booking_id);
    let restaurant: SummaryRow = restaurants::table
        .find(restaurant_id)
        .select(SummaryRow::as_select())
        .first(&mut connection)
        .await
        .optional()?
        .ok_or_else(|| Corrupt::new("bookings.restaurant_id", booking_id))?;
    let booking = row.at(restaurant.into())?;
    match decide(&booking).map_err(|refusal| Failure::Refused(refusal.into()))? {
        CancelDecision::AlreadyCancelled => return Ok(booking),
        CancelDecision::Cancelled => {}
    }
    let booking = Booking {
        status: BookingStatus::Cancelled,
        cancellation_reason: reason.map(ToOwned::to_owned),
        updated_at: now,
        version: booking.version.saturating_add(1),
        ..booking
    };
    let table = diesel::delete(occupancies::table)
        .filter(occupancies::restaurant_id.eq(restaurant_id))
        .filter(occupancies::booking_id.eq(booking_id))
        .execute(&mut connection);
    let row = diesel::update(bookings::table.find((restaurant_id, booking_id)))
        .set((
            bookings::status.eq(booking.status.as_str()),
            bookings::cancellation_reason.eq(booking.cancellation_reason.as_deref()),
            bookings::version.eq(booking.version),
            bookings::updated_at.eq(booking.updated_at.to_diesel()),
        ))
        .execute(&mut connection);
    tokio::try_join!(biased; table, row)?;
    Ok(booking)
}
