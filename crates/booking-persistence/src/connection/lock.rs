//! The lock under which one date of one restaurant is decided.
//!
//! Bookings of different dates do not wait for each other, and neither do bookings of
//! different restaurants. A transaction takes at most one of these locks, after the row of
//! the booking that it changes and before anything that it writes: nobody who holds one waits
//! for another, or for a row whose holder might. A late service that reaches into the next
//! date is decided under two locks; there the exclusion constraint decides.

use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::civil::Date;

use booking_domain::RestaurantId;

diesel::define_sql_function! {
    /// Waits for a lock that the transaction then holds to its end.
    fn pg_advisory_xact_lock(key: BigInt);
}

diesel::define_sql_function! {
    /// Takes a lock that the transaction then holds to its end, unless somebody has it.
    fn pg_try_advisory_xact_lock(key: BigInt) -> Bool;
}

/// Waits until no other transaction decides on this date of this restaurant.
pub(crate) async fn lock_date(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    date: Date,
) -> Result<(), diesel::result::Error> {
    diesel::select(pg_advisory_xact_lock(key(restaurant, date)))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// Waits until no other transaction decides on the signing keys.
pub(crate) async fn lock_signing_keys(
    mut connection: &AsyncPgConnection,
) -> Result<(), diesel::result::Error> {
    diesel::select(pg_advisory_xact_lock(SIGNING_KEYS))
        .execute(&mut connection)
        .await
        .map(drop)
}

/// A number like any other: a date that shares it waits, which is harmless.
const SIGNING_KEYS: i64 = 0x7369_676e_6b65_7973;

/// Whether no other transaction forgets what was kept for long enough, until this one has ended.
pub(crate) async fn try_lock_retention(
    mut connection: &AsyncPgConnection,
) -> Result<bool, diesel::result::Error> {
    diesel::select(pg_try_advisory_xact_lock(RETENTION))
        .get_result(&mut connection)
        .await
}

/// A date that shares it makes the rows of that moment wait for the next hour.
const RETENTION: i64 = 0x7265_7465_6e74_696f;

/// An advisory lock has 64 bits for both numbers, so they are mixed (the finalizer of
/// splitmix64). Two dates that share a key wait for each other, which is harmless. All
/// processes must agree on it: a change needs all of them stopped.
fn key(restaurant: RestaurantId, date: Date) -> i64 {
    let day = (i64::from(date.year()) * 16 + i64::from(date.month())) * 32 + i64::from(date.day());
    (mix(mix(restaurant.get().cast_unsigned()) ^ day.cast_unsigned())).cast_signed()
}

const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::civil::date;

    use super::*;

    #[test]
    fn neighbouring_dates_and_restaurants_have_keys_of_their_own() {
        let dates = date(2027, 1, 1).series(jiff::Span::new().days(1)).take(400);
        let keys: HashSet<i64> = dates
            .flat_map(|date| {
                (1..=50).map(move |id| key(RestaurantId::new(id).expect("it is in range"), date))
            })
            .collect();
        assert_eq!(keys.len(), 400 * 50);
    }

    #[test]
    fn the_key_is_the_same_in_every_release() {
        let key = key(
            RestaurantId::new(123).expect("it is in range"),
            date(2027, 2, 15),
        );
        assert_eq!(key, -8_733_370_137_154_996_047);
    }
}
