//! A database that goes away and comes back.

use booking_domain::RestaurantId;
use booking_persistence::{ConnectError, Store, StoreError};
use dev_postgres::TemporaryCluster;

use crate::support::{migrated, texts};

#[tokio::test(flavor = "multi_thread")]
async fn restart_costs_at_most_one_request_and_no_process() {
    let mut cluster = TemporaryCluster::start().expect("PostgreSQL runs");
    let url = cluster.url("postgres");
    let store = Store::connect(&url).await.expect("it answers");
    store.migrate().await.expect("it migrates");
    store.fill_demo().await.expect("it fills");
    let restaurant = RestaurantId::new(1);
    // Several idle connections, all of which are about to break.
    let (one, two, three) = tokio::join!(
        store.get_restaurant(restaurant),
        store.get_restaurant(restaurant),
        store.get_restaurant(restaurant)
    );
    one.and(two).and(three).expect("it is there");

    cluster.stop_immediately().expect("it stops");
    for _ in 0..3 {
        let gone = store.get_restaurant(restaurant).await;
        assert!(matches!(gone, Err(StoreError::Unavailable(_))), "{gone:?}");
        assert!(store.ping().await.is_err());
    }
    cluster.start_again().expect("it starts");
    store.ping().await.expect("new connections are made");
    store.get_restaurant(restaurant).await.expect("it is there");

    cluster.restart().expect("it restarts");
    let first = store.get_restaurant(restaurant).await;
    assert!(
        matches!(first, Ok(_) | Err(StoreError::Unavailable(_))),
        "{first:?}"
    );
    store.get_restaurant(restaurant).await.expect("it is there");
}

#[tokio::test]
async fn closed_store_is_unavailable() {
    let database = migrated();
    let store = Store::connect(&database.url()).await.expect("it answers");
    store.close();
    assert!(store.ping().await.is_err());
    let after = store.get_restaurant(RestaurantId::new(1)).await;
    assert!(matches!(after, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn why_there_is_no_connection_is_told_apart() {
    let unreachable = Store::connect("postgres://127.0.0.1:1/nothing").await;
    assert!(
        matches!(unreachable, Err(ConnectError::Unreachable { .. })),
        "{unreachable:?}"
    );
    let no_url = Store::connect("not a url").await;
    assert!(
        matches!(no_url, Err(ConnectError::InvalidUrl { .. })),
        "{no_url:?}"
    );
    let database = migrated();
    let url = database.url().replace(database.name(), "no_such_database");
    let rejected = Store::connect(&url).await;
    match rejected {
        Err(ConnectError::Rejected { reason }) => assert!(reason.contains("no_such_database")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn sessions_have_limits() {
    let database = migrated();
    let store = Store::connect(&database.url()).await.expect("it answers");
    store.ping().await.expect("it answers");
    let mut observer = crate::support::connect(&database.url()).await;
    let ours = "SELECT count(*)::text AS line FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'reserve-easy'";
    assert_eq!(texts(&mut observer, ours).await, ["1"]);
}
