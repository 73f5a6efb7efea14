//! What is decided on a snapshot that is read without a lock: what is refused waits for nobody but its
//! own guest, and what has changed while it was read refuses nobody.

use std::sync::atomic::{AtomicU8, Ordering};

use booking_domain::{
    BookingChange, BookingId, CreateRefusal, Customer, NewBooking, NewHold, PhoneNumber,
    PlaceReason, RuleOverride, RuleOverrides, StaffRequest, StaffRole, TableId,
};
use booking_persistence::{AccessRefusal, AvailabilityCaller, BookingCaller, Store, StoreError};
use diesel_async::SimpleAsyncConnection;
use jiff::civil::{Date, Time, date, time};
use jiff::{Timestamp, ToSpan};

use crate::support::{
    DAY, NOW, SEVEN, TestRestaurant, at, cancel_booking, email, party, query, restaurant_id,
    until_somebody_waits,
};
use crate::team::{add_account, hire, user};

type Made = Result<
    booking_persistence::CreatedBooking,
    StoreError<booking_persistence::RestaurantAccessRefusal<CreateRefusal>>,
>;

/// Books while others do something else.
fn booking(venue: &TestRestaurant, request: &NewBooking) -> tokio::task::JoinHandle<Made> {
    let (store, request) = (venue.store.clone(), request.clone());
    tokio::spawn(async move { store.create_booking(&request, None, &at(NOW)).await })
}

fn assert_refused(made: Made, expected: PlaceReason) {
    match made {
        Err(StoreError::Refused(AccessRefusal::Rule(CreateRefusal::Place(refusal)))) => {
            assert_eq!(refusal.reason, expected);
        }
        other => panic!("{other:?}"),
    }
}

/// The restaurant's only table is taken at seven, and a second one is put up while somebody asks for
/// that time: after the tables were read, and before what is taken is.
#[tokio::test(flavor = "multi_thread")]
async fn table_that_comes_while_the_day_is_read_is_given_away() {
    let venue = TestRestaurant::with_tables(1).await;
    // By another process: this one has to read the day.
    let other = venue.store_with(|| [7; 32]).await;
    let made = other.create_booking(&venue.request(), None, &at(NOW)).await;
    made.expect("it is free");
    let mut owner = venue.connection().await;
    let begin = "BEGIN; LOCK TABLE bookings IN ACCESS EXCLUSIVE MODE";
    owner.batch_execute(begin).await.expect("nobody has it");
    let booking = booking(&venue, &venue.request());
    until_somebody_waits(&mut venue.connection().await).await;
    let table = "INSERT INTO dining_tables (restaurant_id, name, min_party, max_party)
            VALUES (1, 'New', 1, 4);
        UPDATE booking_policies SET seating_version = seating_version + 1;
        COMMIT";
    owner.batch_execute(table).await.expect("it ends");
    let made = booking.await.expect("it does not panic");
    made.expect("the new one is free");
}

/// Somebody books on the same date, and has not finished yet; and the restaurant's rules are locked.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_waits_for_no_lock() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.book(&venue.request()).await.expect("it is free");
    let mut observer = venue.connection().await;
    let mut day = venue.connection().await;
    let lock = "BEGIN; SELECT FROM booking_days FOR UPDATE";
    day.batch_execute(lock).await.expect("nobody has it");

    // At lunch there is nobody, but the restaurant is closed; at seven the table is taken.
    let closed = NewBooking {
        time: time(12, 0, 0, 0),
        ..venue.request()
    };
    let refused = booking(&venue, &closed).await.expect("it does not panic");
    assert_refused(refused, PlaceReason::OutsideServiceHours);
    let refused = booking(&venue, &venue.request()).await;
    assert_refused(
        refused.expect("it does not panic"),
        PlaceReason::TableNotAvailable,
    );

    // What is granted waits, with the lock of the rules, which it shares, and those of its guest.
    let later = NewBooking {
        time: time(21, 0, 0, 0),
        ..venue.request()
    };
    let granted = booking(&venue, &later);
    until_somebody_waits(&mut observer).await;
    let key = "SELECT (classid::bigint << 32 | objid::bigint)::text AS line FROM pg_locks
        WHERE locktype = 'advisory' AND mode = 'ShareLock'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let keys = venue.texts(key).await;
    day.batch_execute("COMMIT").await.expect("it ends");
    let granted = granted.await.expect("it does not panic");
    granted.expect("it is free");

    let [key] = keys.as_slice() else {
        panic!("{keys:?}");
    };
    let mut rules = venue.connection().await;
    let lock = format!("BEGIN; SELECT pg_advisory_xact_lock({key})");
    rules.batch_execute(&lock).await.expect("nobody has it");
    let refused = booking(&venue, &venue.request()).await;
    assert_refused(
        refused.expect("it does not panic"),
        PlaceReason::TableNotAvailable,
    );
}

/// When the restaurant has a table for so many guests.
async fn offered(store: &Store, date: Date, guests: i64, now: Timestamp) -> Vec<Time> {
    let anybody = AvailabilityCaller::default();
    let query = query(guests);
    let offered = store.get_availability(restaurant_id(1), date, &query, anybody, now);
    let offered = offered.await.expect("it is told");
    offered.slots.iter().map(|slot| slot.time).collect()
}

/// Of the restaurant's only table. It is read who has booked, then a hold becomes a booking, and then it is read
/// who holds a table.
#[tokio::test(flavor = "multi_thread")]
async fn hold_that_becomes_a_booking_while_the_day_is_read_is_never_neither() {
    let context = at(NOW);
    let venue = TestRestaurant::with_tables(1).await;
    let booked = venue.book(&venue.request()).await.expect("it is free");
    let cancelled = cancel_booking(&venue.store, &booked.booking.id, None, NOW).await;
    cancelled.expect("it is there");
    let hold = NewHold {
        restaurant: venue.restaurant,
        date: DAY,
        time: SEVEN,
        utc_offset: None,
        service_date: None,
        party: party(2),
        area: None,
    };
    let held = venue.store.create_hold(&hold, None, "guest", &context);
    held.await.expect("it is free");
    // By another process, which has read other days, so that its statements are there.
    let other = venue.store_with(|| [7; 32]).await;
    for days in 1..=5 {
        assert!(
            offered(&other, DAY + days.days(), 2, NOW)
                .await
                .contains(&SEVEN)
        );
    }
    let mut owner = venue.connection().await;
    let begin = "BEGIN; LOCK TABLE holds IN ACCESS EXCLUSIVE MODE";
    owner.batch_execute(begin).await.expect("nobody has it");
    let reading = tokio::spawn(async move { offered(&other, DAY, 2, NOW).await });
    until_somebody_waits(&mut venue.connection().await).await;
    let become_booking = "DELETE FROM holds;
        UPDATE bookings SET status = 'confirmed', cancellation_kind = NULL;
        UPDATE booking_days SET version = version + 1;
        COMMIT";
    let became = owner.batch_execute(become_booking).await;
    became.expect("it ends");
    let offered = reading.await.expect("it does not panic");
    assert!(
        !offered.is_empty() && !offered.contains(&SEVEN),
        "{offered:?}"
    );
}

#[tokio::test]
async fn who_comes_after_midnight_counts_with_those_whose_interval_began_before() {
    let context = at(NOW);
    let venue = TestRestaurant::with_tables(5).await;
    venue
        .sql(
            "UPDATE booking_policies SET slot_interval_minutes = 60, turn_minutes = 15;
             DELETE FROM service_periods;
             INSERT INTO service_periods
                 (restaurant_id, name, weekdays, first_seating, ends, max_parties)
                 VALUES (1, 'Dinner', 127, '17:30', '23:45', 1), (1, 'Night', 127, '00:00', '03:00', 1)",
        )
        .await;
    let late = time(23, 30, 0, 0);
    assert!(offered(&venue.store, DAY, 2, NOW).await.contains(&late));
    let other = venue.store_with(|| [7; 32]).await;
    let after_midnight = NewBooking {
        date: DAY + 1.day(),
        time: time(0, 0, 0, 0),
        ..venue.request()
    };
    let made = other.create_booking(&after_midnight, None, &context).await;
    made.expect("it is free");
    let before_midnight = NewBooking {
        time: late,
        ..venue.request()
    };
    let made = venue.store.create_booking(&before_midnight, None, &context);
    assert_refused(made.await, PlaceReason::PacingLimitReached);
    assert!(!offered(&venue.store, DAY, 2, NOW).await.contains(&late));
}

#[tokio::test]
async fn who_was_refused_is_remembered_no_longer_than_the_day_stays() {
    let venue = TestRestaurant::with_tables(1).await;
    venue
        .sql("UPDATE booking_policies SET one_booking_per_service = true")
        .await;
    let other = venue.store_with(|| [7; 32]).await;
    let first = venue.book(&venue.request()).await.expect("it is free");
    let create = async |request: &NewBooking| {
        let context = at(NOW);
        venue.store.create_booking(request, None, &context).await
    };
    let stranger = NewBooking {
        customer: Customer {
            email: Some(email("bob@example.com")),
            phone: PhoneNumber::parse("+15557654321"),
            ..venue.request().customer
        },
        ..venue.request()
    };
    for _ in 0..2 {
        assert_refused(create(&stranger).await, PlaceReason::TableNotAvailable);
    }
    // Whoever sits there already is told so, and not that there is no table.
    let again = create(&venue.request()).await;
    assert!(
        matches!(
            again,
            Err(StoreError::Refused(AccessRefusal::Rule(
                CreateRefusal::AlreadyBooked(_)
            )))
        ),
        "{again:?}"
    );
    // By another process.
    let left = cancel_booking(&other, &first.booking.id, None, NOW).await;
    left.expect("it is there");
    create(&stranger).await.expect("it is free again");
}

/// At these tables, at any hour.
fn at_tables(tables: &[i64]) -> Option<StaffRequest> {
    let tables = tables.iter().copied().map(TableId::new);
    Some(StaffRequest {
        tables: tables.collect(),
        overrides: RuleOverrides::default().with(RuleOverride::Hours),
        ..StaffRequest::default()
    })
}

/// Two tables, of which the first alone takes five, and somebody of the staff.
async fn with_host() -> TestRestaurant {
    let venue = TestRestaurant::with_tables(2).await;
    venue
        .sql("UPDATE dining_tables SET max_party = 5 WHERE table_id = 1")
        .await;
    add_account(&venue, "host").await;
    hire(&venue, 1, "host", StaffRole::Host).await;
    venue
}

/// When it is half past this hour in the restaurant.
fn berlin(date: Date, hour: i8) -> Timestamp {
    let wall = date.at(hour, 30, 0, 0).in_tz("Europe/Berlin");
    wall.expect("it exists").timestamp()
}

#[tokio::test]
async fn where_a_turn_outside_of_all_hours_ends_matters_to_who_is_moved_for_others() {
    let context = at(NOW);
    let venue = with_host().await;
    let host = user("host");
    let other = venue.store_with(|| [7; 32]).await;
    // Until a quarter past midnight, and moved to the second table for five who come before.
    let late = NewBooking {
        time: time(22, 45, 0, 0),
        staff: at_tables(&[1]),
        ..venue.request()
    };
    let made = venue.store.create_booking(&late, Some(&host), &context);
    made.await.expect("it is free");
    let last = time(21, 30, 0, 0);
    assert!(offered(&venue.store, DAY, 5, NOW).await.contains(&last));
    let after_midnight = NewBooking {
        date: DAY + 1.day(),
        time: time(0, 0, 0, 0),
        staff: at_tables(&[2]),
        ..venue.request()
    };
    let made = other.create_booking(&after_midnight, Some(&host), &context);
    made.await.expect("it is free");
    assert!(!offered(&venue.store, DAY, 5, NOW).await.contains(&last));
}

#[tokio::test]
async fn party_that_sits_takes_a_table_that_a_party_of_yesterday_has_left() {
    let context = at(NOW);
    let venue = with_host().await;
    let (host, other) = (user("host"), venue.store_with(|| [7; 32]).await);
    let staff = BookingCaller::Principal(&host);
    let seat = async |date: Date, hour: i8, table: i64| {
        let request = NewBooking {
            date,
            time: time(hour, 30, 0, 0),
            staff: at_tables(&[table]),
            ..venue.request()
        };
        let made = venue.store.create_booking(&request, Some(&host), &context);
        let id = made.await.expect("it is free").view.booking.id;
        let coming = at(berlin(date, hour));
        let seated = venue.store.seat_booking(&staff, &id, None, &coming).await;
        seated.expect("they sit down");
        id
    };
    let yesterday = seat(DAY - 1.day(), 21, 1).await;
    let today = seat(DAY, 17, 2).await;
    let now = berlin(DAY, 18);
    let later = at(now);
    // The day is kept, with the party of yesterday, which then leaves by another process.
    offered(&venue.store, DAY, 2, now).await;
    let finished = other.finish_booking(&staff, &yesterday, &later).await;
    finished.expect("they have sat");
    let change = BookingChange {
        staff: at_tables(&[1]),
        ..BookingChange::default()
    };
    let change = (&change, None);
    let moved = venue
        .store
        .update_booking(&staff, &today, change, &later)
        .await;
    let tables = moved.expect("nobody sits there").booking.placement.tables;
    assert_eq!(tables.first().map(|table| table.get()), Some(1));
}

/// Each change through one process, which keeps the day, and then it is looked at by one that keeps nothing.
#[tokio::test]
async fn day_that_a_change_leaves_is_the_one_that_others_read() {
    let venue = with_host().await;
    venue
        .sql("UPDATE booking_policies SET confirmation_min_party = 5, one_booking_per_service = false")
        .await;
    let (host, seven) = (user("host"), venue.request());
    let staff = BookingCaller::Principal(&host);
    let (early, coming) = (at(NOW), at(berlin(DAY, 18)));
    let store = &venue.store;
    let assert_same = async |what: &str, now: Timestamp| {
        let other = venue.store_with(|| [7; 32]).await;
        for (date, guests) in [
            (DAY, 2),
            (DAY, 4),
            (DAY, 5),
            (DAY + 1.day(), 2),
            (DAY + 1.day(), 5),
        ] {
            let known = offered(store, date, guests, now).await;
            let read = offered(&other, date, guests, now).await;
            assert_eq!(known, read, "{what}, for {guests} on {date}");
        }
    };
    let book = async |guests: i64, hour: i8| {
        let request = NewBooking {
            party: party(guests),
            time: time(hour, 30, 0, 0),
            ..seven.clone()
        };
        let made = store.create_booking(&request, None, &early).await;
        made.expect("it is free").view.booking.id
    };
    let update = async |id: &BookingId, change: BookingChange| {
        let updated = store.update_booking(&staff, id, (&change, None), &early);
        updated.await.expect("it is free");
    };
    assert_same("nothing", NOW).await;
    let first = book(2, 18).await;
    assert_same("booked", NOW).await;
    let change = BookingChange {
        party: Some(party(3)),
        ..BookingChange::default()
    };
    update(&first, change).await;
    assert_same("larger", NOW).await;
    let change = BookingChange {
        time: Some(time(20, 30, 0, 0)),
        ..BookingChange::default()
    };
    update(&first, change).await;
    assert_same("later", NOW).await;
    let change = BookingChange {
        date: Some(DAY + 1.day()),
        ..BookingChange::default()
    };
    update(&first, change).await;
    assert_same("on another date", NOW).await;
    let change = BookingChange {
        date: Some(DAY),
        ..BookingChange::default()
    };
    update(&first, change).await;
    assert_same("back", NOW).await;
    cancel_booking(store, &first, None, NOW)
        .await
        .expect("it is there");
    assert_same("cancelled", NOW).await;
    let waiting = book(5, 18).await;
    assert_same("waiting", NOW).await;
    let confirmed = store.confirm_booking(&staff, &waiting, &early).await;
    confirmed.expect("it waits");
    assert_same("confirmed", NOW).await;
    // When it would have expired.
    assert_same("confirmed for long", NOW + 48.hours()).await;
    let cancelled = cancel_booking(store, &waiting, None, NOW).await;
    cancelled.expect("it is there");
    let waiting = book(5, 21).await;
    let declined = store.decline_booking(&staff, &waiting, None, &early).await;
    declined.expect("it waits");
    assert_same("declined", NOW).await;
    let (sits, absent) = (book(2, 18).await, book(2, 18).await);
    let seated = store.seat_booking(&staff, &sits, None, &coming).await;
    seated.expect("the table is free");
    assert_same("seated", coming.now).await;
    let finished = store.finish_booking(&staff, &sits, &coming).await;
    finished.expect("they sit");
    assert_same("finished", coming.now).await;
    let late = at(berlin(DAY, 19));
    let missing = store.mark_no_show(&staff, &absent, &late).await;
    missing.expect("they have not come");
    assert_same("absent", late.now).await;
    let undone = store.undo_booking_step(&staff, &absent, &late).await;
    undone.expect("the table is free");
    assert_same("undone", late.now).await;
}

/// A party that leaves before midnight, or after it by the zone that another process has set since.
#[tokio::test]
async fn whoever_leaves_locks_the_dates_of_the_zone_that_there_is() {
    let venue = TestRestaurant::with_tables(1).await;
    let request = NewBooking {
        time: time(21, 0, 0, 0),
        ..venue.request()
    };
    let made = venue.book(&request).await.expect("it is free");
    offered(&venue.store, DAY, 2, NOW).await;
    venue
        .sql("UPDATE booking_policies SET time_zone = 'Europe/Moscow', seating_version = seating_version + 1")
        .await;
    let before = version(&venue, DAY + 1.day()).await;
    let left = cancel_booking(&venue.store, &made.booking.id, None, NOW).await;
    left.expect("it is there");
    assert_ne!(version(&venue, DAY + 1.day()).await, before);
}

#[tokio::test]
async fn whoever_leaves_a_restaurant_that_was_suspended_meanwhile_leaves() {
    let venue = TestRestaurant::with_tables(1).await;
    let made = venue.book(&venue.request()).await.expect("it is free");
    offered(&venue.store, DAY, 2, NOW).await;
    venue
        .sql("UPDATE restaurants SET suspended_at = '2027-02-01Z'")
        .await;
    let before = version(&venue, DAY).await;
    let left = cancel_booking(&venue.store, &made.booking.id, None, NOW).await;
    left.expect("it is there");
    assert_ne!(version(&venue, DAY).await, before);
}

/// As if it were drawn at random: another one each time.
fn numbered() -> [u8; 32] {
    static NUMBER: AtomicU8 = AtomicU8::new(100);
    [NUMBER.fetch_add(1, Ordering::Relaxed); 32]
}

/// So many dates do not fit into so many bytes: `service_day/tests.rs`.
#[tokio::test]
async fn cache_that_is_full_or_keeps_nothing_changes_no_answer() {
    let venue = TestRestaurant::with_tables(2).await;
    for bytes in [0, 96 << 10] {
        let store = venue.store_with(numbered).await.with_cache_bytes(bytes);
        for days in 0..300 {
            offered(&store, DAY + days.days(), 2, NOW).await;
        }
        for round in 0..2 {
            for days in 0..4 {
                let request = NewBooking {
                    date: DAY + days.days(),
                    ..venue.request()
                };
                let made = store.create_booking(&request, None, &at(NOW)).await;
                let id = made.expect("it is free").view.booking.id;
                let taken = offered(&store, request.date, 2, NOW).await;
                assert_eq!(taken, offered(&venue.store, request.date, 2, NOW).await);
                cancel_booking(&store, &id, None, NOW)
                    .await
                    .expect("it is there");
                let free = offered(&store, request.date, 2, NOW).await;
                assert_eq!(free, offered(&venue.store, request.date, 2, NOW).await);
                assert!(free.contains(&SEVEN), "{bytes} bytes, round {round}");
            }
        }
    }
}

/// Of a date, how often something has changed.
async fn version(venue: &TestRestaurant, date: Date) -> Vec<String> {
    let version = format!("SELECT version::text AS line FROM booking_days WHERE date = '{date}'");
    venue.texts(&version).await
}

#[tokio::test]
async fn whoever_leaves_over_a_midnight_that_the_clock_skips_leaves_both_dates() {
    let venue = TestRestaurant::with_tables(1).await;
    venue
        .sql(
            "UPDATE booking_policies SET time_zone = 'America/Nuuk', turn_minutes = 105,
                 slot_interval_minutes = 30, buffer_minutes = 0;
             UPDATE service_periods SET first_seating = '18:00', ends = '03:00'",
        )
        .await;
    // At eleven it is midnight at once.
    let (saturday, sunday) = (date(2027, 3, 27), date(2027, 3, 28));
    let request = NewBooking {
        date: saturday,
        time: time(22, 0, 0, 0),
        ..venue.request()
    };
    let other = venue.store_with(|| [7; 32]).await;
    for (who, store) in [("with the day", &venue.store), ("without", &other)] {
        let made = venue.book(&request).await.expect("it is free");
        let before = version(&venue, sunday).await;
        let left = cancel_booking(store, &made.booking.id, None, NOW).await;
        left.expect("it is there");
        assert_ne!(version(&venue, sunday).await, before, "{who}");
    }
}
