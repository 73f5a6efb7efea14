//! What the peers share: the connections, a booking as it is answered, its secret, and why there is no
//! answer. It knows nothing of HTTP's servers.

#[expect(missing_docs, reason = "the contract describes what is answered")]
pub mod answer;
pub mod failure;
pub mod get_booking;
pub mod secret;

use std::io::{BufRead, Write};
use std::sync::Arc;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::NoTls;

use crate::secret::BookingSecretKey;

/// As many as the service has.
const CONNECTIONS: usize = 16;

/// What every request needs.
#[derive(Clone)]
pub struct Peer {
    /// The connections to PostgreSQL.
    pub pool: Pool,
    /// What recognizes the secrets of bookings.
    pub secrets: Arc<BookingSecretKey>,
    /// The statement of `getBooking`.
    select: Arc<str>,
}

impl Peer {
    /// Connects to this database.
    ///
    /// # Errors
    /// Where it cannot, or where the key is none.
    pub async fn connect(url: &str, key: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_config(url.parse()?, NoTls, recycling);
        let select = format!(
            "SELECT {} FROM {}",
            get_booking::COLUMNS,
            get_booking::TABLES
        );
        let peer = Self {
            pool: Pool::builder(manager).max_size(CONNECTIONS).build()?,
            secrets: Arc::new(BookingSecretKey::parse(key)?),
            select: select.into(),
        };
        // Not to find out with the first request.
        drop(peer.pool.get().await?);
        Ok(peer)
    }
}

/// Reads ids of bookings, a line each, and writes their secrets.
///
/// # Errors
/// Where the key is none, or where nothing can be read or written.
pub fn print_secrets(key: &str) -> Result<(), Box<dyn std::error::Error>> {
    let key = BookingSecretKey::parse(key)?;
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    for id in std::io::stdin().lock().lines() {
        writeln!(output, "{}", key.secret(&id?, 0))?;
    }
    Ok(output.flush()?)
}
