//! Tokens of an OpenID provider outside: ID tokens (OpenID Connect Core 1.0) and access tokens in the
//! form of RFC 9068, judged as RFC 8725 asks. They say who somebody is. What they say of scopes, roles
//! and groups is not even read.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::access_token::{
    AccessTokenRejection, LEEWAY, UntrustedHeader, instant, is_access_token_type, rejection,
};
use crate::instant::later;

/// The longest token that is looked at, in bytes.
const MAX_BYTES: usize = 8192;

/// The keys that a provider has published (RFC 7517).
#[derive(Debug, Clone, Default)]
pub struct OidcKeys(Vec<OidcKey>);

/// A key that verifies signatures, and nothing that is kept secret.
#[derive(Clone)]
pub struct OidcKey {
    key_id: String,
    /// What it verifies. A provider may say so; else all that its kind can.
    algorithms: Vec<Algorithm>,
    decoding: DecodingKey,
}

impl fmt::Debug for OidcKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OidcKey({} {:?})", self.key_id, self.algorithms)
    }
}

/// What a provider has published is no set of keys.
#[derive(Debug, thiserror::Error)]
#[error("it is no JWK set: {0}")]
pub struct ParseOidcKeysError(#[from] serde_json::Error);

impl OidcKeys {
    /// The keys of a JWK set that verify signatures. Keys of another kind or without an id are left
    /// out (RFC 7517 §5): of a secret that is published by mistake, everybody can make tokens.
    ///
    /// # Errors
    /// [`ParseOidcKeysError`].
    pub fn parse(json: &[u8]) -> Result<Self, ParseOidcKeysError> {
        #[derive(Deserialize)]
        struct Published {
            keys: Vec<Value>,
        }
        let Published { keys } = serde_json::from_slice(json)?;
        let keys = keys
            .into_iter()
            .filter_map(|key| serde_json::from_value(key).ok());
        Ok(Self(keys.filter_map(OidcKey::new).collect()))
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key that a token names.
    #[must_use]
    pub fn find(&self, named: &NamedOidcKey) -> Option<&OidcKey> {
        self.0
            .iter()
            .find(|key| key.key_id == named.key_id && key.algorithms.contains(&named.algorithm))
    }
}

impl OidcKey {
    fn new(jwk: Jwk) -> Option<Self> {
        let verifies = jwk
            .common
            .public_key_use
            .as_ref()
            .is_none_or(|purpose| *purpose == PublicKeyUse::Signature)
            && jwk
                .common
                .key_operations
                .as_ref()
                .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        let able: &[Algorithm] = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => AlgorithmFamily::Rsa.algorithms(),
            AlgorithmParameters::EllipticCurve(key) => match key.curve {
                EllipticCurve::P256 => &[Algorithm::ES256],
                EllipticCurve::P384 => &[Algorithm::ES384],
                _ => &[],
            },
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
                &[Algorithm::EdDSA]
            }
            _ => &[],
        };
        let stated = jwk.common.key_algorithm;
        let is_stated =
            |algorithm| stated.is_none_or(|stated| stated == KeyAlgorithm::from(algorithm));
        let mut algorithms = able.to_vec();
        algorithms.retain(|algorithm| is_stated(*algorithm));
        let key = Self {
            decoding: DecodingKey::from_jwk(&jwk).ok()?,
            key_id: jwk.common.key_id?,
            algorithms,
        };
        (verifies && !key.algorithms.is_empty()).then_some(key)
    }
}

/// The key that a token says it was signed with. Nothing of the token is to be believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedOidcKey {
    key_id: String,
    algorithm: Algorithm,
}

/// Who somebody is, as a token of a provider says it whose signature and times are good.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedOidcToken {
    /// `sub`: what the provider calls them.
    pub subject: String,
    /// Their address, if the provider says that it has verified it.
    pub verified_email: Option<String>,
    /// `name`: what they are called, if it is said.
    pub name: Option<String>,
}

/// Without what tells of a person.
impl fmt::Debug for VerifiedOidcToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("VerifiedOidcToken([personal data])")
    }
}

/// The claims that are read (OpenID Connect Core §2 and §5.1). `iss` and `aud` are the library's.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    /// Seconds since 1970, perhaps with a fraction.
    exp: f64,
    nbf: Option<f64>,
    /// Whoever sends the token has to prove besides that a key is theirs (RFC 7800).
    cnf: Option<serde::de::IgnoredAny>,
    /// What a logout token has, and no other.
    events: Option<serde::de::IgnoredAny>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Judges the tokens of one provider.
#[derive(Debug, Clone)]
pub struct OidcTokenVerifier {
    issuer: String,
    audience: String,
    email_claim: String,
}

impl OidcTokenVerifier {
    /// Accepts tokens of this issuer whose audience this is, or is among. The claim `email_claim` has
    /// the address of whoever they are about; `email_verified` says whether it was verified.
    #[must_use]
    pub fn new(
        issuer: impl Into<String>,
        audience: impl Into<String>,
        email_claim: impl Into<String>,
    ) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            email_claim: email_claim.into(),
        }
    }

    /// Whose tokens are judged.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether the token says that it is this provider's: whether it is to be judged here.
    #[must_use]
    pub fn is_meant(&self, token: &str) -> bool {
        #[derive(Deserialize)]
        struct Untrusted {
            iss: String,
        }
        let claims = token.split('.').nth(1).filter(|_| token.len() <= MAX_BYTES);
        let claims = claims.and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
        let claims = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
        claims.is_some_and(|claims: Untrusted| claims.iss == self.issuer)
    }

    /// The key that the token names, if it is of a form that is accepted.
    ///
    /// # Errors
    /// [`AccessTokenRejection`]: its form, algorithm or type.
    pub fn named_key(&self, token: &str) -> Result<NamedOidcKey, AccessTokenRejection> {
        let header = UntrustedHeader::parse(token, MAX_BYTES)?;
        let algorithm: Option<Algorithm> = header.alg.parse().ok();
        let algorithm = algorithm.filter(|algorithm| algorithm.family() != AlgorithmFamily::Hmac);
        let algorithm = algorithm.ok_or(AccessTokenRejection::WrongAlgorithm)?;
        // An ID token has `JWT` or nothing; a logout token or a proof of possession has another.
        let is_accepted =
            |typ: &String| typ.eq_ignore_ascii_case("JWT") || is_access_token_type(typ);
        if !header.typ.as_ref().is_none_or(is_accepted) {
            return Err(AccessTokenRejection::WrongType);
        }
        let key_id = header.kid.ok_or(AccessTokenRejection::UnknownKey)?;
        Ok(NamedOidcKey { key_id, algorithm })
    }

    /// Whom the token is about, if it is to be believed now. `key` is the one that it names.
    ///
    /// # Errors
    /// The first [`AccessTokenRejection`] in the order: form, algorithm, signature, issuer, audience,
    /// type, times.
    pub fn verify(
        &self,
        key: &OidcKey,
        token: &str,
        now: Timestamp,
    ) -> Result<VerifiedOidcToken, AccessTokenRejection> {
        let mut validation = Validation::new(key.algorithms[0]);
        validation.algorithms.clone_from(&key.algorithms);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["iss", "aud"]);
        // The library would ask the system's clock; times are judged below, by the instant given.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let token = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation);
        let claims = token.map_err(|error| rejection(error.kind()))?.claims;
        if claims.cnf.is_some() || claims.events.is_some() {
            return Err(AccessTokenRejection::WrongType);
        }
        if now >= instant(claims.exp as i64)? {
            return Err(AccessTokenRejection::Expired);
        }
        if let Some(not_before) = claims.nbf
            && later(now, LEEWAY) < instant(not_before as i64)?
        {
            return Err(AccessTokenRejection::NotYetValid);
        }
        let text = |name: &str| claims.others.get(name)?.as_str().map(str::to_owned);
        // Some providers write the word.
        let is_verified = match claims.others.get("email_verified") {
            Some(Value::Bool(is_verified)) => *is_verified,
            Some(Value::String(word)) => word == "true",
            _ => false,
        };
        Ok(VerifiedOidcToken {
            verified_email: text(&self.email_claim).filter(|_| is_verified),
            name: text("name"),
            subject: claims.sub,
        })
    }
}

#[cfg(test)]
mod tests;
