//! The same contract written in another way is no change; and a contract that says anything else
//! is one.

use super::patch::{pointers, remove, set};
use super::{changes, document, listed, without_security};
use booking_codegen::breaking::compare;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Contracts to write in another way.
fn contracts() -> Vec<Value> {
    let everything = include_str!("../../valid/everything.yaml");
    let everything = booking_codegen::load("everything.yaml", everything);
    vec![
        without_security(
            everything
                .unwrap_or_else(|found| panic!("{found}"))
                .document,
        ),
        serde_json::from_str(include_str!("../../breaking/contract.json")).expect("it is JSON"),
    ]
}

/// Lists whose order means nothing.
const SETS: [&str; 5] = [
    "required",
    "enum",
    "x-error-codes",
    "parameters",
    "security",
];

/// A source of choices that a seed decides: the same each time.
struct Choices(u64);

impl Choices {
    /// A number below `count`.
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(self.0 >> 33).expect("31 bits fit");
        high % count
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for index in (1..list.len()).rev() {
            list.swap(index, self.below(index + 1));
        }
    }
}

/// JSON text with its keys, and the lists whose order means nothing, in another order.
fn shuffled(value: &Value, key: &str, choices: &mut Choices) -> String {
    match value {
        Value::Object(entries) => {
            let mut texts: Vec<String> = entries
                .iter()
                .map(|(key, value)| {
                    let name = Value::from(key.as_str());
                    format!("{name}: {}", shuffled(value, key, choices))
                })
                .collect();
            choices.shuffle(&mut texts);
            format!("{{{}}}", texts.join(", "))
        }
        Value::Array(items) => {
            let items = items.iter();
            let mut texts: Vec<String> = items.map(|item| shuffled(item, "", choices)).collect();
            if SETS.contains(&key) {
                choices.shuffle(&mut texts);
            }
            format!("[{}]", texts.join(", "))
        }
        other => other.to_string(),
    }
}

/// A contract with some of its references replaced by what they refer to.
fn inlined(value: &Value, root: &Value, above: &[&str], choices: &mut Choices) -> Value {
    match value {
        Value::Object(entries) => {
            if let Some(Value::String(target)) = entries.get("$ref") {
                let recursive = above.contains(&target.as_str());
                if !recursive && choices.below(2) == 0 {
                    let pointer = target.trim_start_matches('#');
                    let referred = root.pointer(pointer).expect("it leads somewhere");
                    let above: Vec<&str> = above.iter().copied().chain([target.as_str()]).collect();
                    return inlined(referred, root, &above, choices);
                }
            }
            let entries = entries
                .iter()
                .map(|(key, value)| (key.clone(), inlined(value, root, above, choices)));
            Value::Object(entries.collect())
        }
        Value::Array(items) => {
            let items = items.iter();
            let items = items.map(|item| inlined(item, root, above, choices));
            Value::Array(items.collect())
        }
        other => other.clone(),
    }
}

/// A contract with other names for its components.
fn renamed(contract: &Value) -> Value {
    let mut renamed = contract.clone();
    let sections = contract["components"].as_object().expect("it has some");
    for (section, components) in sections {
        let components = components.as_object().expect("each has some").iter();
        let components = components.map(|(name, value)| (format!("Other{name}"), value.clone()));
        renamed["components"][section] = Value::Object(components.collect::<Map<_, _>>());
    }
    let text = renamed.to_string();
    let references = sections.keys().fold(text, |text, section| {
        let from = format!("#/components/{section}/");
        text.replace(&from, &format!("{from}Other"))
    });
    let mut renamed: Value = serde_json::from_str(&references).expect("it is still JSON");
    // Security schemes are referred to by name.
    if let Some(ways) = renamed.get_mut("security").and_then(Value::as_array_mut) {
        for way in ways {
            let schemes = way.as_object().expect("a way in has schemes").iter();
            let schemes = schemes.map(|(name, scopes)| (format!("Other{name}"), scopes.clone()));
            *way = Value::Object(schemes.collect::<Map<_, _>>());
        }
    }
    renamed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_order_is_no_change(seed in any::<u64>()) {
        for contract in contracts() {
            let new = shuffled(&contract, "", &mut Choices(seed));
            prop_assert_eq!(listed(&changes(&contract.to_string(), &new)), "  no change\n");
            prop_assert_eq!(listed(&changes(&new, &contract.to_string())), "  no change\n");
        }
    }

    #[test]
    fn what_stands_inline_instead_of_a_reference_is_no_change(seed in any::<u64>()) {
        for contract in contracts() {
            let mut new = contract.clone();
            new["paths"] = inlined(&contract["paths"], &contract, &[], &mut Choices(seed));
            let (old, new) = (contract.to_string(), new.to_string());
            prop_assert_eq!(listed(&changes(&old, &new)), "  no change\n");
            prop_assert_eq!(listed(&changes(&new, &old)), "  no change\n");
        }
    }
}

#[test]
fn other_names_of_components_are_no_change() {
    for mut contract in contracts() {
        if contract["components"].get("securitySchemes").is_some() {
            set(&mut contract, "/security/-", json!({"key": []}));
        }
        let new = renamed(&contract);
        assert_ne!(contract, new);
        assert_eq!(
            listed(&changes(&contract.to_string(), &new.to_string())),
            "  no change\n"
        );
    }
}

/// Another value of the same kind, if it is a single one.
fn other(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(value) => Some(Value::from(!value)),
        Value::Number(number) => Some(Value::from(number.as_f64()? + 1.0)),
        Value::String(text) => Some(Value::from(format!("{text}x"))),
        _ => None,
    }
}

/// What means the same when it is gone: it says what absence means.
fn means_nothing(contract: &Value, pointer: &str) -> bool {
    let key = pointer.rsplit('/').next().unwrap_or_default();
    let value = contract.pointer(pointer).expect("it is there");
    matches!(
        (key, value.to_string().as_str()),
        ("required" | "explode", "false")
            | ("security", "[]")
            | ("style", "\"simple\"" | "\"form\"")
    ) || (key == "explode" && pointer.contains("/parameters/0/"))
}

#[test]
fn nothing_that_is_taken_away_or_changed_goes_unseen() {
    let contract = contracts().remove(0);
    let old = document(&contract.to_string());
    let mut all = pointers(&contract);
    // One place of each kind: the last three keys say what it is.
    let mut kinds = BTreeSet::new();
    all.retain(|pointer| {
        let mut steps: Vec<&str> = pointer.rsplit('/').take(3).collect();
        steps.retain(|step| step.parse::<usize>().is_err());
        kinds.insert(steps.join("/"))
    });
    assert!(all.len() > 200, "{} places", all.len());
    let mut unseen = Vec::new();
    for pointer in &all {
        let mut without = contract.clone();
        remove(&mut without, pointer);
        let seen = !compare(&old, &document(&without.to_string()))
            .changes
            .is_empty();
        if seen == means_nothing(&contract, pointer) {
            unseen.push(format!("{pointer} removed: seen is {seen}"));
        }
        let value = contract.pointer(pointer).expect("it is there");
        if let Some(value) = other(value) {
            let mut changed = contract.clone();
            set(&mut changed, pointer, value);
            if compare(&old, &document(&changed.to_string()))
                .changes
                .is_empty()
            {
                unseen.push(format!("{pointer} changed"));
            }
        }
    }
    assert_eq!(unseen, Vec::<String>::new());
}
