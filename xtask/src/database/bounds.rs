//! The bounds that the contract and the database both have agree: lists of values, lengths,
//! ranges and patterns.
//!
//! Which schema of the contract a column holds stands in the comment of the column, as a sentence
//! of its own: `Contract: PartySize.`, or `Contract: none, …` with the reason. A column that has
//! a bound and no such comment is a finding, so that none is forgotten.
//!
//! What a column takes is not read from its constraints, which can say the same in many ways: it
//! is tried. Values at and beyond every bound that either side has are put into a table with that
//! one column and its constraints, and what happens is compared with what the contract says.

mod probes;

use std::collections::{BTreeMap, BTreeSet};

use booking_codegen::ir::{Contract, TypeDef, TypeKind};
use serde_json::Value;

use self::probes::Probe;
use super::catalog::Id;
use super::dump::{ColumnRules, Schema, column_rules};
use super::session::{Session, SqlError};
use super::sql::SqlFile;
use super::{cluster, report, rules};
use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;

/// What begins the sentence of a column's comment that names a schema of the contract.
const MARKER: &str = "Contract: ";

/// What that sentence begins with when the contract has no such value.
const NONE: &str = "none, ";

/// Compares each column that has a bound with the contract.
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
    let mut findings = Vec::new();
    for column in column_rules(schema) {
        let component = match named(&column) {
            Named::Component(component) => component,
            Named::None => continue,
            Named::Nothing => {
                findings.extend(unnamed(&column, &places));
                continue;
            }
        };
        let known = contract
            .types
            .iter()
            .find(|ty| ty.component.as_deref() == Some(component));
        match known {
            Some(ty) => {
                let example = format!("/components/schemas/{component}/example");
                let example = contract.document.pointer(&example).and_then(Value::as_str);
                let probes = probes::for_column(&ty.kind, &column, example);
                findings.extend(compare(
                    session,
                    &column,
                    (component, ty),
                    &probes,
                    &places,
                )?);
            }
            None => {
                let message = format!(
                    "the comment of {} names {component}, and the contract has no such schema",
                    column.id
                );
                let mut finding = Finding::error(Kind::Database, rules::CONTRACT_COLUMN, message)
                    .help("correct the comment, or the contract");
                finding.location = places.of_column(&column);
                findings.push(finding);
            }
        }
    }
    Ok(findings)
}

/// What the comment of a column says of the contract.
enum Named<'a> {
    Component(&'a str),
    /// That the contract has no such value.
    None,
    /// Nothing.
    Nothing,
}

fn named<'a>(column: &ColumnRules<'a>) -> Named<'a> {
    let sentence = column
        .comment
        .and_then(|comment| comment.rsplit_once(MARKER))
        .map(|(_, sentence)| sentence.trim().trim_end_matches('.'));
    match sentence {
        Some(sentence) if sentence.len() > NONE.len() && sentence.starts_with(NONE) => Named::None,
        Some(component) => Named::Component(component),
        None => Named::Nothing,
    }
}

fn unnamed(column: &ColumnRules<'_>, places: &Places<'_>) -> Option<Finding> {
    let (rule, what) = if column.has_list() {
        (rules::ENUM, "takes values out of a list")
    } else if column.is_bounded() {
        (rules::CONTRACT_COLUMN, "has bounds")
    } else {
        return None;
    };
    let message = format!(
        "{} {what}, and its comment does not say which schema of the contract has the same",
        column.id
    );
    let mut finding = Finding::error(Kind::Database, rule, message).help(format!(
        "end its comment with `{MARKER}` and the schema's name, or with `{MARKER}{NONE}` and the reason"
    ));
    finding.location = places.of_column(column);
    Some(finding)
}

fn compare(
    session: &Session,
    column: &ColumnRules<'_>,
    (component, ty): (&str, &TypeDef),
    probes: &[Probe],
    places: &Places<'_>,
) -> Result<Vec<Finding>, Failure> {
    let id = &column.id;
    let values: BTreeSet<&str> = probes.iter().map(|probe| probe.value.as_str()).collect();
    let taken = taken(session, column, &values).map_err(cluster::failure)?;
    let finding = |rule: &'static str, message: String, help: &str| {
        let mut finding = Finding::error(Kind::Database, rule, message).help(help);
        finding.location = places.of_column(column);
        match places.of_component(component) {
            Some(location) => finding.detail(format!("in the contract: {location}")),
            None => finding,
        }
    };
    if probes.is_empty() {
        return Ok(vec![finding(
            rules::CONTRACT_COLUMN,
            format!("{id} cannot be compared with {component} of the contract"),
            "name a schema of numbers or texts; one of texts needs an `example` to be tried with",
        )]);
    }
    let is_list = matches!(ty.kind, TypeKind::Enumeration(_));
    if is_list && taken.contains(probes::IN_NO_LIST) {
        return Ok(vec![finding(
            rules::ENUM,
            format!("{id} takes any text, and {component} of the contract has a list"),
            "write a migration that checks the column against the list",
        )]);
    }
    // One finding for each kind of bound and each way in which it differs, or for each value of
    // a list.
    let mut differing: BTreeMap<(&str, bool, Option<&str>), &Probe> = BTreeMap::new();
    for probe in probes {
        let is_taken = taken.contains(probe.value.as_str());
        let differs = if is_taken {
            !probe.accepted && !probe.may_be_taken
        } else {
            probe.accepted
        };
        if differs {
            let value = is_list.then_some(probe.value.as_str());
            differing
                .entry((probe.rule, is_taken, value))
                .or_insert(probe);
        }
    }
    let report = |((rule, is_taken, _), probe): ((&'static str, bool, _), &Probe)| {
        let shown = probe.shown();
        if is_taken {
            finding(
                rule,
                format!("{id} takes {shown}, which {component} of the contract does not have"),
                "let the contract accept it, or write a migration that keeps it out",
            )
        } else {
            finding(
                rule,
                format!("{component} of the contract has {shown}, which {id} does not take"),
                "write a migration that lets it in, or take it out of the contract",
            )
        }
    };
    Ok(differing.into_iter().map(report).collect())
}

/// The values that a column takes, of those that are tried.
fn taken(
    session: &Session,
    column: &ColumnRules<'_>,
    tried: &BTreeSet<&str>,
) -> Result<BTreeSet<String>, SqlError> {
    let name = &column.id.name;
    let checks: String = column
        .checks
        .iter()
        .map(|check| format!(", {check}"))
        .collect();
    session.run(&format!(
        "CREATE TEMPORARY TABLE tried ({name} {}{checks});
         CREATE FUNCTION pg_temp.takes(tried text) RETURNS boolean LANGUAGE plpgsql AS $$
         BEGIN
             EXECUTE 'INSERT INTO tried VALUES (' || quote_literal(tried) || ')';
             RETURN true;
         EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
             RETURN false;
         END $$",
        column.sql_type
    ))?;
    let literals: Vec<String> = tried
        .iter()
        .map(|value| format!("'{}'", value.replace('\'', "''")))
        .collect();
    let taken = session.texts(&format!(
        "SELECT value FROM unnest(ARRAY[{}]::text[]) AS value WHERE pg_temp.takes(value)",
        literals.join(", ")
    ))?;
    session.run("DROP FUNCTION pg_temp.takes(text); DROP TABLE tried")?;
    Ok(taken.into_iter().collect())
}

/// Where things are defined.
struct Places<'a> {
    ups: &'a [&'a SqlFile],
    contract: String,
    contract_text: &'a str,
}

impl Places<'_> {
    /// The first constraint of the column, or else the column.
    fn of_column(&self, column: &ColumnRules<'_>) -> Option<Location> {
        let constraints = column.names.iter().map(|name| {
            let table = column.id.parent.as_deref().unwrap_or_default();
            Id::part("constraint", table, name)
        });
        constraints
            .chain([column.id.clone()])
            .find_map(|id| report::location(&report::all(self.ups), &id))
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
