//! Who sees and changes what: the rules that hold for every table, also for those to come. What is
//! granted and which policies there are is compared elsewhere; this says what they may be.

use std::collections::BTreeSet;

use booking_codegen::ir::Contract;

use super::catalog::Id;
use super::session::{Session, SqlError};
use super::sql::SqlFile;
use super::{report, rules};
use crate::finding::{Finding, Kind};

/// Finds what breaks a rule.
const QUERIES: &str = include_str!("protection.sql");

/// What everybody may read: it says nothing of any guest.
const PUBLIC: [&str; 5] = [
    "booking_days",
    "booking_policies",
    "dining_areas",
    "restaurants",
    "service_periods",
];

/// Looks at what the migrations have built. Which columns are personal data, the contract says of the
/// schemas that their comments name.
pub(super) fn check(
    contract: Option<&Contract>,
    session: &Session,
    ups: &[&SqlFile],
) -> Result<Vec<Finding>, SqlError> {
    let types = contract.iter().flat_map(|contract| &contract.types);
    let personal = types.filter(|ty| ty.is_personal);
    let personal: BTreeSet<&str> = personal.filter_map(|ty| ty.component.as_deref()).collect();
    let queries = QUERIES
        .replace("{personal}", &array(personal))
        .replace("{public}", &array(PUBLIC));
    let rows = session.rows(&queries)?;
    Ok(rows
        .into_iter()
        .filter_map(|mut row| {
            let (rule, help) = match row.take("rule")?.as_str() {
                rules::ROW_SECURITY => (
                    rules::ROW_SECURITY,
                    "write a migration that ENABLEs and FORCEs ROW LEVEL SECURITY and makes policies \
                     for it, like those of the other tables with a restaurant_id",
                ),
                rules::PUBLIC_POLICY => (
                    rules::PUBLIC_POLICY,
                    "let the policy compare rows with the settings of the transaction; a table of \
                     which everybody may read everything is named in xtask/src/database/protection.rs",
                ),
                _ => (
                    rules::GRANT,
                    "REVOKE it in a migration; what may be granted stands in \
                     xtask/src/database/protection.sql",
                ),
            };
            let id = Id {
                class: row.take("class")?,
                parent: row.take("parent"),
                name: row.take("name")?,
            };
            let mut finding = Finding::error(Kind::Database, rule, row.take("message")?).help(help);
            finding.location = report::location(&report::all(ups), &id);
            Some(finding)
        })
        .collect())
}

/// Texts as an array of SQL.
fn array<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts = texts.into_iter().map(|text| format!("'{text}'"));
    format!("ARRAY[{}]::text[]", texts.collect::<Vec<_>>().join(", "))
}
