//! `getBooking`: one statement.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use common::Peer;

use crate::answer::{JSON, Refusal, headers, secret};

pub(crate) async fn get_booking(
    State(peer): State<Peer>,
    Path(id): Path<String>,
    request: HeaderMap,
) -> Result<Response, Refusal> {
    let shown = common::get_booking::get_booking(&peer, &id, secret(&request)).await?;
    Ok((headers(shown.tag), [JSON], shown.body).into_response())
}
