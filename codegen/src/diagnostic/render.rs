//! How diagnostics look on a terminal: plain text, so that a log keeps all of it.

use super::{Diagnostic, Diagnostics, Span};
use std::fmt;

/// Lines longer than this are cut around the place, so that a contract on one line stays legible.
const WIDTH: usize = 120;

pub(super) fn render(diagnostics: &Diagnostics, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for diagnostic in diagnostics {
        writeln!(f, "error[{}]: {}", diagnostic.rule.id(), diagnostic.message)?;
        let gutter = gutter(diagnostic);
        places(f, diagnostics, diagnostic)?;
        if let Some(help) = &diagnostic.help {
            for (index, line) in help.lines().enumerate() {
                let lead = if index == 0 { "= help:" } else { "       " };
                writeln!(f, "{:gutter$} {lead} {line}", "")?;
            }
        }
        writeln!(f)?;
    }
    let count = diagnostics.len();
    let errors = if count == 1 { "error" } else { "errors" };
    writeln!(f, "{}: {count} {errors}", diagnostics.file)
}

/// The width of the line numbers beside the lines of one diagnostic.
fn gutter(diagnostic: &Diagnostic) -> usize {
    let related = diagnostic.related.iter().map(|related| related.span.line);
    let last = related.max().unwrap_or(0).max(diagnostic.span.line);
    last.to_string().len()
}

/// The offending line, and the related ones below it.
pub(super) fn places(
    f: &mut impl fmt::Write,
    diagnostics: &Diagnostics,
    diagnostic: &Diagnostic,
) -> fmt::Result {
    let (file, lines) = (&diagnostics.file, &diagnostics.lines);
    let gutter = gutter(diagnostic);
    place(f, gutter, "-->", file, diagnostic.span)?;
    excerpt(f, gutter, lines, diagnostic.span, '^', "")?;
    for related in &diagnostic.related {
        place(f, gutter, ":::", file, related.span)?;
        excerpt(f, gutter, lines, related.span, '-', &related.message)?;
    }
    Ok(())
}

/// One place of a text with its line, as diagnostics show it.
pub(super) fn one_place(file: &str, lines: &[String], span: Span) -> String {
    let gutter = span.line.to_string().len();
    let mut shown = String::new();
    // Writing into a string does not fail.
    let _ = place(&mut shown, gutter, "-->", file, span)
        .and_then(|()| excerpt(&mut shown, gutter, lines, span, '^', ""));
    shown
}

fn place(
    f: &mut impl fmt::Write,
    gutter: usize,
    arrow: &str,
    file: &str,
    span: Span,
) -> fmt::Result {
    writeln!(
        f,
        "{:gutter$}{arrow} {file}:{}:{}",
        "", span.line, span.column
    )
}

fn excerpt(
    f: &mut impl fmt::Write,
    gutter: usize,
    lines: &[String],
    span: Span,
    mark: char,
    label: &str,
) -> fmt::Result {
    let line: Vec<char> = span
        .line
        .checked_sub(1)
        .and_then(|index| lines.get(index))
        .map(|line| line.chars().map(printable).collect())
        .unwrap_or_default();
    let at = span.column.saturating_sub(1).min(line.len());
    let from = if line.len() > WIDTH {
        at.saturating_sub(WIDTH / 3)
    } else {
        0
    };
    let to = line.len().min(from + WIDTH);
    let shown: String = line[from..to].iter().collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if to < line.len() { "…" } else { "" };
    let marks = span.len.min(to.saturating_sub(at)).max(1);

    writeln!(f, "{:gutter$} |", "")?;
    writeln!(f, "{:>gutter$} | {before}{shown}{after}", span.line)?;
    let indent = at - from + before.chars().count();
    let underline: String = std::iter::repeat_n(mark, marks).collect();
    let label = if label.is_empty() {
        String::new()
    } else {
        format!(" {label}")
    };
    writeln!(f, "{:gutter$} | {:indent$}{underline}{label}", "", "")
}

/// A tab or a control character would shift what stands below it, or drive the terminal.
fn printable(c: char) -> char {
    if c == '\t' {
        ' '
    } else if c.is_control() {
        '\u{FFFD}'
    } else {
        c
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::{Sink, Span, rules};

    #[test]
    fn a_diagnostic_shows_place_line_marks_related_place_and_help() {
        let mut sink = Sink::default();
        sink.report(
            rules::YAML_DUPLICATE_KEY,
            Span {
                line: 2,
                column: 1,
                len: 3,
            },
            "`foo` is given twice",
        )
        .help("keep one")
        .related(
            Span {
                line: 1,
                column: 1,
                len: 3,
            },
            "first here",
        );
        let shown = sink.finish("a.yaml", "foo: 1\nfoo: 2\n").to_string();
        assert_eq!(
            shown,
            "error[yaml-duplicate-key]: `foo` is given twice\n --> a.yaml:2:1\n  |\n2 | foo: 2\n  | ^^^\n ::: a.yaml:1:1\n  |\n1 | foo: 1\n  | --- first here\n  = help: keep one\n\na.yaml: 1 error\n"
        );
    }

    #[test]
    fn a_place_outside_of_the_text_and_a_long_line_are_shown_without_a_panic() {
        let mut sink = Sink::default();
        sink.report(
            rules::YAML_SYNTAX,
            Span {
                line: 99,
                column: 7,
                len: 4,
            },
            "beyond",
        );
        sink.report(
            rules::YAML_SYNTAX,
            Span {
                line: 1,
                column: 400,
                len: 900,
            },
            "far right",
        );
        let shown = sink.finish("a.yaml", &"ä".repeat(500)).to_string();
        assert!(shown.contains("a.yaml:99:7"));
        assert!(
            shown.lines().all(|line| line.chars().count() < 140),
            "{shown}"
        );
    }

    #[test]
    fn the_same_thing_found_twice_is_shown_once_and_the_order_is_that_of_the_file() {
        let mut sink = Sink::default();
        sink.report(
            rules::YAML_SYNTAX,
            Span {
                line: 2,
                column: 1,
                len: 0,
            },
            "b",
        );
        sink.report(
            rules::YAML_SYNTAX,
            Span {
                line: 1,
                column: 5,
                len: 0,
            },
            "a",
        );
        sink.report(
            rules::YAML_SYNTAX,
            Span {
                line: 2,
                column: 1,
                len: 0,
            },
            "b",
        );
        let found = sink.finish("a.yaml", "");
        let messages: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, ["a", "b"]);
    }
}
