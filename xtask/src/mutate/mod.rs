//! `cargo xtask mutate`: the proof that the checks can fail, and that they do not cry wolf.
//!
//! A mutation is one mistake, made on purpose in a copy of the tree, with the exit code and the
//! ids that the check must find for it; or one harmless change, about which it must say nothing.
//! A mutation that is not caught, is caught as something else, or can no longer be made because
//! the tree has moved on, fails.
//!
//! The catalogue of mistakes is [`catalogue`], one file for each kind of finding.

mod catalogue;
mod mutation;
mod tree;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::cli::{Check, Conform, Generate, Mutate, Part, Record};
use crate::conform;
use crate::finding::{Failure, Finding, Severity};
use crate::layout::Layout;
use crate::{check, generate, report};

use mutation::{Expected, Eyes, Mutation};
use tree::Tree;

/// Makes the mistakes, one at a time, and says of each on standard error how it went.
///
/// # Errors
/// [`Failure::Unproven`] with one line for each that went wrong.
pub(crate) fn run(layout: &Layout, arguments: &Mutate) -> Result<(), Failure> {
    let wanted: Vec<Mutation> = catalogue::all()
        .into_iter()
        .filter(|mutation| !arguments.quick || mutation.quick)
        .filter(|mutation| {
            arguments
                .only
                .as_ref()
                .is_none_or(|only| mutation.name.contains(only.as_str()))
        })
        .collect();
    let tree = Tree::copy(layout)?;
    let mut wrong = Vec::new();
    // The copy as it is must be clean: else every mistake would be found for the wrong reason.
    let before = check::run(tree.layout(), &Check::default())?;
    if let Some(said) = differs(&before, &Expected::silence()) {
        let wrong = vec![format!("the tree without a mistake: {said}")];
        return Err(Failure::Unproven { wrong });
    }
    let service = Conformance::prepare(layout, &wanted, &arguments.record)?;
    for mutation in &wanted {
        let outcome = tree.with(&mutation.edits, |layout| {
            if mutation.regenerate {
                generate::run(layout, &Generate::write())?;
            }
            match mutation.eyes {
                Eyes::Check => check::run(layout, &Check::default()),
                Eyes::Contract(part) => service.with_the_service_from_before(layout, part),
                Eyes::Service(part) => conform::run_quietly(layout, &Conform::only(part), &|_| {}),
            }
        })?;
        let said = match outcome {
            Ok(findings) => differs(&findings, &mutation.expected),
            Err(cannot) => Some(cannot),
        };
        let verdict = if said.is_none() { "ok" } else { "WRONG" };
        eprintln!("{verdict:>6}  {:<44} {}", mutation.name, mutation.expected);
        wrong.extend(said.map(|said| format!("{}: {said}", mutation.name)));
    }
    let mistakes = wanted
        .iter()
        .filter(|mutation| !mutation.expected.is_silence())
        .count();
    eprintln!(
        "{mistakes} mistakes and {} harmless changes made, {} went wrong",
        wanted.len() - mistakes,
        wrong.len()
    );
    if wanted.is_empty() {
        wrong.push("no mutation has such a name".to_owned());
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Failure::Unproven { wrong })
    }
}

/// What `conform` needs to look at mutations.
#[derive(Default)]
struct Conformance {
    server: Option<PathBuf>,
    record: Record,
}

impl Conformance {
    /// Builds the server of the tree without mistakes and judges the record of its tests, or
    /// runs them, if any mutation is held against them.
    fn prepare(layout: &Layout, wanted: &[Mutation], record: &Record) -> Result<Self, Failure> {
        let wants = |eyes: &dyn Fn(Eyes) -> bool| wanted.iter().any(|mutation| eyes(mutation.eyes));
        if !wants(&|eyes| matches!(eyes, Eyes::Contract(_))) {
            return Ok(Self::default());
        }
        if wants(&|eyes| eyes == Eyes::Contract(Part::Suite)) {
            let arguments = Conform {
                record: record.clone(),
                ..Conform::only(Part::Suite)
            };
            let found = conform::run(layout, &arguments)?;
            if let Some(said) = differs(&found, &Expected::silence()) {
                let wrong = vec![format!("the tests without a mistake: {said}")];
                return Err(Failure::Unproven { wrong });
            }
        }
        let record = match record.directory() {
            Some(_) => record.clone(),
            None => Record::from(conform::recorded(layout)?),
        };
        Ok(Self {
            server: Some(conform::server(layout)?),
            record,
        })
    }

    fn with_the_service_from_before(
        &self,
        layout: &Layout,
        part: Part,
    ) -> Result<Vec<Finding>, Failure> {
        let arguments = Conform {
            server: self.server.clone(),
            record: self.record.clone(),
            ..Conform::only(part)
        };
        conform::run_quietly(layout, &arguments, &|_| {})
    }
}

/// How what was found differs from what was expected.
fn differs(findings: &[Finding], expected: &Expected) -> Option<String> {
    let ids = |severity| -> BTreeSet<String> {
        let found = findings
            .iter()
            .filter(|finding| finding.severity == severity);
        found.map(Finding::id).collect()
    };
    let found = (
        report::exit_code(findings),
        ids(Severity::Error),
        ids(Severity::Warning),
    );
    let wanted = (expected.exit_code, expected.errors(), expected.warnings());
    (found != wanted).then(|| {
        format!(
            "expected exit code {} with {:?} and warnings {:?}, found {} with {:?} and {:?}",
            wanted.0, wanted.1, wanted.2, found.0, found.1, found.2
        )
    })
}
