//! How those make room whom the decision moves, and what has expired goes.

use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use futures_util::future::try_join_all;
use jiff::Timestamp;

use booking_domain::{
    Actor, BookingField, Claim, Claimant, Move, Placement, RestaurantId, ServiceDay,
};

use super::placed_booking::{Decided, Made};
use crate::access::RequestContext;
use crate::error::LoadError;
use crate::operations::bookings::expire_in_the_way;
use crate::operations::to_the_microsecond;
use crate::tables::booking_events::StateColumns;
use crate::tables::{audit_events, booking_claims, booking_events, holds, occupancies};

/// A booking that was moved by something else than its own change.
pub(in crate::operations) struct MovedBooking<'a> {
    pub(in crate::operations) restaurant: RestaurantId,
    pub(in crate::operations) key: i64,
    pub(in crate::operations) id: &'a str,
    pub(in crate::operations) version: i32,
    pub(in crate::operations) changed: &'a [BookingField],
    pub(in crate::operations) state: &'a StateColumns,
}

impl MovedBooking<'_> {
    /// Records it in the restaurant's log and in the booking's history, as done by whoever has needed
    /// it.
    pub(in crate::operations) async fn record(
        self,
        connection: &AsyncPgConnection,
        actor: &Actor,
        context: &RequestContext,
    ) -> QueryResult<()> {
        const ACTION: &str = "move_booking";
        let logged = audit_events::NewEvent {
            restaurant: self.restaurant,
            actor,
            action: ACTION,
            subject: Some(self.id),
            context,
        };
        let event = booking_events::NewBookingEvent {
            restaurant: self.restaurant,
            key: self.key,
            version: self.version,
            occurred_at: to_the_microsecond(context.now),
            actor,
            action: ACTION,
            changed: self.changed,
            state: self.state,
        };
        tokio::try_join!(
            biased;
            audit_events::insert(connection, &logged),
            booking_events::insert(connection, &event),
        )
        .map(drop)
    }
}

pub(super) fn moved_claims<'a>(
    moves: &'a [Move],
    day: &'a ServiceDay,
) -> impl Iterator<Item = &'a Claim> {
    let is_moved = |claim: &&Claim| moves.iter().any(|moved| moved.key == claim.key);
    day.claims.iter().filter(is_moved)
}

impl<M: Made> Decided<M> {
    /// Where those sit who make room, by their numbers.
    fn moved(&self) -> Vec<(i64, Placement)> {
        let moves = self.made.moves();
        let placements = moved_claims(moves, &self.day).filter_map(|claim| {
            let moved = moves.iter().find(|moved| moved.key == claim.key)?;
            let placement = Placement {
                tables: moved.tables.clone(),
                ..claim.occupied()
            };
            Some((claim.key, placement))
        });
        placements.collect()
    }

    /// The bookings and the holds that have expired and are in the way, by their numbers: nobody has written
    /// it yet of the first, or deleted the second.
    pub(super) fn expired(&self, now: Timestamp) -> (Vec<i64>, Vec<i64>) {
        let moved = self.moved().into_iter().map(|(_, placement)| placement);
        let taken: Vec<Placement> = self.made.occupied().into_iter().chain(moved).collect();
        let is_in_the_way = |claim: &&Claim| {
            !claim.is_live(now) && taken.iter().any(|it| claim.is_in_the_way_of(it))
        };
        let claims = self.day.claims.iter().filter(is_in_the_way);
        let (bookings, holds): (Vec<&Claim>, Vec<&Claim>) =
            claims.partition(|claim| claim.claimant == Claimant::Booking);
        let keys = |claims: Vec<&Claim>| claims.into_iter().map(|claim| claim.key).collect();
        (keys(bookings), keys(holds))
    }

    /// Writes that others make room, and records it as done by whoever has needed it; and that those have
    /// expired whose tables are needed. Nobody is told: the times of the first stay, and the second were gone
    /// before.
    pub(in crate::operations) async fn write_moves(
        &self,
        connection: &AsyncPgConnection,
        actor: &Actor,
        context: &RequestContext,
    ) -> Result<(), LoadError> {
        let restaurant = self.restaurant;
        let now = to_the_microsecond(context.now);
        let (bookings, held) = self.expired(now);
        expire_in_the_way(connection, restaurant, &bookings, now).await?;
        if !held.is_empty() {
            holds::delete(connection, restaurant, &held).await?;
        }
        let moves = self.made.moves();
        if moves.is_empty() {
            return Ok(());
        }
        let keys: Vec<i64> = moves.iter().map(|moved| moved.key).collect();
        // All of them leave before the first sits down again, and so does whoever they make room for: it may
        // be at its tables that they sit down.
        let leaving: Vec<i64> = keys.iter().copied().chain(self.leaving).collect();
        occupancies::delete(connection, restaurant, &leaving).await?;
        let placements = self.moved();
        let rows: Vec<(i64, &Placement)> = placements.iter().map(|(key, it)| (*key, it)).collect();
        // One behind the other, and the ids are known once all are written.
        let updates = moves
            .iter()
            .map(|moved| booking_claims::update_tables(connection, restaurant, moved, now));
        let (_, moved) = tokio::try_join!(
            biased;
            occupancies::insert(connection, restaurant, &rows),
            try_join_all(updates),
        )?;
        let events = keys.iter().zip(&moved).map(|(key, moved)| {
            let (id, version, state) = moved;
            let recorded = MovedBooking {
                restaurant,
                key: *key,
                id,
                version: *version,
                changed: &[BookingField::Tables],
                state,
            };
            recorded.record(connection, actor, context)
        });
        try_join_all(events).await?;
        Ok(())
    }
}
