//! The security matrix: every operation that demands a credential, asked with every credential
//! that is none. It is made from the contract, so a new operation is in it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use booking_tests::{
    ALL_SCOPES, Examples, ISSUER, NOW, Request, TestService, contract, document, is_secured, signed,
};
use credentials::SigningKey;
use serde_json::{Value, json};

use crate::support::{BELLA, MONDAY, book, examples};

/// The scopes that an operation demands of an access token.
fn demanded(pointer: &str) -> Vec<&'static str> {
    let operation = document().pointer(pointer).unwrap();
    let security = operation.get("security").unwrap_or(&document()["security"]);
    let ways = security.as_array().into_iter().flatten();
    let scopes = ways.filter_map(|way| way["oauth"].as_array()).flatten();
    scopes.filter_map(Value::as_str).collect()
}

/// A token with another header, signed by what `sign` makes of it.
fn with_header(token: &str, header: &Value, sign: impl Fn(&str) -> String) -> String {
    let claims = token.split('.').nth(1).unwrap();
    let message = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header.to_string()));
    let signature = sign(&message);
    format!("{message}.{signature}")
}

/// Credentials that are none, by what is wrong with them.
fn bad_credentials(key: &SigningKey, user_id: &str) -> Vec<(&'static str, String)> {
    let token = |issuer, audience, issued_at| {
        let token = signed(key, issuer, audience, user_id, ALL_SCOPES, issued_at);
        format!("Bearer {token}")
    };
    let good = signed(key, ISSUER, ISSUER, user_id, ALL_SCOPES, NOW);
    let stranger = SigningKey::from_random([1; 32]);
    let key_id = key.public_key().key_id();
    let header = |algorithm: &str| json!({ "alg": algorithm, "typ": "at+jwt", "kid": key_id });
    let last = if good.ends_with('A') { 'Q' } else { 'A' };
    let public_key = key.public_key().as_bytes();
    vec![
        ("malformed", "Bearer x.y.z".to_owned()),
        ("empty", "Bearer ".to_owned()),
        ("of another scheme", "Basic YWRhOmxvdmVsYWNl".to_owned()),
        ("expired", token(ISSUER, ISSUER, "2027-02-08T17:14:00Z")),
        (
            "not yet valid",
            token(ISSUER, ISSUER, "2027-02-08T17:45:00Z"),
        ),
        (
            "wrongly signed",
            format!("Bearer {}{last}", &good[..good.len() - 1]),
        ),
        (
            "signed by a stranger",
            format!(
                "Bearer {}",
                signed(&stranger, ISSUER, ISSUER, user_id, ALL_SCOPES, NOW)
            ),
        ),
        (
            "not signed",
            format!(
                "Bearer {}",
                with_header(&good, &header("none"), |_| String::new())
            ),
        ),
        (
            "an HMAC under the public key",
            format!(
                "Bearer {}",
                with_header(&good, &header("HS256"), |message| {
                    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, public_key);
                    URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()))
                })
            ),
        ),
        (
            "another issuer's",
            token("https://evil.example", ISSUER, NOW),
        ),
        (
            "for another audience",
            token(ISSUER, "https://evil.example", NOW),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_refuses_every_credential_that_is_none() {
    let service = TestService::start().await;
    let booking = book(&service, BELLA, MONDAY, "12:00", 2).await.booking_id;
    service.register("ada@example.com").await;
    let ada = service.login("ada@example.com").await;
    let key = service.signing_key().await;
    let bad = bad_credentials(&key, &ada.user_id);
    let before = service.contents().await;
    let mut cells = 0;
    for operation in contract().operations() {
        if !is_secured(&operation.pointer) {
            continue;
        }
        let asked = |examples: &Examples| examples.request(&operation.id);
        let anonymous = asked(&examples(&booking));
        let sent = |credential: &str| anonymous.clone().header("authorization", credential);
        let refused = |request: Request, status: u16, code: &'static str, says: String| {
            let service = &service;
            let id = operation.id.as_str();
            async move {
                let answer = service.send(&request).await;
                assert!(answer.status >= 400, "{id} lets in {request:?}");
                let shown = format!("{id}, {says}: {}", answer.text());
                assert_eq!(
                    (answer.status, answer.refusal().code.as_str()),
                    (status, code),
                    "{shown}"
                );
                let challenge = answer.header("www-authenticate").unwrap_or_default();
                assert!(challenge.contains(&says), "{shown}: {challenge}");
            }
        };
        refused(
            anonymous.clone(),
            401,
            "UNAUTHENTICATED",
            "Bearer realm=".to_owned(),
        )
        .await;
        cells += 1;
        for (what, credential) in &bad {
            println!("{}: {what}", operation.id);
            let invalid = "error=\"invalid_token\"".to_owned();
            refused(sent(credential), 401, "UNAUTHENTICATED", invalid).await;
            cells += 1;
        }
        for scope in demanded(&operation.pointer) {
            let others: Vec<&str> = ALL_SCOPES
                .split(' ')
                .filter(|other| *other != scope)
                .collect();
            let token = signed(&key, ISSUER, ISSUER, &ada.user_id, &others.join(" "), NOW);
            let says = format!("error=\"insufficient_scope\", scope=\"{scope}\"");
            refused(sent(&format!("Bearer {token}")), 403, "FORBIDDEN", says).await;
            cells += 1;
        }
    }
    assert_eq!(service.contents().await, before);
    // All of that for the reason that is named: a token like them, and good, is let in.
    let good = signed(&key, ISSUER, ISSUER, &ada.user_id, ALL_SCOPES, NOW);
    for operation in contract().operations() {
        if is_secured(&operation.pointer) {
            let request = examples(&booking).with("access_token", good.as_str());
            let answer = service.send(&request.request(&operation.id)).await;
            let shown = format!("{}: {}", operation.id, answer.text());
            assert!(!matches!(answer.status, 401 | 403), "{shown}");
            cells += 1;
        }
    }
    assert!(cells > 0, "no operation demands a credential");
    println!("{cells} cells of the security matrix");
}
