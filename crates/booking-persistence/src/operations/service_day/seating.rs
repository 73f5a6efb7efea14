//! How restaurants seat their guests.

use std::collections::HashMap;
use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use jiff::ToSpan;
use jiff::civil::{Date, Time};

use booking_domain::{
    Blockout, BookingPolicy, Claim, DiningArea, DiningTable, Floor, RestaurantCalendar,
    RestaurantId, ServicePeriod, SpecialDay, TableCombination,
};

use super::known_day::KnownDay;
use crate::error::{Corrupt, LoadError};
use crate::tables::booking_days::DayVersions;
use crate::tables::{
    blockouts, booking_claims, booking_policies, by_restaurant, dining_areas, dining_tables,
    service_periods, special_days, table_combinations,
};

/// How a restaurant seats its guests from a date on. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::operations) struct Seating {
    pub(super) restaurant: RestaurantId,
    /// Of all of this.
    pub(super) version: i32,
    /// The first date for which everything is known.
    pub(super) first_date: Date,
    pub(in crate::operations) calendar: Arc<RestaurantCalendar>,
    pub(in crate::operations) floor: Arc<Floor>,
    pub(super) blockouts: Arc<[Blockout]>,
}

/// How many dates before and after the one that is asked about matter: those of a service that runs
/// past midnight, and of turns that run into the next.
pub(super) const DAYS_AROUND: i64 = 4;

/// Loads how a restaurant seats from a date on, if it takes bookings, in one round trip.
pub(in crate::operations) async fn load_seating(
    connection: &AsyncPgConnection,
    restaurant: RestaurantId,
    date: Date,
) -> Result<Option<Seating>, LoadError> {
    let mut seatings = load_seatings(connection, &[restaurant.get()], date).await?;
    Ok(seatings.remove(&restaurant))
}

/// Loads how those of these restaurants seat that take bookings, from a date on, in one round trip.
pub(super) async fn load_seatings(
    connection: &AsyncPgConnection,
    restaurants: &[i64],
    date: Date,
) -> Result<HashMap<RestaurantId, Seating>, LoadError> {
    // The versions first: what is read after them is of those or of newer ones.
    let (policies, mut parts) = tokio::try_join!(
        biased;
        booking_policies::of_restaurants(connection, restaurants),
        SeatingParts::load(connection, restaurants, date),
    )?;
    let policies = policies.into_iter();
    let seatings = policies.map(|(restaurant, policy)| {
        let seating = parts.seating(restaurant, policy, date)?;
        Ok::<_, Corrupt>((restaurant, seating))
    });
    Ok(seatings.collect::<Result<_, _>>()?)
}

/// What how restaurants seat is made of, by their numbers.
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
        date: Date,
    ) -> Result<Self, LoadError> {
        let from = date.checked_sub(DAYS_AROUND.days()).unwrap_or(Date::MIN);
        let to = Date::MAX;
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
        first_date: Date,
    ) -> Result<Seating, Corrupt> {
        let id = restaurant.get();
        let services = self.services.remove(&id).unwrap_or_default();
        let special_days = self.special_days.remove(&id).unwrap_or_default();
        let calendar = RestaurantCalendar::new(policy, services, special_days)
            .map_err(|_| Corrupt::new("booking_policies.time_zone", restaurant))?;
        let floor = Floor {
            areas: self.areas.remove(&id).unwrap_or_default(),
            tables: self.tables.remove(&id).unwrap_or_default(),
            combinations: self.combinations.remove(&id).unwrap_or_default(),
        };
        Ok(Seating {
            restaurant,
            version,
            first_date,
            calendar: calendar.into(),
            floor: floor.into(),
            blockouts: self.blockouts.remove(&id).unwrap_or_default().into(),
        })
    }
}

impl Seating {
    /// Whether everything is known that matters to a date.
    pub(super) fn covers(&self, date: Date) -> bool {
        self.first_date <= date
    }

    /// Every date of the wall clock of which something matters to a service date.
    pub(super) fn dates(&self, date: Date) -> Vec<Date> {
        let span = self.calendar.span(date);
        span.map_or_else(Vec::new, |(from, to)| self.calendar.dates(from, to))
    }

    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        const NAME: usize = 48;
        let special_days = self.calendar.special_days().iter();
        let services = special_days
            .map(|day| 1 + day.services.len())
            .sum::<usize>()
            + self.calendar.service_periods().len();
        let Floor {
            areas,
            tables,
            combinations,
        } = &*self.floor;
        size_of::<RestaurantCalendar>()
            + services * (size_of::<ServicePeriod>() + NAME)
            + areas.len() * (size_of::<DiningArea>() + NAME)
            + tables.len() * (size_of::<DiningTable>() + NAME)
            + combinations.len() * (size_of::<TableCombination>() + 2 * NAME)
            + self.blockouts.len() * size_of::<Blockout>()
    }
}

/// Service dates of a restaurant that are to be read.
pub(super) struct WantedDays {
    pub(super) seating: Seating,
    pub(super) dates: Vec<Date>,
}

/// What is taken of restaurants, by their numbers.
type RestaurantClaims = HashMap<i64, Vec<Claim>>;

/// Loads what is taken on service dates, and around them, in one round trip.
pub(super) async fn load_claims(
    connection: &AsyncPgConnection,
    wanted: &[WantedDays],
) -> Result<RestaurantClaims, LoadError> {
    let ids: Vec<i64> = wanted
        .iter()
        .map(|it| it.seating.restaurant.get())
        .collect();
    let spans = wanted.iter().flat_map(|it| {
        let spans = it
            .dates
            .iter()
            .filter_map(|date| it.seating.calendar.span(*date));
        spans.collect::<Vec<_>>()
    });
    let spans: Vec<_> = spans.collect();
    let from = spans.iter().map(|(from, _)| *from).min();
    let to = spans.iter().map(|(_, to)| *to).max();
    match from.zip(to) {
        Some(span) => {
            let claims = booking_claims::claims(connection, &ids, span).await?;
            Ok(by_restaurant(claims))
        }
        // At the ends of the calendar nothing can be taken.
        None => Ok(HashMap::new()),
    }
}

impl WantedDays {
    /// The dates with what of this is taken on them, which was read with these versions.
    pub(super) fn known_days(
        &self,
        claims: &RestaurantClaims,
        versions: &DayVersions,
    ) -> Vec<KnownDay> {
        let seating = &self.seating;
        let claims = claims.get(&seating.restaurant.get());
        let claims = claims.map_or(&[][..], |claims| claims);
        let days = self.dates.iter().map(|date| {
            let span = seating.calendar.span(*date);
            let taken = span.map_or_else(Vec::new, |(from, to)| {
                let overlaps = |claim: &Claim| claim.taken_from() < to && from < claim.free_at;
                // Who sits still has the table, be the turn over or not.
                let matters = |claim: &&Claim| claim.seated_at.is_some() || overlaps(claim);
                claims.iter().filter(matters).cloned().collect()
            });
            KnownDay::new(seating.clone(), *date, versions, &taken)
        });
        days.collect()
    }
}
