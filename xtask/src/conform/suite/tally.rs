//! What a record adds up to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use contract_witness::{Body, Contract, Exchange, Record, Rule, Seen};

use super::LocatedContract;
use crate::finding::{Finding, Kind};

/// How many examples of one kind of violation are shown.
const SHOWN: usize = 3;

/// An operation and the status of its answer.
type Answered = (String, u16);

/// A record, counted.
pub(super) struct Tally<'a> {
    contract: &'a Contract,
    /// Every exchange, whatever it was for.
    exchanges: usize,
    /// The exchanges of each operation and status that were as declared, and their codes.
    reached: BTreeMap<Answered, BTreeSet<String>>,
    /// What was wrong.
    violations: BTreeMap<(Answered, Rule), Examples>,
    /// Methods and statuses below the base path that belong to no operation.
    undeclared: BTreeMap<(String, u16), Examples>,
    /// What is no HTTP, or was taken for it.
    unreadable: BTreeMap<String, Examples>,
}

/// Where something was seen.
#[derive(Debug, Default)]
struct Examples {
    count: usize,
    shown: Vec<String>,
}

impl Examples {
    fn add(&mut self, example: String) {
        self.count += 1;
        if self.shown.len() < SHOWN && !self.shown.contains(&example) {
            self.shown.push(example);
        }
    }

    fn explain(self, finding: Finding) -> Finding {
        let seen = match self.count {
            1 => "seen once:".to_owned(),
            count => format!("seen {count} times, for example:"),
        };
        self.shown
            .into_iter()
            .fold(finding.detail(seen), |finding, shown| finding.detail(shown))
    }
}

impl<'a> Tally<'a> {
    pub(super) fn new(contract: &'a Contract) -> Self {
        Self {
            contract,
            exchanges: 0,
            reached: BTreeMap::new(),
            violations: BTreeMap::new(),
            undeclared: BTreeMap::new(),
            unreadable: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, record: &Record) {
        if let Seen::Exchange { exchange, .. } = &record.seen {
            self.add_exchange(&record.test, exchange);
        }
        if let Some(fault) = record.seen.fault() {
            let what = format!("the service {fault}");
            let example = format!("in {}", record.test);
            self.unreadable.entry(what).or_default().add(example);
        }
    }

    fn add_exchange(&mut self, test: &str, exchange: &Exchange) {
        self.exchanges += 1;
        let judgement = self.contract.judge(exchange);
        let asked = format!("{} {} in {test}", exchange.method, exchange.target);
        let Some(operation) = judgement.operation else {
            let below = self.contract.is_below_base_path(&exchange.target);
            if below && !(400..500).contains(&exchange.status) {
                let answered = (exchange.method.clone(), exchange.status);
                self.undeclared.entry(answered).or_default().add(asked);
            }
            return;
        };
        let answered = (operation.id.clone(), exchange.status);
        for violation in &judgement.violations {
            self.violations
                .entry((answered.clone(), violation.rule))
                .or_default()
                .add(format!("{}, to {asked}", violation.text));
        }
        let whole = !judgement.is_head && !matches!(exchange.body, Body::CutOff { .. });
        if whole && judgement.violations.is_empty() {
            let codes = self.reached.entry(answered).or_default();
            codes.extend(judgement.code);
        }
    }

    /// How many answers are declared, each with each of its codes, and how many of them came.
    fn coverage(&self) -> (usize, usize) {
        let (mut declared, mut reached) = (0, 0);
        for operation in self.contract.operations() {
            for response in &operation.responses {
                let codes = self.reached.get(&(operation.id.clone(), response.status));
                declared += response.codes.len().max(1);
                reached += codes.map_or(0, |codes| {
                    let known = response.codes.iter().filter(|code| codes.contains(*code));
                    if response.codes.is_empty() {
                        1
                    } else {
                        known.count()
                    }
                });
            }
        }
        (declared, reached)
    }

    /// Everything that there is to say.
    pub(super) fn findings(self, located: &LocatedContract, directory: &Path) -> Vec<Finding> {
        if self.exchanges == 0 {
            let message = format!(
                "there is no exchange in {}, so that nothing was witnessed",
                directory.display()
            );
            return vec![
                error("no-exchanges", message)
                    .help("let the tests of `tests/` write to it: BOOKING_TESTS_RECORD=DIR"),
            ];
        }
        let mut findings = self.unreached(located);
        for (((id, status), rule), examples) in self.violations {
            let message = format!(
                "{id} answers {status} otherwise than the contract declares: {}",
                describe(rule)
            );
            let operation = self.contract.operation(&id);
            let response = operation.and_then(|operation| operation.response(status));
            let finding = match (operation, response) {
                (_, Some(response)) => located.error_at_response(rule.name(), message, response),
                (Some(operation), None) => {
                    located.error_at_operation(rule.name(), message, operation)
                }
                (None, None) => error(rule.name(), message),
            };
            findings.push(
                examples
                    .explain(finding)
                    .help("correct the service, or declare in the contract what it does"),
            );
        }
        for ((method, status), examples) in self.undeclared {
            let message = format!(
                "the service answers {status} to {method} where the contract has no operation"
            );
            findings.push(
                examples
                    .explain(error("undeclared-route", message))
                    .help("declare it in the contract, or take it out of the service"),
            );
        }
        for (what, examples) in self.unreadable {
            findings.push(examples.explain(error("malformed-answer", what)));
        }
        findings
    }

    /// What is declared and did not come about.
    fn unreached(&self, located: &LocatedContract) -> Vec<Finding> {
        let mut findings = Vec::new();
        for operation in self.contract.operations() {
            let id = &operation.id;
            let known = |(other, _): &Answered| other == id;
            if !self.reached.keys().any(known)
                && !self.violations.keys().any(|(answered, _)| known(answered))
            {
                let message = format!("no test reaches {id}");
                findings.push(
                    located
                        .error_at_operation("unreached", message, operation)
                        .help("add tests to `tests/` that bring its answers about"),
                );
                continue;
            }
            for response in &operation.responses {
                let answered = (id.clone(), response.status);
                let seen = self.reached.get(&answered);
                let broken = self.violations.keys().any(|(other, _)| *other == answered);
                let status = response.status;
                let unreached = |what: String| {
                    located
                        .error_at_response("unreached", what, response)
                        .help("add a test to `tests/` that brings it about, or declare it no more")
                };
                match seen {
                    None if broken => findings.push(unreached(format!(
                        "no test brings about that {id} answers {status} as it is declared"
                    ))),
                    None => findings.push(unreached(format!(
                        "no test brings about that {id} answers {status}"
                    ))),
                    Some(codes) => {
                        let missing = response.codes.iter().filter(|code| !codes.contains(*code));
                        findings.extend(missing.map(|code| {
                            unreached(format!(
                                "no test brings about that {id} answers {status} with {code}"
                            ))
                        }));
                    }
                }
            }
        }
        findings
    }
}

impl fmt::Display for Tally<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (declared, reached) = self.coverage();
        write!(
            formatter,
            "{} exchanges of {} operations: {reached} of {declared} declared answers came about, \
             {} kinds of violations",
            self.exchanges,
            self.contract.operations().len(),
            self.violations.len() + self.undeclared.len() + self.unreadable.len(),
        )
    }
}

fn error(rule: &str, message: impl Into<String>) -> Finding {
    Finding::error(Kind::Conformance, rule, message)
}

/// What a rule is about, at the end of a sentence.
const fn describe(rule: Rule) -> &'static str {
    match rule {
        Rule::UndeclaredStatus => "the status is not declared",
        Rule::UndeclaredContentType => "the content type is another",
        Rule::InvalidBody => "the body breaks its schema",
        Rule::UndeclaredProperty => "the body has a property that is not declared",
        Rule::MissingHeader => "a required header is missing",
        Rule::InvalidHeader => "a header breaks its schema",
        Rule::UndeclaredHeader => "it has a header that is not declared",
        Rule::UndeclaredCode => "the error code is not declared",
        Rule::CutOff => "it ends before it is whole",
    }
}
