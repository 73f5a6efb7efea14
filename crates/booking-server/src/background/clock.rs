//! The server's clock stays the database's.

use std::sync::Arc;
use std::time::Duration;

use crate::service::Service;

/// How often the database is asked what time it is. A machine's oscillator loses far less than a
/// millisecond meanwhile; what takes this long to be noticed is a database whose clock was set, and
/// a machine that was suspended.
const INTERVAL: Duration = Duration::from_secs(10);

pub(super) async fn run(service: Arc<Service>) {
    loop {
        tokio::time::sleep(INTERVAL).await;
        if let Err(error) = service.clock().adjust(service.store()).await {
            tracing::warn!(cause = %error, "the clock goes on without the database");
        }
    }
}
