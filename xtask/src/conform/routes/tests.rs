//! Servers whose routes are as they should be but for one.

use std::fmt::Write;

use super::*;

const CONTRACT: &str = include_str!("../../../../booking-api.yaml");

fn located() -> LocatedContract {
    let contract = booking_codegen::load("booking-api.yaml", CONTRACT).unwrap();
    LocatedContract::new("booking-api.yaml", CONTRACT.to_owned(), &contract).unwrap()
}

/// What a server prints that has every route that it should have.
fn complete() -> String {
    let mut lines = String::new();
    for operation in located().contract.operations() {
        writeln!(lines, "{} {}", operation.method, operation.path).unwrap();
    }
    for (method, path, _) in OPERATIONAL {
        writeln!(lines, "{method} {path}").unwrap();
        if method == "GET" {
            writeln!(lines, "HEAD {path}").unwrap();
        }
    }
    lines + "HEAD /api/v1/bookings\nPUT /api/v1/bookings\n"
}

/// What is found, as `id message`, and what would be asked.
fn found(lines: &str) -> (Vec<String>, Vec<Route>) {
    let Comparison { findings, refusing } = compare(&located(), &parse(lines).unwrap());
    let said = findings
        .iter()
        .map(|finding| format!("{} {}", finding.id(), finding.message));
    (said.collect(), refusing)
}

fn refusing() -> Vec<Route> {
    vec![("PUT".to_owned(), "/api/v1/bookings".to_owned())]
}

#[test]
fn a_server_with_the_contracts_routes_and_the_operational_ones_is_clean() {
    assert_eq!(found(&complete()), (Vec::new(), refusing()));
}

#[test]
fn a_route_that_nobody_declared_is_found_wherever_it_is() {
    for route in [
        "GET /metrics",
        "GET /api/v1/bookings/{booking_id}/history",
        "HEAD /api/v1/secrets",
        "GET /api/v1/bookings/{id}",
        "POST /health",
        "GET /oauth/token",
    ] {
        let (findings, asked) = found(&format!("{}{route}\n", complete()));
        let (method, path) = route.split_once(' ').unwrap();
        let expected = format!(
            "conform/undeclared-route the server has a route {path} ({method}) that is not declared"
        );
        assert_eq!(findings, [expected]);
        assert_eq!(asked, refusing());
    }
}

#[test]
fn the_methods_of_a_path_that_nobody_declared_are_one_finding() {
    let (findings, _) = found(&format!("{}GET /metrics\nPUT /metrics\n", complete()));
    let expected = "conform/undeclared-route the server has a route /metrics (GET, PUT) that is \
                    not declared";
    assert_eq!(findings, [expected]);
}

#[test]
fn a_method_that_the_contract_does_not_have_on_its_path_is_asked() {
    for route in [
        "DELETE /api/v1/bookings/{booking_id}",
        "HEAD /api/v1/bookings/{booking_id}/cancel",
        "OPTIONS /api/v1/restaurants",
    ] {
        let (findings, asked) = found(&format!("{}{route}\n", complete()));
        assert_eq!(findings, [""; 0]);
        let (method, path) = route.split_once(' ').unwrap();
        assert!(asked.contains(&(method.to_owned(), path.to_owned())));
        assert_eq!(asked.len(), 2);
    }
}

#[test]
fn a_route_that_is_gone_is_found() {
    for (route, expected) in [
        (
            "PATCH /api/v1/bookings/{booking_id}\n",
            "the server has no route PATCH /api/v1/bookings/{booking_id}, which is updateBooking",
        ),
        (
            "GET /ready\n",
            "the server has no operational endpoint /ready: load balancers ask whether it can \
             answer",
        ),
    ] {
        let lines = complete().replace(&format!("\n{route}"), "\n");
        let (findings, _) = found(&lines);
        assert_eq!(findings, [format!("conform/missing-route {expected}")]);
    }
}

#[test]
fn a_method_counts_as_refused_only_as_the_contract_has_it() {
    let refused = |method: &str, path: &str, status: u16, allow: Option<&str>| {
        let answer = probe::ProbeResult {
            status,
            allow: allow.map(str::to_owned),
        };
        unless_refused(&located(), method, path, &answer).is_none()
    };
    let path = "/api/v1/bookings/{booking_id}";
    assert!(refused("PUT", path, 405, Some("GET, HEAD, PATCH")));
    assert!(refused(
        "GET",
        "/api/v1/bookings/{booking_id}/cancel",
        405,
        Some("POST")
    ));
    for (status, allow) in [
        (200, Some("GET, HEAD, PATCH")),
        (404, None),
        (405, None),
        (405, Some("GET, HEAD, PATCH, PUT")),
        (405, Some("GET, PATCH")),
    ] {
        assert!(!refused("PUT", path, status, allow), "{status} {allow:?}");
    }
}

#[test]
fn what_is_no_list_of_routes_is_a_failure() {
    assert_eq!(parse("").unwrap_err(), "it names no route at all");
    assert_eq!(
        parse("GET /a\nhello\n").unwrap_err(),
        "\"hello\" is no route"
    );
    assert_eq!(parse("GET a\n").unwrap_err(), "\"GET a\" is no route");
}

#[test]
fn the_list_of_operational_endpoints_is_in_order_and_gives_reasons() {
    assert!(OPERATIONAL.is_sorted());
    assert!(OPERATIONAL.iter().all(|(_, path, reason)| {
        path.starts_with('/') && !path.starts_with("/api/") && reason.len() > 10
    }));
    // Findings point to it.
    assert!(include_str!("../routes.rs").contains("const OPERATIONAL"));
    assert!(LIST.ends_with("conform/routes.rs"));
}
