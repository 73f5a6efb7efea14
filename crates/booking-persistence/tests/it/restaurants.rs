//! Restaurants, their lists and their free times.

use std::collections::HashSet;

use booking_domain::{AvailabilityRefusal, BookingChange, RestaurantView, StaffRole};
use booking_persistence::{
    AccessRefusal, AvailabilityCaller, BookingFilter, BookingSort, Corrupt, CursorOfAnotherList,
    Internal, OperationRefusal, RestaurantFilter, RestaurantNotFound, SERVICE_ROLE, Store,
    StoreError, Window,
};
use jiff::civil::{Weekday, date, time};

use crate::support::{
    DAY, NOW, SEVEN, TestRestaurant, at, cancel_booking, connect_store, migrated, party, query,
    requests, restaurant_id, update_booking,
};
use crate::team::{add_account, hire, user};

const ALL: Window = Window::Page {
    page: 1,
    limit: 100,
};

async fn names(store: &Store, filter: RestaurantFilter) -> Vec<String> {
    let page = store.list_restaurants(&filter, &ALL, NOW).await;
    let page = page.expect("it is a list");
    assert_eq!(page.total, i64::try_from(page.items.len()).ok());
    page.items
        .into_iter()
        .map(|restaurant| restaurant.profile.name.into_string())
        .collect()
}

fn named(q: &str) -> RestaurantFilter {
    RestaurantFilter {
        q: Some(q.to_owned()),
        cuisine: None,
    }
}

#[tokio::test]
async fn name_is_searched_literally_and_whatever_its_case() {
    let venue = TestRestaurant::with_tables(1).await;
    for (id, name) in [
        (2, "100% Vegan"),
        (3, "100 Vegan"),
        (4, "A_B"),
        (5, r"A\B"),
        (6, "AxB"),
    ] {
        venue.add_restaurant(id, name, 0).await;
    }
    assert_eq!(names(&venue.store, named("100%")).await, ["100% Vegan"]);
    assert_eq!(names(&venue.store, named("a_b")).await, ["A_B"]);
    assert_eq!(names(&venue.store, named(r"a\b")).await, [r"A\B"]);
    assert_eq!(names(&venue.store, named("KÜCHE")).await, ["Testküche"]);
    assert_eq!(names(&venue.store, named("vegan")).await.len(), 2);
    assert!(names(&venue.store, named("%%")).await.is_empty());
    assert_eq!(
        names(&venue.store, RestaurantFilter::default()).await.len(),
        6
    );
}

#[tokio::test]
async fn cuisine_is_the_whole_word_whatever_its_case() {
    let venue = TestRestaurant::with_tables(1).await;
    let cuisine = |cuisine: &str| RestaurantFilter {
        q: None,
        cuisine: Some(cuisine.to_owned()),
    };
    assert_eq!(names(&venue.store, cuisine("gERMAN")).await, ["Testküche"]);
    assert!(names(&venue.store, cuisine("Germ")).await.is_empty());
    assert!(names(&venue.store, cuisine("Germa_")).await.is_empty());
}

#[tokio::test]
async fn walking_meets_every_restaurant_once_in_order() {
    let venue = TestRestaurant::with_tables(1).await;
    for id in 2..=11 {
        // Two have each name, so that the number decides.
        venue
            .add_restaurant(id, &format!("TestRestaurant {}", id / 2), 0)
            .await;
    }
    let filter = RestaurantFilter::default();
    let all = venue
        .store
        .list_restaurants(&filter, &ALL, NOW)
        .await
        .expect("it is a list");
    let ids = |items: &[RestaurantView]| items.iter().map(|one| one.profile.id).collect::<Vec<_>>();
    assert_eq!(all.items.len(), 11);
    for limit in [1, 3, 11] {
        let mut met = Vec::new();
        let mut window = Window::First { limit };
        loop {
            let page = venue.store.list_restaurants(&filter, &window, NOW).await;
            let page = page.expect("it is a list");
            assert_eq!(page.total.is_some(), matches!(window, Window::First { .. }));
            met.extend(ids(&page.items));
            match page.next {
                Some(cursor) => window = Window::After { cursor, limit },
                None => break,
            }
        }
        assert_eq!(met, ids(&all.items));
    }
    assert!(all.next.is_none());
}

#[tokio::test]
async fn cursor_of_another_list_is_refused() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.add_restaurant(2, "Second", 0).await;
    let first = venue
        .store
        .list_restaurants(
            &RestaurantFilter::default(),
            &Window::First { limit: 1 },
            NOW,
        )
        .await
        .expect("it is a list");
    let window = Window::After {
        cursor: first.next.expect("there is a second page"),
        limit: 1,
    };
    let other = venue
        .store
        .list_restaurants(&named("e"), &window, NOW)
        .await;
    assert!(matches!(
        other,
        Err(StoreError::Refused(CursorOfAnotherList))
    ));
}

#[tokio::test]
async fn restaurant_reads_as_it_is() {
    let venue = TestRestaurant::with_tables(1).await;
    let restaurant = venue.store.get_restaurant(venue.restaurant, NOW).await;
    let restaurant = restaurant.expect("it is there");
    assert_eq!(restaurant.policy.time_zone.as_str(), "Europe/Berlin");
    let days: HashSet<Weekday> = restaurant
        .opening_hours
        .iter()
        .map(|hours| hours.day)
        .collect();
    assert_eq!(days.len(), 7);
    assert_eq!(restaurant.opening_hours[0].day, Weekday::Monday);
    assert_eq!(restaurant.opening_hours[0].closes, time(23, 0, 0, 0));
    let missing = venue.store.get_restaurant(restaurant_id(404), NOW).await;
    assert!(matches!(
        missing,
        Err(StoreError::Refused(RestaurantNotFound))
    ));
}

#[tokio::test]
async fn taken_table_is_not_available() {
    let venue = TestRestaurant::with_tables(1).await;
    let times = || async {
        let availability = venue
            .store
            .get_availability(
                venue.restaurant,
                DAY,
                &query(2),
                AvailabilityCaller::default(),
                NOW,
            )
            .await
            .expect("the date is ahead");
        let slots = availability.slots.iter();
        slots.map(|slot| slot.time).collect::<Vec<_>>()
    };
    assert!(times().await.contains(&SEVEN));
    venue.book(&venue.request()).await.expect("a table is free");
    let after = times().await;
    assert!(!after.contains(&SEVEN));
    assert!(!after.contains(&time(20, 15, 0, 0)));
    assert!(after.contains(&time(20, 30, 0, 0)));
}

#[tokio::test]
async fn availability_is_refused_for_the_past_and_for_nobody() {
    let venue = TestRestaurant::with_tables(1).await;
    let past = venue
        .store
        .get_availability(
            venue.restaurant,
            date(2027, 2, 7),
            &query(2),
            AvailabilityCaller::default(),
            NOW,
        )
        .await;
    assert!(matches!(
        past,
        Err(StoreError::Refused(OperationRefusal::Rule(
            OperationRefusal::Rule(AvailabilityRefusal::InThePast)
        )))
    ));
    let nobody = venue
        .store
        .get_availability(
            restaurant_id(404),
            DAY,
            &query(2),
            AvailabilityCaller::default(),
            NOW,
        )
        .await;
    assert!(matches!(
        nobody,
        Err(StoreError::Refused(OperationRefusal::NotFound(
            RestaurantNotFound
        )))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn demonstration_is_filled_once_and_can_be_booked() {
    let database = migrated();
    let store = connect_store(&database.url_as(SERVICE_ROLE))
        .await
        .expect("it answers");
    let (one, other) = tokio::join!(store.fill_demo(NOW), store.fill_demo(NOW));
    one.and(other).expect("it is filled");
    store.fill_demo(NOW).await.expect("it is filled");
    let outdated = store.restaurants_with_outdated_times(None);
    assert_eq!(outdated.await.expect("they are found"), []);
    let filter = RestaurantFilter::default();
    let page = store
        .list_restaurants(&filter, &ALL, NOW)
        .await
        .expect("it is a list");
    let zones: HashSet<&str> = page
        .items
        .iter()
        .map(|one| one.policy.time_zone.as_str())
        .collect();
    assert_eq!((page.items.len(), zones.len()), (4, 4));
    let late = |restaurant: &RestaurantView| {
        let mut hours = restaurant.opening_hours.iter();
        hours.any(|hours| hours.closes <= hours.opens)
    };
    assert!(page.items.iter().any(late));
    for restaurant in &page.items {
        // A Wednesday.
        let date = date(2027, 2, 17);
        let free = store
            .get_availability(
                restaurant.profile.id,
                date,
                &query(8),
                AvailabilityCaller::default(),
                NOW,
            )
            .await;
        assert!(!free.expect("the date is ahead").slots.is_empty());
    }
}

/// A name that the CHECK lets in, and of which no program may know the rules.
const UNKNOWN_ZONE: &str = "UPDATE booking_policies SET time_zone = 'Nowhere/City', \
     seating_version = seating_version + 1 WHERE restaurant_id = 2";

#[tokio::test]
async fn restaurant_in_an_unknown_zone_is_read_and_listed_and_counted() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.add_restaurant(2, "Lost", 1).await;
    venue.sql(UNKNOWN_ZONE).await;
    let read = venue.store.get_restaurant(restaurant_id(2), NOW).await;
    let read = read.expect("it is there");
    assert_eq!(read.policy.time_zone.as_str(), "Nowhere/City");
    assert_eq!(
        names(&venue.store, RestaurantFilter::default()).await,
        ["Lost", "Testküche"]
    );
}

#[tokio::test]
async fn booking_in_an_unknown_zone_is_refused_nothing_that_needs_no_zone() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.add_restaurant(2, "Lost", 1).await;
    let mut request = venue.request();
    request.restaurant = restaurant_id(2);
    let made = venue.book(&request).await.expect("a table is free").booking;
    venue.sql(UNKNOWN_ZONE).await;
    let wishes = BookingChange {
        special_requests: Some(requests("Window seat")),
        ..BookingChange::default()
    };
    let update = async |change| {
        let store = &venue.store;
        update_booking(store, &made.id, &change, None, NOW).await
    };
    let changed = update(wishes).await.expect("it needs no zone").booking;
    assert_eq!(
        (changed.version, changed.special_requests),
        (2, requests("Window seat"))
    );
    let larger = update(BookingChange {
        party: Some(party(3)),
        ..BookingChange::default()
    });
    let (column, row) = internal(larger.await.expect_err("it needs a zone"));
    assert_eq!((column, row.as_str()), ("booking_policies.time_zone", "2"));
    add_account(&venue, "owner").await;
    hire(&venue, 2, "owner", StaffRole::Owner).await;
    let (caller, filter, context) = (user("owner"), BookingFilter::default(), at(NOW));
    let what = (&filter, BookingSort::CreatedAtAsc, &ALL);
    let page = venue
        .store
        .list_bookings(&caller, made.restaurant, what, &context);
    let page = page.await.expect("it is a list");
    assert_eq!((page.items.len(), page.total), (1, Some(1)));
    let cancelled = cancel_booking(&venue.store, &made.id, None, NOW).await;
    cancelled.expect("it needs no zone");
}

/// The column and the row of a fault of ours.
fn internal<R: std::fmt::Debug>(error: StoreError<R>) -> (&'static str, String) {
    match error {
        StoreError::Internal(Internal::Corrupt(Corrupt { column, row })) => (column, row),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn list_with_a_row_that_no_rule_allows_is_not_answered() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.add_restaurant(2, "Odd", 1).await;
    venue
        .sql(
            "ALTER TABLE booking_policies DROP CONSTRAINT booking_policies_turn_minutes_check;
             UPDATE booking_policies SET turn_minutes = 0 WHERE restaurant_id = 2",
        )
        .await;
    let filter = RestaurantFilter::default();
    let list = venue.store.list_restaurants(&filter, &ALL, NOW).await;
    let (column, row) = internal(list.expect_err("a row is corrupt"));
    assert_eq!(
        (column, row.as_str()),
        ("booking_policies.turn_minutes", "2")
    );
}

#[tokio::test]
async fn restaurant_without_a_booking_policy_is_neither_read_nor_listed_nor_counted() {
    let venue = TestRestaurant::with_tables(1).await;
    venue.add_restaurant(2, "Draft", 1).await;
    venue
        .sql("DELETE FROM booking_policies WHERE restaurant_id = 2")
        .await;
    let all = names(&venue.store, RestaurantFilter::default()).await;
    assert_eq!(all, ["Testküche"]);
    let read = venue.store.get_restaurant(restaurant_id(2), NOW).await;
    assert!(matches!(read, Err(StoreError::Refused(RestaurantNotFound))));
    let mut request = venue.request();
    request.restaurant = restaurant_id(2);
    let refused = venue.book(&request).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(AccessRefusal::NotFound(
            RestaurantNotFound
        )))
    ));
}

#[tokio::test]
async fn cursor_follows_the_restaurant_that_it_stands_after_and_goes_with_it() {
    let venue = TestRestaurant::with_tables(0).await;
    for (id, name) in [(2, "Anna"), (3, "Bruno"), (4, "Clara"), (5, "Dora")] {
        venue.add_restaurant(id, name, 0).await;
    }
    let filter = RestaurantFilter::default();
    let first = venue
        .store
        .list_restaurants(&filter, &Window::First { limit: 2 }, NOW);
    let first = first.await.expect("it is a list");
    let after = Window::After {
        cursor: first.next.expect("there is a second page"),
        limit: 100,
    };
    let next = async || -> Result<Vec<String>, StoreError<CursorOfAnotherList>> {
        let page = venue.store.list_restaurants(&filter, &after, NOW).await?;
        Ok(page
            .items
            .into_iter()
            .map(|one| one.profile.name.into_string())
            .collect())
    };
    let names = next().await.expect("it is a list");
    assert_eq!(names, ["Clara", "Dora", "Testküche"]);
    venue
        .sql("UPDATE restaurants SET name = 'Cora' WHERE restaurant_id = 3")
        .await;
    let names = next().await.expect("it is a list");
    assert_eq!(names, ["Dora", "Testküche"]);
    venue
        .sql(
            "DELETE FROM service_periods WHERE restaurant_id = 3;
             DELETE FROM booking_policies WHERE restaurant_id = 3;
             DELETE FROM restaurants WHERE restaurant_id = 3",
        )
        .await;
    let gone = next().await;
    assert!(matches!(
        gone,
        Err(StoreError::Refused(CursorOfAnotherList))
    ));
}
