//! What is kept for a time only is forgotten.

use std::sync::Arc;

use crate::service::Service;

/// Forgets what is due, now and every hour.
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
        super::until_next_hour().await;
    }
}
