//! What must be exercised: the operations and the links of the contract, by the names that
//! schemathesis gives them.

use std::collections::{BTreeMap, BTreeSet};

use booking_codegen::ir::Contract;
use serde_json::{Map, Value};

/// The operations and the links of a contract.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// Each operation's id, by `GET /bookings/{booking_id}`.
    pub(super) operations: BTreeMap<String, String>,
    /// Each link as people call it (`createBooking 201 GetBooking`), by
    /// `POST /bookings -> [201] GetBooking -> GET /bookings/{booking_id}`.
    pub(super) links: BTreeMap<String, String>,
    /// The operations that take no parameter and no body: there is one request for each.
    pub(super) without_input: BTreeSet<String>,
    /// The operations at either end of a link: the only ones that walks along links meet.
    pub(super) linked: BTreeSet<String>,
    /// The kinds of caller, by the security schemes that they satisfy ([`ANYBODY`] satisfies none),
    /// and the headers that carry their credentials, in lower case.
    pub(super) callers: BTreeMap<String, BTreeSet<String>>,
}

/// A caller who shows no credentials.
const ANYBODY: &str = "anybody";

impl Expected {
    /// Of this contract, which lints: every reference and every link leads somewhere.
    pub(super) fn from_contract(contract: &Contract) -> Self {
        let operations = contract.operations.iter().map(|operation| {
            let method = operation.method.as_str();
            (operation.id.as_str(), method, operation.path.as_str())
        });
        Self::from_parts(operations, &contract.document)
    }

    /// Of operations, each with its id, method and path, in this document.
    fn from_parts<'a>(
        operations: impl Iterator<Item = (&'a str, &'a str, &'a str)> + Clone,
        document: &Value,
    ) -> Self {
        let labels: BTreeMap<&str, String> = operations
            .clone()
            .map(|(id, method, path)| (id, format!("{method} {path}")))
            .collect();
        let mut expected = Self::default();
        for (id, method, path) in operations {
            let from = &labels[id];
            expected.operations.insert(from.clone(), id.to_owned());
            let operation = &document["paths"][path][method.to_lowercase()];
            expected.callers.extend(callers(document, operation));
            let is_given = |holder: &Value, key: &str| holder.get(key).is_some();
            let item = &document["paths"][path];
            if !is_given(item, "parameters")
                && !is_given(operation, "parameters")
                && !is_given(operation, "requestBody")
            {
                expected.without_input.insert(from.clone());
            }
            for (status, response) in entries(&operation["responses"]) {
                for (name, link) in entries(&resolved(document, response)["links"]) {
                    let target = &resolved(document, link)["operationId"];
                    let Some(to) = target.as_str().and_then(|id| labels.get(id)) else {
                        continue;
                    };
                    expected.links.insert(
                        format!("{from} -> [{status}] {name} -> {to}"),
                        format!("{id} {status} {name}"),
                    );
                    expected.linked.extend([from.clone(), to.clone()]);
                }
            }
        }
        expected
    }
}

/// Who may call an operation: one kind of caller for each of its alternatives.
fn callers(document: &Value, operation: &Value) -> Vec<(String, BTreeSet<String>)> {
    let alternatives = operation
        .get("security")
        .or_else(|| document.get("security"));
    let alternatives = alternatives.and_then(Value::as_array);
    let kinds = alternatives.into_iter().flatten().map(|schemes| {
        let schemes: Vec<&str> = entries(schemes).map(|(name, _)| name.as_str()).collect();
        let carriers = schemes.iter().map(|name| carrier(document, name));
        match schemes.as_slice() {
            [] => (ANYBODY.to_owned(), BTreeSet::new()),
            schemes => (schemes.join(" and "), carriers.collect()),
        }
    });
    let kinds: Vec<_> = kinds.collect();
    if kinds.is_empty() {
        vec![(ANYBODY.to_owned(), BTreeSet::new())]
    } else {
        kinds
    }
}

/// The header that carries the credential of a scheme.
fn carrier(document: &Value, scheme: &str) -> String {
    let scheme = &document["components"]["securitySchemes"][scheme];
    match (scheme["type"].as_str(), scheme["in"].as_str()) {
        (Some("apiKey"), Some("cookie")) => "cookie".to_owned(),
        (Some("apiKey"), _) => scheme["name"].as_str().unwrap_or_default().to_lowercase(),
        _ => "authorization".to_owned(),
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// What a reference stands for; anything else stands for itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"]
        .as_str()
        .and_then(|reference| document.pointer(reference.strip_prefix('#')?))
        .unwrap_or(value)
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// Two operations, and a link from the one that reads to itself.
    pub(in super::super) fn notes() -> Expected {
        let operations = [
            ("readNote", "GET", "/notes/{id}"),
            ("countNotes", "GET", "/notes"),
        ];
        let document = json!({
            "paths": {
                "/notes/{id}": {"get": {"parameters": [], "responses": {
                    "204": {"$ref": "#/components/responses/Read"},
                    "404": {"description": "Not there."},
                }}},
                "/notes": {"get": {"parameters": [], "responses": {"204": {"description": "Counted."}}}},
            },
            "components": {
                "responses": {"Read": {"links": {"Again": {"$ref": "#/components/links/Again"}}}},
                "links": {"Again": {"operationId": "readNote"}},
            },
        });
        Expected::from_parts(operations.into_iter(), &document)
    }

    #[test]
    fn operations_and_links_have_the_names_that_schemathesis_gives_them() {
        let expected = notes();
        let operations: Vec<_> = expected.operations.iter().collect();
        assert_eq!(
            operations,
            [
                (&"GET /notes".to_owned(), &"countNotes".to_owned()),
                (&"GET /notes/{id}".to_owned(), &"readNote".to_owned()),
            ]
        );
        let links: Vec<_> = expected.links.iter().collect();
        assert_eq!(
            links,
            [(
                &"GET /notes/{id} -> [204] Again -> GET /notes/{id}".to_owned(),
                &"readNote 204 Again".to_owned()
            )]
        );
        assert_eq!(expected.linked, ["GET /notes/{id}".to_owned()].into());
        assert_eq!(
            expected.callers,
            [(ANYBODY.to_owned(), BTreeSet::new())].into()
        );
    }

    #[test]
    fn each_alternative_of_the_security_is_a_kind_of_caller() {
        let document = json!({
            "security": [{"bearer": []}],
            "components": {"securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
                "secret": {"type": "apiKey", "in": "cookie", "name": "secret"},
            }},
        });
        let caller = |name: &str, carriers: &[&str]| {
            let carriers = carriers.iter().map(|carrier| (*carrier).to_owned());
            (name.to_owned(), carriers.collect::<BTreeSet<_>>())
        };
        let anybody = caller(ANYBODY, &[]);
        assert_eq!(
            callers(&document, &json!({})),
            [caller("bearer", &["authorization"])]
        );
        assert_eq!(
            callers(&document, &json!({"security": []})),
            std::slice::from_ref(&anybody)
        );
        let operation = json!({"security": [{}, {"key": [], "secret": []}]});
        assert_eq!(
            callers(&document, &operation),
            [anybody, caller("key and secret", &["x-key", "cookie"])]
        );
    }
}
