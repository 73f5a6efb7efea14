//! The secret with which a hold is used and released, and the names by which guests' holds are counted.
//!
//! Both are HMACs, of the hold's id and of the guest's address, so that neither need be stored.

use aws_lc_rs::hmac;

use crate::derived_secret::{DerivedSecret, SecretKind};
use crate::secret_key::{KeyPurpose, SecretKey};

/// A hold's secret: `hs_` and 43 characters.
pub type HoldSecret = DerivedSecret<OfHold>;

/// The kind of a hold's secret.
#[derive(Debug)]
pub struct OfHold;

impl SecretKind for OfHold {
    const PREFIX: &'static str = "hs_";
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
        HoldSecret::sign(&self.0, &message(SECRET, hold_id))
    }

    /// Whether this is the hold's secret, in constant time.
    #[must_use]
    pub fn verify(&self, hold_id: &str, presented: &HoldSecret) -> bool {
        presented.is_of(&self.0, &message(SECRET, hold_id))
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
    use secrecy::ExposeSecret;

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
