//! Lists: a page of them, and its total where there is one.

use booking_domain::{BookingStatus, ConfirmationCode};

use super::{ALL_OF_A_RESTAURANT, DAY, FIRST, NOW, at, email, owner, reads, restaurant, user};
use crate::plans::{ObservedStore, Reads};
use crate::{BookingCaller, BookingFilter, BookingSort, RestaurantFilter, Store, Window};

/// The first page of the bookings of restaurant 7 in every order, and what comes after it, which is not
/// counted.
async fn assert_walk(
    observed: &ObservedStore,
    (name, filter): (&str, &BookingFilter),
    (by_date, by_creation): (&str, &str),
    most: Reads,
) {
    let (owner, here, context) = (&owner(7), restaurant(7), &at(NOW));
    for sort in BookingSort::ALL {
        let index = match sort {
            BookingSort::BookingDateAsc | BookingSort::BookingDateDesc => by_date,
            BookingSort::CreatedAtAsc | BookingSort::CreatedAtDesc => by_creation,
        };
        let indexes = ["accounts_public_id_key", "restaurant_staff_pkey", index];
        let page = async |store: &Store, window: &Window| {
            let page = store.list_bookings(owner, here, (filter, sort, window), context);
            page.await.expect("the owner may")
        };
        let first = async |store: &Store, _: usize| page(store, &FIRST).await;
        let pages = observed.assert(name, &indexes, most, first).await;
        if let Some(cursor) = pages[0].next.clone() {
            let after = &Window::After { cursor, limit: 20 };
            let most = match filter.date_from {
                Some(_) => most,
                None => reads(most.rows.min(800), most.pages.min(1_700)),
            };
            let next = async |store: &Store, _: usize| page(store, after).await;
            observed.assert(name, &indexes, most, next).await;
        }
    }
}

pub(super) async fn of_bookings(observed: &ObservedStore) {
    let all = BookingFilter::default();
    let by_its_order = ("idx_bookings_restaurant", "idx_bookings_restaurant_created");
    let which = ("listBookings", &all);
    assert_walk(observed, which, by_its_order, ALL_OF_A_RESTAURANT).await;
    let pending = BookingFilter {
        statuses: vec![BookingStatus::Pending],
        ..all.clone()
    };
    let which = ("listBookings that are pending", &pending);
    assert_walk(observed, which, by_its_order, ALL_OF_A_RESTAURANT).await;
    let cancelled = BookingFilter {
        statuses: vec![BookingStatus::Cancelled],
        ..all.clone()
    };
    // None is, so that all are looked at for the page, and once more for the total.
    let which = ("listBookings that are cancelled", &cancelled);
    assert_walk(observed, which, by_its_order, reads(19_000, 800)).await;
    let overdue = BookingFilter {
        overdue: true,
        ..all.clone()
    };
    let which = ("listBookings that are overdue", &overdue);
    let by_end = ("idx_bookings_seated", "idx_bookings_seated");
    assert_walk(observed, which, by_end, reads(20, 40)).await;
    let of_a_day = BookingFilter {
        date_from: Some(DAY),
        date_to: Some(DAY),
        ..all.clone()
    };
    let which = ("listBookings of a date", &of_a_day);
    let by_date = (
        "idx_bookings_restaurant",
        "idx_bookings_restaurant|idx_bookings_restaurant_created",
    );
    // The date is sorted with each booking's contacts and notes, three pages each; or the restaurant's
    // bookings are walked in the order of their creation until twenty are of the date, which costs about as
    // much: a sample of statistics decides.
    assert_walk(observed, which, by_date, reads(13_000, 1_700)).await;
    let of_a_guest = BookingFilter {
        email: Some(email(4711)),
        ..all.clone()
    };
    let which = ("listBookings of a guest", &of_a_guest);
    let by_guest = ("idx_bookings_guest", "idx_bookings_guest");
    assert_walk(observed, which, by_guest, reads(200, 200)).await;
    let of_a_code = BookingFilter {
        confirmation_code: ConfirmationCode::parse("YY2222"),
        ..all.clone()
    };
    let which = ("listBookings of a code", &of_a_code);
    let code = "bookings_confirmation_code_key|idx_bookings_confirmation_code";
    assert_walk(observed, which, (code, code), reads(20, 40)).await;
    let me = user(4711);
    for sort in BookingSort::ALL {
        let mine = async |store: &Store, _: usize| {
            let page = store.list_my_bookings(&me, &all, (sort, &FIRST), NOW).await;
            page.expect("it is a list")
        };
        let indexes = [
            "accounts_public_id_key",
            "idx_bookings_user",
            "idx_bookings_account",
        ];
        observed
            .assert("listMyBookings", &indexes, reads(500, 800), mine)
            .await;
    }
}

pub(super) async fn of_all_else(observed: &ObservedStore) {
    let (owner, here, context) = (&owner(7), restaurant(7), &at(NOW));
    let log = async |store: &Store, _: usize| {
        let page = store.list_audit_events(owner, here, &FIRST, context).await;
        page.expect("the owner may")
    };
    let indexes = [
        "restaurants_pkey",
        "restaurant_staff_pkey",
        "idx_audit_events_occurred",
    ];
    observed
        .assert("listAuditEvents", &indexes, reads(40, 60), log)
        .await;
    let (all, by_date) = (BookingFilter::default(), BookingSort::BookingDateAsc);
    let bookings = (observed.store)
        .list_bookings(owner, here, (&all, by_date, &FIRST), context)
        .await;
    let id = &bookings.expect("the owner may").items[0].booking.id;
    let events = async |store: &Store, _: usize| {
        let caller = BookingCaller::Principal(owner);
        let page = store
            .list_booking_events(&caller, id, &FIRST, context)
            .await;
        page.expect("the owner may")
    };
    let indexes = [
        "bookings_public_id_key",
        "restaurant_staff_pkey",
        "booking_events_pkey",
    ];
    observed
        .assert("listBookingEvents", &indexes, reads(60, 90), events)
        .await;
    let keys = async |store: &Store, _: usize| {
        let page = store.list_api_keys(owner, here, &FIRST, context).await;
        page.expect("the owner may")
    };
    let indexes = ["idx_api_keys_created"];
    observed
        .assert("listApiKeys", &indexes, reads(30, 40), keys)
        .await;

    let all = RestaurantFilter::default();
    let search = RestaurantFilter {
        q: Some("c4ca4238".to_owned()),
        ..all.clone()
    };
    let cuisine = RestaurantFilter {
        cuisine: Some("cuisine 7".to_owned()),
        ..all.clone()
    };
    let list = async |store: &Store, filter: &RestaurantFilter, window: &Window| {
        let page = store.list_restaurants(filter, window, NOW).await;
        let page = page.expect("it is a list");
        assert!(!page.items.is_empty());
        page
    };
    for (filter, index, most) in [
        (&search, "idx_restaurants_name_search", reads(60, 150)),
        (&cuisine, "idx_restaurants_cuisine", reads(60, 100)),
    ] {
        let found = async |store: &Store, _: usize| list(store, filter, &FIRST).await;
        observed
            .assert("listRestaurants", &[index], most, found)
            .await;
    }
    // The total of all restaurants counts all restaurants; what comes after one does not.
    let page = list(&observed.store, &all, &FIRST).await;
    let cursor = page.next.expect("there are more");
    let after = &Window::After { cursor, limit: 20 };
    let next = async |store: &Store, _: usize| list(store, &all, after).await;
    let indexes = [
        "idx_restaurants_name",
        "idx_service_periods_order|service_periods_pkey",
    ];
    observed
        .assert("listRestaurants", &indexes, reads(200, 300), next)
        .await;
    let get = async |store: &Store, _: usize| {
        let found = store.get_restaurant(here, NOW).await;
        found.expect("it is there")
    };
    observed
        .assert("getRestaurant", &["restaurants_pkey"], reads(20, 30), get)
        .await;
}
