//! `createWalkIn`.

use diesel_async::AsyncPgConnection;
use jiff::tz::Offset;

use booking_domain::{
    BookingId, BookingReference, BookingView, ConfirmationCode, NewWalkIn, PlaceRefusal, Principal,
    Scope, ServiceDay, walk_in,
};

use super::made_booking::Making;
use crate::access::{RequestContext, RestaurantAccessRefusal, StaffRequest, actor, caller_name};
use crate::connection::Visibility;
use crate::error::{StoreError, TransactionError};
use crate::operations::service_day::{Begun, PlacedBooking};
use crate::operations::{RestaurantNotFound, to_the_microsecond};
use crate::store::Store;
use crate::tables::{bookings, restaurants, users};

const OPERATION: &str = "create_walk_in";

impl Store {
    /// Seats a party that stands there, and makes its booking under an id and a confirmation code drawn at
    /// random. Only people override rules.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`].
    pub async fn create_walk_in(
        &self,
        new: &NewWalkIn,
        principal: &Principal,
        context: &RequestContext,
    ) -> Result<BookingView, StoreError<RestaurantAccessRefusal<PlaceRefusal>>> {
        let seeing = self.seeing(Visibility::of_restaurant(new.restaurant));
        let seeing = seeing.answering(context);
        let transaction = seeing.transact(OPERATION, async |connection| {
            let reference = BookingReference {
                id: BookingId::from_random(self.random().bytes()?),
                confirmation_code: ConfirmationCode::from_random(self.random().bytes()?),
            };
            create_in(connection, new, principal, reference, context).await
        });
        transaction.await
    }
}

/// As many round trips as for a booking.
async fn create_in(
    connection: &AsyncPgConnection,
    new: &NewWalkIn,
    principal: &Principal,
    reference: BookingReference,
    context: &RequestContext,
) -> Result<BookingView, TransactionError<RestaurantAccessRefusal<PlaceRefusal>>> {
    let now = to_the_microsecond(context.now);
    // The restaurant's own date is the same or a neighbour, and what is around it is loaded.
    let today = Offset::UTC.to_datetime(now).date();
    let request = StaffRequest {
        operation: OPERATION,
        principal,
        restaurant: new.restaurant,
        required: Scope::BookingsWrite,
        context,
    };
    let loading = async {
        tokio::try_join!(
            biased;
            request.authorize(connection),
            async {
                match &new.customer.email {
                    Some(email) => Ok(users::find(connection, email).await?),
                    None => Ok(None),
                }
            },
            async { Ok(restaurants::find_summary(connection, new.restaurant).await?) },
            // Who has sat for longer than their turn matters here, and leaves without a change of today's
            // version: what is kept will not do.
            async { Ok(Begun::anew(connection, new.restaurant, today).await?) },
            async { Ok(bookings::draw_key(connection).await?) },
        )
    };
    let loaded = context
        .claim(connection, &caller_name(principal), loading)
        .await?;
    let (_, user, restaurant, begun, key) = loaded;
    let (Some(restaurant), Some(calendar)) = (restaurant, begun.calendar()) else {
        return Err(TransactionError::no_access(RestaurantNotFound));
    };
    if !new.overrides.is_empty() && principal.user().is_none() {
        return Err(TransactionError::forbidden());
    }
    let placed = PlacedBooking {
        restaurant: new.restaurant,
        request: &new.place_request(calendar, now),
        current: None,
    };
    let seat = |day: &ServiceDay| walk_in(day, new, reference.clone(), now);
    let decided = placed.decide(connection, None, begun, &seat).await?;
    let decided = decided.map_err(TransactionError::refused)?;
    let making = Making {
        operation: OPERATION,
        actor: &actor(principal),
        key,
        user,
        diner: None,
        is_by_guest: false,
        hold: None,
        reason: new.reason.as_ref(),
        is_mailed: false,
        context,
    };
    let made = making.write(connection, decided, restaurant).await?;
    Ok(made.view)
}
