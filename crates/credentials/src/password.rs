//! Passwords: their rules, and argon2id.

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::Score;

/// What OWASP's Password Storage Cheat Sheet asks of argon2id at the least: 19 MiB of memory, two
/// passes, one lane. When it changes, [`PasswordHash::needs_rehash`] finds the older hashes.
const PARAMS: Params = match Params::new(19 * 1024, 2, 1, Some(Params::DEFAULT_OUTPUT_LEN)) {
    Ok(params) => params,
    Err(_) => panic!("argon2 takes these parameters"),
};

/// The weakest that is taken: 10⁸ guesses and more. `zxcvbn` calls all below it too weak.
const WEAKEST_SCORE: Score = Score::Three;

/// How many characters are judged: what is strong so far is strong enough, and the time that
/// `zxcvbn` takes grows with more than their square.
const JUDGED_CHARS: usize = 48;

/// How many words about the user a password is compared with.
const MAX_USER_WORDS: usize = 16;

/// Why a text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than [`Password::MIN_CHARS`].
    #[error("the password has fewer than 8 characters")]
    TooShort,
    /// More than [`Password::MAX_CHARS`].
    #[error("the password has more than 128 characters")]
    TooLong,
    /// It is among the first that somebody would guess.
    #[error("the password is too easily guessed")]
    TooCommon,
}

/// A password as somebody has typed it, 8–128 characters, normalized.
///
/// Normalized is as in RFC 8265 §4.2.2 (OpaqueString): white space of every kind is a space, then
/// Unicode NFC. So the same keys pressed on another device make the same password.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// The fewest characters, counted after normalization.
    pub const MIN_CHARS: usize = 8;
    /// The most characters, counted as they were sent. It bounds the work of hashing.
    pub const MAX_CHARS: usize = 128;

    /// A password that somebody logs in with or wants to have.
    ///
    /// # Errors
    /// [`PasswordError::TooShort`] and [`PasswordError::TooLong`]. A password that is too short
    /// cannot be anybody's, so that a login may be refused at once.
    pub fn parse(text: &str) -> Result<Self, PasswordError> {
        if text.chars().nth(Self::MAX_CHARS).is_some() {
            return Err(PasswordError::TooLong);
        }
        // Room for all that normalization makes of it: a buffer that grew would leave copies behind.
        let mut normalized = String::with_capacity(text.len() * 3);
        normalized.extend(text.chars().map(plain_space).nfc());
        if normalized.chars().count() < Self::MIN_CHARS {
            return Err(PasswordError::TooShort);
        }
        Ok(Self(normalized.into()))
    }

    /// Whether a user may choose this password. `about_user` is what others know of the user: the
    /// e-mail address, the name, the name of the service.
    ///
    /// Only the first 48 characters are judged, and the first 16 words about the user, which bounds
    /// the time that it takes. That may still be as long as a hash takes: it belongs where
    /// [`PasswordHash::new`] does.
    ///
    /// # Errors
    /// [`PasswordError::TooCommon`].
    pub fn check_strength(&self, about_user: &[&str]) -> Result<(), PasswordError> {
        let about_user: Vec<&str> = about_user
            .iter()
            .flat_map(|text| {
                std::iter::once(*text).chain(text.split(|c: char| !c.is_alphanumeric()))
            })
            .filter(|word| (3..=Self::MAX_CHARS).contains(&word.len()))
            .take(MAX_USER_WORDS)
            .collect();
        let password = self.0.expose_secret();
        let end = password.char_indices().nth(JUDGED_CHARS);
        let judged = &password[..end.map_or(password.len(), |(end, _)| end)];
        let entropy = zxcvbn::zxcvbn(judged, &about_user);
        if entropy.score() < WEAKEST_SCORE {
            return Err(PasswordError::TooCommon);
        }
        Ok(())
    }

    fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

fn plain_space(character: char) -> char {
    if character.is_whitespace() && !character.is_control() {
        ' '
    } else {
        character
    }
}

/// A stored text is no argon2id hash in PHC form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no argon2id hash in PHC form")]
pub struct ParsePasswordHashError;

/// What is stored of a password: an argon2id hash in PHC form, which names its own parameters.
///
/// Making and verifying one takes tens of milliseconds and 19 MiB. Whoever calls bounds how many
/// run at once, off the threads of async code.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(phc::PasswordHash);

impl PasswordHash {
    /// The hash with today's parameters. The salt is 16 fresh random bytes.
    #[must_use]
    pub fn new(password: &Password, salt: [u8; 16]) -> Self {
        let hash = argon2id().hash_password_with_salt(password.as_bytes(), &salt);
        Self(hash.expect("argon2 refuses lengths only, and these are constant or bounded"))
    }

    /// A hash as it was stored, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
    ///
    /// # Errors
    /// [`ParsePasswordHashError`] where it is anything else.
    pub fn parse(stored: &str) -> Result<Self, ParsePasswordHashError> {
        let hash = phc::PasswordHash::new(stored).map_err(|_| ParsePasswordHashError)?;
        let complete = hash.salt.is_some() && hash.hash.is_some();
        let argon2id = hash.algorithm == Algorithm::Argon2id.ident();
        if !complete || !argon2id || Params::try_from(&hash).is_err() {
            return Err(ParsePasswordHashError);
        }
        Ok(Self(hash))
    }

    /// A hash that is nobody's, with today's parameters: an account that does not exist verifies
    /// against it, and so takes as long to be refused as one that does.
    #[must_use]
    pub fn dummy() -> Self {
        Self::parse(DUMMY).expect("a test reads the constant")
    }

    /// Whether this is the hash of the password, with the parameters that the hash names.
    #[must_use]
    pub fn verify(&self, password: &Password) -> bool {
        let verified = argon2id().verify_password(password.as_bytes(), &self.0);
        verified.is_ok()
    }

    /// Whether it was made with other parameters than today's: make it anew at the next login,
    /// when the password is known.
    #[must_use]
    pub fn needs_rehash(&self) -> bool {
        let version = Some(u32::from(Version::V0x13));
        self.0.version != version || Params::try_from(&self.0) != Ok(PARAMS)
    }

    /// The PHC form, to be stored.
    #[must_use]
    pub fn to_phc_string(&self) -> String {
        self.0.to_string()
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PasswordHash(…)")
    }
}

/// The hash of a password that was thrown away.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$WhHDjkLXkGsf6DSsdQ25Jg$3+m08M/ED7diPj8E+GPxHEfhdsyOTyZcaxkgCZoiG4o";

fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    #[test]
    fn a_password_verifies_against_its_own_hash_only() {
        let hash = PasswordHash::new(&password("correct horse battery"), [1; 16]);
        assert!(hash.verify(&password("correct horse battery")));
        assert!(!hash.verify(&password("correct horse batterY")));
        assert!(!PasswordHash::dummy().verify(&password("correct horse battery")));
        let other_salt = PasswordHash::new(&password("correct horse battery"), [2; 16]);
        assert_ne!(hash, other_salt);
    }

    #[test]
    fn a_hash_survives_its_stored_form() {
        let hash = PasswordHash::new(&password("correct horse battery"), [1; 16]);
        let stored = hash.to_phc_string();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(stored.len() <= 128, "{stored}");
        assert_eq!(PasswordHash::parse(&stored), Ok(hash));
    }

    #[test]
    fn todays_hashes_are_not_made_anew_and_older_ones_are() {
        assert!(!PasswordHash::new(&password("correct horse battery"), [1; 16]).needs_rehash());
        assert!(!PasswordHash::dummy().needs_rehash());
        for older in ["m=4096,t=2,p=1", "m=19456,t=1,p=1", "m=19456,t=2,p=2"] {
            let stored = DUMMY.replace("m=19456,t=2,p=1", older);
            assert!(
                PasswordHash::parse(&stored).unwrap().needs_rehash(),
                "{stored}"
            );
        }
        let older = PasswordHash::parse(&DUMMY.replace("v=19", "v=16")).unwrap();
        assert!(older.needs_rehash());
    }

    #[test]
    fn what_is_no_argon2id_hash_is_refused() {
        let truncated = DUMMY.rsplit_once('$').unwrap().0;
        for stored in [
            "",
            "$argon2id$",
            truncated,
            &DUMMY.replace("argon2id", "argon2i"),
            &DUMMY.replace("m=19456", "m=1"),
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        ] {
            assert_eq!(
                PasswordHash::parse(stored),
                Err(ParsePasswordHashError),
                "{stored}"
            );
        }
    }

    #[test]
    fn a_password_has_8_to_128_characters() {
        assert_eq!(
            Password::parse("1234567").unwrap_err(),
            PasswordError::TooShort
        );
        assert!(Password::parse("12345678").is_ok());
        assert!(Password::parse(&"ü".repeat(128)).is_ok());
        assert_eq!(
            Password::parse(&"ü".repeat(129)).unwrap_err(),
            PasswordError::TooLong
        );
        // Eight that were sent are four that a reader sees.
        assert_eq!(
            Password::parse(&"u\u{308}".repeat(4)).unwrap_err(),
            PasswordError::TooShort
        );
    }

    #[test]
    fn the_same_keys_on_another_device_make_the_same_password() {
        let hash = PasswordHash::new(&password("Grüße aus Köln"), [1; 16]);
        assert!(hash.verify(&password("Gru\u{308}ße\u{a0}aus Ko\u{308}ln")));
        assert!(!hash.verify(&password("Grusse aus Koln")));
    }

    #[test]
    fn common_passwords_are_refused() {
        for text in [
            "password",
            "12345678",
            "qwertyuiop",
            "iloveyou1",
            "Passw0rd!",
            "Tr0ub4dour&3",
            "aaaaaaaaaaaa",
        ] {
            let refused = password(text).check_strength(&[]);
            assert_eq!(refused, Err(PasswordError::TooCommon), "{text}");
        }
        for text in [
            "correct horse battery",
            "xK9#mQ2$vL",
            "Grüße aus Köln am Rhein",
        ] {
            assert_eq!(password(text).check_strength(&[]), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_strong_beginning_is_enough_and_a_strong_end_is_not() {
        let strong = "xK9#mQ2$vLé".repeat(5);
        let weak = "a".repeat(JUDGED_CHARS);
        let judge = |text: String| password(&text).check_strength(&[]);
        assert_eq!(judge(format!("{strong}{weak}")), Ok(()));
        let refused = judge(format!("{weak}{strong}"));
        assert_eq!(refused, Err(PasswordError::TooCommon));
    }

    #[test]
    fn a_password_about_the_user_is_refused() {
        let about = ["leopoldine.quastenflosser@example.com"];
        for text in ["quastenflosser1", "leopoldine.quastenflosser@example.com"] {
            assert_eq!(password(text).check_strength(&[]), Ok(()), "{text}");
            assert_eq!(
                password(text).check_strength(&about),
                Err(PasswordError::TooCommon),
                "{text}"
            );
        }
    }

    #[test]
    fn neither_password_nor_hash_is_shown() {
        let secret = password("correct horse battery");
        assert!(!format!("{secret:?}").contains("horse"));
        assert_eq!(format!("{:?}", PasswordHash::dummy()), "PasswordHash(…)");
    }

    proptest! {
        #[test]
        fn every_text_within_the_bounds_is_a_password(text in "[ -~]{8,128}") {
            prop_assert!(Password::parse(&text).is_ok());
        }

        #[test]
        fn a_stored_text_never_panics(text in any::<String>(), tail in "[$a-z0-9=,]{0,40}") {
            let _ = PasswordHash::parse(&text);
            let _ = PasswordHash::parse(&format!("$argon2id{tail}"));
        }
    }
}
