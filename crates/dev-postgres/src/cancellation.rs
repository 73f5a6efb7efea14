//! Calling a start off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;

/// A way to call a start off from another thread, for example when the user has pressed
/// Ctrl-C. Clones belong together. What was called off once stays so.
#[derive(Debug, Clone, Default)]
pub struct Cancellation(Arc<AtomicBool>);

impl Cancellation {
    /// Nothing is called off yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls it off. A start that runs stops and tidies up what it has begun, within a
    /// second as a rule, and returns [`Error::Cancelled`]. A cluster that runs goes on.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it has been called off.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.is_cancelled() {
            Err(Error::Cancelled)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_called_off_together_and_for_ever() {
        let first = Cancellation::new();
        let second = first.clone();
        second.check().unwrap();
        first.cancel();
        assert!(second.is_cancelled());
        assert!(matches!(second.check(), Err(Error::Cancelled)));
        first.cancel();
        assert!(first.is_cancelled() && !Cancellation::new().is_cancelled());
    }
}
