//! The seating plan of a restaurant, and what its change does to the bookings to come.

use std::collections::HashSet;

use futures_util::future::try_join_all;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use booking_domain::{
    Actor, AffectedBooking, Blockout, BookingField, DiningArea, DiningTable, Floor, Placement,
    RestaurantId, SeatingPlan, SeatingPlanChange, ServicePeriod, SpecialDay, TableCombination,
    UpcomingBooking, change_seating_plan, recompute_booking_times,
};
use diesel_async::AsyncPgConnection;

use super::part::Statements;
use crate::access::{
    RequestContext, RestaurantAccess, RestaurantAccessRefusal, StaffRequest, actor,
};
use crate::connection::lock_seating;
use crate::error::{Corrupt, TransactionError};
use crate::operations::bookings::expire_in_the_way;
use crate::operations::service_day::{MovedBooking, has_changed};
use crate::operations::{RestaurantNotFound, to_the_microsecond};
use crate::tables::{
    booking_claims, booking_days, booking_policies, holds, occupancies, restaurants,
};

/// From which date on special days and blockouts are read: what is over anywhere on Earth, and no
/// booking still stands in.
pub(super) fn first_date(now: Timestamp) -> Date {
    let today = TimeZone::UTC.to_datetime(now).date();
    today.checked_sub(4.days()).unwrap_or(Date::MIN)
}

/// What is over for no longer than this is still to come where another time zone, or other rules of
/// the same one, have it later: from the first zone of the day to the last it is 26 hours.
const MOST_THAT_ZONES_DIFFER: SignedDuration = SignedDuration::from_hours(26);

/// A seating plan that nobody else changes, and by which nobody books, until the transaction ends.
pub(in crate::operations) struct LockedSeating<'a> {
    actor: Actor,
    context: &'a RequestContext,
    pub(in crate::operations) access: RestaurantAccess,
    pub(in crate::operations) plan: SeatingPlan,
    /// Of the policy.
    pub(in crate::operations) policy_version: i32,
    /// Of all of it.
    pub(in crate::operations) version: i32,
    /// With those that are over for so short a time that they may still be to come.
    upcoming: Vec<UpcomingBooking>,
}

impl<'a> LockedSeating<'a> {
    /// Waits for the plan, and loads it with all bookings to come. Who has waited may have lost
    /// access meanwhile. One round trip.
    pub(in crate::operations) async fn load<R>(
        connection: &AsyncPgConnection,
        request: StaffRequest<'a>,
    ) -> Result<Self, TransactionError<RestaurantAccessRefusal<R>>> {
        let by = (actor(request.principal), request.context);
        let access = request.authorize(connection);
        Self::load_for(connection, request.restaurant, by, access).await
    }

    /// The same for what the service does unasked.
    pub(in crate::operations) async fn load_unasked<R>(
        connection: &AsyncPgConnection,
        restaurant: RestaurantId,
        context: &'a RequestContext,
    ) -> Result<Self, TransactionError<RestaurantAccessRefusal<R>>> {
        let access = async { Ok(RestaurantAccess::of_system(restaurant)) };
        Self::load_for(connection, restaurant, (Actor::System, context), access).await
    }

    async fn load_for<R>(
        connection: &AsyncPgConnection,
        restaurant: RestaurantId,
        (actor, context): (Actor, &'a RequestContext),
        access: impl Future<
            Output = Result<RestaurantAccess, TransactionError<RestaurantAccessRefusal<R>>>,
        >,
    ) -> Result<Self, TransactionError<RestaurantAccessRefusal<R>>> {
        let now = context.now;
        let from = first_date(now);
        let earliest = now.checked_sub(MOST_THAT_ZONES_DIFFER).unwrap_or(now);
        let (
            (),
            access,
            policy,
            areas,
            tables,
            combinations,
            service_periods,
            special_days,
            blockouts,
            upcoming,
        ) = tokio::try_join!(
            biased;
            async { Ok(lock_seating(connection, restaurant).await?) },
            access,
            async { Ok(booking_policies::find_view(connection, restaurant).await?) },
            load::<DiningArea, _>(connection, restaurant, from),
            load::<DiningTable, _>(connection, restaurant, from),
            load::<TableCombination, _>(connection, restaurant, from),
            load::<ServicePeriod, _>(connection, restaurant, from),
            load::<SpecialDay, _>(connection, restaurant, from),
            load::<Blockout, _>(connection, restaurant, from),
            async { Ok(booking_claims::upcoming(connection, restaurant, earliest).await?) },
        )?;
        let (policy, version) = policy.ok_or(TransactionError::no_access(RestaurantNotFound))?;
        Ok(Self {
            actor,
            context,
            access,
            plan: SeatingPlan {
                policy: policy.policy,
                floor: Floor {
                    areas,
                    tables,
                    combinations,
                },
                service_periods,
                special_days,
                blockouts,
            },
            policy_version: policy.version,
            version,
            upcoming,
        })
    }

    /// What the restaurant's wall clock shows.
    pub(super) fn wall_clock(&self) -> Result<DateTime, Corrupt> {
        let zone = &self.plan.policy.time_zone;
        zone.wall_clock(self.context.now)
            .map_err(|_| Corrupt::new("booking_policies.time_zone", self.access.restaurant()))
    }

    /// What becomes of the bookings to come by another plan.
    pub(in crate::operations) fn change<R>(
        &self,
        wanted: &SeatingPlan,
    ) -> Result<SeatingPlanChange, TransactionError<R>> {
        let now = self.context.now;
        let restaurant = self.access.restaurant();
        change_seating_plan(&self.plan, wanted, &self.upcoming, now)
            .map_err(|_| Corrupt::new("booking_policies.time_zone", restaurant).into())
    }

    /// What becomes of the bookings to come by the rules of the time zone that this program has.
    pub(in crate::operations) fn recompute<R>(
        &self,
    ) -> Result<SeatingPlanChange, TransactionError<R>> {
        let restaurant = self.access.restaurant();
        recompute_booking_times(&self.plan, &self.upcoming, self.context.now)
            .map_err(|_| Corrupt::new("booking_policies.time_zone", restaurant).into())
    }

    /// Writes that the plan is another, and what became of the bookings; what the plan itself is, its
    /// caller writes. Gives those that it catches, and its version.
    pub(in crate::operations) async fn write<R>(
        self,
        connection: &AsyncPgConnection,
        wanted: &SeatingPlan,
        change: SeatingPlanChange,
    ) -> Result<(Vec<AffectedBooking>, i32), TransactionError<R>> {
        self.write_bookings(connection, wanted, &change.changed)
            .await?;
        let version = booking_policies::bump_seating_version(connection, &self.access);
        let touch = restaurants::touch(connection, &self.access);
        let (version, _) = tokio::try_join!(biased; version, touch)?;
        Ok((change.affected, version))
    }

    /// Writes where and when bookings take place now. Guests are not told: what was promised to them
    /// stands.
    async fn write_bookings<R>(
        &self,
        connection: &AsyncPgConnection,
        wanted: &SeatingPlan,
        changed: &[UpcomingBooking],
    ) -> Result<(), TransactionError<R>> {
        if changed.is_empty() {
            return Ok(());
        }
        let restaurant = self.access.restaurant();
        let keys: Vec<i64> = changed.iter().map(|booking| booking.claim.key).collect();
        // Whoever holds one of them waits for the plan: to wait for them would be for ever.
        if booking_claims::lock_free(connection, restaurant, &keys)
            .await?
            .len()
            < keys.len()
        {
            return Err(has_changed().into());
        }
        let dates = self.dates(wanted, changed)?;
        let context = self.context;
        let now = to_the_microsecond(context.now);
        let expired = self.upcoming.iter().filter(|it| !it.claim.is_live(now));
        let expired: Vec<i64> = expired.map(|booking| booking.claim.key).collect();
        expire_in_the_way(connection, restaurant, &expired, now).await?;
        let placements: Vec<(i64, Placement)> = changed
            .iter()
            .map(|booking| (booking.claim.key, booking.claim.occupied()))
            .collect();
        let rows: Vec<(i64, &Placement)> = placements.iter().map(|(key, it)| (*key, it)).collect();
        let updates = changed
            .iter()
            .map(|booking| booking_claims::update_claim(connection, restaurant, booking, now));
        // All of them leave before the first sits down again; and whoever only holds a table, be it in the
        // way or not, asks anew.
        let (_, _, _, _, written) = tokio::try_join!(
            biased;
            booking_days::lock(connection, restaurant, &dates),
            holds::delete_all(connection, restaurant),
            occupancies::delete(connection, restaurant, &keys),
            occupancies::insert(connection, restaurant, &rows),
            try_join_all(updates),
        )?;
        let fields = changed.iter().map(|booking| {
            let mut before = self.upcoming.iter();
            let before = before.find(|it| it.claim.key == booking.claim.key);
            before.map_or_else(Vec::new, |before| before.changed_fields(booking))
        });
        let fields: Vec<Vec<BookingField>> = fields.collect();
        let events = changed.iter().zip(&written).zip(&fields);
        let events = events.map(|((booking, (version, state)), fields)| {
            let moved = MovedBooking {
                restaurant,
                key: booking.claim.key,
                id: booking.id.as_str(),
                version: *version,
                changed: fields,
                state,
            };
            moved.record(connection, &self.actor, context)
        });
        try_join_all(events).await?;
        Ok(())
    }

    /// Every date on which these bookings take something, before or after, earliest first.
    fn dates<R>(
        &self,
        wanted: &SeatingPlan,
        changed: &[UpcomingBooking],
    ) -> Result<Vec<Date>, TransactionError<R>> {
        let corrupt = |_| Corrupt::new("booking_policies.time_zone", self.access.restaurant());
        let (old, new) = (
            self.plan.calendar().map_err(corrupt)?,
            wanted.calendar().map_err(corrupt)?,
        );
        let keys: HashSet<i64> = changed.iter().map(|it| it.claim.key).collect();
        let is_changed = |it: &&UpcomingBooking| keys.contains(&it.claim.key);
        let before = self.upcoming.iter().filter(is_changed);
        let before = before.flat_map(|it| old.dates(it.claim.taken_from(), it.claim.free_at));
        let after = changed
            .iter()
            .flat_map(|it| new.dates(it.claim.taken_from(), it.claim.free_at));
        let mut dates: Vec<Date> = before.chain(after).collect();
        dates.sort_unstable();
        dates.dedup();
        Ok(dates)
    }
}

async fn load<P: Statements, R>(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    from: Date,
) -> Result<Vec<P>, TransactionError<R>> {
    Ok(P::load(connection, restaurant, from).await?)
}
