//! What is accepted, and what is rejected for which reason.

use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::*;
use crate::signing_key::SigningKeyLife;

const ISSUER: &str = "https://reserve.example";
const AUDIENCE: &str = "https://reserve.example/api/v1";
const NOW: i64 = 1_800_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_random([7; 32])
}

fn keys() -> VerificationKeys {
    let life = SigningKeyLife::new(at(0));
    VerificationKeys::new([(key().public_key().clone(), life)])
}

fn grant() -> AccessGrant {
    AccessGrant {
        subject: "usr_1".to_owned(),
        client_id: "web".to_owned(),
        scope: "bookings:read bookings:write".to_owned(),
        family_id: Uuid::from_u128(5),
        authenticated_at: at(NOW - 100),
    }
}

fn issue() -> SecretString {
    AccessTokenIssuer::new(ISSUER, AUDIENCE).issue(&key(), &grant(), [3; 16], at(NOW))
}

fn verify_at(token: &str, second: i64) -> Result<VerifiedAccessToken, AccessTokenRejection> {
    AccessTokenVerifier::new(ISSUER, AUDIENCE).verify(&keys(), token, at(second))
}

fn rejection_of(token: &str) -> AccessTokenRejection {
    verify_at(token, NOW).unwrap_err()
}

/// The parts of a token as JSON.
fn parts(token: &str) -> [Value; 2] {
    let mut parts = token
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    [(); 2].map(|()| serde_json::from_slice(&parts.next().unwrap()).unwrap())
}

fn encode_part(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// A token with these parts, which the right key has signed.
fn signed(header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode_part(header), encode_part(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key().encoding(), ALGORITHM);
    format!("{message}.{}", signature.unwrap())
}

/// The usual token with one thing changed by whoever has the key.
fn altered(change: impl FnOnce(&mut Value, &mut Value)) -> String {
    let [mut header, mut claims] = parts(issue().expose_secret());
    change(&mut header, &mut claims);
    signed(&header, &claims)
}

#[test]
fn a_token_says_what_it_was_given() {
    let token = issue();
    let [header, claims] = parts(token.expose_secret());
    let key_id = key().public_key().key_id().to_owned();
    assert_eq!(
        header,
        json!({"alg": "EdDSA", "typ": "at+jwt", "kid": key_id})
    );
    assert_eq!(
        claims,
        json!({
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "usr_1",
            "client_id": "web",
            "scope": "bookings:read bookings:write",
            "sid": "00000000-0000-0000-0000-000000000005",
            "auth_time": NOW - 100,
            "iat": NOW,
            "nbf": NOW,
            "exp": NOW + 900,
            "jti": "03030303-0303-4303-8303-030303030303",
        })
    );
    let verified = verify_at(token.expose_secret(), NOW).unwrap();
    assert_eq!(verified.grant, grant());
    assert_eq!(verified.expires_at, at(NOW + 900));
}

#[test]
fn a_token_is_good_for_fifteen_minutes_and_half_a_minute_ahead() {
    let token = issue();
    let known = verify_at(token.expose_secret(), NOW).unwrap();
    let verify_at = |second| {
        let rejection = verify_at(token.expose_secret(), second).err();
        // Whoever has verified it before is told the same.
        assert_eq!(known.check(&keys(), at(second)).err(), rejection);
        rejection
    };
    assert_eq!(verify_at(NOW - 31), Some(AccessTokenRejection::NotYetValid));
    assert_eq!(verify_at(NOW - 30), None);
    assert_eq!(verify_at(NOW + 899), None);
    assert_eq!(verify_at(NOW + 900), Some(AccessTokenRejection::Expired));
}

#[test]
fn what_is_no_token_is_malformed() {
    let token = issue();
    let token = token.expose_secret();
    let (message, _) = token.rsplit_once('.').unwrap();
    for text in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "re_key".to_owned(),
        message.to_owned(),
        format!("{token}."),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}.{token}"),
        "a".repeat(MAX_BYTES + 1),
        format!("{}.e30.", encode_part(&json!([]))),
        format!("{}.e30.", encode_part(&json!({"alg": 1}))),
    ] {
        assert_eq!(
            rejection_of(&text),
            AccessTokenRejection::Malformed,
            "{text}"
        );
    }
}

#[test]
fn a_longer_token_is_not_looked_at() {
    let token = altered(|_, claims| claims["scope"] = json!("s".repeat(MAX_BYTES)));
    assert_eq!(rejection_of(&token), AccessTokenRejection::Malformed);
}

#[test]
fn every_claim_is_needed() {
    let [header, claims] = parts(issue().expose_secret());
    for claim in claims.as_object().unwrap().keys() {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(claim);
        assert_eq!(
            rejection_of(&signed(&header, &claims)),
            AccessTokenRejection::Malformed,
            "{claim}"
        );
    }
}

#[test]
fn a_time_beyond_all_calendars_is_malformed() {
    for claim in ["exp", "nbf", "auth_time"] {
        let token = altered(|_, claims| claims[claim] = json!(i64::MAX));
        assert_eq!(
            rejection_of(&token),
            AccessTokenRejection::Malformed,
            "{claim}"
        );
    }
}

#[test]
fn a_critical_header_is_malformed() {
    let token = altered(|header, _| header["crit"] = json!(["exp"]));
    assert_eq!(rejection_of(&token), AccessTokenRejection::Malformed);
}

#[test]
fn the_token_does_not_choose_the_algorithm() {
    for algorithm in ["none", "None", "HS256", "ES256", "RS256", "eddsa", ""] {
        let token = altered(|header, _| header["alg"] = json!(algorithm));
        assert_eq!(
            rejection_of(&token),
            AccessTokenRejection::WrongAlgorithm,
            "{algorithm}"
        );
    }
}

/// The classic attack: HMAC with the public key, which everybody has, as its secret.
#[test]
fn an_hmac_under_the_public_key_is_refused() {
    let [mut header, claims] = parts(issue().expose_secret());
    header["alg"] = json!("HS256");
    let message = format!("{}.{}", encode_part(&header), encode_part(&claims));
    let secret = jsonwebtoken::EncodingKey::from_secret(key().public_key().as_bytes());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &secret, Algorithm::HS256);
    let token = format!("{message}.{}", signature.unwrap());
    assert_eq!(rejection_of(&token), AccessTokenRejection::WrongAlgorithm);
}

#[test]
fn another_kind_of_token_is_refused() {
    for kind in [json!("JWT"), json!("dpop+jwt"), json!(""), Value::Null] {
        let token = altered(|header, _| header["typ"] = kind.clone());
        assert_eq!(
            rejection_of(&token),
            AccessTokenRejection::WrongType,
            "{kind}"
        );
    }
    let token = altered(|header, _| header["typ"] = json!("application/at+JWT"));
    assert!(verify_at(&token, NOW).is_ok());
}

#[test]
fn a_key_that_is_not_known_is_refused() {
    let stranger = SigningKey::from_random([8; 32]);
    let issuer = AccessTokenIssuer::new(ISSUER, AUDIENCE);
    let token = issuer.issue(&stranger, &grant(), [3; 16], at(NOW));
    assert_eq!(
        rejection_of(token.expose_secret()),
        AccessTokenRejection::UnknownKey
    );
    let token = altered(|header, _| header["kid"] = Value::Null);
    assert_eq!(rejection_of(&token), AccessTokenRejection::UnknownKey);
}

#[test]
fn a_retired_key_verifies_what_it_signed_and_nothing_later() {
    let life = SigningKeyLife {
        active_from: at(0),
        retired_at: Some(at(NOW)),
    };
    let keys = VerificationKeys::new([(key().public_key().clone(), life)]);
    let verifier = AccessTokenVerifier::new(ISSUER, AUDIENCE);
    let known = verifier.verify(&keys, issue().expose_secret(), at(NOW));
    let known = known.unwrap();
    let verify_at = |second| {
        let token = issue();
        let rejection = verifier.verify(&keys, token.expose_secret(), at(second));
        let rejection = rejection.err();
        assert_eq!(known.check(&keys, at(second)).err(), rejection);
        rejection
    };
    assert_eq!(verify_at(NOW + 899), None);
    assert_eq!(verify_at(NOW + 930), Some(AccessTokenRejection::UnknownKey));
    let removed = known.check(&VerificationKeys::default(), at(NOW));
    assert_eq!(removed, Err(AccessTokenRejection::UnknownKey));
}

#[test]
fn a_key_that_the_token_brings_along_is_not_used() {
    let stranger = SigningKey::from_random([8; 32]);
    let [mut header, claims] = parts(issue().expose_secret());
    header["jwk"] = serde_json::to_value(
        VerificationKeys::new([(stranger.public_key().clone(), SigningKeyLife::new(at(0)))])
            .jwk_set(at(NOW)),
    )
    .unwrap()["keys"][0]
        .clone();
    let message = format!("{}.{}", encode_part(&header), encode_part(&claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), stranger.encoding(), ALGORITHM);
    let token = format!("{message}.{}", signature.unwrap());
    assert_eq!(rejection_of(&token), AccessTokenRejection::BadSignature);
}

#[test]
fn another_issuer_or_audience_is_refused() {
    let token = altered(|_, claims| claims["iss"] = json!("https://reserve.example.org"));
    assert_eq!(rejection_of(&token), AccessTokenRejection::WrongIssuer);
    let token = altered(|_, claims| claims["aud"] = json!("https://reserve.example/api/v2"));
    assert_eq!(rejection_of(&token), AccessTokenRejection::WrongAudience);
}

proptest! {
    #[test]
    fn an_altered_token_is_never_accepted(position: prop::sample::Index, byte in any::<char>()) {
        let token = issue();
        let token = token.expose_secret();
        let position = position.index(token.len());
        prop_assume!(!token[position..].starts_with(byte));
        let altered = format!("{}{byte}{}", &token[..position], &token[position + 1..]);
        prop_assert!(verify_at(&altered, NOW).is_err());
    }

    #[test]
    fn any_text_is_refused_without_panic(text in any::<String>()) {
        prop_assert!(verify_at(&text, NOW).is_err());
    }

    #[test]
    fn any_parts_are_refused_without_panic(
        header in prop::collection::vec(any::<u8>(), 0..200),
        claims in prop::collection::vec(any::<u8>(), 0..200),
        signature in prop::collection::vec(any::<u8>(), 0..70),
    ) {
        let token = [header, claims, signature].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        prop_assert!(verify_at(&token, NOW).is_err());
    }
}
