//! Refresh tokens: their text, and what a use of one does to its family (RFC 9700 §4.14).
//!
//! A family is one login. Each use of its token retires that token and gives out the next
//! generation. The token of a generation is an HMAC of family and generation, so that it can be made
//! again when a second tab asks with the token that the first has just used, and nothing that opens
//! anything is stored.

use aws_lc_rs::hmac;
use jiff::{SignedDuration, Timestamp};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use uuid::Uuid;

use crate::instant::later;
use crate::opaque::{self, ParseTokenError, TokenDigest};
use crate::secret_key::{KeyPurpose, SecretKey};

/// What a token's text begins with.
const PREFIX: &str = "rt_";

/// Bytes of a token: the family's id, the generation, the HMAC-SHA256 of both.
const LENGTH: usize = MESSAGE_LENGTH + 32;
const MESSAGE_LENGTH: usize = 16 + 4;

/// A refresh token as it was presented. Whether the server has made it is not known before
/// [`RefreshTokenKey::authenticate`].
#[derive(Debug)]
pub struct RefreshToken(SecretBox<[u8; LENGTH]>);

impl RefreshToken {
    /// A token from its text, `rt_` and 70 characters.
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

    /// What may be stored of it.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest::new("refresh-token", self.0.expose_secret())
    }

    fn split(&self) -> (&[u8], &[u8]) {
        self.0.expose_secret().split_at(MESSAGE_LENGTH)
    }
}

/// What a token says that this server has made: only then is its family looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthenticRefreshToken {
    /// The family that it belongs to.
    family_id: Uuid,
    /// Which use of the family it is for, from 0.
    generation: u32,
}

impl AuthenticRefreshToken {
    /// The family to load, and to lock, before [`RefreshFamily::rotate`].
    #[must_use]
    pub const fn family_id(&self) -> Uuid {
        self.family_id
    }
}

/// Makes refresh tokens and recognizes them.
#[derive(Debug)]
pub struct RefreshTokenKey(hmac::Key);

impl RefreshTokenKey {
    /// The key that the server's secret key has for this.
    #[must_use]
    pub fn new(secret_key: &SecretKey) -> Self {
        Self(secret_key.mac_key(KeyPurpose::RefreshTokens))
    }

    /// The token of the family's present generation: what is answered to a login, to a rotation, and
    /// to the second of two tabs.
    #[must_use]
    pub fn token(&self, family: &RefreshFamily) -> RefreshToken {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        let (message, mac) = bytes.split_at_mut(MESSAGE_LENGTH);
        message[..16].copy_from_slice(family.id.as_bytes());
        message[16..].copy_from_slice(&family.generation.to_be_bytes());
        mac.copy_from_slice(hmac::sign(&self.0, message).as_ref());
        RefreshToken(SecretBox::new(Box::new(*bytes)))
    }

    /// What the token says, if this server has made it (compared in constant time).
    #[must_use]
    pub fn authenticate(&self, token: &RefreshToken) -> Option<AuthenticRefreshToken> {
        let (message, mac) = token.split();
        hmac::verify(&self.0, message, mac).ok()?;
        let (family_id, generation) = message.split_first_chunk::<16>()?;
        Some(AuthenticRefreshToken {
            family_id: Uuid::from_bytes(*family_id),
            generation: u32::from_be_bytes(generation.try_into().ok()?),
        })
    }
}

/// A login and its tokens, as they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshFamily {
    /// Its id, which access tokens carry as `sid`.
    pub id: Uuid,
    /// The generation that was given out last. It is unused: using it makes the next.
    pub generation: u32,
    /// When it began, with a login.
    pub started_at: Timestamp,
    /// When the last generation was given out.
    pub rotated_at: Timestamp,
    /// When it ended: by a logout, a changed password, or the use of an old token.
    pub revoked_at: Option<Timestamp>,
}

/// What the use of a token comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// The token was the latest: store the family as it is now, and answer its token.
    Rotated(RefreshFamily),
    /// The token was the latest but one, whose successor was given out a moment ago and is unused:
    /// two tabs have asked at once. Nothing changes, and the family's token is answered again.
    AnsweredAgain(RefreshFamily),
    /// The token is an old one: somebody has a copy. Store the family, which is revoked now, and
    /// record it.
    Reused(RefreshFamily),
    /// The family has reached its age, or was not used for too long.
    Expired,
    /// The family was revoked before.
    Revoked,
}

impl RefreshFamily {
    /// For how long a family lives that is not used: 30 days.
    pub const SLIDING_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
    /// For how long a family lives at the most: 90 days from its login.
    pub const ABSOLUTE_LIFETIME: SignedDuration = SignedDuration::from_hours(90 * 24);
    /// For how long after a rotation the token that was used is answered again.
    pub const GRACE: SignedDuration = SignedDuration::from_secs(10);

    /// The family of a new login. Its id is made of 16 fresh random bytes.
    #[must_use]
    pub fn new(id: [u8; 16], now: Timestamp) -> Self {
        Self {
            id: uuid::Builder::from_random_bytes(id).into_uuid(),
            generation: 0,
            started_at: now,
            rotated_at: now,
            revoked_at: None,
        }
    }

    /// When its present token ends.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        let unused = later(self.rotated_at, Self::SLIDING_LIFETIME);
        unused.min(later(self.started_at, Self::ABSOLUTE_LIFETIME))
    }

    /// The family after its end. One that has ended before keeps the earlier instant.
    #[must_use]
    pub fn revoked(self, now: Timestamp) -> Self {
        Self {
            revoked_at: self.revoked_at.or(Some(now)),
            ..self
        }
    }

    /// What the use of one of its tokens comes to. The family has been loaded under a lock.
    ///
    /// A token of another family is [`Rotation::Revoked`], and one of a generation that was never
    /// given out (a database that was restored from a copy has forgotten it) is
    /// [`Rotation::Reused`].
    #[must_use]
    pub fn rotate(self, presented: AuthenticRefreshToken, now: Timestamp) -> Rotation {
        if presented.family_id != self.id || self.revoked_at.is_some() {
            return Rotation::Revoked;
        }
        if now >= self.expires_at() {
            return Rotation::Expired;
        }
        if presented.generation == self.generation {
            // A family that could be used four thousand million times is at its end, too.
            let Some(generation) = self.generation.checked_add(1) else {
                return Rotation::Expired;
            };
            return Rotation::Rotated(Self {
                generation,
                rotated_at: now,
                ..self
            });
        }
        let predecessor = presented.generation.checked_add(1) == Some(self.generation);
        if predecessor && now < later(self.rotated_at, Self::GRACE) {
            return Rotation::AnsweredAgain(self);
        }
        Rotation::Reused(self.revoked(now))
    }
}

#[cfg(test)]
mod tests;
