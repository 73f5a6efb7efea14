//! What was overheard in one test, and what is wrong with it.

use std::sync::{Mutex, PoisonError};

use contract_witness::{Body, Contract, Exchange, Record, Seen};

use super::conversation::Heard;
use super::record;

/// How much of a body is shown to a person, in characters.
const SHOWN: usize = 400;

/// Everything that was said to one service and by it.
pub(super) struct Log {
    contract: &'static Contract,
    /// The test whose record it is, if there is one.
    test: Option<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Heard, and not judged yet.
    pending: Vec<Heard>,
    /// What the test has to be told.
    violations: Vec<String>,
}

impl Log {
    /// A log that becomes part of the record of the run.
    pub(super) fn recorded(contract: &'static Contract, test: String) -> Self {
        Self {
            test: Some(test),
            ..Self::unrecorded(contract)
        }
    }

    /// A log that is forgotten.
    pub(super) fn unrecorded(contract: &'static Contract) -> Self {
        Self {
            contract,
            test: None,
            state: Mutex::default(),
        }
    }

    /// Takes down what was heard. That is quick: whoever waits for an answer is not kept
    /// waiting for the judgement of it.
    pub(super) fn hear(&self, heard: Vec<Heard>) {
        if !heard.is_empty() {
            self.state().pending.extend(heard);
        }
    }

    /// Judges what was heard.
    pub(super) fn judge(&self) {
        let mut state = self.state();
        for heard in std::mem::take(&mut state.pending) {
            let (seen, violations) = self.look_at(heard);
            if let Some(test) = self.test.clone() {
                record::write(&Record { test, seen });
            }
            state.violations.extend(violations);
        }
    }

    /// Judges what is left, and gives every violation that was not given before.
    pub(super) fn verdict(&self) -> Vec<String> {
        self.judge();
        std::mem::take(&mut self.state().violations)
    }

    fn look_at(&self, heard: Heard) -> (Seen, Vec<String>) {
        match heard {
            Heard::Exchange(mut exchange) => {
                let judgement = self.contract.judge(&exchange);
                let operation = judgement.operation.map(|operation| operation.id.clone());
                let told = judgement
                    .violations
                    .iter()
                    .map(|violation| tell(operation.as_deref(), &exchange, &violation.to_string()))
                    .collect();
                let violations = judgement.violations;
                if !self.contract.is_below_base_path(&exchange.target) {
                    exchange.body = Body::LeftOut {
                        bytes: exchange.body.len(),
                    };
                }
                let seen = Seen::Exchange {
                    exchange,
                    operation,
                    violations,
                };
                (seen, told)
            }
            Heard::NoRequest { reason, status } => told(Seen::NoRequest { reason, status }),
            Heard::NoAnswer { reason } => told(Seen::NoAnswer { reason }),
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is no exchange, with the fault of the service in it.
fn told(seen: Seen) -> (Seen, Vec<String>) {
    let fault = seen.fault();
    let told = fault.map(|fault| format!("the service {fault}"));
    (seen, told.into_iter().collect())
}

/// A violation as a person reads it.
fn tell(operation: Option<&str>, exchange: &Exchange, violation: &str) -> String {
    let shown = match &exchange.body {
        Body::Text(text) if text.chars().nth(SHOWN).is_some() => {
            text.chars().take(SHOWN).chain(['…']).collect()
        }
        Body::Text(text) => text.clone(),
        other => format!("{other:?}"),
    };
    format!(
        "{} answered {} to {} {} with {violation}\n  {shown}",
        operation.unwrap_or("nothing of the contract"),
        exchange.status,
        exchange.method,
        exchange.target,
    )
}
