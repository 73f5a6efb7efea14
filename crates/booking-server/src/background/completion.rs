//! Bookings of which nobody has said how their visit went are completed some hours after it.

use std::sync::Arc;

use super::{BoxedError, Turn};
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

async fn complete_all(service: &Service) -> Result<(), BoxedError> {
    let turn = Turn::begin()?;
    let mut last = None;
    loop {
        let restaurants = service.store().restaurants_that_take_bookings(last).await?;
        if restaurants.is_empty() {
            return Ok(());
        }
        for restaurant in restaurants {
            let context = turn.context(service.clock());
            match service
                .store()
                .complete_bookings(restaurant, &context)
                .await
            {
                Ok(0) => {}
                Ok(completed) => tracing::info!(
                    restaurant.id = restaurant.get(),
                    request_id = context.request_id.as_str(),
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
