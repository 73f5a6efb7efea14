//! Two schemas: what the edits between them do to the set of values that they accept.
//!
//! A schema is a conjunction of keywords, so each keyword is compared on its own: a set that is
//! wider under every keyword is wider altogether. Nothing here knows which way values travel.

mod composition;
mod numeric;
mod object;
#[cfg(test)]
mod oracle;
mod values;

use super::document::At;
use super::edit::{Documents, Edit, Keyed, Keys, leftovers};
use super::law::{Relation, What};
use super::treatment::Object;
use super::view::View;
use crate::lower::keys::APPLIES;
use values::Kinds;

/// What a difference in a schema below does to the schema above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variance {
    /// More values below are more values above.
    With,
    /// More values below may be more or fewer above.
    Unknown,
}

/// The schemas below two schemas that are to be compared with each other.
#[derive(Debug)]
pub(super) struct Below<'a> {
    pub(super) old: At<'a>,
    pub(super) new: At<'a>,
    pub(super) variance: Variance,
}

/// What a comparison of two schemas found, apart from what is below them.
#[derive(Debug, Default)]
pub(super) struct Compared<'a> {
    pub(super) edits: Vec<Edit>,
    pub(super) below: Vec<Below<'a>>,
}

/// Compares two schemas. What is below them is only named, so that schemas which contain
/// themselves come to an end.
pub(super) fn compare<'a>(
    documents: Documents<'a>,
    old: &View<'a>,
    new: &View<'a>,
) -> Compared<'a> {
    let kinds = (Kinds::new(old), Kinds::new(new));
    let mut pair = Pair {
        documents,
        old,
        new,
        kinds,
        found: Compared::default(),
    };
    if old.at.node.as_mapping().is_none() || new.at.node.as_mapping().is_none() {
        // `true` and `false` are schemas from OpenAPI 3.1 on.
        if !documents.same(Some(&old.at), Some(&new.at)) {
            pair.found.edits.push(Edit::shown(
                What::Unprovable,
                Relation::Incomparable,
                "the schema changed",
                Some(&old.at),
                &new.at,
            ));
        }
        return pair.found;
    }
    if composition::one_sided(&mut pair) {
        return pair.found;
    }
    // A reference that leads nowhere says nothing about values; schemas without a value in
    // common say everything with their type.
    let unresolved = !matches!(pair.both("$ref"), (None, None));
    if !unresolved && values::types(&mut pair) != Relation::Incomparable {
        values::null(&mut pair);
        values::vocabulary(&mut pair);
        values::text(&mut pair);
        values::default(&mut pair);
        numeric::compare(&mut pair);
        object::array(&mut pair);
        object::compare(&mut pair);
        composition::compare(&mut pair);
    }
    values::personal_data(&mut pair);
    let (old, new) = (pair.keys_of(pair.old), pair.keys_of(pair.new));
    let left = leftovers(documents, Object::Schema, old, new);
    pair.found.edits.extend(left);
    pair.found
}

/// Two schemas while they are compared.
struct Pair<'v, 'a> {
    documents: Documents<'a>,
    old: &'v View<'a>,
    new: &'v View<'a>,
    kinds: (Kinds, Kinds),
    found: Compared<'a>,
}

impl<'v, 'a> Pair<'v, 'a> {
    fn keys_of(&self, view: &'v View<'a>) -> Keys<'v, 'a> {
        Keys {
            at: &view.at,
            keys: &view.keys,
        }
    }

    fn both(&self, key: &str) -> (Option<&'v At<'a>>, Option<&'v At<'a>>) {
        (self.old.get(key), self.new.get(key))
    }

    /// Whether the text at a key differs at all.
    fn differs(&self, key: &str) -> bool {
        let (old, new) = self.both(key);
        match (old, new) {
            (None, None) => false,
            (Some(old), Some(new)) => old.json() != new.json(),
            _ => true,
        }
    }

    /// Notes what an edit at a key does. One that does nothing is still noted, as harmless: the
    /// caller has made sure that the text differs.
    fn edit(&mut self, key: &str, what: What, relation: Relation) {
        let what = if relation == Relation::Same && what == What::Values {
            What::Restated
        } else {
            what
        };
        let (was, is) = self.both(key);
        let old = Keyed {
            object: &self.old.at,
            value: was,
        };
        let new = Keyed {
            object: &self.new.at,
            value: is,
        };
        let edit = Edit::of_key(what, relation, key, old, new);
        self.found.edits.push(edit);
    }

    /// Whether a keyword constrains any value of either schema.
    fn applies(&self, key: &str) -> bool {
        let kinds = APPLIES
            .iter()
            .find(|(name, _)| *name == key)
            .map_or(&[][..], |(_, kinds)| kinds);
        kinds.is_empty() || self.kinds.0.has_any(kinds) || self.kinds.1.has_any(kinds)
    }

    /// A keyword whose edit is compared by `relation`, if it differs and constrains anything.
    fn keyword(
        &mut self,
        key: &str,
        relation: impl FnOnce(Option<&'v At<'a>>, Option<&'v At<'a>>) -> Relation,
    ) {
        if !self.differs(key) {
            return;
        }
        let relation = if self.applies(key) {
            let (old, new) = self.both(key);
            relation(old, new)
        } else {
            Relation::Same
        };
        self.edit(key, What::Values, relation);
    }

    fn below(&mut self, old: &At<'a>, new: &At<'a>, variance: Variance) {
        self.found.below.push(Below {
            old: old.clone(),
            new: new.clone(),
            variance,
        });
    }
}

/// What a keyword does that takes values away just by being there.
fn presence(old: Option<&At<'_>>, new: Option<&At<'_>>) -> Relation {
    match (old, new) {
        (None, Some(_)) => Relation::Narrower,
        (Some(_), None) => Relation::Wider,
        (Some(_), Some(_)) => Relation::Incomparable,
        (None, None) => Relation::Same,
    }
}
