//! Bookings that come to their end without anybody's doing: by the hour.

use booking_domain::{Actor, Booking, Decision, RestaurantId};
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use futures_util::future::try_join_all;
use jiff::civil::Date;

use crate::connection::lock_days;
use crate::tables::booking_events::{NewBookingEvent, StateColumns};
use crate::tables::{booking_events, bookings, occupancies};

/// A booking that is locked, and what has become of it.
pub(super) struct EndedBooking {
    key: i64,
    before: Booking,
    after: Booking,
}

impl EndedBooking {
    /// Those of these bookings, with their numbers, that `decide` says have ended.
    pub(super) fn decide(
        locked: Vec<(i64, Booking)>,
        decide: impl Fn(&Booking) -> Decision,
    ) -> Vec<Self> {
        let decided = locked.into_iter().filter_map(|(key, before)| {
            let Decision::Changed(after) = decide(&before) else {
                return None;
            };
            Some(Self { key, before, after })
        });
        decided.collect()
    }
}

/// Whether the dates that bookings are on are locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    /// They are as far as it matters, and how the restaurant seats is.
    Locked,
    /// Not yet.
    ToBeLocked,
}

/// Writes what has become of bookings, that their tables are free, and what has happened; in one or two
/// round trips.
pub(super) async fn write_ended(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    (action, dates): (&'static str, Dates),
    ended: &[EndedBooking],
) -> QueryResult<()> {
    if ended.is_empty() {
        return Ok(());
    }
    if dates == Dates::ToBeLocked {
        let dates = ended.iter().flat_map(|ended| ended.before.possible_dates());
        let mut dates: Vec<Date> = dates.collect();
        dates.sort_unstable();
        dates.dedup();
        lock_days(connection, restaurant, &dates).await?;
    }
    let keys: Vec<i64> = ended.iter().map(|ended| ended.key).collect();
    let writes = ended.iter().map(|ended| async move {
        let event = NewBookingEvent {
            restaurant,
            key: ended.key,
            version: ended.after.version,
            occurred_at: ended.after.updated_at,
            actor: &Actor::System,
            action,
            changed: &ended.before.changed_fields(&ended.after),
            state: &StateColumns::from(&ended.after.state()),
        };
        tokio::try_join!(
            biased;
            bookings::update(connection, ended.key, &ended.after),
            booking_events::insert(connection, &event),
        )
    });
    tokio::try_join!(
        biased;
        occupancies::delete(connection, restaurant, &keys),
        try_join_all(writes),
    )
    .map(drop)
}
