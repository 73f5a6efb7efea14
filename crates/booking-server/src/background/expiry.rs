//! That bookings have expired is written, some time after everybody has read it.

use std::sync::Arc;
use std::time::Duration;

use super::{BoxedError, Turn};
use crate::random::Random;
use crate::service::Service;

/// Now and every 20 to 30 seconds, so that it is written within a minute also where one turn fails.
pub(super) async fn run(service: Arc<Service>) {
    loop {
        if let Err(error) = expire_all(&service).await {
            tracing::warn!(cause = %error, "that bookings have expired is not written yet");
        }
        let [tenths, ..] = Random.bytes().unwrap_or_default();
        let apart = Duration::from_millis(u64::from(tenths) * 39);
        tokio::time::sleep(Duration::from_secs(20) + apart).await;
    }
}

async fn expire_all(service: &Service) -> Result<(), BoxedError> {
    let turn = Turn::begin()?;
    loop {
        let store = service.store();
        let now = service.clock().now();
        let mut written = 0;
        for restaurant in store.restaurants_with_expired_bookings(now).await? {
            let context = turn.context(service.clock());
            match store.expire_bookings(restaurant, &context).await {
                Ok(0) => {}
                Ok(expired) => {
                    written += expired;
                    tracing::info!(
                        restaurant.id = restaurant.get(),
                        request_id = context.request_id.as_str(),
                        expired,
                        "wrote that bookings have expired which the restaurant has not confirmed"
                    );
                }
                Err(error) => tracing::warn!(
                    restaurant.id = restaurant.get(),
                    cause = %error,
                    "that a restaurant's bookings have expired is not written yet"
                ),
            }
        }
        // What somebody else holds is theirs, or has the next turn.
        if written == 0 {
            return Ok(());
        }
    }
}
