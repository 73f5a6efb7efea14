//! One booking's life.

use std::sync::atomic::{AtomicU64, Ordering};

use booking_domain::{
    BookingChange, BookingId, BookingStatus, ChangeRefusal, EmailAddress, PlaceRefusal,
    RestaurantId,
};
use booking_persistence::{
    BookingNotFound, CancelBookingRefusal, CreateRefusal, StoreError, UpdateRefusal,
};
use jiff::ToSpan;
use jiff::civil::time;

use crate::support::{DAY, House, NOW, SEVEN, bytes, fresh, party};

#[tokio::test]
async fn booking_reads_as_it_was_made() {
    let house = House::with_tables(1).await;
    let mut request = house.request();
    request.special_requests = Some("Fensterplatz, \u{1f382}\nbitte".to_owned());
    let made = house
        .store
        .create_booking(&request, NOW + 123_456_789.nanoseconds(), fresh)
        .await
        .expect("a table is free");
    assert_eq!(made.version, 1);
    assert_eq!(made.customer, request.customer);
    assert_eq!(made.starts_at.to_string(), "2027-02-15T18:00:00Z");
    let read = house
        .store
        .get_booking(&made.id)
        .await
        .expect("it is there");
    assert_eq!(read, made);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let house = House::with_tables(1).await;
    let id = BookingId::parse("bk_nobody").expect("it is an id");
    let read = house.store.get_booking(&id).await;
    assert!(matches!(read, Err(StoreError::Refused(BookingNotFound))));
    let change = house
        .store
        .update_booking(&id, &BookingChange::default(), None, NOW)
        .await;
    assert!(matches!(
        change,
        Err(StoreError::Refused(UpdateRefusal::BookingNotFound))
    ));
    let cancel = house.store.cancel_booking(&id, None, NOW).await;
    assert!(matches!(
        cancel,
        Err(StoreError::Refused(CancelBookingRefusal::BookingNotFound))
    ));
    let mut request = house.request();
    request.restaurant = RestaurantId::new(404);
    let create = house.book(&request).await;
    assert!(matches!(
        create,
        Err(StoreError::Refused(CreateRefusal::RestaurantNotFound))
    ));
}

#[tokio::test]
async fn refused_booking_leaves_nothing_behind() {
    let house = House::with_tables(1).await;
    let mut request = house.request();
    request.date = jiff::civil::date(2027, 2, 1);
    let refused = house.book(&request).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(CreateRefusal::Place(
            PlaceRefusal::InThePast
        )))
    ));
    let rows =
        "SELECT (SELECT count(*) FROM users) || ' ' || (SELECT count(*) FROM bookings) AS line";
    assert_eq!(house.texts(rows).await, ["0 0"]);
}

#[tokio::test]
async fn table_is_free_again_at_the_minute_in_which_a_turn_ends() {
    let house = House::with_tables(1).await;
    house.book(&house.request()).await.expect("a table is free");
    let mut request = house.request();
    request.time = time(20, 15, 0, 0);
    let overlapping = house.book(&request).await;
    assert!(matches!(
        overlapping,
        Err(StoreError::Refused(CreateRefusal::Place(
            PlaceRefusal::NoTableFree
        )))
    ));
    request.time = time(20, 30, 0, 0);
    house.book(&request).await.expect("the table is free again");
}

#[tokio::test]
async fn new_booking_cannot_rewrite_what_an_older_one_says_of_its_customer() {
    let house = House::with_tables(2).await;
    let first = house.book(&house.request()).await.expect("a table is free");
    let mut request = house.request();
    request.customer.name = "Mallory".to_owned();
    request.customer.email = EmailAddress::new("Sarah.Chen@EXAMPLE.com".to_owned());
    let second = house.book(&request).await.expect("a table is free");
    let read = house
        .store
        .get_booking(&first.id)
        .await
        .expect("it is there");
    assert_eq!(read.customer.name, "Sarah Chen");
    assert_eq!(second.customer.email.as_str(), "Sarah.Chen@EXAMPLE.com");
    let users = "SELECT name || ' ' || email AS line FROM users";
    assert_eq!(
        house.texts(users).await,
        ["Sarah Chen sarah.chen@example.com"]
    );
}

#[tokio::test]
async fn names_in_use_are_drawn_again() {
    let house = House::with_tables(2).await;
    let draw = |first: u64| {
        let calls = AtomicU64::new(first);
        move || bytes(calls.fetch_add(1, Ordering::Relaxed))
    };
    // The second booking draws the first one's id, then its code, then new ones.
    let base = 1 << 29;
    let request = house.request();
    let first = house.store.create_booking(&request, NOW, draw(base));
    let first = first.await.expect("a table is free");
    let second = house.store.create_booking(&request, NOW, draw(base));
    let second = second.await.expect("new names are drawn");
    assert_ne!(first.id, second.id);
    assert_ne!(first.confirmation_code, second.confirmation_code);
    let rows = "SELECT count(*)::text AS line FROM bookings";
    assert_eq!(house.texts(rows).await, ["2"]);
}

#[tokio::test]
async fn draws_that_are_never_new_end() {
    let house = House::with_tables(2).await;
    let stuck = || bytes((1 << 29) - 1);
    let request = house.request();
    let first = house.store.create_booking(&request, NOW, stuck);
    first.await.expect("a table is free");
    let second = house
        .store
        .create_booking(&house.request(), NOW, stuck)
        .await;
    assert!(matches!(second, Err(StoreError::Internal(_))), "{second:?}");
}

#[tokio::test]
async fn change_moves_the_table_and_counts_the_version() {
    let house = House::with_tables(1).await;
    let made = house.book(&house.request()).await.expect("a table is free");
    let change = BookingChange {
        date: DAY.tomorrow().ok(),
        time: Some(time(20, 0, 0, 0)),
        party: Some(party(4)),
        special_requests: Some(Some("High chair".to_owned())),
    };
    let later = NOW + 1.minute();
    let changed = house
        .store
        .update_booking(&made.id, &change, Some(&[1, 7]), later)
        .await
        .expect("the table is free");
    assert_eq!((changed.version, changed.updated_at), (2, later));
    assert_eq!(changed.created_at, made.created_at);
    assert_eq!(changed.special_requests.as_deref(), Some("High chair"));
    let read = house
        .store
        .get_booking(&made.id)
        .await
        .expect("it is there");
    assert_eq!(read, changed);
    house
        .book(&house.request())
        .await
        .expect("the old time is free");
    let mut request = house.request();
    (request.date, request.time) = (changed.date, changed.time);
    let taken = house.book(&request).await;
    assert!(matches!(taken, Err(StoreError::Refused(_))));
}

#[tokio::test]
async fn change_to_what_is_so_writes_nothing() {
    let house = House::with_tables(1).await;
    let made = house.book(&house.request()).await.expect("a table is free");
    let change = BookingChange {
        time: Some(SEVEN),
        special_requests: Some(None),
        ..BookingChange::default()
    };
    let same = house
        .store
        .update_booking(&made.id, &change, None, NOW + 1.hour())
        .await
        .expect("nothing changes");
    assert_eq!(same, made);
    assert_eq!(
        house
            .store
            .get_booking(&made.id)
            .await
            .expect("it is there"),
        made
    );
}

#[tokio::test]
async fn stale_or_refused_change_changes_nothing() {
    let house = House::with_tables(1).await;
    let made = house.book(&house.request()).await.expect("a table is free");
    let change = BookingChange {
        party: Some(party(3)),
        ..BookingChange::default()
    };
    for expected in [&[][..], &[2]] {
        let stale = house
            .store
            .update_booking(&made.id, &change, Some(expected), NOW)
            .await;
        assert!(matches!(
            stale,
            Err(StoreError::Refused(UpdateRefusal::Stale))
        ));
    }
    let too_large = BookingChange {
        party: Some(party(5)),
        ..BookingChange::default()
    };
    let refused = house
        .store
        .update_booking(&made.id, &too_large, None, NOW)
        .await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(UpdateRefusal::Change(
            ChangeRefusal::Place(PlaceRefusal::NoTableForParty { largest: 4 })
        )))
    ));
    assert_eq!(
        house
            .store
            .get_booking(&made.id)
            .await
            .expect("it is there"),
        made
    );
}

#[tokio::test]
async fn cancelling_frees_the_table_and_twice_is_the_same_answer() {
    let house = House::with_tables(1).await;
    let made = house.book(&house.request()).await.expect("a table is free");
    let later = NOW + 1.minute();
    let cancelled = house
        .store
        .cancel_booking(&made.id, Some("Flight delayed"), later)
        .await
        .expect("it is cancelled");
    assert_eq!(cancelled.status, BookingStatus::Cancelled);
    assert_eq!(
        cancelled.cancellation_reason.as_deref(),
        Some("Flight delayed")
    );
    assert_eq!((cancelled.version, cancelled.updated_at), (2, later));
    let again = house
        .store
        .cancel_booking(&made.id, Some("Another reason"), NOW + 2.minutes())
        .await
        .expect("it is cancelled");
    assert_eq!(again, cancelled);
    house
        .book(&house.request())
        .await
        .expect("the table is free");
}

#[tokio::test]
async fn completed_booking_is_not_cancelled() {
    let house = House::with_tables(1).await;
    let made = house.book(&house.request()).await.expect("a table is free");
    house.sql("UPDATE bookings SET status = 'completed'").await;
    let refused = house.store.cancel_booking(&made.id, None, NOW).await;
    match refused {
        Err(StoreError::Refused(CancelBookingRefusal::Cancel(refusal))) => {
            assert_eq!(refusal.status, BookingStatus::Completed);
        }
        other => panic!("{other:?}"),
    }
}
