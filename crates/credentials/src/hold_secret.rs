//! The secret with which a hold is used and released, and the names by which guests' holds are counted.
//!
//! Both are HMACs, of the hold's id and of the guest's address, so that neither need be stored.

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::opaque::{self, ParseTokenError};
use crate::secret_key::{KeyPurpose, SecretKey};

/// What a secret's text begins with.
const PREFIX: &str = "hs_";

/// Bytes of a secret, an HMAC-SHA256.
const LENGTH: usize = 32;

/// A hold's secret as it was presented, or as it is given to whoever made the hold.
#[derive(Debug)]
pub struct HoldSecret(SecretBox<[u8; LENGTH]>);

impl HoldSecret {
    /// A secret from its text, `hs_` and 43 characters.
    ///
    /// # Errors
    /// [`ParseTokenError`] where the text is anything else.
    pub fn parse(text: &str) -> Result<Self, ParseTokenError> {
        let bytes = opaque::decode::<LENGTH>(PREFIX, text)?;
        Ok(Self(SecretBox::new(Box::new(*bytes))))
    }

    /// The text that its holder keeps.
    #[must_use]
    pub fn expose_text(&self) -> SecretString {
        opaque::encode(PREFIX, self.0.expose_secret())
    }
}

/// Makes the secrets of holds and recognizes them.
#[derive(Debug)]
pub struct HoldSecretKey(hmac::Key);

impl HoldSecretKey {
    /// The key that the server's secret key has for this.
    #[must_use]
    pub fn new(secret_key: &SecretKey) -> Self {
        Self(secret_key.mac_key(KeyPurpose::HoldSecrets))
    }

    /// The secret of a hold.
    #[must_use]
    pub fn secret(&self, hold_id: &str) -> HoldSecret {
        let mut bytes = [0; LENGTH];
        bytes.copy_from_slice(hmac::sign(&self.0, &message(SECRET, hold_id)).as_ref());
        HoldSecret(SecretBox::new(Box::new(bytes)))
    }

    /// Whether this is the hold's secret, in constant time.
    #[must_use]
    pub fn verify(&self, hold_id: &str, presented: &HoldSecret) -> bool {
        let message = message(SECRET, hold_id);
        hmac::verify(&self.0, &message, presented.0.expose_secret()).is_ok()
    }

    /// What a guest's holds are counted by, who is known by an address only: 64 hexadecimal digits, which
    /// do not show it.
    #[must_use]
    pub fn guest(&self, address: &str) -> String {
        let tag = hmac::sign(&self.0, &message(GUEST, address));
        tag.as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// What a message is about, so that no secret is a guest's name.
const SECRET: u8 = 0;
const GUEST: u8 = 1;

fn message(about: u8, text: &str) -> Vec<u8> {
    [&[about], text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> HoldSecretKey {
        HoldSecretKey::new(&SecretKey::from_random([7; 32]))
    }

    #[test]
    fn a_secret_is_its_own_holds_and_is_not_shown() {
        let secret = key().secret("hd_a");
        let text = secret.expose_text();
        let presented = HoldSecret::parse(text.expose_secret()).expect("it is one");
        assert!(key().verify("hd_a", &presented));
        assert!(!key().verify("hd_b", &presented));
        let stranger = HoldSecretKey::new(&SecretKey::from_random([8; 32]));
        assert!(!stranger.verify("hd_a", &presented));
        assert!(HoldSecret::parse("bs_").is_err());
        let shown = format!("{secret:?} {text:?}");
        assert!(
            !shown.contains("hs_") && shown.contains("REDACTED"),
            "{shown}"
        );
    }

    #[test]
    fn a_guest_has_one_name_which_is_no_secret_of_a_hold() {
        let name = key().guest("192.0.2.7");
        assert_eq!(name, key().guest("192.0.2.7"));
        assert_ne!(name, key().guest("192.0.2.8"));
        assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let secret = hmac::sign(&key().0, &message(SECRET, "192.0.2.7"));
        let secret: String = secret
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_ne!(name, secret);
    }
}
