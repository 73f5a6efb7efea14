//! `getBooking`: one statement.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use crate::Peer;
use crate::answer::{Booking, ClockTime, Customer, Links, Restaurant, Text, UtcOffset, headers};
use crate::failure::Failure;

const SELECT: &str = "
    SELECT b.secret_rotation, b.confirmation_code, b.status, b.restaurant_id, r.name, r.address,
        b.booking_date, b.booking_time, b.utc_offset_minutes, b.service_date, b.party_size, c.name,
        c.email, c.phone, c.special_requests, b.created_at, b.updated_at, b.version, r.version,
        CASE b.status WHEN 'pending' THEN LEAST(b.expires_at, b.starts_at) END, b.source
    FROM bookings b JOIN restaurants r USING (restaurant_id)
    LEFT JOIN booking_contacts c
        ON (c.restaurant_id, c.booking_id, c.version)
            = (b.restaurant_id, b.booking_id, b.contact_version)
    WHERE b.public_id = $1 AND r.suspended_at IS NULL";

pub(crate) async fn get_booking(
    State(peer): State<Peer>,
    Path(id): Path<String>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    let presented = request
        .get("booking-secret")
        .and_then(|it| it.to_str().ok());
    let presented = presented.ok_or(Failure::Unauthenticated)?;
    let client = peer.pool.get().await.map_err(Failure::database)?;
    let select = client
        .prepare_cached(SELECT)
        .await
        .map_err(Failure::database)?;
    let row = client
        .query_opt(&select, &[&id])
        .await
        .map_err(Failure::database)?;
    drop(client);
    let row = row.ok_or(Failure::NotFound)?;
    if !peer.secrets.verify(&id, row.get(0), presented) {
        return Err(Failure::NotFound);
    }
    let booking = Booking {
        booking_id: &id,
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
        created_at: row.get(15),
        updated_at: row.get(16),
        links: Links::new(&id),
        booking_secret: None,
        expires_at: row.get(19),
    };
    let headers = headers(row.get(17), row.get(18));
    Ok((headers, Json(&booking)).into_response())
}
