//! Differences between two catalogs, in words that can be acted on.

use super::catalog::{Catalog, Difference, Id, differences};
use super::sql::SqlFile;
use crate::finding::{Finding, Kind, Location};

/// The longest value that still reads within a sentence.
const SHORT: usize = 40;

/// A text in which objects are defined.
pub(super) trait Definitions {
    /// Its path below the root.
    fn shown(&self) -> &str;
    /// The line on which an object is defined, if it is.
    fn line_of(&self, id: &Id) -> Option<usize>;
}

impl Definitions for SqlFile {
    fn shown(&self) -> &str {
        &self.shown
    }

    fn line_of(&self, id: &Id) -> Option<usize> {
        Self::line_of(self, id)
    }
}

/// Files of SQL as texts in which objects are defined.
pub(super) fn all<'a>(files: &[&'a SqlFile]) -> Vec<&'a dyn Definitions> {
    files.iter().map(|file| *file as &dyn Definitions).collect()
}

/// Where an object is defined: in the last text that does so.
pub(super) fn location(definitions: &[&dyn Definitions], id: &Id) -> Option<Location> {
    definitions.iter().rev().find_map(|text| {
        let line = text.line_of(id)?;
        Some(Location::line(text.shown(), line))
    })
}

/// One side of a comparison.
pub(super) struct Side<'a> {
    /// How it is called: `the migrations`, `schema.sql`.
    pub(super) name: &'a str,
    pub(super) catalog: &'a Catalog,
    /// Where its objects are defined, if it is made of files; later ones change earlier ones.
    pub(super) definitions: Vec<&'a dyn Definitions>,
}

impl Side<'_> {
    /// Where an object is defined, or else what it is part of.
    fn location(&self, id: &Id) -> Option<Location> {
        self.definition(id).or_else(|| {
            let whole = self.catalog.objects.keys();
            let mut whole = whole
                .filter(|other| other.parent.is_none() && Some(&other.name) == id.parent.as_ref());
            self.definition(whole.next()?)
        })
    }

    fn definition(&self, id: &Id) -> Option<Location> {
        location(&self.definitions, id)
    }
}

/// A finding for each difference, at the place on the right, which is the side that is checked.
pub(super) fn compare(rule: &str, left: &Side<'_>, right: &Side<'_>, help: &str) -> Vec<Finding> {
    differences(left.catalog, right.catalog)
        .iter()
        .map(|difference| {
            let id = difference.id();
            let (message, mut details) = describe(difference, left.name, right.name);
            let (here, there) = (right.location(id), left.location(id));
            if let (Some(_), Some(there)) = (&here, &there) {
                let line = there
                    .line
                    .map(|line| format!(":{line}"))
                    .unwrap_or_default();
                details.push(format!("in {}: {}{line}", left.name, there.file));
            }
            let mut finding = Finding::error(Kind::Database, rule, message).help(help);
            finding.location = here.or(there);
            finding.details = details;
            finding
        })
        .collect()
}

/// What differs: one line, and what does not fit into it.
fn describe(difference: &Difference, left: &str, right: &str) -> (String, Vec<String>) {
    match difference {
        Difference::OnlyLeft(id) => (format!("{id} is in {left}, and not in {right}"), Vec::new()),
        Difference::OnlyRight(id) => (format!("{id} is in {right}, and not in {left}"), Vec::new()),
        Difference::Property {
            id,
            property,
            left: ours,
            right: theirs,
        } => {
            let value = |value: &Option<String>| match value {
                None => "none".to_owned(),
                Some(value) => format!("`{value}`"),
            };
            let (ours, theirs) = (value(ours), value(theirs));
            let is_short = |value: &str| value.chars().count() <= SHORT && !value.contains('\n');
            if is_short(&ours) && is_short(&theirs) {
                let message =
                    format!("{property} of {id} is {ours} in {left}, and {theirs} in {right}");
                (message, Vec::new())
            } else {
                let message = format!("{property} of {id} is not the same in {left} and {right}");
                let details = vec![format!("{left}: {ours}"), format!("{right}: {theirs}")];
                (message, details)
            }
        }
    }
}
