//! The catalog of a database as facts: which objects there are, and what each is.

mod compare;

use std::collections::BTreeMap;
use std::fmt;

use super::session::{Row, Session, SqlError};

pub(super) use compare::{Difference, differences};

/// The queries, one for each kind of object; what they leave out stands at their top.
const QUERIES: &str = include_str!("catalog.sql");

/// The property of a table that lists its columns. It says something only about tables that
/// have the same columns; otherwise the columns themselves differ.
const ORDER_OF_COLUMNS: &str = "order of columns";

/// Which object it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    /// The table, view, type or domain that it is a part of.
    pub(super) parent: Option<String>,
    /// `table`, `column`, `constraint`…
    pub(super) class: String,
    /// Its name, as SQL would have it.
    pub(super) name: String,
}

/// What an object is: each property with its value.
pub(super) type Properties = BTreeMap<String, String>;

/// Everything that a database holds of a schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Catalog {
    pub(super) objects: BTreeMap<Id, Properties>,
}

impl Catalog {
    /// Reads the whole catalog, in one round trip.
    pub(super) fn read(session: &Session) -> Result<Self, SqlError> {
        let rows = session.rows(QUERIES)?;
        Ok(Self {
            objects: rows.into_iter().filter_map(object).collect(),
        })
    }

    /// Without the objects of which something is true.
    pub(super) fn without(mut self, left_out: impl Fn(&Id) -> bool) -> Self {
        self.objects.retain(|id, _| !left_out(id));
        self
    }

    /// Without the order of the columns in their tables.
    pub(super) fn without_order_of_columns(mut self) -> Self {
        for properties in self.objects.values_mut() {
            properties.remove(ORDER_OF_COLUMNS);
        }
        self
    }

    /// Whether something of that name can have parts.
    fn has_whole(&self, name: &str) -> bool {
        self.objects
            .keys()
            .any(|id| id.parent.is_none() && id.name == name)
    }
}

fn object(mut row: Row) -> Option<(Id, Properties)> {
    let id = Id {
        class: row.take("class")?,
        parent: row.take("parent"),
        name: row.take("name")?,
    };
    Some((id, row.values.into_iter().collect()))
}

impl Id {
    /// An object with a name of its own.
    pub(super) fn whole(class: &str, name: &str) -> Self {
        Self {
            class: class.to_owned(),
            parent: None,
            name: name.to_owned(),
        }
    }

    /// An object that is part of a table.
    pub(super) fn part(class: &str, parent: &str, name: &str) -> Self {
        Self {
            parent: Some(parent.to_owned()),
            ..Self::whole(class, name)
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            class,
            parent,
            name,
        } = self;
        match parent {
            None => write!(formatter, "{class} {name}"),
            Some(parent) if class == "column" => write!(formatter, "column {parent}.{name}"),
            Some(parent) if class == "grant" => write!(formatter, "grant to {name} on {parent}"),
            Some(parent) => write!(formatter, "{class} {name} of {parent}"),
        }
    }
}
