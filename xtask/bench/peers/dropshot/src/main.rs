//! `getBooking` in plain Dropshot, over the statement and the connections of the peer that is written by
//! hand: what the framework costs by itself.
//!
//! ```text
//! plain-dropshot serve DATABASE_URL SECRET_KEY    listens at a free port, and says which
//! ```

use common::Peer;
use dropshot::{
    ApiDescription, Body, ConfigDropshot, HttpError, Path, RequestContext, ServerBuilder, endpoint,
};
use http::{Response, header};
use schemars::JsonSchema;
use serde::Deserialize;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Which booking.
#[derive(Deserialize, JsonSchema)]
struct BookingPath {
    booking_id: String,
}

/// Shows a booking to whoever has its secret.
#[endpoint { method = GET, path = "/api/v1/bookings/{booking_id}" }]
async fn get_booking(
    context: RequestContext<Peer>,
    path: Path<BookingPath>,
) -> Result<Response<Body>, HttpError> {
    let id = path.into_inner().booking_id;
    let presented = context.request.headers().get("booking-secret");
    let presented = presented.and_then(|it| it.to_str().ok());
    let answer = Response::builder().header(header::CONTENT_TYPE, "application/json");
    match common::get_booking::get_booking(context.context(), &id, presented).await {
        Ok(shown) => Ok(answer
            .header(header::ETAG, shown.tag)
            .header(header::CACHE_CONTROL, "no-store")
            .body(shown.body.into())?),
        Err(failure) => {
            let (status, body) = failure.answer();
            Ok(answer.status(status).body(body.into())?)
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ["serve", url, key] = arguments[..] else {
        return Err("usage: plain-dropshot serve DATABASE_URL SECRET_KEY".into());
    };
    let mut api = ApiDescription::new();
    api.register(get_booking)?;
    let config = ConfigDropshot {
        bind_address: "127.0.0.1:0".parse()?,
        ..ConfigDropshot::default()
    };
    let log = slog::Logger::root(slog::Discard, slog::o!());
    let server = ServerBuilder::new(api, Peer::connect(url, key).await?, log)
        .config(config)
        .start()?;
    println!("listening  http://{}/api/v1", server.local_addr());
    Ok(server.await?)
}
