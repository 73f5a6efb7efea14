//! Findings as GitHub's workflow commands: `::error file=…,line=…,title=…::message`.
//!
//! The form is that of "Workflow commands for GitHub Actions": in a message `%`, CR and LF are
//! percent-encoded, in a property `:` and `,` as well.

use std::fmt::Write;

use crate::finding::{Failure, Finding, Severity};

/// One line for each finding.
pub(super) fn render(findings: &[Finding]) -> String {
    findings.iter().fold(String::new(), |mut lines, finding| {
        // Writing into a string does not fail.
        let _ = writeln!(lines, "{}", one(finding));
        lines
    })
}

/// One line.
pub(super) fn render_failure(failure: &Failure) -> String {
    format!("::error title=xtask::{}", message(&failure.to_string()))
}

fn one(finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(location) = &finding.location {
        properties.push(format!("file={}", property(&location.file)));
        properties.extend(location.line.map(|line| format!("line={line}")));
        properties.extend(location.column.map(|column| format!("col={column}")));
    }
    properties.push(format!("title={}", property(&finding.id())));
    let mut text = finding.message.clone();
    for detail in &finding.details {
        text.push('\n');
        text.push_str(detail);
    }
    if let Some(help) = &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    format!("::{command} {}::{}", properties.join(","), message(&text))
}

fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Kind, Location};

    #[test]
    fn a_finding_is_one_line_whatever_it_holds() {
        let findings = [
            Finding::error(Kind::Stale, "edited", "100% off")
                .at(Location::line("a:b,c.rs", 7))
                .detail("one\ntwo")
                .help("again"),
            Finding::note(Kind::Lint, "x", "look"),
        ];
        assert_eq!(
            render(&findings),
            "::error file=a%3Ab%2Cc.rs,line=7,title=stale/edited::100%25 off%0Aone%0Atwo%0Ahelp: again\n\
             ::notice title=lint/x::look\n"
        );
    }
}
