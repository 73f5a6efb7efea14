//! Findings for programs: one JSON document, whose members never change their meaning.

use serde_json::{Value, json};

use crate::finding::{Failure, Finding};

/// `{"exit_code": 4, "findings": […]}`.
pub(super) fn render(findings: &[Finding]) -> Value {
    json!({"exit_code": super::exit_code(findings), "findings": list(findings)})
}

/// `{"exit_code": 1, "failures": ["…"], "findings": […]}`.
pub(super) fn render_failure(findings: &[Finding], failures: &[Failure]) -> Value {
    let failures: Vec<String> = failures.iter().map(ToString::to_string).collect();
    json!({"exit_code": 1, "failures": failures, "findings": list(findings)})
}

fn list(findings: &[Finding]) -> Vec<Value> {
    findings.iter().map(one).collect()
}

fn one(finding: &Finding) -> Value {
    let location = finding.location.as_ref();
    json!({
        "id": finding.id(),
        "kind": finding.kind.name(),
        "severity": finding.severity.name(),
        "message": finding.message,
        "file": location.map(|location| &location.file),
        "line": location.and_then(|location| location.line),
        "column": location.and_then(|location| location.column),
        "details": finding.details,
        "help": finding.help,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Kind, Location};

    #[test]
    fn a_finding_is_an_object_and_what_is_not_known_is_null() {
        let findings = [
            Finding::error(Kind::Stale, "edited", "it differs")
                .at(Location::line("a.rs", 7))
                .detail("more")
                .help("again"),
            Finding::warning(Kind::Breaking, "x", "look"),
        ];
        assert_eq!(
            render(&findings),
            json!({"exit_code": 4, "findings": [
                {"id": "stale/edited", "kind": "stale", "severity": "error",
                 "message": "it differs", "file": "a.rs", "line": 7, "column": null,
                 "details": ["more"], "help": "again"},
                {"id": "breaking/x", "kind": "breaking", "severity": "warning",
                 "message": "look", "file": null, "line": null, "column": null,
                 "details": [], "help": null},
            ]})
        );
    }
}
