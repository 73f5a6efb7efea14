//! Findings for people, in the manner of rustc: what, where, why, what to do.

use std::fmt::Write;

use crate::finding::{Finding, Location, Severity};

/// All findings, and how many there are.
pub(super) fn render(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        one(&mut text, finding);
    }
    text.push_str(&summary(findings));
    text
}

fn one(text: &mut String, finding: &Finding) {
    let level = finding.severity.name();
    push(
        text,
        format_args!("{level}[{}]: {}", finding.id(), finding.message),
    );
    if let Some(excerpt) = &finding.excerpt {
        text.push_str(excerpt);
    } else if let Some(location) = &finding.location {
        push(text, format_args!(" --> {}", shown(location)));
    }
    for detail in &finding.details {
        push(text, format_args!("  = {}", indented(detail)));
    }
    if let Some(help) = &finding.help {
        push(text, format_args!("  = help: {}", indented(help)));
    }
    text.push('\n');
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing into a string does not fail.
    let _ = writeln!(text, "{line}");
}

/// The further lines of a text, below its first.
fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}

/// `file:line:column`, as far as it is known.
fn shown(location: &Location) -> String {
    let numbers = [location.line, location.column];
    let numbers = numbers.iter().map_while(|number| *number);
    numbers.fold(location.file.clone(), |shown, number| {
        format!("{shown}:{number}")
    })
}

/// `3 errors (stale 2, lint 1), 1 warning`.
fn summary(findings: &[Finding]) -> String {
    let of = |severity| {
        findings
            .iter()
            .filter(move |finding| finding.severity == severity)
    };
    let mut parts = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let count = of(severity).count();
        if count == 0 {
            continue;
        }
        let plural = if count == 1 { "" } else { "s" };
        let kinds = crate::finding::Kind::ALL.map(|kind| {
            (
                kind,
                of(severity).filter(|finding| finding.kind == kind).count(),
            )
        });
        let kinds: Vec<String> = kinds
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| format!("{} {count}", kind.name()))
            .collect();
        parts.push(format!(
            "{count} {}{plural} ({})",
            severity.name(),
            kinds.join(", ")
        ));
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!("{}\n", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Kind;
    use booking_codegen::diagnostic::Span;

    #[test]
    fn a_finding_shows_its_id_place_details_and_help() {
        let findings = [
            Finding::error(Kind::Stale, "edited", "it differs")
                .at(Location::line("a.rs", 7))
                .detail("one\ntwo")
                .help("make it again"),
            Finding::note(Kind::Lint, "x", "look").at_span(
                "a.yaml",
                "a: 1\nb: 2\n",
                Span {
                    line: 2,
                    column: 4,
                    len: 1,
                },
            ),
        ];
        assert_eq!(
            render(&findings),
            "error[stale/edited]: it differs\n --> a.rs:7\n  = one\n    two\n  = help: make it again\n\n\
             note[lint/x]: look\n --> a.yaml:2:4\n  |\n2 | b: 2\n  |    ^\n\n\
             1 error (stale 1), 1 note (lint 1)\n"
        );
        assert_eq!(render(&[]), "");
    }
}
