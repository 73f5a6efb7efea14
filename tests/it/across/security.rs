//! The security matrix: every operation that demands a credential, asked with every credential
//! that is none, and by everybody who has a good one. It is made from the contract, so a new operation
//! is in it, or the test says what has to be said of it.

mod bad_credentials;
pub(super) mod callers;
mod expected;

use booking_tests::{TestService, alternatives, contract, is_secured, takes};
use serde_json::Value;

use self::callers::{Asking, Callers, EVERYBODY, FREE_ALL_TABLES, booking_with_secrets};
use self::expected::{Subject, refusal, subject};
use crate::issuer::OutsideIssuer;
use crate::support::{BELLA, cancel, examples_for, send_in_any_status};

/// The scopes that an operation demands of an access token.
fn demanded(pointer: &str) -> Vec<&'static str> {
    let scopes = alternatives(pointer).filter_map(|one| one.get("oauth")?.as_array());
    scopes.flatten().filter_map(Value::as_str).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_serves_whom_it_is_for_and_nobody_else() {
    let issuer = OutsideIssuer::start().await;
    let service = issuer.service().await;
    let callers = Callers::new(&service, &issuer).await;
    let mut cells = 0;
    for operation in contract().operations() {
        // Whose login it is, is all that an operation of a browser's login asks.
        let is_of_browsers = takes(&operation.pointer, "refreshCookie");
        if !is_secured(&operation.pointer) || is_of_browsers {
            continue;
        }
        let id = operation.id.as_str();
        let scopes = demanded(&operation.pointer);
        let [scope] = scopes.as_slice() else {
            panic!("{id} demands {scopes:?}: say who may ask it");
        };
        let subject = subject(operation, &scopes);
        let takes_secrets =
            alternatives(&operation.pointer).any(|one| one.contains_key("bookingSecret"));
        let mut fresh = 0;
        let (booking, secrets) = booking_with_secrets(&service).await;
        let about = service
            .with_subjects(&examples_for(operation, &booking), &format!("{id}{fresh}"))
            .await;
        let before = service.contents().await;
        let (refused, served): (Vec<_>, Vec<_>) = EVERYBODY
            .into_iter()
            .partition(|asking| refusal(*asking, subject, scope, takes_secrets).is_some());
        for asking in refused {
            let status = refusal(asking, subject, scope, takes_secrets);
            let request = callers.ask(asking, scope, &about.request(id), &secrets);
            suspend(&service, asking, "now()").await;
            let answer = service.send(&request).await;
            suspend(&service, asking, "NULL").await;
            let shown = format!("{id}, {asking:?}: {}", answer.text());
            assert_eq!(Some(answer.status), status, "{shown}");
            cells += 1;
        }
        assert_eq!(
            service.contents().await,
            before,
            "{id} changes something for nobody"
        );
        cancel(&service, &booking).await;
        for asking in served {
            fresh += 1;
            let (booking, secrets) = booking_with_secrets(&service).await;
            let name = format!("{id}{fresh}");
            let about = service
                .with_subjects(&examples_for(operation, &booking), &name)
                .await;
            let request = callers.ask(asking, scope, &about.request(id), &secrets);
            suspend(&service, asking, "now()").await;
            let answer = send_in_any_status(&service, &booking, &request).await;
            suspend(&service, asking, "NULL").await;
            let shown = format!("{id}, {asking:?}: {}", answer.text());
            // These accounts have no password and no invitation, which is looked at behind the door. That
            // who has them succeeds, is told by the first half.
            let is_in = answer.status < 300
                || subject == Subject::Account
                    && matches!(&*answer.refusal().code, "WRONG_PASSWORD" | "INVALID_TOKEN");
            assert!(is_in, "{shown}");
            service.sql(FREE_ALL_TABLES).await;
            cells += 1;
        }
    }
    println!("{cells} cells of the security matrix, with everybody");
    assert!(cells > 0, "no operation demands a credential");
}

/// Suspends the restaurant, or lets it go on, if somebody asks while it is suspended.
async fn suspend(service: &TestService, asking: Asking, at: &str) {
    if asking.is_suspended() {
        let suspend = format!("UPDATE restaurants SET suspended_at = {at}");
        service
            .sql(&format!("{suspend} WHERE restaurant_id = {BELLA}"))
            .await;
    }
}
