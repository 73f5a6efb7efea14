//! A database that goes away and comes back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use booking_client::Error;
use booking_client::types::ErrorCode;
use booking_tests::{Request, Response, TestService};
use dev_postgres::TemporaryCluster;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{
    BELLA, MONDAY, OVERLAPS, Sent, book, booking_path, create, one_of_each, read, wanted,
};

/// The longest that a refusal may take while the database is away.
const SOON: Duration = Duration::from_secs(10);

/// The service with the demo on a cluster of its own, which the test may stop.
async fn start() -> (TestService, TemporaryCluster) {
    let cluster = TemporaryCluster::start().unwrap();
    let service = TestService::start_on(&cluster.url("postgres"), true)
        .await
        .unwrap();
    (service, cluster)
}

async fn probe(service: &TestService, path: &str) -> u16 {
    service.send(&Request::new("GET", path)).await.status
}

/// Sends a request that must be answered with 503, soon, and with the time to try again.
async fn unavailable(service: &TestService, request: &Request) {
    let asked = Instant::now();
    let answer: Response = service.send(request).await;
    answer.refused(503, "SERVICE_UNAVAILABLE");
    let retry_after: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&retry_after));
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_answers_503_while_the_database_is_away_and_works_again_after() {
    let (service, mut cluster) = start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    assert_eq!(probe(&service, "/ready").await, 200);

    let requests = one_of_each(&service, &booking.booking_id).await;
    cluster.stop().unwrap();
    // The first request meets the broken connections, the second finds none.
    for _ in 0..2 {
        for (_, request) in &requests {
            unavailable(&service, request).await;
        }
    }
    assert_eq!(probe(&service, "/ready").await, 503);
    assert_eq!(probe(&service, "/health").await, 200);
    // What breaks the contract is refused as ever.
    let broken = Request::get("/bookings?restaurant_id=1&limit=0");
    service.send(&broken).await.refused(400, "INVALID_REQUEST");

    cluster.start_again().unwrap();
    assert_eq!(probe(&service, "/ready").await, 200);
    assert_eq!(
        read(&service, &booking.booking_id).await.into_inner(),
        booking
    );
    let changed = service
        .client()
        .update_booking()
        .booking_id(booking.booking_id)
        .body(booking_client::types::BookingChange::builder().party_size(3))
        .send()
        .await
        .unwrap();
    assert_eq!(*changed.party_size, 3);
    service.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_request_after_a_restart_of_the_database_is_refused_at_worst_once() {
    let (service, mut cluster) = start().await;
    let service = Arc::new(service);
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    let path = format!("{}/events", booking_path(&booking.booking_id));
    // Requests that wait for a lock hold a connection each, so that the pool has several.
    let session = service.session().await;
    session
        .batch_execute("BEGIN; LOCK TABLE bookings IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            let (service, path) = (Arc::clone(&service), path.clone());
            tokio::spawn(async move { service.send(&Request::get(&path)).await.status })
        })
        .collect();
    service.until_waiting(8).await;
    session.batch_execute("COMMIT").await.unwrap();
    for request in waiting {
        assert_eq!(request.await.unwrap(), 200);
    }
    cluster.restart().unwrap();
    // All of the pool's connections broke; whoever meets that is told to try again, and the
    // next one is served.
    let first = service.send(&Request::get(&path)).await;
    if first.status != 200 {
        first.refused(503, "SERVICE_UNAVAILABLE");
    }
    assert_eq!(service.send(&Request::get(&path)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_crash_is_there_after_it() {
    let (service, mut cluster) = start().await;
    let mut acknowledged = Vec::new();
    for time in ["12:00", "13:30", "17:00", "18:30", "20:00"] {
        acknowledged.push(book(&service, BELLA, MONDAY, time, 10).await);
    }
    let given_up = crate::support::cancel(&service, &acknowledged[0].booking_id).await;
    acknowledged[0] = given_up;

    cluster.stop_immediately().unwrap();
    unavailable(&service, &Request::get("/bookings?restaurant_id=1")).await;
    cluster.start_again().unwrap();

    for booking in &acknowledged {
        assert_eq!(
            read(&service, &booking.booking_id).await.into_inner(),
            *booking
        );
    }
    // The tables are still theirs, and the one that was given back is free.
    let taken = create(&service, wanted(BELLA, MONDAY, "17:00", 10)).await;
    assert_eq!(
        taken.unwrap_err().code(),
        Some(&ErrorCode::TableNotAvailable)
    );
    book(&service, BELLA, MONDAY, "12:00", 10).await;
    service.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_amid_many_bookings_loses_none_that_was_acknowledged_and_doubles_none() {
    let (service, mut cluster) = start().await;
    let service = Arc::new(service);
    let days: Vec<String> = (15..25).map(|day| format!("2027-02-{day}")).collect();
    let (granting, mut grants) = tokio::sync::mpsc::unbounded_channel();
    let guests: Vec<_> = days
        .into_iter()
        .map(|date| {
            let service = Arc::clone(&service);
            let granting = granting.clone();
            tokio::spawn(async move {
                let mut granted = Vec::new();
                let mut failed = 0;
                // Until the crash has been met, or the day is full.
                while failed == 0 && granted.len() < 12 {
                    let sent: Sent<_> = create(&service, wanted(BELLA, &date, "19:00", 2)).await;
                    match sent {
                        Ok(booking) => {
                            granted.push(booking.into_inner());
                            let _ = granting.send(());
                        }
                        Err(Error::Response(answer)) => {
                            let status = answer.status.as_u16();
                            assert!([409, 503].contains(&status), "{status}");
                            failed += 1;
                        }
                        Err(other) => panic!("{other}"),
                    }
                }
                granted
            })
        })
        .collect();
    // The crash comes when the first have been granted and most are under way.
    for _ in 0..5 {
        grants.recv().await.unwrap();
    }
    let mut cluster = tokio::task::spawn_blocking(move || {
        cluster.stop_immediately().unwrap();
        cluster.start_again().unwrap();
        cluster
    })
    .await
    .unwrap();
    let mut acknowledged = Vec::new();
    for guest in guests {
        acknowledged.extend(guest.await.unwrap());
    }
    assert_eq!(ready_at_last(&service).await, 200);
    for booking in &acknowledged {
        assert_eq!(
            read(&service, &booking.booking_id).await.into_inner(),
            *booking
        );
    }
    assert_eq!(service.rows(OVERLAPS).await, ["0"]);
    let lonely = "SELECT 1 FROM bookings b
        LEFT JOIN occupancies o USING (restaurant_id, booking_id)
        WHERE o.booking_id IS NULL";
    assert!(service.rows(lonely).await.is_empty());
    drop(service);
    cluster.stop().unwrap();
}

/// Asks until connections that broke are gone: each of them is met at most once.
async fn ready_at_last(service: &TestService) -> u16 {
    for _ in 0..20 {
        if probe(service, "/ready").await == 200 {
            return 200;
        }
    }
    probe(service, "/ready").await
}

/// A zone that this program's database of zones does not have stands in one restaurant's row.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restaurant_in_an_unknown_zone_is_counted_and_all_that_needs_no_zone_works() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;
    service
        .sql("UPDATE booking_policies SET time_zone = 'Nowhere/City' WHERE restaurant_id = 1")
        .await;

    let restaurants = service.send(&Request::get("/restaurants")).await.json();
    let listed = restaurants["data"].as_array().unwrap().len();
    assert_eq!(restaurants["pagination"]["total"], listed);
    let bookings = service
        .send(&Request::get("/bookings?restaurant_id=1&page=1"))
        .await
        .json();
    assert_eq!(bookings["pagination"]["total"], 1);
    assert_eq!(bookings["data"].as_array().unwrap().len(), 1);

    let path = booking_path(&booking.booking_id);
    let wishes = Request::patch(&path).json(&json!({ "special_requests": "A quiet table" }));
    let changed = service.send(&wishes).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    // A new time is told in a clock that nobody knows.
    let later = Request::patch(&path).json(&json!({ "booking_time": "20:00" }));
    service.send(&later).await.refused(500, "INTERNAL_ERROR");
    let cancelled = service.send(&Request::post(format!("{path}/cancel"))).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
}

/// Passes connections on to an address, but the first one is cut once its request is answered: the answer
/// is lost.
async fn losing_the_first_answer(to: std::net::SocketAddr) -> std::net::SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut is_first = true;
        while let Ok((mut from, _)) = listener.accept().await {
            let mut service = TcpStream::connect(to).await.unwrap();
            if std::mem::take(&mut is_first) {
                let (mut reading, _) = from.split();
                let (mut answer, mut asking) = service.split();
                let mut first = [0; 1];
                // Until the first byte of the answer: by then it is done.
                tokio::select! {
                    _ = tokio::io::copy(&mut reading, &mut asking) => {}
                    read = answer.read(&mut first) => { read.unwrap(); }
                }
                continue;
            }
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut from, &mut service).await;
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_whose_answer_is_lost_asks_again_and_has_booked_once() {
    let service = TestService::start().await;
    let proxy = losing_the_first_answer(service.address()).await;
    let client = booking_client::Client::new(format!("http://{proxy}/api/v1")).unwrap();
    let body = wanted(BELLA, MONDAY, "19:00", 10);
    let booked = client.create_booking().body(body).send().await.unwrap();
    assert!(booked.booking_secret.is_some());
    let rows = "SELECT public_id FROM bookings";
    assert_eq!(service.rows(rows).await, [booked.booking_id.as_str()]);
}
