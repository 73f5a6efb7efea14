//! A schema in the order in which it can be written down.

use std::collections::{BTreeMap, BTreeSet};

use super::super::catalog::Id;
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
    pub(super) id: Id,
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
        let kind = text(&mut row, "row");
        let oid = text(&mut row, "oid");
        match kind.as_str() {
            "extension" => self.schema.extensions.push(Extension {
                name: text(&mut row, "name"),
                schema: row.take("schema"),
            }),
            "last" => self.schema.last.push(Last {
                id: Id {
                    class: text(&mut row, "class"),
                    parent: row.take("parent"),
                    name: text(&mut row, "name"),
                },
                definition: text(&mut row, "definition"),
                comment: row.take("comment"),
            }),
            "item" => self.item(oid, &mut row),
            "need" => {
                let needed = text(&mut row, "needs");
                self.needs.entry(oid).or_default().insert(needed);
            }
            "column" => {
                let column = column(&mut row);
                if let Some(table) = self.table(&oid) {
                    table.columns.push(column);
                }
            }
            "constraint" => {
                let constraint = self.constraint(&oid, &mut row);
                if let Some(table) = self.table(&oid) {
                    table.constraints.push(constraint);
                }
            }
            "index" => {
                let index = Index {
                    name: text(&mut row, "name"),
                    definition: text(&mut row, "definition"),
                    comment: row.take("comment"),
                };
                if let Some(table) = self.table(&oid) {
                    table.indexes.push(index);
                }
            }
            _ => self.sequence(&oid, row),
        }
    }

    fn item(&mut self, oid: String, row: &mut Row) {
        let name = text(row, "name");
        self.names.insert(oid.clone(), name.clone());
        let kind = text(row, "kind");
        let definition = text(row, "definition");
        let content = match kind.as_str() {
            "TABLE" => Content::Table(Table {
                unlogged: row.take("unlogged").is_some(),
                options: row.take("options"),
                row_security: row.take("row_security").is_some(),
                forced_row_security: row.take("forced_row_security").is_some(),
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
            comment: row.take("comment"),
            content,
        });
    }

    fn constraint(&mut self, oid: &str, row: &mut Row) -> Constraint {
        let other = row.take("references");
        if let Some(other) = &other {
            let prefers = self.prefers.entry(oid.to_owned()).or_default();
            prefers.insert(other.clone());
        }
        let other = other.and_then(|oid| self.names.get(&oid).cloned());
        Constraint {
            name: text(row, "name"),
            kind: match row.take("kind").as_deref() {
                Some("p") => ConstraintKind::PrimaryKey,
                Some("f") => ConstraintKind::ForeignKey,
                Some("c") => ConstraintKind::Check,
                _ => ConstraintKind::Other,
            },
            definition: text(row, "definition"),
            columns: list(row, "columns"),
            references: other.map(|table| (table, list(row, "referenced_columns"))),
            comment: row.take("comment"),
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

/// A value that is never NULL.
fn text(row: &mut Row, name: &str) -> String {
    row.take(name).unwrap_or_default()
}

fn list(row: &mut Row, name: &str) -> Vec<String> {
    let joined = row.take(name);
    joined.map_or_else(Vec::new, |joined| {
        joined.split(", ").map(str::to_owned).collect()
    })
}

fn column(row: &mut Row) -> Column {
    let identity = row.take("identity");
    Column {
        name: text(row, "name"),
        sql_type: text(row, "type"),
        plain_type: text(row, "plain_type"),
        enumeration: row.take("enumeration"),
        not_null: row.take("not_null").is_some(),
        default: row.take("default"),
        generation: row.take("generation"),
        identity: identity.map(|how| (how, text(row, "identity_options"))),
        collation: row.take("collation"),
        comment: row.take("comment"),
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
