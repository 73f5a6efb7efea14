//! How often somebody may try: passwords, addresses, tokens of mails.
//!
//! Counted in this process, for each operation, by the caller's network and by the account that
//! is tried. So nobody can go through many passwords of one account, or through many accounts
//! from one place. It forgets with the process, and several processes count apart.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;

/// After how many attempts the keys are forgotten that are as good as new.
const ATTEMPTS_BETWEEN_SWEEPS: u32 = 1024;

/// How often somebody may try.
#[derive(Debug)]
pub(crate) struct AttemptLimits {
    limiter: Option<Limiter>,
    attempts: AtomicU32,
}

type Limiter = RateLimiter<Key, HashMapStateStore<Key>, Clock, NoOpMiddleware<Duration>>;

/// Whose attempts are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Network(&'static str, IpAddr),
    Account(&'static str, String),
}

/// There were too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there were too many attempts: the next one is allowed in {retry_after_seconds} seconds")]
pub(crate) struct TooManyAttempts {
    /// After how many seconds the next one is allowed, from 1.
    pub(crate) retry_after_seconds: u32,
}

impl AttemptLimits {
    /// So many attempts a minute, which may come all at once; `None` for no limit.
    pub(crate) fn new(per_minute: Option<NonZeroU32>, clock: Clock) -> Self {
        let limiter = per_minute.map(|per_minute| {
            RateLimiter::new(
                Quota::per_minute(per_minute),
                HashMapStateStore::default(),
                clock,
            )
        });
        Self {
            limiter,
            attempts: AtomicU32::new(0),
        }
    }

    /// Counts an attempt at `operation`, made from this address, at this account if there is one
    /// that is tried.
    ///
    /// # Errors
    ///
    /// There were too many, and this one is not to be looked at.
    pub(crate) fn attempt(
        &self,
        operation: &'static str,
        caller: IpAddr,
        account: Option<&str>,
    ) -> Result<(), TooManyAttempts> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        let attempts = self.attempts.fetch_add(1, Ordering::Relaxed);
        if attempts.is_multiple_of(ATTEMPTS_BETWEEN_SWEEPS) {
            limiter.retain_recent();
        }
        let network = Key::Network(operation, network(caller));
        let account = account.map(|account| Key::Account(operation, account.to_lowercase()));
        for key in std::iter::once(network).chain(account) {
            if let Err(until) = limiter.check_key(&key) {
                let wait = until.wait_time_from(GovernorClock::now(limiter.clock()));
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                return Err(TooManyAttempts {
                    retry_after_seconds: u32::try_from(seconds).unwrap_or(u32::MAX).max(1),
                });
            }
        }
        Ok(())
    }
}

/// Time since 1970. A clock that is put back counts as one that stands still.
impl GovernorClock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let since = self.now().as_duration();
        Duration::try_from(since).unwrap_or_default()
    }
}

/// An address, or for IPv6 the /64 that one customer of a provider commonly has.
pub(crate) fn network(caller: IpAddr) -> IpAddr {
    match caller.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let prefix = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan};

    use super::*;

    fn start() -> Timestamp {
        "2027-02-08T18:30:00Z".parse().unwrap()
    }

    fn two_a_minute(clock: Clock) -> AttemptLimits {
        AttemptLimits::new(NonZeroU32::new(2), clock)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_network_is_limited_and_told_how_long_to_wait() {
        let (clock, setter) = Clock::set_to(start());
        let limits = two_a_minute(clock);
        let attempt = |from: &str| limits.attempt("login", address(from), None);
        assert_eq!(attempt("192.0.2.1"), Ok(()));
        assert_eq!(attempt("::ffff:192.0.2.1"), Ok(()));
        let refused = attempt("192.0.2.1").unwrap_err();
        assert_eq!(refused.retry_after_seconds, 30);
        assert_eq!(attempt("192.0.2.2"), Ok(()));
        setter.set(start() + 30.seconds());
        assert_eq!(attempt("192.0.2.1"), Ok(()));
        assert!(attempt("192.0.2.1").is_err());
    }

    #[test]
    fn one_account_is_limited_wherever_it_is_tried_from() {
        let (clock, _) = Clock::set_to(start());
        let limits = two_a_minute(clock);
        let attempt = |host: u8, account: &str| {
            let from = IpAddr::from([192, 0, 2, host]);
            limits.attempt("login", from, Some(account))
        };
        assert_eq!(attempt(1, "sarah@example.com"), Ok(()));
        assert_eq!(attempt(2, "SARAH@example.com"), Ok(()));
        assert!(attempt(3, "sarah@example.com").is_err());
        assert_eq!(attempt(4, "luis@example.com"), Ok(()));
    }

    #[test]
    fn operations_are_counted_apart() {
        let (clock, _) = Clock::set_to(start());
        let limits = two_a_minute(clock);
        let attempt = |operation| limits.attempt(operation, address("192.0.2.1"), None);
        assert_eq!(attempt("login"), Ok(()));
        assert_eq!(attempt("login"), Ok(()));
        assert!(attempt("login").is_err());
        assert_eq!(attempt("register_user"), Ok(()));
    }

    #[test]
    fn the_addresses_of_one_customer_count_as_one() {
        assert_eq!(
            network(address("2001:db8:1:2:3:4:5:6")),
            address("2001:db8:1:2::")
        );
        assert_ne!(
            network(address("2001:db8:1:3::1")),
            network(address("2001:db8:1:2::1"))
        );
    }

    #[test]
    fn without_a_limit_everybody_may_try() {
        let limits = AttemptLimits::new(None, Clock::set_to(start()).0);
        for _ in 0..1000 {
            assert_eq!(
                limits.attempt("login", address("192.0.2.1"), Some("a@b")),
                Ok(())
            );
        }
    }

    #[test]
    fn a_clock_that_is_put_back_lets_nobody_try_more_often() {
        let (clock, setter) = Clock::set_to(start());
        let limits = two_a_minute(clock);
        let attempt = || limits.attempt("login", address("192.0.2.1"), None);
        assert_eq!(attempt(), Ok(()));
        assert_eq!(attempt(), Ok(()));
        setter.set(start() - 1.hour());
        assert!(attempt().is_err());
    }
}
