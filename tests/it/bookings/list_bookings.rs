//! `listBookings`.

use std::collections::HashSet;

use booking_client::types::{Booking, BookingPage, BookingSort, BookingStatus, ErrorCode};
use booking_tests::{Request, TestService};
use serde_json::{Value, json};

use crate::support::{
    BELLA, MONDAY, book, cancel, create, customer, field, read, refused, set_status, wanted,
};

/// Asks for a list of Bella's and gives the ids of its items with the answer.
pub(crate) async fn list(service: &TestService, query: &str) -> (Vec<String>, Value) {
    let request = Request::get(format!("/bookings?restaurant_id={BELLA}&{query}"));
    let answer = service.send(&request).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let page = answer.json();
    let ids = page["data"].as_array().unwrap().iter();
    let ids = ids.map(|booking| booking["booking_id"].as_str().unwrap().to_owned());
    (ids.collect(), page)
}

/// Bookings of several guests in several states; in the order in which they
/// were made, a minute apart.
pub(crate) async fn many(service: &TestService) -> Vec<Booking> {
    let mut bookings = Vec::new();
    for (minute, (restaurant, date, time, guest)) in [
        (BELLA, "2027-02-16", "19:00", "ada"),
        (BELLA, MONDAY, "20:00", "bea"),
        (BELLA, MONDAY, "12:15", "ada"),
        (BELLA, MONDAY, "20:00", "ada"),
        (BELLA, "2027-02-14", "18:30", "bea"),
        (BELLA, MONDAY, "20:00", "cleo"),
        (BELLA, "2027-03-01", "19:00", "cleo"),
    ]
    .into_iter()
    .enumerate()
    {
        service.set_clock(&format!("2027-02-08T17:{:02}:00Z", 30 + minute));
        let mut new = wanted(restaurant, date, time, 2);
        let customer = customer(&format!("{guest}@example.com"));
        new.customer = Some(customer.try_into().unwrap());
        bookings.push(create(service, new).await.unwrap().into_inner());
    }
    bookings[2] = cancel(service, &bookings[2].booking_id).await;
    for (booking, status) in [(4, BookingStatus::Completed), (5, BookingStatus::Pending)] {
        set_status(service, &bookings[booking].booking_id, status.clone()).await;
        bookings[booking].status = status;
    }
    // One that is pending says until when.
    bookings[5] = read(service, &bookings[5].booking_id).await.into_inner();
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
    let (first, page) = list(&service, &format!("{sorted}&page=1&limit=3")).await;
    assert_eq!(first, all[..3]);
    let expected = json!({ "page": 1, "limit": 3, "total": 7, "pages": 3 });
    assert_eq!(page["pagination"], expected);
    let (third, page) = list(&service, &format!("{sorted}&page=3&limit=3")).await;
    assert_eq!(third, all[6..]);
    let expected = json!({ "page": 3, "limit": 3, "total": 7, "pages": 3 });
    assert_eq!(page["pagination"], expected);
    for beyond in [4, 10_000] {
        let (none, page) = list(&service, &format!("page={beyond}&limit=3")).await;
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
    let (first, page) = list(&service, "sort=created_at_asc&limit=4").await;
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
    let next = format!("sort=created_at_asc&limit=4&cursor={cursor}");
    let (second, page) = list(&service, &next).await;
    assert_eq!(second, all[4..]);
    let expected = json!({ "limit": 4, "next_cursor": null });
    assert_eq!(page["pagination"], expected);
    // As many items as the limit leave nothing for a next page.
    let (_, page) = list(&service, "limit=7").await;
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
            let mut request = service
                .client()
                .list_bookings()
                .restaurant_id(BELLA)
                .sort(sort)
                .limit(2);
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
            list(&service, &format!("sort={sort}_asc")).await.0,
            expected
        );
        expected.reverse();
        assert_eq!(
            list(&service, &format!("sort={sort}_desc")).await.0,
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
        .restaurant_id(BELLA)
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
            Box::new(|b| b.customer.email.as_deref() == Some("ada@example.com")),
        ),
        ("email=nobody%40example.com", Box::new(|_| false)),
    ];
    let code = made[6].confirmation_code.clone();
    let by_code = format!("confirmation_code={}", code.as_str());
    let (found, _) = list(&service, &by_code).await;
    assert_eq!(found, ids([&made[6]]));
    for (query, belongs) in &filters {
        let expected = ids(made.iter().filter(|booking| belongs(booking)));
        let query = format!("sort=created_at_asc&{query}");
        let (found, page) = list(&service, &query).await;
        assert_eq!(found, expected, "{query}");
        assert_eq!(page["pagination"]["total"], found.len(), "{query}");
    }
    let together = "status=confirmed&status=completed&date_from=2027-02-14\
        &date_to=2027-02-15&sort=booking_date_desc";
    assert_eq!(
        list(&service, together).await.0,
        ids([&made[3], &made[1], &made[4]]),
        "{together}"
    );
    let with_guest = format!("{together}&email=bea%40example.com");
    assert_eq!(
        list(&service, &with_guest).await.0,
        ids([&made[1], &made[4]])
    );
}

#[tokio::test]
async fn a_filtered_list_can_be_walked_to_its_end() {
    let service = TestService::start().await;
    let made = many(&service).await;
    let filter = "email=ada%40example.com&sort=created_at_desc&limit=1";
    let mut met = Vec::new();
    let mut query = filter.to_owned();
    loop {
        let (found, page) = list(&service, &query).await;
        met.extend(found);
        match page["pagination"]["next_cursor"].as_str() {
            Some(cursor) => query = format!("{filter}&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(met, ids([&made[3], &made[2], &made[0]]));
}

#[tokio::test]
async fn dates_in_the_wrong_order_are_refused() {
    let service = TestService::start().await;
    let sent = service
        .client()
        .list_bookings()
        .restaurant_id(BELLA)
        .date_from("2027-02-16")
        .date_to("2027-02-15")
        .send()
        .await;
    let error = refused(sent, 400, ErrorCode::InvalidDate);
    assert_eq!(field(&error), Some("date_to"));
}
