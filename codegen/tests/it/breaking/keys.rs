//! Every key outside of schemas that the generator reads, ignores or refuses: what happens when
//! it is added, removed or changed.

use super::patch::{remove, set};
use super::{document, golden, without_security};
use booking_codegen::breaking::{Document, compare, known_keys};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A key of an object in the contract that has every key.
struct Row {
    /// The object, as the generator's vocabularies call it.
    what: &'static str,
    /// Where such an object is.
    at: &'static str,
    key: &'static str,
    /// A value, if the contract has none there.
    one: Option<Value>,
    /// Another value.
    other: Value,
}

fn there(what: &'static str, at: &'static str, key: &'static str, other: Value) -> Row {
    Row {
        what,
        at,
        key,
        one: None,
        other,
    }
}

fn put(what: &'static str, at: &'static str, key: &'static str, one: Value, other: Value) -> Row {
    Row {
        what,
        at,
        key,
        one: Some(one),
        other,
    }
}

/// The contract that has every key, as JSON.
static EVERYTHING: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../valid/everything.yaml");
    let contract = booking_codegen::load("everything.yaml", text);
    contract.unwrap_or_else(|found| panic!("{found}")).document
});

const GET: &str = "/paths/~1things~1{thing_id}/get";
const POST: &str = "/paths/~1things/post";
const LIMIT: &str = "/paths/~1things~1{thing_id}/get/parameters/0";
const IF_MATCH: &str = "/paths/~1things~1{thing_id}/get/parameters/1";
const VERSION: &str = "/components/headers/Version";
const AGE: &str = "/components/headers/Age";
const BODY: &str = "/components/requestBodies/NewThing";
const MEDIA: &str = "/components/requestBodies/NewThing/content/application~1json";
const CREATED: &str = "/paths/~1things/post/responses/201";
const LINK: &str = "/components/links/GetThing";
const RED: &str = "/components/examples/Red";

fn rows() -> Vec<Row> {
    let mut rows = of_the_root();
    rows.extend(of_operations());
    rows.extend(of_parameters());
    rows.extend(of_bodies());
    rows.extend(of_security());
    rows
}

fn of_the_root() -> Vec<Row> {
    let unused = || json!({"Unused": {"description": "Nobody uses it."}});
    let section = |key| put("`components`", "/components", key, unused(), json!({}));
    let url = || json!("https://other.example");
    vec![
        there("the contract", "", "openapi", json!("3.1.0")),
        there(
            "the contract",
            "",
            "info",
            json!({"title": "Other", "version": "1.0.0"}),
        ),
        there("the contract", "", "servers", json!([{"url": "/api/v2"}])),
        there("the contract", "", "tags", json!([])),
        there("the contract", "", "paths", json!({})),
        there("the contract", "", "components", json!({})),
        there(
            "the contract",
            "",
            "externalDocs",
            json!({"url": "https://other.example"}),
        ),
        there("the contract", "", "security", json!([{"b": []}])),
        put(
            "the contract",
            "",
            "webhooks",
            json!({"a": {}}),
            json!({"b": {}}),
        ),
        put(
            "the contract",
            "",
            "jsonSchemaDialect",
            json!("a"),
            json!("b"),
        ),
        put("the contract", "", "x-unknown", json!(1), json!(2)),
        there("`info`", "/info", "title", json!("Other")),
        there("`info`", "/info", "version", json!("1.1.0")),
        there("`info`", "/info", "description", json!("Other.")),
        there("`info`", "/info", "termsOfService", url()),
        there("`info`", "/info", "contact", json!({})),
        there("`info`", "/info", "license", json!({"name": "Other"})),
        put("`info`", "/info", "summary", json!("One."), json!("Other.")),
        put("`info`", "/info", "x-unknown", json!(1), json!(2)),
        there("`contact`", "/info/contact", "name", json!("Other")),
        there("`contact`", "/info/contact", "url", url()),
        there(
            "`contact`",
            "/info/contact",
            "email",
            json!("other@example.com"),
        ),
        there("`license`", "/info/license", "name", json!("Other")),
        there("`license`", "/info/license", "url", url()),
        put(
            "`license`",
            "/info/license",
            "identifier",
            json!("MIT"),
            json!("Other"),
        ),
        there("`externalDocs`", "/externalDocs", "url", url()),
        there(
            "`externalDocs`",
            "/externalDocs",
            "description",
            json!("Other."),
        ),
        there("a server", "/servers/0", "url", json!("/api/v2")),
        there("a server", "/servers/0", "description", json!("Other.")),
        put(
            "a server",
            "/servers/0",
            "variables",
            json!({"a": {}}),
            json!({"b": {}}),
        ),
        there("a tag", "/tags/0", "name", json!("Other")),
        there("a tag", "/tags/0", "description", json!("Other.")),
        there(
            "a tag",
            "/tags/0",
            "externalDocs",
            json!({"url": "https://other.example"}),
        ),
        there("`components`", "/components", "schemas", json!({})),
        there("`components`", "/components", "parameters", json!({})),
        there("`components`", "/components", "responses", json!({})),
        there("`components`", "/components", "headers", json!({})),
        there("`components`", "/components", "requestBodies", json!({})),
        there("`components`", "/components", "examples", json!({})),
        there("`components`", "/components", "links", json!({})),
        section("securitySchemes"),
        section("callbacks"),
        section("pathItems"),
        section("x-unknown"),
        there("an example", RED, "value", json!("dark-red")),
        there("an example", RED, "summary", json!("Other")),
        put(
            "an example",
            RED,
            "description",
            json!("One."),
            json!("Other."),
        ),
        put("an example", RED, "externalValue", json!("a"), json!("b")),
    ]
}

fn of_operations() -> Vec<Row> {
    const ITEM: &str = "/paths/~1things~1{thing_id}";
    let operation = || json!({"operationId": "doThing", "responses": {}});
    let method = |key| put("a path", ITEM, key, operation(), json!({"responses": {}}));
    let servers = || json!([{"url": "/api/v1"}, {"url": "/other"}]);
    vec![
        there("a path", ITEM, "get", json!({"responses": {}})),
        there("a path", ITEM, "put", json!({"responses": {}})),
        there(
            "a path",
            "/paths/~1things",
            "post",
            json!({"responses": {}}),
        ),
        there("a path", ITEM, "delete", json!({"responses": {}})),
        there("a path", ITEM, "patch", json!({"responses": {}})),
        there("a path", ITEM, "parameters", json!([])),
        there("a path", ITEM, "summary", json!("Other")),
        there("a path", ITEM, "description", json!("Other.")),
        method("head"),
        method("options"),
        method("trace"),
        put(
            "a path",
            ITEM,
            "servers",
            servers(),
            json!([{"url": "/other"}]),
        ),
        put(
            "a path",
            ITEM,
            "$ref",
            json!("other.yaml"),
            json!("another.yaml"),
        ),
        put("a path", ITEM, "x-unknown", json!(1), json!(2)),
        there("an operation", GET, "operationId", json!("readThing")),
        there("an operation", GET, "tags", json!(["Other"])),
        there("an operation", GET, "summary", json!("Other")),
        there("an operation", GET, "description", json!("Other.")),
        there("an operation", GET, "parameters", json!([])),
        there("an operation", POST, "requestBody", json!({"content": {}})),
        there(
            "an operation",
            GET,
            "responses",
            json!({"200": {"description": "Done."}}),
        ),
        there("an operation", POST, "x-max-body-bytes", json!(512)),
        there("an operation", POST, "x-idempotency", json!("other")),
        there(
            "an operation",
            GET,
            "externalDocs",
            json!({"url": "https://other.example"}),
        ),
        there("an operation", GET, "deprecated", json!(false)),
        put(
            "an operation",
            GET,
            "security",
            json!([{"a": []}]),
            json!([{"a": ["b"]}]),
        ),
        put(
            "an operation",
            GET,
            "callbacks",
            json!({"a": {}}),
            json!({"b": {}}),
        ),
        put(
            "an operation",
            GET,
            "servers",
            servers(),
            json!([{"url": "/other"}]),
        ),
        put("an operation", GET, "x-unknown", json!(1), json!(2)),
    ]
}

fn of_parameters() -> Vec<Row> {
    let content = |most: u32| json!({"text/plain": {"schema": {"maxLength": most}}});
    let number = || json!({"type": "integer", "minimum": 2, "maximum": 100, "default": 10});
    vec![
        there("a parameter", LIMIT, "name", json!("most")),
        there("a parameter", LIMIT, "in", json!("header")),
        there("a parameter", LIMIT, "description", json!("Other.")),
        there("a parameter", IF_MATCH, "required", json!(true)),
        there("a parameter", LIMIT, "schema", number()),
        there("a parameter", LIMIT, "style", json!("pipeDelimited")),
        there("a parameter", LIMIT, "explode", json!(false)),
        there("a parameter", LIMIT, "example", json!(30)),
        there("a parameter", IF_MATCH, "examples", json!({})),
        there("a parameter", LIMIT, "deprecated", json!(true)),
        put(
            "a parameter",
            LIMIT,
            "allowEmptyValue",
            json!(true),
            json!(false),
        ),
        put(
            "a parameter",
            LIMIT,
            "allowReserved",
            json!(true),
            json!(false),
        ),
        put("a parameter", LIMIT, "content", content(9), content(8)),
        put("a parameter", LIMIT, "x-unknown", json!(1), json!(2)),
        there("a header", VERSION, "description", json!("Other.")),
        there("a header", VERSION, "required", json!(false)),
        there(
            "a header",
            VERSION,
            "schema",
            json!({"type": "string", "maxLength": 30}),
        ),
        there("a header", VERSION, "style", json!("form")),
        there("a header", VERSION, "explode", json!(true)),
        there("a header", VERSION, "example", json!("v2")),
        there("a header", AGE, "examples", json!({})),
        there("a header", VERSION, "deprecated", json!(true)),
        put("a header", VERSION, "name", json!("a"), json!("b")),
        put("a header", VERSION, "in", json!("a"), json!("b")),
        put(
            "a header",
            VERSION,
            "allowEmptyValue",
            json!(true),
            json!(false),
        ),
        put(
            "a header",
            VERSION,
            "allowReserved",
            json!(true),
            json!(false),
        ),
        put("a header", VERSION, "content", content(9), content(8)),
        put("a header", VERSION, "x-unknown", json!(1), json!(2)),
    ]
}

fn of_bodies() -> Vec<Row> {
    let plain = || json!({"text/plain": {}});
    let other = || json!({"url": "/other"});
    vec![
        there("a request body", BODY, "description", json!("Other.")),
        there("a request body", BODY, "content", plain()),
        there("a request body", BODY, "required", json!(false)),
        put("a request body", BODY, "x-unknown", json!(1), json!(2)),
        there("a media type", MEDIA, "schema", json!({"type": "string"})),
        there("a media type", MEDIA, "example", json!({})),
        put(
            "a media type",
            MEDIA,
            "examples",
            json!({"a": {}}),
            json!({"b": {}}),
        ),
        put(
            "a media type",
            MEDIA,
            "encoding",
            json!({"a": {}}),
            json!({"b": {}}),
        ),
        put("a media type", MEDIA, "x-unknown", json!(1), json!(2)),
        there("a response", CREATED, "description", json!("Other.")),
        there("a response", CREATED, "headers", json!({"X-Other": {}})),
        there("a response", CREATED, "content", plain()),
        there(
            "a response",
            CREATED,
            "links",
            json!({"Other": {"operationId": "getThing"}}),
        ),
        there(
            "a response",
            "/components/responses/Invalid",
            "x-error-codes",
            json!(["INTERNAL_ERROR"]),
        ),
        put("a response", CREATED, "x-unknown", json!(1), json!(2)),
        there("a link", LINK, "operationId", json!("deleteThing")),
        there(
            "a link",
            LINK,
            "parameters",
            json!({"thing_id": "$response.body#/other"}),
        ),
        there("a link", LINK, "description", json!("Other.")),
        put("a link", LINK, "operationRef", json!("#/a"), json!("#/b")),
        put("a link", LINK, "requestBody", json!("a"), json!("b")),
        put("a link", LINK, "server", json!({"url": "/api/v1"}), other()),
        put("a link", LINK, "x-unknown", json!(1), json!(2)),
    ]
}

/// Where schemes are. Their rows are judged in the whole contract, all others without security.
const SCHEMES: &str = "/components/securitySchemes";

fn of_security() -> Vec<Row> {
    let scheme = |name: &str| -> &'static str { format!("{SCHEMES}/{name}").leak() };
    let flows = scheme("account/flows");
    let flow = scheme("account/flows/authorizationCode");
    let other_flow = || json!({"tokenUrl": "/other", "scopes": {}});
    let what = "a security scheme";
    vec![
        there(what, scheme("token"), "type", json!("apiKey")),
        there(what, scheme("token"), "description", json!("Other.")),
        there(what, scheme("token"), "scheme", json!("basic")),
        there(what, scheme("token"), "bearerFormat", json!("opaque")),
        there(what, scheme("key"), "name", json!("Other-Key")),
        there(what, scheme("key"), "in", json!("cookie")),
        there(what, scheme("account"), "flows", json!({})),
        there(
            what,
            scheme("elsewhere"),
            "openIdConnectUrl",
            json!("/other"),
        ),
        put(what, scheme("token"), "$ref", json!("#/a"), json!("#/b")),
        put(what, scheme("token"), "x-unknown", json!(1), json!(2)),
        there("`flows`", flows, "authorizationCode", other_flow()),
        there("`flows`", flows, "clientCredentials", other_flow()),
        put("`flows`", flows, "implicit", json!({}), other_flow()),
        put("`flows`", flows, "password", json!({}), other_flow()),
        there("a flow", flow, "authorizationUrl", json!("/other")),
        there("a flow", flow, "tokenUrl", json!("/other")),
        there("a flow", flow, "refreshUrl", json!("/other")),
        there("a flow", flow, "scopes", json!({})),
    ]
}

/// The worst verdict on what changes, and the rules that gave it.
fn cell(old: &Document, new: &Document) -> String {
    let comparison = compare(old, new);
    let Some(worst) = comparison.worst() else {
        return "none".to_owned();
    };
    let rules: BTreeSet<&str> = comparison
        .with(worst)
        .map(|change| change.rule.as_str())
        .collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    format!("{worst} ({})", rules.join(", "))
}

/// The three cells of a row: added, removed, changed.
fn judged(row: &Row) -> [String; 3] {
    let pointer = format!("{}/{}", row.at, row.key.replace('/', "~1"));
    let mut with = EVERYTHING.clone();
    if !row.at.starts_with(SCHEMES) {
        with = without_security(with);
    }
    if let Some(one) = &row.one {
        assert!(with.pointer(&pointer).is_none(), "{pointer} is there");
        set(&mut with, &pointer, one.clone());
    }
    let mut without = with.clone();
    remove(&mut without, &pointer);
    let mut other = with.clone();
    set(&mut other, &pointer, row.other.clone());
    let [with, without, other] = [with, without, other].map(|json| document(&json.to_string()));
    [
        cell(&without, &with),
        cell(&with, &without),
        cell(&with, &other),
    ]
}

/// Keys whose value in the contract with every key is what their absence means.
const MEANS_NOTHING: [(&str, &str); 6] = [
    ("the contract", "security"),
    ("a parameter", "required"),
    ("a parameter", "style"),
    ("a parameter", "explode"),
    ("a header", "style"),
    ("a header", "explode"),
];

const HEAD: &str = "\
Every key outside of schemas: the worst verdict when it is added, removed, or given another value,
and the rules that gave it. What stands below a key is judged too, so that some rules are those of
what is gone with it.
";

#[test]
fn every_key_outside_of_schemas_has_its_verdicts() {
    let mut text = HEAD.to_owned();
    let mut what = "";
    let mut wrong = Vec::new();
    for row in rows() {
        if row.what != what {
            what = row.what;
            text += &format!("\n{what}\n");
        }
        let [added, removed, changed] = judged(&row);
        text += &format!("  {}\n", row.key);
        text += &format!("    added    {added}\n    removed  {removed}\n    changed  {changed}\n");
        let silent = [&added, &removed, &changed].map(|cell| cell == "none");
        let expected = match MEANS_NOTHING.contains(&(what, row.key)) {
            true => [true, true, false],
            false => [false; 3],
        };
        if silent != expected {
            wrong.push(format!("{} of {what}: {silent:?}", row.key));
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "whether something is said");
    golden::check("keys.txt", &text);
}

#[test]
fn every_key_outside_of_schemas_that_the_generator_knows_is_enumerated() {
    let known: BTreeSet<(&str, &str)> = known_keys()
        .filter(|(what, _)| !["a schema", "an `allOf`"].contains(what))
        .collect();
    assert!(known.len() > 90, "{known:?}");
    let enumerated: BTreeSet<(&str, &str)> = rows()
        .iter()
        .map(|row| (row.what, row.key))
        .filter(|(_, key)| *key != "x-unknown")
        .collect();
    assert_eq!(enumerated, known);
}
