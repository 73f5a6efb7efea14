//! That bookings have expired is written some time after everybody has read it: by whoever needs their
//! tables, and by any process within a minute.

use std::convert::Infallible;

use booking_domain::{RestaurantId, expire};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use jiff::Timestamp;

use super::ended_bookings::{Dates, EndedBooking, write_ended};
use crate::access::RequestContext;
use crate::connection::{FromViolation, Visibility};
use crate::error::{LoadError, StoreError};
use crate::operations::retention::AS_RETENTION;
use crate::operations::service_day::has_changed;
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::booking_expiry::{self, Expired};

/// How many bookings are looked for, and written, at once.
const PAGE: i64 = 100;

/// What the history of each of them calls it.
const ACTION: &str = "expire_booking";

impl Store {
    /// Restaurants in which bookings have expired as of `now` without anybody having written it: those of
    /// the hundred that have expired first.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn restaurants_with_expired_bookings(
        &self,
        now: Timestamp,
    ) -> Result<Vec<RestaurantId>, StoreError<Infallible>> {
        let now = to_the_microsecond(now);
        self.transact("restaurants_with_expired_bookings", async |connection| {
            let mut becoming = connection;
            let become_role = becoming.batch_execute(AS_RETENTION);
            let restaurants = booking_expiry::restaurants(connection, now, PAGE);
            let become_role = async { Ok(become_role.await?) };
            let ((), restaurants) = tokio::try_join!(biased; become_role, restaurants)?;
            Ok(restaurants)
        })
        .await
    }

    /// Writes that bookings of a restaurant have expired, and gives how many. Those that somebody else
    /// holds at this moment are left to the next time.
    ///
    /// # Errors
    ///
    /// What is wrong with the database. What was written before stays so.
    pub async fn expire_bookings(
        &self,
        restaurant: RestaurantId,
        context: &RequestContext,
    ) -> Result<usize, StoreError<Infallible>> {
        let mut expired = 0;
        loop {
            let which = Expired::First(PAGE);
            let page = self.write_expired(restaurant, which, context).await?;
            expired += page;
            if i64::try_from(page).is_ok_and(|page| page < PAGE) {
                return Ok(expired);
            }
        }
    }

    /// Writes that some bookings have expired, if it is not written yet, and gives how many.
    pub(super) async fn write_expired<R: FromViolation>(
        &self,
        restaurant: RestaurantId,
        which: Expired<'_>,
        context: &RequestContext,
    ) -> Result<usize, StoreError<R>> {
        let now = to_the_microsecond(context.now);
        let seeing = self.seeing(Visibility::of_restaurant(restaurant));
        let transaction = seeing.transact("expire_bookings", async |connection| {
            let locked = booking_expiry::lock(connection, restaurant, which, now).await?;
            let expired = EndedBooking::decide(locked, |booking| expire(booking, now));
            let dates = (ACTION, Dates::ToBeLocked);
            write_ended(connection, restaurant, dates, &expired).await?;
            Ok(expired.len())
        });
        transaction.await
    }
}

/// Writes that bookings have expired whose tables the transaction needs, by their numbers; how the
/// restaurant seats is locked. Its dates are, too: whoever holds a booking may wait for one, so that nobody
/// is waited for here, and the transaction begins anew where somebody else is at it. The dates get no other
/// versions: to everybody who looks at them these bookings were gone before.
pub(in crate::operations) async fn expire_in_the_way(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    keys: &[i64],
    now: Timestamp,
) -> Result<(), LoadError> {
    if keys.is_empty() {
        return Ok(());
    }
    let which = Expired::Free(keys);
    let locked = booking_expiry::lock(connection, restaurant, which, now).await?;
    let expired = EndedBooking::decide(locked, |booking| expire(booking, now));
    if expired.len() < keys.len() {
        return Err(has_changed().into());
    }
    Ok(write_ended(connection, restaurant, (ACTION, Dates::Locked), &expired).await?)
}
