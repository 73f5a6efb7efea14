//! Contracts that make no sense: whatever stands there, a comparison ends, says where, and finds
//! no difference between a contract and itself.

use super::patch::{pointers, set};
use super::{changes, document, listed};
use booking_codegen::breaking::{Verdict, compare};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

fn contract() -> Value {
    serde_json::from_str(include_str!("../../breaking/contract.json")).expect("it is JSON")
}

/// What may stand where something else is expected.
fn odd() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1.5),
        json!(u64::MAX),
        json!("x"),
        json!("#/components/schemas/Tree"),
        json!([]),
        json!([1, {}, [null]]),
        json!({}),
        json!({"$ref": 7}),
        json!({"$ref": "#/nowhere"}),
        json!({"$ref": "#/components/schemas/Tree"}),
        json!({"$ref": "#/paths/~1things~1{id}/get"}),
        json!({"allOf": [{"$ref": "#/components/schemas/Tree"}]}),
        json!({"type": ["string", 1], "enum": "a", "minimum": "1", "required": [1]}),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_there_a_comparison_ends_and_says_where(
        edits in proptest::collection::vec((any::<Index>(), select(odd())), 1..4),
    ) {
        let old = contract();
        let mut new = old.clone();
        for (index, value) in edits {
            let all = pointers(&new);
            if !all.is_empty() {
                let pointer: &String = index.get(&all);
                set(&mut new, pointer, value);
            }
        }
        let (old, new) = (document(&old.to_string()), document(&new.to_string()));
        for comparison in [compare(&old, &new), compare(&new, &old)] {
            for change in &comparison.changes {
                prop_assert!(change.place().span.line >= 1, "{change:?}");
                prop_assert!(!change.message.is_empty() && !change.reason.is_empty());
            }
        }
        prop_assert_eq!(listed(&compare(&new, &new)), "  no change\n");
    }
}

#[test]
fn references_in_circles_come_to_an_end() {
    let around = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let mut old = contract();
    set(&mut old, "/components/schemas/Color", around("Thing"));
    set(&mut old, "/components/schemas/Thing", around("Color"));
    set(
        &mut old,
        "/components/schemas/Tree",
        json!({"allOf": [around("Tree")]}),
    );
    set(
        &mut old,
        "/components/responses/NotFound",
        json!({"$ref": "#/components/responses/NotFound"}),
    );
    assert_eq!(
        listed(&changes(&old.to_string(), &old.to_string())),
        "  no change\n"
    );
    let comparison = changes(&contract().to_string(), &old.to_string());
    assert_eq!(comparison.worst(), Some(Verdict::Breaking));
}

#[test]
fn a_chain_of_components_may_be_long() {
    let chain = |most: u32| {
        let mut contract = contract();
        for link in 0..3000 {
            let next = json!({"$ref": format!("#/components/schemas/Link{}", link + 1)});
            let schema = json!({"type": "object", "properties": {"next": next}});
            set(
                &mut contract,
                &format!("/components/schemas/Link{link}"),
                schema,
            );
        }
        let last = json!({"type": "string", "maxLength": most});
        set(&mut contract, "/components/schemas/Link3000", last);
        set(
            &mut contract,
            "/components/schemas/Tree",
            json!({"$ref": "#/components/schemas/Link0"}),
        );
        contract.to_string()
    };
    let comparison = changes(&chain(9), &chain(10));
    let found: Vec<&str> = comparison
        .changes
        .iter()
        .map(|change| change.place().pointer.as_str())
        .collect();
    assert_eq!(found, ["/components/schemas/Link3000/maxLength"]);
    assert_eq!(comparison.worst(), Some(Verdict::Breaking));
}
