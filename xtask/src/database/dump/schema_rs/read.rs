//! Diesel's `schema.rs` as it is on the disk.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{insert_column, insert_table};
use crate::database::catalog::{Catalog, Id};
use crate::database::report::Definitions;

/// What a `schema.rs` says, in the same words; `None` if it is no Rust.
pub(in crate::database) fn read(text: &str) -> Option<Catalog> {
    let tokens: TokenStream = text.parse().ok()?;
    let mut catalog = Catalog::default();
    let mut before = [String::new(), String::new()];
    for token in tokens {
        if let TokenTree::Group(group) = &token
            && before == ["table", "!"]
        {
            table_block(group.stream(), &mut catalog);
        }
        let [_, last] = before;
        before = [last, token.to_string()];
    }
    Some(catalog)
}

/// `users (user_id) { user_id -> BigInt, … }`, with `use`s and attributes before it.
fn table_block(tokens: TokenStream, catalog: &mut Catalog) {
    let mut name = String::new();
    let mut key = String::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => name = ident.to_string(),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                let parts: Vec<String> =
                    group.stream().into_iter().map(|t| t.to_string()).collect();
                key = parts.concat().trim_end_matches(',').replace(',', ", ");
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !key.is_empty() => {
                insert_table(catalog, &name, &key);
                columns_block(group.stream(), &name, catalog);
            }
            _ => {}
        }
    }
}

fn columns_block(tokens: TokenStream, table: &str, catalog: &mut Catalog) {
    let mut column = String::new();
    let mut kind: Option<String> = None;
    for token in tokens {
        match (&token, &mut kind) {
            (TokenTree::Punct(punct), Some(kind_text)) if punct.as_char() == ',' => {
                insert_column(catalog, table, &column, kind_text);
                kind = None;
            }
            (TokenTree::Punct(punct), None) if punct.as_char() == '>' => kind = Some(String::new()),
            (token, Some(kind)) => kind.push_str(&token.to_string()),
            (TokenTree::Ident(ident), None) => column = ident.to_string(),
            _ => {}
        }
    }
    if let Some(kind) = kind {
        insert_column(catalog, table, &column, &kind);
    }
}

/// `schema.rs` as a place where tables and columns are defined.
pub(in crate::database) struct RustFile<'a> {
    pub(in crate::database) shown: &'a str,
    pub(in crate::database) text: &'a str,
}

impl Definitions for RustFile<'_> {
    fn shown(&self) -> &str {
        self.shown
    }

    fn line_of(&self, id: &Id) -> Option<usize> {
        let table = id.parent.as_ref().unwrap_or(&id.name);
        let mut lines = self.text.lines().map(str::trim).enumerate();
        let at = lines.position(|(_, line)| {
            line.strip_prefix(table.as_str())
                .is_some_and(|rest| rest.trim_start().starts_with('('))
        })?;
        if id.parent.is_none() {
            return Some(at + 1);
        }
        let column = lines.find(|(_, line)| {
            line.strip_prefix(id.name.as_str())
                .is_some_and(|rest| rest.trim_start().starts_with("->"))
        });
        column.map(|(index, _)| index + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whatever_its_spaces() {
        let tidy = "diesel::table! {\n    users (user_id) {\n        user_id -> BigInt,\n        \
            phone -> Nullable<Varchar>,\n    }\n}\n";
        let untidy = "diesel :: table!{users(user_id,){user_id->BigInt,/* x */phone->Nullable < \
            Varchar >}}";
        let catalog = read(tidy).expect("it is Rust");
        assert_eq!(catalog.objects.len(), 3);
        assert_eq!(read(untidy), Some(catalog));
    }

    #[test]
    fn tables_and_columns_have_lines() {
        let text = "a\ntable! {\n  users (id) {\n    id -> BigInt,\n  }\n}\ntable! {\n  \
            others (id) {\n    id -> BigInt,\n  }\n}\n";
        let file = RustFile {
            shown: "schema.rs",
            text,
        };
        assert_eq!(file.line_of(&Id::whole("table", "others")), Some(8));
        assert_eq!(file.line_of(&Id::part("column", "others", "id")), Some(9));
        assert_eq!(file.line_of(&Id::part("column", "users", "name")), None);
    }
}
