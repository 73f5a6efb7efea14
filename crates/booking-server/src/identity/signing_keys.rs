//! The keys that access tokens are signed and verified with: kept in the database, sealed under
//! the server's secret key, and rotated by whichever server first sees that it is time.

use std::sync::{Arc, PoisonError, RwLock};

use booking_persistence::{Store, StoreError, StoredSigningKey};
use credentials::{
    OpenSigningKeyError, PublicKey, SecretKey, SigningKey, SigningKeyLife, VerificationKeys,
};
use jiff::Timestamp;

use crate::random::{Random, RandomError};

/// The keys as this server knows them. They are read anew every few minutes: a new key is
/// announced an hour before it signs, so no server meets a token whose key it does not know.
#[derive(Debug)]
pub(crate) struct SigningKeys {
    secret_key: Arc<SecretKey>,
    known: RwLock<Arc<KnownKeys>>,
}

/// The keys at one moment.
#[derive(Debug, Default)]
pub(crate) struct KnownKeys {
    /// Those that sign, or will, with their lives.
    signing: Vec<(SigningKey, SigningKeyLife)>,
    /// Those that verify.
    pub(crate) verification: VerificationKeys,
}

/// Why there are no keys to sign with.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeysError {
    /// The database does not give them.
    #[error("the signing keys cannot be read: {0}")]
    Store(#[from] StoreError<std::convert::Infallible>),
    /// They were sealed under another secret key.
    #[error(
        "a signing key in the database was sealed under another secret key than this server has: \
         give all servers of one database the same BOOKING_SECRET_KEY"
    )]
    OtherSecretKey(#[from] OpenSigningKeyError),
    /// The system gives no random bytes for a new one.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl SigningKeys {
    /// Reads the keys, and makes the first one where there is none.
    pub(crate) async fn load(
        secret_key: Arc<SecretKey>,
        store: &Store,
        now: Timestamp,
    ) -> Result<Self, SigningKeysError> {
        let keys = Self {
            secret_key,
            known: RwLock::default(),
        };
        keys.refresh(store, now).await?;
        Ok(keys)
    }

    /// Reads the keys anew, and makes the next one where it is time.
    pub(crate) async fn refresh(
        &self,
        store: &Store,
        now: Timestamp,
    ) -> Result<(), SigningKeysError> {
        let mut stored = store.signing_keys().await?;
        // A server with another secret key must not make the next key for those with the right one.
        self.open(&stored)?;
        if is_rotation_due(&stored, now) {
            let next = Candidate::new(&self.secret_key)?;
            // Asked again under the lock: another server may have been first.
            let decide = |stored: &[StoredSigningKey]| {
                if is_rotation_due(stored, now) {
                    rotation(stored, &next, now)
                } else {
                    Vec::new()
                }
            };
            stored = store.rotate_signing_keys(decide).await?;
        }
        let known = Arc::new(self.open(&stored)?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// Has another key take the place of the present one, though it is not time yet, and gives the
    /// moment from which it signs. Where one is announced already, that is the one.
    pub(crate) async fn rotate(
        &self,
        store: &Store,
        now: Timestamp,
    ) -> Result<Timestamp, SigningKeysError> {
        self.open(&store.signing_keys().await?)?;
        let next = Candidate::new(&self.secret_key)?;
        let decide = |stored: &[StoredSigningKey]| {
            if is_announced(stored, now) {
                Vec::new()
            } else {
                rotation(stored, &next, now)
            }
        };
        let stored = store.rotate_signing_keys(decide).await?;
        Ok(latest(&stored).map_or(now, |key| key.life.active_from))
    }

    /// The keys as they are now.
    pub(crate) fn known(&self) -> Arc<KnownKeys> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SigningKeys {
    fn open(&self, stored: &[StoredSigningKey]) -> Result<KnownKeys, OpenSigningKeyError> {
        let open = |key: &StoredSigningKey| {
            let key_id = key.public_key.key_id();
            let opened = SigningKey::open(&key.sealed_private_key, key_id, &self.secret_key)?;
            Ok((opened, key.life))
        };
        let not_retired = stored.iter().filter(|key| key.life.retired_at.is_none());
        let retiring = stored.iter().filter(|key| key.life.retired_at.is_some());
        // What has retired long ago may have been sealed under a key that is no longer given.
        let retiring = retiring.filter_map(|key| open(key).ok());
        let mut signing = not_retired
            .map(open)
            .collect::<Result<Vec<_>, OpenSigningKeyError>>()?;
        signing.extend(retiring);
        let verification = stored.iter().map(|key| (key.public_key.clone(), key.life));
        Ok(KnownKeys {
            signing,
            verification: VerificationKeys::new(verification),
        })
    }
}

impl KnownKeys {
    /// The key that signs now.
    pub(crate) fn signing_at(&self, now: Timestamp) -> Option<&SigningKey> {
        let signing = self.signing.iter().filter(|(_, life)| life.signs_at(now));
        // Two servers with clocks apart may see two of them: the newer one outlives the other.
        signing
            .max_by_key(|(_, life)| life.active_from)
            .map(|(key, _)| key)
    }
}

/// A key that would be the next, and how it would be stored.
#[derive(Debug)]
struct Candidate {
    public_key: PublicKey,
    sealed_private_key: Vec<u8>,
}

impl Candidate {
    fn new(secret_key: &SecretKey) -> Result<Self, RandomError> {
        let key = SigningKey::from_random(Random.bytes()?);
        let mut nonce = [0; 12];
        nonce.copy_from_slice(&Random.bytes()?[..12]);
        Ok(Self {
            public_key: key.public_key().clone(),
            sealed_private_key: key.seal(secret_key, nonce),
        })
    }

    fn stored(&self, life: SigningKeyLife, now: Timestamp) -> StoredSigningKey {
        StoredSigningKey {
            public_key: self.public_key.clone(),
            sealed_private_key: self.sealed_private_key.clone(),
            created_at: now,
            life,
        }
    }
}

/// Whether it is time for another key.
fn is_rotation_due(stored: &[StoredSigningKey], now: Timestamp) -> bool {
    latest(stored).is_none_or(|key| key.life.rotation_due_at() <= now)
}

/// Whether there is a key that will sign, and does not yet.
fn is_announced(stored: &[StoredSigningKey], now: Timestamp) -> bool {
    latest(stored).is_some_and(|key| now < key.life.active_from)
}

/// What is to be stored when `next` takes the place of the present key, which signs until all have
/// heard of the next one.
fn rotation(
    stored: &[StoredSigningKey],
    next: &Candidate,
    now: Timestamp,
) -> Vec<StoredSigningKey> {
    match latest(stored) {
        None => vec![next.stored(SigningKeyLife::new(now), now)],
        Some(present) => {
            let (retiring, successor) = present.life.rotate(now);
            vec![
                StoredSigningKey {
                    life: retiring,
                    ..present.clone()
                },
                next.stored(successor, now),
            ]
        }
    }
}

/// The key whose end is not decided yet.
fn latest(stored: &[StoredSigningKey]) -> Option<&StoredSigningKey> {
    let open_ended = stored.iter().filter(|key| key.life.retired_at.is_none());
    open_ended.max_by_key(|key| key.life.active_from)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    fn start() -> Timestamp {
        "2027-02-08T18:30:00Z".parse().unwrap()
    }

    fn secret_key() -> SecretKey {
        SecretKey::from_random([7; 32])
    }

    fn candidate() -> Candidate {
        Candidate::new(&secret_key()).unwrap()
    }

    /// What is stored after a rotation.
    fn rotate(stored: &mut Vec<StoredSigningKey>, now: Timestamp) {
        for key in rotation(stored, &candidate(), now) {
            stored.retain(|other| other.public_key != key.public_key);
            stored.push(key);
        }
    }

    #[test]
    fn there_is_a_key_that_signs_at_every_moment_of_a_year() {
        let mut stored = Vec::new();
        let keys = SigningKeys {
            secret_key: Arc::new(secret_key()),
            known: RwLock::default(),
        };
        for half_hours in 0..2 * 24 * 366 {
            let now = start() + (30 * half_hours).minutes();
            if is_rotation_due(&stored, now) {
                rotate(&mut stored, now);
                assert!(!is_rotation_due(&stored, now));
            }
            assert!(stored.iter().any(|key| key.life.signs_at(now)), "{now}");
        }
        assert_eq!(stored.len(), 13);
        let known = keys.open(&stored).unwrap();
        assert!(known.signing_at(start() + 100.hours()).is_some());
    }

    #[test]
    fn a_key_that_was_sealed_under_another_secret_is_told() {
        let mut stored = Vec::new();
        rotate(&mut stored, start());
        let keys = SigningKeys {
            secret_key: Arc::new(SecretKey::from_random([8; 32])),
            known: RwLock::default(),
        };
        assert!(keys.open(&stored).is_err());
    }
}
