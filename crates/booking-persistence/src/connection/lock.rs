//! Locks that are no rows.
//!
//! How a restaurant seats its guests, its rules and tables, is read by whoever books under a shared
//! lock, and changed under the exclusive one: no booking is decided by rules that have just changed.
//! A transaction that books takes, in this order: the row of the booking that it changes; the quotas
//! that it counts in; the restaurant's seating, shared; the dates that it touches
//! (`tables/booking_days.rs`), earliest first. Bookings that make room are only changed where nobody else
//! holds them.

//!
//! They are sent as text, at once: a statement that is prepared first would be overtaken by what is
//! pipelined behind it.

use std::fmt::Write as _;

use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use jiff::civil::Date;

use booking_domain::{Customer, EmailAddress, RestaurantId};

use crate::tables::booking_days;

diesel::define_sql_function! {
    /// Waits for a lock that the transaction then holds to its end.
    fn pg_advisory_xact_lock(key: BigInt);
}

diesel::define_sql_function! {
    /// Takes a lock that the transaction then holds to its end, unless another one has it.
    fn pg_try_advisory_xact_lock(key: BigInt) -> Bool;
}

/// Waits until nobody changes how the restaurant seats, and lets nobody until the end; and then until no
/// other transaction decides on these dates, which are in order, lets none until the end, and gives each
/// date its next version.
pub(crate) async fn lock_days(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    dates: &[Date],
) -> Result<(), diesel::result::Error> {
    let key = seating_key(restaurant);
    let mut statements = format!("SELECT pg_advisory_xact_lock_shared({key})");
    if let Some(days) = booking_days::lock_statement(restaurant, dates) {
        let _ = write!(statements, "; {days}");
    }
    connection.batch_execute(&statements).await
}

/// Waits until nobody books at the restaurant or changes how it seats, and lets nobody until the end.
pub(crate) async fn lock_seating(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
) -> Result<(), diesel::result::Error> {
    lock(connection, &[seating_key(restaurant)]).await
}

/// Waits until nobody else decides what this one, a caller or a guest, may have in the restaurant, and
/// lets nobody until the end. By a digest of the name: two that share it wait, which is harmless.
pub(crate) async fn lock_quota(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    name: &str,
) -> Result<(), diesel::result::Error> {
    lock(connection, &[quota_key(restaurant, name)]).await
}

/// Waits until nobody else decides what the guest with this address, or with this telephone number, may have
/// in the restaurant, and lets nobody until the end. The address first: whoever waits for one has no number.
pub(crate) async fn lock_guest(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    guest: &Customer,
) -> Result<(), diesel::result::Error> {
    let email = guest.email.as_ref().map(EmailAddress::normalized);
    let names = [
        email.map(|email| format!("email:{email}")),
        (guest.phone.as_ref()).map(|phone| format!("phone:{}", phone.as_str())),
    ];
    let names = names.iter().flatten();
    let keys: Vec<i64> = names.map(|name| quota_key(restaurant, name)).collect();
    lock(connection, &keys).await
}

/// Takes these locks, one after the other.
async fn lock(
    mut connection: &AsyncPgConnection,
    keys: &[i64],
) -> Result<(), diesel::result::Error> {
    let keys = keys
        .iter()
        .map(|key| format!("SELECT pg_advisory_xact_lock({key})"));
    let statements: Vec<String> = keys.collect();
    match statements.is_empty() {
        true => Ok(()),
        false => connection.batch_execute(&statements.join("; ")).await,
    }
}

fn quota_key(restaurant: RestaurantId, name: &str) -> i64 {
    let digest = name
        .bytes()
        .fold(restaurant.get().cast_unsigned(), |digest, byte| {
            mix(digest ^ u64::from(byte))
        });
    digest.cast_signed()
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

/// A number like any other: a restaurant that shares it waits, which is harmless.
const SIGNING_KEYS: i64 = 0x7369_676e_6b65_7973;

/// Whether no other transaction forgets what was kept for long enough, until this one has ended.
pub(crate) async fn try_lock_retention(
    mut connection: &AsyncPgConnection,
) -> Result<bool, diesel::result::Error> {
    diesel::select(pg_try_advisory_xact_lock(RETENTION))
        .get_result(&mut connection)
        .await
}

/// A restaurant that shares it makes the rows of that moment wait for the next hour.
const RETENTION: i64 = 0x7265_7465_6e74_696f;

/// An advisory lock has 64 bits, in which restaurants share the room with other locks: mixed, so that
/// neighbours are apart. Two that share a key wait for each other, which is harmless. All processes
/// must agree on it: a change needs all of them stopped.
fn seating_key(restaurant: RestaurantId) -> i64 {
    mix(restaurant.get().cast_unsigned()).cast_signed()
}

/// The finalizer of splitmix64.
const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn neighbouring_restaurants_have_keys_of_their_own() {
        let ids = (1..=20_000).map(|id| RestaurantId::new(id).expect("it is in range"));
        let keys: HashSet<i64> = ids.map(seating_key).collect();
        assert_eq!(keys.len(), 20_000);
    }

    #[test]
    fn the_key_is_the_same_in_every_release() {
        let key = seating_key(RestaurantId::new(123).expect("it is in range"));
        assert_eq!(key, mix(123).cast_signed());
        assert_eq!(mix(1), 0x910a_2dec_8902_5cc1);
    }
}
