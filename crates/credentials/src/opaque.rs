//! What opaque tokens have in common: a text form that is a prefix and base64url, and the digest
//! that is stored in their place.

use std::fmt;

use aws_lc_rs::{constant_time, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

/// The text is no token of the kind that was asked for: its prefix, its length or its characters
/// are others. It does not say which, and never shows the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no such token")]
pub struct ParseTokenError;

/// The bytes as text: the prefix, then base64url without padding.
pub(crate) fn encode(prefix: &str, bytes: &[u8]) -> SecretString {
    let mut text = String::with_capacity(prefix.len() + encoded_len(bytes.len()));
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    text.into()
}

/// The bytes that [`encode`] made this text of. Every value has one text only.
pub(crate) fn decode<const N: usize>(
    prefix: &str,
    text: &str,
) -> Result<Zeroizing<[u8; N]>, ParseTokenError> {
    let encoded = text.strip_prefix(prefix).ok_or(ParseTokenError)?;
    if encoded.len() != encoded_len(N) {
        return Err(ParseTokenError);
    }
    let decoded = URL_SAFE_NO_PAD.decode(encoded).map(Zeroizing::new);
    let decoded = decoded.map_err(|_| ParseTokenError)?;
    let bytes = decoded.as_slice().try_into().map_err(|_| ParseTokenError)?;
    Ok(Zeroizing::new(bytes))
}

/// Characters of base64url without padding.
const fn encoded_len(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// The SHA-256 of a token, which is what is stored of it.
///
/// A digest that is neither salted nor slow is right where the secret itself has 128 random bits or
/// more: there is nothing to guess. Finding a row by it (`WHERE digest = …`) is safe as well, since a
/// caller cannot choose digests.
#[derive(Clone)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// A digest as it was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest of a secret, for one use only: the label keeps digests of different uses apart.
    pub(crate) fn new(label: &str, secret: &[u8]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(label.as_bytes());
        context.update(&[0]);
        context.update(secret);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        Self(bytes)
    }

    /// The 32 bytes, to be stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are digests of the same secret, in constant time. There is no `==`, which
    /// would not be.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn digests_of_different_uses_differ() {
        let one = TokenDigest::new("one", b"secret");
        assert!(one.matches(&TokenDigest::new("one", b"secret")));
        assert!(one.matches(&TokenDigest::from_bytes(*one.as_bytes())));
        assert!(!one.matches(&TokenDigest::new("two", b"secret")));
        assert!(!one.matches(&TokenDigest::new("one", b"Secret")));
        assert!(!one.matches(&TokenDigest::new("ones", b"ecret")));
        assert_eq!(format!("{one:?}"), "TokenDigest(…)");
    }

    proptest! {
        #[test]
        fn bytes_survive_their_text(bytes: [u8; 32]) {
            let text = encode("xx_", &bytes);
            prop_assert_eq!(text.expose_secret().len(), 46);
            prop_assert_eq!(*decode::<32>("xx_", text.expose_secret()).unwrap(), bytes);
            prop_assert!(decode::<32>("yy_", text.expose_secret()).is_err());
            prop_assert!(decode::<31>("xx_", text.expose_secret()).is_err());
        }

        /// A second text for the same bytes would be a second name of a revoked token.
        #[test]
        fn a_value_has_one_text(text in "xx_[A-Za-z0-9_-]{43}") {
            if let Ok(bytes) = decode::<32>("xx_", &text) {
                let encoded = encode("xx_", bytes.as_slice());
                prop_assert_eq!(encoded.expose_secret(), text.as_str());
            }
        }
    }
}
