//! Lists: of bookings and of restaurants, by pages and by cursors.

use std::collections::HashSet;

use booking_client::types::{Booking, BookingPage, BookingSort, BookingStatus, ErrorCode};
use booking_tests::{Request, TestService};
use serde_json::{Value, json};

use crate::support::{
    BELLA, HARBOUR, HIRSCH, MONDAY, SAKURA, book, cancel, create, customer, field, refused,
    set_status, wanted,
};

/// Asks for a list and gives the ids of its items with the answer.
async fn list(service: &TestService, query: &str) -> (Vec<String>, Value) {
    let answer = service
        .send(&Request::get(format!("/bookings{query}")))
        .await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let page = answer.json();
    let ids = page["data"].as_array().unwrap().iter();
    let ids = ids.map(|booking| booking["booking_id"].as_str().unwrap().to_owned());
    (ids.collect(), page)
}

/// Bookings of several guests in several states at two restaurants; in the order in which they
/// were made, a minute apart.
async fn many(service: &TestService) -> Vec<Booking> {
    let mut bookings = Vec::new();
    for (minute, (restaurant, date, time, guest)) in [
        (BELLA, "2027-02-16", "19:00", "ada"),
        (BELLA, MONDAY, "20:00", "bea"),
        (BELLA, MONDAY, "12:15", "ada"),
        (SAKURA, MONDAY, "20:00", "ada"),
        (SAKURA, "2027-02-14", "18:30", "bea"),
        (BELLA, MONDAY, "20:00", "cleo"),
        (SAKURA, "2027-03-01", "19:00", "cleo"),
    ]
    .into_iter()
    .enumerate()
    {
        service.set_clock(&format!("2027-02-08T17:{:02}:00Z", 30 + minute));
        let mut new = wanted(restaurant, date, time, 2);
        new.customer = customer(&format!("{guest}@example.com"))
            .try_into()
            .unwrap();
        bookings.push(create(service, new).await.unwrap().into_inner());
    }
    bookings[2] = cancel(service, &bookings[2].booking_id).await;
    for (booking, status) in [(4, BookingStatus::Completed), (5, BookingStatus::Pending)] {
        set_status(service, &bookings[booking].booking_id, status.clone()).await;
        bookings[booking].status = status;
    }
    bookings
}

fn ids<'a>(bookings: impl IntoIterator<Item = &'a Booking>) -> Vec<String> {
    bookings
        .into_iter()
        .map(|booking| booking.booking_id.to_string())
        .collect()
}

#[tokio::test]
async fn a_page_says_where_it_stands_and_how_many_there_are() {
    let service = TestService::start().await;
    let all = ids(&many(&service).await);
    let sorted = "sort=created_at_asc";
    let (first, page) = list(&service, &format!("?{sorted}&page=1&limit=3")).await;
    assert_eq!(first, all[..3]);
    let expected = json!({ "page": 1, "limit": 3, "total": 7, "pages": 3 });
    assert_eq!(page["pagination"], expected);
    let (third, page) = list(&service, &format!("?{sorted}&page=3&limit=3")).await;
    assert_eq!(third, all[6..]);
    let expected = json!({ "page": 3, "limit": 3, "total": 7, "pages": 3 });
    assert_eq!(page["pagination"], expected);
    for beyond in [4, 10_000] {
        let (none, page) = list(&service, &format!("?page={beyond}&limit=3")).await;
        assert!(none.is_empty());
        let expected = json!({ "page": beyond, "limit": 3, "total": 7, "pages": 3 });
        assert_eq!(page["pagination"], expected);
    }
}

#[tokio::test]
async fn without_page_and_cursor_the_first_page_comes_with_the_cursor_of_the_next() {
    let service = TestService::start().await;
    let (none, page) = list(&service, "").await;
    assert!(none.is_empty());
    let expected = json!({ "page": 1, "limit": 20, "total": 0, "pages": 0, "next_cursor": null });
    assert_eq!(page["pagination"], expected);
    let all = ids(&many(&service).await);
    let (first, page) = list(&service, "?sort=created_at_asc&limit=4").await;
    assert_eq!(first, all[..4]);
    let pagination = &page["pagination"];
    assert_eq!(
        (
            &pagination["page"],
            &pagination["total"],
            &pagination["pages"]
        ),
        (&json!(1), &json!(7), &json!(2))
    );
    let cursor = pagination["next_cursor"].as_str().unwrap();
    let next = format!("?sort=created_at_asc&limit=4&cursor={cursor}");
    let (second, page) = list(&service, &next).await;
    assert_eq!(second, all[4..]);
    let expected = json!({ "limit": 4, "next_cursor": null });
    assert_eq!(page["pagination"], expected);
    // As many items as the limit leave nothing for a next page.
    let (_, page) = list(&service, "?limit=7").await;
    assert_eq!(page["pagination"]["next_cursor"], json!(null));
}

#[tokio::test]
async fn a_walk_with_cursors_meets_every_booking_once_while_others_are_made() {
    for &(_, sort) in BookingSort::VALUES {
        let service = TestService::start().await;
        // Half of them at one time on one date, and all of them made at one instant: ties.
        let mut before = HashSet::new();
        for day in 15..19 {
            for _ in 0..3 {
                let date = format!("2027-02-{day}");
                let booking = book(&service, BELLA, &date, "19:00", 2).await;
                before.insert(booking.booking_id.to_string());
            }
        }
        let mut met: Vec<Booking> = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut request = service.client().list_bookings().sort(sort).limit(2);
            if let Some(cursor) = &cursor {
                request = request.cursor(cursor.as_str());
            }
            let page: BookingPage = request.send().await.unwrap().into_inner();
            met.extend(page.data);
            // Some land before the place of the walk, some behind it.
            for (date, time) in [("2027-02-16", "12:00"), ("2027-02-17", "21:00")] {
                let _ = create(&service, wanted(BELLA, date, time, 1)).await;
            }
            match page.pagination.next_cursor {
                Some(next) => cursor = Some(next.to_string()),
                None => break,
            }
        }
        let seen: HashSet<String> = ids(&met).into_iter().collect();
        assert_eq!(seen.len(), met.len(), "{sort}: nothing is met twice");
        assert!(before.is_subset(&seen), "{sort}: nothing is skipped");
    }
}

#[tokio::test]
async fn every_sort_puts_the_bookings_in_its_order() {
    let service = TestService::start().await;
    let made = many(&service).await;
    let mut by_date = made.clone();
    // Those that tie are in the order in which they were made: the sort is stable.
    by_date.sort_by_key(|booking| (*booking.booking_date, booking.booking_time.to_string()));
    for (sort, ascending) in [("created_at", made), ("booking_date", by_date)] {
        let mut expected = ids(&ascending);
        assert_eq!(
            list(&service, &format!("?sort={sort}_asc")).await.0,
            expected
        );
        expected.reverse();
        assert_eq!(
            list(&service, &format!("?sort={sort}_desc")).await.0,
            expected
        );
    }
}

#[tokio::test]
async fn an_item_of_a_list_is_the_booking_itself() {
    let service = TestService::start().await;
    let made = many(&service).await;
    let page = service
        .client()
        .list_bookings()
        .sort(BookingSort::CreatedAtAsc)
        .send()
        .await
        .unwrap();
    assert_eq!(*page.data, made);
}

#[tokio::test]
async fn each_filter_and_all_of_them_together_narrow_the_list() {
    let service = TestService::start().await;
    let made = many(&service).await;
    let date = |booking: &Booking| booking.booking_date.to_string();
    type Filter<'a> = (&'a str, Box<dyn Fn(&Booking) -> bool>);
    let filters: Vec<Filter<'_>> = vec![
        ("restaurant_id=1", Box::new(|b| *b.restaurant.id == BELLA)),
        ("restaurant_id=4", Box::new(|_| false)),
        ("restaurant_id=9007199254740991", Box::new(|_| false)),
        (
            "status=confirmed",
            Box::new(|b| b.status == BookingStatus::Confirmed),
        ),
        (
            "status=pending&status=cancelled",
            Box::new(|b| matches!(b.status, BookingStatus::Pending | BookingStatus::Cancelled)),
        ),
        ("status=no_show", Box::new(|_| false)),
        (
            "status=pending&status=confirmed&status=cancelled&status=completed&status=no_show",
            Box::new(|_| true),
        ),
        (
            "date_from=2027-02-16",
            Box::new(move |b| date(b).as_str() >= "2027-02-16"),
        ),
        (
            "date_to=2027-02-15",
            Box::new(move |b| date(b).as_str() <= "2027-02-15"),
        ),
        (
            "date_from=2027-02-15&date_to=2027-02-15",
            Box::new(move |b| date(b) == "2027-02-15"),
        ),
        (
            "date_from=0000-01-01&date_to=9999-12-31",
            Box::new(|_| true),
        ),
        (
            "email=ADA%40example.com",
            Box::new(|b| b.customer.email.as_str() == "ada@example.com"),
        ),
        ("email=nobody%40example.com", Box::new(|_| false)),
    ];
    for (query, belongs) in &filters {
        let expected = ids(made.iter().filter(|booking| belongs(booking)));
        let query = format!("?sort=created_at_asc&{query}");
        let (found, page) = list(&service, &query).await;
        assert_eq!(found, expected, "{query}");
        assert_eq!(page["pagination"]["total"], found.len(), "{query}");
    }
    let together = "?restaurant_id=3&status=confirmed&status=completed&date_from=2027-02-14\
        &date_to=2027-02-15&sort=booking_date_desc";
    assert_eq!(
        list(&service, together).await.0,
        ids([&made[3], &made[4]]),
        "{together}"
    );
    let with_guest = format!("{together}&email=bea%40example.com");
    assert_eq!(list(&service, &with_guest).await.0, ids([&made[4]]));
}

#[tokio::test]
async fn a_filtered_list_can_be_walked_to_its_end() {
    let service = TestService::start().await;
    let made = many(&service).await;
    let filter = "email=ada%40example.com&sort=created_at_desc&limit=1";
    let mut met = Vec::new();
    let mut query = format!("?{filter}");
    loop {
        let (found, page) = list(&service, &query).await;
        met.extend(found);
        match page["pagination"]["next_cursor"].as_str() {
            Some(cursor) => query = format!("?{filter}&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(met, ids([&made[3], &made[2], &made[0]]));
}

#[tokio::test]
async fn page_and_cursor_exclude_each_other() {
    let service = TestService::start().await;
    many(&service).await;
    let (_, page) = list(&service, "?limit=1").await;
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
    for path in ["/bookings", "/restaurants"] {
        let both = Request::get(format!("{path}?page=2&limit=1&cursor={cursor}"));
        let refusal = service.send(&both).await.refused(400, "INVALID_REQUEST");
        assert_eq!(refusal.violations(), [("NOT_ALLOWED", "cursor")]);
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let service = TestService::start().await;
    many(&service).await;
    let (_, page) = list(&service, "?limit=1&sort=created_at_asc").await;
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
    let restaurants = Request::get("/restaurants?limit=1");
    let page = service.send(&restaurants).await.json();
    let of_restaurants = page["pagination"]["next_cursor"].as_str().unwrap();
    let mut spoilt = cursor.to_owned();
    spoilt.replace_range(..1, if cursor.starts_with('0') { "1" } else { "0" });
    let digits = "f".repeat(cursor.len());
    let far = format!("{}7fffffffffffffff{}", &cursor[..16], &cursor[32..]);
    for query in [
        format!("/bookings?sort=created_at_desc&cursor={cursor}"),
        format!("/bookings?sort=created_at_asc&restaurant_id=1&cursor={cursor}"),
        format!("/bookings?sort=created_at_asc&status=confirmed&cursor={cursor}"),
        format!("/bookings?sort=created_at_asc&email=ada%40example.com&cursor={cursor}"),
        format!("/bookings?sort=created_at_asc&date_from=2027-01-01&cursor={cursor}"),
        format!("/bookings?cursor={cursor}"),
        format!("/bookings?cursor={of_restaurants}"),
        format!("/bookings?sort=created_at_asc&cursor={spoilt}"),
        format!("/bookings?sort=created_at_asc&cursor={digits}"),
        format!("/bookings?sort=created_at_asc&cursor={far}"),
        "/bookings?cursor=x".to_owned(),
        "/bookings?cursor=eyJhIjoxfQ".to_owned(),
        format!("/bookings?cursor={}", "A".repeat(512)),
        format!("/restaurants?cursor={cursor}"),
        format!("/restaurants?q=a&cursor={of_restaurants}"),
        format!("/restaurants?cuisine=a&cursor={of_restaurants}"),
        "/restaurants?cursor=00".to_owned(),
    ] {
        let answer = service.send(&Request::get(&query)).await;
        let refusal = answer.refused(400, "INVALID_CURSOR");
        assert_eq!(refusal.field.as_deref(), Some("cursor"), "{query}");
    }
}

#[tokio::test]
async fn limits_and_pages_out_of_bounds_are_refused() {
    let service = TestService::start().await;
    for (query, broken) in [
        ("limit=0", ("TOO_SMALL", "limit")),
        ("limit=101", ("TOO_LARGE", "limit")),
        ("limit=-1", ("TOO_SMALL", "limit")),
        ("limit=99999999999999999999", ("TOO_LARGE", "limit")),
        ("limit=many", ("WRONG_TYPE", "limit")),
        ("limit=", ("WRONG_TYPE", "limit")),
        ("limit=1.5", ("WRONG_TYPE", "limit")),
        ("page=0", ("TOO_SMALL", "page")),
        ("page=10001", ("TOO_LARGE", "page")),
        ("cursor=", ("TOO_SHORT", "cursor")),
        ("cursor=a%20b", ("PATTERN", "cursor")),
    ] {
        for path in ["/bookings", "/restaurants"] {
            let answer = service.send(&Request::get(format!("{path}?{query}"))).await;
            let refusal = answer.refused(400, "INVALID_REQUEST");
            assert!(
                refusal.violations().contains(&broken),
                "{query}: {refusal:?}"
            );
        }
    }
    for query in ["limit=1", "limit=100", "page=1", "page=10000&limit=100"] {
        for path in ["/bookings", "/restaurants"] {
            let answer = service.send(&Request::get(format!("{path}?{query}"))).await;
            assert_eq!(answer.status, 200, "{path}?{query}");
        }
    }
}

#[tokio::test]
async fn dates_in_the_wrong_order_are_refused() {
    let service = TestService::start().await;
    let sent = service
        .client()
        .list_bookings()
        .date_from("2027-02-16")
        .date_to("2027-02-15")
        .send()
        .await;
    let error = refused(sent, 400, ErrorCode::InvalidDate);
    assert_eq!(field(&error), Some("date_to"));
}

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
