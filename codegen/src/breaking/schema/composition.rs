//! `allOf`, `anyOf`, `oneOf` and `not`, as far as inclusion can be proven without looking at
//! single values.

use super::{Pair, Variance};
use crate::breaking::document::At;
use crate::breaking::edit::Edit;
use crate::breaking::law::{Relation, What};
use crate::breaking::treatment::{Object, Treatment, treatment};
use crate::breaking::view::View;

pub(super) fn compare(pair: &mut Pair<'_, '_>) {
    // All of the schemas must hold: one more takes values away.
    list(pair, "allOf", Variance::With, Relation::Narrower);
    // Any of them is enough: one more adds values.
    list(pair, "anyOf", Variance::With, Relation::Wider);
    // Exactly one must hold: a value that a second one accepts as well is refused.
    list(pair, "oneOf", Variance::Unknown, Relation::Incomparable);
    match pair.both("not") {
        (Some(old), Some(new)) => pair.below(old, new, Variance::Unknown),
        (old, new) => {
            if old.is_some() || new.is_some() {
                pair.edit("not", What::Unprovable, Relation::Incomparable);
            }
        }
    }
}

/// A schema that becomes one of several in an `allOf`, or was one of them: it is as if it had
/// stood in an `allOf` of its own. Whether this was such a case.
pub(super) fn one_sided(pair: &mut Pair<'_, '_>) -> bool {
    let composed = |view: &View<'_>| {
        let prose = |key: &str| treatment(Object::Schema, key) == Treatment::Prose;
        let mut keys = view.keys.keys();
        view.get("allOf").is_some() && keys.all(|key| *key == "allOf" || prose(key))
    };
    // A default is said of the whole, and would seem to be gone.
    let alone = |view: &View<'_>| view.get("allOf").or(view.get("default")).is_none();
    let (old, new) = (pair.old, pair.new);
    if alone(old) && composed(new) {
        let are = new.get("allOf").map(At::items).unwrap_or_default();
        lists(
            pair,
            "allOf",
            Variance::With,
            Relation::Narrower,
            vec![old.at.clone()],
            are,
        );
        true
    } else if composed(old) && alone(new) {
        let were = old.get("allOf").map(At::items).unwrap_or_default();
        lists(
            pair,
            "allOf",
            Variance::With,
            Relation::Narrower,
            were,
            vec![new.at.clone()],
        );
        true
    } else {
        false
    }
}

/// A list of schemas. `one_more` is what an additional one does to the set.
fn list<'a>(pair: &mut Pair<'_, 'a>, key: &str, variance: Variance, one_more: Relation) {
    let (old, new) = pair.both(key);
    let (old, new) = match (old, new) {
        (None, None) => return,
        (Some(old), Some(new)) => (old, new),
        _ => {
            // `anyOf` and `oneOf` constrain by being there, and `allOf` with each schema.
            let appears = if old.is_none() {
                Relation::Narrower
            } else {
                Relation::Wider
            };
            return pair.edit(key, What::Values, appears);
        }
    };
    lists(pair, key, variance, one_more, old.items(), new.items());
}

/// Two lists of schemas, in any order.
fn lists<'a>(
    pair: &mut Pair<'_, 'a>,
    key: &str,
    variance: Variance,
    one_more: Relation,
    mut were: Vec<At<'a>>,
    mut are: Vec<At<'a>>,
) {
    // The order means nothing: what is equal, has the same name or the same type belongs
    // together.
    let documents = pair.documents;
    let equal = |a: &At<'a>, b: &At<'a>| documents.same(Some(a), Some(b));
    let alike = |key: &'static str| {
        move |a: &At<'a>, b: &At<'a>| a.text(key).is_some() && a.text(key) == b.text(key)
    };
    take_pairs(&mut were, &mut are, equal);
    let mut together = take_pairs(&mut were, &mut are, alike("$ref"));
    together.extend(take_pairs(&mut were, &mut are, alike("type")));
    together.extend(take_pairs(&mut were, &mut are, |_, _| true));
    for (was, is) in together {
        pair.below(&was, &is, variance);
    }
    for is in are {
        let message = format!("`{key}` gains a schema");
        let edit = Edit::shown(What::Values, one_more, message, Some(&pair.old.at), &is);
        pair.found.edits.push(edit);
    }
    for was in were {
        let one_less = match one_more {
            Relation::Wider => Relation::Narrower,
            Relation::Narrower => Relation::Wider,
            other => other,
        };
        let message = format!("`{key}` loses a schema");
        let edit = Edit::gone(What::Values, one_less, message, &was, &pair.new.at);
        pair.found.edits.push(edit);
    }
}

/// Takes out what belongs together.
fn take_pairs<'a>(
    old: &mut Vec<At<'a>>,
    new: &mut Vec<At<'a>>,
    together: impl Fn(&At<'a>, &At<'a>) -> bool,
) -> Vec<(At<'a>, At<'a>)> {
    let mut pairs = Vec::new();
    let mut left = Vec::new();
    for was in old.drain(..) {
        match new.iter().position(|is| together(&was, is)) {
            Some(index) => pairs.push((was, new.remove(index))),
            None => left.push(was),
        }
    }
    *old = left;
    pairs
}
