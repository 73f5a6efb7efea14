//! The snapshot on which the domain decides, and how what is decided comes to stand.
//!
//! A decision is first made on what is read without any lock. What is refused then is refused, if
//! nothing has changed while it was read. What is granted is decided for good once the dates that it
//! touches are locked: as it is if they have the versions that were read, and anew if they have
//! others.

use std::collections::HashMap;

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::AsyncPgConnection;
use futures_util::future::try_join_all;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use booking_domain::{
    Actor, Blockout, BookingField, BookingPolicy, Claim, Claimant, DiningArea, DiningTable, Floor,
    MadeBooking, MadeHold, Move, PlaceRequest, Placement, RestaurantCalendar, RestaurantId,
    ServiceDay, ServicePeriod, SpecialDay, TableCombination,
};

use crate::access::RequestContext;
use crate::connection::lock_seating_shared;
use crate::error::{Corrupt, LoadError, TransactionError};
use crate::operations::bookings::expire_in_the_way;
use crate::operations::to_the_microsecond;
use crate::tables::booking_days::DayVersions;
use crate::tables::booking_events::StateColumns;
use crate::tables::{
    audit_events, blockouts, booking_claims, booking_days, booking_events, booking_policies,
    by_restaurant, dining_areas, dining_tables, holds, occupancies, service_periods, special_days,
    table_combinations,
};

/// How a restaurant seats its guests around a date.
pub(super) struct Seating {
    restaurant: RestaurantId,
    /// Of all of this.
    version: i32,
    pub(super) calendar: RestaurantCalendar,
    floor: Floor,
    blockouts: Vec<Blockout>,
}

/// How many dates before and after the one that is asked about matter: those of a service that runs
/// past midnight, and of turns that run into the next.
const DAYS_AROUND: i64 = 4;

/// Loads how a restaurant seats around a date, if it takes bookings, in one round trip.
pub(super) async fn load_seating(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    date: Date,
) -> Result<Option<Seating>, LoadError> {
    load_seating_between(connection, restaurant, (date, date)).await
}

/// Loads how a restaurant seats around these dates, if it takes bookings, in one round trip.
pub(super) async fn load_seating_between(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    dates: (Date, Date),
) -> Result<Option<Seating>, LoadError> {
    let ids = [restaurant.get()];
    // The version first: what is read after it is that or newer.
    let (policy, mut parts) = tokio::try_join!(
        biased;
        booking_policies::find(connection, restaurant),
        SeatingParts::load(connection, &ids, dates),
    )?;
    let seating = policy.map(|policy| parts.seating(restaurant, policy));
    Ok(seating.transpose()?)
}

/// Loads how restaurants seat around a date, whose policies are known, in one round trip.
pub(super) async fn load_seatings(
    connection: &AsyncPgConnection,
    policies: Vec<(RestaurantId, (BookingPolicy, i32))>,
    date: Date,
) -> Result<Vec<Seating>, LoadError> {
    let ids: Vec<i64> = policies
        .iter()
        .map(|(restaurant, _)| restaurant.get())
        .collect();
    let mut parts = SeatingParts::load(connection, &ids, (date, date)).await?;
    let policies = policies.into_iter();
    let seatings = policies.map(|(restaurant, policy)| parts.seating(restaurant, policy));
    Ok(seatings.collect::<Result<_, _>>()?)
}

/// What beside their policies says how restaurants seat, by their numbers.
struct SeatingParts {
    services: HashMap<i64, Vec<ServicePeriod>>,
    special_days: HashMap<i64, Vec<SpecialDay>>,
    areas: HashMap<i64, Vec<DiningArea>>,
    tables: HashMap<i64, Vec<DiningTable>>,
    combinations: HashMap<i64, Vec<TableCombination>>,
    blockouts: HashMap<i64, Vec<Blockout>>,
}

impl SeatingParts {
    async fn load(
        connection: &AsyncPgConnection,
        restaurants: &[i64],
        (first, last): (Date, Date),
    ) -> Result<Self, LoadError> {
        let from = first.checked_sub(DAYS_AROUND.days()).unwrap_or(Date::MIN);
        let to = last.checked_add(DAYS_AROUND.days()).unwrap_or(Date::MAX);
        let time = (
            from.to_datetime(Time::midnight()),
            to.to_datetime(Time::midnight()),
        );
        let (services, special_days, areas, tables, combinations, blockouts) = tokio::try_join!(
            biased;
            service_periods::of_restaurants(connection, restaurants),
            special_days::between(connection, restaurants, (from, to)),
            dining_areas::of_restaurants(connection, restaurants),
            dining_tables::of_restaurants(connection, restaurants),
            table_combinations::of_restaurants(connection, restaurants),
            blockouts::between(connection, restaurants, time),
        )?;
        Ok(Self {
            services: by_restaurant(services),
            special_days: by_restaurant(special_days),
            areas: by_restaurant(areas),
            tables: by_restaurant(tables),
            combinations: by_restaurant(combinations),
            blockouts: by_restaurant(blockouts),
        })
    }

    /// Takes out what is a restaurant's.
    fn seating(
        &mut self,
        restaurant: RestaurantId,
        (policy, version): (BookingPolicy, i32),
    ) -> Result<Seating, Corrupt> {
        let id = restaurant.get();
        let services = self.services.remove(&id).unwrap_or_default();
        let special_days = self.special_days.remove(&id).unwrap_or_default();
        let calendar = RestaurantCalendar::new(policy, services, special_days)
            .map_err(|_| Corrupt::new("booking_policies.time_zone", restaurant))?;
        Ok(Seating {
            restaurant,
            version,
            calendar,
            floor: Floor {
                areas: self.areas.remove(&id).unwrap_or_default(),
                tables: self.tables.remove(&id).unwrap_or_default(),
                combinations: self.combinations.remove(&id).unwrap_or_default(),
            },
            blockouts: self.blockouts.remove(&id).unwrap_or_default(),
        })
    }
}

/// One service date of each of these restaurants, as it is now, in one round trip.
pub(super) async fn load_service_days_of(
    connection: &AsyncPgConnection,
    seatings: Vec<Seating>,
    date: Date,
) -> Result<Vec<ServiceDay>, LoadError> {
    let ids: Vec<i64> = seatings
        .iter()
        .map(|seating| seating.restaurant.get())
        .collect();
    let spans: Vec<_> = seatings
        .iter()
        .map(|seating| seating.calendar.span(date))
        .collect();
    let mut claims = by_restaurant(load_claims(connection, &ids, &spans, &[]).await?);
    let days = seatings.into_iter().zip(spans).map(|(seating, span)| {
        let claims = claims.remove(&seating.restaurant.get()).unwrap_or_default();
        let claims = span.map_or_else(Vec::new, |span| within(&claims, span));
        ServiceDay {
            calendar: seating.calendar,
            floor: seating.floor,
            blockouts: seating.blockouts,
            date,
            claims,
        }
    });
    Ok(days.collect())
}

/// What is taken from the beginning of the first of these spans to the end of the last; `None` is none.
async fn load_claims(
    connection: &AsyncPgConnection,
    restaurants: &[i64],
    spans: &[Option<(Timestamp, Timestamp)>],
    excluded: &[i64],
) -> Result<Vec<(i64, Claim)>, LoadError> {
    let known = || spans.iter().flatten();
    let from = known().map(|(from, _)| *from).min();
    let to = known().map(|(_, to)| *to).max();
    match (from, to) {
        (Some(from), Some(to)) => {
            booking_claims::claims(connection, restaurants, (from, to), excluded).await
        }
        _ => Ok(Vec::new()),
    }
}

/// Those claims that have a part of the span.
fn within(claims: &[Claim], (from, to): (Timestamp, Timestamp)) -> Vec<Claim> {
    let overlaps = |claim: &&Claim| claim.taken_from() < to && from < claim.free_at;
    claims.iter().filter(overlaps).cloned().collect()
}

/// A service date as it was read, with the versions that say whether it still is.
struct Snapshot {
    day: ServiceDay,
    /// The dates of which everything is in it, and their versions before it was read.
    dates: Vec<Date>,
    versions: DayVersions,
    /// Whether nothing has changed while it was read.
    is_whole: bool,
}

impl Snapshot {
    /// Whether a date is as it was read, if `next` is its version after this one.
    fn is_current(&self, (date, next): (Date, i64)) -> bool {
        let known = self.versions.iter().find(|(known, _)| *known == date);
        let known = known.map_or(0, |(_, version)| *version);
        !self.dates.contains(&date) || known + 1 == next
    }
}

impl Seating {
    /// So many service dates from `first` on, as they are now, in one round trip; without what those
    /// with the numbers `excluded` take.
    pub(super) async fn load_service_days(
        &self,
        connection: &AsyncPgConnection,
        (first, days): (Date, i64),
        excluded: &[i64],
    ) -> Result<Vec<ServiceDay>, LoadError> {
        let dates: Vec<Date> = first
            .series(1.day())
            .take(usize::try_from(days).unwrap_or(0))
            .collect();
        let spans: Vec<_> = dates.iter().map(|date| self.calendar.span(*date)).collect();
        let ids = [self.restaurant.get()];
        let claims = load_claims(connection, &ids, &spans, excluded).await?;
        let claims: Vec<Claim> = claims.into_iter().map(|(_, claim)| claim).collect();
        let of_span = |span| within(&claims, span);
        let days = dates.into_iter().zip(&spans);
        Ok(days
            .map(|(date, span)| self.service_day(date, span.map_or_else(Vec::new, of_span)))
            .collect())
    }

    fn service_day(&self, date: Date, claims: Vec<Claim>) -> ServiceDay {
        ServiceDay {
            calendar: self.calendar.clone(),
            floor: self.floor.clone(),
            blockouts: self.blockouts.clone(),
            date,
            claims,
        }
    }

    /// Without what those with the numbers `excluded` take.
    async fn load_snapshot(
        &self,
        connection: &AsyncPgConnection,
        date: Date,
        excluded: &[i64],
    ) -> Result<Snapshot, LoadError> {
        let restaurant = self.restaurant;
        let span = self.calendar.span(date);
        let dates = span.map_or_else(Vec::new, |(from, to)| self.calendar.dates(from, to));
        let ids = [restaurant.get()];
        let (mut versions, mut claims, mut is_whole) = (Vec::new(), Vec::new(), true);
        if let (Some(span), Some(last)) = (span, dates.last()) {
            let read_versions = || async {
                Ok(booking_days::versions(connection, restaurant, (date, *last)).await?)
            };
            let (before, taken, after, seating) = tokio::try_join!(
                biased;
                read_versions(),
                booking_claims::claims(connection, &ids, span, excluded),
                read_versions(),
                async { Ok(booking_policies::seating_version(connection, restaurant).await?) },
            )?;
            is_whole = before == after && seating == Some(self.version);
            (versions, claims) = (before, taken);
        }
        Ok(Snapshot {
            day: self.service_day(date, claims.into_iter().map(|(_, claim)| claim).collect()),
            dates,
            versions,
            is_whole,
        })
    }
}

/// A booking that is to be placed.
pub(super) struct PlacedBooking<'a> {
    pub(super) restaurant: RestaurantId,
    /// What is asked for, which says whose service date decides.
    pub(super) request: &'a PlaceRequest,
    /// The booking that is moved, or the hold that becomes one, by its number, and what it takes, if it
    /// takes anything.
    pub(super) current: Option<(i64, Option<&'a Placement>)>,
}

/// What was decided, on a day that nobody changes until the transaction ends.
pub(super) struct Decided<M = MadeBooking> {
    pub(super) made: M,
    /// The booking that leaves its tables for others, by its number.
    leaving: Option<i64>,
    restaurant: RestaurantId,
    day: ServiceDay,
}

/// What a decision makes, as far as others are concerned.
pub(super) trait Made {
    /// What it takes, if it takes anything.
    fn occupied(&self) -> Option<Placement>;

    /// Who makes room for it.
    fn moves(&self) -> &[Move];
}

impl Made for MadeBooking {
    fn occupied(&self) -> Option<Placement> {
        self.booking.occupied()
    }

    fn moves(&self) -> &[Move] {
        &self.moves
    }
}

impl Made for MadeHold {
    fn occupied(&self) -> Option<Placement> {
        Some(self.hold.placement.clone())
    }

    fn moves(&self) -> &[Move] {
        &self.moves
    }
}

impl PlacedBooking<'_> {
    /// Decides, and takes every lock that what was decided needs to be written: two round trips, one
    /// for what is refused. The inner `Err` is a refusal.
    pub(super) async fn decide<T, R, M: Made>(
        &self,
        connection: &AsyncPgConnection,
        mut seating: Seating,
        decide: impl Fn(&ServiceDay) -> Result<M, R>,
    ) -> Result<Result<Decided<M>, R>, TransactionError<T>> {
        let excluded: Vec<i64> = self.current.iter().map(|(key, _)| *key).collect();
        let date = seating.calendar.service_date(self.request);
        let mut snapshot = seating.load_snapshot(connection, date, &excluded).await?;
        let decided = decide(&snapshot.day);
        let dates = match &decided {
            Err(_) if snapshot.is_whole => {
                return Ok(decided.map(|made| Decided {
                    leaving: self.leaving(&made),
                    made,
                    restaurant: self.restaurant,
                    day: snapshot.day,
                }));
            }
            Err(_) => snapshot.dates.clone(),
            Ok(made) => self.dates(made, &snapshot.day),
        };
        let (version, locked) = self.lock(connection, &dates).await?;
        let is_current = snapshot.is_whole
            && version == Some(seating.version)
            && locked.into_iter().all(|date| snapshot.is_current(date));
        let decided = if is_current {
            decided
        } else {
            // Somebody was faster. Now nobody is.
            if version != Some(seating.version) {
                let anew = load_seating(connection, self.restaurant, self.request.date).await?;
                seating = anew.ok_or_else(has_changed)?;
            }
            let date = seating.calendar.service_date(self.request);
            snapshot = seating.load_snapshot(connection, date, &excluded).await?;
            decide(&snapshot.day)
        };
        let mut made = match decided {
            Ok(made) => made,
            Err(refusal) => return Ok(Err(refusal)),
        };
        // Whoever makes room is held by nobody else; who is held stays where they are.
        while !made.moves().is_empty() {
            let keys: Vec<i64> = made.moves().iter().map(|moved| moved.key).collect();
            let free = booking_claims::lock_free(connection, self.restaurant, &keys).await?;
            if free.len() == keys.len() {
                break;
            }
            for claim in &mut snapshot.day.claims {
                claim.is_pinned |= keys.contains(&claim.key) && !free.contains(&claim.key);
            }
            made = match decide(&snapshot.day) {
                Ok(made) => made,
                Err(refusal) => return Ok(Err(refusal)),
            };
        }
        let touched = self.dates(&made, &snapshot.day);
        if touched.iter().any(|date| !dates.contains(date)) {
            return Err(has_changed().into());
        }
        Ok(Ok(Decided {
            leaving: self.leaving(&made),
            made,
            restaurant: self.restaurant,
            day: snapshot.day,
        }))
    }

    /// The booking itself, where it takes other tables than before, or at another time.
    fn leaving(&self, made: &impl Made) -> Option<i64> {
        let (key, before) = self.current?;
        let before = before.filter(|before| made.occupied().as_ref() != Some(*before));
        before.map(|_| key)
    }

    /// Every date that is touched, earliest first: by the booking as it is made and as it was, and by
    /// those who make room.
    fn dates(&self, made: &impl Made, day: &ServiceDay) -> Vec<Date> {
        let placement = |it: &Placement| day.calendar.dates(it.starts_at, it.free_at);
        let taken = made.occupied();
        let before = self.current.and_then(|(_, current)| current);
        let mut dates: Vec<Date> = taken.iter().chain(before).flat_map(placement).collect();
        for claim in moved_claims(made.moves(), day) {
            dates.extend(day.calendar.dates(claim.starts_at, claim.free_at));
        }
        dates.sort_unstable();
        dates.dedup();
        dates
    }

    /// Locks dates, and how the restaurant seats; gives the version of that, and those of the dates.
    async fn lock(
        &self,
        connection: &AsyncPgConnection,
        dates: &[Date],
    ) -> Result<(Option<i32>, DayVersions), Error> {
        let ((), version, versions) = tokio::try_join!(
            biased;
            lock_seating_shared(connection, self.restaurant),
            booking_policies::locked_seating_version(connection, self.restaurant),
            booking_days::lock(connection, self.restaurant, dates),
        )?;
        if let Some((_, true)) = version {
            // A newer program runs beside this one, and computes anew what this one writes.
            booking_policies::set_time_zone_release(connection, self.restaurant).await?;
        }
        Ok((version.map(|(version, _)| version), versions))
    }
}

/// What was locked is not all that has to be: the transaction begins anew.
pub(super) fn has_changed() -> Error {
    let message = "what was decided on has changed";
    Error::DatabaseError(
        DatabaseErrorKind::SerializationFailure,
        Box::new(message.to_owned()),
    )
}

/// A booking that was moved by something else than its own change.
pub(super) struct MovedBooking<'a> {
    pub(super) restaurant: RestaurantId,
    pub(super) key: i64,
    pub(super) id: &'a str,
    pub(super) version: i32,
    pub(super) changed: &'a [BookingField],
    pub(super) state: &'a StateColumns,
}

impl MovedBooking<'_> {
    /// Records it in the restaurant's log and in the booking's history, as done by whoever has needed
    /// it.
    pub(super) async fn record(
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

fn moved_claims<'a>(moves: &'a [Move], day: &'a ServiceDay) -> impl Iterator<Item = &'a Claim> {
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
    fn expired(&self, now: Timestamp) -> (Vec<i64>, Vec<i64>) {
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
    pub(super) async fn write_moves(
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
