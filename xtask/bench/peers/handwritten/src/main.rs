//! `getBooking` and `createBooking` on the service's own schema, as a good engineer writes them by
//! hand with axum, deadpool and tokio-postgres: few statements, pipelined, and nothing else.
//!
//! It is what `cargo xtask bench` measures the service against. Its answers are the service's; what it
//! does not have is everything around them: a contract, callers with accounts, limits, a log, row-level
//! security (it connects as the owner), moves, holds and retries.
//!
//! ```text
//! handwritten serve DATABASE_URL SECRET_KEY    listens at a free port, and says which
//! handwritten secrets SECRET_KEY               ids of bookings in, their secrets out, line by line
//! ```

mod answer;
mod create_booking;
mod failure;
mod get_booking;
mod secret;
mod statements;

use std::io::{BufRead, Write};
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio::net::TcpListener;
use tokio_postgres::NoTls;

use crate::secret::BookingSecretKey;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As many as the service has.
const CONNECTIONS: usize = 16;

/// What every request needs.
#[derive(Clone)]
struct Peer {
    pool: Pool,
    secrets: Arc<BookingSecretKey>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve", url, key] => serve(url, key),
        ["secrets", key] => print_secrets(key),
        _ => Err("usage: handwritten serve DATABASE_URL SECRET_KEY | secrets SECRET_KEY".into()),
    }
}

fn print_secrets(key: &str) -> Result<(), Box<dyn std::error::Error>> {
    let key = BookingSecretKey::parse(key)?;
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    for id in std::io::stdin().lock().lines() {
        writeln!(output, "{}", key.secret(&id?, 0))?;
    }
    Ok(output.flush()?)
}

#[tokio::main]
async fn serve(url: &str, key: &str) -> Result<(), Box<dyn std::error::Error>> {
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_config(url.parse()?, NoTls, recycling);
    let peer = Peer {
        pool: Pool::builder(manager).max_size(CONNECTIONS).build()?,
        secrets: Arc::new(BookingSecretKey::parse(key)?),
    };
    // Not to find out with the first request.
    drop(peer.pool.get().await?);
    let router = Router::new()
        .route("/api/v1/bookings", post(create_booking::create_booking))
        .route(
            "/api/v1/bookings/{booking_id}",
            get(get_booking::get_booking),
        )
        .with_state(peer);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening  http://{}/api/v1", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}
