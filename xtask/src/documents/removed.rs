//! Names that callers were given, and that are no more.
//!
//! A rename leaves the old name behind in sentences, where no compiler looks. Which names there
//! were the published contract says, so that no other word is ever taken for one.

use std::collections::BTreeSet;

use booking_codegen::breaking::Document;
use booking_codegen::ir::Contract;
use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::Value;

use super::Flaw;
use super::markdown::Code;
use crate::finding::Failure;
use crate::layout::Layout;
use crate::published::Published;

/// What the published contract has and the present one has not.
#[derive(Debug, Default)]
pub(super) struct Removed {
    /// Operations, properties, parameters and schemas, in each of the ways in which code has them.
    words: BTreeSet<String>,
    /// Paths, as the contract writes them.
    paths: BTreeSet<String>,
}

impl Removed {
    /// Compares the contract with the published one. Where there is none, nothing was removed;
    /// one that cannot be read is told of where it is compared.
    pub(super) fn since(
        layout: &Layout,
        published: Option<&Published>,
        present: &Contract,
    ) -> Result<Self, Failure> {
        let shown = layout.shown(&layout.contract());
        let text = match published {
            Some(published) => published.file(layout, &shown)?,
            None => None,
        };
        let before = text.and_then(|text| Document::parse(&shown, &text).ok());
        Ok(before.map_or_else(Self::default, |before| {
            Self::between(&before.to_json(), &present.document)
        }))
    }

    fn between(before: &Value, now: &Value) -> Self {
        let (before, now) = (Names::of(before), Names::of(now));
        let forms = |name: &String| {
            [
                name.clone(),
                name.to_snake_case(),
                name.to_upper_camel_case(),
            ]
        };
        let known: BTreeSet<String> = now.words.iter().flat_map(forms).collect();
        let gone = before
            .words
            .iter()
            .filter(|name| !now.words.contains(*name));
        Self {
            // A word of prose, such as `name`, says nothing of the contract.
            words: gone
                .filter(|name| name.contains('_') || **name != name.to_lowercase())
                .flat_map(forms)
                .filter(|word| !known.contains(word))
                .collect(),
            paths: before.paths.difference(&now.paths).cloned().collect(),
        }
    }

    pub(super) fn check(&self, code: &Code) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        for (line, text) in code.text.lines().enumerate() {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let words = text
                .split(|c| !is_part(c))
                .filter(|word| self.words.contains(*word));
            let tokens = text.split_whitespace();
            let paths = tokens.filter(|token| self.paths.contains(*token));
            flaws.extend(words.chain(paths).map(|name| Flaw {
                rule: "document-name",
                line,
                message: format!("the published contract had {name}, and this one has not"),
                help: "write what it is called now",
            }));
        }
        flaws
    }
}

#[derive(Debug, Default)]
struct Names {
    words: BTreeSet<String>,
    paths: BTreeSet<String>,
}

impl Names {
    fn of(document: &Value) -> Self {
        let mut names = Self::default();
        let keys = |value: &Value| -> Vec<String> {
            value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, _)| key.clone())
                .collect()
        };
        names.paths.extend(keys(&document["paths"]));
        names.words.extend(keys(&document["components"]["schemas"]));
        names.collect(document);
        names
    }

    /// Every operationId, every key of a `properties`, and every parameter's name.
    fn collect(&mut self, value: &Value) {
        match value {
            Value::Object(object) => {
                if let Some(Value::Object(properties)) = object.get("properties") {
                    self.words.extend(properties.keys().cloned());
                }
                if let (Some(Value::String(name)), true) =
                    (object.get("name"), object.contains_key("in"))
                {
                    self.words.insert(name.clone());
                }
                if let Some(Value::String(id)) = object.get("operationId") {
                    self.words.insert(id.clone());
                }
                object.values().for_each(|below| self.collect(below));
            }
            Value::Array(items) => items.iter().for_each(|below| self.collect(below)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn contract(id: &str, property: &str, path: &str) -> Value {
        json!({
            "paths": { path: { "post": { "operationId": id } } },
            "components": { "schemas": { "New": { "properties": { property: {}, "name": {} } } } },
        })
    }

    fn found(text: &str) -> Vec<usize> {
        let removed = Removed::between(
            &contract("makeBooking", "guest_notes", "/reservations"),
            &contract("createBooking", "special_requests", "/bookings"),
        );
        let code = Code {
            line: 1,
            info: None,
            text: text.to_owned(),
        };
        removed.check(&code).iter().map(|flaw| flaw.line).collect()
    }

    #[test]
    fn a_name_that_was_removed_is_found_in_every_form() {
        for text in [
            "makeBooking",
            "client.make_booking()",
            "MakeBooking",
            "guest_notes(None)",
        ] {
            assert_eq!(found(text), [0], "{text}");
        }
        assert_eq!(found("POST\nGET /reservations"), [1]);
    }

    #[test]
    fn no_other_name_is() {
        let text =
            "createBooking idleTimeout /reservations/4 reservations /health MAKE_BOOKING name";
        assert_eq!(found(text), [0; 0]);
    }
}
