//! `createBooking`.

use diesel_async::AsyncPgConnection;
use jiff::Timestamp;

use booking_domain::{
    BookingId, BookingReference, BookingView, ConfirmationCode, Customer, NewBooking, PlaceRefusal,
    UserId, create,
};

use crate::connection::{ConstraintViolation, FromViolation, lock_date};
use crate::error::{StoreError, TransactionError};
use crate::operations::service_day::load_restaurant_tables;
use crate::operations::{RestaurantNotFound, RestaurantRefusal, to_the_microsecond};
use crate::store::Store;
use crate::tables::{bookings, occupancies, restaurants, users};

impl FromViolation for PlaceRefusal {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        match violation {
            ConstraintViolation::TableTaken => Some(Self::NoTableFree),
            ConstraintViolation::ReferenceTaken => None,
        }
    }
}

impl Store {
    /// Makes a booking, seen from `now`, under an id and a confirmation code drawn at random. It is
    /// among the bookings of `user`, if one is logged in, for whomever they book.
    ///
    /// # Errors
    ///
    /// [`RestaurantRefusal`]. Who loses the race for the last table gets
    /// [`PlaceRefusal::NoTableFree`].
    pub async fn create_booking(
        &self,
        new: &NewBooking,
        user: Option<&UserId>,
        now: Timestamp,
    ) -> Result<BookingView, StoreError<RestaurantRefusal<PlaceRefusal>>> {
        let now = to_the_microsecond(now);
        self.transact("create_booking", async |connection| {
            let reference = BookingReference {
                id: BookingId::from_random(self.random().bytes()?),
                confirmation_code: ConfirmationCode::from_random(self.random().bytes()?),
            };
            create_in(connection, new, user, reference, now).await
        })
        .await
    }
}

/// Six round trips for a user whom we know, with those of the transaction itself: begin, the
/// restaurant, the date, the booking, its table, commit.
async fn create_in(
    connection: &AsyncPgConnection,
    new: &NewBooking,
    made_by: Option<&UserId>,
    reference: BookingReference,
    now: Timestamp,
) -> Result<BookingView, TransactionError<RestaurantRefusal<PlaceRefusal>>> {
    // The lock is asked for first. What is loaded beside it is not guarded by it.
    let ((), user, restaurant, tables) = tokio::try_join!(
        biased;
        async { Ok(lock_date(connection, new.restaurant, new.date).await?) },
        async { Ok(users::find(connection, &new.customer.email).await?) },
        restaurants::find_summary(connection, new.restaurant),
        load_restaurant_tables(connection, new.restaurant),
    )?;
    let (Some(restaurant), Some(tables)) = (restaurant, tables) else {
        return Err(TransactionError::not_found(RestaurantNotFound));
    };
    let day = tables.load_service_day(connection, new.date).await?;
    let booking = create(&day, new.clone(), reference, now).map_err(TransactionError::rule)?;
    let user = match user {
        Some(user) => user,
        None => {
            let Customer { name, email, phone } = &booking.customer;
            users::insert_or_find(connection, email, name, Some(phone), now).await?
        }
    };
    let key = bookings::insert(connection, &booking, user, made_by).await?;
    occupancies::insert(connection, booking.restaurant, key, &booking.placement).await?;
    Ok(BookingView {
        booking,
        restaurant,
    })
}
