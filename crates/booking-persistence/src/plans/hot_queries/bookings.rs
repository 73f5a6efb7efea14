//! A booking from its making to its end, and what is free.

use booking_domain::{
    BookingChange, BookingId, BookingNotes, BookingStatus, Customer, CustomerName, Latitude,
    Longitude, Neighbourhood, NewBooking, PhoneNumber, SearchRadius, SlotFilter,
};
use credentials::{BookingSecretKey, SecretKey};
use jiff::civil::{date, time};

use super::{
    ALL_OF_A_RESTAURANT, DAY, FIRST, NOW, at, email, owner, party, query, reads, restaurant,
};
use crate::plans::ObservedStore;
use crate::{
    AvailabilityCaller, AvailabilitySearch, BookingCaller, BookingFilter, BookingSort,
    RestaurantFilter, Store, Window,
};

/// Asks as the holder of a booking's first secret.
async fn as_guest<T>(id: &BookingId, ask: impl AsyncFn(&BookingCaller<'_>) -> T) -> T {
    let key = BookingSecretKey::new(&SecretKey::from_random([7; 32]));
    let secret = &key.secret(id.as_str(), 0);
    let key = &key;
    ask(&BookingCaller::SecretHolder { secret, key }).await
}

/// The bookings of a restaurant that are confirmed, at seven of one date.
async fn at_seven(store: &Store, number: i64) -> Vec<BookingId> {
    let filter = BookingFilter {
        statuses: vec![BookingStatus::Confirmed],
        date_from: Some(DAY),
        date_to: Some(DAY),
        ..BookingFilter::default()
    };
    let window = Window::First { limit: 200 };
    let which = (&filter, BookingSort::BookingDateAsc, &window);
    let (owner, context) = (owner(number), at(NOW));
    let page = store.list_bookings(&owner, restaurant(number), which, &context);
    let bookings = page.await.expect("the owner may").items.into_iter();
    let at_seven = bookings.filter(|view| view.booking.time == time(19, 0, 0, 0));
    at_seven.map(|view| view.booking.id).collect()
}

/// The tables of a full evening are set free and taken again.
pub(super) async fn from_the_first_to_the_last(observed: &ObservedStore) {
    let ids = &at_seven(&observed.store, 8).await;
    let cancel = async |store: &Store, run: usize| {
        let id = &ids[run];
        let cancelled = as_guest(id, async |guest| {
            store.cancel_booking(guest, id, None, &at(NOW)).await
        });
        cancelled.await.expect("it is active")
    };
    let indexes = [
        "bookings_public_id_key",
        "bookings_pkey",
        "idx_occupancies_booking",
    ];
    observed
        .assert("cancelBooking", &indexes, reads(40, 300), cancel)
        .await;

    // A guest books once for a service.
    let guest = |run: usize| email(4711 + i64::try_from(run).expect("they are few"));
    let create = async |store: &Store, run: usize| {
        let new = NewBooking {
            restaurant: restaurant(8),
            date: DAY,
            time: time(19, 0, 0, 0),
            utc_offset: None,
            service_date: None,
            party: party(2),
            area: None,
            customer: Customer {
                name: CustomerName::parse("Sarah Chen"),
                email: Some(guest(run)),
                phone: PhoneNumber::parse(format!("+1555123456{run}")),
            },
            special_requests: None,
            source: None,
            notes: BookingNotes::default(),
            staff: None,
            hold: None,
        };
        let created = store.create_booking(&new, None, &at(NOW)).await;
        created.expect("tables were set free").view.booking
    };
    let indexes = [
        "users_email_key",
        "idx_bookings_guest",
        "idx_booking_contacts_phone",
        "idx_bookings_taken",
        "booking_days_pkey",
    ];
    let made = &observed
        .assert("createBooking", &indexes, reads(1_500, 400), create)
        .await;

    let update = async |store: &Store, run: usize| {
        let id = &made[run].id;
        let change = BookingChange {
            party: Some(party(3)),
            ..BookingChange::default()
        };
        let updated = as_guest(id, async |guest| {
            store
                .update_booking(guest, id, (&change, None), &at(NOW))
                .await
        });
        updated.await.expect("the table is for four")
    };
    let indexes = [
        "bookings_public_id_key",
        "idx_bookings_taken",
        "booking_days_pkey",
    ];
    observed
        .assert("updateBooking", &indexes, reads(1_500, 300), update)
        .await;

    let get = async |store: &Store, run: usize| {
        let id = &made[run].id;
        let found = as_guest(id, async |guest| {
            store.get_booking(guest, id, &at(NOW)).await
        });
        found.await.expect("it is there")
    };
    let indexes = ["bookings_public_id_key", "restaurants_pkey"];
    observed
        .assert("getBooking", &indexes, reads(20, 45), get)
        .await;
    let owner = owner(8);
    let get = async |store: &Store, run: usize| {
        let (caller, context) = (BookingCaller::Principal(&owner), at(NOW));
        let found = store.get_booking(&caller, &made[run].id, &context).await;
        found.expect("it is there")
    };
    let indexes = [
        "bookings_public_id_key",
        "accounts_public_id_key",
        "idx_restaurant_staff_user|restaurant_staff_pkey",
    ];
    observed
        .assert("getBooking by the owner", &indexes, reads(60, 60), get)
        .await;

    let find = async |store: &Store, run: usize| {
        let (code, email) = (&made[run].confirmation_code, guest(run));
        let found = store.find_booking(code, &email, NOW).await;
        found.expect("the mail is written");
    };
    let indexes = ["idx_bookings_confirmation_code|bookings_confirmation_code_key"];
    observed
        .assert("findBooking", &indexes, reads(40, 80), find)
        .await;
}

pub(super) async fn what_is_free(observed: &ObservedStore) {
    let here = restaurant(9);
    let indexes = ["idx_bookings_taken"];
    let day = async |store: &Store, _: usize| {
        let available = store
            .get_availability(here, DAY, &query(2), AvailabilityCaller::default(), NOW)
            .await;
        available.expect("it takes bookings")
    };
    observed
        .assert("getAvailability", &indexes, reads(1_500, 200), day)
        .await;
    let month = async |store: &Store, _: usize| {
        let days = (date(2027, 2, 10), 30);
        // Nobody has room for so many, which takes no time to find out.
        let query = query(20);
        let calendar =
            store.get_availability_calendar(here, days, &query, AvailabilityCaller::default(), NOW);
        calendar.await.expect("it takes bookings")
    };
    // A month is all that the restaurant has: each of its indexes is as good.
    let (name, indexes) = ("getAvailabilityCalendar", []);
    observed
        .assert(name, &indexes, ALL_OF_A_RESTAURANT, month)
        .await;
}

pub(super) async fn who_has_a_table(observed: &ObservedStore) {
    let search = |near| AvailabilitySearch {
        near,
        restaurants: RestaurantFilter::default(),
        date: DAY,
        party: party(2),
        slots: SlotFilter::default(),
    };
    let find = async |store: &Store, search: &AvailabilitySearch, window: &Window| {
        let page = store.search_availability(search, window, NOW).await;
        page.expect("it is a search")
    };
    // Number 50 is there, which has many bookings, with five others; a few are by their side.
    let near = search(Some(Neighbourhood {
        latitude: Latitude::from_degrees(-55.0).expect("it is in range"),
        longitude: Longitude::from_degrees(-175.0).expect("it is in range"),
        radius: SearchRadius::from_kilometres(15_u16).expect("it is in range"),
    }));
    let nearest = async |store: &Store, _: usize| find(store, &near, &FIRST).await;
    let indexes = ["idx_restaurants_place", "idx_bookings_taken"];
    let pages = observed
        .assert(
            "searchAvailability near",
            &indexes,
            reads(5_000, 6_000),
            nearest,
        )
        .await;
    let first = &pages[0].items[0];
    assert_eq!(first.distance_metres, Some(0));
    assert!(pages[0].items.len() > 6);
    let all = search(None);
    let page = find(&observed.store, &all, &FIRST).await;
    let cursor = page.next.expect("there are more");
    let after = &Window::After { cursor, limit: 20 };
    let next = async |store: &Store, _: usize| find(store, &all, after).await;
    // Hardly any of them is booked: by which index that is found does not matter.
    let indexes = ["idx_restaurants_name"];
    observed
        .assert("searchAvailability", &indexes, reads(5_000, 6_000), next)
        .await;
}

pub(super) async fn who_has_waited_too_long(observed: &ObservedStore) {
    let later = NOW + jiff::ToSpan::hours(72);
    let indexes = ["idx_bookings_expiry"];
    let find = async |store: &Store, _: usize| {
        let found = store.restaurants_with_expired_bookings(later).await;
        assert!(!found.expect("it is SQL").is_empty());
    };
    observed
        .assert(
            "restaurants_with_expired_bookings",
            &indexes,
            reads(250, 250),
            find,
        )
        .await;
    let none = async |store: &Store, _: usize| {
        let expired = store.expire_bookings(restaurant(7), &at(NOW)).await;
        assert_eq!(expired.expect("it is SQL"), 0);
    };
    let indexes = ["idx_bookings_expiry|idx_bookings_taken"];
    observed
        .assert("expire_bookings", &indexes, reads(20, 40), none)
        .await;
}
