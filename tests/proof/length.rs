//! How long the proof takes, which the environment decides.

use std::time::Duration;

/// How long the proof takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// A minute or two, with every run of the tests.
    Short,
    /// Hours: `BOOKING_PROOF=long`.
    Long,
}

impl Length {
    pub(crate) fn from_environment() -> Self {
        match variable("BOOKING_PROOF").as_deref() {
            Some("long") => Self::Long,
            Some("short") | None => Self::Short,
            Some(other) => panic!("BOOKING_PROOF is long or short, not {other}"),
        }
    }

    /// How often one slot is raced for.
    pub(crate) fn races(self) -> usize {
        match self {
            Self::Short => 5,
            Self::Long => 100,
        }
    }

    /// How many operations are done at random.
    pub(crate) fn operations(self) -> usize {
        match self {
            Self::Short => 20_000,
            Self::Long => 1_000_000,
        }
    }

    /// What they are made of: `BOOKING_PROOF_SEED`, else always the same.
    pub(crate) fn seed() -> u64 {
        let seed = variable("BOOKING_PROOF_SEED");
        seed.map_or(1, |seed| {
            seed.parse().expect("BOOKING_PROOF_SEED is a number")
        })
    }

    /// For how long faults go on, each at least once.
    pub(crate) fn faults(self) -> Duration {
        match self {
            Self::Short => Duration::ZERO,
            Self::Long => Duration::from_secs(3600),
        }
    }
}

/// A variable of the environment; an empty one counts as unset.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where the proof reads the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
