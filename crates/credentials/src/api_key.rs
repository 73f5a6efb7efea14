//! API keys, in the manner of GitHub's tokens: a fixed prefix and a checksum, so that scanners find
//! leaked ones with next to no false alarms, and a part that is no secret, to look them up by.
//!
//! ```text
//! re_001IYT0XLWR_0FA4JN9M3Bn5NV2uNatwQx0jTHp5DAivRlf8MBJ1rHPD3m3IDs
//! ── ─────────── ──────────────────────────────────────────── ──────
//! │  key id      secret, 256 bits                             CRC-32 of all before it
//! prefix
//! ```

use secrecy::{ExposeSecret, SecretString};

use crate::opaque::TokenDigest;

/// Digits of base62 that hold 64, 128 and 32 bits.
const ID_LENGTH: usize = 11;
const HALF_SECRET_LENGTH: usize = 22;
const CHECKSUM_LENGTH: usize = 6;

/// Where the parts end.
const ID_END: usize = ApiKey::PREFIX.len() + ID_LENGTH;
const SECRET_END: usize = ID_END + 1 + 2 * HALF_SECRET_LENGTH;
const LENGTH: usize = SECRET_END + CHECKSUM_LENGTH;

/// Why a text is no API key. The text is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseApiKeyError {
    /// It has not the form of one.
    #[error("this is no API key")]
    Malformed,
    /// It has the form, and was mistyped or made up: the database need not be asked.
    #[error("the API key's checksum is wrong")]
    Checksum,
}

/// An API key, as it is shown once or presented.
#[derive(Debug)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// What every key begins with, and no access token does (those are JSON in base64, `ey…`).
    pub const PREFIX: &'static str = "re_";
    /// What every key matches, for the rules of scanners.
    pub const PATTERN: &'static str = "re_[0-9A-Za-z]{11}_[0-9A-Za-z]{50}";

    /// A key of 40 fresh random bytes: eight for the id, the rest for the secret.
    #[must_use]
    pub fn from_random(bytes: [u8; 40]) -> Self {
        let number = |range: std::ops::Range<usize>| {
            bytes[range]
                .iter()
                .fold(0_u128, |number, byte| number << 8 | u128::from(*byte))
        };
        let mut text = String::with_capacity(LENGTH);
        text.push_str(Self::PREFIX);
        push_base62(&mut text, number(0..8), ID_LENGTH);
        text.push('_');
        push_base62(&mut text, number(8..24), HALF_SECRET_LENGTH);
        push_base62(&mut text, number(24..40), HALF_SECRET_LENGTH);
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Self(text.into())
    }

    /// A key from its text.
    ///
    /// # Errors
    /// [`ParseApiKeyError`].
    pub fn parse(text: &str) -> Result<Self, ParseApiKeyError> {
        let bytes = text.as_bytes();
        let well_formed = bytes.len() == LENGTH
            && text.starts_with(Self::PREFIX)
            && bytes[ID_END] == b'_'
            && bytes[ApiKey::PREFIX.len()..ID_END]
                .iter()
                .all(u8::is_ascii_alphanumeric)
            && bytes[ID_END + 1..].iter().all(u8::is_ascii_alphanumeric);
        if !well_formed {
            return Err(ParseApiKeyError::Malformed);
        }
        let (checked, found) = text.split_at(SECRET_END);
        if checksum(checked) != found {
            return Err(ParseApiKeyError::Checksum);
        }
        Ok(Self(text.to_owned().into()))
    }

    /// The text, to be shown once.
    #[must_use]
    pub const fn expose_text(&self) -> &SecretString {
        &self.0
    }

    /// What it is found by, 11 characters. It is no secret.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.0.expose_secret()[ApiKey::PREFIX.len()..ID_END]
    }

    /// What its owner sees of it later: the prefix and the id.
    #[must_use]
    pub fn display_prefix(&self) -> String {
        self.0.expose_secret()[..ID_END].to_owned()
    }

    /// What is stored of it, and compared.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest::new("api-key", self.0.expose_secret().as_bytes())
    }
}

/// The number in base62, with as many leading zeros as it takes.
fn push_base62(text: &mut String, number: u128, length: usize) {
    let digits = base62::encode(number);
    text.extend(std::iter::repeat_n(
        '0',
        length.saturating_sub(digits.len()),
    ));
    text.push_str(&digits);
}

fn checksum(text: &str) -> String {
    let mut checksum = String::with_capacity(CHECKSUM_LENGTH);
    push_base62(
        &mut checksum,
        crc32fast::hash(text.as_bytes()).into(),
        CHECKSUM_LENGTH,
    );
    checksum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_numbers_have_their_digits() {
        for (number, length) in [(u64::MAX.into(), 11), (u128::MAX, 22), (u32::MAX.into(), 6)] {
            let mut text = String::new();
            push_base62(&mut text, number, length);
            assert_eq!(text.len(), length);
            text.clear();
            push_base62(&mut text, 61, length);
            assert_eq!(text.len(), length);
            assert_eq!(text.trim_start_matches('0'), "z");
        }
    }

    /// Computed by Python, with `zlib.crc32`.
    #[test]
    fn a_key_that_is_known_is_still_good() {
        let key = ApiKey::from_random(std::array::from_fn(|index| index as u8));
        let known = "re_001IYT0XLWR_0FA4JN9M3Bn5NV2uNatwQx0jTHp5DAivRlf8MBJ1rHPD3m3IDs";
        assert_eq!(key.expose_text().expose_secret(), known);
        assert_eq!(key.display_prefix(), known[..14]);
        assert_eq!(key.key_id(), &known[3..14]);
    }

    #[test]
    fn a_key_is_not_shown() {
        let shown = format!("{:?}", ApiKey::from_random([7; 40]));
        assert!(!shown.contains("re_"), "{shown}");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let key = ApiKey::from_random([7; 40]);
        let text = key.expose_text().expose_secret();
        for text in [
            String::new(),
            ApiKey::PREFIX.to_owned(),
            text[1..].to_owned(),
            format!("{text}0"),
            text.replacen("re_", "sk_", 1),
            text.replace('_', "-"),
            format!("{}é", &text[..LENGTH - 2]),
        ] {
            assert_eq!(
                ApiKey::parse(&text).unwrap_err(),
                ParseApiKeyError::Malformed,
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_key_survives_its_text(bytes in prop::array::uniform(any::<u8>())) {
            let bytes: [u8; 40] = bytes;
            let key = ApiKey::from_random(bytes);
            let parsed = ApiKey::parse(key.expose_text().expose_secret()).unwrap();
            prop_assert_eq!(parsed.key_id(), key.key_id());
            prop_assert!(parsed.digest().matches(&key.digest()));
        }

        /// CRC-32 finds every change of one character.
        #[test]
        fn a_mistyped_key_is_refused(position in 3..LENGTH, digit in "[0-9A-Za-z]") {
            let key = ApiKey::from_random([7; 40]);
            let mut text = key.expose_text().expose_secret().to_owned();
            prop_assume!(text[position..=position] != digit && position != ID_END);
            text.replace_range(position..=position, &digit);
            prop_assert_eq!(ApiKey::parse(&text).unwrap_err(), ParseApiKeyError::Checksum);
        }

        #[test]
        fn any_text_is_refused_without_panic(text in any::<String>(), tail in "[^a]{62}") {
            prop_assert!(ApiKey::parse(&text).is_err());
            let prefixed = format!("re_{tail}");
            prop_assert!(ApiKey::parse(&prefixed).is_err());
        }
    }
}
