//! A schema in the order in which it can be written down.

use std::collections::{BTreeMap, BTreeSet};

use super::super::session::{Row, Session, SqlError};

const QUERIES: &str = include_str!("model.sql");

/// A whole schema.
#[derive(Debug, Default)]
pub(in crate::database) struct Schema {
    pub(super) extensions: Vec<Extension>,
    /// Tables and what else has a name of its own; what another one needs comes before it.
    pub(super) items: Vec<Item>,
    /// Statements that stand after everything: triggers, policies, statistics.
    pub(super) last: Vec<Last>,
}

#[derive(Debug)]
pub(super) struct Extension {
    pub(super) name: String,
    /// Where it is, if not where the tables are.
    pub(super) schema: Option<String>,
}

#[derive(Debug)]
pub(super) struct Last {
    pub(super) definition: String,
    pub(super) comment: Option<String>,
}

/// Something with a name of its own.
#[derive(Debug)]
pub(super) struct Item {
    oid: String,
    pub(super) name: String,
    pub(super) comment: Option<String>,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Table(Table),
    /// `TYPE … AS`, `DOMAIN … AS`, `VIEW … AS`: the words before, and the definition.
    Named {
        kind: String,
        definition: String,
    },
    /// A whole statement.
    Function(String),
    Sequence {
        /// What follows its name.
        options: String,
        /// The column that it goes away with.
        owner: Option<String>,
    },
}

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) unlogged: bool,
    pub(super) options: Option<String>,
    pub(super) row_security: bool,
    pub(super) forced_row_security: bool,
    pub(super) columns: Vec<Column>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) indexes: Vec<Index>,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// With length and the like.
    pub(super) sql_type: String,
    /// Without them; for a domain, the type below it.
    pub(super) plain_type: String,
    /// The name of the enumeration that it is of.
    pub(super) enumeration: Option<String>,
    pub(super) not_null: bool,
    pub(super) default: Option<String>,
    pub(super) generation: Option<String>,
    /// `ALWAYS` or `BY DEFAULT`, and in which steps.
    pub(super) identity: Option<(String, String)>,
    pub(super) collation: Option<String>,
    pub(super) comment: Option<String>,
}

/// What a constraint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConstraintKind {
    PrimaryKey,
    ForeignKey,
    Check,
    /// Unique or excluding.
    Other,
}

#[derive(Debug)]
pub(super) struct Constraint {
    pub(super) name: String,
    pub(super) kind: ConstraintKind,
    pub(super) definition: String,
    pub(super) columns: Vec<String>,
    /// The table that a foreign key refers to, and its columns there.
    pub(super) references: Option<(String, Vec<String>)>,
    pub(super) comment: Option<String>,
}

#[derive(Debug)]
pub(super) struct Index {
    pub(super) name: String,
    pub(super) definition: String,
    pub(super) comment: Option<String>,
}

impl Schema {
    /// Reads a schema, in one round trip.
    pub(in crate::database) fn read(session: &Session) -> Result<Self, SqlError> {
        let mut reading = Reading::default();
        for row in session.rows(QUERIES)? {
            reading.take(row);
        }
        Ok(reading.finish())
    }

    /// The tables with their names, in order.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&str, &Table)> {
        self.items.iter().filter_map(|item| match &item.content {
            Content::Table(table) => Some((item.name.as_str(), table)),
            _ => None,
        })
    }
}

/// Rows on their way to a schema.
#[derive(Default)]
struct Reading {
    schema: Schema,
    names: BTreeMap<String, String>,
    needs: BTreeMap<String, BTreeSet<String>>,
    prefers: BTreeMap<String, BTreeSet<String>>,
}

impl Reading {
    fn take(&mut self, mut row: Row) {
        let mut value = |name: &str| row.take(name);
        let text = |value: Option<String>| value.unwrap_or_default();
        let kind = text(value("row"));
        let oid = text(value("oid"));
        let comment = value("comment");
        match kind.as_str() {
            "extension" => self.schema.extensions.push(Extension {
                name: text(value("name")),
                schema: value("schema"),
            }),
            "last" => self.schema.last.push(Last {
                definition: text(value("definition")),
                comment,
            }),
            "item" => {
                let name = text(value("name"));
                self.names.insert(oid.clone(), name.clone());
                let kind = text(value("kind"));
                let definition = text(value("definition"));
                let content = match kind.as_str() {
                    "TABLE" => Content::Table(Table {
                        unlogged: value("unlogged").is_some(),
                        options: value("options"),
                        row_security: value("row_security").is_some(),
                        forced_row_security: value("forced_row_security").is_some(),
                        ..Table::default()
                    }),
                    "SEQUENCE" => Content::Sequence {
                        options: String::new(),
                        owner: None,
                    },
                    "FUNCTION" => Content::Function(definition),
                    _ => Content::Named { kind, definition },
                };
                self.schema.items.push(Item {
                    oid,
                    name,
                    comment,
                    content,
                });
            }
            "need" => {
                self.needs
                    .entry(oid)
                    .or_default()
                    .insert(text(value("needs")));
            }
            "column" => {
                let column = Column {
                    name: text(value("name")),
                    sql_type: text(value("type")),
                    plain_type: text(value("plain_type")),
                    enumeration: value("enumeration"),
                    not_null: value("not_null").is_some(),
                    default: value("default"),
                    generation: value("generation"),
                    identity: value("identity").map(|how| (how, text(value("identity_options")))),
                    collation: value("collation"),
                    comment,
                };
                if let Some(table) = self.table(&oid) {
                    table.columns.push(column);
                }
            }
            "constraint" => {
                let list = |value: Option<String>| -> Vec<String> {
                    value.map_or_else(Vec::new, |list| {
                        list.split(", ").map(str::to_owned).collect()
                    })
                };
                let references = value("references");
                if let Some(other) = &references {
                    self.prefers
                        .entry(oid.clone())
                        .or_default()
                        .insert(other.clone());
                }
                let names = &self.names;
                let constraint = Constraint {
                    name: text(value("name")),
                    kind: match value("kind").as_deref() {
                        Some("p") => ConstraintKind::PrimaryKey,
                        Some("f") => ConstraintKind::ForeignKey,
                        Some("c") => ConstraintKind::Check,
                        _ => ConstraintKind::Other,
                    },
                    definition: text(value("definition")),
                    columns: list(value("columns")),
                    references: references
                        .and_then(|oid| names.get(&oid).cloned())
                        .map(|table| (table, list(value("referenced_columns")))),
                    comment,
                };
                if let Some(table) = self.table(&oid) {
                    table.constraints.push(constraint);
                }
            }
            "index" => {
                let index = Index {
                    name: text(value("name")),
                    definition: text(value("definition")),
                    comment,
                };
                if let Some(table) = self.table(&oid) {
                    table.indexes.push(index);
                }
            }
            "owner" | "sequence" => self.sequence(&oid, row),
            _ => {}
        }
    }

    fn table(&mut self, oid: &str) -> Option<&mut Table> {
        let item = self.schema.items.iter_mut().find(|item| item.oid == oid)?;
        match &mut item.content {
            Content::Table(table) => Some(table),
            _ => None,
        }
    }

    fn sequence(&mut self, oid: &str, mut row: Row) {
        let item = self.schema.items.iter_mut().find(|item| item.oid == oid);
        let Some(Content::Sequence { options, owner }) = item.map(|item| &mut item.content) else {
            return;
        };
        if let Some(column) = row.take("column") {
            *owner = Some(column);
            return;
        }
        let (kind, start, minimum) = (row.take("type"), row.take("start"), row.take("minimum"));
        let greatest = match kind.as_deref() {
            Some("smallint") => "32767",
            Some("integer") => "2147483647",
            _ => "9223372036854775807",
        };
        let values = [
            ("START WITH", start, minimum.clone()),
            ("AS", kind, Some("bigint".to_owned())),
            ("INCREMENT BY", row.take("increment"), Some("1".to_owned())),
            ("MINVALUE", minimum, Some("1".to_owned())),
            ("MAXVALUE", row.take("maximum"), Some(greatest.to_owned())),
            ("CACHE", row.take("cache"), Some("1".to_owned())),
        ];
        // What a sequence that counts upwards has anyway is left out.
        for (word, value, usual) in values {
            if let Some(value) = value.filter(|value| Some(value) != usual.as_ref()) {
                options.push_str(&format!(" {word} {value}"));
            }
        }
        if row.take("cycles").is_some() {
            options.push_str(" CYCLE");
        }
    }

    /// Puts what others need before them, and else keeps the order in which it was made.
    fn finish(mut self) -> Schema {
        let mut waiting: BTreeMap<u64, Item> = BTreeMap::new();
        for item in self.schema.items.drain(..) {
            waiting.insert(item.oid.parse().unwrap_or(u64::MAX), item);
        }
        let oids: Vec<u64> = waiting.keys().copied().collect();
        let mut order = Order {
            needs: &self.needs,
            prefers: &self.prefers,
            done: Vec::new(),
            open: BTreeSet::new(),
        };
        for oid in oids {
            order.visit(oid);
        }
        let done = order.done;
        self.schema.items = done
            .into_iter()
            .filter_map(|oid| waiting.remove(&oid))
            .collect();
        self.schema
    }
}

/// A walk along what needs what. A circle is cut where it closes; the foreign key that closes
/// it is then added afterwards.
struct Order<'a> {
    needs: &'a BTreeMap<String, BTreeSet<String>>,
    prefers: &'a BTreeMap<String, BTreeSet<String>>,
    done: Vec<u64>,
    open: BTreeSet<u64>,
}

impl Order<'_> {
    fn visit(&mut self, oid: u64) {
        if !self.open.insert(oid) {
            return;
        }
        let name = oid.to_string();
        let first = [self.needs.get(&name), self.prefers.get(&name)];
        for needed in first.into_iter().flatten().flatten() {
            if let Ok(needed) = needed.parse() {
                self.visit(needed);
            }
        }
        self.done.push(oid);
    }
}
