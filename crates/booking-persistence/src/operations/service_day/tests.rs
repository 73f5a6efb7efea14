//! What is kept of service dates, on a real database.

use std::cell::Cell;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use booking_domain::{
    Booker, Claim, HoldId, Holder, NewHold, PartySize, RestaurantId, ServiceDay, hold,
};
use dev_postgres::TestDatabase;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use jiff::civil::{Date, date, time};
use jiff::{Timestamp, ToSpan};
use tokio_postgres::Config;

use super::placed_booking::Made;
use super::{GuestRule, KnownDay, PlacedBooking, ServiceDayCache};
use crate::connection::{Pool, open_session};
use crate::store::Store;
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
async fn cache_that_is_full_keeps_some_days_and_lets_others_go() {
    let database = TestDatabase::create().expect("PostgreSQL runs");
    let store = store(&database).await.with_cache_bytes(96 << 10);
    let dates: Vec<Date> = (0..300).map(|days| DAY + days.days()).collect();
    for date in &dates {
        read(&store, *date).await;
    }
    let seating = store.cache().seating(restaurant(), DAY);
    let seating = seating.expect("it is kept");
    let kept = dates
        .iter()
        .filter_map(|date| store.cache().day(&seating, *date));
    let kept = kept.count();
    assert!(0 < kept && kept < dates.len(), "{kept}");
}

#[tokio::test]
async fn that_a_slot_has_no_room_is_found_once() {
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
    let plans = |depends_on_day_alone: bool, later: i64| {
        let now = now + later.hours();
        let rule = GuestRule::new(cache, &request, depends_on_day_alone, now, decide);
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
    let pool = Pool::connect_with(1, open, cache.on_database_change()).await;
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
