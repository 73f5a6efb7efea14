//! The first half of the security matrix: every operation refuses every credential that is none, and
//! takes a good one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use booking_client::types::BookingId;
use booking_tests::{
    ALL_SCOPES, Examples, ISSUER, NOW, Request, TestService, alternatives, contract, is_optional,
    is_secured, signed, takes,
};
use contract_witness::Operation;
use credentials::SigningKey;
use serde_json::{Value, json};

use super::callers::{FREE_ALL_TABLES, booking_with_secrets};
use super::demanded;
use crate::issuer::{AUDIENCE, OutsideIssuer, outsider};
use crate::support::{BELLA, MONDAY, book, examples, examples_for, send_in_any_status};

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

/// Credentials of an outside issuer that are none.
async fn bad_outside_credentials(issuer: &OutsideIssuer) -> [(&'static str, String); 3] {
    let claims = outsider("ada");
    let elsewhere = issuer.log_in("another", "ES256", &claims).await.id_token;
    let good = issuer.log_in(AUDIENCE, "ES256", &claims).await.access_token;
    let unsigned = with_header(&good, &json!({ "alg": "none" }), |_| String::new());
    let (message, _) = good.rsplit_once('.').unwrap();
    let forged = format!("{message}.{}", "A".repeat(86));
    [
        ("an outside issuer's, for another audience", elsewhere),
        ("an outside issuer's, not signed", unsigned),
        ("an outside issuer's, wrongly signed", forged),
    ]
    .map(|(what, token)| (what, format!("Bearer {token}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_refuses_every_credential_that_is_none() {
    let issuer = OutsideIssuer::start().await;
    let service = issuer.service().await;
    let booking = book(&service, BELLA, MONDAY, "12:00", 2).await.booking_id;
    service.register("ada@example.com").await;
    service.make_platform_admin("ada@example.com").await;
    let ada = service.login("ada@example.com").await;
    let key = service.signing_key();
    let mut bad = bad_credentials(key, &ada.user_id);
    bad.extend(bad_outside_credentials(&issuer).await);
    let before = service.contents().await;
    let mut cells = 0;
    for operation in contract().operations() {
        if !is_secured(&operation.pointer) {
            continue;
        }
        let asked = |examples: &Examples| examples.request(&operation.id);
        if takes(&operation.pointer, "refreshCookie") {
            cells += refuse_bad_cookies(&service, operation, &booking).await;
            continue;
        }
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
        let needs_one = !is_optional(&operation.pointer);
        if needs_one {
            let nobody = anonymous.clone().anonymous();
            let says = "Bearer realm=".to_owned();
            refused(nobody, 401, "UNAUTHENTICATED", says).await;
            cells += 1;
        }
        if alternatives(&operation.pointer).any(|one| one.contains_key("bookingSecret")) {
            let malformed = anonymous.clone().header("booking-secret", "bs_x");
            let says = "error=\"invalid_key\"".to_owned();
            refused(malformed, 401, "UNAUTHENTICATED", says).await;
            cells += 1;
        }
        for (what, credential) in &bad {
            println!("{}: {what}", operation.id);
            let invalid = "error=\"invalid_token\"".to_owned();
            refused(sent(credential), 401, "UNAUTHENTICATED", invalid).await;
            cells += 1;
        }
        // Who needs no credential may have one that is good for something else.
        for scope in demanded(&operation.pointer)
            .into_iter()
            .filter(|_| needs_one)
        {
            let others: Vec<&str> = ALL_SCOPES
                .split(' ')
                .filter(|other| *other != scope)
                .collect();
            let token = signed(key, ISSUER, ISSUER, &ada.user_id, &others.join(" "), NOW);
            let says = format!("error=\"insufficient_scope\", scope=\"{scope}\"");
            refused(sent(&format!("Bearer {token}")), 403, "FORBIDDEN", says).await;
            cells += 1;
        }
    }
    assert_eq!(service.contents().await, before);
    // All of that for the reason that is named: credentials like them, and good, are let in, and get
    // what they ask for.
    for operation in contract().operations() {
        for (index, alternative) in alternatives(&operation.pointer).enumerate() {
            let (booking, secrets) = booking_with_secrets(&service).await;
            let name = match index {
                0 => operation.id.clone(),
                _ => format!("{}{index}", operation.id),
            };
            let about = examples_for(operation, &booking);
            let about = service.with_account(&about, &name).await;
            let nobody = about.without("access_token").request(&operation.id);
            let request = match alternative.keys().map(String::as_str).collect::<Vec<_>>()[..] {
                // Nobody's booking is to move.
                [] => about
                    .without("access_token")
                    .without("excluding_booking_id")
                    .request(&operation.id)
                    .anonymous(),
                ["oauth"] => about.request(&operation.id),
                ["bookingSecret"] => nobody.header("booking-secret", &secrets.present),
                // The cookie is among the examples of an account.
                ["refreshCookie"] => nobody,
                ref others => panic!("nothing says who has {others:?}: say it here"),
            };
            let answer = send_in_any_status(&service, &booking, &request).await;
            let shown = format!("{}, {alternative:?}: {}", operation.id, answer.text());
            assert!(answer.status < 300, "{shown}");
            service.sql(FREE_ALL_TABLES).await;
            cells += 1;
        }
    }
    println!("{cells} cells of the security matrix, with bad credentials");
    assert!(cells > 0, "no operation demands a credential");
}

/// Asks an operation of a browser's login with cookies that are none. Gives how many there were.
async fn refuse_bad_cookies(
    service: &TestService,
    operation: &Operation,
    booking: &BookingId,
) -> usize {
    let stranger = format!("rt_{}", "A".repeat(70));
    let bad = [None, Some(""), Some("x"), Some(&*stranger)];
    for token in bad {
        let about = examples(booking);
        let about = match token {
            Some(token) => about.with("refresh_token", token),
            None => about,
        };
        let answer = service
            .send(&about.request(&operation.id).anonymous())
            .await;
        let shown = format!("{}, {token:?}: {}", operation.id, answer.text());
        assert_eq!(answer.status, 401, "{shown}");
        assert_eq!(answer.refusal().code, "UNAUTHENTICATED", "{shown}");
        assert!(answer.header("www-authenticate").is_some(), "{shown}");
    }
    bad.len()
}
