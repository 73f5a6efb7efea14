//! Keywords with a number: bounds of values and of sizes, and `multipleOf`.

use super::Pair;
use crate::breaking::document::At;
use crate::breaking::edit::Edit;
use crate::breaking::law::{Relation, What};
use crate::breaking::number::{Bound, lower, multiples, upper};
use crate::breaking::view::View;
use crate::source::Value;
use serde_json::Number;

/// The formats that are ranges of integers.
fn range(format: Option<&At<'_>>) -> Option<[Option<Bound>; 2]> {
    let ends =
        |least: i64, most: i64| [least, most].map(|end| Some(Bound::new(Number::from(end), false)));
    match format.map(|at| at.node.as_str()) {
        None => Some([None, None]),
        Some(Some("int32")) => Some(ends(i32::MIN.into(), i32::MAX.into())),
        Some(Some("int64")) => Some(ends(i64::MIN, i64::MAX)),
        Some(_) => None,
    }
}

/// What a change of `format` does to integers, if both are ranges: nothing, where the bounds of
/// the schema are tighter anyway.
pub(super) fn integer_format(pair: &Pair<'_, '_>) -> Option<Relation> {
    if !(pair.kinds.0.only_integers() && pair.kinds.1.only_integers()) {
        return None;
    }
    let (old, new) = pair.both("format");
    let (was, is) = (range(old)?, range(new)?);
    Some(Relation::from_inclusions(
        within(pair.old, &was, &is),
        within(pair.new, &is, &was),
    ))
}

/// Whether the integers of a schema, which has a range of its own too, are in another range.
fn within(view: &View<'_>, own: &[Option<Bound>; 2], range: &[Option<Bound>; 2]) -> bool {
    [&LOWER, &UPPER]
        .into_iter()
        .enumerate()
        .all(|(index, end)| {
            let keeps = |bound: Option<&Bound>| {
                let relation = (end.compare)(range[index].as_ref(), bound);
                matches!(relation, Relation::Same | Relation::Narrower)
            };
            keeps(own[index].as_ref()) || keeps(bound(view, end, true).as_ref())
        })
}

pub(super) fn compare(pair: &mut Pair<'_, '_>) {
    for key in ["minLength", "minItems", "minProperties"] {
        pair.keyword(key, |old, new| {
            let zero = || Some(Bound::new(Number::from(0), false));
            let size = |at| size(at).or_else(zero);
            lower(size(old).as_ref(), size(new).as_ref())
        });
    }
    for key in ["maxLength", "maxItems", "maxProperties"] {
        pair.keyword(key, |old, new| {
            upper(size(old).as_ref(), size(new).as_ref())
        });
    }
    let integers = (pair.kinds.0.only_integers(), pair.kinds.1.only_integers());
    end(pair, &LOWER, integers);
    end(pair, &UPPER, integers);
    pair.keyword("multipleOf", |old, new| {
        multiples(old.and_then(number), new.and_then(number), integers)
    });
}

fn number<'a>(at: &At<'a>) -> Option<&'a Number> {
    match &at.node.value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

fn size(at: Option<&At<'_>>) -> Option<Bound> {
    Some(Bound::new(number(at?)?.clone(), false))
}

/// One end of the interval of numbers.
struct End {
    key: &'static str,
    exclusive: &'static str,
    of_integers: fn(Bound) -> Bound,
    compare: fn(Option<&Bound>, Option<&Bound>) -> Relation,
}

const LOWER: End = End {
    key: "minimum",
    exclusive: "exclusiveMinimum",
    of_integers: Bound::lower_of_integers,
    compare: lower,
};

const UPPER: End = End {
    key: "maximum",
    exclusive: "exclusiveMaximum",
    of_integers: Bound::upper_of_integers,
    compare: upper,
};

/// A bound and whether it is exclusive are two keys and one end of the interval.
fn end(pair: &mut Pair<'_, '_>, end: &End, integers: (bool, bool)) {
    let differ = (pair.differs(end.key), pair.differs(end.exclusive));
    if differ == (false, false) {
        return;
    }
    let relation = if pair.applies(end.key) {
        let old = bound(pair.old, end, integers.0);
        let new = bound(pair.new, end, integers.1);
        (end.compare)(old.as_ref(), new.as_ref())
    } else {
        Relation::Same
    };
    match differ {
        (true, false) => pair.edit(end.key, What::Values, relation),
        (false, _) => {
            // `false` is what absence means.
            if relation != Relation::Same
                || pair.old.is(end.exclusive) != pair.new.is(end.exclusive)
            {
                pair.edit(end.exclusive, What::Values, relation);
            }
        }
        (true, true) => {
            let message = format!(
                "`{}` {} → {}",
                end.key,
                shown(pair.old, end),
                shown(pair.new, end)
            );
            let what = if relation == Relation::Same {
                What::Restated
            } else {
                What::Values
            };
            let (old, new) = (pair.old, pair.new);
            let edit = match (place(old, end), place(new, end)) {
                (Some(was), None) => Edit::gone(what, relation, message, was, &new.at),
                (was, is) => Edit::shown(
                    what,
                    relation,
                    message,
                    was.or(Some(&old.at)),
                    is.unwrap_or(&new.at),
                ),
            };
            pair.found.edits.push(edit);
        }
    }
}

/// Where an end of the interval stands.
fn place<'v, 'a>(view: &'v View<'a>, end: &End) -> Option<&'v At<'a>> {
    view.get(end.key).or_else(|| view.get(end.exclusive))
}

fn bound(view: &View<'_>, end: &End, integers: bool) -> Option<Bound> {
    let beside = view.get(end.exclusive);
    // A number there is OpenAPI 3.1. Where both are given, the tighter one counts.
    let exclusive = beside
        .and_then(number)
        .map(|number| Bound::new(number.clone(), true));
    let plain = view
        .get(end.key)
        .and_then(number)
        .map(|number| Bound::new(number.clone(), view.is(end.exclusive)));
    let bound = match (plain, exclusive) {
        (Some(plain), Some(exclusive)) => match (end.compare)(Some(&plain), Some(&exclusive)) {
            Relation::Narrower => exclusive,
            _ => plain,
        },
        (plain, exclusive) => plain.or(exclusive)?,
    };
    Some(if integers {
        (end.of_integers)(bound)
    } else {
        bound
    })
}

fn shown(view: &View<'_>, end: &End) -> String {
    match (view.get(end.key), view.get(end.exclusive)) {
        (None, None) => "none".to_owned(),
        (Some(at), _) if view.is(end.exclusive) => format!("{} (exclusive)", at.show()),
        (Some(at), _) => at.show(),
        (None, Some(at)) => format!("{} (exclusive)", at.show()),
    }
}
