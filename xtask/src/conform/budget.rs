//! The time that all questions to the service may take together.

use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

use crate::cli::Part;
use crate::finding::{Failure, Finding, Kind};

/// What people wait for before they merge. What is built and installed first is not counted.
pub(super) const LIMIT: Duration = Duration::from_secs(480);

/// How much of the time is spent.
#[derive(Debug)]
pub(super) struct Budget {
    limit: Duration,
    began: Instant,
    uncounted: Cell<Duration>,
}

impl Budget {
    /// All of it is left.
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            limit,
            began: Instant::now(),
            uncounted: Cell::default(),
        }
    }

    /// Does what is not counted.
    pub(super) fn uncounted<T>(&self, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let made = work();
        self.uncounted.set(self.uncounted.get() + begun.elapsed());
        made
    }

    /// What is left, which is how long the next process may run.
    pub(super) fn left(&self) -> Duration {
        self.limit.saturating_sub(self.spent())
    }

    fn spent(&self) -> Duration {
        self.began.elapsed().saturating_sub(self.uncounted.get())
    }

    /// What a part has found, and that it took too long. A part that failed when nothing was left
    /// was cut off.
    pub(super) fn settle(
        &self,
        part: Part,
        outcome: Result<Vec<Finding>, Failure>,
    ) -> Result<Vec<Finding>, Failure> {
        if !self.left().is_zero() {
            return outcome;
        }
        let message = format!(
            "asking the service takes more than {} s, and {} was not done then",
            self.limit.as_secs(),
            part.name()
        );
        let finding = Finding::error(Kind::Conformance, "too-slow", message)
            .help("ask less, or find out what has become slow: the parts run alone with `--only`");
        Ok(match outcome {
            Ok(mut findings) => {
                findings.push(finding);
                findings
            }
            Err(failure) => vec![finding.detail(failure.to_string())],
        })
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (spent, limit) = (self.spent().as_secs(), self.limit.as_secs());
        write!(formatter, "{spent} s of at most {limit} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More than any test takes.
    const PLENTY: Duration = Duration::from_secs(100_000);

    fn ids(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(Finding::id).collect()
    }

    fn found() -> Vec<Finding> {
        vec![Finding::note(Kind::Conformance, "exercised", "much")]
    }

    fn cut_off() -> Failure {
        Failure::tool("cargo test", "it has not ended")
    }

    #[test]
    fn what_ends_in_time_is_left_as_it_is() {
        let budget = Budget::new(PLENTY);
        let findings = budget.settle(Part::Suite, Ok(found()));
        assert_eq!(findings.unwrap(), found());
        let failure = budget.settle(Part::Suite, Err(cut_off())).unwrap_err();
        assert_eq!(failure.to_string(), cut_off().to_string());
        assert!(budget.to_string().ends_with(" s of at most 100000 s"));
    }

    #[test]
    fn what_takes_too_long_is_found_with_everything_else() {
        let budget = Budget::new(Duration::ZERO);
        let findings = budget.settle(Part::Suite, Ok(found())).unwrap();
        assert_eq!(ids(&findings), ["conform/exercised", "conform/too-slow"]);
    }

    #[test]
    fn what_is_cut_off_is_found_and_names_the_process() {
        let budget = Budget::new(Duration::ZERO);
        let findings = budget.settle(Part::Suite, Err(cut_off())).unwrap();
        assert_eq!(ids(&findings), ["conform/too-slow"]);
        assert!(findings[0].message.contains("suite was not done"));
        assert_eq!(findings[0].details, [cut_off().to_string()]);
    }

    #[test]
    fn what_is_built_meanwhile_is_not_counted() {
        let budget = Budget::new(PLENTY);
        // However coarse the clock is, it has moved on then.
        budget.uncounted(|| {
            let begun = Instant::now();
            while begun.elapsed().is_zero() {}
        });
        assert!(budget.uncounted.get() > Duration::ZERO);
        assert!(budget.spent() + budget.uncounted.get() <= budget.began.elapsed());
    }
}
