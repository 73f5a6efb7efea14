//! Requests that the contract itself gives as examples, one for each operation, so that what is
//! asked of all of them is asked of a new one too.

use serde_json::{Map, Value};

use crate::request::Request;
use crate::witness::{contract, document};

/// The values that a test knows better than the contract's examples: the id of a booking that is
/// there, by the name of its parameter or property.
#[derive(Debug, Clone, Default)]
pub struct Examples(Map<String, Value>);

impl Examples {
    /// The contract's own examples.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value for parameters and properties of the name, if a test knows one that is a text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The value for parameters and properties of the name, if a test knows one.
    #[must_use]
    pub fn value_of(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The same without a value for parameters and properties of the name.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut values = self.0.clone();
        values.remove(name);
        Self(values)
    }

    /// The same with this value for every parameter and property of the name.
    #[must_use]
    pub fn with(&self, name: &str, value: impl Into<Value>) -> Self {
        let mut values = self.0.clone();
        values.insert(name.to_owned(), value.into());
        Self(values)
    }

    /// A request of the operation with its example body, or without one, and with everything else
    /// that it requires.
    ///
    /// # Panics
    /// The contract has no such operation, or gives no example for something that it requires.
    #[must_use]
    pub fn request(&self, operation: &str) -> Request {
        self.with_body(operation, self.body(operation))
    }

    /// The same with other values for these properties of its body.
    ///
    /// # Panics
    /// As [`request`](Self::request), and when the operation has no example body.
    #[must_use]
    pub fn changed(&self, operation: &str, properties: &Value) -> Request {
        let mut body = self.body(operation).expect("the operation has a body");
        for (name, value) in properties.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.with_body(operation, Some(body))
    }

    /// The same with this body.
    ///
    /// # Panics
    /// As [`request`](Self::request).
    #[must_use]
    pub fn with_body(&self, operation: &str, body: Option<Value>) -> Request {
        let request = self.without_body(operation);
        match body {
            Some(body) => request.json(&body),
            None => request,
        }
    }

    /// The same without a body.
    ///
    /// # Panics
    /// As [`request`](Self::request).
    #[must_use]
    pub fn without_body(&self, operation: &str) -> Request {
        let declared = declared(operation);
        let mut target = declared.path.clone();
        let mut query = Vec::new();
        let mut headers = Vec::new();
        for parameter in self.required_parameters(&declared.pointer) {
            let name = parameter["name"].as_str().unwrap_or_default();
            let value = self.value(operation, name, parameter);
            match parameter["in"].as_str() {
                Some("path") => target = target.replace(&format!("{{{name}}}"), &value),
                Some("query") => query.push(format!("{name}={value}")),
                _ => headers.push((name, value)),
            }
        }
        if !query.is_empty() {
            target = format!("{target}?{}", query.join("&"));
        }
        if let Some(token) = self.0.get("access_token").and_then(Value::as_str)
            && is_secured(&declared.pointer)
        {
            headers.push(("authorization", format!("Bearer {token}")));
        }
        if let Some(token) = self.0.get("refresh_token").and_then(Value::as_str)
            && takes(&declared.pointer, "refreshCookie")
        {
            headers.push(("cookie", format!("__Secure-refresh_token={token}")));
        }
        headers
            .into_iter()
            .fold(Request::new(&declared.method, target), |request, header| {
                request.header(header.0, header.1)
            })
    }

    /// The first example of the operation's body, if it has one.
    #[must_use]
    pub fn body(&self, operation: &str) -> Option<Value> {
        let media = &resolved(&at(&declared(operation).pointer)["requestBody"])["content"]["application/json"];
        let named = media["examples"].as_object().into_iter().flatten().next();
        let mut body = match named {
            Some((_, example)) => resolved(example)["value"].clone(),
            None => media.get("example")?.clone(),
        };
        if let Some(properties) = body.as_object_mut() {
            for (name, value) in &self.0 {
                if let Some(property) = properties.get_mut(name) {
                    *property = value.clone();
                }
            }
        }
        Some(body)
    }

    fn required_parameters(&self, pointer: &str) -> Vec<&'static Value> {
        let path_item = pointer.rsplit_once('/').map_or("", |(path, _)| path);
        let parameters = [at(path_item), at(pointer)].into_iter().flat_map(|holder| {
            let parameters = holder["parameters"].as_array();
            parameters.into_iter().flatten().map(resolved)
        });
        parameters
            .filter(|parameter| {
                let is_given = parameter["name"]
                    .as_str()
                    .is_some_and(|name| is_about(parameter, name) && self.0.contains_key(name));
                parameter["required"] == true || is_given
            })
            .collect()
    }

    fn value(&self, operation: &str, name: &str, parameter: &'static Value) -> String {
        let schema = resolved(&parameter["schema"]);
        let example = self
            .0
            .get(name)
            .or_else(|| parameter.get("example"))
            .or_else(|| schema.get("example"));
        match example {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => panic!("the contract has no example for {name} of {operation}"),
        }
    }
}

/// Whether a parameter that may be left out is sent all the same where a test knows its value.
fn is_about(parameter: &Value, name: &str) -> bool {
    parameter["in"] == "header" || name.ends_with("_id")
}

/// Whether an operation looks at a credential.
#[must_use]
pub fn is_secured(pointer: &str) -> bool {
    alternatives(pointer).next().is_some()
}

/// What an operation demands: the alternatives, each with the scopes by the name of the scheme.
pub fn alternatives(pointer: &str) -> impl Iterator<Item = &'static Map<String, Value>> {
    let own = at(pointer).get("security");
    let demanded = own.unwrap_or_else(|| at("/security"));
    let alternatives = demanded.as_array().into_iter().flatten();
    alternatives.filter_map(Value::as_object)
}

/// Whether an operation takes credentials of this scheme.
#[must_use]
pub fn takes(pointer: &str, scheme: &str) -> bool {
    alternatives(pointer).any(|one| one.contains_key(scheme))
}

/// Whether an operation takes a credential and does without one, too.
#[must_use]
pub fn is_optional(pointer: &str) -> bool {
    is_secured(pointer) && alternatives(pointer).any(Map::is_empty)
}

/// What the contract declares for the operation.
fn declared(operation: &str) -> &'static contract_witness::Operation {
    contract()
        .operation(operation)
        .unwrap_or_else(|| panic!("the contract has no operation {operation}"))
}

fn at(pointer: &str) -> &'static Value {
    document().pointer(pointer).unwrap_or(&Value::Null)
}

/// The value itself, or what it refers to.
fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => at(reference.trim_start_matches('#')),
        None => value,
    }
}
