//! `createBooking`.

use diesel_async::AsyncPgConnection;

use booking_domain::{
    BookingId, BookingReference, BookingView, ConfirmationCode, Customer, NewBooking, PlaceRefusal,
    Principal, create,
};

use crate::access::{RequestContext, RestaurantAccessRefusal, find_booking_maker};
use crate::connection::{ConstraintViolation, FromViolation, Visibility, lock_date};
use crate::error::{StoreError, TransactionError};
use crate::operations::service_day::load_restaurant_tables;
use crate::operations::{RestaurantNotFound, to_the_microsecond};
use crate::store::Store;
use crate::tables::{audit_events, bookings, messages, occupancies, restaurants, users};

impl FromViolation for PlaceRefusal {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        match violation {
            ConstraintViolation::TableTaken => Some(Self::NoTableFree),
            ConstraintViolation::ReferenceTaken => None,
        }
    }
}

/// A booking that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedBooking {
    /// The booking.
    pub view: BookingView,
    /// Whether its guest has made it, and is given its secret. Whom the staff or a program book for
    /// gets a mail with a link.
    pub is_by_guest: bool,
}

const OPERATION: &str = "create_booking";

impl Store {
    /// Makes a booking under an id and a confirmation code drawn at random. A guest needs no
    /// credential; what a diner has made while logged in is among their bookings, for whomever they
    /// book, and what the staff or a program of the restaurant makes is not.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`]. Who loses the race for the last table gets
    /// [`PlaceRefusal::NoTableFree`].
    pub async fn create_booking(
        &self,
        new: &NewBooking,
        principal: Option<&Principal>,
        context: &RequestContext,
    ) -> Result<CreatedBooking, StoreError<RestaurantAccessRefusal<PlaceRefusal>>> {
        let seeing = self.seeing(Visibility::of_restaurant(new.restaurant));
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

/// Six round trips for a user whom we know, with those of the transaction itself: begin, the
/// restaurant, the date, the booking, its table, commit. `tests/it/round_trips.rs` counts them.
async fn create_in(
    connection: &AsyncPgConnection,
    new: &NewBooking,
    principal: Option<&Principal>,
    reference: BookingReference,
    context: &RequestContext,
) -> Result<CreatedBooking, TransactionError<RestaurantAccessRefusal<PlaceRefusal>>> {
    let now = to_the_microsecond(context.now);
    // The lock is asked for first. What is loaded beside it is not guarded by it.
    let ((), maker, user, restaurant, tables) = tokio::try_join!(
        biased;
        async { Ok(lock_date(connection, new.restaurant, new.date).await?) },
        find_booking_maker(connection, principal, new.restaurant, now),
        async { Ok(users::find(connection, &new.customer.email).await?) },
        async { Ok(restaurants::find_summary(connection, new.restaurant).await?) },
        async { Ok(load_restaurant_tables(connection, new.restaurant).await?) },
    )?;
    let (Some(restaurant), Some(tables)) = (restaurant, tables) else {
        return Err(TransactionError::no_access(RestaurantNotFound));
    };
    let day = tables.load_service_day(connection, new.date, None).await?;
    let booking = create(&day, new.clone(), reference, now).map_err(TransactionError::refused)?;
    let user = match user {
        Some(user) => user,
        None => {
            let Customer { name, email, phone } = &booking.customer;
            users::insert_or_find(connection, email, name, Some(phone), now).await?
        }
    };
    let key = bookings::insert(connection, &booking, user, maker.diner).await?;
    let occupancy = occupancies::insert(connection, booking.restaurant, key, &booking.placement);
    let event = audit_events::NewEvent {
        restaurant: booking.restaurant,
        actor: &maker.actor,
        action: OPERATION,
        subject: Some(booking.id.as_str()),
        context,
    };
    let recorded = audit_events::insert(connection, &event);
    tokio::try_join!(biased; occupancy, recorded)?;
    if !maker.is_guest {
        // Who books for somebody else is not given what opens the booking: its guest is, by mail.
        let email = &booking.customer.email;
        messages::insert_booking_link(connection, email, &restaurant.name, &booking.id, now)
            .await?;
    }
    Ok(CreatedBooking {
        view: BookingView {
            booking,
            restaurant,
        },
        is_by_guest: maker.is_guest,
    })
}
