//! The one module that reads a clock. Everything else is told what time it is.
//!
//! It is the database's time, whatever the machine's own clock says: servers on one database agree on
//! what has expired and on what is now. In between, the time that has passed is counted by the
//! machine's monotonic clock, which nobody sets.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use booking_persistence::{Store, StoreError};
use jiff::Timestamp;

/// What the database has said is known to half the time that the question took. What took longer is
/// worth less than counting on from what it said before.
const MAX_ROUND_TRIP: Duration = Duration::from_secs(1);

/// Says what time it is: the database's time, or one that a test sets.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    Database(Arc<RwLock<Measurement>>),
    Set(Arc<RwLock<Timestamp>>),
}

/// What the database's clock showed at a moment of the monotonic one.
#[derive(Debug, Clone, Copy)]
struct Measurement {
    time: Timestamp,
    at: Instant,
    round_trip: Duration,
}

impl Measurement {
    async fn take(store: &Store) -> Result<Self, StoreError<Infallible>> {
        let asked = Instant::now();
        let time = store.database_time().await?;
        let round_trip = asked.elapsed();
        Ok(Self {
            time,
            at: asked + round_trip / 2,
            round_trip,
        })
    }

    fn now(&self) -> Timestamp {
        let passed = self.at.elapsed();
        self.time.checked_add(passed).unwrap_or(Timestamp::MAX)
    }
}

/// Sets the time that its [`Clock`] tells. The clock stands still in between.
#[derive(Debug, Clone)]
pub struct ClockSetter {
    now: Arc<RwLock<Timestamp>>,
}

impl Clock {
    /// The clock of the database, which is asked once here.
    pub(crate) async fn of_database(store: &Store) -> Result<Self, StoreError<Infallible>> {
        let measured = Measurement::take(store).await?;
        Ok(Self(Source::Database(Arc::new(RwLock::new(measured)))))
    }

    /// A clock that stands still at `now` until it is set.
    #[must_use]
    pub fn set_to(now: Timestamp) -> (Self, ClockSetter) {
        let now = Arc::new(RwLock::new(now));
        let clock = Self(Source::Set(Arc::clone(&now)));
        (clock, ClockSetter { now })
    }

    /// Asks the database anew what time it is. Where it does not say, or not soon, the clock goes on
    /// from what it said before. A clock that is set stays as it is.
    pub(crate) async fn adjust(&self, store: &Store) -> Result<(), StoreError<Infallible>> {
        if let Source::Database(known) = &self.0 {
            let measured = Measurement::take(store).await?;
            if measured.round_trip <= MAX_ROUND_TRIP {
                *known.write().unwrap_or_else(PoisonError::into_inner) = measured;
            }
        }
        Ok(())
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        // A panic elsewhere cannot leave half a timestamp.
        match &self.0 {
            Source::Database(known) => known.read().unwrap_or_else(PoisonError::into_inner).now(),
            Source::Set(now) => *now.read().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

impl ClockSetter {
    /// From here on it is `now`, which may lie before what it was.
    pub fn set(&self, now: Timestamp) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = now;
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
    fn what_has_passed_since_the_database_was_asked_is_counted() {
        let time: Timestamp = "2027-02-08T18:30:00Z".parse().unwrap();
        let hour = Duration::from_secs(3600);
        let at = Instant::now().checked_sub(hour).unwrap();
        let clock = Clock(Source::Database(Arc::new(RwLock::new(Measurement {
            time,
            at,
            round_trip: Duration::ZERO,
        }))));
        assert!(clock.now() >= time + hour);
    }
}
