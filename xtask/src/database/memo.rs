//! What PostgreSQL has made of the same texts before, in this process: most mutations leave the
//! migrations as they are, and a database costs more than all other checks together.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use crate::finding::Failure;

/// Outcomes by all that they depend on, written out.
pub(super) struct Memo<T>(Mutex<Option<HashMap<String, T>>>);

impl<T: Clone> Memo<T> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The outcome for what it depends on, made if there is none. A failure is not kept.
    pub(super) fn recall(
        &self,
        depends_on: &impl Debug,
        make: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let key = format!("{depends_on:?}");
        let outcomes = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = outcomes().get_or_insert_default().get(&key) {
            return Ok(known.clone());
        }
        let made = make()?;
        let mut outcomes = outcomes();
        let known = outcomes.get_or_insert_default();
        known.insert(key, made.clone());
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_made_once_for_what_it_depends_on_and_a_failure_again() {
        let memo = Memo::new();
        let fails = || Err(Failure::Sql("no server".to_owned()));
        assert!(memo.recall(&"a", fails).is_err());
        assert_eq!(memo.recall(&"a", || Ok(1)).unwrap(), 1);
        assert_eq!(memo.recall(&"a", fails).unwrap(), 1);
        assert_eq!(memo.recall(&"b", || Ok(2)).unwrap(), 2);
    }
}
