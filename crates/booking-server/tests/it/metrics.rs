//! The metrics page, on a listener of its own.

use std::net::SocketAddr;

use crate::support::{Directory, Process, get, post};

/// The value of the sample with this name and these labels, in any order.
fn sample(page: &str, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    page.lines().find_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let rest = series.strip_prefix(name)?;
        let list = rest.strip_prefix('{')?.strip_suffix('}')?;
        let has = |(label, value): &(&str, &str)| list.contains(&format!("{label}=\"{value}\""));
        (labels.iter().all(has) && list.split(',').count() == labels.len())
            .then(|| value.parse().unwrap())
    })
}

fn metrics_address(server: &Process) -> SocketAddr {
    let (_, rest) = server
        .announcement
        .split_once("  metrics    http://")
        .unwrap();
    rest.split_once("/metrics\n").unwrap().0.parse().unwrap()
}

#[test]
fn requests_are_counted_by_operation_and_status_on_a_private_page() {
    let directory = Directory::new();
    let server = Process::start(directory.path(), &["--metrics-listen", "127.0.0.1:0"]);
    let api = server.address();
    for _ in 0..3 {
        assert_eq!(get(api, "/api/v1/restaurants", &[]).status, 200);
    }
    assert_eq!(get(api, "/api/v1/restaurants?page=0", &[]).status, 400);
    assert_eq!(post(api, "/api/v1/bookings", "{}").status, 400);

    let answer = get(metrics_address(&server), "/metrics", &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let page = answer.text();
    for (operation, status, count) in [
        ("listRestaurants", "200", 3.0),
        ("listRestaurants", "400", 1.0),
        ("createBooking", "400", 1.0),
    ] {
        let labels = [("operation", operation), ("status", status)];
        assert_eq!(
            sample(page, "http_requests_total", &labels),
            Some(count),
            "{page}"
        );
    }
    let operation = [("operation", "listRestaurants")];
    let durations = "http_request_duration_seconds";
    assert_eq!(
        sample(page, &format!("{durations}_count"), &operation),
        Some(4.0),
        "{page}"
    );
    let longest = [("operation", "listRestaurants"), ("le", "10")];
    assert_eq!(
        sample(page, &format!("{durations}_bucket"), &longest),
        Some(4.0),
        "{page}"
    );
    for line in [
        "# TYPE http_requests_total counter",
        "# TYPE http_request_duration_seconds histogram",
    ] {
        assert!(page.lines().any(|other| other == line), "{page}");
    }
    // What the database was asked for is counted beside it: three lists, one more for what the
    // announcement tells people to try, and nothing for what the contract refused.
    let lists = [("operation", "list_restaurants"), ("outcome", "read")];
    assert_eq!(
        sample(page, "database_transactions_total", &lists),
        Some(4.0),
        "{page}"
    );
    let idle = sample(page, "database_pool_connections", &[("state", "idle")]);
    assert!(idle.is_some_and(|connections| connections >= 1.0), "{page}");
    // Every family says what it is.
    for family in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = family.split(' ').next().unwrap();
        assert!(page.contains(&format!("# HELP {name} ")), "{name}: {page}");
    }

    // Each of the two listeners has its own pages only.
    assert_eq!(get(api, "/metrics", &[]).status, 404);
    assert_eq!(get(metrics_address(&server), "/health", &[]).status, 404);
}

#[test]
fn there_is_no_page_unless_it_is_asked_for() {
    let directory = Directory::new();
    let server = Process::start(directory.path(), &[]);
    assert!(
        !server.announcement.contains("metrics"),
        "{}",
        server.announcement
    );
    assert_eq!(get(server.address(), "/metrics", &[]).status, 404);
}
