//! What guests ask for most, on the service's own schema, as a good engineer writes it by hand with axum,
//! deadpool and tokio-postgres: few statements, pipelined, and nothing else.
//!
//! It is what `cargo xtask bench` measures the service against. Its answers are the service's; what it
//! does not have is everything around them: a contract, callers with accounts, limits, a log, row-level
//! security (it connects as the owner), special days, combined tables, moves and retries.
//!
//! ```text
//! handwritten serve DATABASE_URL SECRET_KEY    listens at a free port, and says which
//! handwritten secrets SECRET_KEY               ids of bookings in, their secrets out, line by line
//! ```

mod answer;
mod cancel_booking;
mod create_booking;
mod create_hold;
mod get_availability;
mod get_booking;
mod statements;
mod transaction;
mod update_booking;

use axum::Router;
use axum::routing::{get, post};
use common::Peer;
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve", url, key] => serve(url, key),
        ["secrets", key] => common::print_secrets(key),
        _ => Err("usage: handwritten serve DATABASE_URL SECRET_KEY | secrets SECRET_KEY".into()),
    }
}

#[tokio::main]
async fn serve(url: &str, key: &str) -> Result<(), Box<dyn std::error::Error>> {
    let peer = Peer::connect(url, key).await?;
    let router = Router::new()
        .route("/api/v1/bookings", post(create_booking::create_booking))
        .route(
            "/api/v1/bookings/{booking_id}",
            get(get_booking::get_booking).patch(update_booking::update_booking),
        )
        .route(
            "/api/v1/bookings/{booking_id}/cancel",
            post(cancel_booking::cancel_booking),
        )
        .route(
            "/api/v1/restaurants/{restaurant_id}/availability",
            get(get_availability::get_availability),
        )
        .route(
            "/api/v1/restaurants/{restaurant_id}/holds",
            post(create_hold::create_hold),
        )
        .with_state(peer);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening  http://{}/api/v1", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}
