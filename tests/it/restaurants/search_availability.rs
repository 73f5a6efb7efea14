//! `searchAvailability`: which restaurants are found, in which order, and with which slots.

use booking_client::restaurants::SearchAvailability;
use booking_client::types::{AvailabilityPage, AvailableSlot, ErrorCode, FoundRestaurant};
use booking_tests::{Request, TestService};

use crate::support::{BELLA, HARBOUR, HIRSCH, SAKURA, Sent, field, refused};

/// A Wednesday, on which all restaurants of the demo are open in the evening.
const DATE: &str = "2027-02-17";

async fn ask(
    service: &TestService,
    party: i32,
    narrow: impl FnOnce(SearchAvailability) -> SearchAvailability,
) -> Sent<AvailabilityPage> {
    let search = service.guest().search_availability();
    narrow(search.date(DATE).party_size(party)).send().await
}

async fn find(
    service: &TestService,
    party: i32,
    narrow: impl FnOnce(SearchAvailability) -> SearchAvailability,
) -> Vec<FoundRestaurant> {
    let page = ask(service, party, narrow).await.expect("it is a search");
    page.data.iter().cloned().collect()
}

fn ids(found: &[FoundRestaurant]) -> Vec<i64> {
    found.iter().map(|found| *found.restaurant.id).collect()
}

fn times(found: &FoundRestaurant) -> Vec<&str> {
    let slots = found.slots.iter();
    slots.map(|slot| slot.booking_time.as_str()).collect()
}

async fn slots_of(service: &TestService, restaurant: i64, party: i32) -> Vec<AvailableSlot> {
    let asked = service
        .guest()
        .get_availability()
        .restaurant_id(restaurant)
        .date(DATE)
        .party_size(party);
    let answer = asked.send().await.expect("it can be told");
    answer.slots.iter().cloned().collect()
}

/// Puts the restaurants around a place on the equator: Bella and Harbour at 1.1 km from it, Hirsch at
/// 2.2 km, and Sakura at 55.6 km.
async fn around_the_equator(service: &TestService) {
    for (restaurant, lat, lng) in [
        (BELLA, 0.0, 0.01),
        (HARBOUR, 0.0, -0.01),
        (HIRSCH, 0.02, 0.0),
        (SAKURA, 0.0, 0.5),
    ] {
        let place = format!("lat = {lat}, lng = {lng} WHERE restaurant_id = {restaurant}");
        service
            .sql(&format!("UPDATE restaurants SET {place}"))
            .await;
    }
}

#[tokio::test]
async fn whoever_has_slots_is_found_with_those_that_getavailability_has() {
    let service = TestService::start().await;
    // One is full, and another closed.
    service
        .sql(
            "INSERT INTO blockouts (restaurant_id, starts, ends)
                VALUES (2, '2027-02-17 00:00', '2027-02-19 00:00');
             INSERT INTO special_days (restaurant_id, name, date_from, date_to)
                VALUES (3, 'Closed', '2027-02-17', '2027-02-17');
             INSERT INTO table_combinations (restaurant_id, name, min_party, max_party)
                VALUES (4, 'Long table', 11, 14);
             INSERT INTO combined_tables SELECT restaurant_id, combination_id, table_id
                FROM table_combinations JOIN dining_tables USING (restaurant_id)
                WHERE dining_tables.max_party > 4",
        )
        .await;
    for party in [2, 8, 14] {
        let found = find(&service, party, |search| search).await;
        for restaurant in [BELLA, HIRSCH, SAKURA, HARBOUR] {
            let slots = slots_of(&service, restaurant, party).await;
            let mut found = found.iter();
            let found = found.find(|found| *found.restaurant.id == restaurant);
            let found = found.map_or(Vec::new(), |found| found.slots.iter().cloned().collect());
            assert_eq!(found, slots, "{restaurant} {party}");
        }
    }
}

#[tokio::test]
async fn the_nearest_come_first_and_whoever_is_too_far_away_does_not_come() {
    let service = TestService::start().await;
    around_the_equator(&service).await;
    let near = |search: SearchAvailability| search.latitude(0.0).longitude(0.0);
    let found = find(&service, 2, near).await;
    assert_eq!(ids(&found), [BELLA, HARBOUR, HIRSCH]);
    let distances: Vec<i64> = found
        .iter()
        .map(|found| *found.distance_metres.expect("a place was named"))
        .collect();
    assert_eq!(distances, [1_112, 1_112, 2_224]);
    let found = find(&service, 2, |search| near(search).radius_km(2)).await;
    assert_eq!(ids(&found), [BELLA, HARBOUR]);
    let found = find(&service, 2, |search| near(search).radius_km(56)).await;
    assert_eq!(ids(&found), [BELLA, HARBOUR, HIRSCH, SAKURA]);
    // On both sides of the date line.
    service
        .sql("UPDATE restaurants SET lat = -17, lng = CASE restaurant_id WHEN 1 THEN 179.99 ELSE -179.98 END")
        .await;
    let near = |search: SearchAvailability| search.latitude(-17.0).longitude(180.0);
    let found = find(&service, 2, |search| near(search).radius_km(3)).await;
    assert_eq!(ids(&found), [BELLA, HIRSCH, SAKURA, HARBOUR]);
    let found = find(&service, 2, |search| near(search).radius_km(2)).await;
    assert_eq!(ids(&found), [BELLA]);
}

#[tokio::test]
async fn restaurants_are_found_by_name_and_cuisine_and_come_in_the_order_of_their_names() {
    let service = TestService::start().await;
    let all = find(&service, 2, |search| search).await;
    assert_eq!(ids(&all), [BELLA, HARBOUR, SAKURA, HIRSCH]);
    assert!(all.iter().all(|found| found.distance_metres.is_none()));
    let by_name = find(&service, 2, |search| search.name("KITCH")).await;
    assert_eq!(ids(&by_name), [HARBOUR]);
    let by_cuisine = find(&service, 2, |search| search.cuisine("german")).await;
    assert_eq!(ids(&by_cuisine), [HIRSCH]);
    let of_both = find(&service, 2, |search| search.name("bella").cuisine("German")).await;
    assert!(of_both.is_empty());
    // A percent sign stands for nothing else.
    assert!(
        find(&service, 2, |search| search.name("%"))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_restaurant_that_is_suspended_is_not_found() {
    let service = TestService::start().await;
    service
        .sql("UPDATE restaurants SET suspended_at = now() WHERE restaurant_id = 4")
        .await;
    let found = find(&service, 2, |search| search).await;
    assert_eq!(ids(&found), [BELLA, SAKURA, HIRSCH]);
}

#[tokio::test]
async fn slots_are_found_around_a_time_and_for_a_party() {
    let service = TestService::start().await;
    let found = find(&service, 2, |search| search.time("13:00")).await;
    // The others open in the evening.
    assert_eq!(ids(&found), [BELLA, HARBOUR]);
    let around = async |search: fn(SearchAvailability) -> SearchAvailability| {
        let found = find(&service, 2, |narrow| search(narrow.cuisine("German"))).await;
        found.first().map_or(Vec::new(), |found| {
            times(found).into_iter().map(str::to_owned).collect()
        })
    };
    let of_19 = around(|search| search.time("19:00")).await;
    assert_eq!(of_19, ["18:00", "18:30", "19:00", "19:30", "20:00"]);
    let exactly = around(|search| search.time("19:00").window_minutes(0)).await;
    assert_eq!(exactly, ["19:00"]);
    assert!(
        around(|search| search.time("19:10").window_minutes(9))
            .await
            .is_empty()
    );
    let of_20 = find(&service, 20, |search| search).await;
    for found in &of_20 {
        let slots = slots_of(&service, *found.restaurant.id, 20).await;
        assert!(!slots.is_empty());
    }
    assert!(of_20.len() < 4);
}

#[tokio::test]
async fn areas_are_as_they_should_be() {
    let service = TestService::start().await;
    service
        .sql(
            "DELETE FROM dining_areas;
             INSERT INTO dining_areas VALUES
                (1, 11, 'Terrace', 'outdoor', true, false), (1, 12, 'Room', 'indoor', false, true),
                (2, 21, 'Garden', 'outdoor', false, true), (3, 31, 'Bar', 'indoor', true, true);
             UPDATE dining_tables SET area_id = restaurant_id * 10 + 1
                WHERE max_party > 4 AND restaurant_id = 1 OR restaurant_id = 2;
             UPDATE dining_tables SET area_id = 12 WHERE max_party <= 4 AND restaurant_id = 1",
        )
        .await;
    let areas = async |search: fn(SearchAvailability) -> SearchAvailability| {
        let found = find(&service, 4, search).await;
        let found = found.iter().map(|found| {
            let mut areas: Vec<i64> = found
                .slots
                .iter()
                .flat_map(|slot| slot.area_ids.iter().map(|id| **id))
                .collect();
            areas.sort_unstable();
            areas.dedup();
            (*found.restaurant.id, areas)
        });
        found.collect::<Vec<_>>()
    };
    let outdoor = areas(|search| search.setting("outdoor")).await;
    assert_eq!(outdoor, [(BELLA, vec![11]), (HIRSCH, vec![21])]);
    let indoor = areas(|search| search.setting("indoor")).await;
    // No table stands in Sakura's bar.
    assert_eq!(indoor, [(BELLA, vec![12])]);
    let accessible = areas(|search| search.is_accessible(true)).await;
    assert_eq!(accessible, [(BELLA, vec![11])]);
    let high_chairs = areas(|search| search.has_high_chairs(true)).await;
    assert_eq!(high_chairs, [(BELLA, vec![12]), (HIRSCH, vec![21])]);
    let both = areas(|search| search.is_accessible(true).has_high_chairs(true)).await;
    assert!(both.is_empty());
    let any = areas(|search| search.is_accessible(false)).await;
    assert_eq!(any.len(), 4);
}

/// Every page after the other, of so many restaurants at most.
async fn walk(
    service: &TestService,
    limit: i32,
    narrow: impl Fn(SearchAvailability) -> SearchAvailability,
) -> Vec<i64> {
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = ask(service, 2, |search| {
            let search = narrow(search).limit(limit);
            match &cursor {
                Some(cursor) => search.cursor(cursor.as_str()),
                None => search,
            }
        });
        let page = page.await.expect("it is a page").into_inner();
        assert!(page.data.len() <= usize::try_from(limit).expect("it is small"));
        assert!(page.pagination.total.is_none() && page.pagination.page.is_none());
        all.extend(ids(&page.data));
        match page.pagination.next_cursor.as_deref() {
            Some(next) => cursor = Some(next.to_string()),
            None => return all,
        }
    }
}

#[tokio::test]
async fn pages_follow_each_other_and_whoever_is_full_makes_room() {
    let service = TestService::start().await;
    around_the_equator(&service).await;
    service
        .sql(
            "INSERT INTO blockouts (restaurant_id, starts, ends)
                VALUES (4, '2027-02-17 00:00', '2027-02-19 00:00')",
        )
        .await;
    let near = |search: SearchAvailability| search.latitude(0.0).longitude(0.0).radius_km(100);
    for limit in 1..=3 {
        assert_eq!(walk(&service, limit, near).await, [BELLA, HIRSCH, SAKURA]);
        let by_name = walk(&service, limit, |search| search).await;
        assert_eq!(by_name, [BELLA, SAKURA, HIRSCH]);
    }
    // A cursor is of one search.
    let first = ask(&service, 2, |search| near(search).limit(1)).await;
    let next = first.expect("it is a page").pagination.next_cursor.clone();
    let next = next.expect("there are more").to_string();
    for other in [
        |search: SearchAvailability| search.latitude(0.0).longitude(0.0).radius_km(99),
        |search: SearchAvailability| search,
        |search: SearchAvailability| {
            let search = search.latitude(0.0).longitude(0.0).radius_km(100);
            search.time("19:00")
        },
    ] {
        let asked = ask(&service, 2, |search| other(search).cursor(next.as_str())).await;
        refused(asked, 400, ErrorCode::InvalidCursor);
    }
}

#[tokio::test]
async fn half_a_place_and_a_date_that_is_past_everywhere_are_refused() {
    let service = TestService::start().await;
    let refusal = refused(
        ask(&service, 2, |search| search.latitude(40.0)).await,
        400,
        ErrorCode::InvalidRequest,
    );
    assert_eq!(field(&refusal), Some("longitude"));
    let refusal = refused(
        ask(&service, 2, |search| search.longitude(40.0)).await,
        400,
        ErrorCode::InvalidRequest,
    );
    assert_eq!(field(&refusal), Some("latitude"));
    for (date, status) in [("2027-02-06", 400), ("2027-02-07", 200)] {
        let request = Request::get(format!("/availability?date={date}&party_size=2"));
        let answer = service.send(&request.anonymous()).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}
