//! A booking's row.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff_diesel::ToDiesel;

use booking_domain::{
    Booking, BookingId, BookingStatus, ConfirmationCode, Customer, EmailAddress, PartySize,
    PhoneNumber, RestaurantSummary, TableId,
};

use crate::error::Corrupt;
use crate::schema::bookings;

/// A booking as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = bookings, check_for_backend(diesel::pg::Pg))]
pub(super) struct BookingRow {
    pub(super) restaurant_id: i64,
    pub(super) booking_id: i64,
    public_id: String,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    pub(super) booking_date: Date,
    #[diesel(deserialize_as = jiff_diesel::Time)]
    pub(super) booking_time: Time,
    party_size: i32,
    status: String,
    confirmation_code: String,
    customer_name: String,
    customer_email: String,
    customer_phone: String,
    special_requests: Option<String>,
    cancellation_reason: Option<String>,
    table_id: i64,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    starts_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    ends_at: Timestamp,
    version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub(super) created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    updated_at: Timestamp,
}

impl BookingRow {
    /// The booking, at the restaurant that it is for.
    pub(super) fn at(self, restaurant: RestaurantSummary) -> Result<Booking, Corrupt> {
        let corrupt = |column| Corrupt::new(column, self.booking_id);
        Ok(Booking {
            id: BookingId::parse(&self.public_id).ok_or_else(|| corrupt("bookings.public_id"))?,
            confirmation_code: ConfirmationCode::parse(&self.confirmation_code)
                .ok_or_else(|| corrupt("bookings.confirmation_code"))?,
            status: BookingStatus::parse(&self.status).ok_or_else(|| corrupt("bookings.status"))?,
            restaurant,
            date: self.booking_date,
            time: self.booking_time,
            party: PartySize::new(i64::from(self.party_size))
                .ok_or_else(|| corrupt("bookings.party_size"))?,
            customer: Customer {
                name: self.customer_name,
                email: EmailAddress::new(self.customer_email),
                phone: PhoneNumber::parse(&self.customer_phone)
                    .ok_or_else(|| Corrupt::new("bookings.customer_phone", self.booking_id))?,
            },
            special_requests: self.special_requests,
            cancellation_reason: self.cancellation_reason,
            table: TableId::new(self.table_id),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: self.version,
        })
    }
}

/// A booking as it is written for the first time.
#[derive(Insertable)]
#[diesel(table_name = bookings)]
pub(super) struct NewRow<'a> {
    restaurant_id: i64,
    public_id: &'a str,
    user_id: i64,
    booking_date: jiff_diesel::Date,
    booking_time: jiff_diesel::Time,
    party_size: i32,
    status: &'static str,
    confirmation_code: &'a str,
    customer_name: &'a str,
    customer_email: &'a str,
    customer_phone: &'a str,
    special_requests: Option<&'a str>,
    table_id: i64,
    starts_at: jiff_diesel::Timestamp,
    ends_at: jiff_diesel::Timestamp,
    version: i32,
    created_at: jiff_diesel::Timestamp,
    updated_at: jiff_diesel::Timestamp,
}

impl<'a> NewRow<'a> {
    /// The row of a booking that this user makes.
    pub(super) fn of(booking: &'a Booking, user_id: i64) -> Self {
        Self {
            restaurant_id: booking.restaurant.id.get(),
            public_id: booking.id.as_str(),
            user_id,
            booking_date: booking.date.to_diesel(),
            booking_time: booking.time.to_diesel(),
            party_size: booking.party.get(),
            status: booking.status.as_str(),
            confirmation_code: booking.confirmation_code.as_str(),
            customer_name: &booking.customer.name,
            customer_email: booking.customer.email.as_str(),
            customer_phone: booking.customer.phone.as_str(),
            special_requests: booking.special_requests.as_deref(),
            table_id: booking.table.get(),
            starts_at: booking.starts_at.to_diesel(),
            ends_at: booking.ends_at.to_diesel(),
            version: booking.version,
            created_at: booking.created_at.to_diesel(),
            updated_at: booking.updated_at.to_diesel(),
        }
    }
}
