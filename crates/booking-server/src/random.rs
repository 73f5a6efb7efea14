//! The one module that reads randomness. Everything else is handed bytes.

use booking_persistence::RandomSource;

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
}

impl From<Random> for RandomSource {
    fn from(random: Random) -> Self {
        Self::new(move || random.bytes().map_err(std::io::Error::other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_draws_are_the_same() {
        let first = Random.bytes().unwrap();
        let second = Random.bytes().unwrap();
        assert_ne!(first, second);
        assert_ne!(first[..16], first[16..]);
    }
}
