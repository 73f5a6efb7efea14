//! The live bookings of one guest, of the tables `bookings` and `booking_contacts`: by whoever's address
//! or telephone number.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff_diesel::ToDiesel;

use booking_domain::{Customer, EmailAddress, LiveBooking, PhoneNumber, RestaurantId};

use super::booking_contacts::of_booking;
use super::booking_expiry::expiry;
use super::{parsed, to_the_minute};
use crate::error::LoadError;
use crate::schema::{booking_contacts, bookings, users};

/// What counts of a live booking, as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = bookings, check_for_backend(diesel::pg::Pg))]
struct LiveBookingRow {
    booking_id: i64,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    booking_date: Date,
    #[diesel(deserialize_as = jiff_diesel::Time)]
    booking_time: Time,
}

/// The guest's live bookings in the restaurant, but for the one with the number
/// `excluded`. One round trip. Whoever decides by them locks the guest first
/// (`connection/lock.rs`).
pub(crate) async fn of_guest(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    guest: &Customer,
    excluded: Option<i64>,
    now: Timestamp,
) -> Result<Vec<LiveBooking>, LoadError> {
    let (by_email, by_phone) = tokio::try_join!(
        biased;
        async {
            match &guest.email {
                Some(email) => of_email(connection, restaurant, email, now).await,
                None => Ok(Vec::new()),
            }
        },
        async {
            match &guest.phone {
                Some(phone) => of_phone(connection, restaurant, phone, now).await,
                None => Ok(Vec::new()),
            }
        },
    )?;
    let rows = by_email.into_iter().chain(by_phone);
    let mut found = BTreeMap::new();
    for row in rows.filter(|row| Some(row.booking_id) != excluded) {
        let key = row.booking_id;
        let time = parsed(
            to_the_minute(row.booking_time),
            "bookings.booking_time",
            key,
        )?;
        let wall = row.booking_date.to_datetime(time);
        found.insert(key, LiveBooking { wall });
    }
    Ok(found.into_values().collect())
}

/// Whether a booking is active, has not expired, and is not over.
#[diesel::dsl::auto_type]
fn is_live(now: jiff_diesel::Timestamp) -> _ {
    let is_waiting = bookings::status.eq("pending").and(expiry().gt(now));
    let is_active = bookings::status.eq("confirmed").or(is_waiting);
    is_active.and(bookings::ends_at.gt(now))
}

async fn of_email(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    email: &EmailAddress,
    now: Timestamp,
) -> QueryResult<Vec<LiveBookingRow>> {
    let user = users::table
        .filter(users::email.eq(email.normalized()))
        .select(users::user_id)
        .single_value();
    bookings::table
        .filter(bookings::restaurant_id.eq(restaurant.get()))
        .filter(is_live(now.to_diesel()))
        .filter(bookings::user_id.eq(user))
        .select(LiveBookingRow::as_select())
        .load(&mut connection)
        .await
}

async fn of_phone(
    mut connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    phone: &PhoneNumber,
    now: Timestamp,
) -> QueryResult<Vec<LiveBookingRow>> {
    bookings::table
        .inner_join(of_booking())
        .filter(bookings::restaurant_id.eq(restaurant.get()))
        .filter(is_live(now.to_diesel()))
        .filter(booking_contacts::phone.eq(phone.as_str()))
        .select(LiveBookingRow::as_select())
        .load(&mut connection)
        .await
}
