//! Service dates as they are, whether they are kept or have to be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use jiff::ToSpan;
use jiff::civil::Date;

use booking_domain::{Booker, RestaurantId};

use super::cache::ServiceDayCache;
use super::known_day::KnownDay;
use super::seating::{DAYS_AROUND, Seating, WantedDays, load_days, load_seatings};
use crate::connection::{FromViolation, Visibility, show_restaurants};
use crate::error::{LoadError, StoreError};
use crate::store::Store;
use crate::tables::booking_days::{DateRange, RangeVersions};

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
    versions: RangeVersions,
    /// How it seats, if that is known.
    seating: Option<Seating>,
}

impl Store {
    /// These service dates of each of these restaurants, as they are now as far as it matters to this booker's
    /// slots, with none for a restaurant that takes no bookings. One round trip, in which others ask, too, for what is kept; two or three more for
    /// what is not.
    pub(in crate::operations) async fn service_days<R: FromViolation>(
        &self,
        (operation, booker): (&'static str, Booker),
        restaurants: &[RestaurantId],
        dates: &[Date],
    ) -> Result<Vec<Vec<Arc<KnownDay>>>, StoreError<R>> {
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
            let kept = dates.iter().map(|date| {
                let kept = self.cache().day(*restaurant, *date);
                let is_current = |day: &KnownDay| day.is_current_for(booker, versions, &[]);
                ServiceDayCache::current_day(kept, is_current)
            });
            let kept: Vec<Option<Arc<KnownDay>>> = kept.collect();
            let not_kept = dates.iter().zip(&kept).filter(|(_, day)| day.is_none());
            let not_kept: Vec<Date> = not_kept.map(|(date, _)| *date).collect();
            if !not_kept.is_empty() {
                let seating = self.cache().seating(*restaurant, *first);
                let missing_days = Missing {
                    dates: not_kept,
                    range: range(*restaurant, *first, *last),
                    versions: versions.clone(),
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

    async fn read_days<R: FromViolation>(
        &self,
        operation: &'static str,
        missing: BTreeMap<RestaurantId, Missing>,
    ) -> Result<BTreeMap<(RestaurantId, Date), Arc<KnownDay>>, StoreError<R>> {
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
            let unknown = missing.iter().filter(|(_, it)| it.seating.is_none());
            let unknown: Vec<i64> = unknown.map(|(id, _)| id.get()).collect();
            let first = missing.values().flat_map(|it| &it.dates).min();
            let seatings = async {
                match first {
                    Some(first) if !unknown.is_empty() => {
                        load_seatings(connection, &unknown, *first).await
                    }
                    _ => Ok(Default::default()),
                }
            };
            let ((), mut seatings) = tokio::try_join!(
                biased;
                async { shown.await.map_err(LoadError::Database) },
                seatings,
            )?;
            let wanted = missing.iter().filter_map(|(restaurant, missing)| {
                let known = missing.seating.clone();
                let seating = known.or_else(|| seatings.remove(restaurant))?;
                Some(WantedDays {
                    seating,
                    dates: missing.dates.clone(),
                    range: missing.range,
                    versions: missing.versions.clone(),
                })
            });
            let wanted: Vec<WantedDays> = wanted.collect();
            Ok(load_days(connection, &wanted).await?)
        });
        let mut read = BTreeMap::new();
        for loaded in reading.await? {
            let day = Arc::new(loaded.day);
            if loaded.is_whole {
                self.cache().keep_seating(&day.seating);
                self.cache().keep(Arc::clone(&day));
            }
            read.insert((day.restaurant(), day.date), day);
        }
        Ok(read)
    }
}
