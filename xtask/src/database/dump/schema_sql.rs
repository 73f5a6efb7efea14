//! `schema.sql`: a schema as a person would write it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::super::catalog::Id;
use super::super::sql::SqlFile;
use super::clauses;
use super::model::{Column, Constraint, ConstraintKind, Content, Item, Schema, Table};

/// How wide a line of a comment gets.
const WIDTH: usize = 100;

/// The names of types that everybody knows by another name.
const SHORT_TYPES: [(&str, &str); 5] = [
    ("character varying", "varchar"),
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
    ("time with time zone", "timetz"),
    ("time without time zone", "time"),
];

/// Writes a schema down.
pub(super) struct Writer<'a> {
    /// The migrations, whose words are taken where they still hold.
    pub(super) files: &'a [&'a SqlFile],
    /// The objects of which they do not: PostgreSQL's own words are taken.
    pub(super) literally: &'a BTreeSet<Id>,
    /// Whether PostgreSQL's own words are taken throughout.
    pub(super) all_literally: bool,
}

impl Writer<'_> {
    /// The whole file below its head.
    pub(super) fn text(&self, schema: &Schema) -> String {
        let mut text = String::new();
        self.extensions(schema, &mut text);
        let mut written: BTreeSet<&str> = BTreeSet::new();
        let mut later = String::new();
        for item in &schema.items {
            text.push('\n');
            comment(item.comment.as_deref(), "", &mut text);
            self.item(item, &written, &mut text, &mut later);
            written.insert(&item.name);
        }
        for item in &schema.items {
            if let Content::Sequence {
                owner: Some(column),
                ..
            } = &item.content
            {
                let _ = writeln!(later, "\nALTER SEQUENCE {} OWNED BY {column};", item.name);
            }
        }
        text.push_str(&later);
        for last in &schema.last {
            text.push('\n');
            comment(last.comment.as_deref(), "", &mut text);
            let _ = writeln!(text, "{};", last.definition);
        }
        text
    }

    fn extensions(&self, schema: &Schema, text: &mut String) {
        if !schema.extensions.is_empty() {
            text.push('\n');
        }
        for extension in &schema.extensions {
            let name = &extension.name;
            // An extension that is there already is somebody else's to comment on; so what is
            // said about it stands in the migration, and not in the database.
            let above = clauses::comment_above(self.files, &["CREATE", "EXTENSION", name]);
            comment(above.as_deref(), "", text);
            let schema = extension.schema.as_ref();
            let schema = schema
                .map(|name| format!(" SCHEMA {name}"))
                .unwrap_or_default();
            let _ = writeln!(text, "CREATE EXTENSION IF NOT EXISTS {name}{schema};");
        }
    }

    fn item(&self, item: &Item, written: &BTreeSet<&str>, text: &mut String, later: &mut String) {
        let name = &item.name;
        // Writing to a string cannot fail.
        let _ = match &item.content {
            Content::Table(table) => {
                self.table(name, table, written, text, later);
                Ok(())
            }
            Content::Named { kind, definition } => {
                let gap = if kind.ends_with("VIEW") { "\n" } else { " " };
                let definition = definition.trim_end_matches(';');
                writeln!(text, "CREATE {kind} {name} AS{gap}{definition};")
            }
            Content::Function(statement) => writeln!(text, "{};", statement.trim_end()),
            Content::Sequence { options, .. } => writeln!(text, "CREATE SEQUENCE {name}{options};"),
        };
    }

    fn table(
        &self,
        name: &str,
        table: &Table,
        written: &BTreeSet<&str>,
        text: &mut String,
        later: &mut String,
    ) {
        let unlogged = if table.unlogged { "UNLOGGED " } else { "" };
        let _ = writeln!(text, "CREATE {unlogged}TABLE {name} (");
        let mut lines = self.columns(name, &table.columns);
        for constraint in &table.constraints {
            let clause = self.constraint(name, constraint);
            let other = constraint
                .references
                .as_ref()
                .map(|(other, _)| other.as_str());
            if constraint.kind == ConstraintKind::ForeignKey
                && other.is_some_and(|other| other != name && !written.contains(other))
            {
                let clause = indented(&clause, "    ");
                let _ = writeln!(
                    later,
                    "\nALTER TABLE {name}\n    ADD {};",
                    clause.trim_start()
                );
                continue;
            }
            let mut above = String::new();
            comment(constraint.comment.as_deref(), "    ", &mut above);
            lines.push((above, indented(&clause, "    ")));
        }
        let count = lines.len();
        for (index, (above, line)) in lines.into_iter().enumerate() {
            let comma = if index + 1 < count { "," } else { "" };
            let _ = writeln!(text, "{above}{line}{comma}");
        }
        let options = table.options.as_ref();
        let options = options
            .map(|options| format!(" WITH ({options})"))
            .unwrap_or_default();
        let _ = writeln!(text, "){options};");
        for index in &table.indexes {
            comment(index.comment.as_deref(), "", text);
            let statement = self
                .theirs(&Id::part("index", name, &index.name))
                .and_then(|files| clauses::index(files, &index.name))
                .unwrap_or_else(|| index.definition.replacen(" USING btree", "", 1));
            let _ = writeln!(text, "{statement};");
        }
        if table.row_security {
            let _ = writeln!(text, "ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;");
        }
        if table.forced_row_security {
            let _ = writeln!(text, "ALTER TABLE {name} FORCE ROW LEVEL SECURITY;");
        }
    }

    /// The migrations, if their words may be taken for an object.
    fn theirs(&self, id: &Id) -> Option<&[&SqlFile]> {
        (!self.all_literally && !self.literally.contains(id)).then_some(self.files)
    }

    fn constraint(&self, table: &str, constraint: &Constraint) -> String {
        let name = &constraint.name;
        self.theirs(&Id::part("constraint", table, name))
            .and_then(|files| clauses::constraint(files, name))
            .unwrap_or_else(|| format!("CONSTRAINT {name} {}", constraint.definition))
    }

    /// Each column with its comment above it, in columns.
    fn columns(&self, table: &str, columns: &[Column]) -> Vec<(String, String)> {
        let width = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
        let names = width(&mut columns.iter().map(|column| column.name.chars().count()));
        // What follows an identity's type is long, and is not put under the others'.
        let aligned = columns.iter().filter(|column| column.identity.is_none());
        let types = width(&mut aligned.map(|column| short(&column.sql_type).chars().count()));
        let mut lines = Vec::new();
        for column in columns {
            let mut above = String::new();
            comment(column.comment.as_deref(), "    ", &mut above);
            let kind = short(&column.sql_type);
            let mut line = format!("    {:names$} {kind:types$}", column.name);
            if let Some((how, options)) = &column.identity {
                line.truncate(line.trim_end().len());
                let _ = write!(line, " GENERATED {how} AS IDENTITY");
                if !options.is_empty() {
                    let _ = write!(line, " ({options})");
                }
            }
            if let Some(collation) = &column.collation {
                let _ = write!(line, " COLLATE {collation}");
            }
            // An identity is never null, and a primary key's nullability is its own.
            if column.not_null && column.identity.is_none() {
                line.push_str(" NOT NULL");
            }
            if let Some(default) = &column.default {
                let _ = write!(line, " DEFAULT {}", self.default(table, column, default));
            }
            if let Some(generation) = &column.generation {
                let _ = write!(line, " GENERATED ALWAYS AS ({generation}) STORED");
            }
            lines.push((above, line.trim_end().to_owned()));
        }
        lines
    }

    /// A default without the cast to the column's own type, which it would get anyway.
    fn default<'a>(&self, table: &str, column: &Column, default: &'a str) -> &'a str {
        let id = Id::part("column", table, &column.name);
        match default.rsplit_once("::") {
            Some((value, _))
                if self.theirs(&id).is_some()
                    && value.starts_with('\'')
                    && value.ends_with('\'') =>
            {
                value
            }
            _ => default,
        }
    }
}

fn short(sql_type: &str) -> String {
    // The precision of a time stands within its name: `timestamp(3) with time zone`.
    SHORT_TYPES
        .iter()
        .find_map(|(long, short)| Some(format!("{short}{}", sql_type.strip_prefix(long)?)))
        .unwrap_or_else(|| sql_type.to_owned())
}

fn indented(text: &str, indent: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("{indent}{line}")).collect();
    lines.join("\n")
}

/// A comment of the database as one of SQL. A line of its own stays one.
fn comment(comment: Option<&str>, indent: &str, text: &mut String) {
    let room = WIDTH - indent.len() - "-- ".len();
    for paragraph in comment.unwrap_or_default().lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                let _ = writeln!(text, "{indent}-- {line}");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(text, "{}", format!("{indent}-- {line}").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_wrapped_and_their_paragraphs_stay() {
        let mut text = String::new();
        comment(
            Some(&format!("{}\n\nThe end.", "word ".repeat(25))),
            "    ",
            &mut text,
        );
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(lines.iter().all(|line| line.len() <= WIDTH));
        assert_eq!(lines[2..], ["    --", "    -- The end."]);
    }

    #[test]
    fn types_have_their_usual_names() {
        assert_eq!(short("character varying(35)"), "varchar(35)");
        assert_eq!(short("timestamp with time zone"), "timestamptz");
        assert_eq!(
            short("timestamp(3) with time zone"),
            "timestamp(3) with time zone"
        );
        assert_eq!(short("character(2)"), "character(2)");
    }
}
