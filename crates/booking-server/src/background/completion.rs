//! Bookings of which nobody has said how their visit went are completed some hours after it.

use std::error::Error;
use std::sync::Arc;

use booking_domain::RequestId;
use booking_persistence::RequestContext;

use crate::random::Random;
use crate::service::Service;

/// Now and every hour.
pub(super) async fn run(service: Arc<Service>) {
    loop {
        if let Err(error) = complete_all(&service).await {
            tracing::warn!(cause = %error, "bookings that are over are not completed yet");
        }
        super::until_next_hour().await;
    }
}

async fn complete_all(service: &Service) -> Result<(), Box<dyn Error + Send + Sync>> {
    let request_id = uuid::Uuid::from_slice(&Random.bytes()?[..16])?;
    let request_id = RequestId::parse(request_id.to_string()).ok_or("a UUID is no request id")?;
    let mut last = None;
    loop {
        let restaurants = service.store().restaurants_that_take_bookings(last).await?;
        if restaurants.is_empty() {
            return Ok(());
        }
        for restaurant in restaurants {
            let context = RequestContext {
                now: service.clock().now(),
                request_id: request_id.clone(),
                network: None,
                idempotency: None,
            };
            match service
                .store()
                .complete_bookings(restaurant, &context)
                .await
            {
                Ok(0) => {}
                Ok(completed) => tracing::info!(
                    restaurant.id = restaurant.get(),
                    completed,
                    "completed bookings of which nobody has said how their visit went"
                ),
                Err(error) => tracing::warn!(
                    restaurant.id = restaurant.get(),
                    cause = %error,
                    "a restaurant's bookings that are over are not completed yet"
                ),
            }
            last = Some(restaurant);
        }
    }
}
