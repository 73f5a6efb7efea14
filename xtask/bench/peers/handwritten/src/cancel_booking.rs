//! `cancelBooking`: the booking's lock, then the date's with what is written, and the commit.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use common::Peer;
use common::answer::Cancellation;
use common::failure::Failure;
use common::get_booking::shown;
use deadpool_postgres::Client;
use tokio_postgres::Error;

use crate::answer::{JSON, NO_STORE, Refusal, secret};
use crate::statements::{CANCEL, FREE, LOCK};
use crate::transaction::{Parameters, Transaction};
use crate::update_booking::{Locked, lock};

pub(crate) async fn cancel_booking(
    State(peer): State<Peer>,
    Path(id): Path<String>,
    request: HeaderMap,
) -> Result<Response, Refusal> {
    let transaction = Transaction::open(&peer).await?;
    let client = transaction.client()?;
    let cancelled = async {
        let locked = lock(client, &peer, &id, secret(&request)).await?;
        let mut booking = shown(&locked.row, &id);
        match booking.status {
            "cancelled" => client
                .batch_execute("COMMIT")
                .await
                .map_err(Failure::database)?,
            "completed" | "no_show" => return Err(Failure::Over),
            _ => {
                booking.status = "cancelled";
                booking.cancellation = Some(Cancellation::new("guest", None));
                booking.expires_at = None;
                let cancelled = cancel(client, &locked).await;
                booking.updated_at = cancelled.map_err(Failure::database)?;
            }
        }
        serde_json::to_vec(&booking).map_err(Failure::database)
    };
    let cancelled = cancelled.await;
    let body = transaction.finish(cancelled).await?;
    Ok(([JSON, NO_STORE], body).into_response())
}

async fn cancel(client: &Client, locked: &Locked) -> Result<jiff::Timestamp, Error> {
    let lock = client.prepare_cached(LOCK).await?;
    let free = client.prepare_cached(FREE).await?;
    let cancel = client.prepare_cached(CANCEL).await?;
    let day: Parameters<'_, 2> = [&locked.restaurant, &locked.service_date];
    let booking: Parameters<'_, 2> = [&locked.restaurant, &locked.booking];
    let (_, _, row, ()) = tokio::try_join!(
        biased;
        client.query_one(&lock, &day),
        client.execute(&free, &booking),
        client.query_one(&cancel, &booking),
        client.batch_execute("COMMIT"),
    )?;
    Ok(row.get(0))
}
