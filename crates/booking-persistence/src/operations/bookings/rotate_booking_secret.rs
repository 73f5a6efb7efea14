//! `rotateBookingSecret`.

use booking_domain::BookingId;

use super::{BookingNotFound, BookingRefusal};
use crate::access::{BookingCaller, RequestContext};
use crate::connection::{Visibility, show_restaurant};
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::store::Store;
use crate::tables::audit_events::{self, NewEvent};
use crate::tables::bookings;

impl Store {
    /// Replaces the secret of a booking, for its guest alone: the one before opens nothing any more.
    /// Gives how often it
    /// was replaced by now, of which the new one is made.
    ///
    /// # Errors
    ///
    /// [`BookingRefusal`].
    pub async fn rotate_booking_secret(
        &self,
        caller: &BookingCaller<'_>,
        id: &BookingId,
        context: &RequestContext,
    ) -> Result<u32, StoreError<BookingRefusal>> {
        const OPERATION: &str = "rotate_booking_secret";
        let seeing = self.seeing(Visibility::of_booking(caller, id));
        let transaction = seeing.transact(OPERATION, async |connection| {
            let locked = bookings::lock(connection, caller, id, context.now).await?;
            let locked = locked.ok_or(TransactionError::no_access(BookingNotFound))?;
            let (locked, actor) = locked.open_as_guest(caller)?;
            let rotation = locked.secret_rotation.saturating_add(1);
            let shown = show_restaurant(connection, locked.booking.restaurant);
            let update = bookings::update_secret_rotation(connection, &locked, rotation);
            let event = NewEvent {
                restaurant: locked.booking.restaurant,
                actor: &actor.actor,
                action: OPERATION,
                subject: Some(id.as_str()),
                context,
            };
            let recorded = audit_events::insert(connection, &event);
            tokio::try_join!(biased; shown, update, recorded)?;
            let rotation = u32::try_from(rotation);
            Ok(rotation.map_err(|_| Corrupt::new("bookings.secret_rotation", id))?)
        });
        transaction.await
    }
}
