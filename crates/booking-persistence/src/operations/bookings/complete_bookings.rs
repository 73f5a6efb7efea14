//! Bookings of which nobody has said how their visit went are completed some hours after it.

use std::convert::Infallible;

use booking_domain::{Actor, COMPLETION_DELAY, Decision, RestaurantId, complete};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::access::RequestContext;
use crate::connection::{Visibility, lock_seating_shared};
use crate::error::StoreError;
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::booking_events::{NewBookingEvent, StateColumns};
use crate::tables::booking_policies::PolicyFilter;
use crate::tables::bookings::LockedBooking;
use crate::tables::{booking_days, booking_events, booking_policies, bookings, occupancies};

/// How many restaurants are asked for, and bookings completed, at once.
const PAGE: i64 = 100;

const OPERATION: &str = "complete_bookings";

impl Store {
    /// The restaurants that take bookings, in order, a page of those that come after this one.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn restaurants_that_take_bookings(
        &self,
        after: Option<RestaurantId>,
    ) -> Result<Vec<RestaurantId>, StoreError<Infallible>> {
        self.read("restaurants_that_take_bookings", async |connection| {
            Ok(
                booking_policies::restaurants_after(connection, PolicyFilter::All, after, PAGE)
                    .await?,
            )
        })
        .await
    }

    /// Completes a restaurant's bookings of which nobody has said how their visit went, some hours after
    /// it, and gives how many. Those that somebody changes at this moment are left to the next time.
    ///
    /// # Errors
    ///
    /// What is wrong with the database. What was completed before stays so.
    pub async fn complete_bookings(
        &self,
        restaurant: RestaurantId,
        context: &RequestContext,
    ) -> Result<usize, StoreError<Infallible>> {
        let mut completed = 0;
        loop {
            let page = self.complete_page(restaurant, context).await?;
            completed += page;
            if i64::try_from(page).is_ok_and(|page| page < PAGE) {
                return Ok(completed);
            }
        }
    }

    async fn complete_page(
        &self,
        restaurant: RestaurantId,
        context: &RequestContext,
    ) -> Result<usize, StoreError<Infallible>> {
        let now = to_the_microsecond(context.now);
        let before = now.checked_sub(COMPLETION_DELAY).unwrap_or(Timestamp::MIN);
        let seeing = self.seeing(Visibility::of_restaurant(restaurant));
        let transaction = seeing.transact(OPERATION, async |connection| {
            let ended = bookings::lock_ended(connection, restaurant, before, PAGE).await?;
            let decided =
                ended
                    .into_iter()
                    .filter_map(|locked| match complete(&locked.booking, now) {
                        Decision::Changed(completed) => Some((locked, completed)),
                        Decision::Unchanged => None,
                    });
            let decided: Vec<(LockedBooking, _)> = decided.collect();
            if decided.is_empty() {
                return Ok(0);
            }
            let dates = decided
                .iter()
                .flat_map(|(locked, _)| locked.booking.dates());
            let mut dates: Vec<Date> = dates.collect();
            dates.sort_unstable();
            dates.dedup();
            let keys: Vec<i64> = decided.iter().map(|(locked, _)| locked.key).collect();
            let writes = decided.iter().map(|(locked, completed)| async {
                let event = NewBookingEvent {
                    restaurant,
                    key: locked.key,
                    version: completed.version,
                    occurred_at: completed.updated_at,
                    actor: &Actor::System,
                    action: "complete_booking",
                    changed: &locked.booking.changed_fields(completed),
                    state: &StateColumns::from(&completed.state()),
                };
                tokio::try_join!(
                    biased;
                    bookings::update(connection, locked.key, completed),
                    booking_events::insert(connection, &event),
                )
            });
            tokio::try_join!(
                biased;
                lock_seating_shared(connection, restaurant),
                booking_days::lock(connection, restaurant, &dates),
                occupancies::delete(connection, restaurant, &keys),
                try_join_all(writes),
            )?;
            Ok(decided.len())
        });
        transaction.await
    }
}
