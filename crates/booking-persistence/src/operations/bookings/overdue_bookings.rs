//! Parties that sit longer than their turns, and who waits for their tables.

use std::collections::BTreeMap;

use booking_domain::{
    Booking, BookingId, COMPLETION_DELAY, RestaurantId, UpcomingBooking, next_at_overdue_tables,
};
use diesel_async::AsyncPgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::error::LoadError;
use crate::tables::booking_claims;

/// How long after its turn a table stays empty at the most, which is the contract's bound, and a quarter of
/// an hour.
const LONGEST_BUFFER: SignedDuration = SignedDuration::from_mins(255);

/// Whether a booking may be the next at the tables of a party that is overdue at `now`: it does not begin
/// later than such a party counts as gone by itself.
pub(super) fn may_wait(booking: &Booking, now: Timestamp) -> bool {
    let latest = now.checked_add(LONGEST_BUFFER + COMPLETION_DELAY);
    booking.can_wait_for_tables() && latest.is_ok_and(|latest| booking.placement.starts_at < latest)
}

/// The overdue parties of a restaurant.
pub(super) struct OverdueBookings {
    restaurant: RestaurantId,
    now: Timestamp,
    overdue: Vec<UpcomingBooking>,
}

impl OverdueBookings {
    /// One round trip.
    pub(super) async fn load(
        connection: &AsyncPgConnection,
        restaurant: RestaurantId,
        now: Timestamp,
    ) -> Result<Self, LoadError> {
        Ok(Self {
            restaurant,
            now,
            overdue: booking_claims::overdue(connection, restaurant, now).await?,
        })
    }

    /// Who is the next at their tables, by the numbers of the bookings: one round trip, where anybody is
    /// overdue.
    pub(super) async fn next(
        &self,
        connection: &AsyncPgConnection,
    ) -> Result<BTreeMap<i64, Vec<BookingId>>, LoadError> {
        let claims = || self.overdue.iter().map(|booking| &booking.claim);
        let first = claims().map(|claim| claim.starts_at).min();
        let last = claims().map(|claim| claim.free_at).max();
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(BTreeMap::new());
        };
        let end = last.checked_add(COMPLETION_DELAY);
        let span = (first, end.unwrap_or(Timestamp::MAX));
        let others = booking_claims::beginning(connection, self.restaurant, span).await?;
        Ok(next_at_overdue_tables(&self.overdue, &others, self.now))
    }
}
