//! Which requests are sent again, when, and how often.
//!
//! A request is sent again only where the contract has it that this does no harm: `GET`, and what
//! takes an `Idempotency-Key`, which then has the same one each time. And only when the answer may be
//! another: where none came, at 503 and 429, and while the first request with the key is being answered.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use tokio::time::Instant;

use crate::error::{Error, ErrorResponse, ResponseFailure};
use crate::random;

/// How often a request is sent again, unless the builder says otherwise.
pub(crate) const DEFAULT_RETRIES: u32 = 3;

/// The longest wait before the first time, which doubles with each.
const BASE_DELAY: Duration = Duration::from_millis(200);

/// The longest wait, unless the server asks for a longer one.
const MAX_DELAY: Duration = Duration::from_secs(5);

/// From the first attempt on: what would be sent later is not sent.
const DEADLINE: Duration = Duration::from_secs(30);

/// The code that says that the first request with the key is being answered.
const IN_USE: &str = "IDEMPOTENCY_KEY_IN_USE";

/// The attempts of one request.
pub(crate) struct Retries {
    left: u32,
    made: u32,
    began: Instant,
}

impl Retries {
    /// A request that may be sent so many times more.
    pub(crate) fn new(retries: u32) -> Self {
        Self {
            left: retries,
            made: 0,
            began: Instant::now(),
        }
    }

    /// Waits until the request is to be sent again, if it is.
    pub(crate) async fn wait_after<C, V>(&mut self, error: &Error<C, V>) -> bool {
        let Some(asked) = may_succeed(error) else {
            return false;
        };
        if self.left == 0 {
            return false;
        }
        let delay = delay(self.made, asked, random::number());
        if self.began.elapsed() + delay > DEADLINE {
            return false;
        }
        self.left -= 1;
        self.made += 1;
        tokio::time::sleep(delay).await;
        true
    }
}

/// How long the server asks to wait before what has failed may succeed; `None` for what fails again.
fn may_succeed<C, V>(error: &Error<C, V>) -> Option<Duration> {
    match error {
        Error::InvalidRequest(_) | Error::Token(_) => None,
        Error::NoResponse(cause) => (!cause.is_builder()).then_some(Duration::ZERO),
        Error::Response(response) => {
            let again = match response.status {
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => true,
                StatusCode::CONFLICT => has_code(response, IN_USE),
                _ => matches!(response.failure, ResponseFailure::Interrupted(_)),
            };
            again.then(|| response.retry_after.unwrap_or_default())
        }
    }
}

fn has_code<C, V>(response: &ErrorResponse<C, V>, code: &str) -> bool {
    let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
    body["error"]["code"] == code
}

/// At least what the server asks for, and a random part of a time that doubles: those who were refused
/// together do not come back together.
fn delay(made: u32, asked: Duration, random: u32) -> Duration {
    let limit = BASE_DELAY.saturating_mul(1 << made.min(16)).min(MAX_DELAY);
    asked.saturating_add(limit.mul_f64(f64::from(random) / f64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_wait_doubles_up_to_a_limit() {
        let longest = [0, 1, 2, 3, 4, 5, 1000].map(|made| delay(made, Duration::ZERO, u32::MAX));
        let expected = [200, 400, 800, 1600, 3200, 5000, 5000].map(Duration::from_millis);
        assert_eq!(longest, expected);
    }

    proptest! {
        #[test]
        fn nobody_comes_back_sooner_than_asked_nor_much_later(made: u32, asked in 0..90_000_u64, random: u32) {
            let asked = Duration::from_secs(asked);
            let delay = delay(made, asked, random);
            prop_assert!(asked <= delay && delay <= asked + MAX_DELAY);
        }
    }
}
