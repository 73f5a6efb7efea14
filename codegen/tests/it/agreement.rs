//! The fast way (serde, straight into constrained types) and the slow way (a second look that
//! lists violations) agree on every value: what the one refuses, the other explains.

use std::collections::BTreeMap;

use contract_runtime::{Inspect, Violation, Violations};
use proptest::prelude::*;
use serde_json::Value;

use crate::accept;
use crate::constraint_cases::CONSTRAINT_CASES;
use crate::constraints::types::Everything;

/// Values that have been mistaken for others somewhere.
const ODD: &[&str] = &[
    "null",
    "true",
    "0",
    "-0",
    "-0.0",
    "5",
    "5.0",
    "5e0",
    "50e-1",
    "0.30000000000000004",
    "1e-7",
    "1e15",
    "1e308",
    "2147483648",
    "9223372036854775808",
    "18446744073709551615",
    "123456789012345678901234567890",
    r#""""#,
    r#""5""#,
    r#""null""#,
    r#"" ab""#,
    r#""ab\n""#,
    r#""a\u0000b""#,
    r#""\ud83d\ude00\ud83d\ude00""#,
    r#""RED""#,
    "[]",
    r#"["red"]"#,
    r#"["red","red"]"#,
    r#"["red","dark-blue"]"#,
    r#"["red","red","red","red"]"#,
    r#"["red",null]"#,
    r#"[["red","red"]]"#,
    "{}",
    r#"{"inner":3}"#,
    r#"{"inner":8}"#,
    r#"{"inner":null}"#,
    r#"{"inner":3,"other":null}"#,
    r#"[{"inner":3}]"#,
    r#"[{"inner":3},{}]"#,
    r#"[{"inner":3},{"inner":3},{"inner":3},{"inner":3}]"#,
];

/// The properties of an object: each name with the JSON text of its value.
type Properties = BTreeMap<String, String>;

/// Every property that the contract knows, and two that it does not.
fn names() -> Vec<String> {
    let contract = accept::load("constraints");
    let known = contract.document["components"]["schemas"]["Everything"]["properties"]
        .as_object()
        .expect("the contract has the schema")
        .keys();
    let unknown = ["unknown", "Needed"].map(str::to_owned);
    known.cloned().chain(unknown).collect()
}

fn values() -> Vec<String> {
    let cases = CONSTRAINT_CASES.iter().flat_map(|case| {
        let invalid = case.invalid.iter().map(|(value, _)| value);
        let values = case.valid.iter().chain(invalid);
        values.map(|value| case.in_json(value))
    });
    let odd = ODD.iter().map(|value| (*value).to_owned());
    cases.chain(odd).collect()
}

/// What every valid object has.
fn least() -> Properties {
    [("needed", r#""abc""#), ("needed_or_null", "null")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn json(properties: &Properties) -> String {
    let members: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name:?}:{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn fast(text: &str) -> Result<Everything, serde_json::Error> {
    serde_json::from_str(text)
}

fn slow(text: &str) -> Vec<Violation> {
    let value: Value = serde_json::from_str(text).expect("the text is JSON");
    let mut violations = Violations::new();
    Everything::inspect(&value, &mut violations);
    violations.into_vec()
}

/// The values that each property takes on its own.
fn accepted() -> Vec<(String, String)> {
    let values = values();
    let mut accepted = Vec::new();
    for name in names() {
        for value in &values {
            let mut properties = least();
            properties.insert(name.clone(), value.clone());
            if fast(&json(&properties)).is_ok() {
                accepted.push((name.clone(), value.clone()));
            }
        }
    }
    accepted
}

#[test]
fn both_ways_agree_on_every_value_of_every_property() {
    let values = values();
    for name in names() {
        for value in &values {
            let mut properties = least();
            properties.insert(name.clone(), value.clone());
            let text = json(&properties);
            let (fast, slow) = (fast(&text), slow(&text));
            assert_eq!(fast.is_ok(), slow.is_empty(), "{text}: {fast:?}, {slow:?}");
        }
    }
}

#[test]
fn every_property_takes_some_values_and_refuses_others() {
    let accepted = accepted();
    let count = values().len();
    for name in names() {
        let taken = accepted.iter().filter(|(taken, _)| *taken == name).count();
        if ["unknown", "Needed"].contains(&name.as_str()) {
            assert_eq!(taken, 0, "{name}");
        } else {
            assert!(
                (1..count).contains(&taken),
                "{name} takes {taken} of {count}"
            );
        }
    }
}

#[test]
fn what_is_no_object_is_refused_both_ways() {
    for value in values() {
        let is_object = value.starts_with('{');
        assert!(fast(&value).is_err(), "{value}");
        let codes: Vec<String> = slow(&value)
            .iter()
            .map(|violation| violation.field.clone())
            .collect();
        assert_eq!(codes == ["body"], !is_object, "{value}: {codes:?}");
    }
}

/// Some of the values that properties take; at most one for each.
fn valid() -> impl Strategy<Value = Properties> {
    let accepted = accepted();
    let count = accepted.len();
    proptest::sample::subsequence(accepted, 0..=count.min(60)).prop_map(|chosen| {
        let mut properties = least();
        properties.extend(chosen);
        properties
    })
}

/// Valid properties, of which a few are replaced or removed.
fn almost_valid() -> impl Strategy<Value = Properties> {
    let change = (
        proptest::sample::select(names()),
        proptest::option::weighted(0.8, proptest::sample::select(values())),
    );
    (valid(), proptest::collection::vec(change, 0..4)).prop_map(|(mut properties, changes)| {
        for (name, value) in changes {
            match value {
                Some(value) => properties.insert(name, value),
                None => properties.remove(&name),
            };
        }
        properties
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_ways_agree_on_any_object(properties in almost_valid()) {
        let text = json(&properties);
        let (fast, slow) = (fast(&text), slow(&text));
        prop_assert_eq!(fast.is_ok(), slow.is_empty(), "{}: {:?}, {:?}", text, fast, slow);
    }

    #[test]
    fn what_was_read_is_written_and_read_again_as_the_same(properties in valid()) {
        let first = fast(&json(&properties)).expect("each value is valid, and so are all");
        let written = serde_json::to_string(&first).expect("what was read can be written");
        prop_assert_eq!(slow(&written), []);
        let second = fast(&written).expect("what was written can be read");
        prop_assert_eq!(&first, &second);
        // Every property that was given is written again, and no other.
        let names: Vec<String> = properties.into_keys().collect();
        let value: Value = serde_json::from_str(&written).expect("it is JSON");
        let object = value.as_object().expect("it is an object");
        let mut rewritten: Vec<String> = object.keys().cloned().collect();
        rewritten.sort();
        prop_assert_eq!(names, rewritten);
    }
}
