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

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use booking_domain::{Claim, HoldId, Holder, NewHold, PartySize, ServiceDay, hold};
    use dev_postgres::TestDatabase;
    use diesel_async::{AsyncConnection, SimpleAsyncConnection};
    use jiff::Timestamp;
    use jiff::civil::{date, time};
    use tokio_postgres::Config;

    use super::*;
    use crate::connection::{Pool, open_session};
    use crate::operations::service_day::placed_booking::Made;
    use crate::operations::service_day::{GuestRule, PlacedBooking};
    use crate::{DEFAULT_CACHE_BYTES, RandomSource, SERVICE_ROLE, migrate};

    const DAY: Date = date(2027, 2, 15);

    const RESTAURANT: &str = "
        INSERT INTO restaurants VALUES (1, 'A', 'X', 'Y', 0, 0, '2026-01-01 00:00Z');
        INSERT INTO booking_policies VALUES (1, 'Europe/Berlin', 15, 90, 365);
        INSERT INTO service_periods (restaurant_id, name, weekdays, first_seating, ends)
            VALUES (1, 'Dinner', 127, '17:00', '23:00');
        INSERT INTO dining_tables (restaurant_id, name, min_party, max_party)
            VALUES (1, 'Table 1', 1, 4)";

    fn restaurant() -> RestaurantId {
        RestaurantId::new(1).expect("it is a number")
    }

    /// A restaurant in a database.
    async fn fill(database: &TestDatabase) {
        migrate(&database.url()).await.expect("it migrates");
        let superuser = AsyncPgConnection::establish(&database.url()).await;
        let mut superuser = superuser.expect("it answers");
        let filled = superuser.batch_execute(RESTAURANT).await;
        filled.expect("it is SQL");
    }

    async fn store(database: &TestDatabase) -> Store {
        fill(database).await;
        let random = RandomSource::new(|| Ok([0; 32]));
        let store = Store::connect(&database.url_as(SERVICE_ROLE), random).await;
        store.expect("it answers")
    }

    async fn read(store: &Store, date: Date) -> KnownDay {
        let (restaurants, dates) = ([restaurant()], [date]);
        let asking = ("test", Booker::Guest);
        let days = store.service_days::<Infallible>(asking, &restaurants, &dates);
        let mut days = days.await.expect("it is read");
        let day = days.pop().and_then(|mut days| days.pop());
        day.expect("it takes bookings")
    }

    #[tokio::test]
    async fn days_keep_no_way_of_seating_alive_that_is_not_kept_itself() {
        let database = TestDatabase::create().expect("PostgreSQL runs");
        let store = store(&database).await;
        // Each is before all for which it is known how the restaurant seats.
        let dates = (0..10).rev().map(|days| DAY + days.days());
        let dates: Vec<Date> = dates.collect();
        let mut before = Vec::new();
        for date in &dates {
            before.push(Arc::downgrade(&read(&store, *date).await.seating.floor));
        }
        let seating = store.cache().seating(restaurant(), DAY);
        let seating = seating.expect("it is kept");
        let alive = before.iter().filter_map(std::sync::Weak::upgrade);
        assert!(
            alive
                .clone()
                .all(|floor| Arc::ptr_eq(&floor, &seating.floor))
        );
        assert_eq!(alive.count(), 1);
        let kept = dates
            .iter()
            .filter_map(|date| store.cache().day(&seating, *date));
        assert_eq!(kept.count(), dates.len());
    }

    #[tokio::test]
    async fn that_a_slot_has_no_table_is_found_once() {
        let database = TestDatabase::create().expect("PostgreSQL runs");
        let store = store(&database).await;
        let now: Timestamp = "2027-02-01T12:00:00Z".parse().expect("it is an instant");
        let new = NewHold {
            restaurant: restaurant(),
            date: DAY,
            time: time(19, 0, 0, 0),
            utc_offset: None,
            service_date: None,
            party: PartySize::new(2).expect("it is in range"),
            area: None,
        };
        let guest = Holder {
            booker: Booker::Guest,
            is_anonymous: false,
            live_holds: 0,
        };
        let id = HoldId::from_random([7; 32]);
        let asked = Cell::new(0);
        let decide = |day: &ServiceDay| {
            asked.set(asked.get() + 1);
            hold(day, &new, guest, id.clone(), now)
        };
        let day = read(&store, DAY).await;
        let made = decide(&day.service_day(&[])).expect("it is free");
        let taken: Vec<Claim> = made.claim(1).into_iter().collect();
        store.cache().keep(&day.after(&[], &taken));
        let request = new.place_request(Booker::Guest);
        let placed = PlacedBooking {
            restaurant: restaurant(),
            request: &request,
            current: None,
        };
        let cache = Some(store.cache());
        let plans = |is_up_to_the_day: bool, later: i64| {
            let now = now + later.hours();
            let rule = GuestRule::new(cache, &request, is_up_to_the_day, now, decide);
            placed.plan(cache, &rule).is_some()
        };
        for _ in 0..3 {
            assert!(!plans(true, 0));
        }
        assert_eq!(asked.get(), 2);
        // Who may be refused by something else is told that, and on another date guests may book further ahead.
        assert!(!plans(false, 0));
        assert_eq!(asked.get(), 3);
        assert!(!plans(true, 24));
        assert_eq!(asked.get(), 4);
        assert!(!plans(true, 0));
        assert_eq!(asked.get(), 5);
        // The table is free again.
        store.cache().keep(&day.after(&[DAY], &[]));
        assert!(plans(true, 0));
    }

    #[tokio::test]
    async fn what_is_kept_is_forgotten_once_another_database_answers_and_not_before() {
        let databases = [(); 2].map(|()| TestDatabase::create().expect("PostgreSQL runs"));
        let mut configs = Vec::new();
        for database in &databases {
            fill(database).await;
            let config: Config = database.url_as(SERVICE_ROLE).parse().expect("it is a URL");
            configs.push(config);
        }
        let answering = Arc::new(AtomicUsize::new(0));
        let (config, which) = (configs[0].clone(), Arc::clone(&answering));
        let open = move || {
            // Diesel has a `load` of its own for whatever is pointed to.
            let config = configs[AtomicUsize::load(&which, Ordering::Relaxed)].clone();
            async move { open_session(&config).await }
        };
        let cache = ServiceDayCache::new(DEFAULT_CACHE_BYTES);
        let pool = Pool::connect_with(1, open, cache.on_server_change()).await;
        let random = RandomSource::new(|| Ok([0; 32]));
        let store = Store::from_parts(config, pool.expect("it answers"), cache, random);
        let mut kept = Vec::new();
        for database in [0, 0, 1, 1, 0] {
            answering.store(database, Ordering::Relaxed);
            store.pool().discard_idle();
            store.ping().await.expect("it answers");
            kept.push(store.cache().seating(restaurant(), DAY).is_some());
            read(&store, DAY).await;
        }
        assert_eq!(kept, [false, true, false, true, false]);
    }
}
