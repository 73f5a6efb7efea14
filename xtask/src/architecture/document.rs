//! The crate table as people read it, in docs/architecture.md: it says the same.

use std::collections::BTreeSet;

use crate::finding::{Finding, Kind, Place};

use super::table::Row;

/// Where the table stands, below the root.
pub(super) const DOCUMENT: &str = "docs/architecture.md";

/// Compares the rows of the document with those that are enforced.
pub(super) fn check(text: &str, table: &[Row]) -> Vec<Finding> {
    let written: Vec<Written> = text.lines().enumerate().filter_map(written).collect();
    let mut findings = Vec::new();
    for row in table {
        let Some(found) = written.iter().find(|found| found.package == row.package) else {
            let message = format!(
                "the crate {} is not in the table of {DOCUMENT}",
                row.package
            );
            findings.push(finding(message, Place::file(DOCUMENT)));
            continue;
        };
        let enforced: BTreeSet<&str> = row.ours.iter().copied().collect();
        if found.ours != enforced {
            let message = format!(
                "{DOCUMENT} lets {} use {}, and what is enforced is {}",
                row.package,
                listed(&found.ours),
                listed(&enforced)
            );
            findings.push(finding(message, Place::line(DOCUMENT, found.line)));
        }
    }
    for found in &written {
        if !table.iter().any(|row| row.package == found.package) {
            let message = format!("{DOCUMENT} has a crate {} that is in no row", found.package);
            findings.push(finding(message, Place::line(DOCUMENT, found.line)));
        }
    }
    findings
}

fn finding(message: String, place: Place) -> Finding {
    Finding::error(Kind::Architecture, "document", message)
        .at(place)
        .help(format!(
            "correct {DOCUMENT}, or xtask/src/architecture/table.rs where that is wrong"
        ))
}

fn listed(names: &BTreeSet<&str>) -> String {
    if names.is_empty() {
        return "nothing of ours".to_owned();
    }
    names.iter().copied().collect::<Vec<_>>().join(", ")
}

/// One row of the document.
struct Written<'a> {
    line: usize,
    package: &'a str,
    ours: BTreeSet<&'a str>,
}

/// A row of four cells of which the first begins with a name in backticks; the third lists what
/// the crate may use of ours.
fn written((index, line): (usize, &str)) -> Option<Written<'_>> {
    let cells: Vec<&str> = line
        .strip_prefix('|')?
        .strip_suffix('|')?
        .split('|')
        .collect();
    let [package, _, ours, _] = cells.as_slice() else {
        return None;
    };
    Some(Written {
        line: index + 1,
        package: names(package).next()?,
        ours: names(ours).collect(),
    })
}

/// What stands in backticks.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::super::table::{Reach, TABLE};
    use super::*;

    fn found(text: &str) -> Vec<(String, Option<usize>)> {
        const SMALL: &[Row] = &[row("rules", &[]), row("server", &["rules", "store"])];
        check(text, SMALL)
            .into_iter()
            .map(|finding| (finding.message, finding.place.and_then(|place| place.line)))
            .collect()
    }

    const fn row(package: &'static str, ours: &'static [&'static str]) -> Row {
        Row {
            package,
            directory: "",
            ours,
            in_tests: &[],
            never: &[],
            reach: Reach::Direct,
        }
    }

    const GOOD: &str = "| crate | holds | of ours | never |\n|---|---|---|---|\n\
                        | `rules` | rules | – | tokio |\n\
                        | `server` (`it`) | the `x` | `store`, `rules` | – |\n";

    #[test]
    fn a_table_that_says_the_same_in_another_order_is_right() {
        assert_eq!(found(GOOD), []);
    }

    #[test]
    fn what_is_missing_too_much_or_otherwise_is_found_at_its_line() {
        let other = GOOD.replace("`store`, `rules`", "`rules`");
        assert_eq!(
            found(&other),
            [(
                "docs/architecture.md lets server use rules, and what is enforced is rules, store"
                    .to_owned(),
                Some(4)
            )]
        );
        let other = GOOD.replace("`rules` | rules", "`laws` | rules");
        let lines: Vec<_> = found(&other).into_iter().map(|(_, line)| line).collect();
        assert_eq!(lines, [None, Some(3)]);
    }

    #[test]
    fn the_table_that_is_enforced_has_no_row_twice() {
        let packages: BTreeSet<_> = TABLE.iter().map(|row| row.package).collect();
        assert_eq!(packages.len(), TABLE.len());
    }
}
