//! Keys of a restaurant's programs.

use booking_domain::{ApiKeyId, ApiKeyName, NewApiKey, Principal, Scope, Scopes};
use booking_persistence::{AccessRefusal, Forbidden, StoreError, Window};
use credentials::ApiKey;
use jiff::{Timestamp, ToSpan};

use crate::support::{NOW, TestRestaurant, at};
use crate::team::{key_principal, make_key, second, user, user_with, with_staff};

const FIRST: Window = Window::First { limit: 100 };
const READ: &[Scope] = &[Scope::BookingsRead];

fn id(key: &ApiKey) -> ApiKeyId {
    ApiKeyId::parse(key.key_id()).expect("it is an id")
}

async fn is_good(venue: &TestRestaurant, key: &ApiKey, now: Timestamp) -> bool {
    match venue.store.authenticate_api_key(key, now).await {
        Ok(_) => true,
        Err(StoreError::Refused(_)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn key_identifies_its_restaurant_until_it_expires() {
    let venue = with_staff().await;
    let key = make_key(&venue, venue.restaurant, READ).await;
    let expected = Principal::ApiKey {
        id: id(&key),
        restaurant: venue.restaurant,
        scopes: Scopes::new(READ),
    };
    assert_eq!(key_principal(&venue, &key).await, expected);
    assert!(is_good(&venue, &key, NOW + 24.hours() - 1.second()).await);
    assert!(!is_good(&venue, &key, NOW + 24.hours()).await);
    assert!(!is_good(&venue, &ApiKey::from_random([9; 40]), NOW).await);
    // The same id with another secret.
    venue
        .sql("UPDATE api_keys SET digest = sha256('another')")
        .await;
    assert!(!is_good(&venue, &key, NOW).await);
}

#[tokio::test]
async fn key_that_is_revoked_opens_nothing_and_is_not_listed() {
    let venue = with_staff().await;
    let first = venue.restaurant;
    let key = make_key(&venue, first, READ).await;
    let kept = make_key(&venue, first, READ).await;
    let principal = key_principal(&venue, &key).await;
    let owner = user("owner1");
    let revoke = async || {
        venue
            .store
            .revoke_api_key(&owner, first, &id(&key), &at(NOW))
            .await
    };
    revoke().await.expect("the owner may");
    assert!(!is_good(&venue, &key, NOW).await);
    // Nor does it for a request that was let in just before.
    let listed = venue
        .store
        .list_bookings(
            &principal,
            first,
            (
                &Default::default(),
                booking_persistence::BookingSort::CreatedAtAsc,
                &FIRST,
            ),
            &at(NOW),
        )
        .await;
    assert!(matches!(
        listed,
        Err(StoreError::Refused(AccessRefusal::NotFound(_)))
    ));
    assert!(matches!(
        revoke().await,
        Err(StoreError::Refused(AccessRefusal::Rule(_)))
    ));
    let read = venue
        .store
        .get_api_key(&owner, first, &id(&key), &at(NOW))
        .await;
    assert!(matches!(
        read,
        Err(StoreError::Refused(AccessRefusal::Rule(_)))
    ));
    let page = venue
        .store
        .list_api_keys(&owner, first, &FIRST, &at(NOW))
        .await;
    let keys = page.expect("the owner may").items;
    assert_eq!(keys.len(), 1);
    let read = venue
        .store
        .get_api_key(&owner, first, &id(&kept), &at(NOW))
        .await;
    assert_eq!(read.expect("the owner may"), keys[0]);
    let log =
        "SELECT action || ' ' || subject_id AS line FROM audit_events ORDER BY audit_event_id";
    let expected = [
        format!("create_api_key {}", key.key_id()),
        format!("create_api_key {}", kept.key_id()),
        format!("revoke_api_key {}", key.key_id()),
    ];
    assert_eq!(venue.texts(log).await, expected);
}

#[tokio::test]
async fn use_is_written_at_most_once_a_minute() {
    let venue = with_staff().await;
    let key = make_key(&venue, venue.restaurant, READ).await;
    let used = "SELECT extract(epoch FROM last_used_at - '2027-02-08 17:30Z')::integer::text
        AS line FROM api_keys";
    for (seconds, expected) in [(0, "0"), (59, "0"), (60, "60"), (119, "60")] {
        assert!(is_good(&venue, &key, NOW + seconds.seconds()).await);
        assert_eq!(venue.texts(used).await, [expected], "{seconds}");
    }
}

#[tokio::test]
async fn key_of_the_past_is_refused_and_nobody_but_owners_makes_any() {
    let venue = with_staff().await;
    let first = venue.restaurant;
    let new = |expires_at| NewApiKey {
        name: ApiKeyName::parse("Till").expect("it is a name"),
        scopes: Scopes::new(Scope::ALL),
        expires_at,
    };
    let past = new(NOW);
    let past = venue
        .store
        .create_api_key(&user("owner1"), first, &past, &at(NOW))
        .await;
    assert!(matches!(
        past,
        Err(StoreError::Refused(AccessRefusal::Rule(_)))
    ));
    let key = make_key(&venue, first, Scope::ALL).await;
    let program = key_principal(&venue, &key).await;
    for caller in [user("manager1"), user("host1"), program] {
        let made = venue
            .store
            .create_api_key(&caller, first, &new(NOW + 1.hour()), &at(NOW))
            .await;
        let is_forbidden = matches!(
            made,
            Err(StoreError::Refused(AccessRefusal::Forbidden(Forbidden)))
        );
        assert!(is_forbidden, "{caller:?}");
    }
}

#[tokio::test]
async fn key_of_another_restaurant_is_not_found() {
    let venue = with_staff().await;
    let key = make_key(&venue, second(), READ).await;
    let (owner, first) = (user("owner1"), venue.restaurant);
    let read = venue
        .store
        .get_api_key(&owner, first, &id(&key), &at(NOW))
        .await;
    assert!(matches!(
        read,
        Err(StoreError::Refused(AccessRefusal::Rule(_)))
    ));
    let revoked = venue
        .store
        .revoke_api_key(&owner, first, &id(&key), &at(NOW))
        .await;
    assert!(matches!(
        revoked,
        Err(StoreError::Refused(AccessRefusal::Rule(_)))
    ));
    assert!(is_good(&venue, &key, NOW).await);
    // A cursor of the other restaurant's list is none of this one's.
    make_key(&venue, second(), READ).await;
    let page = venue
        .store
        .list_api_keys(
            &user("owner2"),
            second(),
            &Window::First { limit: 1 },
            &at(NOW),
        )
        .await;
    let cursor = page.expect("the owner may").next.expect("there are two");
    let foreign = Window::After { cursor, limit: 1 };
    let page = venue
        .store
        .list_api_keys(&owner, first, &foreign, &at(NOW))
        .await;
    assert!(matches!(
        page,
        Err(StoreError::Refused(AccessRefusal::Rule(_)))
    ));
}

#[tokio::test]
async fn nobody_makes_a_key_that_may_more_than_their_own_credential() {
    let venue = with_staff().await;
    let narrow = user_with("owner1", &[Scope::ApiKeysManage, Scope::BookingsRead]);
    let make = async |scopes: &[Scope]| {
        let new = NewApiKey {
            name: ApiKeyName::parse("Till").expect("it is a name"),
            scopes: Scopes::new(scopes),
            expires_at: NOW + 1.hour(),
        };
        let context = at(NOW);
        let made = venue
            .store
            .create_api_key(&narrow, venue.restaurant, &new, &context);
        made.await.map(drop)
    };
    make(READ).await.expect("the credential allows it");
    let refused = make(&[Scope::BookingsRead, Scope::BookingsWrite]).await;
    assert!(matches!(
        refused,
        Err(StoreError::Refused(AccessRefusal::Forbidden(_)))
    ));
}
