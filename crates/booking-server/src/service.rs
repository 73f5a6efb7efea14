//! What a handler works with: the store, the time and the source of randomness. Dropshot
//! hands it to each of them, as an `Arc<Service>`.

use booking_persistence::Store;

use crate::clock::Clock;
use crate::random::Random;

/// What a handler works with.
#[derive(Debug)]
pub struct Service {
    store: Store,
    clock: Clock,
    random: Random,
}

impl Service {
    /// A service on this store, at the time of this clock.
    #[must_use]
    pub fn new(store: Store, clock: Clock, random: Random) -> Self {
        Self {
            store,
            clock,
            random,
        }
    }

    /// Where the bookings are.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What time it is.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Bytes that nobody can guess.
    ///
    /// # Panics
    ///
    /// When the system has none, which happens at most while a machine boots. The request that
    /// asked for them is answered with 500.
    pub(crate) fn random_bytes(&self) -> [u8; 32] {
        self.random
            .bytes()
            .expect("a machine that has booted has random bytes")
    }
}
