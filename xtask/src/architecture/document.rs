//! The crate table as people read it, in docs/architecture.md: it says the same.

use std::collections::BTreeSet;

use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;

use super::table::Table;

/// Where the table stands, below the root.
const DOCUMENT: &str = "docs/architecture.md";

/// Compares the rows of the document with those that are enforced.
pub(super) fn check(layout: &Layout, table: &Table) -> Result<Vec<Finding>, Failure> {
    let text = layout.text(&layout.root().join(DOCUMENT), Kind::Architecture)?;
    Ok(match text {
        Ok(text) => compare(&text, table),
        Err(finding) => vec![finding],
    })
}

fn compare(text: &str, table: &Table) -> Vec<Finding> {
    let written: Vec<Written> = text.lines().enumerate().filter_map(written).collect();
    let mut findings = Vec::new();
    for (package, row) in table {
        let Some(found) = written.iter().find(|found| found.package == package) else {
            let message = format!("the crate {package} is not in the table of {DOCUMENT}");
            findings.push(finding(message, Location::file(DOCUMENT)));
            continue;
        };
        let enforced: BTreeSet<&str> = row.uses.iter().map(String::as_str).collect();
        if found.ours != enforced {
            let message = format!(
                "{DOCUMENT} lets {package} use {}, and what is enforced is {}",
                listed(&found.ours),
                listed(&enforced)
            );
            findings.push(finding(message, Location::line(DOCUMENT, found.line)));
        }
    }
    for found in &written {
        if !table.contains_key(found.package) {
            let message = format!("{DOCUMENT} has a crate {} that is in no row", found.package);
            findings.push(finding(message, Location::line(DOCUMENT, found.line)));
        }
    }
    findings
}

fn finding(message: String, location: Location) -> Finding {
    Finding::error(Kind::Architecture, "document", message)
        .at(location)
        .help(format!(
            "correct {DOCUMENT}, or the table in Cargo.toml where that is wrong"
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
    use super::*;

    fn found(text: &str) -> Vec<(String, Option<usize>)> {
        let table = serde_json::from_value(serde_json::json!({
            "rules": {},
            "server": { "uses": ["rules", "store"] },
        }));
        compare(text, &table.expect("it is a table"))
            .into_iter()
            .map(|finding| {
                (
                    finding.message,
                    finding.location.and_then(|location| location.line),
                )
            })
            .collect()
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
}
