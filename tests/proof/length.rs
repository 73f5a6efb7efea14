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
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the proof reads the environment"
    )]
    pub(crate) fn from_environment() -> Self {
        match std::env::var("BOOKING_PROOF").as_deref() {
            Ok("long") => Self::Long,
            Ok("short" | "") | Err(_) => Self::Short,
            Ok(other) => panic!("BOOKING_PROOF is long or short, not {other}"),
        }
    }

    /// How often one slot is raced for.
    pub(crate) fn races(self) -> usize {
        match self {
            Self::Short => 5,
            Self::Long => 100,
        }
    }

    /// For how long faults go on, each at least once.
    pub(crate) fn faults(self) -> Duration {
        match self {
            Self::Short => Duration::ZERO,
            Self::Long => Duration::from_secs(3600),
        }
    }
}
