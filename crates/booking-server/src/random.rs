//! The one module that reads randomness. Everything else is handed bytes.

use booking_persistence::RandomSource;
use credentials::SecretString;

/// The system's source of random bytes, fit for secrets and for names that nobody must
/// be able to guess.
#[derive(Debug, Clone, Copy, Default)]
pub struct Random;

/// The system gave no random bytes. It happens at most while a machine boots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes: {0}")]
pub struct RandomError(#[from] getrandom::Error);

impl Random {
    /// 32 bytes that nobody can guess: enough for a booking's id and its confirmation code.
    ///
    /// # Errors
    ///
    /// When the system gives none.
    pub fn bytes(self) -> Result<[u8; 32], RandomError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A password that nobody can guess and everybody can type: twenty letters and digits, of 32
    /// that are not mistaken for each other, in groups of five.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn password(self) -> Result<SecretString, RandomError> {
        const SYMBOLS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let bytes = self.bytes()?;
        let groups: Vec<String> = bytes[..20]
            .chunks(5)
            .map(|group| {
                let symbols = group.iter().map(|byte| SYMBOLS[usize::from(byte % 32)]);
                symbols.map(char::from).collect()
            })
            .collect();
        Ok(groups.join("-").into())
    }
}

impl From<Random> for RandomSource {
    fn from(random: Random) -> Self {
        Self::new(move || random.bytes().map_err(std::io::Error::other))
    }
}

#[cfg(test)]
mod tests {
    use credentials::{ExposeSecret, Password};

    use super::*;

    #[test]
    fn no_two_draws_are_the_same() {
        let first = Random.bytes().unwrap();
        let second = Random.bytes().unwrap();
        assert_ne!(first, second);
        assert_ne!(first[..16], first[16..]);
    }

    #[test]
    fn a_password_is_one_that_an_account_may_have() {
        let password = Random.password().unwrap();
        assert_eq!(password.expose_secret().len(), 23);
        let password = Password::parse(password.expose_secret()).unwrap();
        assert_eq!(password.check_strength(&["ReserveEasy"]), Ok(()));
    }
}
