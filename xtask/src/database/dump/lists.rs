//! What the types and constraints of columns let in.

use std::collections::BTreeSet;

use super::model::{Column, ConstraintKind, Content, Item, Schema};
use crate::database::catalog::Id;

/// A column of texts, numbers or values of a list, with the constraints that are about it alone.
#[derive(Debug)]
pub(in crate::database) struct ColumnRules<'a> {
    pub(in crate::database) id: Id,
    pub(in crate::database) sql_type: &'a str,
    /// Each `CHECK (…)`, and how it is called.
    pub(in crate::database) checks: Vec<&'a str>,
    pub(in crate::database) names: Vec<&'a str>,
    /// What its type is, if that is an enumeration or a domain.
    definition: Option<&'a str>,
    is_enumeration: bool,
    /// The column's comment.
    pub(in crate::database) comment: Option<&'a str>,
}

impl ColumnRules<'_> {
    /// Every text that the constraints or the enumeration name.
    pub(in crate::database) fn literals(&self) -> BTreeSet<String> {
        let texts = self.checks.iter().copied().chain(self.definition);
        texts
            .flat_map(literals)
            .map(|(_, literal)| literal)
            .collect()
    }

    /// The numbers that its constraints and its type name.
    pub(in crate::database) fn numbers(&self) -> BTreeSet<&str> {
        let texts = self.checks.iter().copied().chain(self.definition);
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
        texts
            .chain([self.sql_type])
            .flat_map(|text| text.split(move |c: char| !is_part(c)))
            .filter(|number| number.ends_with(|c: char| c.is_ascii_digit()))
            .collect()
    }

    /// Whether its type or a constraint keeps some values of its kind out.
    pub(in crate::database) fn is_bounded(&self) -> bool {
        self.definition.is_some() || !self.checks.is_empty() || self.sql_type.contains('(')
    }

    /// Whether it is of an enumeration, or a constraint compares it with texts.
    pub(in crate::database) fn has_list(&self) -> bool {
        let mut texts = self.checks.iter().copied().chain(self.definition);
        let compares = |text: &str| {
            let mut found = literals(text).into_iter();
            found.any(|(before, _)| is_equality(before))
        };
        self.is_enumeration || texts.any(compares)
    }
}

/// The columns of all tables that hold texts, numbers or values of a list.
pub(in crate::database) fn column_rules(schema: &Schema) -> Vec<ColumnRules<'_>> {
    let mut columns = Vec::new();
    for (name, table) in schema.tables() {
        for column in &table.columns {
            let (definition, is_enumeration) = match own_type(schema, column) {
                Some((kind, definition)) => (Some(definition), kind == "TYPE"),
                None => (None, false),
            };
            let is_scalar = [
                "text",
                "character varying",
                "character",
                "smallint",
                "integer",
                "bigint",
                "numeric",
                "real",
                "double precision",
            ];
            if !is_enumeration && !is_scalar.contains(&column.plain_type.as_str()) {
                continue;
            }
            let alone = table.constraints.iter().filter(|constraint| {
                constraint.kind == ConstraintKind::Check
                    && constraint.columns == [column.name.clone()]
            });
            let (names, checks) = alone
                .map(|constraint| (constraint.name.as_str(), constraint.definition.as_str()))
                .unzip();
            columns.push(ColumnRules {
                id: Id::part("column", name, &column.name),
                sql_type: &column.sql_type,
                checks,
                names,
                definition,
                is_enumeration,
                comment: column.comment.as_deref(),
            });
        }
    }
    columns
}

/// `TYPE` and `ENUM ('good', 'bad')`, or `DOMAIN` and its type and constraints, for a column that
/// is of one.
fn own_type<'a>(schema: &'a Schema, column: &Column) -> Option<(&'a str, &'a str)> {
    let named = |item: &&Item| item.name == column.sql_type;
    match &schema.items.iter().find(named)?.content {
        Content::Named { kind, definition } => Some((kind, definition)),
        _ => None,
    }
}

/// The texts in a definition as PostgreSQL writes it, each with what stands before it.
fn literals(definition: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = definition;
    while let Some(start) = rest.find('\'') {
        let mut value = String::new();
        let mut end = start + 1;
        loop {
            let Some(length) = rest[end..].find('\'') else {
                return found;
            };
            value.push_str(&rest[end..end + length]);
            end += length + 1;
            // A doubled quote is one within.
            if !rest[end..].starts_with('\'') {
                break;
            }
            value.push('\'');
            end += 1;
        }
        found.push((&rest[..start], value));
        rest = &rest[end..];
    }
    found
}

/// Whether what stands before a text compares for equality, alone or with a list.
fn is_equality(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '(']);
    match before.strip_suffix("ARRAY[") {
        Some(before) => before.trim_end_matches([' ', '(']).ends_with("= ANY"),
        None => before.ends_with(" ="),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_with_their_doubled_quotes() {
        let values: Vec<String> = literals("CHECK (a = 'it''s' OR a = '' OR b ~ '^x$'::text)")
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        assert_eq!(values, ["it's", "", "^x$"]);
    }

    #[test]
    fn a_list_is_what_compares_for_equality() {
        let is_list = |check: &str| {
            literals(check)
                .iter()
                .any(|(before, _)| is_equality(before))
        };
        assert!(is_list("CHECK (a = 'x'::text)"));
        assert!(is_list("CHECK (a = ANY (ARRAY['x'::text, 'y'::text]))"));
        assert!(is_list(
            "CHECK (a::text = ANY (ARRAY['x'::character varying]::text[]))"
        ));
        assert!(is_list(
            "CHECK (((a)::text = ANY ((ARRAY['x'::character varying])::text[])))"
        ));
        assert!(!is_list("CHECK (a <> ''::text)"));
        assert!(!is_list("CHECK (a >= 'x'::text AND a !~ 'y'::text)"));
        assert!(!is_list("CHECK (a <> ALL (ARRAY['x'::text]))"));
    }
}
