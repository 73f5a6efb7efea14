//! The contract as others read it: Redocly and Spectral, which many callers have in their own
//! pipelines, must find no error in it by the rules that they come with.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use booking_codegen::diagnostic::Span;
use serde::Deserialize;

use super::budget::Budget;
use super::tools::{self, Python};
use crate::child::Guarded;
use crate::finding::{Failure, Finding, Kind, Severity};
use crate::layout::Layout;

/// What decides about Node.js where a flag does not.
const VARIABLES: [&str; 2] = ["NODE_OPTIONS", "NODE_PATH"];

/// A linter, and how it is called.
struct Linter {
    name: &'static str,
    /// Its program, below the packages of npm.
    program: &'static str,
    arguments: &'static [&'static str],
    /// The flag of its rules, and their file in `xtask/conform/`.
    rules: (&'static str, &'static str),
    parse: fn(&str) -> serde_json::Result<Vec<Problem>>,
}

const LINTERS: [Linter; 2] = [
    Linter {
        name: "redocly",
        program: "node_modules/@redocly/cli/bin/cli.js",
        arguments: &["lint", "--format=json", "--max-problems=1000"],
        rules: ("--config", "redocly.yaml"),
        parse: parse_redocly,
    },
    Linter {
        name: "spectral",
        program: "node_modules/@stoplight/spectral-cli/dist/index.js",
        arguments: &["lint", "--format=json", "--quiet"],
        rules: ("--ruleset", "spectral.yaml"),
        parse: parse_spectral,
    },
];

/// Something that a linter has found.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    severity: Severity,
    rule: String,
    message: String,
    span: Option<Span>,
    /// Where the rule is explained.
    reference: Option<String>,
}

/// Runs every linter over the contract, side by side.
pub(super) fn check(
    layout: &Layout,
    own: &Path,
    budget: &Budget,
    progress: &dyn Fn(&str),
) -> Result<Vec<Finding>, Failure> {
    progress("preparing the linters");
    let (node, packages) = budget.uncounted(|| {
        let python = Python::prepare(layout, own)?;
        let packages = tools::node_packages(layout, &python, own)?;
        Ok::<_, Failure>((python.program("node"), packages))
    })?;
    progress("reading the contract with Redocly and Spectral");
    let limit = budget.left();
    let found = thread::scope(|scope| {
        let running = LINTERS.map(|linter| {
            let (node, packages) = (&node, &packages);
            scope.spawn(move || linter.run(layout, node, packages, own, limit))
        });
        running.map(|linter| {
            linter
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    });
    let contract = layout.contract();
    let text = fs::read_to_string(&contract).map_err(Failure::io("read", &contract))?;
    let mut findings = Vec::new();
    for (linter, problems) in LINTERS.iter().zip(found) {
        let problems = problems?;
        findings.extend(
            problems
                .into_iter()
                .map(|problem| finding(linter.name, problem, &layout.shown(&contract), &text)),
        );
    }
    Ok(findings)
}

impl Linter {
    fn run(
        &self,
        layout: &Layout,
        node: &Path,
        packages: &Path,
        own: &Path,
        limit: Duration,
    ) -> Result<Vec<Problem>, Failure> {
        let file = |name: String| -> Result<(PathBuf, File), Failure> {
            let path = own.join(name);
            let file = File::create(&path).map_err(Failure::io("write", &path))?;
            Ok((path, file))
        };
        let (report, output) = file(format!("{}.json", self.name))?;
        let (log, errors) = file(format!("{}.log", self.name))?;
        let (flag, rules) = self.rules;
        let program = Guarded::new(self.name, node, [packages.join(self.program)]);
        let status = program
            .args(self.arguments)
            .args([flag])
            .args([layout.conform().join(rules), layout.contract()])
            .without(&VARIABLES)
            .env("REDOCLY_TELEMETRY", "off")
            .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
            .directory(packages)
            .run(output, errors, limit)?;
        let report = fs::read_to_string(&report).map_err(Failure::io("read", &report))?;
        // 0 is without errors, 1 with some; anything else is none of its reports.
        match (status.code(), (self.parse)(&report)) {
            (Some(0 | 1), Ok(problems)) => Ok(problems),
            (_, parsed) => {
                let reason = parsed.err().map_or_else(String::new, |error| {
                    format!(", its report is not what it should be: {error}")
                });
                let log = layout.shown(&log);
                let cause = format!("{status}{reason}; what it has said is in {log}");
                Err(Failure::tool(self.name, cause))
            }
        }
    }
}

fn finding(linter: &str, problem: Problem, file: &str, text: &str) -> Finding {
    let rule = format!("{linter}/{}", problem.rule);
    let mut finding = Finding {
        severity: problem.severity,
        ..Finding::error(Kind::Lint, rule, problem.message)
    };
    if let Some(span) = problem.span {
        finding = finding.at_span(file, text, span);
    }
    match problem.reference {
        Some(reference) => finding.help(format!("see {reference}")),
        None => finding,
    }
}

fn parse_redocly(report: &str) -> serde_json::Result<Vec<Problem>> {
    #[derive(Deserialize)]
    struct Report {
        problems: Vec<Reported>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Reported {
        rule_id: String,
        severity: String,
        message: String,
        location: Vec<Location>,
        reference: Option<String>,
    }
    #[derive(Deserialize)]
    struct Location {
        start: Option<Position>,
        end: Option<Position>,
    }
    #[derive(Deserialize)]
    struct Position {
        line: usize,
        col: usize,
    }
    let Report { problems } = serde_json::from_str(report)?;
    let problems = problems.into_iter().map(|problem| {
        let location = problem.location.into_iter().next();
        Problem {
            severity: match problem.severity.as_str() {
                "error" => Severity::Error,
                _ => Severity::Warning,
            },
            rule: problem.rule_id,
            message: problem.message,
            span: location.and_then(|location| {
                let start = location.start?;
                let end = location.end.map(|end| (end.line, end.col));
                Some(span((start.line, start.col), end))
            }),
            reference: problem.reference,
        }
    });
    Ok(problems.collect())
}

fn parse_spectral(report: &str) -> serde_json::Result<Vec<Problem>> {
    #[derive(Deserialize)]
    struct Reported {
        code: String,
        severity: u8,
        message: String,
        range: Range,
    }
    #[derive(Deserialize)]
    struct Range {
        start: Position,
        end: Position,
    }
    #[derive(Deserialize)]
    struct Position {
        line: usize,
        character: usize,
    }
    let problems: Vec<Reported> = serde_json::from_str(report)?;
    // Its lines and columns are counted from 0.
    let location = |position: &Position| (position.line + 1, position.character + 1);
    let problems = problems.into_iter().map(|problem| Problem {
        severity: match problem.severity {
            0 => Severity::Error,
            _ => Severity::Warning,
        },
        rule: problem.code,
        message: problem.message,
        span: Some(span(
            location(&problem.range.start),
            Some(location(&problem.range.end)),
        )),
        reference: None,
    });
    Ok(problems.collect())
}

/// From a line and column to another; the first line alone is marked.
fn span((line, column): (usize, usize), end: Option<(usize, usize)>) -> Span {
    let len = match end {
        Some((last, end)) if last == line => end.saturating_sub(column),
        _ => 0,
    };
    Span { line, column, len }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_redocly_has_a_place_and_a_reference() {
        let report = r##"{"totals": {"errors": 1}, "problems": [{
            "ruleId": "nullable-type-sibling", "severity": "error", "message": "No type.",
            "location": [{"source": {"ref": "a.yaml"}, "pointer": "#/a", "reportOnKey": false,
                "start": {"line": 7, "col": 21}, "end": {"line": 7, "col": 25}}],
            "reference": "https://example.com/rule", "suggest": []},
            {"ruleId": "info-license", "severity": "warn", "message": "No license.",
            "location": []}]}"##;
        let problems = parse_redocly(report).unwrap();
        let span = Span {
            line: 7,
            column: 21,
            len: 4,
        };
        assert_eq!(
            (problems[0].severity, problems[0].span),
            (Severity::Error, Some(span))
        );
        assert_eq!(
            (problems[1].severity, problems[1].span),
            (Severity::Warning, None)
        );
        let text = "\n".repeat(6) + "            nullable: true\n";
        let found = finding(
            "redocly",
            problems.into_iter().next().unwrap(),
            "a.yaml",
            &text,
        );
        assert_eq!(found.id(), "lint/redocly/nullable-type-sibling");
        assert_eq!(found.help.as_deref(), Some("see https://example.com/rule"));
        assert_eq!(found.location.unwrap().line, Some(7));
        assert!(parse_redocly("no JSON").is_err());
    }

    #[test]
    fn a_report_of_spectral_counts_from_0() {
        let report = r#"[{"code": "oas3-schema", "path": ["info"], "message": "No.", "severity": 0,
            "range": {"start": {"line": 0, "character": 5}, "end": {"line": 27, "character": 44}},
            "source": "a.yaml"}]"#;
        let problem = parse_spectral(report).unwrap().remove(0);
        let span = Span {
            line: 1,
            column: 6,
            len: 0,
        };
        assert_eq!(
            (problem.severity, problem.span),
            (Severity::Error, Some(span))
        );
        assert_eq!(parse_spectral("[]").unwrap(), []);
    }

    #[test]
    fn no_rule_of_the_linters_is_switched_off() {
        let redocly = include_str!("../../conform/redocly.yaml");
        assert_eq!(redocly, "extends: [recommended]\n");
        let spectral = include_str!("../../conform/spectral.yaml");
        assert_eq!(spectral, "extends: [spectral:oas]\n");
    }
}
