//! A contract as it is compared: the tree of its text, with references followed.

use super::change::ContractLocation;
use crate::diagnostic::{Diagnostics, Sink, Span, rules};
use crate::source::{self, Node, Value};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

/// How many references may follow each other before they count as leading nowhere.
const MAX_HOPS: usize = 32;

/// A contract, read as a document only: whatever is JSON can be compared, also when it breaks
/// rules that today's generator has.
#[derive(Debug, Clone)]
pub struct Document {
    root: Node,
}

impl Document {
    /// Reads a contract. `file` is only a label for messages.
    ///
    /// # Errors
    /// When the text is no YAML, holds what JSON cannot say, or is not an object.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        let mut sink = Sink::default();
        let root = source::parse(text, &mut sink);
        if let Some(root) = &root
            && sink.is_empty()
            && root.as_mapping().is_none()
        {
            sink.report(
                rules::WRONG_KIND,
                root.span,
                format!("a contract must be an object, and is {}", root.describe()),
            )
            .help("give a contract: an object with `openapi`, `info` and `paths`");
        }
        match root {
            Some(root) if sink.is_empty() => Ok(Self { root }),
            _ => {
                if sink.is_empty() {
                    let start = Span {
                        line: 1,
                        column: 1,
                        len: 0,
                    };
                    sink.report(rules::WRONG_KIND, start, "the contract is empty")
                        .help("give a contract: an object with `openapi`, `info` and `paths`");
                }
                Err(sink.finish(file, text))
            }
        }
    }

    /// `info.version`, if it is a string.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.root().get("info")?.get("version")?.node.as_str()
    }

    /// The URLs of the root's `servers`, without a trailing slash. Without `servers`, OpenAPI
    /// says that there is one: `/`, which is empty here.
    #[must_use]
    pub fn servers(&self) -> Vec<&str> {
        let declared: Vec<&str> = self
            .root()
            .get("servers")
            .map(|servers| servers.items())
            .unwrap_or_default()
            .iter()
            .filter_map(|server| server.text("url"))
            .map(|url| url.trim_end_matches('/'))
            .collect();
        if declared.is_empty() {
            vec![""]
        } else {
            declared
        }
    }

    pub(super) fn root(&self) -> At<'_> {
        At {
            node: &self.root,
            pointer: String::new(),
            span: self.root.span,
        }
    }

    /// Follows references until something stands there itself. One that leads nowhere, or in
    /// circles, is given as it is: its `$ref` is then a key that nobody understands.
    pub(super) fn follow<'a>(&'a self, at: &At<'a>) -> At<'a> {
        let mut reached = at.clone();
        for _ in 0..MAX_HOPS {
            let Some(target) = reached.text("$ref") else {
                return reached;
            };
            match self.find(target) {
                Some(next) => reached = next,
                None => return at.clone(),
            }
        }
        at.clone()
    }

    fn find(&self, target: &str) -> Option<At<'_>> {
        let pointer = target.strip_prefix("#/")?;
        let mut at = self.root();
        for step in pointer.split('/') {
            let step = unescape(step);
            at = match &at.node.value {
                Value::Mapping(_) => at.get(&step)?,
                Value::Sequence(_) => at.items().into_iter().nth(step.parse().ok()?)?,
                _ => return None,
            };
        }
        Some(at)
    }

    /// The pointers of everything that is referred to, directly or not, from outside of
    /// `components`: by `$ref`, or as a security scheme by its name.
    pub(super) fn mentioned(&self) -> HashSet<String> {
        let mut seen = HashSet::new();
        let mut open = vec![self.root()];
        while let Some(at) = open.pop() {
            if let Some(target) = at.text("$ref")
                && let Some(next) = self.find(target)
                && seen.insert(next.pointer.clone())
            {
                open.push(next);
            }
            if let Some(security) = at.get("security") {
                let alternatives = security.items().into_iter();
                let names = alternatives
                    .flat_map(|one| one.entries())
                    .map(|(name, _)| name);
                seen.extend(
                    names.map(|name| format!("/components/securitySchemes/{}", escape(name))),
                );
            }
            let below = at.entries().into_iter();
            let outside = below.filter(|(key, _)| !(at.pointer.is_empty() && *key == "components"));
            open.extend(outside.map(|(_, below)| below));
            open.extend(at.items());
        }
        seen
    }
}

/// A value in a contract: the node, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    pub(super) node: &'a Node,
    pub(super) pointer: String,
    /// Of its key, or of itself in a list.
    pub(super) span: Span,
}

impl<'a> At<'a> {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let entry = self.node.as_mapping()?.entry(key)?;
        Some(Self {
            node: &entry.value,
            pointer: self.below(key),
            span: entry.key_span,
        })
    }

    /// The string that a key has.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.node.as_mapping()?.get(key)?.as_str()
    }

    /// Whether a key is `true`.
    pub(super) fn is(&self, key: &str) -> bool {
        self.flag(key) == Some(true)
    }

    /// The boolean that a key has.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        match self.node.as_mapping()?.get(key)?.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The entries of an object, in the order of the text. None for anything else.
    pub(super) fn entries(&self) -> Vec<(&'a str, Self)> {
        let Some(mapping) = self.node.as_mapping() else {
            return Vec::new();
        };
        mapping
            .iter()
            .map(|entry| {
                let at = Self {
                    node: &entry.value,
                    pointer: self.below(&entry.key),
                    span: entry.key_span,
                };
                (entry.key.as_str(), at)
            })
            .collect()
    }

    /// The entries of an object by key.
    pub(super) fn keys(&self) -> BTreeMap<&'a str, Self> {
        self.entries().into_iter().collect()
    }

    /// The items of a list. None for anything else.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = self.node.as_sequence().unwrap_or_default();
        items
            .iter()
            .enumerate()
            .map(|(index, node)| Self {
                node,
                pointer: self.below(&index.to_string()),
                span: node.span,
            })
            .collect()
    }

    /// The same as JSON, where `1.0` is the number that `1` is.
    pub(super) fn json(&self) -> Json {
        let mut json = self.node.to_json();
        as_integers(&mut json);
        json
    }

    /// The pointer of a key of this.
    fn below(&self, key: &str) -> String {
        let key = escape(key);
        let mut pointer = String::with_capacity(self.pointer.len() + 1 + key.len());
        pointer.push_str(&self.pointer);
        pointer.push('/');
        pointer.push_str(&key);
        pointer
    }

    pub(super) fn place(&self) -> ContractLocation {
        ContractLocation {
            pointer: self.pointer.clone(),
            span: self.span,
        }
    }

    /// Whether it can be shown in a message: no object, and no list of such.
    pub(super) fn is_short(&self) -> bool {
        match &self.node.value {
            Value::Mapping(_) => false,
            Value::Sequence(items) => items
                .iter()
                .all(|item| !matches!(item.value, Value::Mapping(_) | Value::Sequence(_))),
            _ => true,
        }
    }

    /// For a message: short, on one line.
    pub(super) fn show(&self) -> String {
        shorten(&match &self.node.value {
            Value::String(text) => text.escape_debug().to_string(),
            Value::Sequence(items) if items.iter().all(|item| item.as_str().is_some()) => {
                let texts: Vec<&str> = items.iter().filter_map(Node::as_str).collect();
                format!("[{}]", texts.join(", "))
            }
            _ => self.node.to_json().to_string(),
        })
    }
}

/// Writes numbers without a fraction as integers, as far as both are exact.
fn as_integers(json: &mut Json) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match json {
        Json::Number(number) if number.is_f64() => {
            let integer = number
                .as_f64()
                .filter(|float| float.fract() == 0.0 && float.abs() < EXACT)
                .and_then(|float| format!("{float:.0}").parse::<i64>().ok());
            if let Some(integer) = integer {
                *json = integer.into();
            }
        }
        Json::Array(items) => items.iter_mut().for_each(as_integers),
        Json::Object(entries) => entries.values_mut().for_each(as_integers),
        _ => {}
    }
}

/// The key that a step of a JSON pointer stands for.
pub(super) fn unescape(step: &str) -> Cow<'_, str> {
    if step.contains('~') {
        step.replace("~1", "/").replace("~0", "~").into()
    } else {
        step.into()
    }
}

/// A key as a step of a JSON pointer.
fn escape(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        key.replace('~', "~0").replace('/', "~1").into()
    } else {
        key.into()
    }
}

/// Cuts what would make a message unreadable.
pub(super) fn shorten(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MOST - 1).collect();
    format!("{kept}…")
}

/// Whether two values are equal once references are followed. The order of keys is no
/// difference, the order of lists is one.
pub(super) fn same(old: (&Document, &At<'_>), new: (&Document, &At<'_>)) -> bool {
    let ((old_document, old), (new_document, new)) = (old, new);
    let mut seen = HashSet::new();
    let mut open = vec![(old.clone(), new.clone())];
    while let Some((old, new)) = open.pop() {
        let (old, new) = (old_document.follow(&old), new_document.follow(&new));
        if !seen.insert((old.pointer.clone(), new.pointer.clone())) {
            continue;
        }
        match (&old.node.value, &new.node.value) {
            (Value::Mapping(_), Value::Mapping(_)) => {
                let (mut old, new) = (old.keys(), new.keys());
                if old.len() != new.len() {
                    return false;
                }
                for (key, new) in new {
                    match old.remove(key) {
                        Some(old) => open.push((old, new)),
                        None => return false,
                    }
                }
            }
            (Value::Sequence(_), Value::Sequence(_)) => {
                let (old, new) = (old.items(), new.items());
                if old.len() != new.len() {
                    return false;
                }
                open.extend(old.into_iter().zip(new));
            }
            _ => {
                if old.json() != new.json() {
                    return false;
                }
            }
        }
    }
    true
}
