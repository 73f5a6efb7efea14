//! `cargo xtask breaking`, and the part of `check` that it is: what the contract has become,
//! compared with a contract that callers were given.
//!
//! The comparison and its law are the generator's (`booking_codegen::breaking`); here are the
//! questions to git, and the words.

use std::fs;

use booking_codegen::breaking::{self, Allowance, Change, Document, Side, Verdict};
use booking_codegen::diagnostic::{self, Diagnostics};

use crate::contract;
use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;
use crate::published::Published;

/// A contract that callers were given.
struct Baseline {
    /// Where it is from, in words.
    source: String,
    text: String,
}

/// `cargo xtask breaking --against NAME`: every change since a git ref or a file, the harmless
/// ones too.
pub(crate) fn against(layout: &Layout, name: &str) -> Result<Vec<Finding>, Failure> {
    let baseline = match Published::named(layout, name)? {
        Some(published) => published_baseline(layout, &published)?,
        None => fs::read_to_string(name)
            .map(|text| Baseline {
                source: name.to_owned(),
                text,
            })
            .map_err(|error| {
                format!("it is no git ref here, and cannot be read as a file: {error}")
            }),
    };
    match baseline {
        Ok(baseline) => compare(layout, &baseline, Extent::Everything),
        Err(reason) => Err(Failure::NoBaseline {
            name: name.to_owned(),
            reason,
        }),
    }
}

/// The part of `check`: what callers of the last published contract must know of.
pub(crate) fn check(layout: &Layout, published: &Published) -> Result<Vec<Finding>, Failure> {
    match published_baseline(layout, published)? {
        Ok(baseline) => compare(layout, &baseline, Extent::WhatMatters),
        Err(reason) => Ok(vec![nothing(&reason, published.is_cut_off())]),
    }
}

/// Said when nothing was compared. Where there is a history that does not reach back far enough,
/// somebody must see to it.
fn nothing(reason: &str, cut_off: bool) -> Finding {
    let message = format!("nothing to compare the contract with: {reason}");
    if cut_off {
        Finding::warning(Kind::Breaking, "baseline", message)
            .detail("the history of this clone is cut off")
            .help(
                "fetch all of it with the tags (in CI `fetch-depth: 0`), or name a contract with \
                 `cargo xtask breaking --against`",
            )
    } else {
        Finding::note(Kind::Breaking, "baseline", message)
    }
}

/// The contract of a commit, or why there is none.
fn published_baseline(
    layout: &Layout,
    published: &Published,
) -> Result<Result<Baseline, String>, Failure> {
    let path = layout.shown(&layout.contract());
    Ok(match published {
        Published::Nothing { reason, .. } => Err(reason.clone()),
        Published::Commit { source, .. } => match published.file(layout, &path)? {
            Some(text) => Ok(Baseline {
                source: source.clone(),
                text,
            }),
            None => Err(format!("{source} has no {path}")),
        },
    })
}

/// Which changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// All.
    Everything,
    /// Those that are not harmless.
    WhatMatters,
}

impl Extent {
    /// What is wrong with the contract itself, which the lint of `check` has told already.
    fn unless_told(self, findings: Vec<Finding>) -> Vec<Finding> {
        match self {
            Self::Everything => findings,
            Self::WhatMatters => Vec::new(),
        }
    }
}

fn compare(layout: &Layout, baseline: &Baseline, extent: Extent) -> Result<Vec<Finding>, Failure> {
    let (source, old) = (&baseline.source, &baseline.text);
    let path = layout.contract();
    let new_text = match contract::read(layout, &path)? {
        Ok(text) => text,
        Err(no_text) => return Ok(extent.unless_told(vec![no_text])),
    };
    let sides = Sides {
        old_file: format!("{} of {source}", layout.shown(&path)),
        old_text: old,
        new_file: layout.shown(&path),
        new_text: &new_text,
    };
    let new = match Document::parse(&sides.new_file, sides.new_text) {
        Ok(new) => new,
        Err(found) => return Ok(extent.unless_told(contract::lints(&found))),
    };
    let old = Document::parse(&sides.old_file, sides.old_text)
        .map_err(|found| unreadable(source, &found))?;
    let allowance = breaking::allowance(&old, &new);
    let comparison = breaking::compare(&old, &new);
    let mut findings = vec![Finding::note(
        Kind::Breaking,
        "baseline",
        format!("the contract was compared with {source}"),
    )];
    let told = comparison
        .changes
        .iter()
        .filter(|change| extent == Extent::Everything || change.verdict != Verdict::Harmless);
    findings.extend(told.map(|change| sides.finding(change, &allowance)));
    Ok(findings)
}

fn unreadable(source: &str, found: &Diagnostics) -> Failure {
    Failure::NoBaseline {
        name: source.to_owned(),
        reason: found.to_string(),
    }
}

/// The texts of both contracts, and what they are called.
struct Sides<'a> {
    old_file: String,
    old_text: &'a str,
    new_file: String,
    new_text: &'a str,
}

impl Sides<'_> {
    fn finding(&self, change: &Change, allowance: &Allowance) -> Finding {
        let (rule, message) = (
            &change.rule,
            format!("{}: {}", change.verdict, change.message),
        );
        let finding = match change.verdict {
            Verdict::Breaking if !allowance.allowed => {
                Finding::error(Kind::Breaking, rule, message).help(format!(
                    "keep what callers were given, or let the version say that it is broken: {}",
                    allowance.because
                ))
            }
            Verdict::Breaking => Finding::note(Kind::Breaking, rule, message)
                .detail(format!("allowed: {}", allowance.because)),
            Verdict::Dangerous => Finding::warning(Kind::Breaking, rule, message),
            Verdict::Harmless => Finding::note(Kind::Breaking, rule, message),
        };
        let location = change.place();
        let finding = match (change.side, &change.new) {
            (Side::New, _) => finding.at_span(&self.new_file, self.new_text, location.span),
            // What is gone is shown as it was; the line is that from which it was taken.
            (Side::Old, from) => {
                let mut finding = finding.at(from.as_ref().map_or_else(
                    || Location::file(&self.new_file),
                    |from| Location::line(&self.new_file, from.span.line),
                ));
                finding.excerpt = Some(diagnostic::excerpt(
                    &self.old_file,
                    self.old_text,
                    location.span,
                ));
                finding
            }
        };
        let finding = finding
            .detail(format!("path: {}", location.pointer))
            .detail(format!("hurts: {}", change.hurts))
            .detail(format!("why: {}", change.reason));
        if change.operations.is_empty() {
            return finding;
        }
        finding.detail(format!("where: {}", change.operations.join(", ")))
    }
}
