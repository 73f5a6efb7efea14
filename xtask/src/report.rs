//! Findings as text for people, as JSON for programs, and as annotations for GitHub.

mod github;
mod json;
mod text;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::finding::{Failure, Finding, Severity};

/// In which form findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people, on standard error
    #[default]
    Text,
    /// One JSON document, on standard output
    Json,
    /// Workflow commands, which GitHub shows beside the lines, on standard output
    Github,
}

/// The exit code for these findings: the lowest among those of errors.
pub(crate) fn exit_code(findings: &[Finding]) -> u8 {
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.kind.exit_code())
        .min()
        .unwrap_or(0)
}

/// Prints every finding, or `success` when none of them is an error.
pub(crate) fn findings(format: Format, findings: &[Finding], success: &str) -> ExitCode {
    let code = exit_code(findings);
    let written = match format {
        Format::Text => {
            let told = write(&mut io::stderr(), &text::render(findings));
            let success = if code == 0 { success } else { "" };
            told.and_then(|()| write(&mut io::stdout(), &line(success)))
        }
        Format::Json => write(&mut io::stdout(), &line(json::render(findings))),
        Format::Github => write(&mut io::stdout(), &github::render(findings)),
    };
    ended(code, written)
}

/// Says why the command itself could not do its work, after what it has found all the same.
pub(crate) fn failure(format: Format, failure: &Failure) -> ExitCode {
    let (findings, failures) = failure.parts();
    let written = match format {
        Format::Text => {
            let mut told = text::render(findings);
            for failure in failures {
                told.push_str(&format!("error: {failure}\n"));
            }
            write(&mut io::stderr(), &told)
        }
        Format::Json => write(
            &mut io::stdout(),
            &line(json::render_failure(findings, failures)),
        ),
        Format::Github => {
            let mut told = github::render(findings);
            for failure in failures {
                told.push_str(&line(github::render_failure(failure)));
            }
            write(&mut io::stdout(), &told)
        }
    };
    ended(1, written)
}

/// A line, unless it is empty.
fn line(text: impl ToString) -> String {
    match text.to_string() {
        text if text.is_empty() => text,
        text => text + "\n",
    }
}

fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}

/// The exit code, unless what was found could not be said. A reader that has gone away has seen
/// what it wanted (`| head`).
fn ended(code: u8, written: io::Result<()>) -> ExitCode {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => ExitCode::from(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Kind;

    #[test]
    fn the_lowest_code_of_the_errors_counts() {
        let findings = [
            Finding::error(Kind::Database, "a", "a"),
            Finding::warning(Kind::Stale, "b", "b"),
            Finding::error(Kind::Breaking, "c", "c"),
        ];
        assert_eq!(exit_code(&findings), 6);
        assert_eq!(exit_code(&findings[..2]), 8);
        assert_eq!(exit_code(&findings[1..2]), 0);
        assert_eq!(exit_code(&[]), 0);
    }

    #[test]
    fn each_kind_has_a_name_and_a_code_of_its_own_in_ascending_order() {
        let codes = Kind::ALL.map(Kind::exit_code);
        assert_eq!(codes, [4, 5, 6, 7, 8, 9]);
        let names: std::collections::BTreeSet<_> = Kind::ALL.map(Kind::name).into();
        assert_eq!(names.len(), Kind::ALL.len());
    }
}
