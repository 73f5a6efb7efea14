//! The contract's schemas, as a validator reads them.
//!
//! OpenAPI 3.0 has one word that JSON Schema has not, `nullable`; the contract uses it with
//! `allOf` only.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

pub(super) struct Schemas {
    components: Value,
}

impl Schemas {
    pub(super) fn of(document: &Value) -> Self {
        Self {
            components: json!({ "schemas": translated(&document["components"]["schemas"]) }),
        }
    }

    /// Sees that a value is one that the schema allows.
    #[track_caller]
    pub(super) fn check(&self, case: &str, schema: &Value, value: &Value) {
        let validator = self.validator(schema);
        let errors: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{case}: {errors:#?}");
    }

    fn validator(&self, schema: &Value) -> Validator {
        let root = json!({
            "allOf": [translated(schema)],
            "components": self.components,
        });
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&root)
            .expect("the contract's schemas can be read")
    }
}

fn translated(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let inner: Map<String, Value> = object
                .iter()
                .filter(|(name, _)| *name != "nullable" && *name != "example")
                .map(|(name, value)| (name.clone(), translated(value)))
                .collect();
            if object.get("nullable") == Some(&Value::Bool(true)) {
                json!({ "anyOf": [{ "type": "null" }, inner] })
            } else {
                Value::Object(inner)
            }
        }
        Value::Array(items) => items.iter().map(translated).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_check_can_fail() {
    let document = json!({ "components": { "schemas": {
        "Name": { "type": "string", "maxLength": 3 },
        "Guest": {
            "type": "object",
            "additionalProperties": false,
            "required": ["name"],
            "properties": {
                "name": { "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Name" }] },
                "born": { "type": "string", "format": "date" }
            }
        }
    } } });
    let schemas = Schemas::of(&document);
    let validator = schemas.validator(&json!({ "$ref": "#/components/schemas/Guest" }));
    for good in [
        json!({ "name": "Ada" }),
        json!({ "name": null, "born": "1815-12-10" }),
    ] {
        assert!(validator.is_valid(&good), "{good}");
    }
    for bad in [
        json!({}),
        json!({ "name": "Grace" }),
        json!({ "name": "Ada", "age": 36 }),
        json!({ "name": "Ada", "born": "1815-13-10" }),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}
