//! One edit: what it does to which set, before anybody judges it.

use super::change::{ContractLocation, Side};
use super::defaults::states_default;
use super::document::{At, Document, same};
use super::law::{Relation, What};
use super::treatment::{Object, Treatment, treatment};
use std::collections::{BTreeMap, BTreeSet};

/// One edit.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) what: What,
    pub(super) relation: Relation,
    pub(super) message: String,
    pub(super) old: Option<ContractLocation>,
    pub(super) new: Option<ContractLocation>,
    pub(super) side: Side,
}

impl Edit {
    /// Of something that the new contract has.
    pub(super) fn shown(
        what: What,
        relation: Relation,
        message: impl Into<String>,
        old: Option<&At<'_>>,
        new: &At<'_>,
    ) -> Self {
        Self {
            what,
            relation,
            message: message.into(),
            old: old.map(At::place),
            new: Some(new.place()),
            side: Side::New,
        }
    }

    /// Of something that the new contract has no more, below `new`.
    pub(super) fn gone(
        what: What,
        relation: Relation,
        message: impl Into<String>,
        old: &At<'_>,
        new: &At<'_>,
    ) -> Self {
        Self {
            what,
            relation,
            message: message.into(),
            old: Some(old.place()),
            new: Some(new.place()),
            side: Side::Old,
        }
    }

    /// Of a key that both, or one of the two have.
    pub(super) fn of_key(
        what: What,
        relation: Relation,
        key: &str,
        old: Keyed<'_, '_>,
        new: Keyed<'_, '_>,
    ) -> Self {
        match (old.value, new.value) {
            (Some(was), Some(is)) => {
                let message = if was.is_short() && is.is_short() {
                    format!("`{key}` {} → {}", was.show(), is.show())
                } else {
                    format!("`{key}` changed")
                };
                Self::shown(what, relation, message, Some(was), is)
            }
            (None, Some(is)) => {
                let message = if is.is_short() {
                    format!("`{key}` {} added", is.show())
                } else {
                    format!("`{key}` added")
                };
                Self::shown(what, relation, message, Some(old.object), is)
            }
            (Some(was), None) => {
                let message = if was.is_short() {
                    format!("`{key}` {} removed", was.show())
                } else {
                    format!("`{key}` removed")
                };
                Self::gone(what, relation, message, was, new.object)
            }
            (None, None) => Self::shown(
                what,
                relation,
                format!("`{key}` changed"),
                Some(old.object),
                new.object,
            ),
        }
    }
}

/// An object, and what it has at a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keyed<'k, 'a> {
    pub(super) object: &'k At<'a>,
    pub(super) value: Option<&'k At<'a>>,
}

/// The two contracts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Documents<'a> {
    pub(super) old: &'a Document,
    pub(super) new: &'a Document,
}

impl Documents<'_> {
    /// Whether two values are equal once references are followed.
    pub(super) fn same(self, old: Option<&At<'_>>, new: Option<&At<'_>>) -> bool {
        match (old, new) {
            (Some(old), Some(new)) => same((self.old, old), (self.new, new)),
            (None, None) => true,
            _ => false,
        }
    }
}

/// An object on one side: where it stands, and its keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys<'k, 'a> {
    pub(super) at: &'k At<'a>,
    pub(super) keys: &'k BTreeMap<&'a str, At<'a>>,
}

impl<'k, 'a> Keys<'k, 'a> {
    pub(super) fn keyed(self, key: &str) -> Keyed<'k, 'a> {
        Keyed {
            object: self.at,
            value: self.keys.get(key),
        }
    }
}

/// The differences between two objects at keys that no other code compares.
pub(super) fn leftovers(
    documents: Documents<'_>,
    object: Object,
    old: Keys<'_, '_>,
    new: Keys<'_, '_>,
) -> Vec<Edit> {
    let keys: BTreeSet<&str> = old.keys.keys().chain(new.keys.keys()).copied().collect();
    let mut edits = Vec::new();
    for key in keys {
        let what = match treatment(object, key) {
            Treatment::Compared => continue,
            Treatment::Prose => What::Prose,
            Treatment::Extension => What::Extension,
            Treatment::Unprovable => What::Unprovable,
        };
        let (was, is) = (old.keyed(key), new.keyed(key));
        if documents.same(was.value, is.value)
            || (what != What::Prose && states_default(object, key, was.value, is.value))
        {
            continue;
        }
        let relation = match what {
            What::Prose => Relation::Same,
            _ => Relation::Incomparable,
        };
        let mut edit = Edit::of_key(what, relation, key, was, is);
        if what == What::Prose {
            // The text itself is in both contracts, and would only make the list unreadable.
            edit.message = match (was.value, is.value) {
                (None, _) => format!("`{key}` added"),
                (_, None) => format!("`{key}` removed"),
                _ => format!("`{key}` changed"),
            };
        }
        edits.push(edit);
    }
    edits
}

/// An object in both contracts.
#[derive(Debug, Clone)]
pub(super) struct Two<'a> {
    pub(super) old: At<'a>,
    pub(super) new: At<'a>,
    old_keys: BTreeMap<&'a str, At<'a>>,
    new_keys: BTreeMap<&'a str, At<'a>>,
}

impl<'a> Two<'a> {
    /// With references followed.
    pub(super) fn new(documents: Documents<'a>, old: &At<'a>, new: &At<'a>) -> Self {
        let (old, new) = (documents.old.follow(old), documents.new.follow(new));
        let (old_keys, new_keys) = (old.keys(), new.keys());
        Self {
            old,
            new,
            old_keys,
            new_keys,
        }
    }

    /// What both have at a key.
    pub(super) fn both(&self, key: &str) -> (Option<&At<'a>>, Option<&At<'a>>) {
        (self.old_keys.get(key), self.new_keys.get(key))
    }

    /// What both have at a key, if that is an object with objects in it. Nothing counts as empty.
    pub(super) fn maps(&self, key: &str) -> (BTreeMap<&'a str, At<'a>>, BTreeMap<&'a str, At<'a>>) {
        let keys = |at: Option<&At<'a>>| at.map(At::keys).unwrap_or_default();
        let (old, new) = self.both(key);
        (keys(old), keys(new))
    }

    /// Where a key is, or else the object that could have it.
    pub(super) fn holders(&self, key: &str) -> (&At<'a>, &At<'a>) {
        let (old, new) = self.both(key);
        (old.unwrap_or(&self.old), new.unwrap_or(&self.new))
    }

    /// An edit at a key.
    pub(super) fn edit(&self, what: What, relation: Relation, key: &str) -> Edit {
        let (old, new) = self.keys();
        Edit::of_key(what, relation, key, old.keyed(key), new.keyed(key))
    }

    /// The differences at keys that no other code compares.
    pub(super) fn leftovers(&self, documents: Documents<'a>, object: Object) -> Vec<Edit> {
        let (old, new) = self.keys();
        leftovers(documents, object, old, new)
    }

    fn keys(&self) -> (Keys<'_, 'a>, Keys<'_, 'a>) {
        let old = Keys {
            at: &self.old,
            keys: &self.old_keys,
        };
        let new = Keys {
            at: &self.new,
            keys: &self.new_keys,
        };
        (old, new)
    }
}
