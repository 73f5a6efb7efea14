//! Lists of bookings.

use std::collections::HashSet;

use booking_domain::{Booking, BookingId, BookingStatus, EmailAddress, RestaurantId};
use booking_persistence::{
    BookingFilter, BookingSort, Corrupt, Cursor, CursorOfAnotherList, Internal, Page, StoreError,
    Window,
};
use jiff::ToSpan;
use jiff::civil::time;

use crate::support::{DAY, House, NOW, fresh};

const ALL: Window = Window::Page {
    page: 1,
    limit: 100,
};

/// A house with 24 bookings, of which each six were made in the same instant, and each three
/// are for the same time; and another house with two.
async fn booked() -> House {
    let house = House::with_tables(3).await;
    house.add_restaurant(2, "Second", 2).await;
    let mut request = house.request();
    for number in 0..24_i32 {
        request.date = DAY + ((number * 7) % 4).days();
        request.time = if number % 8 < 4 {
            time(18, 0, 0, 0)
        } else {
            time(20, 0, 0, 0)
        };
        let email = format!("guest{}@example.com", number % 5);
        request.customer.email = EmailAddress::new(email);
        let now = NOW + (number / 6).minutes();
        let made = house.store.create_booking(&request, now, fresh).await;
        made.expect("a table is free");
    }
    request.restaurant = RestaurantId::new(2);
    for _ in 0..2 {
        house.book(&request).await.expect("a table is free");
    }
    house
}

async fn page(
    house: &House,
    filter: &BookingFilter,
    sort: BookingSort,
    window: &Window,
) -> Page<Booking> {
    let page = house.store.list_bookings(filter, sort, window).await;
    page.expect("it is a list")
}

fn ids(items: &[Booking]) -> Vec<BookingId> {
    items.iter().map(|booking| booking.id.clone()).collect()
}

#[tokio::test]
async fn pages_and_cursors_meet_every_booking_once_in_every_order() {
    let house = booked().await;
    let filter = BookingFilter::default();
    for sort in BookingSort::ALL {
        let all = page(&house, &filter, sort, &ALL).await;
        assert_eq!((all.items.len(), all.total), (26, Some(26)));
        let distinct: HashSet<BookingId> = ids(&all.items).into_iter().collect();
        assert_eq!(distinct.len(), 26);
        let by_date = |booking: &Booking| (booking.date, booking.time);
        let by_creation = |booking: &Booking| booking.created_at;
        let mut reversed = all.items.clone();
        reversed.reverse();
        assert!(match sort {
            BookingSort::BookingDateAsc => all.items.is_sorted_by_key(by_date),
            BookingSort::BookingDateDesc => reversed.is_sorted_by_key(by_date),
            BookingSort::CreatedAtAsc => all.items.is_sorted_by_key(by_creation),
            BookingSort::CreatedAtDesc => reversed.is_sorted_by_key(by_creation),
        });
        for limit in [1, 5, 13, 26, 100] {
            assert_eq!(ids(&all.items), by_number(&house, sort, limit).await);
            assert_eq!(ids(&all.items), by_cursor(&house, sort, limit).await);
        }
    }
}

async fn by_number(house: &House, sort: BookingSort, limit: u32) -> Vec<BookingId> {
    let mut met = Vec::new();
    for number in 1.. {
        let window = Window::Page {
            page: number,
            limit,
        };
        let page = page(house, &BookingFilter::default(), sort, &window).await;
        assert_eq!((page.total, page.next), (Some(26), None));
        if page.items.is_empty() {
            break;
        }
        met.extend(ids(&page.items));
    }
    met
}

async fn by_cursor(house: &House, sort: BookingSort, limit: u32) -> Vec<BookingId> {
    let mut met = Vec::new();
    let mut window = Window::First { limit };
    loop {
        let page = page(house, &BookingFilter::default(), sort, &window).await;
        let is_first = matches!(window, Window::First { .. });
        assert_eq!(page.total, is_first.then_some(26));
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
    let house = booked().await;
    let (filter, sort) = (BookingFilter::default(), BookingSort::CreatedAtDesc);
    let before = ids(&page(&house, &filter, sort, &ALL).await.items);
    let first = page(&house, &filter, sort, &Window::First { limit: 10 }).await;
    let mut request = house.request();
    request.date = DAY + 9.days();
    let newest = house.store.create_booking(&request, NOW + 1.hour(), fresh);
    newest.await.expect("a table is free");
    let rest = Window::After {
        cursor: first.next.expect("there is more"),
        limit: 100,
    };
    let rest = page(&house, &filter, sort, &rest).await;
    assert_eq!([ids(&first.items), ids(&rest.items)].concat(), before);
}

#[tokio::test]
async fn filters_choose_what_meets_all_of_them() {
    let house = booked().await;
    let sort = BookingSort::BookingDateAsc;
    let all = page(&house, &BookingFilter::default(), sort, &ALL)
        .await
        .items;
    let cancelled = all[3].id.clone();
    let cancel = house.store.cancel_booking(&cancelled, None, NOW).await;
    cancel.expect("it is cancelled");

    let chosen = async |filter: BookingFilter| page(&house, &filter, sort, &ALL).await;
    let expected = |is_it: &dyn Fn(&Booking) -> bool| -> Vec<BookingId> {
        let those = all.iter().filter(|booking| is_it(booking));
        those.map(|booking| booking.id.clone()).collect()
    };
    let second = RestaurantId::new(2);
    let page = chosen(BookingFilter {
        restaurant: Some(second),
        ..BookingFilter::default()
    })
    .await;
    assert_eq!(page.total, Some(2));
    assert_eq!(
        ids(&page.items),
        expected(&|one| one.restaurant.id == second)
    );
    assert_eq!(page.items[0].restaurant.name, "Second");

    let tomorrow = DAY + 1.day();
    let page = chosen(BookingFilter {
        date_from: Some(tomorrow),
        date_to: Some(tomorrow),
        ..BookingFilter::default()
    })
    .await;
    assert!(!page.items.is_empty());
    assert_eq!(ids(&page.items), expected(&|one| one.date == tomorrow));

    let page = chosen(BookingFilter {
        email: Some(EmailAddress::new("GUEST2@example.com".to_owned())),
        date_from: Some(tomorrow),
        ..BookingFilter::default()
    })
    .await;
    let is_guest = |one: &Booking| one.customer.email.as_str() == "guest2@example.com";
    assert!(!page.items.is_empty());
    assert_eq!(
        ids(&page.items),
        expected(&|one| is_guest(one) && one.date >= tomorrow)
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
    assert_eq!(ids(&page.items), expected(&|one| one.id != cancelled));
}

#[tokio::test]
async fn cursor_is_good_for_its_own_list_only() {
    let house = booked().await;
    let (filter, sort) = (BookingFilter::default(), BookingSort::CreatedAtAsc);
    let first = page(&house, &filter, sort, &Window::First { limit: 2 }).await;
    let window = Window::After {
        cursor: first.next.expect("there is more"),
        limit: 2,
    };
    let elsewhere = BookingFilter {
        restaurant: Some(house.restaurant),
        ..BookingFilter::default()
    };
    for (filter, sort) in [
        (&filter, BookingSort::CreatedAtDesc),
        (&filter, BookingSort::BookingDateAsc),
        (&elsewhere, sort),
    ] {
        let other = house.store.list_bookings(filter, sort, &window).await;
        assert!(matches!(
            other,
            Err(StoreError::Refused(CursorOfAnotherList))
        ));
    }
    let same = house.store.list_bookings(&filter, sort, &window).await;
    assert_eq!(same.expect("it is the same list").items.len(), 2);
}

#[tokio::test]
async fn made_up_place_is_refused_or_empty_and_never_an_error_of_ours() {
    let house = booked().await;
    let (filter, sort) = (BookingFilter::default(), BookingSort::BookingDateAsc);
    let first = page(&house, &filter, sort, &Window::First { limit: 2 }).await;
    let cursor = first.next.expect("there is more").encode();
    for place in ["7fffffffffffffff", "8000000000000000", "0000000000000000"] {
        let made_up = format!("{}{place}{}", &cursor[..16], &cursor[32..]);
        let cursor = Cursor::parse(&made_up).expect("it is well formed");
        let window = Window::After { cursor, limit: 2 };
        match house.store.list_bookings(&filter, sort, &window).await {
            Ok(_) | Err(StoreError::Refused(CursorOfAnotherList)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn corrupt_booking_is_left_out_of_lists_and_is_an_error_when_it_is_read() {
    let house = booked().await;
    let filter = BookingFilter::default();
    let sort = BookingSort::CreatedAtAsc;
    let all = page(&house, &filter, sort, &ALL).await;
    // The last of the first page, from which the second goes on.
    let corrupt = all.items[4].id.clone();
    house
        .sql(&format!(
            "ALTER TABLE bookings DROP CONSTRAINT bookings_customer_phone_check;
             UPDATE bookings SET customer_phone = 'none' WHERE public_id = '{corrupt}'"
        ))
        .await;
    let mut expected = ids(&all.items);
    expected.remove(4);
    let rest = page(&house, &filter, sort, &ALL).await;
    assert_eq!(ids(&rest.items), expected);
    assert_eq!(rest.total, all.total);
    let first = page(&house, &filter, sort, &Window::First { limit: 5 }).await;
    assert_eq!(ids(&first.items), expected[..4]);
    let window = Window::After {
        cursor: first.next.expect("there is a second page"),
        limit: 100,
    };
    let second = page(&house, &filter, sort, &window).await;
    assert_eq!(ids(&second.items), expected[4..]);
    match house.store.get_booking(&corrupt).await {
        Err(StoreError::Internal(Internal::Corrupt(Corrupt { column, .. }))) => {
            assert_eq!(column, "bookings.customer_phone");
        }
        other => panic!("{other:?}"),
    }
}
