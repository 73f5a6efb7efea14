//! When pending bookings expire, of the table `bookings`, and those that have.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use booking_domain::{Booking, RestaurantId};

use super::{bookings::stored, restaurant_id};
use crate::error::{Corrupt, LoadError};
use crate::schema::bookings;

diesel::define_sql_function! {
    /// The earlier of two instants; the second, where there is no first.
    fn least(first: Nullable<Timestamptz>, second: Timestamptz) -> Timestamptz;
}

/// The instant from which on a pending booking is cancelled, as the index has it.
#[diesel::dsl::auto_type]
pub(crate) fn expiry() -> _ {
    least(bookings::expires_at, bookings::starts_at)
}

/// Restaurants of which so many bookings have expired first, as a role that sees those of all.
pub(crate) async fn restaurants(
    mut connection: &AsyncPgConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<RestaurantId>, LoadError> {
    let mut ids: Vec<i64> = bookings::table
        .filter(bookings::status.eq("pending"))
        .filter(expiry().le(now.to_diesel()))
        .order(expiry())
        .limit(limit)
        .select(bookings::restaurant_id)
        .load(&mut connection)
        .await?;
    ids.sort_unstable();
    ids.dedup();
    let ids = ids.into_iter();
    let ids = ids.map(|id| restaurant_id(id, "bookings.restaurant_id"));
    Ok(ids.collect::<Result<_, Corrupt>>()?)
}

/// Which bookings that have expired are meant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expired<'a> {
    /// So many of those that nobody else holds, first those that have expired first.
    First(i64),
    /// Those with these numbers that nobody else holds.
    Free(&'a [i64]),
    /// The one with this number, whoever holds it.
    Key(i64),
}

/// Locks bookings of a restaurant that have expired; gives them with their numbers, as they are written.
pub(crate) async fn lock(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    which: Expired<'_>,
    now: Timestamp,
) -> Result<Vec<(i64, Booking)>, LoadError> {
    let mut locking = connection;
    let expired = bookings::table
        .filter(bookings::restaurant_id.eq(restaurant.get()))
        .filter(bookings::status.eq("pending"))
        .filter(expiry().le(now.to_diesel()));
    let keys: Vec<i64> = match which {
        Expired::First(limit) => {
            expired
                .order(expiry())
                .limit(limit)
                .select(bookings::booking_id)
                .for_no_key_update()
                .skip_locked()
                .load(&mut locking)
                .await?
        }
        Expired::Free(keys) => {
            expired
                .filter(bookings::booking_id.eq_any(keys))
                .select(bookings::booking_id)
                .for_no_key_update()
                .skip_locked()
                .load(&mut locking)
                .await?
        }
        Expired::Key(key) => {
            expired
                .filter(bookings::booking_id.eq(key))
                .select(bookings::booking_id)
                .for_no_key_update()
                .load(&mut locking)
                .await?
        }
    };
    stored(connection, restaurant, &keys).await
}
