//! The key with which a caller repeats a request, and what may be stored under it.
//!
//! All of it is made of the server's secret and of the caller's key together: whoever has the
//! database, and even the server's secret besides, reads no answer without the key that it was given
//! for, and can test no guess of what was asked.

use std::fmt;

use aws_lc_rs::aead::{self, Aad, NONCE_LEN, Nonce};
use aws_lc_rs::hmac;

use crate::opaque::TokenDigest;
use crate::secret_key::{KeyPurpose, SecretKey};

/// The first byte of a sealed answer: sealed by AES-256-GCM-SIV.
const SEALED_VERSION: u8 = 1;

/// An answer was sealed under another key or for another record, or was altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer was sealed under another key, or was altered")]
pub struct OpenAnswerError;

/// Makes the keys of callers into those of records.
#[derive(Debug)]
pub struct IdempotencyKeyring(hmac::Key);

impl IdempotencyKeyring {
    /// The keyring that the server's secret key has.
    #[must_use]
    pub fn new(secret_key: &SecretKey) -> Self {
        Self(secret_key.mac_key(KeyPurpose::IdempotencyKeys))
    }

    /// What a caller's key is worth for an operation.
    #[must_use]
    pub fn key(&self, operation: &str, text: &str) -> IdempotencyKey {
        let tag = sign(&self.0, &[operation.as_bytes(), &[0], text.as_bytes()]);
        IdempotencyKey(hmac::Key::new(hmac::HMAC_SHA256, &tag))
    }
}

/// A caller's key for an operation.
pub struct IdempotencyKey(hmac::Key);

impl IdempotencyKey {
    /// The id of the record that the key has for a caller, who is named by `caller`.
    #[must_use]
    pub fn record_id(&self, caller: &str) -> [u8; 32] {
        sign(&self.0, &[b"caller/", caller.as_bytes()])
    }

    /// What tells requests with the key apart that ask for different things.
    #[must_use]
    pub fn content_digest(&self, content: &[u8]) -> TokenDigest {
        TokenDigest::from_bytes(sign(&self.0, &[b"content/", content]))
    }

    /// An answer as it may be stored in a record. The nonce is fresh random bytes; one that comes
    /// twice shows no more than that the same answer was sealed twice (RFC 8452).
    #[must_use]
    pub fn seal(&self, record_id: &[u8; 32], nonce: [u8; NONCE_LEN], answer: &[u8]) -> Vec<u8> {
        let mut sealed = answer.to_vec();
        let nonced = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .sealing_key()
            .seal_in_place_separate_tag(nonced, Aad::from(record_id), &mut sealed)
            .expect("no answer is as long as the longest text that can be sealed");
        [&[SEALED_VERSION], nonce.as_slice(), &sealed, tag.as_ref()].concat()
    }

    /// The answer that was stored in a record.
    ///
    /// # Errors
    /// [`OpenAnswerError`].
    pub fn open(&self, record_id: &[u8; 32], sealed: &[u8]) -> Result<Vec<u8>, OpenAnswerError> {
        let [SEALED_VERSION, rest @ ..] = sealed else {
            return Err(OpenAnswerError);
        };
        let (nonce, rest) = rest.split_at_checked(NONCE_LEN).ok_or(OpenAnswerError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenAnswerError)?;
        let mut text = rest.to_vec();
        let opened = self
            .sealing_key()
            .open_in_place(nonce, Aad::from(record_id), &mut text);
        let length = opened.map_err(|_| OpenAnswerError)?.len();
        text.truncate(length);
        Ok(text)
    }

    fn sealing_key(&self) -> aead::LessSafeKey {
        let key = sign(&self.0, &[b"seal/"]);
        let key = aead::UnboundKey::new(&aead::AES_256_GCM_SIV, &key);
        aead::LessSafeKey::new(key.expect("an HMAC-SHA256 has the 32 bytes of the key"))
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdempotencyKey(…)")
    }
}

fn sign(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    parts.iter().for_each(|part| context.update(part));
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.sign().as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(operation: &str, text: &str) -> IdempotencyKey {
        IdempotencyKeyring::new(&SecretKey::from_random([7; 32])).key(operation, text)
    }

    #[test]
    fn operations_keys_and_callers_have_records_of_their_own() {
        let first = key("create", "k").record_id("user:1");
        assert_eq!(first, key("create", "k").record_id("user:1"));
        for other in [
            key("create", "k").record_id("user:2"),
            key("create", "K").record_id("user:1"),
            key("created", "k").record_id("user:1"),
            *key("create", "k").content_digest(b"user:1").as_bytes(),
        ] {
            assert_ne!(first, other);
        }
        let stranger = IdempotencyKeyring::new(&SecretKey::from_random([8; 32]));
        assert_ne!(first, stranger.key("create", "k").record_id("user:1"));
    }

    #[test]
    fn a_digest_without_the_key_cannot_be_made() {
        let digest = key("create", "k").content_digest(b"content");
        assert!(digest.matches(&key("create", "k").content_digest(b"content")));
        assert!(!digest.matches(&key("create", "l").content_digest(b"content")));
        assert!(!digest.matches(&key("create", "k").content_digest(b"contents")));
        assert_eq!(format!("{:?}", key("create", "k")), "IdempotencyKey(…)");
    }

    proptest! {
        #[test]
        fn an_answer_opens_by_its_key_in_its_record_only(
            answer in prop::collection::vec(any::<u8>(), 8..200), nonce: [u8; 12],
        ) {
            let (one, other) = (key("create", "k"), key("create", "l"));
            let id = one.record_id("guest");
            let sealed = one.seal(&id, nonce, &answer);
            prop_assert!(!sealed.windows(8).any(|window| answer.windows(8).any(|part| part == window)));
            prop_assert_eq!(one.open(&id, &sealed), Ok(answer));
            prop_assert_eq!(other.open(&id, &sealed), Err(OpenAnswerError));
            let elsewhere = one.record_id("another guest");
            prop_assert_eq!(one.open(&elsewhere, &sealed), Err(OpenAnswerError));
        }

        #[test]
        fn an_altered_answer_does_not_open(position in 0..35_usize, change in 1..=255_u8) {
            let key = key("create", "k");
            let id = key.record_id("guest");
            let mut sealed = key.seal(&id, [9; 12], b"answer");
            prop_assert_eq!(sealed.len(), 35);
            sealed[position] ^= change;
            prop_assert_eq!(key.open(&id, &sealed), Err(OpenAnswerError));
        }

        #[test]
        fn any_bytes_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let key = key("create", "k");
            prop_assert!(key.open(&key.record_id("guest"), &bytes).is_err());
        }
    }
}
