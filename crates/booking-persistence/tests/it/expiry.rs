//! Pending bookings that nobody has confirmed in time: cancelled at once, and written later.

use booking_domain::{
    Booking, BookingStatus, BookingView, CancellationKind, CreateRefusal, PlaceReason,
};
use booking_persistence::{AccessRefusal, AvailabilityCaller, BookingCaller, Store, StoreError};
use jiff::{Timestamp, ToSpan};

use crate::support::{
    DAY, NOW, TestRestaurant, at, query, restaurant_id, secret_key, update_booking,
};

/// How the rows of all bookings end, and what is taken.
const WRITTEN: &str = "SELECT concat_ws(' ', status, cancellation_kind, version,
        updated_at AT TIME ZONE 'UTC', expires_at IS NOT NULL) AS line
    FROM bookings ORDER BY booking_id";
const TAKEN: &str = "SELECT count(*)::text AS line FROM occupancies";
/// What has happened without anybody's doing.
const EVENTS: &str = "SELECT concat_ws(' ', booking_id, version, actor_kind, action,
        occurred_at AT TIME ZONE 'UTC', changed) AS line
    FROM booking_events WHERE action NOT IN ('create_booking', 'update_booking')
    ORDER BY booking_id, version";
const DAY_VERSION: &str = "SELECT version::text AS line FROM booking_days
    WHERE restaurant_id = 1 AND date = '2027-02-15'";

/// A restaurant that confirms parties of two by hand, within a day, with so many tables.
async fn confirming(tables: u32) -> TestRestaurant {
    let venue = TestRestaurant::with_tables(tables).await;
    venue
        .sql("UPDATE booking_policies SET confirmation_min_party = 2")
        .await;
    venue
}

/// A booking that waits for the restaurant's word until a day from now.
async fn pending(venue: &TestRestaurant) -> Booking {
    let booking = venue.book(&venue.request()).await.expect("it is free");
    let booking = booking.booking;
    assert_eq!(booking.status, BookingStatus::Pending);
    assert_eq!(booking.expires_at, Some(expiry()));
    booking
}

fn expiry() -> Timestamp {
    NOW + 24.hours()
}

async fn read(venue: &TestRestaurant, booking: &Booking, now: Timestamp) -> BookingView {
    let (key, secret) = (secret_key(), secret_key().secret(booking.id.as_str(), 0));
    let (secret, key) = (&secret, &key);
    let caller = BookingCaller::SecretHolder { secret, key };
    let context = at(now);
    let found = venue.store.get_booking(&caller, &booking.id, &context);
    found.await.expect("it is there")
}

async fn expire(store: &Store, now: Timestamp) -> usize {
    let context = at(now);
    let expired = store.expire_bookings(restaurant_id(1), &context);
    expired.await.expect("it is done")
}

#[tokio::test]
async fn a_booking_that_has_expired_reads_as_it_is_written_later() {
    let venue = confirming(1).await;
    let booking = pending(&venue).await;
    let before = read(&venue, &booking, expiry() - 1.microsecond()).await;
    assert_eq!(before.booking, booking);
    let seen = read(&venue, &booking, expiry() + 1.hour()).await;
    assert_eq!(seen.booking.status, BookingStatus::Cancelled);
    let kind = seen.booking.cancellation.as_ref().map(|it| it.kind);
    assert_eq!(kind, Some(CancellationKind::Expired));
    assert_eq!(
        (seen.booking.version, seen.booking.updated_at),
        (2, expiry())
    );
    let stored = venue.texts(WRITTEN).await;
    assert_eq!(stored, ["pending 1 2027-02-08 17:30:00 t"]);
    assert_eq!(expire(&venue.store, expiry() + 2.hours()).await, 1);
    let stored = venue.texts(WRITTEN).await;
    assert_eq!(stored, ["cancelled expired 2 2027-02-09 17:30:00 f"]);
    assert_eq!(read(&venue, &booking, expiry() + 3.hours()).await, seen);
    assert_eq!(venue.texts(TAKEN).await, ["0"]);
}

#[tokio::test]
async fn only_what_has_expired_is_looked_for_and_written() {
    let venue = confirming(1).await;
    pending(&venue).await;
    venue.add_restaurant(2, "Other", 1).await;
    let found = async |now| {
        let found = venue.store.restaurants_with_expired_bookings(now);
        found.await.expect("it is SQL")
    };
    let early = expiry() - 1.microsecond();
    assert_eq!(found(early).await, []);
    assert_eq!(expire(&venue.store, early).await, 0);
    assert_eq!(found(expiry()).await, [restaurant_id(1)]);
    assert_eq!(expire(&venue.store, expiry()).await, 1);
    assert_eq!(found(expiry()).await, []);
    assert_eq!(expire(&venue.store, expiry()).await, 0);
}

#[tokio::test]
async fn one_that_a_program_of_before_has_made_waits_until_it_begins() {
    let venue = confirming(1).await;
    let booking = pending(&venue).await;
    venue.sql("UPDATE bookings SET expires_at = NULL").await;
    let starts_at = booking.placement.starts_at;
    let early = read(&venue, &booking, starts_at - 1.microsecond()).await;
    assert_eq!(early.booking.expires_at, Some(starts_at));
    assert_eq!(expire(&venue.store, starts_at - 1.microsecond()).await, 0);
    let late = read(&venue, &booking, starts_at).await;
    assert_eq!(late.booking.status, BookingStatus::Cancelled);
    assert_eq!(expire(&venue.store, starts_at).await, 1);
}

#[tokio::test]
async fn its_table_is_free_at_the_instant_of_its_expiry_though_nobody_has_written_it() {
    let venue = confirming(1).await;
    pending(&venue).await;
    let slots = async |now| {
        let asked = AvailabilityCaller::default();
        let (here, query) = (restaurant_id(1), query(2));
        let found = (venue.store).get_availability(here, DAY, &query, asked, now);
        found.await.expect("it takes bookings").slots.len()
    };
    let early = expiry() - 1.microsecond();
    assert!(slots(early).await < slots(expiry()).await);
    let book = async |now| {
        let (request, context) = (venue.request(), at(now));
        let made = venue.store.create_booking(&request, None, &context);
        made.await
    };
    let refused = book(early).await.expect_err("it is taken");
    assert!(
        matches!(&refused, StoreError::Refused(AccessRefusal::Rule(CreateRefusal::Place(it)))
            if it.reason == PlaceReason::TableNotAvailable),
        "{refused:?}"
    );
    book(expiry()).await.expect("it is free");
    let stored = venue.texts(WRITTEN).await;
    assert_eq!(
        stored,
        [
            "cancelled expired 2 2027-02-09 17:30:00 f",
            "pending 1 2027-02-09 17:30:00 t"
        ]
    );
    let happened = "1 2 system expire_booking 2027-02-09 17:30:00 \
        {status,expires_at,cancellation_kind}";
    assert_eq!(venue.texts(EVENTS).await, [happened]);
    assert_eq!(venue.texts(TAKEN).await, ["1"]);
    assert_eq!(expire(&venue.store, expiry()).await, 0);
}

#[tokio::test]
async fn what_the_guest_changes_of_the_visit_waits_anew() {
    let venue = confirming(1).await;
    let booking = pending(&venue).await;
    let later = NOW + 1.hour();
    let change = booking_domain::BookingChange {
        party: Some(crate::support::party(3)),
        ..Default::default()
    };
    let changed = update_booking(&venue.store, &booking.id, &change, None, later).await;
    let changed = changed.expect("the table is for four").booking;
    assert_eq!(changed.expires_at, Some(expiry() + 1.hour()));
    assert_eq!(expire(&venue.store, expiry()).await, 0);
    let late = expiry() + 1.hour();
    let refused = update_booking(&venue.store, &booking.id, &change, None, late).await;
    refused.expect_err("it has expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_write_it_at_once_one_does() {
    let venue = confirming(3).await;
    for _ in 0..3 {
        pending(&venue).await;
    }
    let before: i64 = venue.texts(DAY_VERSION).await[0].parse().expect("a number");
    let writers = (0..8).map(|_| {
        let store = venue.store.clone();
        tokio::spawn(async move { expire(&store, expiry()).await })
    });
    let mut written = 0;
    for writer in writers.collect::<Vec<_>>() {
        written += writer.await.expect("it does not panic");
    }
    // Those that all left to each other are for the next turn.
    written += expire(&venue.store, expiry()).await;
    assert_eq!(written, 3);
    let events = venue.texts(EVENTS).await;
    assert_eq!(events.len(), 3, "{events:?}");
    assert_eq!(venue.texts(TAKEN).await, ["0"]);
    let after: i64 = venue.texts(DAY_VERSION).await[0].parse().expect("a number");
    assert!(before < after, "what is taken has changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_want_its_table_one_gets_it_while_others_write_that_it_has_expired() {
    let venue = confirming(1).await;
    pending(&venue).await;
    let rivals = (0..12).map(|number| {
        let (store, request) = (venue.store.clone(), venue.request());
        tokio::spawn(async move {
            if number % 2 == 0 {
                expire(&store, expiry()).await;
                return 0;
            }
            match store.create_booking(&request, None, &at(expiry())).await {
                Ok(_) => 1,
                Err(StoreError::Refused(_)) => 0,
                Err(other) => panic!("{other:?}"),
            }
        })
    });
    let mut made = 0;
    for rival in rivals.collect::<Vec<_>>() {
        made += rival.await.expect("it does not panic");
    }
    assert_eq!(made, 1);
    assert_eq!(venue.texts(EVENTS).await.len(), 1);
    assert_eq!(venue.texts(TAKEN).await, ["1"]);
}
