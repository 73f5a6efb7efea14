//! Keywords that say which values there are: type, null, enum, pattern, format, default.

use super::{Pair, numeric, presence};
use crate::breaking::document::{At, shorten};
use crate::breaking::edit::Edit;
use crate::breaking::law::{Relation, Step, What};
use crate::breaking::view::View;
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of values that `type` lets through, without null; `None` is every kind. A number
/// is an integer or a fraction, so that integers are numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kinds(Option<BTreeSet<String>>);

const FRACTION: &str = "fraction";

impl Kinds {
    pub(super) fn new(view: &View<'_>) -> Self {
        let Some(at) = view.get("type") else {
            return Self(None);
        };
        // A list of types is OpenAPI 3.1.
        let listed = at.items();
        let names = at
            .node
            .as_str()
            .into_iter()
            .chain(listed.iter().filter_map(|item| item.node.as_str()));
        let mut kinds = BTreeSet::new();
        for name in names.filter(|name| *name != "null") {
            if name == "number" {
                kinds.extend(["integer".to_owned(), FRACTION.to_owned()]);
            } else {
                kinds.insert(name.to_owned());
            }
        }
        Self(Some(kinds))
    }

    /// Whether values of one of these types are let through.
    pub(super) fn has_any(&self, types: &[&str]) -> bool {
        self.0
            .as_ref()
            .is_none_or(|kinds| types.iter().any(|name| kinds.contains(*name)))
    }

    /// Whether there are integers, and no other numbers.
    pub(super) fn only_integers(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|kinds| kinds.contains("integer") && !kinds.contains(FRACTION))
    }

    fn within(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(these), Some(those)) => these.is_subset(those),
        }
    }
}

pub(super) fn types(pair: &mut Pair<'_, '_>) -> Relation {
    let (old, new) = &pair.kinds;
    let relation = Relation::from_inclusions(old.within(new), new.within(old));
    if relation != Relation::Same {
        pair.edit("type", What::Values, relation);
    }
    relation
}

/// Whether null is accepted.
pub(super) fn null(pair: &mut Pair<'_, '_>) {
    let accepts = |view: &View<'_>| {
        let listed = view.get("type").map(At::items).unwrap_or_default();
        view.is("nullable") || listed.iter().any(|item| item.node.as_str() == Some("null"))
    };
    let relation = match (accepts(pair.old), accepts(pair.new)) {
        (false, true) => Relation::Wider,
        (true, false) => Relation::Narrower,
        _ => return,
    };
    let key = if pair.differs("nullable") {
        "nullable"
    } else {
        "type"
    };
    pair.edit(key, What::Values, relation);
}

/// Whether values are kept out of logs.
pub(super) fn personal_data(pair: &mut Pair<'_, '_>) {
    let key = "x-personal-data";
    let relation = match (pair.old.is(key), pair.new.is(key)) {
        (false, true) => Relation::Narrower,
        (true, false) => Relation::Wider,
        _ => return,
    };
    pair.edit(key, What::PersonalData, relation);
}

/// `enum`: values that came and values that went are two edits, since the law may judge them
/// differently.
pub(super) fn vocabulary(pair: &mut Pair<'_, '_>) {
    if !pair.differs("enum") {
        return;
    }
    let (old, new) = match pair.both("enum") {
        (Some(old), Some(new)) => (old, new),
        (old, new) => return pair.edit("enum", What::Values, presence(old, new)),
    };
    // Whether null is accepted is decided by `nullable` and `type`, where they stand.
    let said = |view: &View<'_>| view.is("nullable") || view.get("type").is_some();
    let without_null = said(pair.old) && said(pair.new);
    // By their JSON: the order of values, and repetitions, mean nothing.
    let values = |at: &At<'_>| -> BTreeMap<String, String> {
        let items = at.items();
        let shown = items
            .iter()
            .filter(|item| !(without_null && item.node.to_json().is_null()))
            .map(|item| (item.json().to_string(), item.show()));
        shown.collect()
    };
    let (were, are) = (values(old), values(new));
    let list = |these: &BTreeMap<String, String>, but: &BTreeMap<String, String>| -> Vec<String> {
        let missing = these.iter().filter(|(json, _)| !but.contains_key(*json));
        missing.map(|(_, shown)| format!("`{shown}`")).collect()
    };
    let (came, went) = (list(&are, &were), list(&were, &are));
    if !came.is_empty() {
        let message = format!("`enum` gains {}", shorten(&came.join(", ")));
        pair.found.edits.push(Edit::shown(
            What::Vocabulary,
            Relation::Wider,
            message,
            Some(old),
            new,
        ));
    }
    if !went.is_empty() {
        let message = format!("`enum` loses {}", shorten(&went.join(", ")));
        pair.found.edits.push(Edit::shown(
            What::Vocabulary,
            Relation::Narrower,
            message,
            Some(old),
            new,
        ));
    }
}

/// `pattern` and `format`.
pub(super) fn text(pair: &mut Pair<'_, '_>) {
    // Whether one regular expression includes another is not decided here.
    pair.keyword("pattern", presence);
    let of_integers = numeric::integer_format(pair);
    pair.keyword("format", |old, new| {
        if let Some(relation) = of_integers {
            return relation;
        }
        let (Some(old), Some(new)) = (old, new) else {
            return presence(old, new);
        };
        let name = |at: &At<'_>| at.node.as_str().unwrap_or_default().to_owned();
        match (&*name(old), &*name(new)) {
            ("float", "double") => Relation::Wider,
            ("double", "float") => Relation::Narrower,
            _ => Relation::Incomparable,
        }
    });
}

/// `default` changes no set: it says what absence means.
pub(super) fn default(pair: &mut Pair<'_, '_>) {
    if !pair.differs("default") {
        return;
    }
    let step = match pair.both("default") {
        (None, _) => Step::Added,
        (_, None) => Step::Removed,
        _ => Step::Changed,
    };
    pair.edit("default", What::Default(step), Relation::Same);
}
