//! `listRestaurants`.

use std::collections::HashSet;

use booking_tests::{Request, TestService};

use crate::support::{BELLA, HARBOUR, HIRSCH, SAKURA};

/// The names of the restaurants that a query finds.
async fn found(service: &TestService, query: &str) -> Vec<String> {
    let answer = service
        .send(&Request::get(format!("/restaurants{query}")))
        .await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let page = answer.json();
    let items = page["data"].as_array().unwrap().iter();
    items
        .map(|restaurant| restaurant["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn restaurants_are_found_by_a_part_of_their_name_and_by_their_cuisine() {
    let service = TestService::start().await;
    service
        .sql(
            "INSERT INTO restaurants (name, cuisine, address, lat, lng, created_at)
             SELECT name, cuisine, 'somewhere', 0, 0, now() FROM (VALUES
                 ('100% Pasta', 'Italian'), ('Snack_Bar', 'Fast food'), ('back\\slash', 'Odd'),
                 ('Café Élan', 'Français'), ('寿司 大', '和食')) AS r (name, cuisine);
             INSERT INTO booking_policies
             SELECT restaurant_id, 'Europe/Paris', 15, 90 FROM restaurants
             WHERE address = 'somewhere'",
        )
        .await;
    for (query, expected) in [
        ("?q=bella", vec!["Bella Italia"]),
        ("?q=ITALIA", vec!["Bella Italia"]),
        ("?q=%25", vec!["100% Pasta"]),
        ("?q=0%25", vec!["100% Pasta"]),
        ("?q=_", vec!["Snack_Bar"]),
        ("?q=k_b", vec!["Snack_Bar"]),
        ("?q=%5C", vec!["back\\slash"]),
        ("?q=caf%C3%A9", vec!["Café Élan"]),
        ("?q=%C3%89LAN", vec!["Café Élan"]),
        ("?q=%E5%AF%BF", vec!["寿司 大"]),
        ("?q=nowhere", vec![]),
        ("?q='%20OR%201=1", vec![]),
        ("?cuisine=italian", vec!["100% Pasta", "Bella Italia"]),
        ("?cuisine=Ital", vec![]),
        ("?cuisine=ITALI%25", vec![]),
        ("?cuisine=FRAN%C3%87AIS", vec!["Café Élan"]),
        ("?cuisine=fast+food", vec!["Snack_Bar"]),
        ("?cuisine=italian&q=bella", vec!["Bella Italia"]),
    ] {
        assert_eq!(found(&service, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn restaurants_are_listed_by_name_and_walked_by_page_and_by_cursor() {
    let service = TestService::start().await;
    // Restaurants of one name are told apart.
    service
        .sql(
            "INSERT INTO restaurants (name, cuisine, address, lat, lng, created_at)
             SELECT 'Bella Italia', 'Italian', 'branch ' || n, 0, 0, now()
             FROM generate_series(1, 5) n;
             INSERT INTO booking_policies
             SELECT restaurant_id, 'Europe/Rome', 15, 90 FROM restaurants
             WHERE address LIKE 'branch %'",
        )
        .await;
    let all = found(&service, "").await;
    assert_eq!(all.len(), 9);
    assert!(all.is_sorted());
    let mut by_page = Vec::new();
    for page in 1..=5 {
        by_page.extend(found(&service, &format!("?limit=2&page={page}")).await);
    }
    assert_eq!(by_page, all);
    let mut met = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut request = service.client().list_restaurants().limit(2);
        if let Some(cursor) = &cursor {
            request = request.cursor(cursor.as_str());
        }
        let page = request.send().await.unwrap().into_inner();
        met.extend(page.data.iter().map(|restaurant| *restaurant.id));
        match page.pagination.next_cursor {
            Some(next) => cursor = Some(next.to_string()),
            None => break,
        }
    }
    let distinct: HashSet<i64> = met.iter().copied().collect();
    assert_eq!((met.len(), distinct.len()), (9, 9));
}

#[tokio::test]
async fn a_restaurant_in_a_list_is_the_restaurant_itself() {
    let service = TestService::start().await;
    let page = service.client().list_restaurants().send().await.unwrap();
    let mut zones = Vec::new();
    for item in &page.data {
        let restaurant = service
            .client()
            .get_restaurant()
            .restaurant_id(item.id)
            .send()
            .await
            .unwrap();
        assert_eq!(*restaurant, *item);
        assert!(!item.opening_hours.is_empty());
        zones.push((*item.id, item.time_zone.to_string()));
    }
    zones.sort();
    let expected = [
        (BELLA, "America/New_York"),
        (HIRSCH, "Europe/Berlin"),
        (SAKURA, "Asia/Tokyo"),
        (HARBOUR, "Australia/Sydney"),
    ];
    assert_eq!(zones, expected.map(|(id, zone)| (id, zone.to_owned())));
}
