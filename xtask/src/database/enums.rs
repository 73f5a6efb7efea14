//! The enumerations of the contract that the database knows as well agree with it.
//!
//! What a column takes is not read from its constraints, which can say the same in many ways:
//! it is tried. Each value that the contract or a constraint names is put into a table with that
//! one column and its constraints.

use std::collections::BTreeSet;

use booking_codegen::ir::{Contract, TypeKind};

use super::catalog::Id;
use super::dump::{ColumnRules, Schema, column_rules};
use super::report;
use super::session::{Session, SqlError};
use super::sql::SqlFile;
use super::{cluster, rules};
use crate::finding::{Failure, Finding, Kind, Place};
use crate::layout::Layout;

/// Which columns take values out of a list, and which component of the contract has the same
/// list. A column with a list that stands in no row is a finding, so that none is forgotten.
const SHARED: &[(&str, &str, &str)] = &[("bookings", "status", "BookingStatus")];

/// A value that no list has.
const IN_NO_LIST: &str = "\u{2020}";

/// Where the rows of [`SHARED`] stand.
const TABLE: &str = "the table SHARED in xtask/src/database/enums.rs";

/// Compares each column that has a list of values with the contract.
pub(super) fn check(
    layout: &Layout,
    contract: &Contract,
    schema: &Schema,
    session: &Session,
    ups: &[&SqlFile],
) -> Result<Vec<Finding>, Failure> {
    let contract_text = std::fs::read_to_string(layout.contract()).unwrap_or_default();
    let places = Places {
        ups,
        contract: layout.shown(&layout.contract()),
        contract_text: &contract_text,
    };
    let columns = column_rules(schema);
    let mut findings = Vec::new();
    for (table, column, component) in SHARED {
        let id = Id::part("column", table, column);
        let rules = columns.iter().find(|rules| rules.id == id);
        let values = values(contract, component);
        match (rules, values) {
            (Some(rules), Some(values)) => {
                findings.extend(compare(session, rules, component, &values, &places)?);
            }
            (rules, values) => {
                for (missing, what) in [
                    (rules.is_none(), format!("the database has no {id}")),
                    (
                        values.is_none(),
                        format!("the contract has no enumeration {component}"),
                    ),
                ] {
                    if missing {
                        let message = format!("{what}, which {TABLE} names");
                        findings.push(
                            Finding::error(Kind::Database, rules::ENUM, message)
                                .help("correct the row, or what it names"),
                        );
                    }
                }
            }
        }
    }
    findings.extend(unlisted(&columns, &places));
    Ok(findings)
}

/// The values of a component, if it is an enumeration.
fn values(contract: &Contract, component: &str) -> Option<BTreeSet<String>> {
    let named = |name: &Option<String>| name.as_deref() == Some(component);
    let ty = contract.types.iter().find(|ty| named(&ty.component))?;
    match &ty.kind {
        TypeKind::Enumeration(values) => {
            Some(values.iter().map(|value| value.wire.clone()).collect())
        }
        _ => None,
    }
}

fn compare(
    session: &Session,
    rules: &ColumnRules<'_>,
    component: &str,
    values: &BTreeSet<String>,
    places: &Places<'_>,
) -> Result<Vec<Finding>, Failure> {
    let id = &rules.id;
    let mut tried: BTreeSet<String> = rules.literals();
    tried.extend(values.iter().cloned());
    tried.insert(IN_NO_LIST.to_owned());
    let taken = taken(session, rules, &tried).map_err(cluster::failure)?;
    let mut findings = Vec::new();
    let mut report = |message: String, help: String| {
        let mut finding = Finding::error(Kind::Database, rules::ENUM, message).help(help);
        finding.place = places.of_column(rules);
        findings.push(match places.of_component(component) {
            Some(place) => finding.detail(format!("in the contract: {place}")),
            None => finding,
        });
    };
    if taken.contains(IN_NO_LIST) {
        report(
            format!("{id} takes any text, and {component} of the contract has a list"),
            "write a migration that checks the column against the list".to_owned(),
        );
        return Ok(findings);
    }
    for value in values.difference(&taken) {
        report(
            format!("{component} of the contract has `{value}`, which {id} does not take"),
            "write a migration that lets it in, or take it out of the contract".to_owned(),
        );
    }
    for value in taken.difference(values) {
        report(
            format!("{id} takes `{value}`, which {component} of the contract does not have"),
            "add it to the contract, or write a migration that keeps it out".to_owned(),
        );
    }
    Ok(findings)
}

/// Columns with a list of values that no row of the table names.
fn unlisted(columns: &[ColumnRules<'_>], places: &Places<'_>) -> Vec<Finding> {
    let is_shared = |id: &Id| {
        SHARED
            .iter()
            .any(|(table, column, _)| *id == Id::part("column", table, column))
    };
    let unlisted = columns
        .iter()
        .filter(|rules| !is_shared(&rules.id) && rules.has_list());
    let finding = |rules: &ColumnRules<'_>| {
        let message = format!(
            "{} takes values out of a list, and {TABLE} has no row for it",
            rules.id
        );
        let mut finding = Finding::error(Kind::Database, rules::ENUM, message)
            .help("add a row with the component of the contract that has the same list");
        finding.place = places.of_column(rules);
        finding
    };
    unlisted.map(finding).collect()
}

/// The values that a column takes, of those that are tried.
fn taken(
    session: &Session,
    rules: &ColumnRules<'_>,
    tried: &BTreeSet<String>,
) -> Result<BTreeSet<String>, SqlError> {
    let column = &rules.id.name;
    let checks: String = rules
        .checks
        .iter()
        .map(|check| format!(", {check}"))
        .collect();
    session.run(&format!(
        "CREATE TEMPORARY TABLE tried ({column} {}{checks})",
        rules.sql_type
    ))?;
    let mut taken = BTreeSet::new();
    for value in tried {
        let literal = value.replace('\'', "''");
        let statement = format!("INSERT INTO tried VALUES ('{literal}')");
        match session.run(&statement) {
            Ok(()) => {
                taken.insert(value.clone());
            }
            Err(error) if error.is_refusal => {}
            Err(error) => return Err(error),
        }
    }
    session.run("DROP TABLE tried")?;
    Ok(taken)
}

/// Where things are defined.
struct Places<'a> {
    ups: &'a [&'a SqlFile],
    contract: String,
    contract_text: &'a str,
}

impl Places<'_> {
    /// The constraint with the list, or else the column.
    fn of_column(&self, rules: &ColumnRules<'_>) -> Option<Place> {
        let constraints = rules.names.iter().map(|name| {
            let table = rules.id.parent.as_deref().unwrap_or_default();
            Id::part("constraint", table, name)
        });
        constraints
            .chain([rules.id.clone()])
            .find_map(|id| report::place(&report::all(self.ups), &id))
    }

    /// `booking-api.yaml:1191`.
    fn of_component(&self, component: &str) -> Option<String> {
        let key = format!("{component}:");
        let line = self
            .contract_text
            .lines()
            .position(|line| line.trim() == key)?;
        Some(format!("{}:{}", self.contract, line + 1))
    }
}
