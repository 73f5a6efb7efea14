//! Secrets that are HMACs of what they open: they need not be stored, and are made again when they are
//! needed.

use std::marker::PhantomData;

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::opaque::{self, ParseTokenError};

/// Bytes of a secret, an HMAC-SHA256.
const LENGTH: usize = 32;

/// What a secret opens.
pub trait SecretKind {
    /// What a secret's text begins with.
    const PREFIX: &'static str;
}

/// A secret as it was presented, or as it is given to whoever is to hold it.
#[derive(Debug)]
pub struct DerivedSecret<K>(SecretBox<[u8; LENGTH]>, PhantomData<K>);

impl<K: SecretKind> DerivedSecret<K> {
    /// A secret from its text, the prefix of its kind and 43 characters.
    ///
    /// # Errors
    /// [`ParseTokenError`] where the text is anything else.
    pub fn parse(text: &str) -> Result<Self, ParseTokenError> {
        let bytes = opaque::decode::<LENGTH>(K::PREFIX, text)?;
        Ok(Self(SecretBox::new(Box::new(*bytes)), PhantomData))
    }

    /// The text that its holder keeps.
    #[must_use]
    pub fn expose_text(&self) -> SecretString {
        opaque::encode(K::PREFIX, self.0.expose_secret())
    }

    /// The secret of what `message` says.
    pub(crate) fn sign(key: &hmac::Key, message: &[u8]) -> Self {
        let mut bytes = [0; LENGTH];
        bytes.copy_from_slice(hmac::sign(key, message).as_ref());
        Self(SecretBox::new(Box::new(bytes)), PhantomData)
    }

    /// Whether it is the secret of what `message` says, in constant time.
    pub(crate) fn is_of(&self, key: &hmac::Key, message: &[u8]) -> bool {
        hmac::verify(key, message, self.0.expose_secret()).is_ok()
    }
}
