//! The signing keys stay as the database has them, and the next one is made in time.

use std::sync::Arc;
use std::time::Duration;

use crate::service::Service;

/// How often the signing keys are read anew. It is well within the hour for which a new one is
/// announced.
const INTERVAL: Duration = Duration::from_secs(600);

pub(super) async fn run(service: Arc<Service>) {
    loop {
        tokio::time::sleep(INTERVAL).await;
        let now = service.clock().now();
        let keys = &service.identity().signing_keys;
        if let Err(error) = keys.refresh(service.store(), now).await {
            tracing::warn!(cause = %error, "the signing keys stay as they were");
        }
    }
}
