//! Edits outside of schemas that other tools miss or play down, and edits that are none.

mod contents;
mod operations;

use super::patch::{remove, set};
use super::{changes, golden, listed};
use serde_json::{Value, json};

/// How one of two equal contracts is changed.
enum Op {
    Set(&'static str, Value),
    Remove(&'static str),
    Move(&'static str, &'static str),
}

use Op::{Move, Remove, Set};

/// An edit. `both` is done to both contracts first.
struct Edit {
    what: &'static str,
    both: Vec<Op>,
    new: Vec<Op>,
}

fn edit(what: &'static str, new: Vec<Op>) -> Edit {
    let both = Vec::new();
    Edit { what, both, new }
}

impl Edit {
    fn given(mut self, both: Vec<Op>) -> Self {
        self.both = both;
        self
    }
}

fn apply(contract: &mut Value, ops: &[Op]) {
    for op in ops {
        match op {
            Set(pointer, value) => set(contract, pointer, value.clone()),
            Remove(pointer) => drop(remove(contract, pointer)),
            Move(from, to) => {
                let value = remove(contract, from);
                set(contract, to, value);
            }
        }
    }
}

fn contract() -> Value {
    serde_json::from_str(include_str!("../../../breaking/contract.json")).expect("it is JSON")
}

fn edits() -> Vec<Edit> {
    let mut edits = operations::names_and_places();
    edits.extend(operations::credentials());
    edits.extend(operations::optional_credentials());
    edits.extend(operations::schemes());
    edits.extend(contents::bodies());
    edits.extend(contents::answers());
    edits.extend(rearrangements());
    edits
}

fn rearrangements() -> Vec<Edit> {
    let color = || json!({"type": "string", "enum": ["red", "blue"]});
    vec![
        edit(
            "an equal schema stands inline",
            vec![Set("/components/schemas/Thing/properties/color", color())],
        ),
        edit(
            "a reference is wrapped into `allOf`",
            vec![Set(
                "/components/schemas/Thing/properties/color",
                json!({"allOf": [{"$ref": "#/components/schemas/Color"}]}),
            )],
        ),
        edit(
            "required names and enum values change their order",
            vec![
                Set("/components/schemas/Thing/required", json!(["color", "id"])),
                Set("/components/schemas/Color/enum", json!(["blue", "red"])),
            ],
        ),
        edit(
            "what absence means is said",
            vec![
                Set(
                    "/paths/~1things~1{id}/get/parameters/1/style",
                    json!("form"),
                ),
                Set(
                    "/paths/~1things~1{id}/get/parameters/1/explode",
                    json!(true),
                ),
                Set(
                    "/paths/~1things~1{id}/get/parameters/1/required",
                    json!(false),
                ),
                Set(
                    "/components/schemas/Thing/properties/note/nullable",
                    json!(false),
                ),
            ],
        ),
        edit(
            "values are marked as personal data",
            vec![Set(
                "/components/schemas/Thing/properties/note/x-personal-data",
                json!(true),
            )],
        ),
        edit(
            "values are not marked as personal data any more",
            vec![Remove(
                "/components/schemas/Thing/properties/note/x-personal-data",
            )],
        )
        .given(vec![Set(
            "/components/schemas/Thing/properties/note/x-personal-data",
            json!(true),
        )]),
        edit(
            "a component that nothing uses is added",
            vec![Set("/components/schemas/Unused", color())],
        ),
        edit(
            "a schema that contains itself is changed below itself",
            vec![Set(
                "/components/schemas/Tree/properties/name/maxLength",
                json!(8),
            )],
        ),
    ]
}

#[test]
fn edits_outside_of_schemas_are_judged() {
    let mut shown = String::new();
    for edit in edits() {
        let mut old = contract();
        apply(&mut old, &edit.both);
        let mut new = old.clone();
        apply(&mut new, &edit.new);
        assert_ne!(old, new, "{}: nothing is edited", edit.what);
        let (old, new) = (old.to_string(), new.to_string());
        let comparison = changes(&old, &new);
        let back = changes(&new, &old);
        let (there, back) = (comparison.worst().is_some(), back.worst().is_some());
        assert_eq!(there, back, "{}: only one way is a change", edit.what);
        shown += &format!(
            "{}\n{}\n",
            edit.what,
            listed(&comparison).replace(":1 ", " ")
        );
    }
    golden::check("edits.txt", &shown);
}
