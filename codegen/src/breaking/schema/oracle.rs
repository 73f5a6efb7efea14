//! A JSON Schema validator that knows nothing of this crate is the judge of the sets: what is
//! claimed to be wider must accept every sampled value that was accepted, and the like.

mod random;
mod values;

use super::{Variance, compare};
use crate::breaking::document::{At, Document};
use crate::breaking::edit::Documents;
use crate::breaking::law::Relation;
use crate::breaking::view::View;
use jsonschema::{Draft, Validator};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::collections::HashSet;

/// What the edits from one schema to another do to its set, altogether.
fn relation(old: &Value, new: &Value) -> Relation {
    let document = |schema: &Value| {
        let text = json!({"schema": schema}).to_string();
        Document::parse("schema.json", &text).unwrap_or_else(|found| panic!("{found}"))
    };
    let (old, new) = (document(old), document(new));
    let documents = Documents {
        old: &old,
        new: &new,
    };
    let root = |document| Document::root(document).get("schema").expect("it is there");
    let mut all = Relation::Same;
    let mut seen = HashSet::new();
    let mut open: Vec<(At<'_>, At<'_>, Variance)> = vec![(root(&old), root(&new), Variance::With)];
    while let Some((old, new, above)) = open.pop() {
        let (old, new) = (
            View::new(documents.old, &old),
            View::new(documents.new, &new),
        );
        if !seen.insert((old.at.pointer.clone(), new.at.pointer.clone())) {
            continue;
        }
        let compared = compare(documents, &old, &new);
        for edit in compared.edits {
            all = all.and(match (above, edit.relation) {
                (Variance::With, relation) => relation,
                (Variance::Unknown, Relation::Same) => Relation::Same,
                (Variance::Unknown, _) => Relation::Incomparable,
            });
        }
        for below in compared.below {
            let variance = match above {
                Variance::With => below.variance,
                Variance::Unknown => Variance::Unknown,
            };
            open.push((below.old, below.new, variance));
        }
    }
    all
}

fn swapped(relation: Relation) -> Relation {
    match relation {
        Relation::Wider => Relation::Narrower,
        Relation::Narrower => Relation::Wider,
        other => other,
    }
}

/// A schema of OpenAPI 3.0 in the words of JSON Schema.
fn translated(schema: &Value) -> Value {
    let Value::Object(keys) = schema else {
        return schema.clone();
    };
    let mut translated = Map::new();
    let mut beside = Vec::new();
    for (key, value) in keys {
        match (key.as_str(), value) {
            ("nullable", _) => {}
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(_)) => {
                let plain = key.replace("exclusiveM", "m");
                if let (Value::Bool(true), Some(bound)) = (value, keys.get(&plain)) {
                    beside.push(json!({(key.as_str()): bound}));
                }
            }
            ("format", Value::String(format)) if format == "int32" => {
                beside.push(json!({"minimum": i32::MIN, "maximum": i32::MAX}));
            }
            ("format", Value::String(format)) if format == "int64" => {
                beside.push(json!({"minimum": i64::MIN, "maximum": i64::MAX}));
            }
            ("properties", Value::Object(properties)) => {
                let properties = properties.iter();
                let properties =
                    properties.map(|(name, schema)| (name.clone(), self::translated(schema)));
                translated.insert(key.clone(), Value::Object(properties.collect()));
            }
            ("items" | "additionalProperties" | "not", schema) => {
                translated.insert(key.clone(), self::translated(schema));
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
                let schemas = schemas.iter().map(self::translated);
                translated.insert(key.clone(), schemas.collect());
            }
            _ => {
                translated.insert(key.clone(), value.clone());
            }
        }
    }
    beside.push(Value::Object(translated));
    let all = json!({"allOf": beside});
    if keys.get("nullable") == Some(&Value::Bool(true)) {
        json!({"anyOf": [all, {"type": "null"}]})
    } else {
        all
    }
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&translated(schema))
        .unwrap_or_else(|error| panic!("{error}: {schema}"))
}

/// Whether no sampled value contradicts what is claimed.
fn holds(old: &Value, new: &Value, claimed: Relation) -> Result<(), TestCaseError> {
    let (before, after) = (validator(old), validator(new));
    for value in values::all() {
        let (was, is) = (before.is_valid(value), after.is_valid(value));
        let allowed = match claimed {
            Relation::Same => was == is,
            Relation::Wider => !was || is,
            Relation::Narrower => was || !is,
            Relation::Incomparable => true,
        };
        prop_assert!(
            allowed,
            "claimed {claimed:?}, but {value} was {was} and is {is}\n{old}\n{new}"
        );
    }
    Ok(())
}

#[test]
fn no_value_contradicts_what_is_claimed_of_a_set() {
    let claims: [Cell<u32>; 4] = Default::default();
    let config = ProptestConfig {
        cases: 2500,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let run = TestRunner::new(config).run(&random::edit(), |(old, new)| {
        let claimed = relation(&old, &new);
        let count = &claims[claimed as usize];
        count.set(count.get() + 1);
        prop_assert_eq!(
            relation(&new, &old),
            swapped(claimed),
            "sides swapped\n{}\n{}",
            &old,
            &new
        );
        holds(&old, &new, claimed)
    });
    if let Err(error) = run {
        panic!("{error}");
    }
    // A comparison that claims nothing is never contradicted.
    for (claim, least) in [
        (Relation::Same, 50),
        (Relation::Wider, 200),
        (Relation::Narrower, 200),
        (Relation::Incomparable, 50),
    ] {
        let count = claims[claim as usize].get();
        assert!(count >= least, "{claim:?} was claimed {count} times only");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_schema_is_the_same_as_itself(schema in random::schema()) {
        prop_assert_eq!(relation(&schema, &schema), Relation::Same);
    }
}

/// The judge can find a wrong claim: with the sides of a true one swapped, it does.
#[test]
fn a_wrong_claim_is_contradicted() {
    for (old, new) in [
        (
            json!({"type": "integer", "maximum": 3}),
            json!({"type": "integer", "maximum": 4}),
        ),
        (
            json!({"type": "string", "maxLength": 1}),
            json!({"type": "string"}),
        ),
        (
            json!({"type": "object", "required": ["a"]}),
            json!({"type": "object"}),
        ),
        (
            json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": true}),
            json!({"type": "array", "items": {"type": "integer"}}),
        ),
        (
            json!({"type": "string"}),
            json!({"type": "string", "nullable": true}),
        ),
        (json!({"type": "integer"}), json!({"type": "number"})),
    ] {
        assert_eq!(relation(&old, &new), Relation::Wider, "{old} {new}");
        assert!(holds(&old, &new, Relation::Wider).is_ok(), "{old} {new}");
        assert!(
            holds(&old, &new, Relation::Narrower).is_err(),
            "{old} {new}"
        );
        assert!(holds(&old, &new, Relation::Same).is_err(), "{old} {new}");
    }
}
