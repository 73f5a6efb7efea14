//! `createHold`: the date's lock and the free table in one round trip, then what is written, and the commit.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use common::Peer;
use common::answer::{ClockTime, Text, UtcOffset};
use common::failure::Failure;
use deadpool_postgres::Client;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use tokio_postgres::Error;

use crate::answer::{NO_STORE, Refusal};
use crate::create_booking::random_id;
use crate::statements::{FREE_TABLE, HOLD, LOCK, RESTAURANT};
use crate::transaction::{Parameters, Transaction};

/// What is asked for.
#[derive(Deserialize)]
pub(crate) struct NewHold {
    booking_date: Date,
    booking_time: Time,
    party_size: i32,
}

#[derive(Serialize)]
struct Hold<'a> {
    hold_id: &'a str,
    restaurant_id: i64,
    booking_date: Date,
    booking_time: Text<ClockTime>,
    utc_offset: Text<UtcOffset>,
    service_date: Date,
    party_size: i32,
    expires_at: Timestamp,
    hold_secret: String,
}

pub(crate) async fn create_hold(
    State(peer): State<Peer>,
    Path(restaurant): Path<i64>,
    Json(new): Json<NewHold>,
) -> Result<Response, Refusal> {
    if !(1..=20).contains(&new.party_size) {
        return Err(Failure::Invalid("a party is 1 to 20 people").into());
    }
    let id = random_id("hd_")?;
    let transaction = Transaction::open(&peer).await?;
    let held = hold(transaction.client()?, restaurant, &new, &id).await;
    let (utc_offset, expires_at) = transaction.finish(held).await?;
    let secret = peer.secrets.secret(&id, 0);
    let hold = Hold {
        hold_id: &id,
        restaurant_id: restaurant,
        booking_date: new.booking_date,
        booking_time: Text(ClockTime(new.booking_time)),
        utc_offset: Text(UtcOffset(utc_offset)),
        service_date: new.booking_date,
        party_size: new.party_size,
        expires_at,
        hold_secret: secret.replacen("bs_", "hs_", 1),
    };
    let location = format!("/api/v1/restaurants/{restaurant}/holds/{id}");
    let location = [(header::LOCATION, location)];
    Ok((StatusCode::CREATED, location, [NO_STORE], Json(&hold)).into_response())
}

/// Keeps a table: what the time is ahead of UTC then, and until when it is kept.
async fn hold(
    client: &Client,
    restaurant: i64,
    new: &NewHold,
    id: &str,
) -> Result<(i32, Timestamp), Failure> {
    let (date, time) = (&new.booking_date, &new.booking_time);
    let read = async {
        let lock = client.prepare_cached(LOCK).await?;
        let shown = client.prepare_cached(RESTAURANT).await?;
        let free = client.prepare_cached(FREE_TABLE).await?;
        let day: Parameters<'_, 2> = [&restaurant, date];
        let slot: Parameters<'_, 3> = [&restaurant, date, time];
        let party: Parameters<'_, 4> = [&restaurant, date, time, &new.party_size];
        tokio::try_join!(
            biased;
            client.batch_execute("BEGIN"),
            client.query_one(&lock, &day),
            client.query_opt(&shown, &slot),
            client.query_opt(&free, &party),
        )
    };
    let ((), _, shown, free) = read.await.map_err(Failure::database)?;
    let shown = shown.ok_or(Failure::Invalid("the restaurant takes no bookings then"))?;
    let table: i64 = free.ok_or(Failure::Taken)?.get(0);
    let (starts, ends, free): (Timestamp, Timestamp, Timestamp) =
        (shown.get(3), shown.get(4), shown.get(5));
    let utc_offset: i32 = shown.get(6);
    let write = async {
        let hold = client.prepare_cached(HOLD).await?;
        let values: Parameters<'_, 10> = [
            &restaurant,
            &id,
            date,
            time,
            &new.party_size,
            &table,
            &starts,
            &ends,
            &free,
            &utc_offset,
        ];
        let (row, ()) = tokio::try_join!(
            biased;
            client.query_one(&hold, &values),
            client.batch_execute("COMMIT"),
        )?;
        Ok::<_, Error>(row.get(0))
    };
    Ok((utc_offset, write.await.map_err(Failure::database)?))
}
