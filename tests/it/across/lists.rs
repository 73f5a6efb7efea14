//! What all lists with pages have in common: limits, pages and cursors.

use booking_tests::{Request, TestService};

use crate::bookings::list_bookings::{list, many};

#[tokio::test]
async fn page_and_cursor_exclude_each_other() {
    let service = TestService::start().await;
    many(&service).await;
    let (_, page) = list(&service, "limit=1").await;
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
    for path in ["/bookings?restaurant_id=1&", "/restaurants?"] {
        let both = Request::get(format!("{path}page=2&limit=1&cursor={cursor}"));
        let refusal = service.send(&both).await.refused(400, "INVALID_REQUEST");
        assert_eq!(refusal.violations(), [("NOT_ALLOWED", "cursor")]);
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let service = TestService::start().await;
    many(&service).await;
    let (_, page) = list(&service, "limit=1&sort=created_at_asc").await;
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
    let restaurants = Request::get("/restaurants?limit=1");
    let page = service.send(&restaurants).await.json();
    let of_restaurants = page["pagination"]["next_cursor"].as_str().unwrap();
    let mut spoilt = cursor.to_owned();
    spoilt.replace_range(..1, if cursor.starts_with('0') { "1" } else { "0" });
    let digits = "f".repeat(cursor.len());
    let far = format!("{}7fffffffffffffff{}", &cursor[..16], &cursor[32..]);
    for query in [
        format!("/bookings?restaurant_id=1&sort=created_at_desc&cursor={cursor}"),
        format!("/bookings?restaurant_id=2&sort=created_at_asc&cursor={cursor}"),
        format!("/bookings?restaurant_id=1&sort=created_at_asc&status=confirmed&cursor={cursor}"),
        format!(
            "/bookings?restaurant_id=1&sort=created_at_asc&email=ada%40example.com&cursor={cursor}"
        ),
        format!(
            "/bookings?restaurant_id=1&sort=created_at_asc&date_from=2027-01-01&cursor={cursor}"
        ),
        format!("/bookings?restaurant_id=1&cursor={cursor}"),
        format!("/bookings?restaurant_id=1&cursor={of_restaurants}"),
        format!("/bookings?restaurant_id=1&sort=created_at_asc&cursor={spoilt}"),
        format!("/bookings?restaurant_id=1&sort=created_at_asc&cursor={digits}"),
        format!("/bookings?restaurant_id=1&sort=created_at_asc&cursor={far}"),
        "/bookings?restaurant_id=1&cursor=x".to_owned(),
        "/bookings?restaurant_id=1&cursor=eyJhIjoxfQ".to_owned(),
        format!("/bookings?restaurant_id=1&cursor={}", "A".repeat(512)),
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
        for path in ["/bookings?restaurant_id=1&", "/restaurants?"] {
            let answer = service.send(&Request::get(format!("{path}{query}"))).await;
            let refusal = answer.refused(400, "INVALID_REQUEST");
            assert!(
                refusal.violations().contains(&broken),
                "{query}: {refusal:?}"
            );
        }
    }
    for query in ["limit=1", "limit=100", "page=1", "page=10000&limit=100"] {
        for path in ["/bookings?restaurant_id=1&", "/restaurants?"] {
            let answer = service.send(&Request::get(format!("{path}{query}"))).await;
            assert_eq!(answer.status, 200, "{path}{query}");
        }
    }
}
