//! The contract against the service: every status and every code that an operation declares is
//! brought about. That each answer is as declared is for the witness to say, here as everywhere.

mod cases;
mod visit_cases;

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use booking_tests::{Request, TestService, contract, document};
use dev_postgres::TemporaryCluster;
use serde_json::Value;

use self::cases::{Case, cases, failing, granted, one_too_many};
use super::idempotency::refused_for_keys;
use crate::support::{BELLA, MONDAY, book, booking_path, examples, one_of_each};

/// Where a missing case belongs.
const CASES: &str = "tests/it/across/contract/cases.rs";

/// How often somebody may try within a minute, where that is limited.
const ATTEMPTS: u32 = 1;

/// Takes every table away, whichever an operation reads.
const BREAK_SCHEMA: &str = "ALTER SCHEMA public RENAME TO elsewhere";
/// Gives them back.
const RESTORE_SCHEMA: &str = "ALTER SCHEMA elsewhere RENAME TO public";

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
        assert_eq!(code.as_ref().unwrap_or(&status), &case.code, "{shown}");
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
    for (operation, answer) in granted(&service).await {
        seen.insert((operation.to_owned(), answer.status, None));
    }
    bring_about(&service, cases(&service).await, &mut seen).await;
    for (operation, answer) in refused_for_keys().await {
        let code = answer.refusal().code;
        seen.insert((operation.to_owned(), answer.status, Some(code)));
    }

    let open = book(&service, BELLA, MONDAY, "12:00", 2).await.booking_id;
    let one_of_each = one_of_each(&service, &open).await;
    let url = cluster.url("postgres");
    let impatient = TestService::start_with(&url, false, |options| {
        options.identity.attempts_per_minute = NonZeroU32::new(ATTEMPTS);
    });
    let impatient = impatient.await.unwrap();
    let account = service.with_account(&examples(&open), "tooMany").await;
    let cases = one_too_many(&impatient, &account).await;
    bring_about(&impatient, cases, &mut seen).await;
    impatient.shutdown().await;

    // What the server reads is not where it was: nobody has told the server.
    service.sql(BREAK_SCHEMA).await;
    let failing_inside = failing("INTERNAL_ERROR", &one_of_each);
    bring_about(&service, failing_inside, &mut seen).await;
    service.sql(RESTORE_SCHEMA).await;
    let answer = service.send(&Request::get(booking_path(&open))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());

    cluster.stop().unwrap();
    bring_about(
        &service,
        failing("SERVICE_UNAVAILABLE", &one_of_each),
        &mut seen,
    )
    .await;

    let declared = declared();
    // What is declared and was not seen has no test, or does not happen.
    let missing: Vec<_> = declared.difference(&seen).collect();
    assert!(
        missing.is_empty(),
        "no case in {CASES} brings about {missing:#?}"
    );
    let undeclared: Vec<_> = seen.difference(&declared).collect();
    assert!(undeclared.is_empty(), "{undeclared:#?}");
    service.shutdown().await;
}

#[test]
fn every_operation_declares_a_success_and_a_refusal() {
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
    let granted = granted(&service).await;
    let mut followed = 0;
    for operation in contract().operations() {
        for response in &operation.responses {
            let declared = resolved(&response.pointer);
            let Some(links) = declared["links"].as_object() else {
                continue;
            };
            let (id, status) = (&operation.id, response.status);
            let mut found = granted.iter();
            let (_, answer) = found
                .find(|(granted, answer)| granted == id && answer.status == status)
                .unwrap_or_else(|| panic!("nothing in {CASES} brings about {id} {status}"));
            let body = answer.json();
            for link in links.values() {
                let link = match link["$ref"].as_str() {
                    Some(reference) => resolved(reference.trim_start_matches('#')),
                    None => link,
                };
                let target = link["operationId"].as_str().unwrap();
                assert!(contract().operation(target).is_some(), "{target}");
                for expression in link["parameters"].as_object().unwrap().values() {
                    let expression = expression.as_str().unwrap();
                    let is_there = match expression.split_once('#') {
                        Some(("$response.body", pointer)) => body.pointer(pointer).is_some(),
                        _ => match expression.strip_prefix("$response.header.") {
                            Some(name) => answer.header(&name.to_lowercase()).is_some(),
                            None => expression == "$request.path.restaurant_id",
                        },
                    };
                    assert!(is_there, "{id}: {expression}");
                    followed += 1;
                }
            }
        }
    }
    assert!(followed > 0, "the contract declares no link");
}

/// What stands in the contract at a pointer, or what is referred to there.
fn resolved(pointer: &str) -> &'static Value {
    let found = document().pointer(pointer).unwrap();
    match found["$ref"].as_str() {
        Some(reference) => resolved(reference.trim_start_matches('#')),
        None => found,
    }
}
