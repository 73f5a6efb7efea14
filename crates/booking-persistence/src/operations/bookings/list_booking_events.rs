//! `listBookingEvents`.

use booking_domain::{BookingEvent, BookingId, CancellationKind, RestaurantId, Scope};

use super::{BookingNotFound, BookingRefusal};
use crate::access::{BookingCaller, RequestContext};
use crate::connection::{Visibility, show_restaurant};
use crate::error::{StoreError, TransactionError};
use crate::lists::{CursorOfAnotherList, Page, Window};
use crate::store::Store;
use crate::tables::booking_expiry::Expired;
use crate::tables::{booking_events, bookings};

impl Store {
    /// What has happened to a booking, the earliest first, for its restaurant alone. That it has expired is
    /// written first, if nobody has done so: an event has the version of its date, which is not known before.
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
        let (page, unwritten) = self.read_events(caller, id, window, context).await?;
        let Some((restaurant, key)) = unwritten else {
            return Ok(page);
        };
        let written = self.write_expired(restaurant, Expired::Key(key), context);
        written.await?;
        let (page, _) = self.read_events(caller, id, window, context).await?;
        Ok(page)
    }

    /// A page of a booking's events, and the booking, where its last page does not know yet that it has
    /// expired.
    async fn read_events(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        window: &Window,
        context: &RequestContext,
    ) -> Result<
        (Page<BookingEvent>, Option<(RestaurantId, i64)>),
        StoreError<BookingRefusal<CursorOfAnotherList>>,
    > {
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
            let is_known = |event: &BookingEvent| event.version >= booking.version;
            let is_last = events.next.is_none();
            let has_expired = (booking.cancellation.as_ref())
                .is_some_and(|cancelled| cancelled.kind == CancellationKind::Expired);
            let is_unwritten = has_expired && is_last && !events.items.last().is_some_and(is_known);
            Ok((events, is_unwritten.then_some((restaurant, key))))
        });
        reading.await
    }
}
