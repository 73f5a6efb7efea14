//! Bookings of which nobody has said how their visit went are completed some hours after it.

use std::convert::Infallible;

use booking_domain::{COMPLETION_DELAY, RestaurantId, complete};
use jiff::Timestamp;

use super::ended_bookings::{Dates, EndedBooking, write_ended};
use crate::access::RequestContext;
use crate::connection::Visibility;
use crate::error::StoreError;
use crate::operations::to_the_microsecond;
use crate::store::Store;
use crate::tables::booking_policies::PolicyFilter;
use crate::tables::{booking_policies, bookings};

/// How many restaurants are asked for, and bookings completed, at once.
const PAGE: i64 = 100;

const OPERATION: &str = "complete_bookings";

/// What the history of each of them calls it.
const ACTION: &str = "complete_booking";

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
            let locked = bookings::lock_ended(connection, restaurant, before, PAGE).await?;
            let ended = EndedBooking::decide(locked, |booking| complete(booking, now));
            write_ended(connection, restaurant, (ACTION, Dates::ToBeLocked), &ended).await?;
            Ok(ended.len())
        });
        transaction.await
    }
}
