//! Whoever an OpenID provider outside identifies: the provider is a real one, in a process of its own.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use booking_client::types::{Account, ErrorCode, RestaurantChange};
use booking_tests::TestService;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::issuer::{AUDIENCE, OutsideIssuer, part};
use crate::support::{BELLA, HIRSCH, MONDAY, Sent, book, refused};

const UNAUTHENTICATED: (u16, ErrorCode) = (401, ErrorCode::Unauthenticated);
const UNAVAILABLE: (u16, ErrorCode) = (503, ErrorCode::ServiceUnavailable);

fn ada() -> Value {
    json!({ "sub": "1", "email": "Ada@example.com", "email_verified": true, "name": "Ada Lovelace" })
}

/// It is now so long after the token was made, by the provider's clock, which is the system's.
fn after(service: &TestService, token: &str, minutes: i64) {
    let issued_at = part(token, 1)["iat"].as_i64().unwrap();
    let issued_at = Timestamp::from_second(issued_at).unwrap();
    service.set_clock(&(issued_at + SignedDuration::from_mins(minutes)).to_string());
}

async fn me(service: &TestService, token: &str) -> Sent<Account> {
    service.client().get_me().oauth(token).send().await
}

/// Whose account the token opens.
async fn user_of(service: &TestService, token: &str) -> String {
    me(service, token).await.unwrap().user_id.to_string()
}

async fn refuses(service: &TestService, token: &str, (status, code): (u16, ErrorCode)) {
    let refusal = refused(me(service, token).await, status, code);
    let waits = (status == 503).then_some(Duration::from_secs(30));
    assert_eq!(refusal.retry_after, waits);
}

/// A token with another header, claims and signature: each is as it was where `None` is given.
fn altered(token: &str, header: Option<Value>, claims: Option<Value>) -> String {
    let encode = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    if let Some(header) = header {
        parts[0] = encode(header);
    }
    if let Some(claims) = claims {
        parts[1] = encode(claims);
    }
    parts.join(".")
}

/// The same token as one of a key that does not exist.
fn with_unknown_key(token: &str) -> String {
    let mut header = part(token, 0);
    header["kid"] = json!("unknown");
    altered(token, Some(header), None)
}

#[tokio::test]
async fn somebody_is_known_by_issuer_and_subject_whatever_the_address_becomes() {
    let issuer = OutsideIssuer::start().await;
    let service = issuer.service().await;
    let token = issuer.id_token(&ada()).await;
    after(&service, &token, 0);
    let account = me(&service, &token).await.unwrap().into_inner();
    assert_eq!(account.name.as_str(), "Ada Lovelace");
    assert_eq!(account.email.as_str(), "ada@example.com");

    for (address, is_verified) in [("eve@example.com", true), ("ada@example.com", false)] {
        let mut claims = ada();
        claims["email"] = json!(address);
        claims["email_verified"] = json!(is_verified);
        let token = issuer.id_token(&claims).await;
        after(&service, &token, 0);
        let same = me(&service, &token).await.unwrap().into_inner();
        assert_eq!(same, account);
    }
    // The address belongs to the account, and another subject that has it is the same person.
    let mut claims = ada();
    claims["sub"] = json!("2");
    let token = issuer.id_token(&claims).await;
    after(&service, &token, 0);
    assert_eq!(user_of(&service, &token).await, account.user_id.as_str());
    claims["email"] = json!("grace@example.com");
    claims["sub"] = json!("3");
    let token = issuer.id_token(&claims).await;
    after(&service, &token, 0);
    assert_ne!(user_of(&service, &token).await, account.user_id.as_str());
}

#[tokio::test]
async fn account_that_is_there_is_linked_by_a_verified_address_only() {
    let issuer = OutsideIssuer::start().await;
    let service = issuer.service().await;
    service.register("ada@example.com").await;
    let login = service.login("ada@example.com").await;
    let booking = book(&service, BELLA, MONDAY, "19:00", 2).await;

    for odd in [
        json!({ "sub": "1", "email": "ada@example.com", "email_verified": false }),
        json!({ "sub": "1", "email": "ada@example.com" }),
        json!({ "sub": "1", "email": "ada", "email_verified": true }),
        json!({ "sub": "1", "mail": "ada@example.com", "email_verified": true }),
    ] {
        let token = issuer.id_token(&odd).await;
        after(&service, &token, 0);
        let before = service.contents().await;
        refuses(&service, &token, UNAUTHENTICATED).await;
        assert_eq!(service.contents().await, before);
    }
    let token = issuer.id_token(&ada()).await;
    after(&service, &token, 0);
    assert_eq!(user_of(&service, &token).await, login.user_id);
    let bookings = service.client().list_my_bookings().oauth(token.as_str());
    let bookings = bookings.send().await.unwrap().into_inner().data;
    assert_eq!(bookings[0].booking_id, booking.booking_id);
    // Whoever knows the password is let in as before.
    service.set_clock(booking_tests::NOW);
    assert_eq!(
        service.login("ada@example.com").await.user_id,
        login.user_id
    );
}

#[tokio::test]
async fn what_a_token_says_of_rights_is_not_read() {
    let issuer = OutsideIssuer::start().await;
    let service = issuer.service().await;
    service.register("ada@example.com").await;
    let user = service.login("ada@example.com").await.user_id;
    service.make_platform_admin("ada@example.com").await;
    service.hire(&user, BELLA, "manager").await;
    let mut claims = ada();
    let rights = json!(["platform:admin", "owner", "restaurant:manage"]);
    claims["roles"] = rights.clone();
    claims["groups"] = rights;
    claims["scope"] = json!("platform:admin restaurant:manage staff:manage");
    let tokens = issuer.log_in(AUDIENCE, "ES256", &claims).await;
    assert_eq!(part(&tokens.id_token, 1)["roles"], claims["roles"]);
    assert_eq!(part(&tokens.access_token, 1)["scope"], "platform:admin");
    for token in [&tokens.id_token, &tokens.access_token] {
        after(&service, token, 0);
        let (client, token) = (service.client(), token.as_str());
        let bookings = |restaurant| {
            client
                .list_bookings()
                .restaurant_id(restaurant)
                .oauth(token)
        };
        // What a manager may: in the one restaurant, and no more there.
        bookings(BELLA).send().await.unwrap();
        refused(
            bookings(HIRSCH).send().await,
            404,
            ErrorCode::RestaurantNotFound,
        );
        let staff = client.list_staff().restaurant_id(BELLA).oauth(token);
        refused(staff.send().await, 403, ErrorCode::Forbidden);
        // An administrator of the installation logs in here.
        let suspend = client
            .suspend_restaurant()
            .restaurant_id(HIRSCH)
            .oauth(token);
        refused(suspend.send().await, 403, ErrorCode::Forbidden);
    }
    // The log knows them as everybody else.
    let update = service.client().update_restaurant().restaurant_id(BELLA);
    let change = RestaurantChange::builder()
        .cuisine("Sicilian")
        .build()
        .unwrap();
    let update = update
        .oauth(tokens.id_token.as_str())
        .if_match("*")
        .body(change);
    update.send().await.unwrap();
    let actors = "SELECT actor_kind || ' ' || actor_id FROM audit_events
        WHERE action = 'update_restaurant'";
    assert_eq!(service.rows(actors).await, [format!("user {user}")]);
}

#[tokio::test]
async fn only_what_the_provider_has_signed_for_this_service_is_accepted() {
    let issuer = OutsideIssuer::start().await;
    let service = issuer.service().await;
    for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
        let tokens = issuer.log_in(AUDIENCE, algorithm, &ada()).await;
        let header = part(&tokens.access_token, 0);
        assert_eq!(
            (&header["alg"], &header["typ"]),
            (&json!(algorithm), &json!("at+jwt"))
        );
        after(&service, &tokens.access_token, 0);
        me(&service, &tokens.access_token).await.unwrap();
        me(&service, &tokens.id_token).await.unwrap();
    }

    let elsewhere = issuer.log_in("another", "ES256", &ada()).await.id_token;
    let tokens = issuer.log_in(AUDIENCE, "RS256", &ada()).await;
    let token = tokens.access_token;
    after(&service, &token, 0);
    refuses(&service, &elsewhere, UNAUTHENTICATED).await;
    let mut claims = part(&token, 1);
    claims["sub"] = json!("2");
    claims["email"] = json!("grace@example.com");
    let header = part(&token, 0);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let mut forged = vec![
        altered(&token, None, Some(claims.clone())),
        format!("{message}."),
        format!("{message}.{}", &signature[4..]),
        with_unknown_key(&token),
    ];
    // Another of the provider's keys, and no key at all.
    for (name, value) in [
        ("kid", part(&tokens.id_token, 0)["kid"].clone()),
        ("alg", json!("ES256")),
        ("alg", json!("none")),
        ("typ", json!("logout+jwt")),
        ("crit", json!(["exp"])),
    ] {
        let mut header = header.clone();
        header[name] = value;
        forged.push(altered(&token, Some(header.clone()), None));
        let unsigned = altered(&token, Some(header), Some(claims.clone()));
        let (message, _) = unsigned.rsplit_once('.').unwrap();
        forged.push(format!("{message}."));
    }
    // What everybody knows of the key is no secret to sign with.
    let keys = issuer.keys().await;
    let public = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let modulus = URL_SAFE_NO_PAD
        .decode(public["n"].as_str().unwrap())
        .unwrap();
    for secret in [public.to_string().into_bytes(), modulus] {
        let mut header = header.clone();
        header["alg"] = json!("HS256");
        let token = altered(&token, Some(header), Some(claims.clone()));
        let (message, _) = token.rsplit_once('.').unwrap();
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let signature = hmac::sign(&secret, message.as_bytes());
        forged.push(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)));
    }
    let before = service.contents().await;
    for forged in forged {
        refuses(&service, &forged, UNAUTHENTICATED).await;
    }
    assert_eq!(service.contents().await, before);
    me(&service, &token).await.unwrap();
    let expiry = part(&token, 1)["exp"].as_i64().unwrap();
    service.set_clock(&Timestamp::from_second(expiry).unwrap().to_string());
    refuses(&service, &token, UNAUTHENTICATED).await;
}

#[tokio::test]
async fn keys_are_fetched_once_for_all_and_anew_when_they_have_changed() {
    let mut issuer = OutsideIssuer::start().await;
    let service = issuer.service().await;
    let first = issuer.id_token(&ada()).await;
    after(&service, &first, 0);
    let before = issuer.fetches().await;
    let requests = (0..20).map(|_| me(&service, &first));
    for answer in futures_util::future::join_all(requests).await {
        answer.unwrap();
    }
    assert_eq!(issuer.fetches().await, before + 1);
    // Names of keys that are made up do not have it asked again.
    for _ in 0..5 {
        refuses(&service, &with_unknown_key(&first), UNAUTHENTICATED).await;
    }
    assert_eq!(issuer.fetches().await, before + 1);

    issuer.restart();
    let second = issuer.id_token(&ada()).await;
    after(&service, &first, 1);
    let known = user_of(&service, &second).await;
    assert_eq!(issuer.fetches().await, 1);
    refuses(&service, &first, UNAUTHENTICATED).await;
    assert_eq!(user_of(&service, &second).await, known);
    assert_eq!(issuer.fetches().await, 1);
    // A key that is known is looked at again, too: it may have been withdrawn.
    issuer.restart();
    after(&service, &first, 10);
    assert_eq!(user_of(&service, &second).await, known);
    after(&service, &first, 11);
    refuses(&service, &second, UNAUTHENTICATED).await;
}

#[tokio::test]
async fn outage_of_the_provider_is_survived_for_a_day() {
    let mut issuer = OutsideIssuer::start().await;
    let service = issuer.service().await;
    let token = issuer.id_token(&ada()).await;
    after(&service, &token, 0);
    let user = user_of(&service, &token).await;
    issuer.stop();
    for minutes in [5, 60, 24 * 60 - 1] {
        after(&service, &token, minutes);
        assert_eq!(user_of(&service, &token).await, user);
        refuses(&service, &with_unknown_key(&token), UNAVAILABLE).await;
    }
    after(&service, &token, 24 * 60);
    refuses(&service, &token, UNAVAILABLE).await;
    // What does not need it goes on.
    service.client().get_me().send().await.unwrap();

    issuer.restart();
    let token = issuer.id_token(&ada()).await;
    after(&service, &token, 0);
    assert_eq!(user_of(&service, &token).await, user);
}

#[tokio::test]
async fn service_starts_before_its_provider() {
    let mut issuer = OutsideIssuer::absent().await;
    let service = issuer.service().await;
    service.register("ada@example.com").await;
    let login = service.login("ada@example.com").await;
    issuer.restart();
    let token = issuer.id_token(&ada()).await;
    after(&service, &token, 1);
    assert_eq!(user_of(&service, &token).await, login.user_id);
}

#[tokio::test]
async fn provider_that_is_not_whom_the_settings_name_is_not_believed() {
    let issuer = OutsideIssuer::start().await;
    let token = issuer.id_token(&ada()).await;
    let mut claims = part(&token, 1);
    let name = claims["iss"].as_str().unwrap().to_owned();
    // It calls itself otherwise; it does not speak TLS.
    let others = [
        format!("{name}/"),
        name.replace("http://127.0.0.1", "https://localhost"),
    ];
    for other in others {
        let service = TestService::start_with_options(|options| {
            issuer.trust(options);
            options.identity.oidc.as_mut().unwrap().issuer = other.parse().unwrap();
        });
        let service = service.await;
        after(&service, &token, 0);
        // Its own name is none that the service knows.
        refuses(&service, &token, UNAUTHENTICATED).await;
        claims["iss"] = json!(other);
        let token = altered(&token, None, Some(claims.clone()));
        refuses(&service, &token, UNAVAILABLE).await;
    }
    assert_eq!(issuer.fetches().await, 0);
}
