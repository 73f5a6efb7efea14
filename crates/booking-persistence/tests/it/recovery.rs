//! A database that goes away and comes back.

use std::time::Duration;

use booking_persistence::{ConnectError, SERVICE_ROLE, StoreError, migrate};
use dev_postgres::TemporaryCluster;
use diesel_async::AsyncPgConnection;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::Instant;

use crate::support::{NOW, connect, connect_store, migrated, restaurant_id, texts};

const OURS: &str = "SELECT pid::text AS line FROM pg_stat_activity
    WHERE application_name = 'reserve-easy'";
const POSTMASTER: &str = "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1) AS line";

/// Processes that stand still, without closing anything, until this is dropped.
struct Stalled(Vec<Pid>);

impl Stalled {
    async fn those_of(observer: &mut AsyncPgConnection, query: &str) -> Self {
        let pids = texts(observer, query).await;
        let pids = pids.iter().map(|pid| pid.parse().expect("it is a number"));
        let stalled = Self(pids.filter_map(Pid::from_raw).collect());
        for pid in &stalled.0 {
            kill_process(*pid, Signal::STOP).expect("it can be stopped");
        }
        stalled
    }
}

impl Drop for Stalled {
    fn drop(&mut self) {
        for pid in &self.0 {
            // One that has ended need not go on.
            let _ = kill_process(*pid, Signal::CONT);
        }
    }
}

/// What comes of waiting for somebody who says nothing, and how long that takes: on a clock
/// that leaps to the next deadline whenever nothing else can happen.
async fn silence<T>(waiting: impl Future<Output = T>) -> (T, Duration) {
    tokio::time::pause();
    let start = Instant::now();
    let outcome = waiting.await;
    let took = start.elapsed();
    tokio::time::resume();
    (outcome, took)
}

fn is_about(took: Duration, seconds: u64) -> bool {
    let expected = Duration::from_secs(seconds);
    (expected..expected + Duration::from_millis(100)).contains(&took)
}

#[tokio::test]
async fn database_that_stalls_is_not_waited_for_and_recovers() {
    let cluster = TemporaryCluster::start().expect("PostgreSQL runs");
    let url = cluster.url_as("postgres", SERVICE_ROLE);
    migrate(&cluster.url("postgres"))
        .await
        .expect("it migrates");
    let store = connect_store(&url).await.expect("it answers");
    store.fill_demo(NOW).await.expect("it fills");
    let mut observer = connect(&cluster.url("postgres")).await;
    let restaurant = restaurant_id(1);
    let two_at_once = async || {
        let (one, other) = tokio::join!(
            store.get_restaurant(restaurant, NOW),
            store.get_restaurant(restaurant, NOW)
        );
        one.and(other).expect("it is there");
    };
    two_at_once().await;

    let sessions = Stalled::those_of(&mut observer, OURS).await;
    assert_eq!(sessions.0.len(), 2);
    let (outcome, took) = silence(store.get_restaurant(restaurant, NOW)).await;
    assert!(
        matches!(outcome, Err(StoreError::Unavailable(_))),
        "{outcome:?}"
    );
    assert!(is_about(took, 6), "{took:?}");
    // Neither the connection that was used nor the idle one is used again.
    two_at_once().await;

    let new_sessions = Stalled::those_of(&mut observer, OURS).await;
    let postmaster = Stalled::those_of(&mut observer, POSTMASTER).await;
    assert_eq!(postmaster.0.len(), 1);
    let (outcome, took) = silence(store.ping()).await;
    assert!(outcome.is_err());
    assert!(is_about(took, 2), "{took:?}");
    // By now there is no connection, and none can be made.
    let (outcome, took) = silence(store.get_restaurant(restaurant, NOW)).await;
    assert!(
        matches!(outcome, Err(StoreError::Unavailable(_))),
        "{outcome:?}"
    );
    assert!(is_about(took, 3), "{took:?}");
    let (outcome, took) = silence(connect_store(&url)).await;
    assert!(
        matches!(outcome, Err(ConnectError::Unreachable { .. })),
        "{outcome:?}"
    );
    assert!(is_about(took, 3), "{took:?}");
    let (outcome, took) = silence(migrate(&url)).await;
    assert!(outcome.is_err());
    assert!(is_about(took, 3), "{took:?}");

    drop((sessions, new_sessions, postmaster));
    store.ping().await.expect("it goes on");
    two_at_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restart_costs_at_most_one_request_and_no_process() {
    let mut cluster = TemporaryCluster::start().expect("PostgreSQL runs");
    let url = cluster.url_as("postgres", SERVICE_ROLE);
    migrate(&cluster.url("postgres"))
        .await
        .expect("it migrates");
    let store = connect_store(&url).await.expect("it answers");
    store.fill_demo(NOW).await.expect("it fills");
    let restaurant = restaurant_id(1);
    // Several idle connections, all of which are about to break.
    let (one, two, three) = tokio::join!(
        store.get_restaurant(restaurant, NOW),
        store.get_restaurant(restaurant, NOW),
        store.get_restaurant(restaurant, NOW)
    );
    one.and(two).and(three).expect("it is there");

    cluster.stop_immediately().expect("it stops");
    for _ in 0..3 {
        let gone = store.get_restaurant(restaurant, NOW).await;
        assert!(matches!(gone, Err(StoreError::Unavailable(_))), "{gone:?}");
        assert!(store.ping().await.is_err());
    }
    cluster.start_again().expect("it starts");
    store.ping().await.expect("new connections are made");
    store
        .get_restaurant(restaurant, NOW)
        .await
        .expect("it is there");

    cluster.restart().expect("it restarts");
    let first = store.get_restaurant(restaurant, NOW).await;
    assert!(
        matches!(first, Ok(_) | Err(StoreError::Unavailable(_))),
        "{first:?}"
    );
    store
        .get_restaurant(restaurant, NOW)
        .await
        .expect("it is there");
}

#[tokio::test]
async fn closed_store_is_unavailable() {
    let database = migrated();
    let store = connect_store(&database.url_as(SERVICE_ROLE))
        .await
        .expect("it answers");
    store.close();
    assert!(store.ping().await.is_err());
    let after = store.get_restaurant(restaurant_id(1), NOW).await;
    assert!(matches!(after, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn why_there_is_no_connection_is_told_apart() {
    let unreachable = connect_store("postgres://127.0.0.1:1/nothing").await;
    assert!(
        matches!(unreachable, Err(ConnectError::Unreachable { .. })),
        "{unreachable:?}"
    );
    let no_url = connect_store("not a url").await;
    assert!(
        matches!(no_url, Err(ConnectError::InvalidUrl { .. })),
        "{no_url:?}"
    );
    let database = migrated();
    let url = database.url().replace(database.name(), "no_such_database");
    let rejected = connect_store(&url).await;
    match rejected {
        Err(ConnectError::Rejected { reason }) => assert!(reason.contains("no_such_database")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn sessions_have_limits() {
    let database = migrated();
    let store = connect_store(&database.url_as(SERVICE_ROLE))
        .await
        .expect("it answers");
    store.ping().await.expect("it answers");
    let mut observer = crate::support::connect(&database.url()).await;
    let ours = "SELECT count(*)::text AS line FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'reserve-easy'";
    assert_eq!(texts(&mut observer, ours).await, ["1"]);
}
