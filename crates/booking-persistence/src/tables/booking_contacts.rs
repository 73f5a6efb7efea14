//! The table `booking_contacts`: what tells of the guests of bookings.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use booking_domain::{Booking, Customer, CustomerName, EmailAddress, PhoneNumber, SpecialRequests};

use super::parsed;
use crate::error::Corrupt;
use crate::schema::{booking_contacts, bookings};

/// What tells of a booking's guest, as it is read.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = booking_contacts, check_for_backend(diesel::pg::Pg))]
pub(crate) struct ContactRow {
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    special_requests: Option<String>,
}

impl ContactRow {
    /// What the booking with the number `key` tells of its guest.
    pub(super) fn parse(self, key: i64) -> Result<(Customer, Option<SpecialRequests>), Corrupt> {
        let requests = self.special_requests.map(SpecialRequests::parse);
        let requests = requests.map(|it| parsed(it, "booking_contacts.special_requests", key));
        let name = self.name.map(CustomerName::parse);
        let name = name.map(|it| parsed(it, "booking_contacts.name", key));
        let email = self.email.map(EmailAddress::parse);
        let email = email.map(|it| parsed(it, "booking_contacts.email", key));
        let phone = self.phone.map(PhoneNumber::parse);
        let phone = phone.map(|it| parsed(it, "booking_contacts.phone", key));
        let customer = Customer {
            name: name.transpose()?,
            email: email.transpose()?,
            phone: phone.transpose()?,
        };
        Ok((customer, requests.transpose()?))
    }
}

/// The row that counts for a booking, to be joined with `bookings`.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn of_booking() -> _ {
    let is_of_restaurant = booking_contacts::restaurant_id.eq(bookings::restaurant_id);
    let is_of_booking = booking_contacts::booking_id.eq(bookings::booking_id);
    let counts = booking_contacts::version.eq(bookings::contact_version);
    booking_contacts::table.on(is_of_restaurant.and(is_of_booking).and(counts))
}

/// Writes what the booking with the number `key` tells of its guest, as a version of its own.
pub(crate) async fn insert(
    mut connection: &AsyncPgConnection,
    key: i64,
    booking: &Booking,
) -> QueryResult<usize> {
    let Customer { name, email, phone } = &booking.customer;
    let requests = booking.special_requests.as_ref();
    diesel::insert_into(booking_contacts::table)
        .values((
            booking_contacts::restaurant_id.eq(booking.restaurant.get()),
            booking_contacts::booking_id.eq(key),
            booking_contacts::version.eq(booking.contact_version),
            booking_contacts::booking_public_id.eq(booking.id.as_str()),
            booking_contacts::name.eq(name.as_ref().map(CustomerName::as_str)),
            booking_contacts::email.eq(email.as_ref().map(EmailAddress::as_str)),
            booking_contacts::phone.eq(phone.as_ref().map(PhoneNumber::as_str)),
            booking_contacts::special_requests.eq(requests.map(SpecialRequests::as_str)),
        ))
        .execute(&mut connection)
        .await
}
