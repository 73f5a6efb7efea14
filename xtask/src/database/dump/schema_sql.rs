//! `schema.sql`: a schema as a person would write it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::super::catalog::Id;
use super::super::sql::{SqlFile, has_word};
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

/// In whose words something is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Words {
    /// As it stands in the migrations.
    #[default]
    Authors,
    /// As PostgreSQL has it, without the casts that a reader does not need.
    Tidied,
    /// As PostgreSQL has it.
    Exact,
}

impl Words {
    /// The next to try; none after the last.
    pub(super) const fn next(self) -> Option<Self> {
        match self {
            Self::Authors => Some(Self::Tidied),
            Self::Tidied => Some(Self::Exact),
            Self::Exact => None,
        }
    }
}

/// Writes a schema down.
pub(super) struct Writer<'a> {
    /// The migrations.
    pub(super) files: &'a [&'a SqlFile],
    /// The words for everything.
    pub(super) words: Words,
    /// The words for objects for which those do not do.
    pub(super) exceptions: &'a BTreeMap<Id, Words>,
}

impl Writer<'_> {
    /// The whole file below its head.
    pub(super) fn text(&self, schema: &Schema) -> String {
        let mut text = String::new();
        self.extensions(schema, &mut text);
        self.roles(schema, &mut text);
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
        let mut above = None;
        for last in &schema.last {
            // Grants are short, and stand together.
            let class = last.id.class.as_str();
            if class != "grant" || above != Some(class) {
                text.push('\n');
            }
            above = Some(class);
            comment(last.comment.as_deref(), "", &mut text);
            let kind = last.id.class.to_uppercase();
            let authors = || clauses::created(self.files, &kind, &last.id.name);
            let statement = self.chosen(&last.id, authors, || last.definition.clone());
            let _ = writeln!(text, "{statement};");
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

    /// The blocks of the migrations that make a role where it is missing: it is of the whole
    /// cluster, and no part of the catalog of a database.
    fn roles(&self, schema: &Schema, text: &mut String) {
        let grants = schema.last.iter().filter(|last| last.id.class == "grant");
        let grants: Vec<&str> = grants.map(|last| last.definition.as_str()).collect();
        for (block, above) in clauses::roles(self.files) {
            let is_granted = |role: &str| grants.iter().any(|grant| has_word(grant, role));
            if clauses::made_roles(&block).any(is_granted) {
                text.push('\n');
                comment(above.as_deref(), "", text);
                let _ = writeln!(text, "{block};");
            }
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
                let authors = || clauses::created(self.files, kind, name);
                let id = Id::whole(&kind.to_lowercase(), name);
                let exact = || format!("CREATE {kind} {name} AS{gap}{definition}");
                writeln!(text, "{};", self.chosen(&id, authors, exact))
            }
            Content::Function(statement) => {
                let is_procedure = statement.starts_with("CREATE PROCEDURE");
                let class = if is_procedure {
                    "procedure"
                } else {
                    "function"
                };
                let bare = name.split('(').next().unwrap_or(name);
                let authors = || clauses::created(self.files, &class.to_uppercase(), bare);
                let exact = || statement.trim_end().to_owned();
                let id = Id::whole(class, name);
                writeln!(text, "{};", self.chosen(&id, authors, exact))
            }
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
            let id = Id::part("index", name, &index.name);
            let authors = || clauses::created(self.files, "INDEX", &index.name);
            let statement = self.chosen(&id, authors, || index.definition.clone());
            let _ = writeln!(text, "{statement};");
        }
        if table.row_security {
            let _ = writeln!(text, "ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;");
        }
        if table.forced_row_security {
            let _ = writeln!(text, "ALTER TABLE {name} FORCE ROW LEVEL SECURITY;");
        }
    }

    /// The words for an object. A domain is written down with its constraints, which are objects
    /// of their own.
    fn words(&self, id: &Id) -> Words {
        let is_part = |other: &Id| id.class == "domain" && other.parent.as_ref() == Some(&id.name);
        let exceptions = self.exceptions.iter();
        exceptions
            .filter(|(other, _)| *other == id || is_part(other))
            .map(|(_, words)| *words)
            .fold(self.words, Words::max)
    }

    fn constraint(&self, table: &str, constraint: &Constraint) -> String {
        let name = &constraint.name;
        let definition = &constraint.definition;
        let id = Id::part("constraint", table, name);
        // What names other columns than the constraint has was written before they were renamed.
        let names = |clause: &String| {
            let other = constraint.references.iter();
            let other = other.flat_map(|(table, columns)| columns.iter().chain([table]));
            let mut names = constraint.columns.iter().chain(other);
            names.all(|name| has_word(clause, name))
        };
        let authors = || clauses::constraint(self.files, name).filter(names);
        self.chosen(&id, authors, || format!("CONSTRAINT {name} {definition}"))
    }

    /// The words of the authors, if they are to be had, or those of PostgreSQL.
    fn chosen(
        &self,
        id: &Id,
        authors: impl FnOnce() -> Option<String>,
        exact: impl FnOnce() -> String,
    ) -> String {
        match self.words(id) {
            Words::Authors => authors().unwrap_or_else(|| tidied(&exact())),
            Words::Tidied => tidied(&exact()),
            Words::Exact => exact(),
        }
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
                let _ = write!(line, " GENERATED ALWAYS AS {generation}");
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
                if self.words(&id) < Words::Exact
                    && value.starts_with('\'')
                    && value.ends_with('\'') =>
            {
                value
            }
            _ => default,
        }
    }
}

/// PostgreSQL's words without what it adds to those of an author: casts between texts, the
/// expansion of `IN`, and the kind that indexes are of anyway. Whether that still means the same
/// is for the caller to prove.
fn tidied(definition: &str) -> String {
    let mut tidied = definition.replacen(" USING btree", "", 1);
    while let Some(start) = tidied.find("= ANY (ARRAY[") {
        let Some(length) = tidied[start..].find(']') else {
            break;
        };
        let Some(end) = tidied[start + length..].find(')') else {
            break;
        };
        let list = &tidied[start + "= ANY (ARRAY[".len()..start + length];
        let list = format!("IN ({list})");
        tidied.replace_range(start..=start + length + end, &list);
    }
    tidied
        .replace("::character varying", "")
        .replace("::text", "")
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
    fn casts_of_texts_and_expanded_lists_are_tidied() {
        for (exact, expected) in [
            (
                "CHECK (a::text = ANY (ARRAY['x'::character varying, 'y'::character varying]::text[]))",
                "CHECK (a IN ('x', 'y'))",
            ),
            ("CHECK (name::text <> ''::text)", "CHECK (name <> '')"),
            (
                "CREATE INDEX a ON b USING btree (c)",
                "CREATE INDEX a ON b (c)",
            ),
            ("CHECK (a = ANY (ARRAY[", "CHECK (a = ANY (ARRAY["),
        ] {
            assert_eq!(tidied(exact), expected);
        }
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
