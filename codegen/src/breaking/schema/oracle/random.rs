//! Random small schemas, and edits of them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// A schema out of the keywords that can be compared.
pub(super) fn schema() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![integer(), number(), text(), any_type()].boxed();
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            3 => list(inner.clone()),
            4 => object(inner.clone()),
            1 => composed(inner),
        ]
    })
    .boxed()
}

/// A schema, and the same after an edit: some of its keywords are those of another schema of
/// the same shape.
pub(super) fn edit() -> BoxedStrategy<(Value, Value)> {
    let scalar = |schema: BoxedStrategy<Value>| (schema.clone(), schema);
    let pairs = prop_oneof![
        2 => scalar(integer()),
        2 => scalar(number()),
        2 => scalar(text()),
        1 => scalar(any_type()),
        3 => scalar(list(schema())),
        4 => scalar(object(schema())),
        2 => scalar(composed(schema())),
        3 => scalar(alternatives()),
        1 => scalar(schema()),
    ];
    // Few of the keys change, so that most edits go one way.
    let taken = vec(prop::bool::weighted(0.2), 24);
    let edited = (pairs, taken).prop_map(|((old, other), taken)| {
        let mut taken = taken.into_iter().cycle();
        let new = merged(&old, &other, &mut taken);
        (old, new)
    });
    // Some become one of two in an `allOf`, or were.
    let beside = prop::option::weighted(0.1, (number(), any::<bool>()));
    (edited, beside)
        .prop_map(|((old, new), beside)| match beside {
            None => (old, new),
            Some((beside, true)) => (old, json!({"allOf": [beside, new]})),
            Some((beside, false)) => (json!({"allOf": [beside, old]}), new),
        })
        .boxed()
}

/// `old`, with some of the keys as `other` has them.
fn merged(old: &Value, other: &Value, taken: &mut impl Iterator<Item = bool>) -> Value {
    let (were, others) = match (old, other) {
        (Value::Object(were), Value::Object(others)) => (were, others),
        (Value::Array(were), Value::Array(others)) if were.iter().any(Value::is_object) => {
            return merged_lists(were, others, taken);
        }
        _ => {
            let take = taken.next().unwrap_or_default();
            return if take { other.clone() } else { old.clone() };
        }
    };
    let mut merged = Map::new();
    let names = were.keys().chain(others.keys());
    let mut names: Vec<&String> = names.collect();
    names.sort();
    names.dedup();
    for name in names {
        match (were.get(name), others.get(name)) {
            (Some(was), Some(other)) => {
                merged.insert(name.clone(), self::merged(was, other, taken));
            }
            (Some(kept), None) if !taken.next().unwrap_or_default() => {
                merged.insert(name.clone(), kept.clone());
            }
            (None, Some(came)) if taken.next().unwrap_or_default() => {
                merged.insert(name.clone(), came.clone());
            }
            _ => {}
        }
    }
    Value::Object(merged)
}

fn merged_lists(were: &[Value], others: &[Value], taken: &mut impl Iterator<Item = bool>) -> Value {
    let mut merged = Vec::new();
    for (was, other) in were.iter().zip(others) {
        merged.push(self::merged(was, other, taken));
    }
    let shorter = merged.len();
    if !taken.next().unwrap_or_default() {
        merged.extend(were[shorter..].iter().cloned());
    }
    if taken.next().unwrap_or_default() {
        merged.extend(others[shorter..].iter().cloned());
    }
    Value::Array(merged)
}

/// An object with each of these keys, or without it.
fn keys(keys: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let entries: Vec<BoxedStrategy<Option<(&'static str, Value)>>> = keys
        .into_iter()
        .map(|(key, value)| {
            let entry = value.prop_map(move |value| (key, value));
            prop::option::weighted(0.4, entry).boxed()
        })
        .collect();
    entries
        .prop_map(|entries| {
            let entries = entries.into_iter().flatten();
            let entries = entries.map(|(key, value)| (key.to_owned(), value));
            Value::Object(entries.collect())
        })
        .boxed()
}

/// With a `type`, and perhaps null.
fn typed(name: &'static str, schema: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    (schema, prop::option::weighted(0.2, any::<bool>()))
        .prop_map(move |(mut schema, nullable)| {
            schema["type"] = json!(name);
            if let Some(nullable) = nullable {
                schema["nullable"] = json!(nullable);
            }
            schema
        })
        .boxed()
}

fn one_of(values: Vec<Value>) -> BoxedStrategy<Value> {
    select(values).boxed()
}

fn flag() -> BoxedStrategy<Value> {
    any::<bool>().prop_map(Value::from).boxed()
}

fn between(least: i64, most: i64) -> BoxedStrategy<Value> {
    (least..=most).prop_map(Value::from).boxed()
}

/// Bounds of numbers; an exclusive one without its bound means nothing.
fn bounds(value: BoxedStrategy<Value>) -> Vec<(&'static str, BoxedStrategy<Value>)> {
    // A number is how OpenAPI 3.1 has it.
    let exclusive = || prop_oneof![3 => flag(), 1 => value.clone()].boxed();
    vec![
        ("minimum", value.clone()),
        ("maximum", value.clone()),
        ("exclusiveMinimum", exclusive()),
        ("exclusiveMaximum", exclusive()),
    ]
}

fn integer() -> BoxedStrategy<Value> {
    let mut all = bounds(prop_oneof![between(-3, 6), halves(-6, 12)].boxed());
    let steps = [
        json!(1),
        json!(2),
        json!(3),
        json!(4),
        json!(6),
        json!(0.5),
        json!(1.5),
    ];
    all.push(("multipleOf", one_of(steps.to_vec())));
    all.push(("format", one_of(vec![json!("int32"), json!("int64")])));
    typed("integer", keys(all))
}

fn number() -> BoxedStrategy<Value> {
    let mut all = bounds(halves(-6, 12));
    let steps = [json!(0.5), json!(1), json!(1.5), json!(2), json!(3)];
    all.push(("multipleOf", one_of(steps.to_vec())));
    (typed("number", keys(all)), prop::bool::weighted(0.15))
        .prop_map(|(mut schema, integer)| {
            // So that edits of numbers are also edits of their type.
            if integer {
                schema["type"] = json!("integer");
            }
            schema
        })
        .boxed()
}

fn halves(least: i32, most: i32) -> BoxedStrategy<Value> {
    (least..=most)
        .prop_map(|half| json!(f64::from(half) / 2.0))
        .boxed()
}

fn text() -> BoxedStrategy<Value> {
    let words = vec![json!("a"), json!("b"), json!("ab"), json!("abc"), json!("")];
    let some = subsequence(words, 1..=4).prop_map(Value::from);
    let patterns = vec![json!("^a"), json!("b$"), json!("^[ab]*$")];
    typed(
        "string",
        keys(vec![
            ("minLength", between(0, 3)),
            ("maxLength", between(0, 4)),
            ("pattern", one_of(patterns)),
            ("enum", some.boxed()),
            ("format", one_of(vec![json!("date"), json!("email")])),
        ]),
    )
}

/// Without a `type`: keywords count for the values that they are about.
fn any_type() -> BoxedStrategy<Value> {
    keys(vec![
        ("maxLength", between(0, 4)),
        ("minimum", between(-3, 6)),
        ("minItems", between(0, 2)),
        ("required", names()),
        (
            "type",
            one_of(vec![json!("boolean"), json!("string"), json!("number")]),
        ),
    ])
}

fn list(items: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    typed(
        "array",
        keys(vec![
            ("items", items),
            ("minItems", between(0, 2)),
            ("maxItems", between(0, 3)),
            ("uniqueItems", flag()),
        ]),
    )
}

fn names() -> BoxedStrategy<Value> {
    let names = vec![json!("a"), json!("b"), json!("c")];
    subsequence(names, 0..=2).prop_map(Value::from).boxed()
}

fn object(value: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let properties = keys(vec![("a", value.clone()), ("b", value.clone())]);
    let others = prop_oneof![3 => flag(), 1 => value].boxed();
    typed(
        "object",
        keys(vec![
            ("properties", properties),
            ("required", names()),
            ("additionalProperties", others),
            ("minProperties", between(0, 2)),
            ("maxProperties", between(0, 2)),
        ]),
    )
}

fn composed(schema: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let list = vec(schema.clone(), 1..=2).prop_map(Value::from).boxed();
    keys(vec![
        ("allOf", list.clone()),
        ("anyOf", list.clone()),
        ("oneOf", list),
        ("not", schema),
    ])
}

/// Schemas that overlap, so that one more of them matters.
fn alternatives() -> BoxedStrategy<Value> {
    let keys = select(vec!["allOf", "anyOf", "oneOf"]);
    (keys, vec(number(), 1..=3))
        .prop_map(|(key, schemas)| json!({ key: schemas }))
        .boxed()
}
