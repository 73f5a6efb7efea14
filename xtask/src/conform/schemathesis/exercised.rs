//! What the runs have really exercised, and whether that is enough.

use std::collections::{BTreeMap, BTreeSet};

use super::contract::Expected;
use super::report::{CheckResult, Interaction, Scenario, Summary};
use super::{FUZZING, PHASES, STATEFUL, failure};
use crate::finding::{Finding, Kind};

/// How many of the requests that are made at random, one in so many, must have led to a successful
/// answer of each operation, and the most that are wanted. Fewer would mean that most of what was
/// checked is the shape of errors.
const ONE_SUCCESS_IN: usize = 10;
const SUCCESSES: usize = 10;

/// How often each link must have led to an answer that is no error. All of them share the walks.
const FOLLOWED: usize = 1;

/// The checks of schemathesis. All of them run; a name that is missing here or there means that
/// another version has others.
const CHECKS: [&str; 14] = [
    "allow_header_conformance",
    "content_type_conformance",
    "ensure_resource_availability",
    "ignored_auth",
    "missing_required_header",
    "negative_data_rejection",
    "not_a_server_error",
    "object_level_authorization",
    "positive_data_acceptance",
    "response_headers_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "unsupported_method",
    "use_after_free",
];

/// What was exercised, over all runs.
#[derive(Debug, Default)]
pub(super) struct Exercised {
    /// Requests to each operation, by phase.
    cases: BTreeMap<String, BTreeMap<String, usize>>,
    /// Answers of each operation, by status.
    statuses: BTreeMap<String, BTreeMap<u16, usize>>,
    /// Which headers the requests had that have led to answers that are no error.
    headers: BTreeSet<BTreeSet<String>>,
    /// How often each link was followed to an answer that is no error.
    links: BTreeMap<String, usize>,
    /// The checks that ran.
    checks: BTreeSet<String>,
    /// Walks along links.
    walks: usize,
    /// How many examples each phase was asked for: requests to each operation, or walks.
    asked: BTreeMap<&'static str, usize>,
    /// How each phase ended that was asked for, and why it was skipped.
    phases: BTreeMap<String, (String, Option<String>)>,
    /// Every distinct failure, and how often it was found.
    failures: BTreeMap<failure::Key, (Finding, usize)>,
    /// What else went wrong.
    problems: Vec<Finding>,
}

impl Exercised {
    /// Takes in the summary of a run that was asked for these phases, with so many examples. Its
    /// log is this file.
    pub(super) fn summary(
        &mut self,
        summary: Summary,
        phases: &[&'static str],
        examples: usize,
        log: &str,
    ) {
        for phase in phases {
            let asked = self.asked.entry(phase).or_default();
            // Each operation is asked by one run, while all runs along links make their walks.
            *asked = if *phase == STATEFUL {
                *asked + examples
            } else {
                examples
            };
        }
        for (name, phase) in summary.phases {
            let ran = |known: &(String, _)| has_run(&known.0);
            if phases.contains(&name.as_str()) && self.phases.get(&name).is_none_or(ran) {
                self.phases.insert(name, (phase.status, phase.skip_reason));
            }
        }
        let mut problem = |rule: &str, message: String| {
            let finding = error(rule, message).help(format!("its log is {log}"));
            self.problems.push(finding);
        };
        if !summary.complete {
            let reason = summary.stop_reason;
            let message = format!("schemathesis has not come to its end: {reason}");
            problem("schemathesis-incomplete", message);
        }
        for error in summary.errors {
            let message = format!(
                "something has kept schemathesis from testing, {} times: {}",
                error.count, error.title
            );
            problem("schemathesis-error", message);
        }
        if summary.filtered > 0 {
            let message = format!("a hook has dropped {} failures", summary.filtered);
            problem("schemathesis-filtered", message);
        }
        for (kind, about) in summary.warnings {
            for about in about {
                let about = about.as_str().map_or(about.to_string(), str::to_owned);
                let message = format!("schemathesis warns of {kind}: {about}");
                problem("schemathesis-warning", message);
            }
        }
    }

    /// Takes in a scenario.
    pub(super) fn scenario(&mut self, scenario: &Scenario) {
        let recorder = &scenario.recorder;
        if scenario.phase == STATEFUL && !recorder.cases.is_empty() {
            self.walks += 1;
        }
        for (id, case) in &recorder.cases {
            let label = format!("{} {}", case.value.method, case.value.path);
            let interaction = recorder.interactions.get(id);
            let response = interaction.and_then(|interaction| interaction.response.as_ref());
            let Some(status) = response.map(|response| response.status_code) else {
                continue;
            };
            let phases = self.cases.entry(label.clone()).or_default();
            *phases.entry(scenario.phase.clone()).or_default() += 1;
            if let Some(interaction) = interaction.filter(|_| status < 400) {
                let names = interaction.request.headers.keys();
                self.headers
                    .insert(names.map(|name| name.to_lowercase()).collect());
            }
            let statuses = self.statuses.entry(label).or_default();
            *statuses.entry(status).or_default() += 1;
            if let Some(link) = &case.transition
                && case.is_transition_applied
                && status < 400
            {
                *self.links.entry(link.id.clone()).or_default() += 1;
            }
        }
        for (id, checks) in &recorder.checks {
            let interaction = recorder.interactions.get(id);
            for check in checks {
                self.checks.insert(check.name.clone());
                self.failure(&scenario.phase, check, interaction);
            }
        }
    }

    fn failure(&mut self, phase: &str, check: &CheckResult, interaction: Option<&Interaction>) {
        if let Some((key, finding)) = failure::finding(phase, check, interaction) {
            self.failures.entry(key).or_insert((finding, 0)).1 += 1;
        }
    }

    /// How many things have gone wrong.
    pub(super) fn wrong(&self) -> usize {
        let failures: usize = self.failures.values().map(|(_, count)| count).sum();
        failures + self.problems.len()
    }

    /// What is wrong: failures, and what was not exercised.
    pub(super) fn findings(&self, expected: &Expected) -> Vec<Finding> {
        let failures = self.failures.values().map(|(finding, count)| {
            let finding = finding.clone();
            match count {
                1 => finding,
                _ => finding.detail(format!("found {count} times; this is the first")),
            }
        });
        let mut findings: Vec<Finding> = failures.collect();
        findings.extend(self.problems.iter().cloned());
        findings.extend(self.missing_phases());
        findings.extend(self.missing_checks());
        findings.extend(self.missing_walks());
        for (label, operation) in &expected.operations {
            let linked = expected.linked.contains(label);
            let has_input = !expected.without_input.contains(label);
            findings.extend(self.missing_cases(label, operation, linked, has_input));
        }
        let missing = expected.callers.iter();
        let missing = missing.filter(|(_, carriers)| !self.has_called(expected, carriers));
        findings.extend(missing.map(|(caller, _)| {
            error(
                "caller-not-exercised",
                format!("nothing is granted to schemathesis as a caller with {caller}"),
            )
            .help("give `xtask/conform/hooks.py` credentials to show")
        }));
        for (id, link) in &expected.links {
            let followed = self.links.get(id).copied().unwrap_or_default();
            if followed < FOLLOWED {
                findings.push(
                    error(
                        "link-not-followed",
                        format!(
                            "the link {link} has led to {followed} answers that are no error, \
                             {FOLLOWED} are wanted"
                        ),
                    )
                    .help(if self.failures.is_empty() {
                        "see to it that the answer holds what the link needs"
                    } else {
                        "repair the failures first: a walk ends with the first one that it meets"
                    }),
                );
            }
        }
        findings
    }

    /// Whether something was granted to a caller with just these credentials, by the headers that
    /// carry them.
    fn has_called(&self, expected: &Expected, carriers: &BTreeSet<String>) -> bool {
        let all: BTreeSet<&String> = expected.callers.values().flatten().collect();
        self.headers.iter().any(|headers| {
            let shown = headers.iter().filter(|header| all.contains(header));
            shown.eq(carriers)
        })
    }

    fn missing_phases(&self) -> impl Iterator<Item = Finding> {
        PHASES.iter().filter_map(|name| {
            let reason = match self.phases.get(*name) {
                None => "it is not in the report".to_owned(),
                Some((status, _)) if has_run(status) => return None,
                Some((status, reason)) => {
                    format!(
                        "{status}: {}",
                        reason.as_deref().unwrap_or("without a reason")
                    )
                }
            };
            let message = format!("schemathesis has not run the phase {name}: {reason}");
            Some(error("phase-skipped", message))
        })
    }

    /// How many examples a phase was asked for. Of none there is at least one.
    fn asked(&self, phase: &str) -> usize {
        self.asked.get(phase).copied().unwrap_or_default().max(1)
    }

    /// Hypothesis ends a run, without a word, once the same steps lead elsewhere than before. A few
    /// walks may be lost to that.
    fn missing_walks(&self) -> Option<Finding> {
        let wanted = self.asked(STATEFUL).div_ceil(2);
        (self.walks < wanted).then(|| {
            let message = format!(
                "schemathesis has made {} walks along links, {wanted} are wanted",
                self.walks
            );
            error("phase-ended-early", message)
        })
    }

    fn missing_checks(&self) -> impl Iterator<Item = Finding> {
        CHECKS
            .iter()
            .filter(|name| !self.checks.contains(**name))
            .map(|name| {
                error(
                    "check-not-run",
                    format!("schemathesis has not run the check {name}"),
                )
            })
    }

    /// What is missing of an operation. Without input there is one request for it, and no example.
    fn missing_cases(
        &self,
        label: &str,
        operation: &str,
        linked: bool,
        has_input: bool,
    ) -> Vec<Finding> {
        let fuzzed = if has_input { self.asked(FUZZING) } else { 1 };
        let mut findings = Vec::new();
        let none = BTreeMap::new();
        let cases = self.cases.get(label).unwrap_or(&none);
        for phase in PHASES {
            // That phase walks along links.
            let passed_by = phase == STATEFUL && !linked;
            let sent = cases.get(phase).copied().unwrap_or_default();
            let wanted = match phase {
                // It sends as many as it was asked for, unless it was led astray.
                FUZZING => fuzzed,
                "examples" if !has_input => 0,
                _ => 1,
            };
            if !passed_by && sent < wanted {
                findings.push(error(
                    "operation-not-exercised",
                    format!(
                        "the phase {phase} has sent {sent} requests to {operation} ({label}), \
                         {wanted} are wanted"
                    ),
                ));
            }
        }
        let successes = self.successes(label);
        let wanted = (fuzzed / ONE_SUCCESS_IN).clamp(1, SUCCESSES);
        if successes < wanted {
            findings.push(error(
                "operation-not-exercised",
                format!(
                    "{operation} ({label}) has succeeded {successes} times, {wanted} are wanted"
                ),
            ));
        }
        findings
    }

    /// How many answers of an operation say that it has succeeded.
    fn successes(&self, label: &str) -> usize {
        let statuses = self.statuses.get(label).into_iter().flatten();
        statuses
            .filter(|(status, _)| (200..400).contains(*status))
            .map(|(_, count)| count)
            .sum()
    }

    /// The numbers, for people.
    pub(super) fn note(&self, expected: &Expected) -> Finding {
        let operations = expected.operations.keys();
        let exercised = operations.filter(|label| self.cases.contains_key(*label));
        let followed = expected
            .links
            .keys()
            .filter(|id| self.links.contains_key(*id));
        let requests: usize = self.cases.values().flat_map(BTreeMap::values).sum();
        let message = format!(
            "schemathesis has exercised {} of {} operations, {} of {} links and {} of {} kinds of \
             caller with {requests} requests",
            exercised.count(),
            expected.operations.len(),
            followed.count(),
            expected.links.len(),
            expected
                .callers
                .values()
                .filter(|carriers| self.has_called(expected, carriers))
                .count(),
            expected.callers.len(),
        );
        Finding::note(Kind::Conformance, "exercised", message)
            .detail(self.operations(expected))
            .detail(self.followed(expected))
    }

    /// A table of the operations.
    fn operations(&self, expected: &Expected) -> String {
        let mut table = format!("{:24}", "operation");
        for phase in PHASES {
            table += &format!("{phase:>10}");
        }
        table += "  answers";
        for (label, operation) in &expected.operations {
            table += &format!("\n{operation:24}");
            for phase in PHASES {
                let count = self.cases.get(label).and_then(|phases| phases.get(phase));
                table += &format!("{:>10}", count.copied().unwrap_or_default());
            }
            for (status, count) in self.statuses.get(label).into_iter().flatten() {
                table += &format!("  {status} × {count}");
            }
        }
        table
    }

    /// A table of the links.
    fn followed(&self, expected: &Expected) -> String {
        let mut table = format!("{:40}{:>10}", "link", "followed");
        for (id, link) in &expected.links {
            let count = self.links.get(id).copied().unwrap_or_default();
            table += &format!("\n{link:40}{count:>10}");
        }
        table
    }
}

/// Whether a phase of this status was run. What failed in it is found anyway.
fn has_run(status: &str) -> bool {
    ["success", "failure"].contains(&status)
}

fn error(rule: &str, message: impl Into<String>) -> Finding {
    Finding::error(Kind::Conformance, rule, message)
}

#[cfg(test)]
mod tests;
