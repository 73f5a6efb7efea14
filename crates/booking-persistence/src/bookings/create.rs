//! Making a booking.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{
    Booking, BookingId, BookingStatus, ConfirmationCode, Customer, NewBooking, PlaceRefusal,
    Placement, RestaurantSummary, place,
};

use super::row::NewRow;
use super::stored;
use crate::constraints::Violation;
use crate::error::{Failure, StoreError};
use crate::lock::lock_date;
use crate::retry::Attempts;
use crate::schema::{bookings, occupancies, users};
use crate::service_day::{load_house, period};
use crate::store::Store;
use crate::trouble::Trouble;

/// Why a booking is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefusal {
    /// There is no such restaurant.
    #[error("there is no such restaurant")]
    RestaurantNotFound,
    /// The party cannot be placed.
    #[error(transparent)]
    Place(#[from] PlaceRefusal),
}

impl Store {
    /// Makes a booking, seen from `now`. `fresh` gives new random bytes at each call: a
    /// booking's id and its confirmation code are made of them, and made again if they are in
    /// use.
    ///
    /// # Errors
    ///
    /// [`CreateRefusal`]. Who loses the race for the last table gets
    /// [`PlaceRefusal::NoTableFree`].
    pub async fn create_booking(
        &self,
        booking: &NewBooking,
        now: Timestamp,
        fresh: impl Fn() -> [u8; 32] + Send + Sync,
    ) -> Result<Booking, StoreError<CreateRefusal>> {
        let now = stored(now);
        let mut attempts = Attempts::of("create_booking");
        self.operate(|pool| async move {
            loop {
                let mut connection = pool.connection().await?;
                let names = (
                    BookingId::from_random(fresh()),
                    ConfirmationCode::from_random(fresh()),
                );
                let outcome = connection
                    .transaction(async |connection| create(connection, booking, now, names).await)
                    .await;
                match outcome {
                    Err(failure) if attempts.again(&failure) => connection.give_back(),
                    outcome => return pool.finish(connection, outcome.map_err(lost_table)),
                }
            }
        })
        .await
    }
}

/// A table that was taken at every attempt is not free.
fn lost_table(failure: Failure<CreateRefusal>) -> Failure<CreateRefusal> {
    match failure {
        Failure::Database(error)
            if Trouble::of(&error) == Trouble::Violates(Violation::TableTaken) =>
        {
            Failure::Refused(PlaceRefusal::NoTableFree.into())
        }
        failure => failure,
    }
}

/// Six round trips for a user whom we know, with those of the transaction itself: begin, the
/// house, the date, the booking, its table, commit.
async fn create(
    connection: &mut AsyncPgConnection,
    new: &NewBooking,
    now: Timestamp,
    (id, confirmation_code): (BookingId, ConfirmationCode),
) -> Result<Booking, Failure<CreateRefusal>> {
    let connection = &*connection;
    let email = new.customer.email.normalized();
    // The lock is asked for first. What is loaded beside it is not guarded by it.
    let (user, house) = {
        let lock = async { Ok(lock_date(connection, new.restaurant, new.date).await?) };
        let user = async { Ok(find_user(connection, &email).await?) };
        let house = load_house(connection, new.restaurant);
        let ((), user, house) = tokio::try_join!(biased; lock, user, house)?;
        (user, house)
    };
    let house = house.ok_or(Failure::Refused(CreateRefusal::RestaurantNotFound))?;
    let day = house.day(connection, new.date).await?;
    let placement = place(&day, new.time, new.party, now)
        .map_err(|refusal| Failure::Refused(refusal.into()))?;
    let booking = Booking {
        id,
        confirmation_code,
        status: BookingStatus::Confirmed,
        restaurant: RestaurantSummary {
            id: day.restaurant.id,
            name: day.restaurant.name,
            address: day.restaurant.address,
        },
        date: new.date,
        time: new.time,
        party: new.party,
        customer: new.customer.clone(),
        special_requests: new.special_requests.clone(),
        cancellation_reason: None,
        table: placement.table,
        starts_at: placement.starts_at,
        ends_at: placement.ends_at,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let user = match user {
        Some(user) => user,
        None => add_user(connection, &booking.customer, &email, now).await?,
    };
    insert(connection, &booking, user, &placement).await?;
    Ok(booking)
}

async fn insert(
    mut connection: &AsyncPgConnection,
    booking: &Booking,
    user: i64,
    placement: &Placement,
) -> QueryResult<()> {
    let booking_id: i64 = diesel::insert_into(bookings::table)
        .values(NewRow::of(booking, user))
        .returning(bookings::booking_id)
        .get_result(&mut connection)
        .await?;
    diesel::insert_into(occupancies::table)
        .values((
            occupancies::restaurant_id.eq(booking.restaurant.id.get()),
            occupancies::booking_id.eq(booking_id),
            occupancies::table_id.eq(placement.table.get()),
            occupancies::period.eq(period(placement.starts_at, placement.ends_at)),
        ))
        .execute(&mut connection)
        .await
        .map(drop)
}

async fn find_user(mut connection: &AsyncPgConnection, email: &str) -> QueryResult<Option<i64>> {
    users::table
        .filter(users::email.eq(email))
        .select(users::user_id)
        .first(&mut connection)
        .await
        .optional()
}

/// Adds a user. If somebody has just added the same one, theirs stays as it is: nobody can
/// rewrite another's details by booking with their address.
async fn add_user(
    mut connection: &AsyncPgConnection,
    customer: &Customer,
    email: &str,
    now: Timestamp,
) -> QueryResult<i64> {
    let added: Option<i64> = diesel::insert_into(users::table)
        .values((
            users::name.eq(&customer.name),
            users::email.eq(email),
            users::phone.eq(customer.phone.as_str()),
            users::created_at.eq(now.to_diesel()),
        ))
        .on_conflict(users::email)
        .do_nothing()
        .returning(users::user_id)
        .get_result(&mut connection)
        .await
        .optional()?;
    match added {
        Some(user) => Ok(user),
        None => find_user(connection, email)
            .await?
            .ok_or(diesel::result::Error::NotFound),
    }
}
