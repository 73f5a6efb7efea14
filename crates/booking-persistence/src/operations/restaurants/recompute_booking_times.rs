//! What a release with other rules of time zones does: what was promised is a time of the wall clock,
//! and its instant is another then.

use std::convert::Infallible;

use booking_domain::{Actor, RestaurantId, UpcomingBooking};

use crate::access::{RequestContext, RestaurantAccessRefusal};
use crate::connection::{Visibility, lock_seating};
use crate::error::StoreError;
use crate::operations::seating::LockedSeating;
use crate::store::Store;
use crate::tables::booking_policies::PolicyFilter;
use crate::tables::{audit_events, booking_policies};

/// How many restaurants are asked for at once.
const PAGE: i64 = 100;

const OPERATION: &str = "recompute_booking_times";

/// What has become of a restaurant's bookings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecomputedBookings {
    /// How many have another instant or other tables now.
    pub changed: usize,
    /// How many of these have no table, and are to be seated anew.
    pub without_tables: usize,
}

impl Store {
    /// Restaurants whose bookings' instants were computed by older rules of time zones than this
    /// program has, in order, a page of those that come after this one.
    ///
    /// # Errors
    ///
    /// What is wrong with the database.
    pub async fn restaurants_with_outdated_times(
        &self,
        after: Option<RestaurantId>,
    ) -> Result<Vec<RestaurantId>, StoreError<Infallible>> {
        self.read("restaurants_with_outdated_times", async |connection| {
            Ok(
                booking_policies::restaurants_after(
                    connection,
                    PolicyFilter::Outdated,
                    after,
                    PAGE,
                )
                .await?,
            )
        })
        .await
    }

    /// Computes the instants of a restaurant's bookings to come anew, if those are of older rules than
    /// this program's. Their wall clocks stand; who then overlaps is seated anew. Whoever books waits
    /// meanwhile. Of several processes one does it, and the others find nothing to do.
    ///
    /// # Errors
    ///
    /// [`RestaurantAccessRefusal`], where there is no such restaurant.
    pub async fn recompute_booking_times(
        &self,
        restaurant: RestaurantId,
        context: &RequestContext,
    ) -> Result<RecomputedBookings, StoreError<RestaurantAccessRefusal>> {
        let seeing = self.seeing(Visibility::of_restaurant(restaurant));
        let transaction = seeing.transact(OPERATION, async |connection| {
            let ((), is_outdated) = tokio::try_join!(
                biased;
                lock_seating(connection, restaurant),
                booking_policies::is_outdated_at(connection, restaurant),
            )?;
            if !is_outdated {
                return Ok(RecomputedBookings::default());
            }
            let locked = LockedSeating::load_unasked(connection, restaurant, context).await?;
            let change = locked.recompute()?;
            let is_without_tables = |booking: &&UpcomingBooking| booking.claim.tables.is_empty();
            let recomputed = RecomputedBookings {
                changed: change.changed.len(),
                without_tables: change.changed.iter().filter(is_without_tables).count(),
            };
            booking_policies::set_time_zone_release(connection, restaurant).await?;
            if recomputed.changed == 0 {
                return Ok(recomputed);
            }
            let plan = locked.plan.clone();
            locked.write(connection, &plan, change).await?;
            let event = audit_events::NewEvent {
                restaurant,
                actor: &Actor::System,
                action: OPERATION,
                subject: None,
                context,
            };
            audit_events::insert(connection, &event).await?;
            Ok(recomputed)
        });
        transaction.await
    }
}
