//! The contract's schemas, as a validator of JSON Schema reads them.
//!
//! OpenAPI 3.0 has words that JSON Schema 2020-12 has not, or means otherwise: `nullable`,
//! bounds that are exclusive by a flag, and formats of numbers. And it leaves objects open
//! unless they say otherwise, which is for readers: a service that says more than its contract
//! declares has drifted from it, so that every object is closed here.

use std::collections::HashMap;
use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// What is wrong with a value, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// A JSON pointer; empty for the value itself.
    pub(crate) pointer: String,
    pub(crate) text: String,
    /// It has a property that is not declared.
    pub(crate) undeclared: bool,
}

/// Everything that is wrong with a value, each in words, for a schema of a contract.
///
/// # Errors
/// It is no schema; the text says why.
pub fn flaws(contract: &Value, schema: &Value, value: &Value) -> Result<Vec<String>, String> {
    let flaws = Schemas::new(contract).make(schema)?.flaws(value);
    let told = flaws.into_iter().map(|flaw| match flaw.pointer.as_str() {
        "" => flaw.text,
        pointer => format!("{pointer}: {}", flaw.text),
    });
    Ok(told.collect())
}

/// A schema that values can be held against.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    validator: Arc<Validator>,
    /// The type of a value that travels as text, in a header.
    kind: Option<String>,
}

/// Makes schemas, and each only once.
pub(crate) struct Schemas<'a> {
    document: &'a Value,
    components: Value,
    made: HashMap<String, Arc<Validator>>,
}

impl<'a> Schemas<'a> {
    pub(crate) fn new(document: &'a Value) -> Self {
        let components = document.pointer("/components/schemas");
        let translated = match components {
            Some(Value::Object(schemas)) => each(schemas),
            _ => Value::Object(Map::new()),
        };
        Self {
            document,
            components: json!({ "schemas": translated }),
            made: HashMap::new(),
        }
    }

    /// # Errors
    /// It is no schema; the text says why.
    pub(crate) fn make(&mut self, schema: &Value) -> Result<Schema, String> {
        let key = schema.to_string();
        let validator = match self.made.get(&key) {
            Some(validator) => Arc::clone(validator),
            None => {
                let validator = Arc::new(self.compile(schema)?);
                self.made.insert(key, Arc::clone(&validator));
                validator
            }
        };
        Ok(Schema {
            validator,
            kind: self.kind(schema),
        })
    }

    fn compile(&self, schema: &Value) -> Result<Validator, String> {
        let root = json!({ "allOf": [translated(schema)], "components": self.components });
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&root)
            .map_err(|error| error.to_string())
    }

    /// The `type`, looked for behind a reference and an `allOf` of one.
    fn kind(&self, schema: &Value) -> Option<String> {
        let mut schema = schema;
        // A chain that is longer than this goes in a circle.
        for _ in 0..32 {
            if let Some(kind) = schema.get("type").and_then(Value::as_str) {
                return Some(kind.to_owned());
            }
            schema = match schema.get("$ref").and_then(Value::as_str) {
                Some(reference) => self.document.pointer(reference.strip_prefix('#')?)?,
                None => schema.get("allOf")?.get(0)?,
            };
        }
        None
    }
}

impl Schema {
    /// Everything that is wrong with a value.
    pub(crate) fn flaws(&self, value: &Value) -> Vec<Flaw> {
        self.validator
            .iter_errors(value)
            .map(|error| Flaw {
                pointer: error.instance_path().to_string(),
                // OpenAPI 3.0 cannot say `false`; where an object declares nothing at all, it
                // is how the validator puts the same.
                undeclared: matches!(
                    error.kind(),
                    ValidationErrorKind::AdditionalProperties { .. }
                        | ValidationErrorKind::FalseSchema
                ),
                text: error.to_string(),
            })
            .collect()
    }

    /// Everything that is wrong with a value that travels as text.
    pub(crate) fn flaws_of_text(&self, text: &str) -> Vec<Flaw> {
        // Only as JSON writes it: `+1`, `01` or ` 1` are spellings that another reader refuses.
        let read = match self.kind.as_deref() {
            Some("integer") => text
                .parse()
                .ok()
                .filter(|number: &i64| number.to_string() == text)
                .map(Value::from),
            Some("number" | "boolean") if text.trim() == text => serde_json::from_str(text).ok(),
            Some("number" | "boolean") => None,
            _ => Some(Value::from(text)),
        };
        match read {
            Some(value) => self.flaws(&value),
            None => vec![Flaw {
                pointer: String::new(),
                text: format!("{text:?} is no {}", self.kind.as_deref().unwrap_or("text")),
                undeclared: false,
            }],
        }
    }
}

fn each(schemas: &Map<String, Value>) -> Value {
    let translated = schemas
        .iter()
        .map(|(name, schema)| (name.clone(), translated(schema)));
    Value::Object(translated.collect())
}

/// A schema of OpenAPI 3.0 in the words of JSON Schema 2020-12.
fn translated(schema: &Value) -> Value {
    let Value::Object(object) = schema else {
        return schema.clone();
    };
    // OpenAPI 3.0 has everything beside a reference ignored.
    if let Some(reference) = object.get("$ref") {
        return json!({ "$ref": reference });
    }
    let mut out = Map::new();
    for (key, value) in object {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => each(properties),
            ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
                schemas.iter().map(translated).collect()
            }
            ("items" | "not", schema) => translated(schema),
            ("additionalProperties", Value::Object(_)) => translated(value),
            (
                "nullable"
                | "example"
                | "default"
                | "exclusiveMinimum"
                | "exclusiveMaximum"
                | "additionalProperties",
                _,
            ) => continue,
            (_, value) => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    exclude(object, &mut out, "minimum", "exclusiveMinimum");
    exclude(object, &mut out, "maximum", "exclusiveMaximum");
    let is_object = object.get("type").and_then(Value::as_str) == Some("object")
        || object.contains_key("properties");
    if is_object && !out.contains_key("additionalProperties") {
        out.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    let out = match object.get("format").and_then(Value::as_str) {
        Some("int32") => json!({ "allOf": [out, { "minimum": i32::MIN, "maximum": i32::MAX }] }),
        Some("int64") => json!({ "allOf": [out, { "minimum": i64::MIN, "maximum": i64::MAX }] }),
        _ => Value::Object(out),
    };
    if object.get("nullable") == Some(&Value::Bool(true)) {
        // Not `anyOf`, whose errors do not say what is wrong inside.
        json!({ "if": { "not": { "type": "null" } }, "then": out })
    } else {
        out
    }
}

/// A bound that is exclusive has a key of its own in JSON Schema.
fn exclude(object: &Map<String, Value>, out: &mut Map<String, Value>, bound: &str, flag: &str) {
    if object.get(flag) == Some(&Value::Bool(true))
        && let Some(value) = out.remove(bound)
    {
        out.insert(flag.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(schema: &Value) -> Schema {
        let document = json!({ "components": { "schemas": {
            "Name": { "type": "string", "maxLength": 3 },
            "Count": { "type": "integer", "format": "int32", "minimum": 0, "exclusiveMinimum": true },
            "Guest": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": { "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Name" }] },
                    "born": { "type": "string", "format": "date" },
                    "example": { "type": "boolean", "example": true }
                }
            }
        } } });
        Schemas::new(&document).make(schema).unwrap()
    }

    #[test]
    fn values_are_held_against_every_word_of_a_schema() {
        let guest = schema(&json!({ "$ref": "#/components/schemas/Guest" }));
        for good in [
            json!({ "name": "Ada" }),
            json!({ "name": null, "born": "1815-12-10", "example": false }),
        ] {
            assert_eq!(guest.flaws(&good), [], "{good}");
        }
        for (bad, pointer) in [
            (json!({}), ""),
            (json!({ "name": "Grace" }), "/name"),
            (json!({ "name": "Ada", "born": "1815-13-10" }), "/born"),
            (json!({ "name": "Ada", "example": 1 }), "/example"),
        ] {
            let flaws = guest.flaws(&bad);
            assert_eq!(flaws.len(), 1, "{bad}: {flaws:?}");
            assert_eq!(flaws[0].pointer, pointer, "{bad}");
            assert!(!flaws[0].undeclared, "{bad}");
        }
    }

    #[test]
    fn a_property_that_is_not_declared_is_a_flaw_of_an_open_object_too() {
        let flaws = schema(&json!({ "$ref": "#/components/schemas/Guest" }))
            .flaws(&json!({ "name": "Ada", "age": 36 }));
        assert_eq!(flaws.len(), 1);
        assert!(flaws[0].undeclared);
        for open in [
            json!({ "type": "object", "additionalProperties": true, "properties": {} }),
            json!({ "type": "object" }),
            json!({ "properties": { "name": {} } }),
        ] {
            assert!(
                schema(&open).flaws(&json!({ "age": 36 }))[0].undeclared,
                "{open}"
            );
        }
        // A map declares all of its properties at once.
        let map = json!({ "type": "object", "additionalProperties": { "type": "integer" } });
        assert_eq!(schema(&map).flaws(&json!({ "age": 36 })), []);
        assert_eq!(schema(&map).flaws(&json!({ "age": "old" })).len(), 1);
    }

    #[test]
    fn bounds_and_widths_are_those_of_openapi() {
        let count = schema(&json!({ "$ref": "#/components/schemas/Count" }));
        for (value, good) in [
            (json!(1), true),
            (json!(0), false),
            (json!(2_147_483_647_i64), true),
            (json!(2_147_483_648_i64), false),
            (json!(1.5), false),
        ] {
            assert_eq!(count.flaws(&value).is_empty(), good, "{value}");
        }
    }

    #[test]
    fn text_is_read_as_the_type_that_it_stands_for() {
        let count = schema(&json!({ "allOf": [{ "$ref": "#/components/schemas/Count" }] }));
        for (text, good) in [
            ("1", true),
            ("0", false),
            ("+1", false),
            ("01", false),
            (" 1", false),
            ("1.0", false),
            ("one", false),
            ("", false),
        ] {
            assert_eq!(count.flaws_of_text(text).is_empty(), good, "{text:?}");
        }
        let name = schema(&json!({ "$ref": "#/components/schemas/Name" }));
        assert_eq!(name.flaws_of_text("1"), []);
        assert_eq!(name.flaws_of_text("1234").len(), 1);
        let flag = schema(&json!({ "type": "boolean" }));
        assert_eq!(flag.flaws_of_text("true"), []);
        assert_eq!(flag.flaws_of_text("yes").len(), 1);
    }
}
