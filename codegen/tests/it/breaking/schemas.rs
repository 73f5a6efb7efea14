//! Edits of one schema that both requests and answers have: what a person is told of each.

use super::{changes, golden, listed};
use serde_json::{Value, json};

/// What the edit is, the schema before it, and the schema after it.
type Edit = (&'static str, Value, Value);

fn edits() -> Vec<Edit> {
    let mut edits = of_values();
    edits.extend(of_objects());
    edits.extend(of_compositions());
    edits
}

fn of_values() -> Vec<Edit> {
    let integer = |keys: Value| with(json!({"type": "integer"}), keys);
    let number = |keys: Value| with(json!({"type": "number"}), keys);
    let text = |keys: Value| with(json!({"type": "string"}), keys);
    vec![
        (
            "another type",
            text(json!({"maxLength": 5})),
            integer(json!({"maximum": 5})),
        ),
        (
            "integers become numbers",
            integer(json!({})),
            number(json!({})),
        ),
        (
            "a bound of integers is written in another way",
            integer(json!({"minimum": 0, "exclusiveMinimum": true})),
            integer(json!({"minimum": 1})),
        ),
        (
            "the same for numbers",
            number(json!({"minimum": 0, "exclusiveMinimum": true})),
            number(json!({"minimum": 1})),
        ),
        (
            "both ends move",
            integer(json!({"minimum": 1, "maximum": 9})),
            integer(json!({"minimum": 2, "maximum": 10})),
        ),
        (
            "a keyword that means nothing for the type is added",
            integer(json!({})),
            integer(json!({"maxLength": 5})),
        ),
        (
            "a bound that bounds nothing is added",
            text(json!({})),
            text(json!({"minLength": 0})),
        ),
        (
            "multiples of a multiple",
            number(json!({"multipleOf": 0.5})),
            number(json!({"multipleOf": 1.5})),
        ),
        (
            "values of an enum come and go",
            text(json!({"enum": ["a", "b", "c"]})),
            text(json!({"enum": ["c", "d", "a", "e"]})),
        ),
        (
            "an enum is opened",
            text(json!({"enum": ["a"]})),
            text(json!({})),
        ),
        (
            "a pattern changes",
            text(json!({"pattern": "^[a-z]+(-[a-z]+)*$"})),
            text(json!({"pattern": "^[a-z]{1,20}(-[a-z]{1,20}){0,3}(_[0-9]{1,20}){0,3}$"})),
        ),
        (
            "null is accepted",
            text(json!({})),
            text(json!({"nullable": true})),
        ),
        (
            "null is accepted, as OpenAPI 3.1 says it",
            text(json!({})),
            json!({"type": ["string", "null"]}),
        ),
        (
            "a default is added",
            text(json!({})),
            text(json!({"default": "a"})),
        ),
        (
            "a default changes",
            text(json!({"default": "a"})),
            text(json!({"default": "b"})),
        ),
        (
            "a default goes",
            text(json!({"default": "a"})),
            text(json!({})),
        ),
    ]
}

fn of_objects() -> Vec<Edit> {
    let closed = |keys: Value| {
        with(
            json!({"type": "object", "additionalProperties": false}),
            keys,
        )
    };
    let open = |keys: Value| with(json!({"type": "object"}), keys);
    let a = || json!({"properties": {"a": {"type": "string"}}});
    let must = || json!({"properties": {"a": {"type": "string"}}, "required": ["a"]});
    let others = |most: u32| json!({"additionalProperties": {"type": "string", "maxLength": most}});
    let list = |keys: Value| with(json!({"type": "array"}), keys);
    vec![
        (
            "an optional property is added to a closed object",
            closed(json!({})),
            closed(a()),
        ),
        (
            "a required property is added to a closed object",
            closed(json!({})),
            closed(must()),
        ),
        (
            "an optional property is added to an open object",
            open(json!({})),
            open(a()),
        ),
        (
            "a required property is added to an open object",
            open(json!({})),
            open(must()),
        ),
        (
            "an optional property goes from a closed object",
            closed(a()),
            closed(json!({})),
        ),
        (
            "a required property goes from a closed object",
            closed(must()),
            closed(json!({})),
        ),
        (
            "an optional property goes from an open object",
            open(a()),
            open(json!({})),
        ),
        (
            "a required property goes from an open object",
            open(must()),
            open(json!({})),
        ),
        ("a property must be there", open(a()), open(must())),
        (
            "a property that is not listed must be there",
            open(json!({})),
            open(json!({"required": ["a"]})),
        ),
        (
            "an object is opened, and lists one more",
            closed(json!({})),
            open(a()),
        ),
        ("an object is closed", open(a()), closed(a())),
        (
            "properties that are not listed get a rule",
            open(json!({})),
            open(others(9)),
        ),
        ("their rule is tightened", open(others(9)), open(others(8))),
        (
            "one of them is listed, with the same rule",
            open(others(9)),
            open(with(
                others(9),
                json!({"properties": {"a": {"type": "string", "maxLength": 9}}}),
            )),
        ),
        (
            "items are tightened, and there may be more",
            list(json!({"items": {"type": "integer", "maximum": 9}, "maxItems": 5})),
            list(json!({"items": {"type": "integer", "maximum": 8}, "maxItems": 6})),
        ),
    ]
}

fn of_compositions() -> Vec<Edit> {
    let short = |most: u32| json!({"type": "string", "maxLength": most});
    let integer = || json!({"type": "integer", "maximum": 9});
    let refers = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let of = |key: &str, schemas: &[Value]| json!({ key: schemas });
    vec![
        (
            "a reference is wrapped, and may be null",
            refers("Word"),
            json!({"allOf": [refers("Word")], "nullable": true}),
        ),
        (
            "null stays accepted, whatever stands around it",
            refers("OrNull"),
            json!({"allOf": [refers("OrNull")], "nullable": false}),
        ),
        (
            "a wrapped reference has an extension",
            json!({"allOf": [refers("Word")]}),
            json!({"allOf": [refers("Word")], "x-unknown": 1}),
        ),
        (
            "a wrapped reference leads elsewhere",
            json!({"allOf": [refers("Word")]}),
            refers("Name"),
        ),
        (
            "the schema is a reference now",
            json!({"type": "string", "maxLength": 9}),
            refers("Word"),
        ),
        (
            "a reference leads nowhere",
            refers("Word"),
            refers("Nothing"),
        ),
        (
            "a reference becomes one of two in an `allOf`",
            refers("Word"),
            of("allOf", &[json!({"minLength": 1}), refers("Word")]),
        ),
        (
            "one of two in an `allOf` is left, and is tightened",
            of("allOf", &[json!({"pattern": "^a"}), short(9)]),
            short(8),
        ),
        (
            "`allOf` gains a schema",
            of("allOf", &[refers("Word"), short(8)]),
            of(
                "allOf",
                &[refers("Word"), short(8), json!({"minLength": 1})],
            ),
        ),
        (
            "`anyOf` loses one of its schemas, and changes their order",
            of("anyOf", &[short(9), integer(), json!({"type": "boolean"})]),
            of("anyOf", &[json!({"type": "boolean"}), short(9)]),
        ),
        (
            "a schema in `oneOf` is loosened",
            of("oneOf", &[short(8), integer()]),
            of("oneOf", &[integer(), short(9)]),
        ),
        (
            "only the words in `oneOf` change",
            of(
                "oneOf",
                &[short(8), with(integer(), json!({"description": "One."}))],
            ),
            of(
                "oneOf",
                &[short(8), with(integer(), json!({"description": "Other."}))],
            ),
        ),
        (
            "`oneOf` gains a schema",
            of("oneOf", &[short(8)]),
            of("oneOf", &[short(8), integer()]),
        ),
        (
            "what is excluded changes",
            json!({"type": "string", "not": short(2)}),
            json!({"type": "string", "not": short(1)}),
        ),
        (
            "a schema that contains itself is changed below itself",
            refers("Tree"),
            refers("SmallTree"),
        ),
    ]
}

fn with(mut schema: Value, keys: Value) -> Value {
    let (Some(entries), Value::Object(keys)) = (schema.as_object_mut(), keys) else {
        panic!("both are objects");
    };
    entries.extend(keys);
    schema
}

/// A contract whose requests and answers have this schema.
fn contract(schema: &Value) -> String {
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Edited"}}});
    let tree = |most: u32| {
        let this = if most == 9 { "Tree" } else { "SmallTree" };
        let branches = json!({"$ref": format!("#/components/schemas/{this}")});
        json!({"type": "object", "properties": {
            "name": {"type": "string", "maxLength": most},
            "branches": {"type": "array", "items": branches},
        }})
    };
    // All of them are used, so that nothing is said of them.
    let used = ["Word", "Name", "OrNull", "Tree", "SmallTree"].map(|name| {
        json!({"name": name, "in": "cookie", "schema": {"$ref": format!("#/components/schemas/{name}")}})
    });
    let contract = json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1.0.0"},
        "paths": {"/things": {"post": {
            "operationId": "editThing",
            "parameters": used,
            "requestBody": {"content": content},
            "responses": {"200": {"description": "Done.", "content": content}},
        }}},
        "components": {"schemas": {
            "Edited": schema,
            "Word": {"type": "string", "maxLength": 9},
            "Name": {"type": "string", "maxLength": 20},
            "OrNull": {"type": "string", "nullable": true},
            "Tree": tree(9),
            "SmallTree": tree(8),
        }},
    });
    contract.to_string()
}

#[test]
fn edits_of_schemas_are_judged_in_both_directions() {
    let mut shown = String::new();
    for (what, old, new) in edits() {
        let (old, new) = (contract(&old), contract(&new));
        let comparison = changes(&old, &new);
        let back = changes(&new, &old);
        assert_eq!(
            comparison.worst().is_some(),
            back.worst().is_some(),
            "{what}"
        );
        shown += &format!("{what}\n{}\n", listed(&comparison).replace(":1 ", " "));
    }
    golden::check("schemas.txt", &shown);
}
