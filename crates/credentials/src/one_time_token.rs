//! Tokens that are good once: in the links of mails, and as OAuth's authorization codes.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::instant::later;
use crate::opaque::{self, ParseTokenError, TokenDigest};

/// Random bytes of a token.
const LENGTH: usize = 32;

/// What a token is good for. It is bound into text and digest, so that a token for one thing opens
/// nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OneTimeTokenPurpose {
    /// Shows that an account's e-mail address is its owner's: `ev_`, for 24 hours.
    EmailVerification,
    /// Sets another password: `pr_`, for an hour.
    PasswordReset,
    /// Makes somebody a member of a restaurant's staff: `in_`, for 7 days.
    StaffInvitation,
    /// Is exchanged for tokens by the program that asked for it: `ac_`, for a minute (RFC 6749
    /// §4.1.2 allows ten).
    AuthorizationCode,
}

impl OneTimeTokenPurpose {
    /// For how long a token is good.
    #[must_use]
    pub const fn lifetime(self) -> SignedDuration {
        match self {
            Self::EmailVerification => SignedDuration::from_hours(24),
            Self::PasswordReset => SignedDuration::from_hours(1),
            Self::StaffInvitation => SignedDuration::from_hours(7 * 24),
            Self::AuthorizationCode => SignedDuration::from_secs(60),
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::EmailVerification => "ev_",
            Self::PasswordReset => "pr_",
            Self::StaffInvitation => "in_",
            Self::AuthorizationCode => "ac_",
        }
    }
}

/// A token as it is given out or presented.
#[derive(Debug)]
pub struct OneTimeToken {
    purpose: OneTimeTokenPurpose,
    secret: SecretBox<[u8; LENGTH]>,
}

impl OneTimeToken {
    /// A token of 32 fresh random bytes.
    #[must_use]
    pub fn from_random(purpose: OneTimeTokenPurpose, bytes: [u8; LENGTH]) -> Self {
        Self {
            purpose,
            secret: SecretBox::new(Box::new(bytes)),
        }
    }

    /// A token for this purpose from its text: the purpose's prefix and 43 characters.
    ///
    /// # Errors
    /// [`ParseTokenError`] where the text is anything else, a token for another purpose included.
    pub fn parse(purpose: OneTimeTokenPurpose, text: &str) -> Result<Self, ParseTokenError> {
        let bytes = opaque::decode::<LENGTH>(purpose.prefix(), text)?;
        Ok(Self::from_random(purpose, *bytes))
    }

    /// The text to be sent.
    #[must_use]
    pub fn expose_text(&self) -> SecretString {
        opaque::encode(self.purpose.prefix(), self.secret.expose_secret())
    }

    /// What is stored of it, and found again by.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest::new(self.purpose.prefix(), self.secret.expose_secret())
    }
}

/// A token's life, as it is stored beside its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimeTokenRecord {
    /// From when it is good no more.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// Why a token that exists opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OneTimeTokenRejection {
    /// It was used before. For an authorization code, what was given for it has to be revoked
    /// (RFC 6749 §4.1.2).
    #[error("the token has been used")]
    Used,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
}

impl OneTimeTokenRecord {
    /// The record of a token that is given out now.
    #[must_use]
    pub fn new(purpose: OneTimeTokenPurpose, now: Timestamp) -> Self {
        Self {
            expires_at: later(now, purpose.lifetime()),
            used_at: None,
        }
    }

    /// The record after its use, which is stored in the transaction of what it is used for. It has
    /// been loaded under a lock.
    ///
    /// # Errors
    /// [`OneTimeTokenRejection`].
    pub fn redeem(self, now: Timestamp) -> Result<Self, OneTimeTokenRejection> {
        if self.used_at.is_some() {
            return Err(OneTimeTokenRejection::Used);
        }
        if now >= self.expires_at {
            return Err(OneTimeTokenRejection::Expired);
        }
        Ok(Self {
            used_at: Some(now),
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PURPOSES: [OneTimeTokenPurpose; 4] = [
        OneTimeTokenPurpose::EmailVerification,
        OneTimeTokenPurpose::PasswordReset,
        OneTimeTokenPurpose::StaffInvitation,
        OneTimeTokenPurpose::AuthorizationCode,
    ];

    #[test]
    fn a_token_is_good_once_and_until_its_time_is_over() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let record = OneTimeTokenRecord::new(OneTimeTokenPurpose::PasswordReset, at(0));
        let used = record.redeem(at(3599)).unwrap();
        assert_eq!(
            used,
            OneTimeTokenRecord {
                used_at: Some(at(3599)),
                ..record
            }
        );
        assert_eq!(used.redeem(at(3599)), Err(OneTimeTokenRejection::Used));
        assert_eq!(record.redeem(at(3600)), Err(OneTimeTokenRejection::Expired));
    }

    #[test]
    fn a_token_is_not_shown() {
        let token = OneTimeToken::from_random(OneTimeTokenPurpose::PasswordReset, [0x41; 32]);
        let shown = format!("{token:?} {:?}", token.expose_text());
        assert!(!shown.contains("pr_") && !shown.contains("65"), "{shown}");
    }

    proptest! {
        #[test]
        fn a_token_serves_one_purpose(bytes: [u8; 32], one in 0..4_usize, other in 0..4_usize) {
            let token = OneTimeToken::from_random(PURPOSES[one], bytes);
            let text = token.expose_text();
            let parsed = OneTimeToken::parse(PURPOSES[other], text.expose_secret());
            prop_assert_eq!(parsed.is_ok(), one == other);
            let elsewhere = OneTimeToken::from_random(PURPOSES[other], bytes).digest();
            prop_assert_eq!(token.digest().matches(&elsewhere), one == other);
        }

        #[test]
        fn any_text_is_read_without_panic(text in any::<String>(), purpose in 0..4_usize) {
            prop_assert!(OneTimeToken::parse(PURPOSES[purpose], &text).is_err());
        }
    }
}
