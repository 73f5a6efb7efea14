//! `createBooking`: the date's lock, the restaurant, the user and the free table in one round trip, then
//! one statement that writes, then the commit.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deadpool_postgres::Client;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Deserialize;
use tokio_postgres::Error;

use common::Peer;
use common::answer::{
    Booking, ClockTime, Customer, Links, Restaurant, Text, UtcOffset, entity_tag,
};
use common::failure::Failure;

use crate::answer::{Refusal, headers};
use crate::statements::{FREE_TABLE, LOCK, RESTAURANT, USER, WRITE};
use crate::transaction::{Parameters, Transaction};

/// What is asked for.
#[derive(Deserialize)]
pub(crate) struct NewBooking {
    restaurant_id: i64,
    booking_date: Date,
    booking_time: Time,
    party_size: i32,
    customer: NewCustomer,
    special_requests: Option<String>,
}

#[derive(Deserialize)]
struct NewCustomer {
    name: String,
    email: String,
    phone: String,
}

/// The booking's names, drawn at random.
struct Reference {
    id: String,
    confirmation_code: String,
}

/// What stands once it is written.
struct Written {
    name: String,
    address: String,
    restaurant_version: i32,
    utc_offset: i32,
    created_at: Timestamp,
}

pub(crate) async fn create_booking(
    State(peer): State<Peer>,
    Json(mut new): Json<NewBooking>,
) -> Result<Response, Refusal> {
    if !(1..=20).contains(&new.party_size) || new.customer.name.trim().len() < 2 {
        let message = "a party is 1 to 20 people, and somebody has a name";
        return Err(Failure::Invalid(message).into());
    }
    new.customer
        .phone
        .retain(|it| it == '+' || it.is_ascii_digit());
    let reference = Reference::draw()?;
    let transaction = Transaction::open(&peer).await?;
    let written = write(transaction.client()?, &new, &reference).await;
    let written = transaction.finish(written).await?;
    let id = &reference.id;
    let booking = Booking {
        booking_id: id,
        confirmation_code: &reference.confirmation_code,
        status: "confirmed",
        restaurant: Restaurant {
            id: new.restaurant_id,
            name: &written.name,
            address: &written.address,
        },
        booking_date: new.booking_date,
        booking_time: Text(ClockTime(new.booking_time)),
        utc_offset: Text(UtcOffset(written.utc_offset)),
        service_date: new.booking_date,
        party_size: new.party_size,
        customer: Customer {
            name: Some(&new.customer.name),
            email: Some(&new.customer.email),
            phone: Some(&new.customer.phone),
        },
        special_requests: new.special_requests.as_deref(),
        source: "web",
        cancellation: None,
        created_at: written.created_at,
        updated_at: written.created_at,
        links: Links::new(id),
        booking_secret: Some(peer.secrets.secret(id, 0)),
        expires_at: None,
    };
    let location = [(header::LOCATION, format!("/api/v1/bookings/{id}"))];
    let headers = headers(entity_tag(1, written.restaurant_version));
    Ok((StatusCode::CREATED, location, headers, Json(&booking)).into_response())
}

async fn write(
    client: &Client,
    new: &NewBooking,
    reference: &Reference,
) -> Result<Written, Failure> {
    let (restaurant, date, time) = (&new.restaurant_id, &new.booking_date, &new.booking_time);
    let guest = &new.customer;
    let read = async {
        // All of them are prepared once for each connection; what is prepared costs no round trip.
        let lock = client.prepare_cached(LOCK).await?;
        let user = client.prepare_cached(USER).await?;
        let shown = client.prepare_cached(RESTAURANT).await?;
        let free = client.prepare_cached(FREE_TABLE).await?;
        let day: Parameters<'_, 2> = [restaurant, date];
        let contact: Parameters<'_, 3> = [&guest.name, &guest.email, &guest.phone];
        let slot: Parameters<'_, 3> = [restaurant, date, time];
        let party: Parameters<'_, 4> = [restaurant, date, time, &new.party_size];
        // They are sent in this order, and PostgreSQL runs them so: what is free is looked at behind
        // the lock.
        tokio::try_join!(
            biased;
            client.batch_execute("BEGIN"),
            client.query_one(&lock, &day),
            client.query_one(&user, &contact),
            client.query_opt(&shown, &slot),
            client.query_opt(&free, &party),
        )
    };
    let ((), lock, user, shown, free) = read.await.map_err(Failure::database)?;
    let shown = shown.ok_or(Failure::Invalid("the restaurant takes no bookings then"))?;
    let table: i64 = free.ok_or(Failure::Taken)?.get(0);
    let (version, user): (i64, i64) = (lock.get(0), user.get(0));
    let (starts, ends, free): (Timestamp, Timestamp, Timestamp) =
        (shown.get(3), shown.get(4), shown.get(5));
    let utc_offset: i32 = shown.get(6);
    let write = async {
        let write = client.prepare_cached(WRITE).await?;
        let row = client
            .query_one(
                &write,
                &[
                    restaurant,
                    &reference.id,
                    &user,
                    date,
                    time,
                    &new.party_size,
                    &reference.confirmation_code,
                    &table,
                    &starts,
                    &ends,
                    &free,
                    &utc_offset,
                    &guest.name,
                    &guest.email,
                    &guest.phone,
                    &new.special_requests,
                    &version,
                ],
            )
            .await?;
        client.batch_execute("COMMIT").await?;
        Ok::<_, Error>(row.get(0))
    };
    Ok(Written {
        created_at: write.await.map_err(Failure::database)?,
        name: shown.get(0),
        address: shown.get(1),
        restaurant_version: shown.get(2),
        utc_offset,
    })
}

impl Reference {
    fn draw() -> Result<Self, Failure> {
        let mut bytes = [0; 6];
        getrandom::fill(&mut bytes).map_err(Failure::database)?;
        let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let code = bytes.map(|byte| char::from(letters[usize::from(byte % 32)]));
        Ok(Self {
            id: random_id("bk_")?,
            confirmation_code: code.iter().collect(),
        })
    }
}

/// An id with this prefix.
pub(crate) fn random_id(prefix: &str) -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(Failure::database)?;
    // Letters and digits only: the two others of the alphabet become letters.
    let id = URL_SAFE_NO_PAD.encode(bytes).replace(['-', '_'], "x");
    Ok(format!("{prefix}{id}"))
}
