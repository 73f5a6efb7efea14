//! The contract against the service: every status and every code that an operation declares is
//! brought about, and every answer is one that the contract allows.

mod cases;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use booking_tests::{Answer, Request, TestService};
use serde_json::Value;

use self::cases::cases;
use self::schema::Schemas;

/// What is declared and cannot be asked for: 500, which says that the server is broken, and
/// 503, for which the database must be away (`faults.rs`).
const NOT_ASKED_FOR: [&str; 2] = ["500", "503"];

/// The contract as the service gives it out, its references looked up.
struct Contract {
    document: Value,
    schemas: Schemas,
}

impl Contract {
    async fn of(service: &TestService) -> Self {
        let answer = service.send(&Request::new("GET", "/openapi.json")).await;
        let document = answer.json();
        Self {
            schemas: Schemas::of(&document),
            document,
        }
    }

    /// The object itself, or the one that it refers to.
    fn look_up<'a>(&'a self, object: &'a Value) -> &'a Value {
        match object.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.document.pointer(&reference[1..]).unwrap(),
            None => object,
        }
    }

    /// Every operation's responses, by operationId and status.
    fn responses(&self) -> BTreeMap<&str, BTreeMap<&str, &Value>> {
        let paths = self.document["paths"].as_object().unwrap().values();
        let operations = paths.flat_map(|path| path.as_object().unwrap().values());
        operations
            .filter_map(|operation| {
                let id = operation["operationId"].as_str()?;
                let responses = operation["responses"].as_object().unwrap();
                let responses = responses
                    .iter()
                    .map(|(status, response)| (status.as_str(), self.look_up(response)));
                Some((id, responses.collect()))
            })
            .collect()
    }

    /// The codes that a response declares.
    fn codes<'a>(&self, response: &'a Value) -> BTreeSet<&'a str> {
        let codes = response.get("x-error-codes").and_then(Value::as_array);
        codes
            .into_iter()
            .flatten()
            .map(|code| code.as_str().unwrap())
            .collect()
    }

    /// Sees that an answer is what the response declares: its headers, its content, its schema.
    #[track_caller]
    fn check(&self, case: &str, response: &Value, answer: &Answer) {
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let header = self.look_up(header);
            let value = answer.header(&name.to_lowercase());
            if header["required"] == true {
                assert!(value.is_some(), "{case}: the header {name} is missing");
            }
            if let Some(value) = value {
                let value = match header["schema"]["type"].as_str() {
                    Some("integer") => value.parse::<i64>().unwrap().into(),
                    _ => Value::from(value),
                };
                self.schemas.check(case, &header["schema"], &value);
            }
        }
        match response.pointer("/content/application~1json/schema") {
            Some(schema) => {
                let kind = answer.header("content-type");
                assert_eq!(kind, Some("application/json"), "{case}");
                self.schemas.check(case, schema, &answer.json());
            }
            None => assert!(answer.body.is_empty(), "{case}: {}", answer.text()),
        }
    }
}

#[tokio::test]
async fn every_declared_status_and_code_comes_about_and_every_answer_is_as_declared() {
    let service = TestService::start().await;
    let contract = Contract::of(&service).await;
    let declared = contract.responses();
    let mut seen: BTreeMap<&str, BTreeSet<(String, Option<String>)>> = BTreeMap::new();
    for case in cases(&service).await {
        let answer = service.send(&case.request).await;
        let status = answer.status.to_string();
        let shown = format!(
            "{} {} {status}: {}",
            case.operation,
            case.code,
            answer.text()
        );
        let response = declared
            .get(case.operation)
            .and_then(|responses| responses.get(status.as_str()))
            .unwrap_or_else(|| panic!("not declared: {shown}"));
        contract.check(&shown, response, &answer);
        let code = (answer.status >= 400).then(|| answer.refusal().code);
        assert_eq!(code.as_deref().unwrap_or(&status), case.code, "{shown}");
        if let Some(code) = &code {
            assert!(contract.codes(response).contains(code.as_str()), "{shown}");
        }
        seen.entry(case.operation)
            .or_default()
            .insert((status, code));
    }
    // What is declared and was not seen has no test, or does not happen.
    let mut missing = Vec::new();
    for (operation, responses) in &declared {
        let seen = seen.remove(operation).unwrap_or_default();
        for (status, response) in responses {
            if NOT_ASKED_FOR.contains(status) {
                continue;
            }
            let codes = contract.codes(response);
            let wanted: Vec<Option<String>> = if codes.is_empty() {
                vec![None]
            } else {
                codes
                    .into_iter()
                    .map(|code| Some(code.to_owned()))
                    .collect()
            };
            for code in wanted {
                if !seen.contains(&((*status).to_owned(), code.clone())) {
                    missing.push((*operation, *status, code));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(seen.is_empty(), "{seen:?}");
}

#[tokio::test]
async fn every_operation_declares_a_success_and_a_refusal() {
    let service = TestService::start().await;
    let contract = Contract::of(&service).await;
    let declared = contract.responses();
    let operations: Vec<&str> = declared.keys().copied().collect();
    assert_eq!(
        operations,
        [
            "cancelBooking",
            "createBooking",
            "getAvailability",
            "getBooking",
            "getRestaurant",
            "listBookings",
            "listRestaurants",
            "updateBooking",
        ]
    );
    for (operation, responses) in declared {
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{operation}"
        );
        assert!(
            responses.keys().any(|status| status.starts_with('4')),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn the_links_of_an_answer_lead_where_the_contract_says() {
    let service = TestService::start().await;
    let contract = Contract::of(&service).await;
    let declared = contract.responses();
    let answers = cases(&service).await;
    let mut followed = 0;
    for (operation, status) in [
        ("createBooking", "201"),
        ("getBooking", "200"),
        ("getRestaurant", "200"),
    ] {
        let case = answers
            .iter()
            .find(|case| case.operation == operation && case.code == status)
            .unwrap();
        let body = service.send(&case.request).await.json();
        let links = declared[operation][status]["links"].as_object().unwrap();
        for link in links.values() {
            let link = contract.look_up(link);
            let target = link["operationId"].as_str().unwrap();
            assert!(declared.contains_key(target), "{target}");
            for expression in link["parameters"].as_object().unwrap().values() {
                let expression = expression.as_str().unwrap();
                let pointer = expression.strip_prefix("$response.body#").unwrap();
                assert!(body.pointer(pointer).is_some(), "{operation}: {expression}");
                followed += 1;
            }
        }
    }
    assert_eq!(followed, 7);
}
