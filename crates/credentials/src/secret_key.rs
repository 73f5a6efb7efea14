//! The server's own secret, `BOOKING_SECRET_KEY`, and the keys that are derived from it.

use aws_lc_rs::{aead, hkdf, hmac};
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox, SecretString};

/// Bytes of the key.
const LENGTH: usize = 32;

/// The longest text that is looked at, white space around it included.
const MAX_TEXT_BYTES: usize = 256;

/// Why a text is no key. The text itself is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseSecretKeyError {
    /// Nothing, or white space only.
    #[error("it is empty; `openssl rand -base64 32` makes one")]
    Empty,
    /// It has characters that neither encoding has, or padding in the wrong place.
    #[error("it is neither base64 nor hexadecimal; `openssl rand -base64 32` makes one")]
    Encoding,
    /// It is well encoded, but has not 32 bytes.
    #[error("it has {bytes} bytes instead of 32; `openssl rand -base64 32` makes one")]
    Length {
        /// How many it has.
        bytes: usize,
    },
    /// It is far longer than 32 bytes are in any encoding.
    #[error("it has more than 256 characters; `openssl rand -base64 32` makes one")]
    TooLong,
    /// All of its bytes are the same: a placeholder, and not a secret.
    #[error("it is one byte repeated, which anybody guesses; `openssl rand -base64 32` makes one")]
    Repetitive,
}

/// The 32 random bytes from which all other keys of the server are derived. Every process on one
/// database has the same.
#[derive(Debug)]
pub struct SecretKey(SecretBox<[u8; LENGTH]>);

/// What a derived key is for. Each has a label of its own, so that no key serves two ends
/// (RFC 5869 §3.2).
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeyPurpose {
    SealSigningKeys,
    RefreshTokens,
    BookingSecrets,
    IdempotencyKeys,
    HoldSecrets,
}

impl KeyPurpose {
    /// Never changed: every token and sealed key that is in use depends on it.
    const fn label(self) -> &'static [u8] {
        match self {
            Self::SealSigningKeys => b"reserveeasy/1/seal-signing-keys",
            Self::RefreshTokens => b"reserveeasy/1/refresh-tokens",
            Self::BookingSecrets => b"reserveeasy/1/booking-secrets",
            Self::IdempotencyKeys => b"reserveeasy/1/idempotency-keys",
            Self::HoldSecrets => b"reserveeasy/1/hold-secrets",
        }
    }
}

impl SecretKey {
    /// A key of 32 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; LENGTH]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// A key as it is configured: 32 bytes as base64 (with or without padding, of either alphabet)
    /// or as 64 hexadecimal digits, with white space around it.
    ///
    /// # Errors
    /// [`ParseSecretKeyError`], which says what is wrong and never shows the text.
    pub fn parse(text: &str) -> Result<Self, ParseSecretKeyError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(ParseSecretKeyError::TooLong);
        }
        let text = text.trim();
        if text.is_empty() {
            return Err(ParseSecretKeyError::Empty);
        }
        let bytes = from_hexadecimal(text)
            .or_else(|| from_base64(text))
            .ok_or(ParseSecretKeyError::Encoding)?;
        let key: [u8; LENGTH] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| ParseSecretKeyError::Length { bytes: bytes.len() })?;
        if key.iter().all(|byte| *byte == key[0]) {
            return Err(ParseSecretKeyError::Repetitive);
        }
        Ok(Self::from_random(key))
    }

    /// The key as base64, to be kept in a file that nobody else reads.
    #[must_use]
    pub fn expose_text(&self) -> SecretString {
        STANDARD.encode(self.0.expose_secret()).into()
    }

    /// The key for HMAC-SHA256.
    pub(crate) fn mac_key(&self, purpose: KeyPurpose) -> hmac::Key {
        self.derive(purpose, hmac::HMAC_SHA256, |okm| hmac::Key::from(okm))
    }

    /// The key for AES-256-GCM-SIV.
    pub(crate) fn sealing_key(&self, purpose: KeyPurpose) -> aead::LessSafeKey {
        let key = self.derive(purpose, &aead::AES_256_GCM_SIV, |okm| {
            aead::UnboundKey::from(okm)
        });
        aead::LessSafeKey::new(key)
    }

    /// HKDF-SHA256 (RFC 5869). The key is random already, so that the salt may be empty.
    fn derive<L: hkdf::KeyType, K>(
        &self,
        purpose: KeyPurpose,
        length: L,
        key: impl FnOnce(hkdf::Okm<'_, L>) -> K,
    ) -> K {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(self.0.expose_secret());
        let info = [purpose.label()];
        let okm = prk.expand(&info, length);
        key(okm.expect("HKDF gives up to 255 times the 32 bytes that are asked for"))
    }
}

fn from_hexadecimal(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Anything else of hexadecimal digits is taken for base64, and refused for its length.
    if text.len() != 2 * LENGTH {
        return None;
    }
    let digits = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|d| u8::try_from(d).ok()));
    let digits: Zeroizing<Vec<u8>> = digits.collect::<Option<Vec<u8>>>()?.into();
    Some(
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect::<Vec<u8>>()
            .into(),
    )
}

fn from_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [&alphabet::STANDARD, &alphabet::URL_SAFE]
        .into_iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(text).ok())
        .map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(key: &SecretKey) -> [u8; LENGTH] {
        *key.0.expose_secret()
    }

    fn error(text: &str) -> ParseSecretKeyError {
        SecretKey::parse(text).unwrap_err()
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(error(""), ParseSecretKeyError::Empty);
        assert_eq!(error(" \n"), ParseSecretKeyError::Empty);
        assert_eq!(error("not a key!"), ParseSecretKeyError::Encoding);
        assert_eq!(error("c2VjcmV0"), ParseSecretKeyError::Length { bytes: 6 });
        assert_eq!(error(&"ab".repeat(31)), ParseSecretKeyError::Encoding);
        assert_eq!(
            error(&"ab".repeat(34)),
            ParseSecretKeyError::Length { bytes: 51 }
        );
        assert_eq!(error(&"x".repeat(257)), ParseSecretKeyError::TooLong);
        assert_eq!(error(&"0".repeat(64)), ParseSecretKeyError::Repetitive);
        assert_eq!(error(&"A".repeat(43)), ParseSecretKeyError::Repetitive);
        assert_eq!(
            error(&format!("+{}", "a".repeat(63))),
            ParseSecretKeyError::Length { bytes: 48 }
        );
    }

    #[test]
    fn nothing_of_the_key_is_shown() {
        let key = SecretKey::from_random([0x41; 32]);
        assert!(
            !format!("{key:?}").contains("41") && !format!("{key:?}").contains("65"),
            "{key:?}"
        );
        for text in ["tr0ub4dor&3", "c2VjcmV0", &"ab".repeat(34)] {
            assert!(!error(text).to_string().contains(text));
        }
    }

    /// Computed by Python's `hmac` and `hashlib` with the same key, label and message. A key that was
    /// derived otherwise would make every token in use worthless.
    #[test]
    fn derived_keys_stay_what_they_are() {
        let key = SecretKey::from_random(std::array::from_fn(|index| index as u8));
        let tag = hmac::sign(&key.mac_key(KeyPurpose::RefreshTokens), b"message");
        let known = "7RwaHAgj9e8WRbwEO++F3uRRzPtizRsYSHxySBvlFO8=";
        assert_eq!(STANDARD.encode(tag.as_ref()), known);
        let other = hmac::sign(&key.mac_key(KeyPurpose::BookingSecrets), b"message");
        assert_ne!(tag.as_ref(), other.as_ref());
    }

    proptest! {
        #[test]
        fn a_key_is_read_from_every_form(key: [u8; 32]) {
            prop_assume!(key.iter().any(|byte| *byte != key[0]));
            let text = SecretKey::from_random(key).expose_text();
            let text = text.expose_secret();
            let hexadecimal: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            for form in [
                text.to_owned(),
                format!("\n {text}\r\n"),
                text.trim_end_matches('=').to_owned(),
                text.replace('+', "-").replace('/', "_"),
                hexadecimal.to_uppercase(),
                hexadecimal,
            ] {
                prop_assert_eq!(bytes(&SecretKey::parse(&form).unwrap()), key, "{}", form);
            }
        }

        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            let _ = SecretKey::parse(&text);
        }
    }
}
