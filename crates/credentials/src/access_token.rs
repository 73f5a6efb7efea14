//! Access tokens: JWT (RFC 7519) in the profile of RFC 9068, signed with Ed25519, judged as RFC 8725
//! asks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::instant::later;
use crate::opaque::TokenDigest;
use crate::signing_key::{SigningKey, VerificationKeys};

/// For how long a token is good.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// By how much the clock of a server may be ahead of another's.
pub(crate) const LEEWAY: SignedDuration = SignedDuration::from_secs(30);

/// The longest token that is looked at, in bytes.
const MAX_BYTES: usize = 4096;

/// `typ` of the header (RFC 9068 §2.1).
const TYPE: &str = "at+jwt";

/// The one algorithm, `alg` of the header: Ed25519 (RFC 8037 §3.1).
const ALGORITHM: Algorithm = Algorithm::EdDSA;
const ALGORITHM_NAME: &str = "EdDSA";

/// What a token says of whoever bears it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessGrant {
    /// `sub`: the account.
    pub subject: String,
    /// `client_id`: the program that the token was given to.
    pub client_id: String,
    /// `scope`: what the program may do at the most, words separated by single spaces
    /// (RFC 6749 §3.3).
    pub scope: String,
    /// `sid`: the family of refresh tokens that it was given out with, which is the login.
    pub family_id: Uuid,
    /// `auth_time`: when the account's owner gave the password, in whole seconds.
    pub authenticated_at: Timestamp,
}

/// A token whose signature and times are good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedAccessToken {
    /// What it says.
    pub grant: AccessGrant,
    /// `jti`: its own id.
    pub token_id: Uuid,
    /// `exp`: when it ends.
    pub expires_at: Timestamp,
    /// `nbf`: when it begins.
    not_before: Timestamp,
    /// `kid`: the key that has signed it.
    key_id: String,
}

impl VerifiedAccessToken {
    /// Whether it still is to be believed now. Who looks at a token again need not try its signature again,
    /// which is right for good: a key's id is made of the key.
    ///
    /// # Errors
    /// [`AccessTokenRejection::UnknownKey`], [`AccessTokenRejection::Expired`],
    /// [`AccessTokenRejection::NotYetValid`].
    pub fn check(
        &self,
        keys: &VerificationKeys,
        now: Timestamp,
    ) -> Result<(), AccessTokenRejection> {
        if keys.find(&self.key_id, now).is_none() {
            return Err(AccessTokenRejection::UnknownKey);
        }
        if now >= self.expires_at {
            return Err(AccessTokenRejection::Expired);
        }
        if later(now, LEEWAY) < self.not_before {
            return Err(AccessTokenRejection::NotYetValid);
        }
        Ok(())
    }
}

/// Why a token is not accepted: for the log and for tests. Callers hear `invalid_token` for all of
/// them (RFC 6750 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AccessTokenRejection {
    /// It is no JWT, or too long, or lacks a claim, or has a critical header that nobody knows.
    #[error("the token is malformed")]
    Malformed,
    /// `alg` is not EdDSA; of a provider outside, none that signs with a private key.
    #[error("the token is signed by an algorithm that is not accepted")]
    WrongAlgorithm,
    /// `typ` is not `at+jwt`, an ID token's for one; of a provider outside, neither of both, or it is
    /// good with a proof of possession only.
    #[error("the token is of a type that is not accepted")]
    WrongType,
    /// `kid` is missing, or is no key that verifies at this time, or not by this algorithm.
    #[error("the token's key is not known")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// `iss` is another.
    #[error("the token is another issuer's")]
    WrongIssuer,
    /// `aud` is another.
    #[error("the token is for another audience")]
    WrongAudience,
    /// `exp` has come.
    #[error("the token has expired")]
    Expired,
    /// `nbf` is to come, by more than the leeway of 30 seconds.
    #[error("the token is not valid yet")]
    NotYetValid,
}

/// The claims as they travel (RFC 9068 §2.2). Times are seconds since 1970.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    client_id: String,
    scope: String,
    sid: Uuid,
    auth_time: i64,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
}

/// Makes access tokens.
#[derive(Debug, Clone)]
pub struct AccessTokenIssuer {
    issuer: String,
    audience: String,
}

impl AccessTokenIssuer {
    /// For how long a token is good: 15 minutes. It is `expires_in` of RFC 6749 §5.1.
    pub const LIFETIME: SignedDuration = LIFETIME;

    /// Makes tokens with these as `iss` and `aud`.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
        }
    }

    /// A token that is good from now on, for [`Self::LIFETIME`]. Its id is made of 16 fresh random
    /// bytes. That the key signs at this time is the caller's to know.
    #[must_use]
    pub fn issue(
        &self,
        key: &SigningKey,
        grant: &AccessGrant,
        token_id: [u8; 16],
        now: Timestamp,
    ) -> SecretString {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: grant.subject.clone(),
            client_id: grant.client_id.clone(),
            scope: grant.scope.clone(),
            sid: grant.family_id,
            auth_time: grant.authenticated_at.as_second(),
            iat: now.as_second(),
            nbf: now.as_second(),
            exp: later(now, LIFETIME).as_second(),
            jti: uuid::Builder::from_random_bytes(token_id).into_uuid(),
        };
        let mut header = Header::new(ALGORITHM);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.public_key().key_id().to_owned());
        let token = jsonwebtoken::encode(&header, &claims, key.encoding());
        token
            .expect("claims have a JSON form, and the key is of the algorithm")
            .into()
    }
}

/// Judges access tokens.
#[derive(Debug, Clone)]
pub struct AccessTokenVerifier(Validation);

impl AccessTokenVerifier {
    /// Accepts tokens of this issuer for this audience, and no others.
    #[must_use]
    pub fn new(issuer: &str, audience: &str) -> Self {
        let mut validation = Validation::new(ALGORITHM);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        // The library would ask the system's clock; times are judged below, by the instant given.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self(validation)
    }

    /// What the token says, if it is to be believed now.
    ///
    /// # Errors
    /// The first [`AccessTokenRejection`] in the order: form, algorithm, type, key, signature, issuer,
    /// audience, times.
    pub fn verify(
        &self,
        keys: &VerificationKeys,
        token: &str,
        now: Timestamp,
    ) -> Result<VerifiedAccessToken, AccessTokenRejection> {
        let header = UntrustedHeader::parse(token, MAX_BYTES)?;
        if header.alg != ALGORITHM_NAME {
            return Err(AccessTokenRejection::WrongAlgorithm);
        }
        if !header.typ.is_some_and(|typ| is_access_token_type(&typ)) {
            return Err(AccessTokenRejection::WrongType);
        }
        let key_id = header.kid.ok_or(AccessTokenRejection::UnknownKey)?;
        let key = keys.find(&key_id, now);
        let key = key.ok_or(AccessTokenRejection::UnknownKey)?;
        let token = jsonwebtoken::decode::<Claims>(token, key, &self.0);
        let claims = token.map_err(|error| rejection(error.kind()))?.claims;
        let verified = VerifiedAccessToken {
            grant: AccessGrant {
                subject: claims.sub,
                client_id: claims.client_id,
                scope: claims.scope,
                family_id: claims.sid,
                authenticated_at: instant(claims.auth_time)?,
            },
            token_id: claims.jti,
            expires_at: instant(claims.exp)?,
            not_before: instant(claims.nbf)?,
            key_id,
        };
        verified.check(keys, now)?;
        Ok(verified)
    }

    /// What a token is told by from others, for whoever remembers those that were verified.
    ///
    /// # Errors
    ///
    /// It is longer than any of ours: then nothing is computed.
    pub fn digest(token: &str) -> Result<TokenDigest, AccessTokenRejection> {
        if token.len() > MAX_BYTES {
            return Err(AccessTokenRejection::Malformed);
        }
        Ok(TokenDigest::new("access-token", token.as_bytes()))
    }
}

/// What of a header is looked at before the signature is. Keys that a token brings along (`jwk`,
/// `jku`, `x5c`) are not even read.
#[derive(Deserialize)]
pub(crate) struct UntrustedHeader {
    pub(crate) alg: String,
    pub(crate) typ: Option<String>,
    pub(crate) kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

impl UntrustedHeader {
    pub(crate) fn parse(token: &str, max_bytes: usize) -> Result<Self, AccessTokenRejection> {
        if token.len() > max_bytes {
            return Err(AccessTokenRejection::Malformed);
        }
        let (header, _) = token
            .split_once('.')
            .ok_or(AccessTokenRejection::Malformed)?;
        let header = URL_SAFE_NO_PAD
            .decode(header)
            .map_err(|_| AccessTokenRejection::Malformed)?;
        let header: Self =
            serde_json::from_slice(&header).map_err(|_| AccessTokenRejection::Malformed)?;
        // What is critical has to be understood, and nothing is (RFC 7515 §4.1.11).
        if header.crit.is_some() {
            return Err(AccessTokenRejection::Malformed);
        }
        Ok(header)
    }
}

/// RFC 9068 §4 allows the long form, too.
pub(crate) fn is_access_token_type(typ: &str) -> bool {
    typ.eq_ignore_ascii_case(TYPE) || typ.eq_ignore_ascii_case("application/at+jwt")
}

pub(crate) fn rejection(error: &ErrorKind) -> AccessTokenRejection {
    match error {
        ErrorKind::InvalidAlgorithm => AccessTokenRejection::WrongAlgorithm,
        ErrorKind::InvalidSignature => AccessTokenRejection::BadSignature,
        ErrorKind::InvalidIssuer => AccessTokenRejection::WrongIssuer,
        ErrorKind::InvalidAudience => AccessTokenRejection::WrongAudience,
        _ => AccessTokenRejection::Malformed,
    }
}

pub(crate) fn instant(second: i64) -> Result<Timestamp, AccessTokenRejection> {
    Timestamp::from_second(second).map_err(|_| AccessTokenRejection::Malformed)
}

#[cfg(test)]
mod tests;
