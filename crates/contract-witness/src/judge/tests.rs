//! Exchanges that are as declared, and each way in which one can be otherwise.

use serde_json::{Value, json};

use super::*;

fn contract() -> Contract {
    let error = json!({
        "description": "An error.",
        "x-error-codes": ["THING_NOT_FOUND"],
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Envelope" } } }
    });
    let document = json!({
        "paths": { "/things/{thing_id}": {
            "parameters": [],
            "get": {
                "operationId": "getThing",
                "responses": {
                    "200": {
                        "headers": {
                            "ETag": { "required": true, "schema": { "type": "string", "pattern": "^\"" } },
                            "Age": { "$ref": "#/components/headers/Age" }
                        },
                        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } }
                    },
                    "304": { "headers": { "ETag": { "required": true, "schema": { "type": "string" } } } },
                    "404": { "$ref": "#/components/responses/NotFound" }
                }
            },
            "delete": { "operationId": "deleteThing", "responses": { "204": {} } }
        } },
        "components": {
            "headers": { "Age": { "schema": { "type": "integer", "minimum": 0 } } },
            "responses": { "NotFound": error },
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {
                        "id": { "type": "integer" },
                        "owner": { "nullable": true, "allOf": [{ "$ref": "#/components/schemas/Owner" }] }
                    }
                },
                "Owner": { "type": "object", "properties": { "name": { "type": "string" } } },
                "Envelope": {
                    "type": "object",
                    "required": ["error"],
                    "properties": { "error": {
                        "type": "object",
                        "required": ["code"],
                        "properties": { "code": { "type": "string" } }
                    } }
                }
            }
        }
    });
    Contract::new(&document, "/v1").unwrap()
}

fn exchange(status: u16, headers: &[(&str, &str)], body: &str) -> Exchange {
    Exchange {
        method: "GET".to_owned(),
        target: "/v1/things/7".to_owned(),
        status,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: Body::Text(body.to_owned()),
    }
}

const TYPE: (&str, &str) = ("content-type", "application/json");
const TAG: (&str, &str) = ("etag", "\"1\"");

fn good() -> Exchange {
    exchange(200, &[TYPE, TAG], r#"{"id":7}"#)
}

fn error(code: &str) -> Exchange {
    let body = json!({ "error": { "code": code } });
    exchange(404, &[TYPE], &body.to_string())
}

#[track_caller]
fn assert_broken(exchange: &Exchange, expected: &[(Rule, &str)]) {
    let contract = contract();
    let judgement = contract.judge(exchange);
    let found: Vec<(Rule, &str)> = judgement
        .violations
        .iter()
        .map(|violation| (violation.rule, violation.text.as_str()))
        .collect();
    assert_eq!(found, expected, "{exchange:?}");
}

#[test]
fn what_is_as_declared_breaks_nothing() {
    let contract = contract();
    let transport = [
        TYPE,
        TAG,
        ("age", "0"),
        ("date", "today"),
        ("content-length", "8"),
        ("x-request-id", "1"),
    ];
    for (exchange, code) in [
        (good(), None),
        (exchange(200, &transport, r#"{"id":7,"owner":null}"#), None),
        (exchange(304, &[TAG], ""), None),
        (error("THING_NOT_FOUND"), Some("THING_NOT_FOUND")),
    ] {
        let judgement = contract.judge(&exchange);
        assert_eq!(judgement.operation.unwrap().id, "getThing");
        assert_eq!(judgement.violations, [], "{exchange:?}");
        assert_eq!(judgement.code.as_deref(), code);
    }
    let delete = Exchange {
        method: "DELETE".to_owned(),
        ..exchange(204, &[], "")
    };
    let judgement = contract.judge(&delete);
    assert_eq!(judgement.operation.unwrap().id, "deleteThing");
    assert_eq!(judgement.violations, []);
}

#[test]
fn an_undeclared_status_is_a_violation() {
    let text = "202 is not declared, only 200, 304, 404";
    assert_broken(
        &exchange(202, &[TYPE, TAG], r#"{"id":7}"#),
        &[(Rule::UndeclaredStatus, text)],
    );
}

#[test]
fn an_undeclared_content_type_is_a_violation() {
    for (types, status, text) in [
        (
            vec!["text/plain"],
            200,
            "text/plain, where application/json is declared",
        ),
        (
            vec!["application/json; charset=utf-8"],
            200,
            "application/json; charset=utf-8, where application/json is declared",
        ),
        (
            vec!["application/json", "application/json"],
            200,
            "application/json and application/json, where application/json is declared",
        ),
        (
            vec![],
            200,
            "no content type, where application/json is declared",
        ),
        (
            vec!["application/json"],
            304,
            "application/json, where no content is declared",
        ),
    ] {
        let mut headers = vec![TAG];
        headers.extend(types.iter().map(|value| ("content-type", *value)));
        let body = if status == 200 { r#"{"id":7}"# } else { "" };
        assert_broken(
            &exchange(status, &headers, body),
            &[(Rule::UndeclaredContentType, text)],
        );
    }
}

#[test]
fn a_body_that_breaks_its_schema_is_a_violation() {
    for (body, text) in [
        (r#"{"id":"7"}"#, r#"/id: "7" is not of type "integer""#),
        ("{}", r#"the body: "id" is a required property"#),
        ("", "no JSON: EOF while parsing a value at line 1 column 0"),
        (
            r#"{"id":7,"owner":{"name":1}}"#,
            r#"/owner/name: 1 is not of type "string""#,
        ),
    ] {
        assert_broken(
            &exchange(200, &[TYPE, TAG], body),
            &[(Rule::InvalidBody, text)],
        );
    }
    let binary = Exchange {
        body: Body::Binary { bytes: 3 },
        ..good()
    };
    let text = "the 3 bytes of the body are no text";
    assert_broken(&binary, &[(Rule::InvalidBody, text)]);
    let text = "no body is declared, and it has 2 bytes";
    assert_broken(&exchange(304, &[TAG], "{}"), &[(Rule::InvalidBody, text)]);
}

#[test]
fn an_undeclared_property_is_a_violation_at_any_depth() {
    for (body, at) in [
        (r#"{"id":7,"secret":1}"#, "the body"),
        (r#"{"id":7,"owner":{"secret":1}}"#, "/owner"),
    ] {
        let text = format!("{at}: Additional properties are not allowed ('secret' was unexpected)");
        assert_broken(
            &exchange(200, &[TYPE, TAG], body),
            &[(Rule::UndeclaredProperty, &text)],
        );
    }
}

#[test]
fn headers_are_held_against_their_declarations() {
    for (headers, rule, text) in [
        (vec![TYPE], Rule::MissingHeader, "etag"),
        (
            vec![TYPE, ("etag", "1")],
            Rule::InvalidHeader,
            "etag: \"1\" does not match \"^\"\"",
        ),
        (
            vec![TYPE, TAG, TAG],
            Rule::InvalidHeader,
            "etag is there 2 times",
        ),
        (
            vec![TYPE, TAG, ("age", "old")],
            Rule::InvalidHeader,
            r#"age: "old" is no integer"#,
        ),
        (
            vec![TYPE, TAG, ("age", "-1")],
            Rule::InvalidHeader,
            "age: -1 is less than the minimum of 0",
        ),
        (
            vec![TYPE, TAG, ("server", "nginx")],
            Rule::UndeclaredHeader,
            "server: nginx",
        ),
    ] {
        assert_broken(&exchange(200, &headers, r#"{"id":7}"#), &[(rule, text)]);
    }
}

#[test]
fn an_undeclared_code_is_a_violation() {
    let text = "THING_GONE, where x-error-codes lists THING_NOT_FOUND for 404";
    assert_broken(&error("THING_GONE"), &[(Rule::UndeclaredCode, text)]);
    // Without a code there is nothing to look up, and the schema says so.
    let without = exchange(404, &[TYPE], r#"{"error":{}}"#);
    let text = r#"/error: "code" is a required property"#;
    assert_broken(&without, &[(Rule::InvalidBody, text)]);
}

#[test]
fn an_answer_that_is_cut_off_is_a_violation_unless_nobody_listened() {
    let cut_off = |hung_up| Exchange {
        body: Body::CutOff { bytes: 3, hung_up },
        ..good()
    };
    let text = "the connection was closed after 3 bytes of the body";
    assert_broken(&cut_off(false), &[(Rule::CutOff, text)]);
    assert_broken(&cut_off(true), &[]);
    // Its headers were whole.
    let mut without_tag = cut_off(true);
    without_tag.headers = vec![(TYPE.0.to_owned(), TYPE.1.to_owned())];
    assert_broken(&without_tag, &[(Rule::MissingHeader, "etag")]);
}

#[test]
fn every_violation_of_an_answer_is_told() {
    let bad = exchange(200, &[TYPE, ("server", "x")], r#"{"id":"7","secret":1}"#);
    let contract = contract();
    let mut rules: Vec<Rule> = contract
        .judge(&bad)
        .violations
        .iter()
        .map(|violation| violation.rule)
        .collect();
    rules.sort();
    assert_eq!(
        rules,
        [
            Rule::InvalidBody,
            Rule::UndeclaredProperty,
            Rule::MissingHeader,
            Rule::UndeclaredHeader
        ]
    );
}

#[test]
fn head_is_answered_as_get_is_but_for_the_body() {
    let contract = contract();
    let head = |headers: &[(&str, &str)], body: &str| Exchange {
        method: "HEAD".to_owned(),
        ..exchange(200, headers, body)
    };
    let judgement = contract.judge(&head(&[TYPE, TAG], ""));
    assert!(judgement.is_head);
    assert_eq!(judgement.operation.unwrap().id, "getThing");
    assert_eq!(judgement.violations, []);
    assert_broken(&head(&[TYPE], ""), &[(Rule::MissingHeader, "etag")]);
    assert_broken(
        &head(&[TYPE, TAG], "x"),
        &[(Rule::InvalidBody, "an answer to HEAD has no body")],
    );
    // There is nothing that HEAD could be the twin of.
    let other = Exchange {
        target: "/v1/others".to_owned(),
        ..head(&[], "")
    };
    assert!(contract.judge(&other).operation.is_none());
}

#[test]
fn what_is_no_operation_is_not_judged() {
    let contract = contract();
    for (method, target) in [
        ("GET", "/health"),
        ("GET", "/v1/things"),
        ("GET", "/v1/things/7/parts"),
        ("PUT", "/v1/things/7"),
        ("get", "/v1/things/7"),
    ] {
        let exchange = Exchange {
            method: method.to_owned(),
            target: target.to_owned(),
            ..exchange(418, &[], "x")
        };
        let judgement = contract.judge(&exchange);
        assert!(judgement.operation.is_none(), "{method} {target}");
        assert_eq!(judgement.violations, []);
    }
}

#[test]
fn a_document_that_cannot_be_witnessed_is_refused() {
    let response = |status: &str, response: Value| {
        json!({ "paths": { "/a": { "get": {
            "operationId": "a", "responses": { status: response }
        } } } })
    };
    for (document, expected) in [
        (json!({ "paths": {} }), "it has no operation at /paths"),
        (json!({}), "there should be an object at /paths"),
        (
            json!({ "paths": { "/a/b": { "get": { "responses": {} } } } }),
            "there is no operationId at /paths/~1a~1b/get",
        ),
        (
            response("4XX", json!({})),
            "4XX is no status at /paths/~1a/get/responses/4XX",
        ),
        (
            response("400", json!({ "$ref": "#/components/responses/None" })),
            "#/components/responses/None leads nowhere at /paths/~1a/get/responses/400",
        ),
        (
            response("200", json!({ "content": { "application/json": {} } })),
            "there is no schema at /paths/~1a/get/responses/200",
        ),
    ] {
        let error = Contract::new(&document, "").unwrap_err().to_string();
        assert_eq!(
            error,
            format!("the contract cannot be witnessed: {expected}")
        );
    }
    let broken = response(
        "200",
        json!({ "content": { "application/json": { "schema": { "type": "strange" } } } }),
    );
    assert!(Contract::new(&broken, "").is_err());
}

#[test]
fn each_rule_has_a_name_of_its_own_which_records_use_too() {
    for rule in Rule::ALL {
        assert_eq!(serde_json::to_value(rule).unwrap(), rule.name());
    }
}
