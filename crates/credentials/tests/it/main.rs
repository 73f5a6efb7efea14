//! What holds for every parser of untrusted text: it never panics, and its bound is looked at
//! before the text is, so that a caller cannot make it allocate.
//!
//! The allocations are counted for this whole binary, which is why it is one of its own.

use credentials::{
    AccessTokenVerifier, ApiKey, BookingSecret, CodeChallenge, CodeVerifier, OneTimeToken,
    OneTimeTokenPurpose, Password, PasswordHash, PublicKey, RefreshToken, SecretKey, SigningKey,
    SigningKeyLife, VerificationKeys,
};
use jiff::Timestamp;
use proptest::prelude::*;

type Parser = (&'static str, fn(&str));

/// Every parser of this crate, with what its texts begin with.
const PARSERS: [Parser; 13] = [
    ("", verify_access_token),
    ("re_", |text| drop(ApiKey::parse(text))),
    ("bs_", |text| drop(BookingSecret::parse(text))),
    ("rt_", |text| drop(RefreshToken::parse(text))),
    ("ev_", |text| {
        drop(OneTimeToken::parse(
            OneTimeTokenPurpose::EmailVerification,
            text,
        ))
    }),
    ("pr_", |text| {
        drop(OneTimeToken::parse(
            OneTimeTokenPurpose::PasswordReset,
            text,
        ))
    }),
    ("in_", |text| {
        drop(OneTimeToken::parse(
            OneTimeTokenPurpose::StaffInvitation,
            text,
        ))
    }),
    ("ac_", |text| {
        drop(OneTimeToken::parse(
            OneTimeTokenPurpose::AuthorizationCode,
            text,
        ))
    }),
    ("", |text| drop(CodeChallenge::parse(text))),
    ("", |text| drop(CodeVerifier::parse(text))),
    ("", |text| drop(Password::parse(text))),
    ("$argon2id$v=19$", |text| drop(PasswordHash::parse(text))),
    ("", |text| drop(SecretKey::parse(text))),
];

fn verify_access_token(token: &str) {
    let key = PublicKey::from_bytes(*SigningKey::from_random([7; 32]).public_key().as_bytes());
    let life = SigningKeyLife::new(Timestamp::UNIX_EPOCH);
    let keys = VerificationKeys::new([(key, life)]);
    let verifier = AccessTokenVerifier::new("https://issuer.example", "https://audience.example");
    let verified = verifier.verify(&keys, token, Timestamp::UNIX_EPOCH);
    assert!(verified.is_err());
}

/// Bytes that a parser allocates at the most, for its own values: a verifier, keys, an error, or
/// a password's room for normalization.
const BOUND: u64 = 16 * 1024;

fn allocated(parser: fn(&str), text: &str) -> u64 {
    allocation_counter::measure(|| parser(text)).bytes_total
}

#[test]
fn a_megabyte_costs_no_more_than_a_line() {
    for filling in [
        "a",
        "A",
        "0",
        ".",
        "eyJhbGciOiJFZERTQSJ9.",
        "ß",
        "\u{fdfa}",
        "$",
        "\0",
        "{\"a\":[",
    ] {
        for (prefix, parser) in PARSERS {
            let text = format!("{prefix}{}", filling.repeat((1 << 20) / filling.len()));
            let bytes = allocated(parser, &text);
            assert!(bytes < BOUND, "{prefix:?} {filling:?}: {bytes}");
        }
    }
}

#[test]
fn the_counter_counts() {
    assert!(allocated(|text| drop(text.to_owned()), &"a".repeat(100_000)) >= 100_000);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic_and_within_the_bound(
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let text = String::from_utf8_lossy(&bytes);
        for (prefix, parser) in PARSERS {
            let text = format!("{prefix}{text}");
            prop_assert!(allocated(parser, &text) < BOUND, "{prefix:?}");
        }
    }
}
