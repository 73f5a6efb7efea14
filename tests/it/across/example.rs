//! The client's example, run as its users run it, against a live service.

use std::process::{Command, Output};

use booking_tests::TestService;

/// Runs the example to its end.
async fn run(base: String) -> Output {
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_book_a_table"))
            .arg(base)
            .output()
            .unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_finds_books_reads_changes_and_cancels() {
    let service = TestService::start().await;
    // The example looks at its own clock.
    let now = service.rows("SELECT to_json(now())#>>'{}'").await;
    service.set_clock(&now[0]);
    let output = run(format!("http://{}/api/v1", service.address())).await;
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let steps: Vec<(&str, &str)> = printed
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(step, told)| (step, told.trim_start()))
        .collect();
    let names: Vec<&str> = steps.iter().map(|(step, _)| *step).collect();
    assert_eq!(
        names,
        [
            "found",
            "available",
            "booked",
            "read",
            "changed",
            "cancelled"
        ],
        "{printed}"
    );
    let booked = service
        .rows("SELECT public_id || ' ' || status || ' ' || party_size FROM bookings")
        .await;
    let [booked] = booked.as_slice() else {
        panic!("{booked:?}");
    };
    let (id, rest) = booked.split_once(' ').unwrap();
    assert_eq!(rest, "cancelled 3");
    assert!(steps[0].1.starts_with("Bella Italia, "), "{printed}");
    assert!(
        steps[2].1.starts_with(&format!("{id} for Sarah Chen: ")),
        "{printed}"
    );
    assert_eq!(steps[3].1, "confirmed, 2 guests");
    assert_eq!(steps[4].1, "3 guests, special requests: none");
    assert_eq!(steps[5].1, format!("{id} is cancelled"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_says_what_is_wrong_when_there_are_no_restaurants() {
    let service = TestService::start().await;
    service.sql("TRUNCATE restaurants CASCADE").await;
    let output = run(format!("http://{}/api/v1", service.address())).await;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("--demo"), "{said}");
}
