//! The contract against the service: every status and every code that an operation declares is
//! brought about. That each answer is as declared is for the witness to say, here as everywhere.

mod cases;

use std::collections::BTreeSet;

use booking_tests::{Request, TestService, contract};
use dev_postgres::TemporaryCluster;

use self::cases::{Case, cases, failing};
use crate::support::{BELLA, MONDAY, book, booking_path};

/// Takes a column away that every operation needs.
const SPOIL: &str = "ALTER TABLE restaurants RENAME COLUMN name TO called";
/// Gives it back.
const MEND: &str = "ALTER TABLE restaurants RENAME COLUMN called TO name";

/// An operation, a status, and the code of an answer that is an error.
type Declared = (String, u16, Option<String>);

/// Everything that the contract declares.
fn declared() -> BTreeSet<Declared> {
    let mut declared = BTreeSet::new();
    for operation in contract().operations() {
        for response in &operation.responses {
            let of = |code| (operation.id.clone(), response.status, code);
            if response.codes.is_empty() {
                declared.insert(of(None));
            }
            declared.extend(response.codes.iter().cloned().map(|code| of(Some(code))));
        }
    }
    declared
}

/// Sends what each case asks, which must be answered with its code, and adds what was seen.
async fn bring_about(service: &TestService, cases: Vec<Case>, seen: &mut BTreeSet<Declared>) {
    for case in cases {
        let answer = service.send(&case.request).await;
        let code = (answer.status >= 400).then(|| answer.refusal().code);
        let status = answer.status.to_string();
        let shown = format!("{} {}: {}", case.operation, case.code, answer.text());
        assert_eq!(code.as_deref().unwrap_or(&status), case.code, "{shown}");
        seen.insert((case.operation.to_owned(), answer.status, code));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_declared_status_and_code_comes_about() {
    let mut seen = BTreeSet::new();
    // A cluster of its own: its database is going to be spoiled, and then to go away.
    let mut cluster = TemporaryCluster::start().unwrap();
    let service = TestService::start_on(&cluster.url("postgres"), true)
        .await
        .unwrap();
    bring_about(&service, cases(&service).await, &mut seen).await;

    let open = book(&service, BELLA, MONDAY, "12:00", 2).await;
    let open = booking_path(&open.booking_id);
    // What the server reads everywhere has another name: nobody has told the server.
    service.sql(SPOIL).await;
    let failing_inside = failing("INTERNAL_ERROR", &open);
    bring_about(&service, failing_inside, &mut seen).await;
    service.sql(MEND).await;
    let answer = service.send(&Request::get(&open)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());

    cluster.stop().unwrap();
    bring_about(&service, failing("SERVICE_UNAVAILABLE", &open), &mut seen).await;

    let declared = declared();
    // What is declared and was not seen has no test, or does not happen.
    let missing: Vec<_> = declared.difference(&seen).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    let undeclared: Vec<_> = seen.difference(&declared).collect();
    assert!(undeclared.is_empty(), "{undeclared:#?}");
    service.shutdown().await;
}

#[test]
fn every_operation_declares_a_success_and_a_refusal() {
    let mut operations: Vec<&str> = contract()
        .operations()
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    operations.sort_unstable();
    assert_eq!(
        operations,
        [
            "cancelBooking",
            "createBooking",
            "getAvailability",
            "getBooking",
            "getRestaurant",
            "listBookings",
            "listRestaurants",
            "updateBooking",
        ]
    );
    for operation in contract().operations() {
        let any = |hundreds| {
            let mut responses = operation.responses.iter();
            responses.any(|response| response.status / 100 == hundreds)
        };
        assert!(any(2) && any(4), "{}", operation.id);
    }
}

#[tokio::test]
async fn the_links_of_an_answer_lead_where_the_contract_says() {
    let service = TestService::start().await;
    let document = service.send(&Request::new("GET", "/openapi.json")).await;
    let document = document.json();
    let answers = cases(&service).await;
    let mut followed = 0;
    for (operation, status) in [
        ("createBooking", "201"),
        ("getBooking", "200"),
        ("getRestaurant", "200"),
    ] {
        let case = answers
            .iter()
            .find(|case| case.operation == operation && case.code == status)
            .unwrap();
        let body = service.send(&case.request).await.json();
        let declared = contract().operation(operation).unwrap();
        let response = declared.response(status.parse().unwrap()).unwrap();
        let response = document.pointer(&response.pointer).unwrap();
        for link in response["links"].as_object().unwrap().values() {
            let link = document
                .pointer(&link["$ref"].as_str().unwrap()[1..])
                .unwrap();
            let target = link["operationId"].as_str().unwrap();
            assert!(contract().operation(target).is_some(), "{target}");
            for expression in link["parameters"].as_object().unwrap().values() {
                let expression = expression.as_str().unwrap();
                let pointer = expression.strip_prefix("$response.body#").unwrap();
                assert!(body.pointer(pointer).is_some(), "{operation}: {expression}");
                followed += 1;
            }
        }
    }
    assert_eq!(followed, 7);
}
