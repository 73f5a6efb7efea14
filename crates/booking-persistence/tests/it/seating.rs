//! How what the domain decides about tables comes to stand: combinations, nights, those who make room,
//! limits under contention, and rules that change meanwhile.

use booking_domain::{BookingChange, CreateRefusal, NewBooking, PlaceReason};
use booking_persistence::{AccessRefusal, StoreError};
use diesel_async::SimpleAsyncConnection;
use jiff::civil::time;

use crate::support::{
    DAY, NOW, TestRestaurant, at, cancel_booking, get_booking, party, until_somebody_waits,
    update_booking,
};

fn reason(
    error: StoreError<booking_persistence::RestaurantAccessRefusal<CreateRefusal>>,
) -> PlaceReason {
    match error {
        StoreError::Refused(AccessRefusal::Rule(CreateRefusal::Place(refusal))) => refusal.reason,
        other => panic!("{other:?}"),
    }
}

/// A request for so many.
fn of(venue: &TestRestaurant, guests: i64) -> NewBooking {
    NewBooking {
        party: party(guests),
        ..venue.request()
    }
}

const DAYS: &str = "SELECT date || ' ' || version AS line FROM booking_days ORDER BY date";

#[tokio::test]
async fn party_at_a_combination_takes_each_of_its_tables() {
    let venue = TestRestaurant::with_tables(2).await;
    venue
        .sql(
            "INSERT INTO table_combinations (restaurant_id, name, min_party, max_party)
                VALUES (1, 'Both', 5, 8);
             INSERT INTO combined_tables SELECT 1, combination_id, table_id
                FROM table_combinations, dining_tables",
        )
        .await;
    let made = venue.book(&of(&venue, 7)).await.expect("both are free");
    assert_eq!(made.booking.placement.tables.len(), 2);
    let taken = "SELECT count(*)::text AS line FROM occupancies";
    assert_eq!(venue.texts(taken).await, ["2"]);
    let refused = venue
        .book(&of(&venue, 2))
        .await
        .expect_err("both are taken");
    assert_eq!(reason(refused), PlaceReason::TableNotAvailable);
    let cancelled = cancel_booking(&venue.store, &made.booking.id, None, NOW).await;
    cancelled.expect("it is active");
    assert_eq!(venue.texts(taken).await, ["0"]);
}

#[tokio::test]
async fn two_parties_change_tables_when_one_of_them_grows() {
    let venue = TestRestaurant::with_tables(1).await;
    venue
        .sql(
            "INSERT INTO dining_tables (restaurant_id, name, min_party, max_party)
                VALUES (1, 'Large', 1, 8)",
        )
        .await;
    let two = venue
        .book(&of(&venue, 2))
        .await
        .expect("it is free")
        .booking;
    let four = venue
        .book(&of(&venue, 4))
        .await
        .expect("it is free")
        .booking;
    let grow = BookingChange {
        party: Some(party(6)),
        ..BookingChange::default()
    };
    let grown = update_booking(&venue.store, &two.id, &grow, None, NOW).await;
    let grown = grown
        .expect("the other party fits where this one sat")
        .booking;
    assert_eq!(grown.placement.tables, four.placement.tables);
    let moved = get_booking(&venue.store, &four.id)
        .await
        .expect("it is there");
    assert_eq!(moved.booking.placement.tables, two.placement.tables);
    let taken = "SELECT count(*)::text AS line FROM occupancies JOIN bookings
        USING (restaurant_id, booking_id) WHERE table_ids = ARRAY[table_id]";
    assert_eq!(venue.texts(taken).await, ["2"]);
}

#[tokio::test]
async fn booking_past_midnight_locks_both_of_its_dates_and_so_does_its_end() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.sql("UPDATE service_periods SET ends = '03:00'").await;
    let late = NewBooking {
        time: time(23, 0, 0, 0),
        ..venue.request()
    };
    let made = venue.book(&late).await.expect("it is free");
    assert_eq!(venue.texts(DAYS).await, ["2027-02-15 1", "2027-02-16 1"]);
    let after_midnight = NewBooking {
        date: DAY.tomorrow().expect("it exists"),
        time: time(0, 0, 0, 0),
        ..venue.request()
    };
    let refused = venue.book(&after_midnight).await.expect_err("it is taken");
    assert_eq!(reason(refused), PlaceReason::TableNotAvailable);
    let cancelled = cancel_booking(&venue.store, &made.booking.id, None, NOW).await;
    cancelled.expect("it is active");
    assert_eq!(venue.texts(DAYS).await, ["2027-02-15 2", "2027-02-16 2"]);
    let made = venue.book(&after_midnight).await.expect("it is free again");
    assert_eq!(made.booking.placement.service_date, DAY);
    assert_eq!(venue.texts(DAYS).await, ["2027-02-15 2", "2027-02-16 3"]);
}

/// Two tables: the couple has the one for four.
async fn couple_at_the_large_table() -> (TestRestaurant, booking_domain::BookingView) {
    let venue = TestRestaurant::with_tables(1).await;
    let couple = venue.book(&venue.request()).await.expect("it is free");
    let small = "INSERT INTO dining_tables (restaurant_id, name, min_party, max_party)
        VALUES (1, 'Small', 1, 2)";
    venue.sql(small).await;
    venue
        .sql("UPDATE booking_policies SET seating_version = seating_version + 1")
        .await;
    (venue, couple)
}

#[tokio::test]
async fn who_makes_room_gets_another_table_at_the_same_time_and_it_is_recorded() {
    let (venue, couple) = couple_at_the_large_table().await;
    let four = venue.book(&of(&venue, 4)).await.expect("the couple moves");
    assert_eq!(
        four.booking.placement.tables,
        couple.booking.placement.tables
    );
    let moved = get_booking(&venue.store, &couple.booking.id).await;
    let moved = moved.expect("it is there").booking;
    assert_ne!(moved.placement.tables, couple.booking.placement.tables);
    assert_eq!(
        moved.placement.starts_at,
        couple.booking.placement.starts_at
    );
    assert_eq!(moved.version, couple.booking.version + 1);
    let events = "SELECT action || ' ' || subject_id AS line FROM audit_events
        WHERE action = 'move_booking'";
    let expected = format!("move_booking {}", couple.booking.id);
    assert_eq!(venue.texts(events).await, [expected]);
    let taken = "SELECT count(DISTINCT table_id)::text AS line FROM occupancies";
    assert_eq!(venue.texts(taken).await, ["2"]);
}

#[tokio::test]
async fn who_is_being_changed_by_somebody_else_makes_no_room() {
    let (venue, couple) = couple_at_the_large_table().await;
    let mut holder = venue.connection().await;
    let hold = "BEGIN; SELECT FROM bookings FOR UPDATE";
    holder.batch_execute(hold).await.expect("it is free");
    let refused = venue.book(&of(&venue, 4)).await.expect_err("nobody moves");
    assert_eq!(reason(refused), PlaceReason::TableNotAvailable);
    holder.batch_execute("ROLLBACK").await.expect("it ends");
    let still = get_booking(&venue.store, &couple.booking.id).await;
    let still = still.expect("it is there").booking;
    assert_eq!(still.placement, couple.booking.placement);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_pacing_and_capacity_hold_under_contention() {
    for (limit, refusal) in [
        (
            "UPDATE service_periods SET max_parties = 3",
            PlaceReason::PacingLimitReached,
        ),
        (
            "UPDATE booking_policies SET max_covers = 7",
            PlaceReason::CapacityReached,
        ),
    ] {
        let venue = TestRestaurant::with_tables(12).await;
        venue.sql(limit).await;
        let rivals: Vec<_> = (0..12)
            .map(|_| {
                let (store, request) = (venue.store.clone(), venue.request());
                tokio::spawn(async move { store.create_booking(&request, None, &at(NOW)).await })
            })
            .collect();
        let mut winners = 0;
        for rival in rivals {
            match rival.await.expect("it does not panic") {
                Ok(_) => winners += 1,
                Err(error) => assert_eq!(reason(error), refusal),
            }
        }
        assert_eq!(winners, 3, "{limit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_that_changes_while_somebody_books_decides_them() {
    let venue = TestRestaurant::with_tables(2).await;
    // Somebody changes the rules, and has not finished yet.
    let mut owner = venue.connection().await;
    let begin = "BEGIN;
        UPDATE booking_days SET version = version;
        INSERT INTO booking_days VALUES (1, '2027-02-15', 1);
        UPDATE booking_policies SET max_covers = 1, seating_version = seating_version + 1";
    owner.batch_execute(begin).await.expect("it is free");
    let (store, request) = (venue.store.clone(), venue.request());
    let booking = tokio::spawn(async move { store.create_booking(&request, None, &at(NOW)).await });
    until_somebody_waits(&mut venue.connection().await).await;
    owner.batch_execute("COMMIT").await.expect("it ends");
    let refused = booking
        .await
        .expect("it does not panic")
        .expect_err("one may come");
    assert_eq!(reason(refused), PlaceReason::CapacityReached);
}

#[tokio::test]
async fn confirmation_codes_are_unique_within_a_restaurant_only() {
    let venue = TestRestaurant::with_tables(2).await;
    venue.add_restaurant(2, "Andere Küche", 1).await;
    let here = venue.book(&venue.request()).await.expect("it is free");
    let elsewhere = NewBooking {
        restaurant: crate::support::restaurant_id(2),
        ..venue.request()
    };
    let there = venue.book(&elsewhere).await.expect("it is free");
    let code = here.booking.confirmation_code.clone();
    let same = format!(
        "UPDATE bookings SET confirmation_code = '{code}' WHERE public_id = '{}'",
        there.booking.id
    );
    venue.sql(&same).await;
    let email = here.booking.customer.email.as_ref();
    let email = email.expect("guests have one");
    let found = venue.store.find_booking(&code, email, NOW).await;
    found.expect("the mails are written");
    let mails = "SELECT booking_id AS line FROM messages ORDER BY message_id";
    let mut mails = venue.texts(mails).await;
    mails.sort();
    let mut ids = [here.booking.id.to_string(), there.booking.id.to_string()];
    ids.sort();
    assert_eq!(mails, ids);
}
