//! How restaurants seat their guests, and their service dates as they are.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use booking_domain::{
    Blockout, BookingPolicy, Claim, DiningArea, DiningTable, Floor, RestaurantCalendar,
    RestaurantId, ServiceDay, ServicePeriod, SpecialDay, TableCombination,
};

use crate::error::{Corrupt, LoadError};
use crate::tables::booking_days::DayVersions;
use crate::tables::{
    blockouts, booking_claims, booking_days, booking_policies, by_restaurant, dining_areas,
    dining_tables, service_periods, special_days, table_combinations,
};

/// How a restaurant seats its guests around a date.
pub(in crate::operations) struct Seating {
    restaurant: RestaurantId,
    /// Of all of this.
    pub(super) version: i32,
    pub(in crate::operations) calendar: RestaurantCalendar,
    floor: Floor,
    blockouts: Vec<Blockout>,
}

/// How many dates before and after the one that is asked about matter: those of a service that runs
/// past midnight, and of turns that run into the next.
const DAYS_AROUND: i64 = 4;

/// Loads how a restaurant seats around a date, if it takes bookings, in one round trip.
pub(in crate::operations) async fn load_seating(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    date: Date,
) -> Result<Option<Seating>, LoadError> {
    load_seating_between(connection, restaurant, (date, date)).await
}

/// Loads how a restaurant seats around these dates, if it takes bookings, in one round trip.
pub(in crate::operations) async fn load_seating_between(
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
pub(in crate::operations) async fn load_seatings(
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
pub(in crate::operations) async fn load_service_days_of(
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
pub(super) struct Snapshot {
    pub(super) day: ServiceDay,
    /// The dates of which everything is in it, and their versions before it was read.
    pub(super) dates: Vec<Date>,
    versions: DayVersions,
    /// Whether nothing has changed while it was read.
    pub(super) is_whole: bool,
}

impl Snapshot {
    /// Whether a date is as it was read, if `next` is its version after this one.
    pub(super) fn is_current(&self, (date, next): (Date, i64)) -> bool {
        let known = self.versions.iter().find(|(known, _)| *known == date);
        let known = known.map_or(0, |(_, version)| *version);
        !self.dates.contains(&date) || known + 1 == next
    }
}

impl Seating {
    /// So many service dates from `first` on, as they are now, in one round trip; without what those
    /// with the numbers `excluded` take.
    pub(in crate::operations) async fn load_service_days(
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
    pub(super) async fn load_snapshot(
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
