//! Restaurants, their lists and their free times.

use std::collections::HashSet;

use booking_domain::{AvailabilityRefusal, Restaurant, RestaurantId};
use booking_persistence::{
    AvailabilityStoreRefusal, Corrupt, CursorOfAnotherList, Internal, RestaurantFilter,
    RestaurantNotFound, Store, StoreError, Window,
};
use jiff::civil::{Weekday, date, time};

use crate::support::{DAY, House, NOW, SEVEN, migrated, party};

const ALL: Window = Window::Page {
    page: 1,
    limit: 100,
};

async fn names(store: &Store, filter: RestaurantFilter) -> Vec<String> {
    let page = store.list_restaurants(&filter, &ALL).await;
    let page = page.expect("it is a list");
    assert_eq!(page.total, i64::try_from(page.items.len()).ok());
    page.items
        .into_iter()
        .map(|restaurant| restaurant.name)
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
    let house = House::with_tables(1).await;
    for (id, name) in [
        (2, "100% Vegan"),
        (3, "100 Vegan"),
        (4, "A_B"),
        (5, r"A\B"),
        (6, "AxB"),
    ] {
        house.add_restaurant(id, name, 0).await;
    }
    assert_eq!(names(&house.store, named("100%")).await, ["100% Vegan"]);
    assert_eq!(names(&house.store, named("a_b")).await, ["A_B"]);
    assert_eq!(names(&house.store, named(r"a\b")).await, [r"A\B"]);
    assert_eq!(names(&house.store, named("KÜCHE")).await, ["Testküche"]);
    assert_eq!(names(&house.store, named("vegan")).await.len(), 2);
    assert!(names(&house.store, named("%%")).await.is_empty());
    assert_eq!(
        names(&house.store, RestaurantFilter::default()).await.len(),
        6
    );
}

#[tokio::test]
async fn cuisine_is_the_whole_word_whatever_its_case() {
    let house = House::with_tables(1).await;
    let cuisine = |cuisine: &str| RestaurantFilter {
        q: None,
        cuisine: Some(cuisine.to_owned()),
    };
    assert_eq!(names(&house.store, cuisine("gERMAN")).await, ["Testküche"]);
    assert!(names(&house.store, cuisine("Germ")).await.is_empty());
    assert!(names(&house.store, cuisine("Germa_")).await.is_empty());
}

#[tokio::test]
async fn walking_meets_every_restaurant_once_in_order() {
    let house = House::with_tables(1).await;
    for id in 2..=11 {
        // Two have each name, so that the number decides.
        house
            .add_restaurant(id, &format!("House {}", id / 2), 0)
            .await;
    }
    let filter = RestaurantFilter::default();
    let all = house
        .store
        .list_restaurants(&filter, &ALL)
        .await
        .expect("it is a list");
    let ids = |items: &[Restaurant]| items.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(all.items.len(), 11);
    for limit in [1, 3, 11] {
        let mut met = Vec::new();
        let mut window = Window::First { limit };
        loop {
            let page = house.store.list_restaurants(&filter, &window).await;
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
    let house = House::with_tables(1).await;
    house.add_restaurant(2, "Second", 0).await;
    let first = house
        .store
        .list_restaurants(&RestaurantFilter::default(), &Window::First { limit: 1 })
        .await
        .expect("it is a list");
    let window = Window::After {
        cursor: first.next.expect("there is a second page"),
        limit: 1,
    };
    let other = house.store.list_restaurants(&named("e"), &window).await;
    assert!(matches!(
        other,
        Err(StoreError::Refused(CursorOfAnotherList))
    ));
}

#[tokio::test]
async fn restaurant_reads_as_it_is() {
    let house = House::with_tables(1).await;
    let restaurant = house.store.get_restaurant(house.restaurant).await;
    let restaurant = restaurant.expect("it is there");
    assert_eq!(restaurant.time_zone.name(), "Europe/Berlin");
    let days: HashSet<Weekday> = restaurant
        .opening_hours
        .iter()
        .map(|hours| hours.day)
        .collect();
    assert_eq!(days.len(), 7);
    assert_eq!(restaurant.opening_hours[0].day, Weekday::Monday);
    assert_eq!(restaurant.opening_hours[0].closes, time(23, 0, 0, 0));
    let missing = house.store.get_restaurant(RestaurantId::new(404)).await;
    assert!(matches!(
        missing,
        Err(StoreError::Refused(RestaurantNotFound))
    ));
}

#[tokio::test]
async fn taken_table_is_not_available() {
    let house = House::with_tables(1).await;
    let times = || async {
        let availability = house
            .store
            .get_availability(house.restaurant, DAY, party(2), NOW)
            .await
            .expect("the date is ahead");
        let slots = availability.slots.into_iter();
        slots.map(|slot| slot.time).collect::<Vec<_>>()
    };
    assert!(times().await.contains(&SEVEN));
    house.book(&house.request()).await.expect("a table is free");
    let after = times().await;
    assert!(!after.contains(&SEVEN));
    assert!(!after.contains(&time(20, 15, 0, 0)));
    assert!(after.contains(&time(20, 30, 0, 0)));
}

#[tokio::test]
async fn availability_is_refused_for_the_past_and_for_nobody() {
    let house = House::with_tables(1).await;
    let past = house
        .store
        .get_availability(house.restaurant, date(2027, 2, 7), party(2), NOW)
        .await;
    assert!(matches!(
        past,
        Err(StoreError::Refused(AvailabilityStoreRefusal::Availability(
            AvailabilityRefusal::InThePast
        )))
    ));
    let nobody = house
        .store
        .get_availability(RestaurantId::new(404), DAY, party(2), NOW)
        .await;
    assert!(matches!(
        nobody,
        Err(StoreError::Refused(
            AvailabilityStoreRefusal::RestaurantNotFound
        ))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn demonstration_is_filled_once_and_can_be_booked() {
    let database = migrated();
    let store = Store::connect(&database.url()).await.expect("it answers");
    let (one, other) = tokio::join!(store.fill_demo(), store.fill_demo());
    one.and(other).expect("it is filled");
    store.fill_demo().await.expect("it is filled");
    let filter = RestaurantFilter::default();
    let page = store
        .list_restaurants(&filter, &ALL)
        .await
        .expect("it is a list");
    let zones: HashSet<&str> = page.items.iter().map(|one| one.time_zone.name()).collect();
    assert_eq!((page.items.len(), zones.len()), (4, 4));
    let late = |restaurant: &Restaurant| {
        let mut hours = restaurant.opening_hours.iter();
        hours.any(|hours| hours.closes <= hours.opens)
    };
    assert!(page.items.iter().any(late));
    for restaurant in &page.items {
        // A Wednesday.
        let date = date(2027, 2, 17);
        let free = store
            .get_availability(restaurant.id, date, party(8), NOW)
            .await;
        assert!(!free.expect("the date is ahead").slots.is_empty());
    }
}

#[tokio::test]
async fn corrupt_restaurant_is_left_out_of_lists_and_is_an_error_when_it_is_read() {
    let house = House::with_tables(1).await;
    house.add_restaurant(2, "Lost", 1).await;
    house
        .sql("UPDATE restaurants SET time_zone = 'Nowhere/City' WHERE restaurant_id = 2")
        .await;
    let filter = RestaurantFilter::default();
    let page = house.store.list_restaurants(&filter, &ALL).await;
    let page = page.expect("it is a list");
    let listed: Vec<_> = page.items.iter().map(|one| one.id).collect();
    assert_eq!(listed, [house.restaurant]);
    assert_eq!(page.total, Some(2));
    match house.store.get_restaurant(RestaurantId::new(2)).await {
        Err(StoreError::Internal(Internal::Corrupt(Corrupt { column, row }))) => {
            assert_eq!((column, row.as_str()), ("restaurants.time_zone", "2"));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn cursor_follows_the_restaurant_that_it_stands_after_and_goes_with_it() {
    let house = House::with_tables(0).await;
    for (id, name) in [(2, "Anna"), (3, "Bruno"), (4, "Clara"), (5, "Dora")] {
        house.add_restaurant(id, name, 0).await;
    }
    let filter = RestaurantFilter::default();
    let first = house
        .store
        .list_restaurants(&filter, &Window::First { limit: 2 });
    let first = first.await.expect("it is a list");
    let after = Window::After {
        cursor: first.next.expect("there is a second page"),
        limit: 100,
    };
    let next = async || -> Result<Vec<String>, StoreError<CursorOfAnotherList>> {
        let page = house.store.list_restaurants(&filter, &after).await?;
        Ok(page.items.into_iter().map(|one| one.name).collect())
    };
    let names = next().await.expect("it is a list");
    assert_eq!(names, ["Clara", "Dora", "Testküche"]);
    house
        .sql("UPDATE restaurants SET name = 'Cora' WHERE restaurant_id = 3")
        .await;
    let names = next().await.expect("it is a list");
    assert_eq!(names, ["Dora", "Testküche"]);
    house
        .sql(
            "DELETE FROM opening_hours WHERE restaurant_id = 3;
             DELETE FROM restaurants WHERE restaurant_id = 3",
        )
        .await;
    let gone = next().await;
    assert!(matches!(
        gone,
        Err(StoreError::Refused(CursorOfAnotherList))
    ));
}
