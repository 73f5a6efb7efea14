//! A schema as it is compared: references followed, and `allOf` around one of them undone.

use super::document::{At, Document};
use std::collections::BTreeMap;

/// What may stand beside an `allOf` of one schema without constraining more than it.
const WRAPPER_KEYS: [&str; 8] = [
    "allOf",
    "description",
    "nullable",
    "default",
    "example",
    "title",
    "externalDocs",
    "deprecated",
];

/// How many wrappers may stand around each other before they count as going in circles.
const MAX_WRAPPERS: usize = 32;

/// The keywords of a schema, wherever each of them stands.
#[derive(Debug, Clone)]
pub(super) struct View<'a> {
    /// The schema itself, or the component that it refers to.
    pub(super) at: At<'a>,
    pub(super) keys: BTreeMap<&'a str, At<'a>>,
}

impl<'a> View<'a> {
    pub(super) fn new(document: &'a Document, at: &At<'a>) -> Self {
        let at = document.follow(at);
        let mut keys = at.keys();
        for _ in 0..MAX_WRAPPERS {
            let Some(wrapped) = only_wrapped(document, &keys) else {
                break;
            };
            let wrapper = keys;
            keys = wrapped.keys();
            for (key, beside) in wrapper {
                // `nullable` adds null to what is wrapped; it cannot take it away.
                let adds = key != "nullable" || beside.node.to_json() == true;
                if key != "allOf" && adds {
                    keys.insert(key, beside);
                }
            }
        }
        Self { at, keys }
    }

    pub(super) fn get(&self, key: &str) -> Option<&At<'a>> {
        self.keys.get(key)
    }

    /// Whether a key is `true`.
    pub(super) fn is(&self, key: &str) -> bool {
        self.get(key).is_some_and(|at| at.node.to_json() == true)
    }
}

/// The one schema inside an `allOf` that constrains nothing beside it.
fn only_wrapped<'a>(document: &'a Document, keys: &BTreeMap<&'a str, At<'a>>) -> Option<At<'a>> {
    let items = keys.get("allOf")?.items();
    let [wrapped] = items.as_slice() else {
        return None;
    };
    let wrapped = document.follow(wrapped);
    let beside = |key: &&str| WRAPPER_KEYS.contains(key) || key.starts_with("x-");
    let plain = keys.keys().all(beside);
    (plain && wrapped.node.as_mapping().is_some()).then_some(wrapped)
}
