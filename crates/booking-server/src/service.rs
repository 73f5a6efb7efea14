//! What a handler works with: the store and the time. Dropshot
//! hands it to each of them, as an `Arc<Service>`.

use booking_persistence::Store;

use crate::clock::Clock;

/// What a handler works with.
#[derive(Debug)]
pub struct Service {
    store: Store,
    clock: Clock,
}

impl Service {
    /// A service on this store, at the time of this clock.
    #[must_use]
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
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
}
