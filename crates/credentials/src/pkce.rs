//! PKCE (RFC 7636), the method S256 alone: `plain` protects from nothing that happens (RFC 9700
//! §2.1.1).

use aws_lc_rs::{constant_time, digest};
use secrecy::{ExposeSecret, SecretString};

use crate::opaque;

/// The text is no code verifier or no code challenge of RFC 7636.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no PKCE value of RFC 7636")]
pub struct ParsePkceError;

/// `code_challenge` of an authorization request: the SHA-256 of the verifier.
#[derive(Debug, Clone)]
pub struct CodeChallenge([u8; 32]);

impl CodeChallenge {
    /// The value of `code_challenge_method`, the only one.
    pub const METHOD: &'static str = "S256";

    /// A challenge from its text, 43 characters of base64url (§4.2).
    ///
    /// # Errors
    /// [`ParsePkceError`] where the text is anything else.
    pub fn parse(text: &str) -> Result<Self, ParsePkceError> {
        let bytes = opaque::decode("", text).map_err(|_| ParsePkceError)?;
        Ok(Self(*bytes))
    }

    /// A challenge as it was stored beside the authorization code.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, to be stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether whoever has the verifier made the challenge (§4.6), in constant time.
    #[must_use]
    pub fn matches(&self, verifier: &CodeVerifier) -> bool {
        let digest = digest::digest(&digest::SHA256, verifier.0.expose_secret().as_bytes());
        constant_time::verify_slices_are_equal(digest.as_ref(), &self.0).is_ok()
    }
}

/// `code_verifier` of a token request.
#[derive(Debug)]
pub struct CodeVerifier(SecretString);

impl CodeVerifier {
    /// A verifier from its text, 43–128 unreserved characters (§4.1).
    ///
    /// # Errors
    /// [`ParsePkceError`] where the text is anything else.
    pub fn parse(text: &str) -> Result<Self, ParsePkceError> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !(43..=128).contains(&text.len()) || !text.bytes().all(unreserved) {
            return Err(ParsePkceError);
        }
        Ok(Self(text.to_owned().into()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 7636 appendix B.
    #[test]
    fn the_example_of_rfc_7636_matches() {
        let verifier = CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let challenge =
            CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.matches(&verifier));
        assert!(CodeChallenge::from_bytes(*challenge.as_bytes()).matches(&verifier));
        let other = CodeVerifier::parse(&"a".repeat(43)).unwrap();
        assert!(!challenge.matches(&other));
    }

    /// Under the method `plain`, challenge and verifier are the same text.
    #[test]
    fn the_method_plain_does_not_match() {
        let text = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let challenge = CodeChallenge::parse(text).unwrap();
        assert!(!challenge.matches(&CodeVerifier::parse(text).unwrap()));
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        for (text, good) in [
            ("a".repeat(42), false),
            ("a".repeat(43), true),
            ("-._~".repeat(32), true),
            ("a".repeat(129), false),
            (format!("{}+", "a".repeat(42)), false),
            (format!("{}é", "a".repeat(42)), false),
        ] {
            assert_eq!(CodeVerifier::parse(&text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn a_verifier_is_not_shown() {
        let verifier = CodeVerifier::parse(&"secret-".repeat(7)).unwrap();
        assert!(!format!("{verifier:?}").contains("secret"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            let _ = CodeVerifier::parse(&text);
            let _ = CodeChallenge::parse(&text);
        }
    }
}
