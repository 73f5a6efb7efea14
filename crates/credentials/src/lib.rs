//! Credentials: made here, and judged here.
//!
//! Passwords, access and refresh tokens, signing keys, API keys, the secrets of bookings and holds, the
//! tokens in mails, keys of repeated requests, PKCE, and the tokens of an OpenID provider outside. All of it
//! is pure and synchronous: instants and random bytes are arguments, and what a decision needs of the past is
//! a value that somebody else has loaded. This crate may not know HTTP, SQL, async, the clock, the environment
//! or any source of randomness, and it knows of bookings and holds only that they have an id. It decides
//! whether a credential is good; what its bearer may do is decided by others.
//!
//! None of the cryptography is its own: argon2id is that of `argon2`, JWT that of `jsonwebtoken`,
//! and all else `aws-lc-rs`, which the TLS of the server is made of as well.
//!
//! Invariants:
//! - A type that holds a secret is redacted in `Debug`, overwritten when it is dropped, and shows the
//!   secret by a method called `expose…` only.
//! - A parser of untrusted text bounds its input before it looks at it, and never panics.
//! - Secrets are compared in constant time, digests too.
//!
//! Known quirk: `zxcvbn` reads the clock once, to know how far a year in a password is from the
//! present one. No test depends on it.
#![forbid(unsafe_code)]

mod access_token;
mod api_key;
mod booking_secret;
mod derived_secret;
mod hold_secret;
mod idempotency_key;
mod instant;
mod oidc_token;
mod one_time_token;
mod opaque;
mod password;
mod pkce;
mod refresh_token;
mod secret_key;
mod signing_key;

pub use access_token::{
    AccessGrant, AccessTokenIssuer, AccessTokenRejection, AccessTokenVerifier, VerifiedAccessToken,
};
pub use api_key::{ApiKey, ParseApiKeyError};
pub use booking_secret::{BookingSecret, BookingSecretKey, OfBooking};
pub use derived_secret::{DerivedSecret, SecretKind};
pub use hold_secret::{HoldSecret, HoldSecretKey, OfHold};
pub use idempotency_key::{IdempotencyKey, IdempotencyKeyring, OpenAnswerError};
pub use oidc_token::{
    NamedOidcKey, OidcKey, OidcKeys, OidcTokenVerifier, ParseOidcKeysError, VerifiedOidcToken,
};
pub use one_time_token::{
    OneTimeToken, OneTimeTokenPurpose, OneTimeTokenRecord, OneTimeTokenRejection,
};
pub use opaque::{ParseTokenError, TokenDigest};
pub use password::{ParsePasswordHashError, Password, PasswordError, PasswordHash};
pub use pkce::{CodeChallenge, CodeVerifier, ParsePkceError};
pub use refresh_token::{
    AuthenticRefreshToken, RefreshFamily, RefreshToken, RefreshTokenKey, Rotation,
};
pub use secrecy::{ExposeSecret, SecretString};
pub use secret_key::{ParseSecretKeyError, SecretKey};
pub use signing_key::{
    OpenSigningKeyError, PublicKey, SigningKey, SigningKeyLife, VerificationKeys,
};
