//! The operations tagged Users.

use booking_domain::{
    AccountChange, ChangeAccountRefusal, PhoneNumber, Principal, Scope, Scopes, UserId,
};
use booking_persistence::{
    AccountExists, AccountNotFound, AccountRefusal, BookingFilter, BookingSort, PasswordChanged,
    StoreError, Window,
};
use jiff::ToSpan;

use crate::accounts::{SARAH, account, ends, hash, login_of, registration, session};
use crate::support::{NOW, TestRestaurant, at, email, name};

fn nobody() -> UserId {
    UserId::parse("usr_none").expect("it is an id")
}

#[tokio::test]
async fn account_changes_in_its_next_version_and_only_once() {
    let venue = TestRestaurant::with_tables(1).await;
    let before = account(&venue, SARAH).await;
    let change = AccountChange {
        name: Some(name("Sarah Miller")),
        phone: Some(PhoneNumber::parse("+15551234567")),
    };
    let later = NOW + 1.minute();
    let changed = venue
        .store
        .update_me(&before.id, &change, Some(&[1]), later)
        .await;
    let changed = changed.expect("the version is the expected one");
    assert_eq!((changed.version, changed.updated_at), (2, later));
    assert_eq!(changed.name, name("Sarah Miller"));
    assert_eq!(
        venue.store.get_me(&before.id).await.expect("it is there"),
        changed
    );

    let again = venue
        .store
        .update_me(&before.id, &change, None, later)
        .await;
    assert_eq!(again.expect("any version will do"), changed);
    let stale = venue
        .store
        .update_me(&before.id, &change, Some(&[1]), later)
        .await;
    assert!(matches!(
        stale,
        Err(StoreError::Refused(AccountRefusal::Rule(
            ChangeAccountRefusal
        )))
    ));
    let withdrawn = AccountChange {
        phone: Some(None),
        ..AccountChange::default()
    };
    let withdrawn = venue
        .store
        .update_me(&before.id, &withdrawn, None, later)
        .await;
    assert_eq!(withdrawn.expect("any version will do").phone, None);
}

#[tokio::test]
async fn account_that_is_not_there_is_not_found() {
    let venue = TestRestaurant::with_tables(1).await;
    let read = venue.store.get_me(&nobody()).await;
    assert!(matches!(read, Err(StoreError::Refused(AccountNotFound))));
    let password = venue.store.find_password(&nobody()).await;
    assert!(matches!(
        password,
        Err(StoreError::Refused(AccountNotFound))
    ));
    let change = AccountChange::default();
    let changed = venue.store.update_me(&nobody(), &change, None, NOW).await;
    assert!(matches!(
        changed,
        Err(StoreError::Refused(AccountRefusal::NotFound(
            AccountNotFound
        )))
    ));
    let hashes = (&hash(1), &hash(2));
    let changed = venue
        .store
        .change_password(&nobody(), hashes, None, NOW)
        .await;
    assert!(matches!(
        changed,
        Err(StoreError::Refused(AccountRefusal::NotFound(
            AccountNotFound
        )))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_to_the_same_version_one_is_stale() {
    let venue = TestRestaurant::with_tables(1).await;
    let user = account(&venue, SARAH).await;
    let changes = ["Sarah Miller", "Sarah Smith"].map(|text| {
        let (store, id) = (venue.store.clone(), user.id.clone());
        tokio::spawn(async move {
            let change = AccountChange {
                name: Some(name(text)),
                ..AccountChange::default()
            };
            store.update_me(&id, &change, Some(&[1]), NOW).await
        })
    });
    let mut versions = Vec::new();
    for change in changes {
        let changed = change.await.expect("it does not panic");
        versions.extend(changed.ok().map(|account| account.version));
    }
    assert_eq!(versions, [2]);
}

#[tokio::test]
async fn changed_password_ends_all_other_sessions() {
    let venue = TestRestaurant::with_tables(1).await;
    let user = account(&venue, SARAH).await;
    let other = account(&venue, "other@example.com").await;
    session(&venue.store, &other).await;
    let own = session(&venue.store, &user).await.session.family.id;
    session(&venue.store, &user).await;

    let wrong = (&hash(3), &hash(2));
    let refused = venue
        .store
        .change_password(&user.id, wrong, Some(own), NOW)
        .await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(AccountRefusal::Rule(PasswordChanged)))
    ));
    assert_eq!(ends(&venue).await, ["active"; 3]);

    let right = (&hash(1), &hash(2));
    let changed = venue
        .store
        .change_password(&user.id, right, Some(own), NOW)
        .await;
    changed.expect("the password was verified");
    let ended = "SELECT revoked_reason AS line FROM sessions WHERE revoked_at IS NOT NULL";
    assert_eq!(venue.texts(ended).await, ["password_changed"]);
    let own = format!(
        "SELECT count(*)::text AS line FROM sessions
        WHERE session_id = '{own}' AND revoked_at IS NULL"
    );
    assert_eq!(venue.texts(&own).await, ["1"]);
    let old = venue.store.login(&login_of(&user, hash(1)), NOW).await;
    assert!(matches!(old, Err(StoreError::Refused(PasswordChanged))));
}

/// Whatever the order in which they come: no session outlives the password that began it.
#[tokio::test(flavor = "multi_thread")]
async fn login_that_meets_a_changed_password_leaves_no_session() {
    let venue = TestRestaurant::with_tables(1).await;
    let user = account(&venue, SARAH).await;
    let logins: Vec<_> = (0..8)
        .map(|_| {
            let (store, login) = (venue.store.clone(), login_of(&user, hash(1)));
            tokio::spawn(async move { store.login(&login, NOW).await })
        })
        .collect();
    let changed = venue
        .store
        .change_password(&user.id, (&hash(1), &hash(2)), None, NOW)
        .await;
    changed.expect("the password was verified");
    for login in logins {
        match login.await.expect("it does not panic") {
            Ok(_) | Err(StoreError::Refused(PasswordChanged)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let active = ends(&venue).await.into_iter().filter(|end| end == "active");
    assert_eq!(active.count(), 0);
}

#[tokio::test]
async fn own_bookings_are_those_with_the_address_and_those_made_while_logged_in() {
    let venue = TestRestaurant::with_tables(4).await;
    let mut request = venue.request();
    let user = account(&venue, SARAH).await;
    let made = venue.store.create_booking(&request, None, &at(NOW)).await;
    let as_guest = made.expect("a table is free").view.booking.id;
    request.customer.email = Some(email("friend@example.com"));
    let caller = Principal::User {
        id: user.id.clone(),
        scopes: Scopes::new(Scope::ALL),
    };
    let made = venue
        .store
        .create_booking(&request, Some(&caller), &at(NOW))
        .await;
    let for_a_friend = made.expect("a table is free").view.booking.id;
    request.customer.email = Some(email("stranger@example.com"));
    let made = venue.store.create_booking(&request, None, &at(NOW)).await;
    made.expect("a table is free");

    let filter = BookingFilter::default();
    let window = Window::First { limit: 10 };
    let mine = async |user: &UserId| {
        let sort = BookingSort::CreatedAtAsc;
        let page = venue
            .store
            .list_my_bookings(user, &filter, (sort, &window), NOW)
            .await;
        let page = page.expect("it is a list");
        assert_eq!(page.total, i64::try_from(page.items.len()).ok());
        let ids = page.items.into_iter().map(|view| view.booking.id);
        ids.collect::<Vec<_>>()
    };
    assert_eq!(mine(&user.id).await, [as_guest, for_a_friend.clone()]);
    let friend = account(&venue, "friend@example.com").await;
    assert_eq!(mine(&friend.id).await, [for_a_friend]);
    assert!(mine(&nobody()).await.is_empty());
}

#[tokio::test]
async fn platform_admin_is_made_where_there_is_no_account_yet() {
    let venue = TestRestaurant::with_tables(1).await;
    let wanted = registration("ops@example.com");
    let password = hash(1);
    let made = venue.store.create_platform_admin(&wanted, &password, NOW);
    let made = made.await.expect("nobody has the address");
    assert!(made.scopes().contains(Scope::PlatformAdmin));
    let read = venue.store.get_me(&made.id).await;
    assert_eq!(read.expect("it is there"), made);

    let sarah = account(&venue, SARAH).await;
    for taken in ["ops@example.com", SARAH] {
        let wanted = registration(taken);
        let again = venue.store.create_platform_admin(&wanted, &password, NOW);
        let again = again.await;
        assert!(matches!(again, Err(StoreError::Refused(AccountExists))));
    }
    let sarah = venue.store.get_me(&sarah.id).await.expect("it is there");
    assert!(!sarah.is_platform_admin);
}
