//! Service dates as they are, whether they are kept or have to be read.

use std::collections::{BTreeMap, HashMap};

use diesel_async::AsyncPgConnection;
use futures_util::future::try_join_all;
use jiff::ToSpan;
use jiff::civil::Date;

use booking_domain::{Booker, RestaurantId};

use super::cache::ServiceDayCache;
use super::known_day::KnownDay;
use super::seating::{DAYS_AROUND, Seating, WantedDays, load_claims, load_seatings};
use crate::connection::{FromViolation, Visibility, show_restaurants};
use crate::error::{LoadError, StoreError};
use crate::store::Store;
use crate::tables::booking_days::{self, DateRange, RangeVersions};

/// The dates whose versions count for these service dates, and for those that begin the day before.
pub(super) fn range(restaurant: RestaurantId, first: Date, last: Date) -> DateRange {
    DateRange {
        restaurant,
        first: first.yesterday().unwrap_or(Date::MIN),
        last: last.checked_add(DAYS_AROUND.days()).unwrap_or(Date::MAX),
    }
}

/// The service dates of a restaurant that have to be read.
struct Missing {
    dates: Vec<Date>,
    range: DateRange,
    /// How it seats, if that is known.
    seating: Option<Seating>,
}

impl Missing {
    /// What is wanted of a restaurant that seats so.
    fn seated(&self, seating: Seating) -> WantedDays {
        WantedDays {
            seating,
            dates: self.dates.clone(),
        }
    }
}

impl Store {
    /// These service dates of each of these restaurants, as they are now as far as it matters to this booker's
    /// slots, with none for a restaurant that takes no bookings. One round trip, in which others ask, too, for what is
    /// kept; two or three more for what is not.
    pub(in crate::operations) async fn service_days<R: FromViolation>(
        &self,
        (operation, booker): (&'static str, Booker),
        restaurants: &[RestaurantId],
        dates: &[Date],
    ) -> Result<Vec<Vec<KnownDay>>, StoreError<R>> {
        let (Some(first), Some(last)) = (dates.iter().min(), dates.iter().max()) else {
            return Ok(vec![Vec::new(); restaurants.len()]);
        };
        let ranges = restaurants.iter().map(|id| range(*id, *first, *last));
        let reads = ranges.map(|range| self.cache().versions(self, range));
        let versions: Vec<Option<RangeVersions>> = try_join_all(reads).await?;
        let mut days = Vec::new();
        let mut missing: BTreeMap<RestaurantId, Missing> = BTreeMap::new();
        for (restaurant, versions) in restaurants.iter().zip(&versions) {
            let Some(versions) = versions else {
                days.push(Vec::new());
                continue;
            };
            let seating = self.cache().seating(*restaurant, *first);
            let kept = dates.iter().map(|date| {
                let seating = seating.as_ref();
                let kept = seating.and_then(|seating| self.cache().day(seating, *date));
                let is_current = |day: &KnownDay| day.is_current_for(booker, versions, &[]);
                ServiceDayCache::current_day(kept, is_current)
            });
            let kept: Vec<Option<KnownDay>> = kept.collect();
            let not_kept = dates.iter().zip(&kept).filter(|(_, day)| day.is_none());
            let not_kept: Vec<Date> = not_kept.map(|(date, _)| *date).collect();
            if !not_kept.is_empty() {
                let missing_days = Missing {
                    dates: not_kept,
                    range: range(*restaurant, *first, *last),
                    seating: seating.filter(|seating| seating.version == versions.seating),
                };
                missing.insert(*restaurant, missing_days);
            }
            days.push(kept);
        }
        let mut read = match missing.is_empty() {
            true => BTreeMap::new(),
            false => self.read_days(operation, missing).await?,
        };
        let days = restaurants.iter().zip(days).map(|(restaurant, kept)| {
            let mut days = Vec::new();
            for (date, kept) in dates.iter().zip(kept) {
                // One that takes no bookings any more has none.
                days.extend(kept.or_else(|| read.remove(&(*restaurant, *date))));
            }
            days
        });
        Ok(days.collect())
    }

    /// Reads days as they are at one instant: half of what a transaction has done is seen by nobody.
    async fn read_days<R: FromViolation>(
        &self,
        operation: &'static str,
        missing: BTreeMap<RestaurantId, Missing>,
    ) -> Result<BTreeMap<(RestaurantId, Date), KnownDay>, StoreError<R>> {
        let ids: Vec<i64> = missing.keys().map(|restaurant| restaurant.get()).collect();
        let one = missing.keys().next().filter(|_| missing.len() == 1);
        let visibility =
            one.map_or_else(Visibility::of_search, |id| Visibility::of_restaurant(*id));
        let seeing = self.seeing(visibility);
        let is_search = one.is_none();
        let reading = seeing.read(operation, async |connection| {
            let shown = async {
                match is_search {
                    true => Ok(show_restaurants(connection, &ids).await?),
                    false => Ok(()),
                }
            };
            let ranges: Vec<DateRange> = missing.values().map(|it| it.range).collect();
            let first = missing.values().flat_map(|it| &it.dates).min();
            let first = first.copied().unwrap_or(Date::MAX);
            let mut unknown = Vec::new();
            let mut wanted = Vec::new();
            for (restaurant, missing) in &missing {
                match &missing.seating {
                    Some(seating) => wanted.push(missing.seated(seating.clone())),
                    None => unknown.push(restaurant.get()),
                }
            }
            let ((), versions, mut seatings, claims) = tokio::try_join!(
                biased;
                shown,
                async { Ok(booking_days::versions_of(connection, &ranges).await?) },
                seatings_of(connection, &unknown, first),
                load_claims(connection, &wanted),
            )?;
            let versions = missing.keys().zip(versions);
            let versions: HashMap<RestaurantId, RangeVersions> = versions
                .filter_map(|(restaurant, versions)| Some((*restaurant, versions?)))
                .collect();
            let mut days = Vec::new();
            let mut changed = Vec::new();
            for wanted in wanted {
                let restaurant = wanted.seating.restaurant;
                match versions.get(&restaurant) {
                    Some(now) if now.seating == wanted.seating.version => {
                        days.extend(wanted.known_days(&claims, &now.days));
                    }
                    Some(_) => changed.push(restaurant.get()),
                    None => {}
                }
            }
            seatings.extend(seatings_of(connection, &changed, first).await?);
            let wanted = seatings.into_iter().filter_map(|(restaurant, seating)| {
                let missing = missing.get(&restaurant)?;
                Some(missing.seated(seating))
            });
            let wanted: Vec<WantedDays> = wanted.collect();
            let claims = load_claims(connection, &wanted).await?;
            for wanted in wanted {
                if let Some(now) = versions.get(&wanted.seating.restaurant) {
                    days.extend(wanted.known_days(&claims, &now.days));
                }
            }
            Ok(days)
        });
        let mut read = BTreeMap::new();
        for day in reading.await? {
            self.cache().keep_seating(&day.seating);
            self.cache().keep(&day);
            read.insert((day.restaurant(), day.date()), day);
        }
        Ok(read)
    }
}

async fn seatings_of(
    connection: &AsyncPgConnection,
    restaurants: &[i64],
    first: Date,
) -> Result<HashMap<RestaurantId, Seating>, LoadError> {
    match restaurants {
        [] => Ok(HashMap::new()),
        _ => load_seatings(connection, restaurants, first).await,
    }
}
