//! The secret of a booking, as the service makes it: an HMAC of its id under a key that is derived
//! from the server's.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const LABEL: &[u8] = b"reserveeasy/1/booking-secrets";
const PREFIX: &str = "bs_";

/// Makes the secrets of bookings and recognizes them.
pub struct BookingSecretKey(Hmac<Sha256>);

impl BookingSecretKey {
    /// The key that belongs to the server's, which is base64.
    ///
    /// # Errors
    /// Where it is none.
    pub fn parse(key: &str) -> Result<Self, String> {
        let key = STANDARD.decode(key).map_err(|error| error.to_string())?;
        let mut derived = [0; 32];
        Hkdf::<Sha256>::new(None, &key)
            .expand(LABEL, &mut derived)
            .map_err(|error| error.to_string())?;
        let mac = Hmac::new_from_slice(&derived).map_err(|error| error.to_string())?;
        Ok(Self(mac))
    }

    /// The secret of a booking. `rotation` counts how often it was made anew.
    #[must_use]
    pub fn secret(&self, booking_id: &str, rotation: i32) -> String {
        let mut text = String::from(PREFIX);
        let mac = self.mac(booking_id, rotation).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode_string(mac, &mut text);
        text
    }

    /// Whether this is the booking's present secret, in constant time.
    #[must_use]
    pub fn verify(&self, booking_id: &str, rotation: i32, presented: &str) -> bool {
        let Some(encoded) = presented.strip_prefix(PREFIX) else {
            return false;
        };
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(encoded) else {
            return false;
        };
        let mac = self.mac(booking_id, rotation);
        mac.verify_slice(&bytes).is_ok()
    }

    fn mac(&self, booking_id: &str, rotation: i32) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(&rotation.to_be_bytes());
        mac.update(booking_id.as_bytes());
        mac
    }
}
