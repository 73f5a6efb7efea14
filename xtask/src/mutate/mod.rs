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

use crate::check;
use crate::cli::{Check, Mutate};
use crate::finding::{Failure, Finding, Severity};
use crate::layout::Layout;
use crate::report;

use mutation::{Expected, Mutation};
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
    for mutation in &wanted {
        let outcome = tree.with(&mutation.edits, |layout| {
            if mutation.regenerate {
                crate::generate::run(layout, &crate::cli::Generate::write())?;
            }
            check::run(layout, &Check::default())
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
