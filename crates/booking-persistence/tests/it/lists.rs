//! Lists of bookings.

use std::collections::HashSet;

use booking_domain::{BookingId, BookingStatus, BookingView, StaffRole};
use booking_persistence::{
    AccessRefusal, BookingFilter, BookingSort, Corrupt, Cursor, CursorOfAnotherList, Internal,
    Page, RestaurantAccessRefusal, StoreError, Window,
};
use jiff::ToSpan;
use jiff::civil::time;

use crate::support::{
    DAY, NOW, TestRestaurant, at, cancel_booking, email, get_booking, restaurant_id,
};
use crate::team::{add_account, hire, user};

const ALL: Window = Window::Page {
    page: 1,
    limit: 100,
};

/// A house with 24 bookings, of which each six were made in the same instant, and each three
/// are for the same time; and another house with two.
async fn booked() -> TestRestaurant {
    let venue = TestRestaurant::with_tables(3).await;
    add_account(&venue, "owner").await;
    hire(&venue, 1, "owner", StaffRole::Owner).await;
    venue.add_restaurant(2, "Second", 2).await;
    let mut request = venue.request();
    for number in 0..24_i32 {
        request.date = DAY + ((number * 7) % 4).days();
        request.time = if number % 8 < 4 {
            time(18, 0, 0, 0)
        } else {
            time(20, 0, 0, 0)
        };
        request.customer.email = Some(email(&format!("guest{}@example.com", number % 5)));
        let now = NOW + (number / 6).minutes();
        let made = venue.store.create_booking(&request, None, &at(now)).await;
        made.expect("a table is free");
    }
    request.restaurant = restaurant_id(2);
    for _ in 0..2 {
        venue.book(&request).await.expect("a table is free");
    }
    venue
}

/// The bookings of the house, for its owner.
async fn list(
    venue: &TestRestaurant,
    filter: &BookingFilter,
    sort: BookingSort,
    window: &Window,
) -> Result<Page<BookingView>, StoreError<RestaurantAccessRefusal<CursorOfAnotherList>>> {
    let (caller, context) = (user("owner"), at(NOW));
    let what = (filter, sort, window);
    let page = venue
        .store
        .list_bookings(&caller, venue.restaurant, what, &context);
    page.await
}

async fn page(
    venue: &TestRestaurant,
    filter: &BookingFilter,
    sort: BookingSort,
    window: &Window,
) -> Page<BookingView> {
    let page = list(venue, filter, sort, window).await;
    page.expect("it is a list")
}

fn ids(items: &[BookingView]) -> Vec<BookingId> {
    items
        .iter()
        .map(|booking| booking.booking.id.clone())
        .collect()
}

#[tokio::test]
async fn pages_and_cursors_meet_every_booking_once_in_every_order() {
    let venue = booked().await;
    let filter = BookingFilter::default();
    for sort in BookingSort::ALL {
        let all = page(&venue, &filter, sort, &ALL).await;
        assert_eq!((all.items.len(), all.total), (24, Some(24)));
        let distinct: HashSet<BookingId> = ids(&all.items).into_iter().collect();
        assert_eq!(distinct.len(), 24);
        let by_date = |booking: &BookingView| (booking.booking.date, booking.booking.time);
        let by_creation = |booking: &BookingView| booking.booking.created_at;
        let mut reversed = all.items.clone();
        reversed.reverse();
        assert!(match sort {
            BookingSort::BookingDateAsc => all.items.is_sorted_by_key(by_date),
            BookingSort::BookingDateDesc => reversed.is_sorted_by_key(by_date),
            BookingSort::CreatedAtAsc => all.items.is_sorted_by_key(by_creation),
            BookingSort::CreatedAtDesc => reversed.is_sorted_by_key(by_creation),
        });
        for limit in [1, 5, 12, 24, 100] {
            assert_eq!(ids(&all.items), by_number(&venue, sort, limit).await);
            assert_eq!(ids(&all.items), by_cursor(&venue, sort, limit).await);
        }
    }
}

async fn by_number(venue: &TestRestaurant, sort: BookingSort, limit: u32) -> Vec<BookingId> {
    let mut met = Vec::new();
    for number in 1.. {
        let window = Window::Page {
            page: number,
            limit,
        };
        let page = page(venue, &BookingFilter::default(), sort, &window).await;
        assert_eq!((page.total, page.next), (Some(24), None));
        if page.items.is_empty() {
            break;
        }
        met.extend(ids(&page.items));
    }
    met
}

async fn by_cursor(venue: &TestRestaurant, sort: BookingSort, limit: u32) -> Vec<BookingId> {
    let mut met = Vec::new();
    let mut window = Window::First { limit };
    loop {
        let page = page(venue, &BookingFilter::default(), sort, &window).await;
        let is_first = matches!(window, Window::First { .. });
        assert_eq!(page.total, is_first.then_some(24));
        met.extend(ids(&page.items));
        let Some(next) = page.next else {
            return met;
        };
        // A client sends back what it was given.
        let cursor = Cursor::parse(&next.encode()).expect("it is a cursor");
        window = Window::After { cursor, limit };
    }
}

#[tokio::test]
async fn walk_misses_nothing_when_bookings_are_made_meanwhile() {
    let venue = booked().await;
    let (filter, sort) = (BookingFilter::default(), BookingSort::CreatedAtDesc);
    let before = ids(&page(&venue, &filter, sort, &ALL).await.items);
    let first = page(&venue, &filter, sort, &Window::First { limit: 10 }).await;
    let mut request = venue.request();
    request.date = DAY + 9.days();
    let later = at(NOW + 1.hour());
    let newest = venue.store.create_booking(&request, None, &later);
    newest.await.expect("a table is free");
    let rest = Window::After {
        cursor: first.next.expect("there is more"),
        limit: 100,
    };
    let rest = page(&venue, &filter, sort, &rest).await;
    assert_eq!([ids(&first.items), ids(&rest.items)].concat(), before);
}

#[tokio::test]
async fn filters_choose_what_meets_all_of_them() {
    let venue = booked().await;
    let sort = BookingSort::BookingDateAsc;
    let all = page(&venue, &BookingFilter::default(), sort, &ALL)
        .await
        .items;
    let cancelled = all[3].booking.id.clone();
    let cancel = cancel_booking(&venue.store, &cancelled, None, NOW).await;
    cancel.expect("it is cancelled");

    let chosen = async |filter: BookingFilter| page(&venue, &filter, sort, &ALL).await;
    let expected = |is_it: &dyn Fn(&BookingView) -> bool| -> Vec<BookingId> {
        let those = all.iter().filter(|booking| is_it(booking));
        those.map(|booking| booking.booking.id.clone()).collect()
    };
    let code = all[5].booking.confirmation_code.clone();
    let page = chosen(BookingFilter {
        confirmation_code: Some(code.clone()),
        ..BookingFilter::default()
    })
    .await;
    assert_eq!(
        ids(&page.items),
        expected(&|one| one.booking.confirmation_code == code)
    );

    let tomorrow = DAY + 1.day();
    let page = chosen(BookingFilter {
        date_from: Some(tomorrow),
        date_to: Some(tomorrow),
        ..BookingFilter::default()
    })
    .await;
    assert!(!page.items.is_empty());
    assert_eq!(
        ids(&page.items),
        expected(&|one| one.booking.date == tomorrow)
    );

    let page = chosen(BookingFilter {
        email: Some(email("GUEST2@example.com")),
        date_from: Some(tomorrow),
        ..BookingFilter::default()
    })
    .await;
    let is_guest =
        |one: &BookingView| one.booking.customer.email == Some(email("guest2@example.com"));
    assert!(!page.items.is_empty());
    assert_eq!(
        ids(&page.items),
        expected(&|one| is_guest(one) && one.booking.date >= tomorrow)
    );

    let page = chosen(BookingFilter {
        statuses: vec![BookingStatus::NoShow, BookingStatus::Cancelled],
        ..BookingFilter::default()
    })
    .await;
    assert_eq!(ids(&page.items), std::slice::from_ref(&cancelled));
    let page = chosen(BookingFilter {
        statuses: vec![BookingStatus::Confirmed],
        ..BookingFilter::default()
    })
    .await;
    assert_eq!(
        ids(&page.items),
        expected(&|one| one.booking.id != cancelled)
    );
}

#[tokio::test]
async fn cursor_is_good_for_its_own_list_only() {
    let venue = booked().await;
    let (filter, sort) = (BookingFilter::default(), BookingSort::CreatedAtAsc);
    let first = page(&venue, &filter, sort, &Window::First { limit: 2 }).await;
    let window = Window::After {
        cursor: first.next.expect("there is more"),
        limit: 2,
    };
    let other_filter = BookingFilter {
        date_from: Some(DAY),
        ..BookingFilter::default()
    };
    for (filter, sort) in [
        (&filter, BookingSort::CreatedAtDesc),
        (&filter, BookingSort::BookingDateAsc),
        (&other_filter, sort),
    ] {
        let other = list(&venue, filter, sort, &window).await;
        assert!(matches!(
            other,
            Err(StoreError::Refused(AccessRefusal::Rule(
                CursorOfAnotherList
            )))
        ));
    }
    let same = list(&venue, &filter, sort, &window).await;
    assert_eq!(same.expect("it is the same list").items.len(), 2);
}

#[tokio::test]
async fn made_up_place_is_refused_or_empty_and_never_an_error_of_ours() {
    let venue = booked().await;
    let (filter, sort) = (BookingFilter::default(), BookingSort::BookingDateAsc);
    let first = page(&venue, &filter, sort, &Window::First { limit: 2 }).await;
    let cursor = first.next.expect("there is more").encode();
    for place in ["7fffffffffffffff", "8000000000000000", "0000000000000000"] {
        let made_up = format!("{}{place}{}", &cursor[..16], &cursor[32..]);
        let cursor = Cursor::parse(&made_up).expect("it is well formed");
        let window = Window::After { cursor, limit: 2 };
        match list(&venue, &filter, sort, &window).await {
            Ok(_) | Err(StoreError::Refused(AccessRefusal::Rule(CursorOfAnotherList))) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn list_with_a_booking_that_no_rule_allows_is_not_answered() {
    let venue = booked().await;
    let filter = BookingFilter::default();
    let sort = BookingSort::CreatedAtAsc;
    let all = page(&venue, &filter, sort, &ALL).await;
    let corrupt = all.items[4].booking.id.clone();
    venue
        .sql(&format!(
            "ALTER TABLE booking_contacts DROP CONSTRAINT booking_contacts_phone_check;
             UPDATE booking_contacts SET phone = 'none' FROM bookings booking
             WHERE booking.booking_id = booking_contacts.booking_id AND public_id = '{corrupt}'"
        ))
        .await;
    let is_corrupt = |internal: &Internal| {
        matches!(internal, Internal::Corrupt(Corrupt { column, .. })
            if *column == "booking_contacts.phone")
    };
    for window in [Window::First { limit: 5 }, ALL] {
        match list(&venue, &filter, sort, &window).await {
            Err(StoreError::Internal(internal)) => assert!(is_corrupt(&internal)),
            other => panic!("{other:?}"),
        }
    }
    match get_booking(&venue.store, &corrupt).await {
        Err(StoreError::Internal(internal)) => assert!(is_corrupt(&internal)),
        other => panic!("{other:?}"),
    }
    // A page without the row is one.
    let before = page(&venue, &filter, sort, &Window::First { limit: 3 }).await;
    assert_eq!((before.items.len(), before.total), (3, Some(24)));
}
