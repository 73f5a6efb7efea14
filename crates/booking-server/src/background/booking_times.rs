//! What was promised is a time of the wall clock. A program with newer rules of time zones computes
//! the instants of the bookings to come anew.

use std::sync::Arc;

use booking_persistence::{RecomputedBookings, Store};

use super::{BoxedError, Turn};
use crate::clock::Clock;
use crate::service::Service;

/// Now and every hour: programs with older rules may run beside this one for a while.
pub(super) async fn run(service: Arc<Service>) {
    loop {
        recompute(service.store(), service.clock()).await;
        super::until_next_hour().await;
    }
}

/// Computes anew what was computed by older rules, one restaurant after the other. What fails is
/// logged, and found again by the next one who looks.
pub(crate) async fn recompute(store: &Store, clock: &Clock) {
    if let Err(error) = recompute_all(store, clock).await {
        tracing::warn!(cause = %error, "booking times are not computed anew yet");
    }
}

async fn recompute_all(store: &Store, clock: &Clock) -> Result<(), BoxedError> {
    let turn = Turn::begin()?;
    let mut last = None;
    loop {
        let restaurants = store.restaurants_with_outdated_times(last).await?;
        if restaurants.is_empty() {
            return Ok(());
        }
        for restaurant in restaurants {
            let context = turn.context(clock);
            match store.recompute_booking_times(restaurant, &context).await {
                Ok(RecomputedBookings { changed: 0, .. }) => {}
                Ok(RecomputedBookings {
                    changed,
                    without_tables,
                }) => tracing::info!(
                    restaurant.id = restaurant.get(),
                    request_id = context.request_id.as_str(),
                    changed,
                    without_tables,
                    "computed booking times by the new rules of their time zone"
                ),
                Err(error) => tracing::warn!(
                    restaurant.id = restaurant.get(),
                    cause = %error,
                    "the booking times of a restaurant are not computed anew yet"
                ),
            }
            last = Some(restaurant);
        }
    }
}
