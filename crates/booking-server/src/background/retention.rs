//! What is kept for a time only is forgotten.

use std::sync::Arc;
use std::time::Duration;

use crate::random::Random;
use crate::service::Service;

/// How often it is looked for, at the least.
const INTERVAL: Duration = Duration::from_secs(3600);

/// Forgets what is due, now and every hour. Up to four minutes more each time keep the processes of an
/// installation apart that were started together.
pub(super) async fn run(service: Arc<Service>) {
    loop {
        match service.store().forget_expired().await {
            Ok(forgotten) => {
                for (what, rows) in forgotten {
                    tracing::info!(what, rows, "forgot what was kept for long enough");
                }
            }
            Err(error) => {
                tracing::warn!(cause = %error, "what was kept for long enough is not forgotten yet");
            }
        }
        let [seconds, ..] = Random.bytes().unwrap_or_default();
        tokio::time::sleep(INTERVAL + Duration::from_secs(seconds.into())).await;
    }
}
