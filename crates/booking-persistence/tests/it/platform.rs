//! Who runs the installation: enters restaurants, and suspends them.

use std::fmt::Debug;

use booking_domain::{
    AccountChange, Address, BookingChange, ChangeRefusal, Cuisine, DiningTableName, Latitude,
    Longitude, NewDiningTable, NewRestaurant, NewRestaurantRefusal, OpeningPeriod, Principal,
    RestaurantChange, RestaurantName, Scope, StaffRole, TimeZoneName,
};
use booking_persistence::{
    AccessRefusal, AvailabilityCaller, BookingNotFound, Forbidden, OperationRefusal,
    RestaurantFilter, RestaurantNotFound, StoreError, Window,
};
use credentials::{OneTimeToken, OneTimeTokenPurpose};
use jiff::ToSpan;
use jiff::civil::{Weekday, time};

use crate::support::{
    DAY, NOW, TestRestaurant, at, cancel_booking, email, get_booking, name, party, query, requests,
    restaurant_id, update_booking,
};
use crate::team::{
    add_account, key_principal, make_key, second, user, user_id, user_with, with_staff,
};

/// Two restaurants with their staff, and `admin`, who runs the installation.
async fn with_admin() -> TestRestaurant {
    let venue = with_staff().await;
    add_account(&venue, "admin").await;
    set_admin(&venue, true).await;
    // Their two numbers were given by hand.
    venue
        .sql("SELECT setval('restaurants_restaurant_id_seq', 2)")
        .await;
    venue
}

async fn set_admin(venue: &TestRestaurant, is_admin: bool) {
    let set = format!("UPDATE accounts SET is_platform_admin = {is_admin} WHERE name = 'admin'");
    venue.sql(&set).await;
}

/// A restaurant in Berlin with one table, open every day from 17:00 to 23:00.
fn new_restaurant() -> NewRestaurant {
    let week = Weekday::Monday.cycle_forward().take(7);
    NewRestaurant {
        name: RestaurantName::parse("Trattoria Lucia").expect("it is a name"),
        cuisine: Cuisine::parse("Italian").expect("it is a cuisine"),
        address: Address::parse("Hauptstr. 2").expect("it is an address"),
        latitude: Latitude::from_degrees(52.5).expect("it is on Earth"),
        longitude: Longitude::from_degrees(13.4).expect("it is on Earth"),
        time_zone: TimeZoneName::parse("Europe/Berlin").expect("it is a name"),
        opening_hours: week
            .map(|day| OpeningPeriod {
                day,
                opens: time(17, 0, 0, 0),
                closes: time(23, 0, 0, 0),
            })
            .collect(),
        slot_interval: None,
        turn_time: None,
        booking_window: None,
        tables: vec![NewDiningTable {
            name: DiningTableName::parse("Window").expect("it is a name"),
            min_party: party(1),
            max_party: party(4),
        }],
    }
}

/// Whether an operation was done; if not, it was for the caller's right.
fn is_done<T, N: Debug, R: Debug>(done: Result<T, StoreError<AccessRefusal<N, R>>>) -> bool {
    match done {
        Ok(_) => true,
        Err(StoreError::Refused(AccessRefusal::Forbidden(Forbidden))) => false,
        Err(other) => panic!("{other:?}"),
    }
}

/// Which of the operations on the installation are done for a caller.
async fn all_outcomes(venue: &TestRestaurant, caller: &Principal) -> [bool; 3] {
    let (store, context, id) = (&venue.store, &at(NOW), venue.restaurant);
    let (new, owner) = (new_restaurant(), email("lucia@example.com"));
    let created = store.create_restaurant(caller, &new, &owner, context);
    let created = is_done(created.await);
    let suspended = is_done(store.suspend_restaurant(caller, id, context).await);
    let reinstated = is_done(store.reinstate_restaurant(caller, id, context).await);
    [created, suspended, reinstated]
}

#[tokio::test]
async fn only_who_runs_the_installation_now_enters_and_suspends_restaurants() {
    let venue = with_admin().await;
    let key = make_key(&venue, venue.restaurant, Scope::ALL).await;
    let program = key_principal(&venue, &key).await;
    let rows = "SELECT (SELECT count(*) FROM restaurants) || ' ' ||
        (SELECT count(*) FROM messages) || ' ' || (SELECT count(*) FROM audit_events) AS line";
    let before = venue.texts(rows).await;
    for caller in [
        user("owner1"),
        user("diner"),
        user("nobody"),
        user_with("admin", &[Scope::RestaurantManage, Scope::StaffManage]),
        program,
    ] {
        let done = all_outcomes(&venue, &caller).await;
        assert_eq!(done, [false; 3], "{caller:?}");
    }
    assert_eq!(venue.texts(rows).await, before);
    let admin = user_with("admin", &[Scope::PlatformAdmin]);
    assert_eq!(all_outcomes(&venue, &admin).await, [true; 3]);
    // The token still has the scope.
    set_admin(&venue, false).await;
    assert_eq!(all_outcomes(&venue, &admin).await, [false; 3]);
}

#[tokio::test]
async fn restaurant_that_was_entered_takes_bookings_and_its_owner_is_invited() {
    let venue = with_admin().await;
    add_account(&venue, "lucia").await;
    let (owner, context) = (email("Lucia@Example.com"), at(NOW));
    let created = venue
        .store
        .create_restaurant(&user("admin"), &new_restaurant(), &owner, &context)
        .await
        .expect("the admin may");
    let id = created.profile.id;
    let read = venue.store.get_restaurant(id, NOW).await;
    assert_eq!(read.expect("it is there"), created);
    // What is booked there is computed by the rules that this program has.
    let outdated = venue.store.restaurants_with_outdated_times(Some(second()));
    assert_eq!(outdated.await.expect("they are found"), []);
    let mut request = venue.request();
    request.restaurant = id;
    venue.book(&request).await.expect("its table is free");

    let mail = "SELECT concat_ws(' ', recipient, restaurant_name, token) AS line FROM messages
        WHERE kind = 'staff_invitation'";
    let mail = venue.texts(mail).await.remove(0);
    let token = mail.strip_prefix("lucia@example.com Trattoria Lucia ");
    let token = token.expect("it is the owner's");
    let token = OneTimeToken::parse(OneTimeTokenPurpose::StaffInvitation, token);
    let accepted = venue
        .store
        .accept_invitation(&user_id("lucia"), &token.expect("it is a token"), &context)
        .await;
    assert_eq!(accepted.expect("it is hers").role, StaffRole::Owner);
    let page = venue
        .store
        .list_audit_events(&user("lucia"), id, &Window::First { limit: 9 }, &context)
        .await;
    let events = page.expect("she is the owner").items;
    let events: Vec<String> = events
        .iter()
        .map(|event| format!("{} by {:?}", event.action, event.actor))
        .collect();
    assert_eq!(
        events,
        [
            "accept_invitation by User(UserId(\"usr_lucia\"))",
            "create_booking by Guest",
            "create_restaurant by PlatformAdmin(UserId(\"usr_admin\"))",
        ]
    );
}

#[tokio::test]
async fn restaurant_that_breaks_a_rule_is_not_entered() {
    let venue = with_admin().await;
    let (admin, owner) = (user("admin"), email("lucia@example.com"));
    let mut new = new_restaurant();
    new.tables.extend(new.tables.clone());
    let refused = venue
        .store
        .create_restaurant(&admin, &new, &owner, &at(NOW))
        .await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(AccessRefusal::Rule(
            NewRestaurantRefusal::RepeatedTableName
        )))
    ));
    // One that has neither hours nor tables breaks none.
    let empty = NewRestaurant {
        opening_hours: Vec::new(),
        tables: Vec::new(),
        ..new_restaurant()
    };
    let entered = venue
        .store
        .create_restaurant(&admin, &empty, &owner, &at(NOW))
        .await;
    entered.expect("the admin may");
    let rows = "SELECT count(*)::text AS line FROM restaurants";
    assert_eq!(venue.texts(rows).await, ["3"]);
}

#[tokio::test]
async fn suspended_restaurant_is_found_by_nobody_and_keeps_its_diners() {
    let venue = with_admin().await;
    let (store, id, admin) = (&venue.store, venue.restaurant, user("admin"));
    let booked = async || venue.book(&venue.request()).await.expect("a table is free");
    let (kept, dropped) = (booked().await.booking.id, booked().await.booking.id);
    for _ in 0..2 {
        let suspended = store.suspend_restaurant(&admin, id, &at(NOW)).await;
        suspended.expect("the admin may");
    }
    let names = async || {
        let (filter, window) = (RestaurantFilter::default(), Window::First { limit: 9 });
        let page = store.list_restaurants(&filter, &window, NOW).await;
        let page = page.expect("it is a list");
        assert_eq!(page.total, i64::try_from(page.items.len()).ok());
        let names = page
            .items
            .into_iter()
            .map(|it| it.profile.name.into_string());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["Zweite"]);
    assert!(matches!(
        store.get_restaurant(id, NOW).await,
        Err(StoreError::Refused(RestaurantNotFound))
    ));
    assert!(matches!(
        store
            .get_availability(id, DAY, &query(2), AvailabilityCaller::default(), NOW)
            .await,
        Err(StoreError::Refused(OperationRefusal::NotFound(
            RestaurantNotFound
        )))
    ));
    assert!(matches!(
        venue.book(&venue.request()).await,
        Err(StoreError::Refused(AccessRefusal::NotFound(
            RestaurantNotFound
        )))
    ));
    get_booking(store, &kept).await.expect("it is still booked");
    let wishes = BookingChange {
        special_requests: Some(requests("A quiet table")),
        ..BookingChange::default()
    };
    let changed = update_booking(store, &kept, &wishes, None, NOW).await;
    changed.expect("it needs no table");
    let later = BookingChange {
        time: Some(time(20, 0, 0, 0)),
        ..BookingChange::default()
    };
    assert!(matches!(
        update_booking(store, &kept, &later, None, NOW).await,
        Err(StoreError::Refused(
            AccessRefusal::<BookingNotFound, _>::Rule(ChangeRefusal::RestaurantClosed)
        ))
    ));
    let cancelled = cancel_booking(store, &dropped, None, NOW).await;
    cancelled.expect("whoever booked can cancel");

    for _ in 0..2 {
        let reinstated = store.reinstate_restaurant(&admin, id, &at(NOW)).await;
        reinstated.expect("the admin may");
    }
    assert_eq!(names().await, ["Testküche", "Zweite"]);
    let moved = update_booking(store, &kept, &later, None, NOW).await;
    moved.expect("a table is free");
    // What changed nothing is not in the log.
    let log = "SELECT concat_ws(' ', action, actor_kind, actor_id) AS line FROM audit_events
        WHERE action LIKE '%_restaurant' ORDER BY audit_event_id";
    assert_eq!(
        venue.texts(log).await,
        [
            "suspend_restaurant platform_admin usr_admin",
            "reinstate_restaurant platform_admin usr_admin",
        ]
    );
}

#[tokio::test]
async fn restaurant_that_is_not_there_cannot_be_suspended() {
    let venue = with_admin().await;
    let (admin, nowhere) = (user("admin"), restaurant_id(404));
    let suspended = venue
        .store
        .suspend_restaurant(&admin, nowhere, &at(NOW))
        .await;
    let reinstated = venue
        .store
        .reinstate_restaurant(&admin, nowhere, &at(NOW))
        .await;
    for refused in [suspended, reinstated] {
        assert!(matches!(
            refused,
            Err(StoreError::Refused(AccessRefusal::NotFound(
                RestaurantNotFound
            )))
        ));
    }
}

/// Every row, as it is.
const EVERYTHING: &str = "
    SELECT 'restaurants ' || t AS line FROM restaurants t UNION ALL
    SELECT 'restaurant_staff ' || t FROM restaurant_staff t UNION ALL
    SELECT 'staff_invitations ' || t FROM staff_invitations t UNION ALL
    SELECT 'bookings ' || t FROM bookings t UNION ALL
    SELECT 'occupancies ' || t FROM occupancies t UNION ALL
    SELECT 'accounts ' || t FROM accounts t UNION ALL
    SELECT 'audit_events ' || t FROM audit_events t ORDER BY 1";

#[tokio::test]
async fn whatever_is_changed_to_what_it_is_leaves_no_trace() {
    let venue = with_admin().await;
    let (store, id) = (&venue.store, venue.restaurant);
    let (owner, host) = (user("owner1"), user_id("host1"));
    let admin = user_with("admin", &[Scope::PlatformAdmin]);
    let made = venue.book(&venue.request()).await.expect("a table is free");
    let booking = made.booking.id;
    let restaurant = RestaurantChange {
        name: RestaurantName::parse("Neue Küche"),
        ..RestaurantChange::default()
    };
    let wishes = BookingChange {
        special_requests: Some(requests("Fensterplatz")),
        ..BookingChange::default()
    };
    let account = AccountChange {
        name: Some(name("Somebody Else")),
        ..AccountChange::default()
    };
    let change_everything = async |now| {
        let context = &at(now);
        let done = store.update_restaurant(&owner, id, (&restaurant, None), context);
        done.await.expect("the owner may");
        let done = store.update_staff(&owner, id, (&host, StaffRole::Manager), context);
        done.await.expect("the owner may");
        let done = update_booking(store, &booking, &wishes, None, now);
        done.await.expect("the guest may");
        let done = store.update_me(&host, &account, None, now);
        done.await.expect("everybody may");
        let done = store.suspend_restaurant(&admin, second(), context);
        done.await.expect("the administrator may");
    };
    let before = venue.texts(EVERYTHING).await;
    change_everything(NOW).await;
    let changed = venue.texts(EVERYTHING).await;
    let kept = changed.iter().filter(|line| before.contains(line)).count();
    // Five rows are others now, and all but the account's have an event.
    assert_eq!((changed.len(), kept), (before.len() + 4, before.len() - 5));
    change_everything(NOW + 1.minute()).await;
    assert_eq!(venue.texts(EVERYTHING).await, changed);
}
