//! Servers whose own clocks are an hour apart agree on what time it is.

use std::path::Path;
use std::process::Command;

use booking_client::Client;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::installation::{Installation, next_number};
use crate::judgement::assert_consistent;
use crate::server::Server;
use crate::workload::Workload;

/// Stands before the C library: its clock is an hour ahead, and the one that nobody sets is as it was.
const FAST_CLOCK: &str = "#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && clock == CLOCK_REALTIME) now->tv_sec += 3600;
    return failed;
}";

/// Builds it in this directory.
fn build_fast_clock(directory: &Path) -> String {
    let number = next_number();
    let source = directory.join(format!("fast_clock_{number}.c"));
    let library = directory.join(format!("fast_clock_{number}.so"));
    std::fs::write(&source, FAST_CLOCK).unwrap();
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .status();
    assert!(built.unwrap().success(), "the tests need a C compiler");
    library.to_str().unwrap().to_owned()
}

/// What a server's own clock shows, which dates its answers.
async fn own_clock(server: &Server) -> Timestamp {
    let health = format!("http://{}/health", server.address());
    let answer = reqwest::get(health).await.unwrap();
    let date = answer.headers()["date"].to_str().unwrap();
    rfc2822::parse(date).unwrap().timestamp()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_an_hour_apart_agree() {
    let directory = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let fast_clock = vec![("LD_PRELOAD", build_fast_clock(&directory))];
    let installation = Installation::start_with([vec![], fast_clock]).await;
    let [first, second] = &installation.servers;
    let apart = own_clock(second)
        .await
        .duration_since(own_clock(first).await);
    assert!((3540..=3660).contains(&apart.as_secs()), "{apart:?}");

    // A token that has not begun yet or is over by the other's clock: an access token lives for less
    // than an hour.
    let [owner, other] = installation.owners();
    for client in [&owner, &other] {
        client.get_me().send().await.unwrap();
    }
    // The next slot is less than an hour away, and past by the fast clock.
    let zone = installation.noon().await;
    let restaurant = installation.add_restaurant(&zone, &[(1, 4)]).await;
    let today = format!("SELECT (now() AT TIME ZONE '{zone}')::date::text");
    let today = installation.rows(&today).await.remove(0);
    loop {
        let before = first_slot(&owner, restaurant, &today).await;
        let by_fast_clock = first_slot(&other, restaurant, &today).await;
        // Unless its time has come meanwhile.
        if first_slot(&owner, restaurant, &today).await == before {
            assert_eq!(by_fast_clock, before);
            break;
        }
    }

    let workload = Workload::start(&installation).await;
    workload.requests.until(|it| &it.acknowledged, 100).await;
    workload.stop(&installation).await;
    assert_consistent(&installation).await;
    // What both have written is of one time.
    let ahead = "SELECT 1 FROM bookings WHERE updated_at > now() + interval '1 minute'";
    assert!(installation.rows(ahead).await.is_empty());
}

/// The first time of a date at which a party of two can come.
async fn first_slot(client: &Client, restaurant: i64, date: &str) -> Timestamp {
    let asked = client.get_availability().restaurant_id(restaurant);
    let answer = asked.date(date).party_size(2).send().await.unwrap();
    let slots: Vec<_> = answer.into_inner().slots.into_iter().collect();
    slots[0].starts_at.to_string().parse().unwrap()
}
