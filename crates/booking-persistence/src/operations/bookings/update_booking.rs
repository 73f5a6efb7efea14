//! `updateBooking`.

use diesel_async::AsyncPgConnection;
use jiff::Timestamp;

use booking_domain::{
    Booking, BookingChange, BookingId, BookingView, ChangePlan, ChangeRefusal, Decision,
    PlaceRefusal, TableRequest, plan_change,
};

use crate::connection::{ConstraintViolation, FromViolation, lock_date};
use crate::error::{Corrupt, StoreError, TransactionError};
use crate::operations::service_day::load_restaurant_tables;
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::{bookings, occupancies, restaurants};

/// Why a booking is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpdateBookingRefusal {
    /// There is no such booking.
    #[error("there is no such booking")]
    BookingNotFound,
    /// A rule refuses the change.
    #[error(transparent)]
    Change(#[from] ChangeRefusal),
}

impl From<PlaceRefusal> for UpdateBookingRefusal {
    fn from(refusal: PlaceRefusal) -> Self {
        Self::Change(refusal.into())
    }
}

impl FromViolation for UpdateBookingRefusal {
    fn from_violation(violation: ConstraintViolation) -> Option<Self> {
        match violation {
            ConstraintViolation::TableTaken => Some(PlaceRefusal::NoTableFree.into()),
            ConstraintViolation::ReferenceTaken => None,
        }
    }
}

impl Store {
    /// Changes a booking, seen from `now`, if its version is one that the caller expects; any
    /// will do for `None`. A change that changes nothing leaves the version as it is.
    ///
    /// # Errors
    ///
    /// [`UpdateBookingRefusal`].
    pub async fn update_booking(
        &self,
        id: &BookingId,
        change: &BookingChange,
        expected: Option<&[i32]>,
        now: Timestamp,
    ) -> Result<BookingView, StoreError<UpdateBookingRefusal>> {
        let now = to_the_microsecond(now);
        self.transact("update_booking", async |connection| {
            update_in(connection, id, change, expected, now).await
        })
        .await
    }
}

/// Six round trips for a change that needs a table: begin, the booking, its restaurant, the date,
/// the writes, commit. Five for wishes alone, which need neither lock nor policy.
async fn update_in(
    connection: &AsyncPgConnection,
    id: &BookingId,
    change: &BookingChange,
    expected: Option<&[i32]>,
    now: Timestamp,
) -> Result<BookingView, TransactionError<UpdateBookingRefusal>> {
    let locked = bookings::lock(connection, id)
        .await?
        .ok_or(TransactionError::Refused(
            UpdateBookingRefusal::BookingNotFound,
        ))?;
    let (key, booking) = (locked.key, locked.booking);
    let plan = plan_change(&booking, change, expected, now)
        .map_err(|refusal| TransactionError::Refused(refusal.into()))?;
    let restaurant = async {
        restaurants::find_summary(connection, booking.restaurant)
            .await?
            .ok_or_else(|| TransactionError::from(Corrupt::new("bookings.restaurant_id", key)))
    };
    let decide = decide(connection, key, &booking, plan, now);
    let (restaurant, decision) = tokio::try_join!(biased; restaurant, decide)?;
    let booking = match decision {
        Decision::Unchanged => booking,
        Decision::Changed(changed) => {
            write(connection, key, &changed).await?;
            changed
        }
    };
    Ok(BookingView {
        booking,
        restaurant,
    })
}

async fn decide(
    connection: &AsyncPgConnection,
    key: i64,
    booking: &Booking,
    plan: ChangePlan,
    now: Timestamp,
) -> Result<Decision, TransactionError<UpdateBookingRefusal>> {
    let request: TableRequest = match plan {
        ChangePlan::Decided(decision) => return Ok(decision),
        ChangePlan::NeedsTable(request) => request,
    };
    let date = request.date();
    let lock = async { Ok(lock_date(connection, booking.restaurant, date).await?) };
    let tables = load_restaurant_tables(connection, booking.restaurant);
    let ((), tables) = tokio::try_join!(biased; lock, tables)?;
    let tables = tables.ok_or_else(|| Corrupt::new("bookings.restaurant_id", key))?;
    let day = tables.load_service_day(connection, date).await?;
    let changed = request
        .decide(&day, now)
        .map_err(|refusal| TransactionError::Refused(refusal.into()))?;
    Ok(Decision::Changed(changed))
}

async fn write(
    connection: &AsyncPgConnection,
    key: i64,
    booking: &Booking,
) -> Result<(), TransactionError<UpdateBookingRefusal>> {
    let occupancy = occupancies::update(connection, booking.restaurant, key, &booking.placement);
    let row = bookings::update(connection, key, booking);
    // Only a booking that holds a table can change, and it holds exactly one.
    match tokio::try_join!(biased; occupancy, row)? {
        (1, 1) => Ok(()),
        _ => Err(Corrupt::new("occupancies.booking_id", key).into()),
    }
}
