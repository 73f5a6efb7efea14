//! What belongs to one restaurant is nobody else's.

use std::fmt::Debug;

use booking_domain::{
    ApiKeyId, ApiKeyName, BookingId, BookingView, EmailAddress, NewApiKey, Principal, RestaurantId,
    Scope, Scopes, StaffRole,
};
use booking_persistence::{
    AccessRefusal, BookingCaller, BookingFilter, BookingSort, Forbidden, StoreError, Window,
};
use credentials::{BookingSecret, ExposeSecret};
use jiff::ToSpan;

use crate::support::{NOW, TestRestaurant, at, email, get_booking, secret_key};
use crate::team::{
    add_account, hire, key_principal, make_key, second, user, user_id, user_with, with_staff,
};

const FIRST: Window = Window::First { limit: 100 };

/// How an operation has ended for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    NotFound,
    Forbidden,
    Refused,
}

fn outcome<T, N: Debug, R: Debug>(done: Result<T, StoreError<AccessRefusal<N, R>>>) -> Outcome {
    match done {
        Ok(_) => Outcome::Done,
        Err(StoreError::Refused(AccessRefusal::NotFound(_))) => Outcome::NotFound,
        Err(StoreError::Refused(AccessRefusal::Forbidden(Forbidden))) => Outcome::Forbidden,
        Err(StoreError::Refused(AccessRefusal::Rule(_))) => Outcome::Refused,
        Err(StoreError::Unavailable(cause)) => panic!("{cause:?}"),
        Err(StoreError::Internal(cause)) => panic!("{cause:?}"),
    }
}

/// Every operation on a restaurant, each with the scope that it needs, and how it ends for this
/// caller. Where it is done, it changes nothing that the next one needs.
async fn all_outcomes(
    venue: &TestRestaurant,
    caller: &Principal,
    restaurant: RestaurantId,
) -> Vec<(&'static str, Scope, Outcome)> {
    let (store, context) = (&venue.store, &at(NOW));
    let nobody = user_id("nobody");
    let no_key = ApiKeyId::parse("zzzzzzzzzzz").expect("it is an id");
    let invited = EmailAddress::parse("new@example.com").expect("it is an address");
    let invited = (&invited, StaffRole::Host);
    let new_key = NewApiKey {
        name: ApiKeyName::parse("Till").expect("it is a name"),
        scopes: Scopes::new(&[Scope::BookingsRead]),
        expires_at: NOW + 1.hour(),
    };
    let bookings = (&BookingFilter::default(), BookingSort::CreatedAtAsc, &FIRST);
    let changed = (&nobody, StaffRole::Host);
    let manage = Scope::StaffManage;
    let keys = Scope::ApiKeysManage;
    vec![
        (
            "list_bookings",
            Scope::BookingsRead,
            outcome(
                store
                    .list_bookings(caller, restaurant, bookings, context)
                    .await,
            ),
        ),
        (
            "list_staff",
            manage,
            outcome(store.list_staff(caller, restaurant, &FIRST, context).await),
        ),
        (
            "invite_staff",
            manage,
            outcome(
                store
                    .invite_staff(caller, restaurant, invited, context)
                    .await,
            ),
        ),
        (
            "update_staff",
            manage,
            outcome(
                store
                    .update_staff(caller, restaurant, changed, context)
                    .await,
            ),
        ),
        (
            "remove_staff",
            manage,
            outcome(
                store
                    .remove_staff(caller, restaurant, &nobody, context)
                    .await,
            ),
        ),
        (
            "create_api_key",
            keys,
            outcome(
                store
                    .create_api_key(caller, restaurant, &new_key, context)
                    .await,
            ),
        ),
        (
            "list_api_keys",
            keys,
            outcome(
                store
                    .list_api_keys(caller, restaurant, &FIRST, context)
                    .await,
            ),
        ),
        (
            "get_api_key",
            keys,
            outcome(
                store
                    .get_api_key(caller, restaurant, &no_key, context)
                    .await,
            ),
        ),
        (
            "revoke_api_key",
            keys,
            outcome(
                store
                    .revoke_api_key(caller, restaurant, &no_key, context)
                    .await,
            ),
        ),
        (
            "update_restaurant",
            Scope::RestaurantManage,
            outcome(
                store
                    .update_restaurant(caller, restaurant, (&Default::default(), None), context)
                    .await,
            ),
        ),
        (
            "list_audit_events",
            Scope::AuditRead,
            outcome(
                store
                    .list_audit_events(caller, restaurant, &FIRST, context)
                    .await,
            ),
        ),
    ]
}

#[tokio::test]
async fn every_operation_of_the_staff_needs_its_scope_in_the_restaurant() {
    let venue = with_staff().await;
    let key = make_key(&venue, venue.restaurant, Scope::ALL).await;
    let program = key_principal(&venue, &key).await;
    let key_scopes = Scopes::new(&[Scope::BookingsRead, Scope::BookingsWrite]);
    for (caller, allowed) in [
        (user("owner1"), StaffRole::Owner.scopes()),
        (user("manager1"), StaffRole::Manager.scopes()),
        (user("host1"), StaffRole::Host.scopes()),
        (program, key_scopes),
        (
            user_with("owner1", &[Scope::StaffManage]),
            Scopes::new(&[Scope::StaffManage]),
        ),
        (user_with("owner1", &[]), Scopes::default()),
    ] {
        for (operation, scope, outcome) in all_outcomes(&venue, &caller, venue.restaurant).await {
            let expected = allowed.contains(scope);
            let is_let_in = matches!(outcome, Outcome::Done | Outcome::Refused);
            assert_eq!(
                is_let_in, expected,
                "{operation} of {caller:?}: {outcome:?}"
            );
            assert!(
                expected || outcome == Outcome::Forbidden,
                "{operation} of {caller:?}"
            );
        }
    }
}

#[tokio::test]
async fn restaurant_of_others_one_that_is_suspended_and_none_are_alike() {
    let venue = with_staff().await;
    let key = make_key(&venue, second(), Scope::ALL).await;
    let program = key_principal(&venue, &key).await;
    let nowhere = RestaurantId::new(404).expect("it is a number");
    let walk = async |caller: Principal, restaurant| {
        for (operation, _, outcome) in all_outcomes(&venue, &caller, restaurant).await {
            assert_eq!(outcome, Outcome::NotFound, "{operation} of {caller:?}");
        }
    };
    for caller in ["owner2", "manager2", "host2", "diner", "nobody"].map(user) {
        walk(caller, venue.restaurant).await;
    }
    walk(program, venue.restaurant).await;
    walk(user("owner1"), nowhere).await;
    let before = "SELECT (SELECT count(*) FROM staff_invitations) || ' ' ||
        (SELECT count(*) FROM audit_events) || ' ' || (SELECT count(*) FROM messages) AS line";
    // The key that was made for this test.
    assert_eq!(venue.texts(before).await, ["0 1 0"]);
    venue
        .sql("UPDATE restaurants SET suspended_at = '2027-01-01Z' WHERE restaurant_id = 1")
        .await;
    walk(user("owner1"), venue.restaurant).await;
}

async fn booked(venue: &TestRestaurant, by: Option<&str>) -> BookingView {
    let mut request = venue.request();
    request.customer.email = Some(email("diner@example.com"));
    if by.is_some() {
        request.customer.email = Some(email("friend@example.com"));
    }
    let (by, context) = (by.map(user), at(NOW));
    let made = venue
        .store
        .create_booking(&request, by.as_ref(), &context)
        .await;
    made.expect("a table is free").view
}

/// How reading and rotating end for this caller.
async fn on_booking(
    venue: &TestRestaurant,
    caller: &BookingCaller<'_>,
    id: &BookingId,
) -> [Outcome; 4] {
    let (store, context) = (&venue.store, &at(NOW));
    let change = (&Default::default(), None);
    [
        outcome(store.get_booking(caller, id, context).await),
        outcome(store.update_booking(caller, id, change, context).await),
        outcome(store.cancel_booking(caller, id, None, context).await),
        outcome(store.rotate_booking_secret(caller, id, context).await),
    ]
}

#[tokio::test]
async fn booking_is_opened_by_its_diners_its_restaurant_and_nobody_else() {
    use Outcome::{Done, Forbidden, NotFound};
    let venue = with_staff().await;
    let bookings = Scopes::new(&[Scope::BookingsRead, Scope::BookingsWrite]);
    let own_key = make_key(&venue, venue.restaurant, Scope::ALL).await;
    let own_key = key_principal(&venue, &own_key).await;
    let reading_key = make_key(&venue, venue.restaurant, &[Scope::BookingsRead]).await;
    let reading_key = key_principal(&venue, &reading_key).await;
    let foreign_key = make_key(&venue, second(), Scope::ALL).await;
    let foreign_key = key_principal(&venue, &foreign_key).await;
    assert!(own_key.scopes().contains_all(bookings));
    let reads = [Done, Forbidden, Forbidden, Forbidden];
    // What opens it is the guest's alone.
    let staff = [Done, Done, Done, Forbidden];
    for (caller, expected) in [
        (user("diner"), [Done; 4]),
        (user_with("diner", &[Scope::BookingsRead]), reads),
        (user_with("diner", &[Scope::AccountManage]), [Forbidden; 4]),
        (user("host1"), staff),
        (user_with("host1", &[Scope::BookingsRead]), reads),
        (user("owner2"), [NotFound; 4]),
        (user("nobody"), [NotFound; 4]),
        (own_key, staff),
        (reading_key, reads),
        (foreign_key, [NotFound; 4]),
    ] {
        // One that was made with the diner's address by a guest, and one that the diner has made
        // for a friend.
        for by in [None, Some("diner")] {
            let made = booked(&venue, by).await.booking;
            let principal = BookingCaller::Principal(&caller);
            let ended = on_booking(&venue, &principal, &made.id).await;
            // What was not cancelled yet is, for the next one needs the table.
            assert_eq!(ended, expected, "{caller:?} {by:?}");
            let deleted = "DELETE FROM bookings; UPDATE booking_days SET version = version + 1";
            venue.sql(deleted).await;
        }
    }
}

#[tokio::test]
async fn who_is_removed_or_whose_restaurant_is_suspended_opens_no_booking_of_it() {
    let venue = with_staff().await;
    let made = booked(&venue, None).await.booking;
    let (host, diner) = (user("host1"), user("diner"));
    let read = async |caller: &Principal| {
        let caller = BookingCaller::Principal(caller);
        outcome(venue.store.get_booking(&caller, &made.id, &at(NOW)).await)
    };
    assert_eq!(read(&host).await, Outcome::Done);
    venue
        .sql("UPDATE restaurants SET suspended_at = '2027-01-01Z'")
        .await;
    assert_eq!(read(&host).await, Outcome::NotFound);
    assert_eq!(read(&diner).await, Outcome::Done);
    venue
        .sql("UPDATE restaurants SET suspended_at = NULL")
        .await;
    let removed = venue
        .store
        .remove_staff(
            &user("owner1"),
            venue.restaurant,
            &user_id("host1"),
            &at(NOW),
        )
        .await;
    removed.expect("the owner may");
    assert_eq!(read(&host).await, Outcome::NotFound);
}

#[tokio::test]
async fn secret_opens_its_booking_until_it_is_replaced() {
    let venue = with_staff().await;
    let made = booked(&venue, None).await.booking;
    let other = booked(&venue, None).await.booking;
    let key = secret_key();
    let [first, second, foreign] =
        [(&made.id, 0), (&made.id, 1), (&other.id, 0)].map(|(id, rotation)| {
            let text = key.secret(id.as_str(), rotation).expose_text();
            BookingSecret::parse(text.expose_secret()).expect("it is a secret")
        });
    let on_it = async |secret: &BookingSecret| {
        let caller = BookingCaller::SecretHolder { secret, key: &key };
        outcome(venue.store.get_booking(&caller, &made.id, &at(NOW)).await)
    };
    assert_eq!(on_it(&first).await, Outcome::Done);
    assert_eq!(on_it(&second).await, Outcome::NotFound);
    assert_eq!(on_it(&foreign).await, Outcome::NotFound);
    let caller = BookingCaller::SecretHolder {
        secret: &first,
        key: &key,
    };
    let rotation = venue
        .store
        .rotate_booking_secret(&caller, &made.id, &at(NOW))
        .await;
    assert_eq!(rotation.expect("it is the secret"), 1);
    assert_eq!(on_it(&first).await, Outcome::NotFound);
    assert_eq!(on_it(&second).await, Outcome::Done);
    assert_eq!(
        on_booking(&venue, &caller, &made.id).await,
        [Outcome::NotFound; 4]
    );
    get_booking(&venue.store, &other.id)
        .await
        .expect("its secret stays");
    let log =
        "SELECT concat_ws(' ', restaurant_id, action, actor_kind, actor_id, subject_id) AS line
        FROM audit_events WHERE action = 'rotate_booking_secret'";
    let expected = format!("1 rotate_booking_secret guest {}", made.id);
    assert_eq!(venue.texts(log).await, [expected]);
}

#[tokio::test]
async fn who_makes_a_booking_is_in_the_log_and_only_a_diner_has_it_among_their_own() {
    let venue = with_staff().await;
    booked(&venue, None).await;
    booked(&venue, Some("diner")).await;
    booked(&venue, Some("host1")).await;
    let made = "SELECT concat_ws(' ', actor_kind, actor_id, accounts.name) AS line
        FROM audit_events
        JOIN bookings ON bookings.public_id = audit_events.subject_id
        LEFT JOIN accounts ON accounts.user_id = bookings.account_user_id
        WHERE action = 'create_booking' ORDER BY audit_event_id";
    assert_eq!(
        venue.texts(made).await,
        ["guest", "user usr_diner diner", "user usr_host1"]
    );
}

#[tokio::test]
async fn program_books_at_its_own_restaurant_only() {
    let venue = with_staff().await;
    let key = make_key(&venue, second(), &[Scope::BookingsWrite]).await;
    let elsewhere = key_principal(&venue, &key).await;
    let request = venue.request();
    let refused = venue
        .store
        .create_booking(&request, Some(&elsewhere), &at(NOW))
        .await;
    assert_eq!(outcome(refused), Outcome::Forbidden);
    let mut at_home = request;
    at_home.restaurant = second();
    let made = venue
        .store
        .create_booking(&at_home, Some(&elsewhere), &at(NOW))
        .await;
    made.expect("it is its restaurant");
}

#[tokio::test]
async fn list_of_bookings_is_that_of_one_restaurant_whatever_is_filtered() {
    let venue = with_staff().await;
    let mine = booked(&venue, None).await;
    let mut request = venue.request();
    request.restaurant = second();
    request.customer.email = Some(email("diner@example.com"));
    venue.book(&request).await.expect("a table is free");
    let filter = BookingFilter {
        restaurant: Some(second()),
        email: Some(email("diner@example.com")),
        ..BookingFilter::default()
    };
    let list = async |caller: &str, restaurant, window: &Window| {
        let what = (&filter, BookingSort::CreatedAtAsc, window);
        let (caller, context) = (user(caller), at(NOW));
        venue
            .store
            .list_bookings(&caller, restaurant, what, &context)
            .await
    };
    let page = list("host1", venue.restaurant, &FIRST)
        .await
        .expect("the host may");
    let shown = BookingView {
        is_for_restaurant: true,
        ..mine
    };
    assert_eq!(page.items, [shown]);
    assert_eq!(page.total, Some(1));
    booked(&venue, None).await;
    let page = list("host1", venue.restaurant, &Window::First { limit: 1 }).await;
    let cursor = page.expect("the host may").next.expect("there are two");
    let foreign = list("host2", second(), &Window::After { cursor, limit: 1 }).await;
    assert_eq!(outcome(foreign), Outcome::Refused);
}

#[tokio::test]
async fn log_is_read_from_the_latest_on_by_owners() {
    let venue = with_staff().await;
    add_account(&venue, "partner").await;
    hire(&venue, 1, "partner", StaffRole::Host).await;
    let (owner, first) = (user("owner1"), venue.restaurant);
    let partner = user_id("partner");
    for (minute, role) in [
        (1, StaffRole::Manager),
        (2, StaffRole::Owner),
        (3, StaffRole::Host),
    ] {
        let change = (&partner, role);
        let context = at(NOW + minute.minutes());
        let changed = venue
            .store
            .update_staff(&owner, first, change, &context)
            .await;
        changed.expect("the owner may");
    }
    let mut instants = Vec::new();
    let mut window = Window::First { limit: 2 };
    loop {
        let page = venue
            .store
            .list_audit_events(&owner, first, &window, &at(NOW))
            .await;
        let page = page.expect("the owner may");
        instants.extend(page.items.iter().map(|event| event.occurred_at));
        let Some(cursor) = page.next else { break };
        let foreign = Window::After {
            cursor: cursor.clone(),
            limit: 2,
        };
        let other = venue
            .store
            .list_audit_events(&user("owner2"), second(), &foreign, &at(NOW))
            .await;
        assert_eq!(outcome(other), Outcome::Refused);
        window = Window::After { cursor, limit: 2 };
    }
    assert_eq!(instants, [3, 2, 1].map(|minute| NOW + minute.minutes()));
}

#[tokio::test]
async fn link_is_mailed_once_and_only_where_code_and_address_are_of_one_booking() {
    let venue = with_staff().await;
    let made = booked(&venue, None).await.booking;
    let other = booked(&venue, Some("diner")).await.booking;
    let find = async |code, address: &str| {
        let found = venue.store.find_booking(code, &email(address), NOW).await;
        found.expect("it answers alike");
    };
    let mails = "SELECT concat_ws(' ', kind, recipient, restaurant_name, booking_id, token) AS line
        FROM messages";
    find(&made.confirmation_code, "friend@example.com").await;
    find(&other.confirmation_code, "diner@example.com").await;
    assert!(venue.texts(mails).await.is_empty());
    find(&made.confirmation_code, "Diner@Example.com").await;
    find(&made.confirmation_code, "diner@example.com").await;
    let expected = format!("booking_link diner@example.com Testküche {}", made.id);
    assert_eq!(venue.texts(mails).await, [expected]);
}

/// Many ask at once, so that bookings are read together, whoever asks for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_that_are_read_together_are_opened_each_by_whose_it_is() {
    use Outcome::{Done, NotFound};
    let venue = with_staff().await;
    let mut made = Vec::new();
    for by in [None, Some("diner"), None] {
        made.push(booked(&venue, by).await.booking.id);
    }
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..300 {
        let (store, id) = (venue.store.clone(), made[number % 3].clone());
        let other = made[(number + 1) % 3].clone();
        asking.spawn(async move {
            let key = &secret_key();
            let (own, of_other) = (key.secret(id.as_str(), 0), key.secret(other.as_str(), 0));
            let by_secret = |secret| BookingCaller::SecretHolder { secret, key };
            let [diner, host, nobody] = ["diner", "host1", "nobody"].map(user);
            let (caller, expected) = match number % 5 {
                0 => (by_secret(&own), Done),
                1 => (by_secret(&of_other), NotFound),
                // Made by the diner, or with the diner's address.
                2 => (BookingCaller::Principal(&diner), Done),
                3 => (BookingCaller::Principal(&host), Done),
                _ => (BookingCaller::Principal(&nobody), NotFound),
            };
            let found = store.get_booking(&caller, &id, &at(NOW)).await;
            if let Ok(view) = &found {
                assert_eq!(view.booking.id, id);
                assert_eq!(view.is_for_restaurant, number % 5 == 3);
            }
            assert_eq!(outcome(found), expected, "{number}");
        });
    }
    asking.join_all().await;
}
