//! Changing a booking.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{
    Booking, BookingChange, BookingId, ChangeDecision, ChangeRefusal, ChangedBooking, PlaceRefusal,
    RestaurantId, RestaurantSummary, change,
};

use super::row::BookingRow;
use super::stored;
use crate::constraints::Violation;
use crate::error::{Corrupt, Failure, StoreError};
use crate::lock::lock_date;
use crate::retry::Attempts;
use crate::schema::{bookings, occupancies};
use crate::service_day::{load_house, period};
use crate::store::Store;
use crate::trouble::Trouble;

/// Why a booking is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpdateRefusal {
    /// There is no such booking.
    #[error("there is no such booking")]
    BookingNotFound,
    /// It has changed since the caller saw it.
    #[error("the booking has changed in the meantime")]
    Stale,
    /// A rule refuses the change.
    #[error(transparent)]
    Change(#[from] ChangeRefusal),
}

impl Store {
    /// Changes a booking, seen from `now`, if its version is one that the caller expects; any
    /// will do for `None`. A change that changes nothing leaves the version as it is.
    ///
    /// # Errors
    ///
    /// [`UpdateRefusal`].
    pub async fn update_booking(
        &self,
        id: &BookingId,
        change: &BookingChange,
        expected: Option<&[i32]>,
        now: Timestamp,
    ) -> Result<Booking, StoreError<UpdateRefusal>> {
        let now = stored(now);
        let mut attempts = Attempts::of("update_booking");
        self.operate(|pool| async move {
            loop {
                let mut connection = pool.connection().await?;
                let outcome = connection
                    .transaction(async |connection| {
                        update(connection, id, change, expected, now).await
                    })
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
fn lost_table(failure: Failure<UpdateRefusal>) -> Failure<UpdateRefusal> {
    match failure {
        Failure::Database(error)
            if Trouble::of(&error) == Trouble::Violates(Violation::TableTaken) =>
        {
            Failure::Refused(ChangeRefusal::Place(PlaceRefusal::NoTableFree).into())
        }
        failure => failure,
    }
}

async fn update(
    connection: &mut AsyncPgConnection,
    id: &BookingId,
    wanted: &BookingChange,
    expected: Option<&[i32]>,
    now: Timestamp,
) -> Result<Booking, Failure<UpdateRefusal>> {
    let connection = &*connection;
    let row = lock_booking(connection, id)
        .await?
        .ok_or(Failure::Refused(UpdateRefusal::BookingNotFound))?;
    let (restaurant, booking_id) = (RestaurantId::new(row.restaurant_id), row.booking_id);
    let date = wanted.date.unwrap_or(row.booking_date);
    let lock = async { Ok(lock_date(connection, restaurant, date).await?) };
    let ((), house) = tokio::try_join!(biased; lock, load_house(connection, restaurant))?;
    let house = house.ok_or_else(|| Corrupt::new("bookings.restaurant_id", booking_id))?;
    let booking = row.at(RestaurantSummary {
        id: house.restaurant.id,
        name: house.restaurant.name.clone(),
        address: house.restaurant.address.clone(),
    })?;
    if expected.is_some_and(|versions| !versions.contains(&booking.version)) {
        return Err(Failure::Refused(UpdateRefusal::Stale));
    }
    let day = house.day(connection, date).await?;
    match change(&booking, wanted, &day, now) {
        Err(refusal) => Err(Failure::Refused(refusal.into())),
        Ok(ChangeDecision::Unchanged) => Ok(booking),
        Ok(ChangeDecision::Changed(changed)) => {
            let booking = changed_booking(booking, changed, now);
            write(connection, &booking, booking_id).await?;
            Ok(booking)
        }
    }
}

/// The booking's row, which nobody else changes until this transaction ends.
pub(super) async fn lock_booking(
    mut connection: &AsyncPgConnection,
    id: &BookingId,
) -> QueryResult<Option<BookingRow>> {
    bookings::table
        .filter(bookings::public_id.eq(id.as_str()))
        .select(BookingRow::as_select())
        .for_no_key_update()
        .first(&mut connection)
        .await
        .optional()
}

fn changed_booking(booking: Booking, changed: ChangedBooking, now: Timestamp) -> Booking {
    Booking {
        date: changed.date,
        time: changed.time,
        party: changed.party,
        special_requests: changed.special_requests,
        table: changed.placement.table,
        starts_at: changed.placement.starts_at,
        ends_at: changed.placement.ends_at,
        updated_at: now,
        version: booking.version.saturating_add(1),
        ..booking
    }
}

async fn write(
    mut connection: &AsyncPgConnection,
    booking: &Booking,
    booking_id: i64,
) -> Result<(), Failure<UpdateRefusal>> {
    let restaurant_id = booking.restaurant.id.get();
    let occupancy = diesel::update(occupancies::table)
        .filter(occupancies::restaurant_id.eq(restaurant_id))
        .filter(occupancies::booking_id.eq(booking_id))
        .set((
            occupancies::table_id.eq(booking.table.get()),
            occupancies::period.eq(period(booking.starts_at, booking.ends_at)),
        ))
        .execute(&mut connection);
    let row = diesel::update(bookings::table.find((restaurant_id, booking_id)))
        .set((
            bookings::booking_date.eq(booking.date.to_diesel()),
            bookings::booking_time.eq(booking.time.to_diesel()),
            bookings::party_size.eq(booking.party.get()),
            bookings::special_requests.eq(booking.special_requests.as_deref()),
            bookings::table_id.eq(booking.table.get()),
            bookings::starts_at.eq(booking.starts_at.to_diesel()),
            bookings::ends_at.eq(booking.ends_at.to_diesel()),
            bookings::version.eq(booking.version),
            bookings::updated_at.eq(booking.updated_at.to_diesel()),
        ))
        .execute(&mut connection);
    // Only a booking that holds a table can change, and it holds exactly one.
    match tokio::try_join!(biased; occupancy, row)? {
        (1, 1) => Ok(()),
        _ => Err(Corrupt::new("occupancies.booking_id", booking_id).into()),
    }
}
