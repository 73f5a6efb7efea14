//! Lists and objects.
//!
//! The values of an object are a product over all names: what may stand at each name, listed or
//! not, and whether something must. So each name is compared on its own.

use super::{Pair, Variance, presence};
use crate::breaking::document::At;
use crate::breaking::edit::Edit;
use crate::breaking::law::{Presence, Relation, Step, What};
use crate::breaking::view::View;
use crate::source::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn array(pair: &mut Pair<'_, '_>) {
    match pair.both("items") {
        (Some(old), Some(new)) => pair.below(old, new, Variance::With),
        _ => pair.keyword("items", presence),
    }
    if pair.old.is("uniqueItems") != pair.new.is("uniqueItems") {
        pair.keyword("uniqueItems", |_, new| {
            let unique = new.is_some_and(|at| at.node.to_json() == true);
            Relation::from_inclusions(!unique, unique)
        });
    }
}

/// What may stand at names that are not listed.
enum Others<'a> {
    Nothing,
    Anything,
    These(At<'a>),
}

impl<'a> Others<'a> {
    fn new(view: &View<'a>) -> Self {
        let Some(at) = view.get("additionalProperties") else {
            return Self::Anything;
        };
        match &at.node.value {
            Value::Bool(false) => Self::Nothing,
            Value::Mapping(mapping) if !mapping.is_empty() => Self::These(at.clone()),
            _ => Self::Anything,
        }
    }
}

pub(super) fn compare<'a>(pair: &mut Pair<'_, 'a>) {
    let (old_others, new_others) = (Others::new(pair.old), Others::new(pair.new));
    others(pair, &old_others, &new_others);
    let properties = |view: &View<'a>| view.get("properties").map(At::keys).unwrap_or_default();
    let (old, new) = (properties(pair.old), properties(pair.new));
    let (old_required, new_required) = (required(pair.old), required(pair.new));
    let names: BTreeSet<&str> = old
        .keys()
        .chain(new.keys())
        .chain(old_required.keys())
        .chain(new_required.keys())
        .copied()
        .collect();
    for name in names {
        let (must, must_now) = (old_required.get(name), new_required.get(name));
        let demanded = Relation::from_inclusions(
            must.is_some() || must_now.is_none(),
            must.is_none() || must_now.is_some(),
        );
        match (old.get(name), new.get(name)) {
            (Some(was), Some(is)) => {
                pair.below(was, is, Variance::With);
                requirement(pair, name, must, must_now, demanded);
            }
            (None, None) => requirement(pair, name, must, must_now, demanded),
            (None, Some(is)) => {
                let before = match &old_others {
                    Others::Nothing => Relation::Wider,
                    Others::Anything => Relation::Narrower,
                    Others::These(schema) => pair.equal(schema, is),
                };
                let (kind, presence) = named(must_now.is_some());
                pair.found.edits.push(Edit::shown(
                    What::Property(Step::Added, presence),
                    before.and(demanded),
                    format!("{kind} property `{name}` added"),
                    Some(&pair.old.at),
                    is,
                ));
            }
            (Some(was), None) => {
                let after = match &new_others {
                    Others::Nothing => Relation::Narrower,
                    Others::Anything => Relation::Wider,
                    Others::These(schema) => pair.equal(was, schema),
                };
                let (kind, presence) = named(must.is_some());
                pair.found.edits.push(Edit::gone(
                    What::Property(Step::Removed, presence),
                    after.and(demanded),
                    format!("{kind} property `{name}` removed"),
                    was,
                    &pair.new.at,
                ));
            }
        }
    }
}

fn named(required: bool) -> (&'static str, Presence) {
    if required {
        ("required", Presence::Required)
    } else {
        ("optional", Presence::Optional)
    }
}

impl<'a> Pair<'_, 'a> {
    /// Two schemas that are equal, or of which nothing is known.
    fn equal(&self, old: &At<'a>, new: &At<'a>) -> Relation {
        if self.documents.same(Some(old), Some(new)) {
            Relation::Same
        } else {
            Relation::Incomparable
        }
    }
}

fn others<'a>(pair: &mut Pair<'_, 'a>, old: &Others<'a>, new: &Others<'a>) {
    use Others::{Anything, Nothing, These};
    let relation = match (old, new) {
        (Nothing, Nothing) | (Anything, Anything) => return,
        (These(old), These(new)) => return pair.below(old, new, Variance::With),
        (Nothing, _) | (_, Anything) => Relation::Wider,
        (_, Nothing) | (Anything, _) => Relation::Narrower,
    };
    if !pair.applies("additionalProperties") {
        return pair.edit("additionalProperties", What::Restated, Relation::Same);
    }
    pair.edit("additionalProperties", What::OtherProperties, relation);
}

/// The names in `required`, and where each stands.
fn required<'a>(view: &View<'a>) -> BTreeMap<&'a str, At<'a>> {
    let items = view.get("required").map(At::items).unwrap_or_default();
    let named = items
        .into_iter()
        .filter_map(|at| Some((at.node.as_str()?, at)));
    named.collect()
}

fn requirement<'a>(
    pair: &mut Pair<'_, 'a>,
    name: &str,
    old: Option<&At<'a>>,
    new: Option<&At<'a>>,
    relation: Relation,
) {
    let edit = match (old, new) {
        (None, Some(new)) => Edit::shown(
            What::Values,
            relation,
            format!("`{name}` is required now"),
            Some(&pair.old.at),
            new,
        ),
        (Some(old), None) => Edit::gone(
            What::Values,
            relation,
            format!("`{name}` is not required any more"),
            old,
            &pair.new.at,
        ),
        _ => return,
    };
    pair.found.edits.push(edit);
}
