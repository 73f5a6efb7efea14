//! The secret with which a guest without an account reads, changes and cancels a booking.
//!
//! It is an HMAC of the booking's id, so that it need not be stored; the rotation's number makes
//! another one of it when the first has come into wrong hands.

use aws_lc_rs::hmac;

use crate::derived_secret::{DerivedSecret, SecretKind};
use crate::secret_key::{KeyPurpose, SecretKey};

/// A booking's secret: `bs_` and 43 characters.
pub type BookingSecret = DerivedSecret<OfBooking>;

/// The kind of a booking's secret.
#[derive(Debug)]
pub struct OfBooking;

impl SecretKind for OfBooking {
    const PREFIX: &'static str = "bs_";
}

/// Makes the secrets of bookings and recognizes them.
#[derive(Debug)]
pub struct BookingSecretKey(hmac::Key);

impl BookingSecretKey {
    /// The key that the server's secret key has for this.
    #[must_use]
    pub fn new(secret_key: &SecretKey) -> Self {
        Self(secret_key.mac_key(KeyPurpose::BookingSecrets))
    }

    /// The secret of a booking. `rotation` counts how often it was made anew, from 0.
    #[must_use]
    pub fn secret(&self, booking_id: &str, rotation: u32) -> BookingSecret {
        BookingSecret::sign(&self.0, &message(booking_id, rotation))
    }

    /// Whether this is the booking's present secret, in constant time.
    #[must_use]
    pub fn verify(&self, booking_id: &str, rotation: u32, presented: &BookingSecret) -> bool {
        presented.is_of(&self.0, &message(booking_id, rotation))
    }
}

/// The number has a fixed length and comes first, so that no two pairs make the same message.
fn message(booking_id: &str, rotation: u32) -> Vec<u8> {
    [&rotation.to_be_bytes(), booking_id.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    fn key() -> BookingSecretKey {
        BookingSecretKey::new(&SecretKey::from_random([7; 32]))
    }

    #[test]
    fn a_secret_opens_its_own_booking_until_it_is_rotated() {
        let text = key().secret("bk_a", 0).expose_text();
        let presented = BookingSecret::parse(text.expose_secret()).unwrap();
        assert!(key().verify("bk_a", 0, &presented));
        assert!(!key().verify("bk_a", 1, &presented));
        assert!(!key().verify("bk_b", 0, &presented));
        let stranger = BookingSecretKey::new(&SecretKey::from_random([8; 32]));
        assert!(!stranger.verify("bk_a", 0, &presented));
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret = key().secret("bk_a", 0);
        let shown = format!("{secret:?} {:?}", secret.expose_text());
        assert!(
            !shown.contains("bs_") && shown.contains("REDACTED"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn every_booking_and_rotation_has_its_own(
            one in ("bk_[0-9A-Za-z]{1,4}", 0..3_u32), other in ("bk_[0-9A-Za-z]{1,4}", 0..3_u32),
        ) {
            let secret = key().secret(&one.0, one.1);
            prop_assert_eq!(key().verify(&other.0, other.1, &secret), one == other);
        }

        #[test]
        fn any_text_is_read_without_panic(text in any::<String>(), tail in "[A-Za-z0-9_-]{43}") {
            prop_assert!(BookingSecret::parse(&text).is_err());
            if let Ok(secret) = BookingSecret::parse(&format!("bs_{tail}")) {
                prop_assert!(!key().verify("bk_a", 0, &secret));
            }
        }
    }
}
