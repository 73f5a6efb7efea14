//! `cargo xtask mutate`: the proof that the checks can fail, and that they do not cry wolf.
//!
//! A mutation is one mistake, with the exit code and the ids that the check must find for it; or
//! one harmless change, about which it must say nothing. A mutation that is not caught, is caught
//! as something else, or can no longer be made because its tree has moved on, fails.
//!
//! The catalogue of mistakes is [`catalogue`], one file for each kind of finding. They are made in
//! a copy of the small repository in `xtask/fixture`, so that they stay as they are while the
//! product grows; a few are made in a copy of this repository, too.

mod catalogue;
mod mutation;
mod service;
mod tree;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::cli::{Check, Conform, Generate, Mutate, Part, Record};
use crate::conform;
use crate::finding::{Failure, Finding, Severity};
use crate::layout::Layout;
use crate::{check, generate, report};

use mutation::{Base, Checker, Expected, Mutation};
use tree::Tree;

pub(crate) use tree::FIXTURE;

/// Makes the mistakes, one at a time, and says of each on standard error how it went.
///
/// # Errors
/// [`Failure::Unproven`] with one line for each that went wrong.
pub(crate) fn run(layout: &Layout, arguments: &Mutate) -> Result<(), Failure> {
    let is_wanted = |mutation: &Mutation| {
        let named = arguments.only.as_deref();
        (!arguments.quick || mutation.quick)
            && named.is_none_or(|only| mutation.name.contains(only))
    };
    let wanted: Vec<Mutation> = catalogue::all().into_iter().filter(is_wanted).collect();
    let mut wrong = Vec::new();
    for base in [Base::Fixture, Base::Repository] {
        let mutations = wanted.iter().filter(|mutation| mutation.base == base);
        let mutations: Vec<&Mutation> = mutations.collect();
        wrong.extend(made_side_by_side(layout, base, &mutations)?);
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

/// How many mutations are worth a copy of their own.
const SHARE: usize = 20;

/// Makes mutations in as many copies as there are processors for, and says what went wrong.
fn made_side_by_side(
    layout: &Layout,
    base: Base,
    mutations: &[&Mutation],
) -> Result<Vec<String>, Failure> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let copies = mutations.len().div_ceil(SHARE).min(processors);
    // Each takes the next one: some cost ten times what others do.
    let left = Mutex::new(mutations.iter().copied());
    thread::scope(|scope| {
        let threads: Vec<_> = (0..copies)
            .map(|copy| {
                let left = &left;
                scope.spawn(move || made_in(layout, base, copy, left))
            })
            .collect();
        let mut wrong = Vec::new();
        for thread in threads {
            let outcome = thread.join();
            wrong.extend(outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(wrong)
    })
}

/// Makes mutations in one copy until none is left, and says what went wrong.
fn made_in<'a>(
    layout: &Layout,
    base: Base,
    copy: usize,
    left: &Mutex<impl Iterator<Item = &'a Mutation>>,
) -> Result<Vec<String>, Failure> {
    let tree = match base {
        Base::Fixture => Tree::of_the_fixture(layout, copy)?,
        Base::Repository => Tree::of_the_repository(layout, copy)?,
    };
    // The copy as it is must be clean: else every mistake would be found for the wrong reason.
    let mut checkers = vec![Checker::Check];
    if base == Base::Fixture {
        checkers.extend([Checker::Record, Checker::Routes]);
    }
    for checker in checkers {
        let before = looked_at(tree.layout(), checker)?;
        if let Some(said) = differs(&before, &Expected::silence()) {
            let said = format!("the tree without a mistake, {base:?}, {checker:?}: {said}");
            return Ok(vec![said]);
        }
    }
    let mut wrong = Vec::new();
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    while let Some(mutation) = next() {
        let outcome = tree.with(&mutation.edits, |layout| {
            if mutation.regenerated {
                generate::run(layout, &Generate::write())?;
            }
            if mutation.relocked {
                tree.lock_dependencies()?;
            }
            looked_at(layout, mutation.checker)
        })?;
        let said = match outcome {
            Ok(findings) => differs(&findings, &mutation.expected),
            Err(cannot) => Some(cannot),
        };
        let verdict = if said.is_none() { "ok" } else { "WRONG" };
        eprintln!("{verdict:>6}  {:<44} {}", mutation.name, mutation.expected);
        wrong.extend(said.map(|said| format!("{}: {said}", mutation.name)));
    }
    Ok(wrong)
}

/// What a checker finds in a tree.
fn looked_at(layout: &Layout, checker: Checker) -> Result<Vec<Finding>, Failure> {
    let part = match checker {
        Checker::Check => return check::run(layout, &Check::default()),
        Checker::Record => Part::Suite,
        Checker::Routes => Part::Routes,
    };
    let arguments = Conform {
        server: Some(layout.root().join(service::PROGRAM)),
        record: Record::from(layout.root().join(service::RECORD)),
        ..Conform::only(part)
    };
    conform::run_quietly(layout, &arguments, &|_| {})
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
