//! An absent key is judged like the value that its absence means, both ways.

use super::document;
use super::patch::{remove, set};
use booking_codegen::breaking::{Verdict, compare, defaults};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A contract in which every object stands once, with none of the keys that have a default.
fn contract() -> Value {
    let text = || json!({"type": "string"});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1.0.0"},
        "paths": {
            "/things": {
                "get": {"operationId": "listThings", "responses": {"200": {"description": "All."}}},
                "post": {
                    "operationId": "createThing",
                    "parameters": [{"name": "q", "in": "query", "schema": text()}],
                    "requestBody": {"content": {"application/json": {"schema": {
                        "type": "object",
                        "properties": {
                            "text": text(),
                            "list": {"type": "array", "items": text()},
                            "number": {"type": "number", "minimum": 1, "maximum": 5},
                            "object": {"type": "object"},
                        }
                    }}}},
                    "responses": {
                        "200": {
                            "description": "Done.",
                            "headers": {"X-Thing": {"schema": text()}},
                            "links": {"List": {"operationId": "listThings"}},
                        },
                        "400": {"description": "No."},
                    }
                }
            }
        }
    })
}

const GET: &str = "/paths/~1things/get";
const POST: &str = "/paths/~1things/post";
const OK: &str = "/paths/~1things/post/responses/200";
const SCHEMA: &str = "/paths/~1things/post/requestBody/content/application~1json/schema";

/// Where an object stands, and values of a key that differ from its default.
fn place(object: &str, key: &str) -> (String, Vec<Value>) {
    let parameter = json!([{"name": "z", "in": "query", "schema": {"type": "string"}}]);
    let property = |name: &str| format!("{SCHEMA}/properties/{name}");
    let (at, others) = match (object, key) {
        ("Root", "servers") => (String::new(), vec![json!([{"url": "/v2"}])]),
        ("Root", "security") => (String::new(), vec![json!([{"key": []}])]),
        ("Operation", "parameters") => (GET.to_owned(), vec![parameter]),
        ("PathItem", "parameters") => ("/paths/~1things".to_owned(), vec![parameter]),
        ("Operation", "x-max-body-bytes") => {
            (POST.to_owned(), vec![json!(1_024), json!(1_048_576)])
        }
        ("Operation", _) => (POST.to_owned(), vec![json!(true)]),
        ("RequestBody", _) => (format!("{POST}/requestBody"), vec![json!(true)]),
        ("Parameter", _) => (format!("{POST}/parameters/0"), vec![json!(true)]),
        ("Header", _) => (format!("{OK}/headers/X-Thing"), vec![json!(true)]),
        ("Response", "headers") => {
            let header = json!({"X-A": {"schema": {"type": "string"}}});
            (format!("{POST}/responses/400"), vec![header])
        }
        ("Response", "links") => {
            let link = json!({"List": {"operationId": "listThings"}});
            (format!("{POST}/responses/400"), vec![link])
        }
        ("Response", "content") => {
            let content = json!({"application/json": {"schema": {"type": "string"}}});
            (format!("{POST}/responses/400"), vec![content])
        }
        ("Response", "x-error-codes") => (format!("{POST}/responses/400"), vec![json!(["A", "B"])]),
        ("Link", "parameters") => (
            format!("{OK}/links/List"),
            vec![json!({"q": "$request.query.q"})],
        ),
        ("Schema", "minLength") => (property("text"), vec![json!(1)]),
        ("Schema", "minItems") => (property("list"), vec![json!(1)]),
        ("Schema", "minProperties") => (property("object"), vec![json!(1)]),
        ("Schema", "uniqueItems") => (property("list"), vec![json!(true)]),
        ("Schema", "exclusiveMinimum" | "exclusiveMaximum") => {
            (property("number"), vec![json!(true)])
        }
        ("Schema", "required") => (SCHEMA.to_owned(), vec![json!(["text"])]),
        ("Schema", "properties") => (property("object"), vec![json!({"a": {"type": "string"}})]),
        ("Schema", "additionalProperties") => (SCHEMA.to_owned(), vec![json!(false)]),
        ("Schema", "nullable" | "readOnly" | "writeOnly" | "deprecated") => {
            (property("text"), vec![json!(true)])
        }
        _ => panic!("say where {object} stands, and what {key} may be"),
    };
    (at, others)
}

/// What a change is judged to be, by rule.
fn judged(old: &Value, new: &Value) -> BTreeSet<(Verdict, String)> {
    let compared = compare(&document(&old.to_string()), &document(&new.to_string()));
    let changes = compared.changes.into_iter();
    changes
        .map(|change| (change.verdict, change.rule))
        .collect()
}

#[test]
fn an_absent_key_is_judged_like_the_value_that_its_absence_means() {
    for (object, key, default) in defaults() {
        let (at, others) = place(&object, key);
        let pointer = format!("{at}/{key}");
        let mut absent = contract();
        if absent.pointer(&pointer).is_some() {
            remove(&mut absent, &pointer);
        }
        let with = |value: &Value| {
            let mut with = absent.clone();
            set(&mut with, &pointer, value.clone());
            with
        };
        let stated = with(&serde_json::from_str(default).expect("it is JSON"));
        for (old, new) in [(&absent, &stated), (&stated, &absent)] {
            let judged = judged(old, new);
            let harmless = judged
                .iter()
                .all(|(verdict, _)| *verdict == Verdict::Harmless);
            assert!(harmless, "{object} {key}: {judged:?}");
        }
        for other in &others {
            let other = with(other);
            for (absent, stated) in [
                (judged(&absent, &other), judged(&stated, &other)),
                (judged(&other, &absent), judged(&other, &stated)),
            ] {
                assert!(!absent.is_empty(), "{object} {key}: the change is not seen");
                assert_eq!(absent, stated, "{object} {key}");
            }
        }
    }
}

#[test]
fn leaving_the_size_of_bodies_out_lowers_it_to_the_default() {
    let with = |bytes: u32| {
        let mut with = contract();
        set(&mut with, &format!("{POST}/x-max-body-bytes"), json!(bytes));
        with
    };
    let worst = |old: &Value, new: &Value| {
        judged(old, new)
            .into_iter()
            .next()
            .map(|(verdict, _)| verdict)
    };
    assert_eq!(
        worst(&with(1_048_576), &contract()),
        Some(Verdict::Breaking)
    );
    assert_eq!(
        worst(&contract(), &with(1_048_576)),
        Some(Verdict::Harmless)
    );
    assert_eq!(worst(&with(1_024), &contract()), Some(Verdict::Harmless));
    assert_eq!(worst(&contract(), &with(1_024)), Some(Verdict::Breaking));
}
