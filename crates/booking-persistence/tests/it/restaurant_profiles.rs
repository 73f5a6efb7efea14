//! What a restaurant shows of itself, and who changes it.

use booking_domain::{ChangeRestaurantRefusal, Cuisine, RestaurantChange, RestaurantName};
use booking_persistence::{AccessRefusal, RestaurantNotFound, StoreError};
use diesel_async::SimpleAsyncConnection;

use crate::support::{NOW, at, until_somebody_waits};
use crate::team::{second, user, with_staff};

fn named(name: &str) -> RestaurantChange {
    RestaurantChange {
        name: RestaurantName::parse(name),
        ..RestaurantChange::default()
    }
}

#[tokio::test]
async fn change_is_seen_by_all_and_is_in_the_log() {
    let venue = with_staff().await;
    let (manager, id) = (user("manager1"), venue.restaurant);
    let other = venue.store.get_restaurant(second(), NOW).await;
    let other = other.expect("it is there");
    let change = RestaurantChange {
        cuisine: Cuisine::parse("Ligurian"),
        ..named("Neue Küche")
    };
    let update = async |change: &RestaurantChange, expected: i32| {
        let expected = [expected];
        let (change, context) = ((change, Some(&expected[..])), at(NOW));
        let updated = venue
            .store
            .update_restaurant(&manager, id, change, &context);
        updated.await
    };
    let changed = update(&change, 1).await.expect("the manager may");
    assert_eq!(changed.version, 2);
    let read = venue
        .store
        .get_restaurant(id, NOW)
        .await
        .expect("it is there");
    assert_eq!(read, changed);
    assert_eq!(read.profile.cuisine.as_str(), "Ligurian");
    let stale = update(&named("Alte Küche"), 1).await;
    assert!(matches!(
        stale,
        Err(StoreError::Refused(AccessRefusal::Rule(
            ChangeRestaurantRefusal
        )))
    ));
    let unchanged = update(&named("Neue Küche"), 2).await;
    assert_eq!(unchanged.expect("it is allowed"), changed);
    let untouched = venue.store.get_restaurant(second(), NOW).await;
    assert_eq!(untouched.expect("it is there"), other);
    let log = "SELECT concat_ws(' ', restaurant_id, action, actor_id, subject_id) AS line
        FROM audit_events";
    let logged = "1 update_restaurant usr_manager1";
    assert_eq!(venue.texts(log).await, [logged]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_access_while_they_wait_changes_nothing() {
    let venue = with_staff().await;
    let mut rival = venue.connection().await;
    let mut observer = venue.connection().await;
    let suspend = "BEGIN; UPDATE restaurants SET suspended_at = '2027-01-01Z'";
    rival.batch_execute(suspend).await.expect("it is written");
    let (store, id) = (venue.store.clone(), venue.restaurant);
    let update = tokio::spawn(async move {
        let (owner, change, context) = (user("owner1"), named("Neue Küche"), at(NOW));
        let updated = store.update_restaurant(&owner, id, (&change, None), &context);
        updated.await
    });
    until_somebody_waits(&mut observer).await;
    rival.batch_execute("COMMIT").await.expect("it commits");
    let refused = update.await.expect("it does not panic");
    assert!(matches!(
        refused,
        Err(StoreError::Refused(AccessRefusal::NotFound(
            RestaurantNotFound
        )))
    ));
    let names = "SELECT name AS line FROM restaurants ORDER BY restaurant_id";
    assert_eq!(venue.texts(names).await, ["Testküche", "Zweite"]);
}
