//! `updateBooking`, as far as guests change when they come and how many they are: the booking's lock, then
//! the date's with what is free, then what is written, and the commit.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use common::Peer;
use common::answer::{ClockTime, Text, UtcOffset, entity_tag};
use common::failure::Failure;
use common::get_booking::{COLUMNS, TABLES, shown};
use deadpool_postgres::Client;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Deserialize;
use tokio_postgres::{Error, Row};

use crate::answer::{JSON, Refusal, headers, secret};
use crate::statements::{CHANGE, LOCK, MOVE, OTHER_TABLE, RESTAURANT};
use crate::transaction::{Parameters, Transaction};

/// What is asked for.
#[derive(Deserialize)]
pub(crate) struct BookingChange {
    booking_date: Option<Date>,
    booking_time: Option<Time>,
    party_size: Option<i32>,
}

/// A booking that nobody else changes meanwhile.
pub(crate) struct Locked {
    /// The columns of `getBooking`.
    pub(crate) row: Row,
    pub(crate) restaurant: i64,
    pub(crate) booking: i64,
    pub(crate) service_date: Date,
}

/// What the booking becomes.
struct Wanted {
    date: Date,
    time: Time,
    party_size: i32,
}

/// Begins the transaction, and locks the booking, for whom this secret is its own.
pub(crate) async fn lock(
    client: &Client,
    peer: &Peer,
    id: &str,
    secret: Option<&str>,
) -> Result<Locked, Failure> {
    let secret = secret.ok_or(Failure::Unauthenticated)?;
    let select = async {
        let statement = format!("SELECT {COLUMNS}, b.booking_id FROM {TABLES} FOR UPDATE OF b");
        let select = client.prepare_cached(&statement).await?;
        let id: Parameters<'_, 1> = [&id];
        tokio::try_join!(
            biased;
            client.batch_execute("BEGIN"),
            client.query_opt(&select, &id),
        )
    };
    let ((), row) = select.await.map_err(Failure::database)?;
    let row = row.ok_or(Failure::NotFound)?;
    if !peer.secrets.verify(id, row.get(0), secret) {
        return Err(Failure::NotFound);
    }
    Ok(Locked {
        restaurant: row.get(3),
        booking: row.get(23),
        service_date: row.get(9),
        row,
    })
}

pub(crate) async fn update_booking(
    State(peer): State<Peer>,
    Path(id): Path<String>,
    request: HeaderMap,
    Json(change): Json<BookingChange>,
) -> Result<Response, Refusal> {
    if change.party_size.is_some_and(|it| !(1..=20).contains(&it)) {
        return Err(Failure::Invalid("a party is 1 to 20 people").into());
    }
    let transaction = Transaction::open(&peer).await?;
    let client = transaction.client()?;
    let changed = async {
        let locked = lock(client, &peer, &id, secret(&request)).await?;
        let mut booking = shown(&locked.row, &id);
        if !["confirmed", "pending"].contains(&booking.status) {
            return Err(Failure::Over);
        }
        let wanted = Wanted {
            date: change.booking_date.unwrap_or(booking.booking_date),
            time: change.booking_time.unwrap_or(booking.booking_time.0.0),
            party_size: change.party_size.unwrap_or(booking.party_size),
        };
        let is_same = (wanted.date, wanted.time, wanted.party_size)
            == (
                booking.booking_date,
                booking.booking_time.0.0,
                booking.party_size,
            );
        let mut version: i32 = locked.row.get(17);
        if is_same {
            client
                .batch_execute("COMMIT")
                .await
                .map_err(Failure::database)?;
        } else {
            let (offset, updated_at) = write(client, &locked, &wanted).await?;
            version += 1;
            booking.booking_date = wanted.date;
            booking.service_date = wanted.date;
            booking.booking_time = Text(ClockTime(wanted.time));
            booking.party_size = wanted.party_size;
            booking.utc_offset = Text(UtcOffset(offset));
            booking.updated_at = updated_at;
        }
        let body = serde_json::to_vec(&booking).map_err(Failure::database)?;
        Ok((entity_tag(version, locked.row.get(18)), body))
    };
    let changed = changed.await;
    let (tag, body) = transaction.finish(changed).await?;
    Ok((headers(tag), [JSON], body).into_response())
}

/// Places the booking anew: what it is ahead of UTC then, and when it was changed.
async fn write(
    client: &Client,
    locked: &Locked,
    wanted: &Wanted,
) -> Result<(i32, Timestamp), Failure> {
    let restaurant = &locked.restaurant;
    let read = async {
        let lock = client.prepare_cached(LOCK).await?;
        let shown = client.prepare_cached(RESTAURANT).await?;
        let free = client.prepare_cached(OTHER_TABLE).await?;
        // In order, as everybody locks them; the same date twice is the same lock.
        let mut dates = [locked.service_date, wanted.date];
        dates.sort_unstable();
        let first: Parameters<'_, 2> = [restaurant, &dates[0]];
        let second: Parameters<'_, 2> = [restaurant, &dates[1]];
        let slot: Parameters<'_, 3> = [restaurant, &wanted.date, &wanted.time];
        let party: Parameters<'_, 5> = [
            restaurant,
            &wanted.date,
            &wanted.time,
            &wanted.party_size,
            &locked.booking,
        ];
        let other_date = async {
            match dates[0] == dates[1] {
                true => Ok(None),
                false => client.query_one(&lock, &second).await.map(Some),
            }
        };
        let locked = client.query_one(&lock, &first);
        let (locked, _, shown, free) = tokio::try_join!(
            biased;
            locked,
            other_date,
            client.query_opt(&shown, &slot),
            client.query_opt(&free, &party),
        )?;
        Ok::<_, Error>((locked, shown, free))
    };
    let (day, shown, free) = read.await.map_err(Failure::database)?;
    let shown = shown.ok_or(Failure::Invalid("the restaurant takes no bookings then"))?;
    let table: i64 = free.ok_or(Failure::Taken)?.get(0);
    let (starts, ends, free): (Timestamp, Timestamp, Timestamp) =
        (shown.get(3), shown.get(4), shown.get(5));
    let (offset, version): (i32, i64) = (shown.get(6), day.get(0));
    let write = async {
        let occupy = client.prepare_cached(MOVE).await?;
        let change = client.prepare_cached(CHANGE).await?;
        let place: Parameters<'_, 5> = [restaurant, &locked.booking, &table, &starts, &free];
        let values: Parameters<'_, 11> = [
            restaurant,
            &locked.booking,
            &wanted.date,
            &wanted.time,
            &wanted.party_size,
            &table,
            &starts,
            &ends,
            &free,
            &offset,
            &version,
        ];
        tokio::try_join!(
            biased;
            client.execute(&occupy, &place),
            client.query_one(&change, &values),
            client.batch_execute("COMMIT"),
        )
    };
    let (_, row, ()) = write.await.map_err(Failure::database)?;
    Ok((offset, row.get(0)))
}
