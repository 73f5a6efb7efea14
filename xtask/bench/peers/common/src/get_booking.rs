//! `getBooking`: one statement.

use tokio_postgres::Row;

use crate::Peer;
use crate::answer::{
    Booking, Cancellation, ClockTime, Customer, Links, Restaurant, Text, UtcOffset, entity_tag,
};
use crate::failure::Failure;

/// What is shown of a booking `b`, in the order of [`shown`].
pub const COLUMNS: &str = "
    b.secret_rotation, b.confirmation_code, b.status, b.restaurant_id, r.name, r.address,
    b.booking_date, b.booking_time, b.utc_offset_minutes, b.service_date, b.party_size, c.name,
    c.email, c.phone, c.special_requests, b.created_at, b.updated_at, b.version, r.version,
    CASE b.status WHEN 'pending' THEN LEAST(b.expires_at, b.starts_at) END, b.source,
    b.cancellation_kind, b.cancellation_reason";

/// The tables that they are of, for the id in `$1`.
pub const TABLES: &str = "
    bookings b JOIN restaurants r USING (restaurant_id)
    LEFT JOIN booking_contacts c
        ON (c.restaurant_id, c.booking_id, c.version)
            = (b.restaurant_id, b.booking_id, b.contact_version)
    WHERE b.public_id = $1 AND r.suspended_at IS NULL";

/// An answer that has a booking.
#[derive(Debug)]
pub struct Shown {
    /// Its entity tag.
    pub tag: String,
    /// Its JSON.
    pub body: Vec<u8>,
}

/// The booking with this id, for whom this secret is its own.
///
/// # Errors
/// [`Failure`].
pub async fn get_booking(peer: &Peer, id: &str, secret: Option<&str>) -> Result<Shown, Failure> {
    let presented = secret.ok_or(Failure::Unauthenticated)?;
    let client = peer.pool.get().await.map_err(Failure::database)?;
    let select = client
        .prepare_cached(&peer.select)
        .await
        .map_err(Failure::database)?;
    let row = client
        .query_opt(&select, &[&id])
        .await
        .map_err(Failure::database)?;
    drop(client);
    let row = row.ok_or(Failure::NotFound)?;
    if !peer.secrets.verify(id, row.get(0), presented) {
        return Err(Failure::NotFound);
    }
    Ok(Shown {
        tag: entity_tag(row.get(17), row.get(18)),
        body: serde_json::to_vec(&shown(&row, id)).map_err(Failure::database)?,
    })
}

/// A booking of [`COLUMNS`].
#[must_use]
pub fn shown<'a>(row: &'a Row, id: &'a str) -> Booking<'a> {
    Booking {
        booking_id: id,
        confirmation_code: row.get(1),
        status: row.get(2),
        restaurant: Restaurant {
            id: row.get(3),
            name: row.get(4),
            address: row.get(5),
        },
        booking_date: row.get(6),
        booking_time: Text(ClockTime(row.get(7))),
        utc_offset: Text(UtcOffset(row.get(8))),
        service_date: row.get(9),
        party_size: row.get(10),
        customer: Customer {
            name: row.get(11),
            email: row.get(12),
            phone: row.get(13),
        },
        special_requests: row.get(14),
        source: row.get(20),
        cancellation: row
            .get::<_, Option<_>>(21)
            .map(|kind| Cancellation::new(kind, row.get(22))),
        created_at: row.get(15),
        updated_at: row.get(16),
        links: Links::new(id),
        booking_secret: None,
        expires_at: row.get(19),
    }
}
