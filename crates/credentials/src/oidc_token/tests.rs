//! What is accepted of a provider outside, and what is rejected for which reason. Tokens of a real one
//! are judged by the tests of the service.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::signing_key::SigningKey;

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "reserve";
const NOW: i64 = 1_800_000_000;

fn verifier() -> OidcTokenVerifier {
    OidcTokenVerifier::new(ISSUER, AUDIENCE, "email")
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_random([seed; 32])
}

/// The public half of a key, as a provider publishes it.
fn jwk(key: &SigningKey) -> Value {
    json!({
        "kty": "OKP", "crv": "Ed25519", "kid": "one",
        "x": URL_SAFE_NO_PAD.encode(key.public_key().as_bytes()),
    })
}

fn keys(jwks: &[Value]) -> OidcKeys {
    OidcKeys::parse(json!({ "keys": jwks }).to_string().as_bytes()).unwrap()
}

fn header() -> Value {
    json!({"alg": "EdDSA", "kid": "one"})
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "248289761001", "exp": NOW + 60,
        "email": "ada@example.com", "email_verified": true, "name": "Ada Lovelace",
    })
}

fn encode_part(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// A token with these parts, which this key has signed with Ed25519, whatever the header says.
fn signed_by(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode_part(header), encode_part(claims));
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), key.encoding(), Algorithm::EdDSA);
    format!("{message}.{}", signature.unwrap())
}

fn judge(token: &str) -> Result<VerifiedOidcToken, AccessTokenRejection> {
    let verifier = verifier();
    let named = verifier.named_key(token)?;
    let keys = keys(&[jwk(&key(7))]);
    let key = keys.find(&named).ok_or(AccessTokenRejection::UnknownKey)?;
    verifier.verify(key, token, Timestamp::from_second(NOW).unwrap())
}

/// The usual token with one thing changed by the provider itself.
fn judge_with(
    change: impl FnOnce(&mut Value, &mut Value),
) -> Result<VerifiedOidcToken, AccessTokenRejection> {
    let (mut header, mut claims) = (header(), claims());
    change(&mut header, &mut claims);
    judge(&signed_by(&key(7), &header, &claims))
}

#[test]
fn a_token_tells_who_somebody_is() {
    let ada = judge_with(|_, _| ()).unwrap();
    assert_eq!(ada.subject, "248289761001");
    assert_eq!(ada.verified_email.as_deref(), Some("ada@example.com"));
    assert_eq!(ada.name.as_deref(), Some("Ada Lovelace"));
    assert!(!format!("{ada:?}").contains("da@"));
    let token = signed_by(&key(7), &header(), &claims());
    assert!(verifier().is_meant(&token));
    for other in ["https://issuer.example/", "https://ISSUER.example", ""] {
        let verifier = OidcTokenVerifier::new(other, AUDIENCE, "email");
        assert!(!verifier.is_meant(&token), "{other}");
    }
}

#[test]
fn only_an_address_that_is_said_to_be_verified_counts() {
    for (said, counts) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("True"), false),
        (json!(1), false),
        (json!(null), false),
        (json!([true]), false),
    ] {
        let token = judge_with(|_, claims| claims["email_verified"] = said.clone());
        assert_eq!(token.unwrap().verified_email.is_some(), counts, "{said}");
    }
    let odd = judge_with(|_, claims| claims["email"] = json!(["ada@example.com"]));
    assert_eq!(odd.unwrap().verified_email, None);
    let other = OidcTokenVerifier::new(ISSUER, AUDIENCE, "mail");
    let keys = keys(&[jwk(&key(7))]);
    let mut claims = claims();
    claims["mail"] = json!("lovelace@example.com");
    let token = signed_by(&key(7), &header(), &claims);
    let found = keys.find(&other.named_key(&token).unwrap()).unwrap();
    let ada = other.verify(found, &token, Timestamp::from_second(NOW).unwrap());
    let address = ada.unwrap().verified_email;
    assert_eq!(address.as_deref(), Some("lovelace@example.com"));
}

#[test]
fn what_is_not_said_for_this_service_is_rejected() {
    use AccessTokenRejection::*;
    type Change = fn(&mut Value, &mut Value);
    let cases: [(Change, AccessTokenRejection); 17] = [
        (
            |_, claims| claims["iss"] = json!("https://issuer.example/"),
            WrongIssuer,
        ),
        (|_, claims| claims["aud"] = json!("another"), WrongAudience),
        (
            |_, claims| claims["aud"] = json!(["another", "third"]),
            WrongAudience,
        ),
        (|_, claims| claims["aud"] = json!([]), WrongAudience),
        (
            |_, claims| {
                claims.as_object_mut().unwrap().remove("aud");
            },
            Malformed,
        ),
        (
            |_, claims| {
                claims.as_object_mut().unwrap().remove("exp");
            },
            Malformed,
        ),
        (
            |_, claims| {
                claims.as_object_mut().unwrap().remove("sub");
            },
            Malformed,
        ),
        (|_, claims| claims["exp"] = json!(NOW), Expired),
        (|_, claims| claims["exp"] = json!(1e300), Malformed),
        (|_, claims| claims["nbf"] = json!(NOW + 31), NotYetValid),
        (|_, claims| claims["cnf"] = json!({"jkt": "x"}), WrongType),
        (|_, claims| claims["events"] = json!({}), WrongType),
        (|header, _| header["typ"] = json!("logout+jwt"), WrongType),
        (|header, _| header["typ"] = json!("dpop+jwt"), WrongType),
        (|header, _| header["crit"] = json!(["b64"]), Malformed),
        (|header, _| header["kid"] = json!("two"), UnknownKey),
        (
            |header, _| {
                header.as_object_mut().unwrap().remove("kid");
            },
            UnknownKey,
        ),
    ];
    for (number, (change, rejection)) in cases.into_iter().enumerate() {
        assert_eq!(judge_with(change), Err(rejection), "case {number}");
    }
    let accepted: [Change; 6] = [
        (|_, claims| claims["aud"] = json!(["another", AUDIENCE])),
        (|_, claims| claims["exp"] = json!(NOW as f64 + 1.5)),
        (|_, claims| claims["nbf"] = json!(NOW + 30)),
        (|header, _| header["typ"] = json!("JWT")),
        (|header, _| header["typ"] = json!("application/at+jwt")),
        (|_, claims| claims["scope"] = json!("platform:admin")),
    ];
    for (number, change) in accepted.into_iter().enumerate() {
        assert!(judge_with(change).is_ok(), "case {number}");
    }
}

#[test]
fn nobody_else_makes_a_token() {
    // Signed by somebody else, who brings a key along.
    let forger = key(8);
    for brought in [
        json!({}),
        json!({"jwk": jwk(&forger)}),
        json!({"jku": "https://evil.example"}),
    ] {
        let mut header = header();
        header
            .as_object_mut()
            .unwrap()
            .extend(brought.as_object().unwrap().clone());
        let token = signed_by(&forger, &header, &claims());
        assert_eq!(judge(&token), Err(AccessTokenRejection::BadSignature));
    }
    // No signature, and one that everybody can make.
    let public = key(7);
    let public = public.public_key().as_bytes();
    for algorithm in ["none", "None", "HS256", "HS512", "RS1", ""] {
        let header = json!({"alg": algorithm, "kid": "one"});
        let message = format!("{}.{}", encode_part(&header), encode_part(&claims()));
        let secret = jsonwebtoken::EncodingKey::from_secret(public);
        let hmac = jsonwebtoken::crypto::sign(message.as_bytes(), &secret, Algorithm::HS256);
        for signature in [String::new(), hmac.unwrap()] {
            let token = format!("{message}.{signature}");
            assert_eq!(judge(&token), Err(AccessTokenRejection::WrongAlgorithm));
        }
    }
    // An algorithm that the key is not for.
    for algorithm in ["RS256", "PS256", "ES256", "ES384"] {
        let token = signed_by(&key(7), &json!({"alg": algorithm, "kid": "one"}), &claims());
        assert_eq!(judge(&token), Err(AccessTokenRejection::UnknownKey));
    }
}

#[test]
fn only_public_keys_for_signatures_are_taken() {
    let curve = |name: &str| json!({"kty": "EC", "crv": name, "kid": "one", "x": "AA", "y": "AA"});
    let with = |name: &str, value: Value| {
        let mut key = jwk(&key(7));
        key[name] = value;
        key
    };
    let taken = |key: &Value| !keys(std::slice::from_ref(key)).is_empty();
    let rsa = json!({"kty": "RSA", "kid": "one", "n": "AQAB", "e": "AQAB"});
    for key in [
        jwk(&key(7)),
        with("use", json!("sig")),
        with("alg", json!("EdDSA")),
        with("key_ops", json!(["verify"])),
        rsa,
        curve("P-256"),
        curve("P-384"),
    ] {
        assert!(taken(&key), "{key}");
    }
    for key in [
        json!({"kty": "oct", "kid": "one", "k": "AAAA"}),
        json!({"kty": "oct", "kid": "one", "k": "AAAA", "alg": "HS256"}),
        json!({"kty": "AKP", "kid": "one", "alg": "ML-DSA-44", "pub": "AA"}),
        json!("one"),
        curve("P-521"),
        curve("secp256k1"),
        with("crv", json!("X25519")),
        with("use", json!("enc")),
        with("alg", json!("HS256")),
        with("alg", json!("ES256")),
        with("key_ops", json!(["sign"])),
        with("kid", json!(null)),
    ] {
        assert!(!taken(&key), "{key}");
    }
    // One odd key does not hide the others.
    let both = keys(&[json!({"kty": "AKP"}), jwk(&key(7))]);
    assert!(!both.is_empty());
    for text in ["", "[]", "{}", "{\"keys\": {}}"] {
        assert!(OidcKeys::parse(text.as_bytes()).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_without_panic(text in "\\PC{0,60}|[A-Za-z0-9_=-]{0,20}(\\.[A-Za-z0-9_=-]{0,20}){0,4}") {
        prop_assert!(judge(&text).is_err());
        prop_assert!(!verifier().is_meant(&text));
    }

    #[test]
    fn a_token_that_was_altered_is_rejected(position in 0..1000_usize, letter in "[A-Za-z0-9_.-]") {
        let token = signed_by(&key(7), &header(), &claims());
        let position = position % token.len();
        let mut altered = token.clone();
        altered.replace_range(position..=position, &letter);
        prop_assume!(altered != token);
        prop_assert!(judge(&altered).is_err());
    }
}

#[test]
fn a_token_that_is_too_long_is_not_looked_at() {
    let long = signed_by(
        &key(7),
        &header(),
        &json!({"iss": ISSUER, "x": "x".repeat(MAX_BYTES)}),
    );
    assert!(!verifier().is_meant(&long));
    assert_eq!(
        verifier().named_key(&long),
        Err(AccessTokenRejection::Malformed)
    );
}
