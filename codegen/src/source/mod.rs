//! YAML text → a tree of nodes that remember where they stand.
//!
//! Only what JSON can say is let through: anchors, aliases, merge keys, tags, several documents
//! and keys that are not strings are diagnostics, because other tools that read the contract
//! disagree about them.

mod build;
mod scalar;

pub(crate) use build::parse;

use crate::diagnostic::Span;
use std::collections::HashMap;

/// One value of the contract, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Where it begins. For a scalar on one line, `len` covers all of it.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) value: Value,
}

/// What a node is: the values of JSON, and one that stands for what was refused already.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A string.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// An object.
    Mapping(Mapping),
    /// Something that was reported already: nothing more is said about it.
    Refused,
}

/// The entries of an object in the order of the text, with an index by key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mapping {
    entries: Vec<Entry>,
    index: HashMap<String, usize>,
}

/// One entry of an object.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) key_span: Span,
    /// The value.
    pub(crate) value: Node,
}

impl Mapping {
    /// Adds an entry, unless the key is there already: then where it is.
    fn insert(&mut self, entry: Entry) -> Result<(), Span> {
        if let Some(&first) = self.index.get(&entry.key) {
            return Err(self.entries[first].key_span);
        }
        self.index.insert(entry.key.clone(), self.entries.len());
        self.entries.push(entry);
        Ok(())
    }

    /// The entry with this key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.index.get(key).map(|&index| &self.entries[index])
    }

    /// The value of this key.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Whether there is such a key.
    pub(crate) fn contains(&self, key: &str) -> bool {
        self.index.contains_key(key)
    }

    /// All entries, in the order of the text.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Node {
    /// The object, if it is one.
    pub(crate) fn as_mapping(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub(crate) fn as_sequence(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it was reported already.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.value, Value::Refused)
    }

    /// Whether nothing in it was reported already.
    pub(crate) fn is_whole(&self) -> bool {
        match &self.value {
            Value::Refused => false,
            Value::Sequence(items) => items.iter().all(Self::is_whole),
            Value::Mapping(mapping) => mapping.iter().all(|entry| entry.value.is_whole()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        }
    }

    /// What it is, for a message: `a string`.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "an object",
            Value::Refused => "something that was refused",
        }
    }

    /// The same as JSON. The depth of a tree is bounded when it is built.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null | Value::Refused => serde_json::Value::Null,
            Value::Bool(value) => serde_json::Value::Bool(*value),
            Value::Number(number) => serde_json::Value::Number(number.clone()),
            Value::String(text) => serde_json::Value::String(text.clone()),
            Value::Sequence(items) => {
                serde_json::Value::Array(items.iter().map(Self::to_json).collect())
            }
            Value::Mapping(mapping) => serde_json::Value::Object(
                mapping
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.value.to_json()))
                    .collect(),
            ),
        }
    }

    /// Where the value at a JSON pointer below this node stands, or else the nearest one above it.
    pub(crate) fn locate<'p>(
        &self,
        pointer: impl IntoIterator<Item = std::borrow::Cow<'p, str>>,
    ) -> &Self {
        let mut at = self;
        for step in pointer {
            let below = match &at.value {
                Value::Mapping(mapping) => mapping.get(&step),
                Value::Sequence(items) => step.parse::<usize>().ok().and_then(|i| items.get(i)),
                _ => None,
            };
            match below {
                Some(node) => at = node,
                None => break,
            }
        }
        at
    }
}
