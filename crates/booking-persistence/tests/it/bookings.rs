//! One booking's life.

use std::sync::atomic::{AtomicU64, Ordering};

use booking_domain::{
    BookingChange, BookingId, BookingNotesChange, BookingStatus, COMPLETION_DELAY, CancelRefusal,
    Cancellation, CancellationKind, ChangeRefusal, CreateRefusal, CustomerChange, PlaceReason,
    PlaceRefusal, Standing,
};
use booking_persistence::{AccessRefusal, BookingNotFound, RestaurantNotFound, StoreError};
use jiff::ToSpan;
use jiff::civil::time;

use crate::support::{
    DAY, NOW, SEVEN, TestRestaurant, at, bytes, cancel_booking, email, get_booking, name, party,
    reason, requests, restaurant_id, update_booking,
};

#[tokio::test]
async fn booking_reads_as_it_was_made() {
    let venue = TestRestaurant::with_tables(1).await;
    let mut request = venue.request();
    request.special_requests = requests("Fensterplatz, \u{1f382}\nbitte");
    let made = venue
        .store
        .create_booking(&request, None, &at(NOW + 123_456_789.nanoseconds()))
        .await
        .expect("a table is free")
        .view;
    assert_eq!(made.booking.version, 1);
    assert_eq!(made.booking.customer, request.customer);
    assert_eq!(
        made.booking.placement.starts_at.to_string(),
        "2027-02-15T18:00:00Z"
    );
    let read = get_booking(&venue.store, &made.booking.id)
        .await
        .expect("it is there");
    assert_eq!(read, made);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let venue = TestRestaurant::with_tables(1).await;
    let id = BookingId::parse("bk_nobody").expect("it is an id");
    let read = get_booking(&venue.store, &id).await;
    assert!(matches!(
        read,
        Err(StoreError::Refused(AccessRefusal::NotFound(
            BookingNotFound
        )))
    ));
    let change = update_booking(&venue.store, &id, &BookingChange::default(), None, NOW).await;
    assert!(matches!(
        change,
        Err(StoreError::Refused(AccessRefusal::NotFound(
            BookingNotFound
        )))
    ));
    let cancel = cancel_booking(&venue.store, &id, None, NOW).await;
    assert!(matches!(
        cancel,
        Err(StoreError::Refused(AccessRefusal::NotFound(
            BookingNotFound
        )))
    ));
    let mut request = venue.request();
    request.restaurant = restaurant_id(404);
    let create = venue.book(&request).await;
    assert!(matches!(
        create,
        Err(StoreError::Refused(AccessRefusal::NotFound(
            RestaurantNotFound
        )))
    ));
}

#[tokio::test]
async fn refused_booking_leaves_nothing_behind() {
    let venue = TestRestaurant::with_tables(1).await;
    let mut request = venue.request();
    request.date = jiff::civil::date(2027, 2, 1);
    let refused = venue.book(&request).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(AccessRefusal::Rule(
            CreateRefusal::Place(PlaceRefusal {
                reason: PlaceReason::InThePast,
                ..
            })
        )))
    ));
    let rows =
        "SELECT (SELECT count(*) FROM users) || ' ' || (SELECT count(*) FROM bookings) AS line";
    assert_eq!(venue.texts(rows).await, ["0 0"]);
}

#[tokio::test]
async fn table_is_free_again_at_the_minute_in_which_a_turn_ends() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.book(&venue.request()).await.expect("a table is free");
    let mut request = venue.request();
    request.time = time(20, 15, 0, 0);
    let overlapping = venue.book(&request).await;
    assert!(matches!(
        overlapping,
        Err(StoreError::Refused(AccessRefusal::Rule(
            CreateRefusal::Place(PlaceRefusal {
                reason: PlaceReason::TableNotAvailable,
                ..
            })
        )))
    ));
    request.time = time(20, 30, 0, 0);
    venue.book(&request).await.expect("the table is free again");
}

#[tokio::test]
async fn new_booking_cannot_rewrite_what_an_older_one_says_of_its_customer() {
    let venue = TestRestaurant::with_tables(2).await;
    let first = venue.book(&venue.request()).await.expect("a table is free");
    let mut request = venue.request();
    request.customer.name = Some(name("Mallory"));
    request.customer.email = Some(email("Sarah.Chen@EXAMPLE.com"));
    let second = venue.book(&request).await.expect("a table is free");
    let read = get_booking(&venue.store, &first.booking.id)
        .await
        .expect("it is there");
    assert_eq!(read.booking.customer.name, Some(name("Sarah Chen")));
    assert_eq!(
        second.booking.customer.email,
        Some(email("Sarah.Chen@EXAMPLE.com"))
    );
    let users = "SELECT name || ' ' || email AS line FROM users";
    assert_eq!(
        venue.texts(users).await,
        ["Sarah Chen sarah.chen@example.com"]
    );
}

#[tokio::test]
async fn names_in_use_are_drawn_again() {
    let venue = TestRestaurant::with_tables(2).await;
    let draw = async |first: u64| {
        let calls = AtomicU64::new(first);
        venue
            .store_with(move || bytes(calls.fetch_add(1, Ordering::Relaxed)))
            .await
    };
    // The second booking draws the first one's id, then its code, then new ones.
    let base = 1 << 29;
    let request = venue.request();
    let (one, other) = (draw(base).await, draw(base).await);
    let first = one.create_booking(&request, None, &at(NOW)).await;
    let first = first.expect("a table is free").view.booking;
    let second = other.create_booking(&request, None, &at(NOW)).await;
    let second = second.expect("new names are drawn").view.booking;
    assert_ne!(first.id, second.id);
    assert_ne!(first.confirmation_code, second.confirmation_code);
    let rows = "SELECT count(*)::text AS line FROM bookings";
    assert_eq!(venue.texts(rows).await, ["2"]);
}

#[tokio::test]
async fn draws_that_are_never_new_end() {
    let venue = TestRestaurant::with_tables(2).await;
    let stuck = venue.store_with(|| bytes((1 << 29) - 1)).await;
    let request = venue.request();
    let first = stuck.create_booking(&request, None, &at(NOW)).await;
    first.expect("a table is free");
    let second = stuck.create_booking(&request, None, &at(NOW)).await;
    assert!(matches!(second, Err(StoreError::Internal(_))), "{second:?}");
}

#[tokio::test]
async fn change_moves_the_table_and_counts_the_version() {
    let venue = TestRestaurant::with_tables(1).await;
    let made = venue.book(&venue.request()).await.expect("a table is free");
    let change = BookingChange {
        date: DAY.tomorrow().ok(),
        time: Some(time(20, 0, 0, 0)),
        party: Some(party(4)),
        special_requests: Some(requests("High chair")),
        customer: CustomerChange::default(),
        notes: BookingNotesChange::default(),
        staff: None,
        utc_offset: None,
    };
    let later = NOW + 1.minute();
    let changed = update_booking(
        &venue.store,
        &made.booking.id,
        &change,
        Some(&[1, 7]),
        later,
    )
    .await
    .expect("the table is free");
    assert_eq!(
        (changed.booking.version, changed.booking.updated_at),
        (2, later)
    );
    assert_eq!(changed.booking.created_at, made.booking.created_at);
    assert_eq!(changed.booking.special_requests, requests("High chair"));
    let read = get_booking(&venue.store, &made.booking.id)
        .await
        .expect("it is there");
    assert_eq!(read, changed);
    venue
        .book(&venue.request())
        .await
        .expect("the old time is free");
    let mut request = venue.request();
    (request.date, request.time) = (changed.booking.date, changed.booking.time);
    let taken = venue.book(&request).await;
    assert!(matches!(taken, Err(StoreError::Refused(_))));
}

#[tokio::test]
async fn change_to_what_is_so_writes_nothing() {
    let venue = TestRestaurant::with_tables(1).await;
    let made = venue.book(&venue.request()).await.expect("a table is free");
    let change = BookingChange {
        time: Some(SEVEN),
        special_requests: Some(None),
        ..BookingChange::default()
    };
    let same = update_booking(
        &venue.store,
        &made.booking.id,
        &change,
        None,
        NOW + 1.hour(),
    )
    .await
    .expect("nothing changes");
    assert_eq!(same, made);
    assert_eq!(
        get_booking(&venue.store, &made.booking.id)
            .await
            .expect("it is there"),
        made
    );
}

#[tokio::test]
async fn stale_or_refused_change_changes_nothing() {
    let venue = TestRestaurant::with_tables(1).await;
    let made = venue.book(&venue.request()).await.expect("a table is free");
    let change = BookingChange {
        party: Some(party(3)),
        ..BookingChange::default()
    };
    for expected in [&[][..], &[2]] {
        let stale =
            update_booking(&venue.store, &made.booking.id, &change, Some(expected), NOW).await;
        assert!(matches!(
            stale,
            Err(StoreError::Refused(AccessRefusal::Rule(
                ChangeRefusal::VersionMismatch
            )))
        ));
    }
    let too_large = BookingChange {
        party: Some(party(5)),
        ..BookingChange::default()
    };
    let refused = update_booking(&venue.store, &made.booking.id, &too_large, None, NOW).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(AccessRefusal::Rule(
            ChangeRefusal::Place(PlaceRefusal {
                reason: PlaceReason::PartyTooLarge { largest: 4 },
                ..
            })
        )))
    ));
    assert_eq!(
        get_booking(&venue.store, &made.booking.id)
            .await
            .expect("it is there"),
        made
    );
}

#[tokio::test]
async fn cancelling_frees_the_table_and_twice_is_the_same_answer() {
    let venue = TestRestaurant::with_tables(1).await;
    let made = venue.book(&venue.request()).await.expect("a table is free");
    let later = NOW + 1.minute();
    let cancelled = cancel_booking(
        &venue.store,
        &made.booking.id,
        reason("Flight delayed").as_ref(),
        later,
    )
    .await
    .expect("it is cancelled");
    assert_eq!(cancelled.booking.status, BookingStatus::Cancelled);
    assert_eq!(
        cancelled.booking.cancellation,
        Some(Cancellation {
            kind: CancellationKind::Guest,
            reason: reason("Flight delayed"),
        })
    );
    assert_eq!(
        (cancelled.booking.version, cancelled.booking.updated_at),
        (2, later)
    );
    let again = cancel_booking(
        &venue.store,
        &made.booking.id,
        reason("Another reason").as_ref(),
        NOW + 2.minutes(),
    )
    .await
    .expect("it is cancelled");
    assert_eq!(again, cancelled);
    venue
        .book(&venue.request())
        .await
        .expect("the table is free");
}

#[tokio::test]
async fn what_nobody_says_anything_of_is_completed_once() {
    let venue = TestRestaurant::with_tables(2).await;
    let made = venue.book(&venue.request()).await.expect("a table is free");
    let cancelled = venue.book(&venue.request()).await.expect("another is free");
    cancel_booking(&venue.store, &cancelled.booking.id, None, NOW)
        .await
        .expect("it is active");
    let due = made.booking.placement.free_at + COMPLETION_DELAY;
    let complete = async |now| {
        let context = at(now);
        let completed = venue.store.complete_bookings(venue.restaurant, &context);
        completed.await.expect("it answers")
    };
    assert_eq!(complete(due - 1.second()).await, 0);
    assert_eq!(complete(due).await, 1);
    assert_eq!(complete(due).await, 0);
    let read = get_booking(&venue.store, &made.booking.id).await;
    let read = read.expect("it is there").booking;
    assert_eq!((read.status, read.version), (BookingStatus::Completed, 2));
    let rows = "SELECT actor_kind || ' ' || action || ' ' || changed::text || ' ' || (
            SELECT count(*) FROM occupancies
        ) AS line FROM booking_events WHERE actor_kind = 'system'";
    assert_eq!(
        venue.texts(rows).await,
        ["system complete_booking {status} 0"]
    );
    let restaurants = venue.store.restaurants_that_take_bookings(None).await;
    assert_eq!(restaurants.expect("it answers"), [venue.restaurant]);
    let none = (venue.store).restaurants_that_take_bookings(Some(venue.restaurant));
    assert!(none.await.expect("it answers").is_empty());
}

#[tokio::test]
async fn completed_booking_is_not_cancelled() {
    let venue = TestRestaurant::with_tables(1).await;
    let made = venue.book(&venue.request()).await.expect("a table is free");
    venue.sql("UPDATE bookings SET status = 'completed'").await;
    let refused = cancel_booking(&venue.store, &made.booking.id, None, NOW).await;
    match refused {
        Err(StoreError::Refused(AccessRefusal::Rule(CancelRefusal::Status(refusal)))) => {
            assert_eq!(refusal.standing, Standing::Status(BookingStatus::Completed));
        }
        other => panic!("{other:?}"),
    }
}
