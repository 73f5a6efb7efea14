//! A module for each table: its row, how the row becomes what the domain knows, and the
//! statements on it.
//!
//! A row is parsed into the domain's types, which have bounds: a value that breaks one (the
//! table's own CHECKs exclude it) is [`Corrupt`](crate::Corrupt), and is never bent into one
//! that fits.

pub(crate) mod accounts;
mod active_bookings;
pub(crate) mod api_keys;
pub(crate) mod audit_events;
pub(crate) mod authorization_codes;
pub(crate) mod blockouts;
pub(crate) mod booking_claims;
pub(crate) mod booking_contacts;
pub(crate) mod booking_days;
pub(crate) mod booking_events;
pub(crate) mod booking_expiry;
pub(crate) mod booking_notes;
pub(crate) mod booking_policies;
pub(crate) mod bookings;
pub(crate) mod dining_areas;
pub(crate) mod dining_tables;
pub(crate) mod guest_bookings;
pub(crate) mod holds;
pub(crate) mod idempotency_records;
pub(crate) mod live_bookings;
pub(crate) mod messages;
pub(crate) mod occupancies;
pub(crate) mod one_time_tokens;
pub(crate) mod restaurant_staff;
pub(crate) mod restaurants;
pub(crate) mod service_columns;
pub(crate) mod service_periods;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod special_days;
pub(crate) mod staff_invitations;
pub(crate) mod table_combinations;
pub(crate) mod user_identities;
pub(crate) mod users;

pub use accounts::PasswordLogin;
pub use authorization_codes::Authorization;
pub use messages::PendingMessage;
pub use sessions::Session;
pub use signing_keys::StoredSigningKey;

use std::collections::HashMap;

use booking_domain::RestaurantId;
use diesel::sql_types::{BigInt, Nullable, Text};
use jiff::civil::Time;

use crate::error::Corrupt;

diesel::define_sql_function! {
    /// The next number of a sequence.
    fn nextval(sequence: Text) -> BigInt;
}

diesel::define_sql_function! {
    /// The number, or another one in place of none.
    fn coalesce(number: Nullable<BigInt>, otherwise: BigInt) -> BigInt;
}

/// A value that the domain has parsed, or the column and the row in which it stands.
fn parsed<T>(value: Option<T>, column: &'static str, row: impl ToString) -> Result<T, Corrupt> {
    value.ok_or_else(|| Corrupt::new(column, row))
}

/// Rows by their restaurants' numbers, each restaurant's in the order in which they came.
pub(crate) fn by_restaurant<T>(rows: Vec<(i64, T)>) -> HashMap<i64, Vec<T>> {
    let mut restaurants: HashMap<i64, Vec<T>> = HashMap::new();
    for (restaurant, row) in rows {
        restaurants.entry(restaurant).or_default().push(row);
    }
    restaurants
}

/// A restaurant's number, as a key of `column`.
fn restaurant_id(number: i64, column: &'static str) -> Result<RestaurantId, Corrupt> {
    parsed(RestaurantId::new(number), column, number)
}

/// A time of a wall clock, which shows no seconds.
fn to_the_minute(time: Time) -> Option<Time> {
    (time.second() == 0 && time.subsec_nanosecond() == 0).then_some(time)
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::to_the_minute;

    #[test]
    fn a_time_with_seconds_is_no_other_time() {
        let seven = time(19, 0, 0, 0);
        assert_eq!(to_the_minute(seven), Some(seven));
        assert_eq!(to_the_minute(time(19, 0, 30, 0)), None);
        assert_eq!(to_the_minute(time(19, 0, 0, 1)), None);
    }
}
