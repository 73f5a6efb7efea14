//! `listBookingEvents`.

use booking_domain::{BookingEvent, BookingId, Scope};

use super::{BookingNotFound, BookingRefusal};
use crate::access::{BookingCaller, RequestContext};
use crate::connection::{Visibility, show_restaurant};
use crate::error::{StoreError, TransactionError};
use crate::lists::{CursorOfAnotherList, Page, Window};
use crate::store::Store;
use crate::tables::{booking_events, bookings};

impl Store {
    /// What has happened to a booking, the earliest first, for its restaurant alone.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn list_booking_events(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        window: &Window,
        context: &RequestContext,
    ) -> Result<Page<BookingEvent>, StoreError<BookingRefusal<CursorOfAnotherList>>> {
        let seeing = self.seeing(Visibility::of_booking(caller, id));
        let reading = seeing.read("list_booking_events", async |connection| {
            let found = bookings::find_keyed(connection, caller, id, context.now).await?;
            let found = found.ok_or(TransactionError::no_access(BookingNotFound))?;
            let ((key, booking), by) = found.open(caller, Scope::BookingsRead)?;
            if !by.is_of_restaurant {
                return Err(TransactionError::forbidden());
            }
            let restaurant = booking.restaurant;
            let shown = async { Ok(show_restaurant(connection, restaurant).await?) };
            let events = booking_events::list(connection, (restaurant, key), window);
            let ((), events) = tokio::try_join!(biased; shown, events)?;
            Ok(events)
        });
        reading.await
    }
}
