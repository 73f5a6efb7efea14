//! Audits the keys of an object, and reads their values with the kind that they must have.

use super::keys::{self, KeySupport, Vocabulary};
use super::{Cx, integer};
use crate::diagnostic::{Span, rules};
use crate::source::{Entry, Mapping, Node, Value};

/// An audited object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    /// Its entries.
    pub(crate) mapping: &'a Mapping,
    /// Where it is named: the key that holds it, or itself in a list.
    pub(crate) at: Span,
    what: &'static str,
}

impl<'a> Fields<'a> {
    /// An object whose keys were audited in another way.
    pub(crate) fn new(mapping: &'a Mapping, at: Span, what: &'static str) -> Self {
        Self { mapping, at, what }
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.mapping.entry(key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.mapping.get(key)
    }

    /// Where a key stands, or else the object.
    pub(crate) fn span_of(&self, key: &str) -> Span {
        self.entry(key).map_or(self.at, |entry| entry.key_span)
    }
}

/// The closest of `known`, when it is close enough to be meant.
pub(crate) fn did_you_mean<'k>(
    key: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let limit = (key.chars().count() / 3).clamp(1, 3);
    let count = key.chars().count();
    known
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(count) <= limit)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(
                &key.to_ascii_lowercase(),
                &candidate.to_ascii_lowercase(),
            );
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

impl<'a> Cx<'a> {
    /// The entries of an object. Every key that its vocabulary does not read or ignore is
    /// reported; `None` when it is no object at all.
    pub(crate) fn fields(
        &mut self,
        node: &'a Node,
        at: Span,
        vocabulary: &'static Vocabulary,
    ) -> Option<Fields<'a>> {
        let mapping = self.mapping(node, vocabulary.what)?;
        for entry in mapping.iter() {
            self.audit_key(entry, vocabulary);
        }
        Some(Fields {
            mapping,
            at,
            what: vocabulary.what,
        })
    }

    pub(crate) fn audit_key(&mut self, entry: &'a Entry, vocabulary: &'static Vocabulary) {
        let key = entry.key.as_str();
        match vocabulary.support(key) {
            Some(KeySupport::Read) => {}
            Some(KeySupport::Ignored(_)) => self.audit_ignored(entry),
            Some(KeySupport::Refused(help)) => {
                self.sink
                    .report(
                        rules::UNSUPPORTED_KEY,
                        entry.key_span,
                        format!("`{key}` is not supported in {}", vocabulary.what),
                    )
                    .help(help);
            }
            None => {
                let known = vocabulary
                    .keys
                    .iter()
                    .filter(|(_, support)| !matches!(support, KeySupport::Refused(_)))
                    .map(|(name, _)| *name);
                let help = match did_you_mean(key, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None if key.starts_with("x-") => format!(
                        "remove it: an extension that nothing implements changes nothing; {} has {}",
                        vocabulary.what,
                        extensions(vocabulary)
                    ),
                    None => "remove it, or correct its name or indentation".to_owned(),
                };
                let (rule, message) = if key.starts_with("x-") {
                    (
                        rules::UNKNOWN_EXTENSION,
                        format!("`{key}` is not implemented in {}", vocabulary.what),
                    )
                } else {
                    (
                        rules::UNKNOWN_KEY,
                        format!("`{key}` is not a key of {}", vocabulary.what),
                    )
                };
                self.sink.report(rule, entry.key_span, message).help(help);
            }
        }
    }

    /// What is ignored must still be OpenAPI.
    fn audit_ignored(&mut self, entry: &'a Entry) {
        let what = format!("`{}`", entry.key);
        let (vocabulary, required) = match entry.key.as_str() {
            "contact" => (&keys::CONTACT, None),
            "license" => (&keys::LICENSE, Some("name")),
            "externalDocs" => (&keys::EXTERNAL_DOCS, Some("url")),
            "deprecated" => {
                if !matches!(entry.value.value, Value::Bool(_)) {
                    self.wrong_kind(&entry.value, &what, "`true` or `false`");
                }
                return;
            }
            _ => {
                self.string(&entry.value, &what);
                return;
            }
        };
        if let Some(fields) = self.fields(&entry.value, entry.key_span, vocabulary)
            && let Some(key) = required
        {
            self.required_text(&fields, key);
        }
    }

    /// The entries of a map whose keys are free names; `None` when it is no object.
    pub(crate) fn mapping(&mut self, node: &'a Node, what: &str) -> Option<&'a Mapping> {
        if let Value::Mapping(mapping) = &node.value {
            return Some(mapping);
        }
        self.wrong_kind(node, what, "an object");
        None
    }

    /// The entries of a map below a key, or none.
    pub(crate) fn map_of(&mut self, fields: &Fields<'a>, key: &str) -> &'a [Entry] {
        let Some(node) = fields.get(key) else {
            return &[];
        };
        self.mapping(node, &format!("`{key}`"))
            .map_or(&[], |mapping| mapping.iter().as_slice())
    }

    /// The items of a list below a key.
    pub(crate) fn list_of(&mut self, fields: &Fields<'a>, key: &str) -> Option<&'a [Node]> {
        let node = fields.get(key)?;
        if let Value::Sequence(items) = &node.value {
            return Some(items);
        }
        self.wrong_kind(node, &format!("`{key}`"), "a list");
        None
    }

    /// The text of a key.
    pub(crate) fn text(&mut self, fields: &Fields<'a>, key: &str) -> Option<&'a str> {
        let node = fields.get(key)?;
        self.string(node, &format!("`{key}`"))
    }

    /// The text of a key that must be there.
    pub(crate) fn required_text(&mut self, fields: &Fields<'a>, key: &str) -> Option<&'a str> {
        if !fields.mapping.contains(key) {
            self.missing(fields, key, &format!("add `{key}: …`"));
        }
        self.text(fields, key)
    }

    /// A node that must be a string.
    pub(crate) fn string(&mut self, node: &'a Node, what: &str) -> Option<&'a str> {
        if let Value::String(text) = &node.value {
            return Some(text);
        }
        self.wrong_kind(node, what, "a string");
        None
    }

    /// The boolean of a key.
    pub(crate) fn flag(&mut self, fields: &Fields<'a>, key: &str) -> Option<bool> {
        let node = fields.get(key)?;
        if let Value::Bool(value) = node.value {
            return Some(value);
        }
        self.wrong_kind(node, &format!("`{key}`"), "`true` or `false`");
        None
    }

    /// The size of a key: a whole number that 32 bits can keep.
    pub(crate) fn size(&mut self, fields: &Fields<'a>, key: &str) -> Option<u32> {
        let node = fields.get(key)?;
        let Value::Number(number) = &node.value else {
            self.wrong_kind(node, &format!("`{key}`"), "a number");
            return None;
        };
        let size = integer::whole_value(number).and_then(|size| u32::try_from(size).ok());
        if size.is_none() {
            self.sink
                .report(
                    rules::NUMBER_RANGE,
                    node.span,
                    format!("`{key}` is {number}, which is no size"),
                )
                .help(format!("write a whole number from 0 to {}", u32::MAX));
        }
        size
    }

    /// Says that a key is not there.
    pub(crate) fn missing(&mut self, fields: &Fields<'a>, key: &str, help: &str) {
        self.sink
            .report(
                rules::MISSING_KEY,
                fields.at,
                format!("`{key}` is missing in {}", fields.what),
            )
            .help(help);
    }

    /// Says that a value is of another kind, unless it was reported already.
    pub(crate) fn wrong_kind(&mut self, node: &Node, what: &str, expected: &str) {
        if node.is_refused() {
            return;
        }
        let found = node.describe();
        let help = match (&node.value, expected) {
            (Value::Number(_) | Value::Bool(_) | Value::Null, "a string") => "quote it".to_owned(),
            (Value::String(_), "a number" | "`true` or `false`") => "remove the quotes".to_owned(),
            _ => format!("write {expected}"),
        };
        self.sink
            .report(
                rules::WRONG_KIND,
                node.span,
                format!("{what} must be {expected}, and is {found}"),
            )
            .help(help);
    }
}

fn extensions(vocabulary: &Vocabulary) -> String {
    let known: Vec<String> = vocabulary
        .keys
        .iter()
        .filter(|(key, _)| key.starts_with("x-"))
        .map(|(key, _)| format!("`{key}`"))
        .collect();
    if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["minLength", "maxLength", "minimum", "type"];
        assert_eq!(did_you_mean("minLenght", known), Some("minLength"));
        assert_eq!(did_you_mean("minlength", known), Some("minLength"));
        assert_eq!(did_you_mean("tpye", known), Some("type"));
        assert_eq!(did_you_mean("colour", known), None);
    }
}
