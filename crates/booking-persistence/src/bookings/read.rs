//! Reading one booking.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use booking_domain::{Booking, BookingId};

use super::row::BookingRow;
use crate::error::{Failure, StoreError};
use crate::restaurants::SummaryRow;
use crate::schema::{bookings, restaurants};
use crate::store::Store;

/// There is no such booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such booking")]
pub struct BookingNotFound;

impl Store {
    /// One booking.
    ///
    /// # Errors
    ///
    /// [`BookingNotFound`].
    pub async fn get_booking(
        &self,
        id: &BookingId,
    ) -> Result<Booking, StoreError<BookingNotFound>> {
        self.operate(|pool| async move {
            let mut connection = pool.connection().await?;
            let found: Result<Option<(BookingRow, SummaryRow)>, _> = bookings::table
                .inner_join(restaurants::table)
                .filter(bookings::public_id.eq(id.as_str()))
                .select((BookingRow::as_select(), SummaryRow::as_select()))
                .first(&mut *connection)
                .await
                .optional();
            let booking = match found {
                Ok(Some((booking, restaurant))) => {
                    booking.at(restaurant.into()).map_err(Failure::from)
                }
                Ok(None) => Err(Failure::Refused(BookingNotFound)),
                Err(error) => Err(error.into()),
            };
            pool.finish(connection, booking)
        })
        .await
    }
}
