//! What happens when many want the same at the same time.

use booking_domain::{
    AlreadyBooked, BookingChange, BookingStatus, ChangeRefusal, CreateRefusal, NewBooking,
    PhoneNumber, PlaceReason, PlaceRefusal, Standing,
};
use booking_persistence::{AccessRefusal, StoreError};
use diesel_async::SimpleAsyncConnection;
use jiff::ToSpan;

use crate::support::{
    DAY, NOW, TestRestaurant, at, cancel_booking, email, get_booking, party, until_somebody_waits,
    update_booking,
};

/// The same by a guest of this number, who is somebody else than the others.
fn by_guest(number: usize, mut new: NewBooking) -> NewBooking {
    new.customer.email = Some(email(&format!("guest{number}@example.com")));
    new.customer.phone = PhoneNumber::parse(format!("+4930{number}"));
    new
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_who_books_on_many_days_at_once_has_as_many_as_one_may_have() {
    let venue = TestRestaurant::with_tables(1).await;
    venue
        .sql("UPDATE booking_policies SET max_bookings_per_guest = 3")
        .await;
    // Half of them are told by the address, half by the telephone number; one has both.
    let rivals: Vec<_> = (0..20)
        .map(|number| {
            let (store, mut request) = (venue.store.clone(), venue.request());
            request.date = DAY + i64::from(number).days();
            let customer = &mut request.customer;
            match number % 3 {
                0 => customer.email = Some(email(&format!("guest{number}@example.com"))),
                1 => customer.phone = PhoneNumber::parse(format!("+4930{number}")),
                _ => {}
            }
            tokio::spawn(async move { store.create_booking(&request, None, &at(NOW)).await })
        })
        .collect();
    let mut refused = 0;
    for rival in rivals {
        match rival.await.expect("it does not panic") {
            Ok(_) => {}
            Err(StoreError::Refused(AccessRefusal::Rule(CreateRefusal::AlreadyBooked(
                AlreadyBooked::TooMany { max: 3 },
            )))) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(refused >= 14, "{refused}");
    for of_one in ["email = 'sarah.chen@example.com'", "phone = '+15551234567'"] {
        let count = format!("SELECT count(*)::text AS line FROM booking_contacts WHERE {of_one}");
        let count: i32 = venue.texts(&count).await[0]
            .parse()
            .expect("it is a number");
        assert!((1..=3).contains(&count), "{of_one}: {count}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_want_the_last_table_exactly_one_gets_it() {
    let venue = TestRestaurant::with_tables(1).await;
    let rivals: Vec<_> = (0..20)
        .map(|number| {
            let (store, request) = (venue.store.clone(), by_guest(number, venue.request()));
            tokio::spawn(async move { store.create_booking(&request, None, &at(NOW)).await })
        })
        .collect();
    let mut winners = 0;
    for rival in rivals {
        match rival.await.expect("it does not panic") {
            Ok(_) => winners += 1,
            Err(StoreError::Refused(AccessRefusal::Rule(CreateRefusal::Place(PlaceRefusal {
                reason: PlaceReason::TableNotAvailable,
                ..
            })))) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(winners, 1);
    let taken = "SELECT count(*)::text AS line FROM occupancies";
    assert_eq!(venue.texts(taken).await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_bookings_fill_every_table_once() {
    let venue = TestRestaurant::with_tables(8).await;
    let rivals: Vec<_> = (0..12)
        .map(|number| {
            let (store, request) = (venue.store.clone(), by_guest(number, venue.request()));
            tokio::spawn(async move { store.create_booking(&request, None, &at(NOW)).await })
        })
        .collect();
    let mut tables = Vec::new();
    for rival in rivals {
        if let Ok(booking) = rival.await.expect("it does not panic") {
            tables.extend(booking.view.booking.placement.tables);
        }
    }
    tables.sort();
    tables.dedup();
    assert_eq!(tables.len(), 8);
}

/// A booking for seven that somebody else writes, without the store's lock.
const INTRUDER: &str = "
    INSERT INTO users VALUES (1000, 'Intruder', 'intruder@example.com', '+49301', '2027-01-01Z');
    INSERT INTO bookings (restaurant_id, booking_id, public_id, user_id, booking_date,
            booking_time, party_size, confirmation_code, table_ids, starts_at, ends_at, free_at, service_date,
            utc_offset_minutes, created_at, updated_at)
        SELECT 1, 1000, 'bk_intruder', 1000, '2027-02-15', '19:00', 2, 'ZZZZZZ', ARRAY[min(table_id)], '2027-02-15 18:00Z',
            '2027-02-15 19:30Z', '2027-02-15 19:30Z', '2027-02-15', 60, '2027-01-01Z', '2027-01-01Z'
        FROM dining_tables;
    INSERT INTO occupancies
        SELECT 1, 1000, table_ids[1], tstzrange(starts_at, free_at) FROM bookings
        WHERE booking_id = 1000;
";

#[tokio::test(flavor = "multi_thread")]
async fn overlap_that_comes_past_the_lock_is_refused_by_the_database() {
    let venue = TestRestaurant::with_tables(1).await;
    let mut intruder = venue.connection().await;
    let mut observer = venue.connection().await;
    intruder.batch_execute("BEGIN").await.expect("it begins");
    intruder.batch_execute(INTRUDER).await.expect("it writes");

    let (store, request) = (venue.store.clone(), venue.request());
    let booking = tokio::spawn(async move { store.create_booking(&request, None, &at(NOW)).await });
    until_somebody_waits(&mut observer).await;
    intruder.batch_execute("COMMIT").await.expect("it commits");

    let refused = booking.await.expect("it does not panic");
    assert!(
        matches!(
            refused,
            Err(StoreError::Refused(AccessRefusal::Rule(
                CreateRefusal::Place(PlaceRefusal {
                    reason: PlaceReason::TableNotAvailable,
                    ..
                })
            )))
        ),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_race_for_one_table_is_decided_again_and_takes_another_one() {
    let venue = TestRestaurant::with_tables(2).await;
    let mut intruder = venue.connection().await;
    let mut observer = venue.connection().await;
    intruder.batch_execute("BEGIN").await.expect("it begins");
    intruder.batch_execute(INTRUDER).await.expect("it writes");

    let (store, request) = (venue.store.clone(), venue.request());
    let booking = tokio::spawn(async move { store.create_booking(&request, None, &at(NOW)).await });
    until_somebody_waits(&mut observer).await;
    intruder.batch_execute("COMMIT").await.expect("it commits");

    let booking = booking.await.expect("it does not panic");
    assert!(booking.is_ok(), "{booking:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_to_the_same_version_one_is_stale() {
    let venue = TestRestaurant::with_tables(4).await;
    let booking = venue
        .book(&venue.request())
        .await
        .expect("a table is free")
        .booking;
    let changes: Vec<_> = [3, 4]
        .map(|guests| {
            let (store, id) = (venue.store.clone(), booking.id.clone());
            let change = BookingChange {
                party: Some(party(guests)),
                ..BookingChange::default()
            };
            tokio::spawn(async move { update_booking(&store, &id, &change, Some(&[1]), NOW).await })
        })
        .into();
    let mut outcomes = Vec::new();
    for change in changes {
        outcomes.push(change.await.expect("it does not panic"));
    }
    let is_stale = |outcome: &Result<_, _>| {
        matches!(
            outcome,
            Err(StoreError::Refused(AccessRefusal::Rule(
                ChangeRefusal::VersionMismatch
            )))
        )
    };
    assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|one| is_stale(one)).count(), 1);
    let after = get_booking(&venue.store, &booking.id).await;
    assert_eq!(after.expect("it is there").booking.version, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn change_and_cancellation_at_once_leave_no_table_taken() {
    let venue = TestRestaurant::with_tables(1).await;
    for _ in 0..5 {
        let booking = venue
            .book(&venue.request())
            .await
            .expect("a table is free")
            .booking;
        let (store, id) = (venue.store.clone(), booking.id.clone());
        let change = tokio::spawn(async move {
            let change = BookingChange {
                date: DAY.tomorrow().ok(),
                ..BookingChange::default()
            };
            update_booking(&store, &id, &change, None, NOW).await
        });
        let cancelled = cancel_booking(&venue.store, &booking.id, None, NOW).await;
        assert_eq!(
            cancelled.expect("it is cancelled").booking.status,
            BookingStatus::Cancelled
        );
        match change.await.expect("it does not panic") {
            Ok(_) => {}
            Err(StoreError::Refused(AccessRefusal::Rule(ChangeRefusal::Status(refusal)))) => {
                assert_eq!(refusal.standing, Standing::Status(BookingStatus::Cancelled));
            }
            Err(other) => panic!("{other:?}"),
        }
        let taken = "SELECT count(*)::text AS line FROM occupancies";
        assert_eq!(venue.texts(taken).await, ["0"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guest_who_books_many_dates_at_once_for_the_first_time_is_one_user() {
    let venue = TestRestaurant::with_tables(1).await;
    let bookings: Vec<_> = (0..10_i32)
        .map(|days| {
            let (store, mut request) = (venue.store.clone(), venue.request());
            request.date = DAY + days.days();
            tokio::spawn(async move { store.create_booking(&request, None, &at(NOW)).await })
        })
        .collect();
    for booking in bookings {
        let booking = booking.await.expect("it does not panic");
        booking.expect("every date has a table");
    }
    let users = "SELECT count(*)::text AS line FROM users";
    assert_eq!(venue.texts(users).await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_too_long_for_a_lock_is_told_to_come_back() {
    let venue = TestRestaurant::with_tables(1).await;
    let made = venue
        .book(&venue.request())
        .await
        .expect("a table is free")
        .booking;
    let mut other = venue.connection().await;
    other
        .batch_execute("BEGIN; SELECT * FROM bookings FOR UPDATE")
        .await
        .expect("it locks");
    let waited = cancel_booking(&venue.store, &made.id, None, NOW).await;
    assert!(
        matches!(waited, Err(StoreError::Unavailable(_))),
        "{waited:?}"
    );
    other.batch_execute("ROLLBACK").await.expect("it ends");
    let cancelled = cancel_booking(&venue.store, &made.id, None, NOW).await;
    cancelled.expect("nobody holds the lock");
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlock_is_tried_again() {
    let venue = TestRestaurant::with_tables(1).await;
    let made = venue
        .book(&venue.request())
        .await
        .expect("a table is free")
        .booking;
    let mut observer = venue.connection().await;
    let mut other = venue.connection().await;
    // The other waits patiently, so that the store's transaction is the one that is ended.
    other
        .batch_execute("SET deadlock_timeout = '1min'; BEGIN; SELECT * FROM occupancies FOR UPDATE")
        .await
        .expect("it locks");
    let (store, id) = (venue.store.clone(), made.id.clone());
    let cancel = tokio::spawn(async move { cancel_booking(&store, &id, None, NOW).await });
    until_somebody_waits(&mut observer).await;
    other
        .batch_execute("SELECT * FROM bookings FOR UPDATE; COMMIT")
        .await
        .expect("the store's transaction gives way");
    let cancelled = cancel.await.expect("it does not panic");
    assert_eq!(
        cancelled
            .expect("the second attempt succeeds")
            .booking
            .status,
        BookingStatus::Cancelled
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn abandoned_request_leaves_no_lock_behind() {
    let venue = TestRestaurant::with_tables(1).await;
    let made = venue
        .book(&venue.request())
        .await
        .expect("a table is free")
        .booking;
    let mut observer = venue.connection().await;
    let mut other = venue.connection().await;
    other
        .batch_execute("BEGIN; SELECT * FROM occupancies FOR UPDATE")
        .await
        .expect("it locks");
    let (store, id) = (venue.store.clone(), made.id.clone());
    let cancel = tokio::spawn(async move { cancel_booking(&store, &id, None, NOW).await });
    until_somebody_waits(&mut observer).await;
    cancel.abort();
    assert!(cancel.await.is_err_and(|error| error.is_cancelled()));
    other.batch_execute("ROLLBACK").await.expect("it ends");
    // Less than the time after which PostgreSQL itself would end an idle transaction.
    observer
        .batch_execute("SET lock_timeout = '5s'; SELECT * FROM bookings FOR UPDATE")
        .await
        .expect("nobody holds the lock");
    let after = get_booking(&venue.store, &made.id).await;
    assert_eq!(after.expect("it is there").booking, made);
}
