//! The generator's own proof that no constraint was lost: the document which Dropshot derives
//! from the generated Rust, compared with the contract that the Rust was generated from.
//!
//! Both are brought to one normal form in which every reference is resolved and what is
//! spelled differently but means the same is spelled alike. What Dropshot has no words for
//! is left out of both, and this is the whole list:
//!
//! - answers beyond the first successful one and the shape of errors (Dropshot derives one
//!   success, and `4XX` and `5XX` of one shape), and with them their headers, `links` and
//!   `x-error-codes`;
//! - security: Dropshot knows neither schemes nor requirements. That they are enforced, the tests
//!   of live servers show (`tests/it/security.rs`), and `contract.json` has them;
//! - that a body is optional (Dropshot derives `required: true`);
//! - a list as a query parameter, which is carried as `x-repeated` and made a list again here;
//! - `x-personal-data`, which says nothing of values: what it makes of types is seen in the generated
//!   code (`tests/accept/personal`);
//! - examples, and descriptions other than the operations' own.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// What differs, each with the place where it does. Empty when the two say the same.
///
/// Both documents are OpenAPI 3.0 as JSON; `contract`'s paths stand below `base_path`.
#[must_use]
pub fn differences(contract: &Value, base_path: &str, derived: &Value) -> Vec<String> {
    let expected = Document { root: contract }.normal_form(base_path);
    let found = Document { root: derived }.normal_form("");
    let mut differences = Vec::new();
    compare("", &json!(expected), &json!(found), &mut differences);
    differences
}

fn compare(place: &str, expected: &Value, found: &Value, differences: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let names: std::collections::BTreeSet<&String> =
                expected.keys().chain(found.keys()).collect();
            for name in names {
                let place = format!("{place}/{name}");
                match (expected.get(name), found.get(name)) {
                    (Some(expected), Some(found)) => compare(&place, expected, found, differences),
                    (Some(expected), None) => {
                        differences.push(format!("{place}: lost, the contract says {expected}"));
                    }
                    (None, Some(found)) => {
                        differences.push(format!("{place}: not in the contract: {found}"));
                    }
                    (None, None) => {}
                }
            }
        }
        (expected, found) if expected == found => {}
        (expected, found) => {
            differences.push(format!(
                "{place}: the contract says {expected}, derived is {found}"
            ));
        }
    }
}

struct Document<'a> {
    root: &'a Value,
}

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

impl<'a> Document<'a> {
    fn normal_form(&self, base_path: &str) -> BTreeMap<String, Value> {
        let mut operations = BTreeMap::new();
        for (path, item) in entries(&self.root["paths"]) {
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    let key = format!("{} {base_path}{path}", method.to_uppercase());
                    operations.insert(key, self.operation(item, operation));
                }
            }
        }
        operations
    }

    fn operation(&self, item: &'a Value, operation: &'a Value) -> Value {
        let shared = items(&item["parameters"]);
        let own = items(&operation["parameters"]);
        let parameters: Map<String, Value> = shared
            .chain(own)
            .map(|parameter| self.resolve(parameter))
            .map(|parameter| {
                let key = format!("{}:{}", text(parameter, "in"), text(parameter, "name"));
                (key, self.parameter(parameter))
            })
            .collect();
        let body = self.resolve(&operation["requestBody"]);
        json!({
            "operationId": operation["operationId"],
            "tags": operation["tags"],
            "summary": operation["summary"],
            "description": trimmed(&operation["description"]),
            "parameters": parameters,
            "body": self.content(body),
            "success": self.success(operation),
            "error": self.error(operation),
        })
    }

    fn parameter(&self, parameter: &'a Value) -> Value {
        json!({
            "required": parameter["required"].as_bool().unwrap_or(false),
            "schema": self.schema(&parameter["schema"], &mut Vec::new()),
        })
    }

    /// The schema of a JSON body, or `null` for none.
    fn content(&self, body: &'a Value) -> Value {
        let schema = &body["content"]["application/json"]["schema"];
        if schema.is_null() {
            Value::Null
        } else {
            self.schema(schema, &mut Vec::new())
        }
    }

    fn success(&self, operation: &'a Value) -> Value {
        let first = entries(&operation["responses"]).find(|(status, _)| status.starts_with('2'));
        let Some((status, response)) = first else {
            return Value::Null;
        };
        let response = self.resolve(response);
        let headers: Map<String, Value> = entries(&response["headers"])
            .map(|(name, header)| (name.to_lowercase(), self.parameter(self.resolve(header))))
            .collect();
        json!({ "status": status, "headers": headers, "body": self.content(response) })
    }

    /// The one shape of all errors; several shapes are a list, and equal no derived one.
    fn error(&self, operation: &'a Value) -> Value {
        let mut shapes: Vec<Value> = entries(&operation["responses"])
            .filter(|(status, _)| status.starts_with(['4', '5']))
            .map(|(_, response)| self.content(self.resolve(response)))
            .collect();
        shapes.dedup();
        match shapes.len() {
            1 => shapes.remove(0),
            _ => Value::Array(shapes),
        }
    }

    fn schema(&self, schema: &'a Value, open: &mut Vec<&'a str>) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            if open.contains(&reference) {
                return json!({ "recursive": reference });
            }
            open.push(reference);
            let resolved = self.schema(self.resolve(schema), open);
            open.pop();
            return resolved;
        }
        let mut normal = Map::new();
        for (keyword, value) in entries(schema) {
            match keyword.as_str() {
                "description" | "title" | "example" | "x-personal-data" | "x-repeated" => {}
                "allOf" => {
                    for part in items(value) {
                        if let Value::Object(part) = self.schema(part, open) {
                            normal.extend(part);
                        }
                    }
                }
                "properties" => {
                    let properties: Map<String, Value> = entries(value)
                        .map(|(name, schema)| (name.clone(), self.schema(schema, open)))
                        .collect();
                    normal.insert(keyword.clone(), Value::Object(properties));
                }
                "items" => {
                    normal.insert(keyword.clone(), self.schema(value, open));
                }
                "required" => {
                    normal.insert(keyword.clone(), sorted(value));
                }
                // `nullable` stands beside a list with `null`, and says it again.
                "enum" => {
                    let named: Value = items(value)
                        .filter(|item| !item.is_null())
                        .cloned()
                        .collect();
                    normal.insert(keyword.clone(), sorted(&named));
                }
                _ => {
                    normal.insert(keyword.clone(), number_as_float(value));
                }
            }
        }
        normal.retain(|keyword, value| !says_nothing(keyword, value));
        match schema.get("x-repeated") {
            Some(rules) => repeated(normal, rules),
            None => Value::Object(normal),
        }
    }

    fn resolve(&self, value: &'a Value) -> &'a Value {
        value["$ref"]
            .as_str()
            .and_then(|reference| reference.strip_prefix('#'))
            .and_then(|pointer| self.root.pointer(pointer))
            .unwrap_or(value)
    }
}

/// Makes the list again that `contract_runtime::metadata::repeated` has taken apart.
fn repeated(items: Map<String, Value>, rules: &Value) -> Value {
    let mut list = Map::new();
    list.insert("type".to_owned(), json!("array"));
    list.insert("items".to_owned(), Value::Object(items));
    for (keyword, value) in entries(rules) {
        list.insert(keyword.clone(), number_as_float(value));
    }
    list.retain(|keyword, value| !says_nothing(keyword, value));
    Value::Object(list)
}

/// Whether a keyword has the value that it has when it is absent.
fn says_nothing(keyword: &str, value: &Value) -> bool {
    match keyword {
        "nullable" | "uniqueItems" | "exclusiveMinimum" | "exclusiveMaximum" | "readOnly"
        | "writeOnly" | "deprecated" => *value == Value::Bool(false),
        "additionalProperties" => *value == Value::Bool(true),
        "required" | "properties" => {
            value.as_array().is_some_and(Vec::is_empty)
                || value.as_object().is_some_and(Map::is_empty)
        }
        _ => value.is_null(),
    }
}

fn number_as_float(value: &Value) -> Value {
    value.as_f64().map_or_else(|| value.clone(), Value::from)
}

fn sorted(value: &Value) -> Value {
    let mut values: Vec<Value> = items(value).cloned().collect();
    values.sort_by_key(ToString::to_string);
    Value::Array(values)
}

fn trimmed(value: &Value) -> Value {
    value
        .as_str()
        .map_or(Value::Null, |text| json!(text.trim()))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(schema: &Value) -> Value {
        json!({
            "paths": { "/a": { "get": {
                "operationId": "readA",
                "parameters": [{ "in": "query", "name": "q", "schema": schema }],
                "responses": { "204": {} },
            } } },
            "components": { "schemas": { "Q": { "type": "string", "maxLength": 5 } } },
        })
    }

    fn between(contract: &Value, derived: &Value) -> Vec<String> {
        differences(&document(contract), "", &document(derived))
    }

    #[test]
    fn a_lost_keyword_is_a_difference_and_so_is_an_invented_one() {
        let (loose, tight) = (
            json!({ "type": "string" }),
            json!({ "type": "string", "minLength": 1 }),
        );
        let lost = between(&tight, &loose);
        assert_eq!(
            lost,
            ["/GET /a/parameters/query:q/schema/minLength: lost, the contract says 1.0"]
        );
        assert_eq!(between(&loose, &tight).len(), 1);
    }

    #[test]
    fn a_reference_means_what_it_refers_to() {
        let inline = json!({ "type": "string", "maxLength": 5 });
        for same in [
            json!({ "$ref": "#/components/schemas/Q" }),
            json!({ "allOf": [{ "$ref": "#/components/schemas/Q" }], "description": "x" }),
        ] {
            assert_eq!(between(&inline, &same), Vec::<String>::new());
        }
    }

    #[test]
    fn a_repeated_scalar_is_a_list() {
        let list = json!({ "type": "array", "items": { "type": "string" }, "maxItems": 3 });
        let repeated = json!({
            "allOf": [{ "type": "string" }],
            "x-repeated": { "minItems": null, "maxItems": 3, "uniqueItems": false },
        });
        assert_eq!(between(&list, &repeated), Vec::<String>::new());
    }
}
