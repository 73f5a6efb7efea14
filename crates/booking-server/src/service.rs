//! What a handler works with: the store, the time, and who is calling. Dropshot hands it to each
//! of them, as an `Arc<Service>`.

use booking_persistence::Store;

use crate::clock::Clock;
use crate::identity::Identity;

/// What a handler works with.
#[derive(Debug)]
pub struct Service {
    store: Store,
    clock: Clock,
    identity: Identity,
    shows_mails: bool,
}

impl Service {
    /// A service on this store, at the time of this clock, for callers that this knows.
    #[must_use]
    pub(crate) fn new(store: Store, clock: Clock, identity: Identity) -> Self {
        Self {
            store,
            clock,
            identity,
            shows_mails: false,
        }
    }

    /// The service, which shows the mails that are not sent to whoever asks on this machine.
    #[must_use]
    pub(crate) fn with_mails_shown(self, shows_mails: bool) -> Self {
        Self {
            shows_mails,
            ..self
        }
    }

    /// Whether mails are shown to this machine.
    pub(crate) fn shows_mails(&self) -> bool {
        self.shows_mails
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

    /// Who is calling.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }
}
