//! The keys that sign access tokens: Ed25519, their ids, their public form, and their life.

use std::collections::HashMap;

use aws_lc_rs::aead::{Aad, MAX_TAG_LEN, NONCE_LEN, Nonce};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox};

use crate::access_token;
use crate::instant::later;
use crate::secret_key::{KeyPurpose, SecretKey};

/// Bytes of an Ed25519 seed, which is its private key (RFC 8032 §5.1.5).
const SEED_LENGTH: usize = 32;

/// Bytes of a sealed key: the form's version, the nonce, the seed, the tag.
const SEALED_LENGTH: usize = 1 + NONCE_LEN + SEED_LENGTH + MAX_TAG_LEN;

/// The first byte of a sealed key: sealed by AES-256-GCM-SIV.
const SEALED_VERSION: u8 = 1;

/// A private key that signs access tokens.
pub struct SigningKey {
    seed: SecretBox<[u8; SEED_LENGTH]>,
    encoding: EncodingKey,
    public: PublicKey,
}

/// A stored key could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing key was sealed under another secret key, or for another id, or was altered")]
pub struct OpenSigningKeyError;

impl SigningKey {
    /// The key that 32 random bytes are the seed of.
    #[must_use]
    pub fn from_random(seed: [u8; SEED_LENGTH]) -> Self {
        let seed = SecretBox::new(Box::new(seed));
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose_secret());
        let pair = pair.expect("any 32 bytes are a seed");
        let document = pair.to_pkcs8v1().expect("a key pair has its PKCS#8 form");
        let mut public = [0; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        Self {
            seed,
            encoding: EncodingKey::from_ed_der(document.as_ref()),
            public: PublicKey::from_bytes(public),
        }
    }

    /// Its public half.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) const fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }

    /// The private key as it may be stored: sealed under the server's secret key, with its id and
    /// what it is for as associated data, so that it opens in its own place only. The nonce is 12
    /// fresh random bytes; one that comes twice shows no more than that the same key was sealed
    /// twice (RFC 8452).
    #[must_use]
    pub fn seal(&self, secret_key: &SecretKey, nonce: [u8; NONCE_LEN]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(SEALED_LENGTH);
        sealed.push(SEALED_VERSION);
        sealed.extend_from_slice(&nonce);
        let mut seed = Zeroizing::new(*self.seed.expose_secret());
        let tag = secret_key
            .sealing_key(KeyPurpose::SealSigningKeys)
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(self.public.key_id.as_bytes()),
                seed.as_mut_slice(),
            )
            .expect("32 bytes are far from the longest text that can be sealed");
        sealed.extend_from_slice(seed.as_slice());
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// The key that was stored sealed, for the id that it was stored with.
    ///
    /// # Errors
    /// [`OpenSigningKeyError`].
    pub fn open(
        sealed: &[u8],
        key_id: &str,
        secret_key: &SecretKey,
    ) -> Result<Self, OpenSigningKeyError> {
        let [SEALED_VERSION, rest @ ..] = sealed else {
            return Err(OpenSigningKeyError);
        };
        if sealed.len() != SEALED_LENGTH {
            return Err(OpenSigningKeyError);
        }
        let (nonce, ciphertext) = rest.split_at(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenSigningKeyError)?;
        let mut opened = Zeroizing::new(ciphertext.to_vec());
        let seed = secret_key
            .sealing_key(KeyPurpose::SealSigningKeys)
            .open_in_place(nonce, Aad::from(key_id.as_bytes()), opened.as_mut_slice())
            .map_err(|_| OpenSigningKeyError)?;
        let seed = <[u8; SEED_LENGTH]>::try_from(&*seed).map_err(|_| OpenSigningKeyError)?;
        Ok(Self::from_random(seed))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SigningKey({})", self.public.key_id)
    }
}

/// The public half of a signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    bytes: [u8; 32],
    key_id: String,
    jwk: Jwk,
}

impl PublicKey {
    /// The key that these 32 bytes are (RFC 8032 §5.1.2). Bytes that are no point of the curve
    /// verify nothing.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let key = DecodingKey::from_ed_der(&bytes);
        let jwk = Jwk::from_decoding_key(&key, Some(Algorithm::EdDSA));
        let mut jwk = jwk.expect("32 bytes have the form of an Ed25519 key");
        let key_id = jwk.thumbprint(ThumbprintHash::SHA256);
        let key_id = key_id.expect("an Ed25519 key has a thumbprint");
        jwk.common.key_id = Some(key_id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Self { bytes, key_id, jwk }
    }

    /// The 32 bytes, to be stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// `kid`: the thumbprint of the key (RFC 7638, RFC 8037 appendix A.3), 43 characters. It is made
    /// of the key alone, so that two servers cannot call different keys the same.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }
}

/// When a key signs and when it verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningKeyLife {
    /// From when it signs. Verifiers learn of it earlier: [`SigningKeyLife::ANNOUNCEMENT`].
    pub active_from: Timestamp,
    /// From when it signs no more. None while nothing has been decided.
    pub retired_at: Option<Timestamp>,
}

impl SigningKeyLife {
    /// How long a key is published before it signs: those who keep `/.well-known/jwks.json` for as
    /// long as this meet no token of a key that they do not know.
    pub const ANNOUNCEMENT: SignedDuration = SignedDuration::from_hours(1);
    /// For how long a key signs before it is rotated.
    pub const ROTATION: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// The life of a key that nobody has to be told of first: the first one, or one that takes the
    /// place of a key that leaked. (A leaked key is deleted and not retired: it would verify still.)
    #[must_use]
    pub const fn new(active_from: Timestamp) -> Self {
        Self {
            active_from,
            retired_at: None,
        }
    }

    /// A rotation that is decided now: the life of this key, which now has an end, and that of its
    /// successor, which begins at that moment.
    #[must_use]
    pub fn rotate(self, now: Timestamp) -> (Self, Self) {
        let successor = Self::new(later(now.max(self.active_from), Self::ANNOUNCEMENT));
        (
            Self {
                retired_at: Some(successor.active_from),
                ..self
            },
            successor,
        )
    }

    /// Whether it signs.
    #[must_use]
    pub fn signs_at(&self, now: Timestamp) -> bool {
        self.active_from <= now && self.retired_at.is_none_or(|retired_at| now < retired_at)
    }

    /// Until when it verifies: as long as the last token that it signed may live.
    #[must_use]
    pub fn verifies_until(&self) -> Option<Timestamp> {
        let longest = access_token::LIFETIME + access_token::LEEWAY;
        self.retired_at.map(|retired_at| later(retired_at, longest))
    }

    /// Whether it verifies, and is published. It does so before it signs, since the clocks of
    /// servers differ.
    #[must_use]
    pub fn verifies_at(&self, now: Timestamp) -> bool {
        self.verifies_until().is_none_or(|until| now < until)
    }

    /// When its successor has to be made, so that it can be announced before it is needed.
    #[must_use]
    pub fn rotation_due_at(&self) -> Timestamp {
        later(self.active_from, Self::ROTATION - Self::ANNOUNCEMENT)
    }
}

/// The keys that access tokens are verified with, by id.
#[derive(Debug, Clone, Default)]
pub struct VerificationKeys(HashMap<String, VerificationKey>);

#[derive(Debug, Clone)]
struct VerificationKey {
    decoding: DecodingKey,
    jwk: Jwk,
    life: SigningKeyLife,
}

impl VerificationKeys {
    /// The keys and their lives, as they are stored.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = (PublicKey, SigningKeyLife)>) -> Self {
        let keys = keys.into_iter().map(|(key, life)| {
            let decoding = DecodingKey::from_ed_der(&key.bytes);
            (
                key.key_id,
                VerificationKey {
                    decoding,
                    jwk: key.jwk,
                    life,
                },
            )
        });
        Self(keys.collect())
    }

    /// The key with this id, if it verifies at this time.
    pub(crate) fn find(&self, key_id: &str, now: Timestamp) -> Option<&DecodingKey> {
        let key = self.0.get(key_id).filter(|key| key.life.verifies_at(now));
        key.map(|key| &key.decoding)
    }

    /// What `/.well-known/jwks.json` answers (RFC 7517 §5), in the order in which the keys become
    /// active: what verifies, and what will sign.
    #[must_use]
    pub fn jwk_set(&self, now: Timestamp) -> JwkSet {
        let published = self.0.values().filter(|key| key.life.verifies_at(now));
        let mut published: Vec<_> = published.collect();
        published.sort_by_key(|key| (key.life.active_from, key.jwk.common.key_id.clone()));
        JwkSet {
            keys: published.into_iter().map(|key| key.jwk.clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// RFC 8037 appendix A: the key, its public half and its thumbprint.
    #[test]
    fn the_key_of_rfc_8037_has_its_thumbprint() {
        let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
        let seed: [u8; 32] = *crate::opaque::decode("", seed).unwrap();
        let key = SigningKey::from_random(seed);
        assert_eq!(
            key.public_key().key_id(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
        let keys = VerificationKeys::new([(key.public_key().clone(), SigningKeyLife::new(at(0)))]);
        assert_eq!(
            serde_json::to_value(keys.jwk_set(at(1))).unwrap(),
            serde_json::json!({"keys": [{
                "kty": "OKP",
                "crv": "Ed25519",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
                "use": "sig",
                "alg": "EdDSA",
            }]}),
        );
        assert_eq!(
            &PublicKey::from_bytes(*key.public_key().as_bytes()),
            key.public_key()
        );
    }

    #[test]
    fn a_private_key_is_not_shown() {
        let key = SigningKey::from_random([7; 32]);
        assert_eq!(
            format!("{key:?}"),
            format!("SigningKey({})", key.public_key().key_id())
        );
    }

    #[test]
    fn a_key_verifies_before_it_signs_and_until_its_last_token_is_dead() {
        let life = SigningKeyLife {
            active_from: at(10_000),
            retired_at: Some(at(20_000)),
        };
        let signs = [9_999, 10_000, 19_999, 20_000].map(|second| life.signs_at(at(second)));
        assert_eq!(signs, [false, true, true, false]);
        let last = 20_000 + 15 * 60 + 30;
        let verifies = [0, 20_000, last - 1, last].map(|second| life.verifies_at(at(second)));
        assert_eq!(verifies, [true, true, true, false]);
        let keys = VerificationKeys::new([(PublicKey::from_bytes([1; 32]), life)]);
        assert_eq!(keys.jwk_set(at(last - 1)).keys.len(), 1);
        assert_eq!(keys.jwk_set(at(last)).keys.len(), 0);
    }

    #[test]
    fn a_rotation_hands_over_at_once_and_announces_the_successor() {
        let (retired, successor) = SigningKeyLife::new(at(0)).rotate(at(5_000));
        assert_eq!(
            (retired.retired_at, successor),
            (Some(at(8_600)), SigningKeyLife::new(at(8_600)))
        );
        for second in [5_000, 8_599, 8_600, 9_000] {
            let signing = [retired, successor].map(|life| life.signs_at(at(second)));
            assert_eq!(signing, [second < 8_600, second >= 8_600]);
            assert!(retired.verifies_at(at(second)) && successor.verifies_at(at(second)));
        }
        // One whose time has not come yet is active for a while, too.
        let (retired, _) = SigningKeyLife::new(at(9_000)).rotate(at(5_000));
        assert_eq!(retired.retired_at, Some(at(12_600)));
    }

    #[test]
    fn a_successor_is_due_before_it_is_needed() {
        let life = SigningKeyLife::new(at(0));
        assert_eq!(life.rotation_due_at(), at(30 * 86_400 - 3_600));
        assert!(life.verifies_at(Timestamp::MAX));
    }

    proptest! {
        #[test]
        fn a_sealed_key_opens_in_its_own_place_only(
            seed: [u8; 32], secret: [u8; 32], other: [u8; 32], nonce: [u8; 12],
        ) {
            prop_assume!(secret != other && seed != other);
            let key = SigningKey::from_random(seed);
            let id = key.public_key().key_id();
            let secret = SecretKey::from_random(secret);
            let sealed = key.seal(&secret, nonce);
            prop_assert_eq!(sealed.len(), SEALED_LENGTH);
            prop_assert!(!sealed.windows(8).any(|window| seed.windows(8).any(|seed| seed == window)));
            let opened = SigningKey::open(&sealed, id, &secret).unwrap();
            prop_assert_eq!(opened.seed.expose_secret(), &seed);
            prop_assert!(SigningKey::open(&sealed, id, &SecretKey::from_random(other)).is_err());
            let elsewhere = SigningKey::from_random(other);
            let elsewhere = elsewhere.public_key().key_id();
            prop_assert!(SigningKey::open(&sealed, elsewhere, &secret).is_err());
        }

        #[test]
        fn an_altered_key_does_not_open(position in 0..SEALED_LENGTH, change in 1..=255_u8) {
            let key = SigningKey::from_random([7; 32]);
            let secret = SecretKey::from_random([8; 32]);
            let mut sealed = key.seal(&secret, [9; 12]);
            sealed[position] ^= change;
            prop_assert!(SigningKey::open(&sealed, key.public_key().key_id(), &secret).is_err());
        }

        #[test]
        fn any_bytes_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let secret = SecretKey::from_random([8; 32]);
            prop_assert!(SigningKey::open(&bytes, "key", &secret).is_err());
        }
    }
}
