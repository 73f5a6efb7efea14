//! The one module that reads the clock. Everything else is told what time it is.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// Says what time it is: the system's time, or one that a test sets.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    source: Source,
}

#[derive(Debug, Clone, Default)]
enum Source {
    #[default]
    System,
    Set(Arc<Mutex<Timestamp>>),
}

/// Sets the time that its [`Clock`] tells. The clock stands still in between.
#[derive(Debug, Clone)]
pub struct ClockSetter {
    now: Arc<Mutex<Timestamp>>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still at `now` until it is set.
    #[must_use]
    pub fn set_to(now: Timestamp) -> (Self, ClockSetter) {
        let now = Arc::new(Mutex::new(now));
        let clock = Self {
            source: Source::Set(Arc::clone(&now)),
        };
        (clock, ClockSetter { now })
    }

    /// What time it is.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one module that reads the clock"
    )]
    pub fn now(&self) -> Timestamp {
        match &self.source {
            Source::System => Timestamp::now(),
            // A panic elsewhere cannot leave half a timestamp.
            Source::Set(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

impl ClockSetter {
    /// From here on it is `now`, which may lie before what it was.
    pub fn set(&self, now: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_clock_stands_still_until_it_is_set() {
        let earlier: Timestamp = "2027-02-08T18:30:00Z".parse().unwrap();
        let later: Timestamp = "2027-02-09T00:00:00Z".parse().unwrap();
        let (clock, setter) = Clock::set_to(earlier);
        let copy = clock.clone();
        assert_eq!(clock.now(), earlier);
        assert_eq!(clock.now(), earlier);
        setter.set(later);
        assert_eq!(clock.now(), later);
        assert_eq!(copy.now(), later);
    }

    #[test]
    fn the_system_clock_does_not_stand_in_the_past() {
        let written: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
        assert!(Clock::system().now() > written);
    }
}
