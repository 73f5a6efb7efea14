//! What is decided on a snapshot that is read without a lock: what is refused waits for nobody but its
//! own guest, and what has changed while it was read refuses nobody.

use booking_domain::{CreateRefusal, NewBooking, PlaceReason};
use booking_persistence::{AccessRefusal, StoreError};
use diesel_async::SimpleAsyncConnection;
use jiff::civil::time;

use crate::support::{NOW, TestRestaurant, at, until_somebody_waits};

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
