//! Passwords are hashed off the threads that serve, a few at a time.

use std::sync::Arc;

use credentials::{Password, PasswordError, PasswordHash};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::random::{Random, RandomError};

/// How many are hashed at a time. Each takes 19 MiB and a core for some tens of milliseconds; a
/// crowd that logs in must leave cores to those who book.
const AT_A_TIME: usize = 2;

/// How many may wait for their turn: whoever comes last waits for about two seconds. Those beyond are
/// told to come again, instead of holding their connections and their bodies without end.
const WAITING: usize = 64;

/// Hashes passwords and verifies them.
#[derive(Debug, Clone)]
pub(crate) struct PasswordHasher {
    /// Places for those who wait and those whose turn it is.
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// Why a password is not hashed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HashingError {
    /// Too many wait already.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The thread has failed.
    #[error("a password could not be hashed: {0}")]
    Thread(#[from] tokio::task::JoinError),
    /// The system gives no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl PasswordHasher {
    pub(crate) fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_A_TIME + WAITING)),
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
        }
    }

    /// The hash of a password, with a salt of its own.
    pub(crate) async fn hash(&self, password: Password) -> Result<PasswordHash, HashingError> {
        let salt = salt()?;
        self.in_turn(move || PasswordHash::new(&password, salt))
            .await
    }

    /// The hash of a new password, or why it is refused: judging how easily it is guessed can take
    /// as long as hashing it. `about_user` is what somebody who knows the user tries first.
    pub(crate) async fn hash_new(
        &self,
        password: Password,
        about_user: Vec<String>,
    ) -> Result<Result<PasswordHash, PasswordError>, HashingError> {
        let salt = salt()?;
        self.in_turn(move || {
            let about_user: Vec<&str> = about_user.iter().map(String::as_str).collect();
            password.check_strength(&about_user)?;
            Ok(PasswordHash::new(&password, salt))
        })
        .await
    }

    /// Whether a password is the one that was hashed. Without a hash it is not, and that takes as
    /// long.
    pub(crate) async fn verify(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, HashingError> {
        self.in_turn(move || match hash {
            Some(hash) => hash.verify(&password),
            None => {
                let _ = PasswordHash::dummy().verify(&password);
                false
            }
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashingError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| HashingError::Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.expect("the semaphore is never closed");
        // Both go with the work: who hangs up in the middle makes no room for another.
        Ok(spawn_blocking(move || {
            let _held = (place, turn);
            work()
        })
        .await?)
    }
}

fn salt() -> Result<[u8; 16], RandomError> {
    let mut salt = [0; 16];
    salt.copy_from_slice(&Random.bytes()?[..16]);
    Ok(salt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_comes_when_the_queue_is_full_is_turned_away_at_once_and_may_come_again() {
        let hasher = PasswordHasher::new();
        let password = |text| Password::parse(text).unwrap();
        // Nobody's turn comes while this is held.
        let all_turns = Arc::clone(&hasher.turns).acquire_many_owned(2).await;
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..AT_A_TIME + WAITING {
            let hasher = hasher.clone();
            waiting.spawn(async move { hasher.in_turn(|| ()).await.unwrap() });
        }
        while hasher.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = hasher.verify(password("quiet river under stones"), None);
        assert!(matches!(refused.await, Err(HashingError::Busy)));
        // Who hangs up leaves the queue.
        waiting.abort_all();
        while waiting.join_next().await.is_some() {}
        drop(all_turns);
        let verified = hasher.verify(password("quiet river under stones"), None);
        assert!(!verified.await.unwrap());
    }

    #[tokio::test]
    async fn a_password_is_verified_and_nothing_else_is() {
        let hasher = PasswordHasher::new();
        let password = |text| Password::parse(text).unwrap();
        let hash = hasher
            .hash(password("quiet river under stones"))
            .await
            .unwrap();
        let verify = |text, hash| hasher.verify(password(text), hash);
        assert!(
            verify("quiet river under stones", Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!verify("quiet river over stones", Some(hash)).await.unwrap());
        assert!(!verify("quiet river under stones", None).await.unwrap());
    }
}
