//! Every keyword of schemas × every edit of it × every place where it can stand.

use super::{changes, golden};
use booking_codegen::breaking::{Verdict, known_keys};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

/// A keyword, and values of it to edit.
struct Row {
    key: &'static str,
    /// What kind of schema it stands in, where there are several rows for one keyword.
    on: &'static str,
    /// The schema around it.
    base: Value,
    /// What is added and removed.
    one: Value,
    /// Two values, the first of which lets fewer values through.
    ends: Option<(Value, Value)>,
    /// A value that is neither tighter nor looser than `one`.
    other: Option<Value>,
}

fn row(key: &'static str, on: &'static str, base: Value, one: Value) -> Row {
    Row {
        key,
        on,
        base,
        one,
        ends: None,
        other: None,
    }
}

impl Row {
    fn ends(mut self, tight: Value, loose: Value) -> Self {
        self.ends = Some((tight, loose));
        self
    }

    fn other(mut self, other: Value) -> Self {
        self.other = Some(other);
        self
    }

    /// The edits: their name, and the values on both sides.
    fn edits(&self) -> Vec<(&'static str, Option<&Value>, Option<&Value>)> {
        let mut edits = vec![
            ("added", None, Some(&self.one)),
            ("removed", Some(&self.one), None),
        ];
        if let Some((tight, loose)) = &self.ends {
            edits.push(("tightened", Some(loose), Some(tight)));
            edits.push(("loosened", Some(tight), Some(loose)));
        }
        if let Some(other) = &self.other {
            edits.push(("changed", Some(&self.one), Some(other)));
        }
        edits
    }

    fn schema(&self, value: Option<&Value>) -> Value {
        let mut schema = self.base.clone();
        if let Some(value) = value {
            schema[self.key] = value.clone();
        }
        schema
    }
}

/// What the generator supports.
fn supported() -> Vec<Row> {
    let text = || json!({"type": "string"});
    let integer = || json!({"type": "integer"});
    let number = || json!({"type": "number"});
    let list = || json!({"type": "array", "items": {"type": "string"}});
    let closed = || json!({"type": "object", "additionalProperties": false});
    let short = |most: u32| json!({"type": "string", "maxLength": most});
    let prose = |key| row(key, "", text(), json!("one")).other(json!("another"));
    let docs = |url: &str| json!({"url": url});
    let around = |name: &str| json!([{"$ref": format!("#/components/schemas/{name}")}]);
    vec![
        row("type", "", json!({}), json!("integer"))
            .ends(json!("integer"), json!("number"))
            .other(json!("string")),
        row("format", "integer", integer(), json!("int32")).ends(json!("int32"), json!("int64")),
        row("format", "number", number(), json!("float")).ends(json!("float"), json!("double")),
        row("format", "text", text(), json!("date")).other(json!("uuid")),
        row("nullable", "", text(), json!(true)).ends(json!(false), json!(true)),
        row("enum", "", text(), json!(["a", "b"]))
            .ends(json!(["a", "b"]), json!(["a", "b", "c"]))
            .other(json!(["a", "c"])),
        row("minLength", "", text(), json!(2)).ends(json!(3), json!(2)),
        row("maxLength", "", text(), json!(9)).ends(json!(8), json!(9)),
        row("pattern", "", text(), json!("^a")).other(json!("^b")),
        row("minimum", "integer", integer(), json!(2)).ends(json!(3), json!(2)),
        row("minimum", "number", number(), json!(0.2)).ends(json!(0.3), json!(0.2)),
        row("maximum", "integer", integer(), json!(9)).ends(json!(8), json!(9)),
        row("maximum", "number", number(), json!(0.9)).ends(json!(0.8), json!(0.9)),
        row(
            "exclusiveMinimum",
            "",
            json!({"type": "number", "minimum": 0}),
            json!(true),
        )
        .ends(json!(true), json!(false)),
        row(
            "exclusiveMaximum",
            "",
            json!({"type": "number", "maximum": 9}),
            json!(true),
        )
        .ends(json!(true), json!(false)),
        row("multipleOf", "", integer(), json!(4))
            .ends(json!(4), json!(2))
            .other(json!(6)),
        row("items", "", json!({"type": "array"}), short(9))
            .ends(short(8), short(9))
            .other(integer()),
        row("minItems", "", list(), json!(2)).ends(json!(3), json!(2)),
        row("maxItems", "", list(), json!(9)).ends(json!(8), json!(9)),
        row("uniqueItems", "", list(), json!(true)).ends(json!(true), json!(false)),
        row("properties", "closed", closed(), json!({"a": short(9)}))
            .ends(json!({"a": short(8)}), json!({"a": short(9)}))
            .other(json!({"b": short(9)})),
        row(
            "properties",
            "open",
            json!({"type": "object"}),
            json!({"a": short(9)}),
        )
        .ends(json!({"a": short(8)}), json!({"a": short(9)}))
        .other(json!({"b": short(9)})),
        row(
            "required",
            "",
            json!({"type": "object", "properties": {"a": text(), "b": text()}}),
            json!(["a"]),
        )
        .ends(json!(["a", "b"]), json!(["a"]))
        .other(json!(["b"])),
        row(
            "additionalProperties",
            "",
            json!({"type": "object"}),
            json!(false),
        )
        .ends(json!(false), json!(true)),
        row("x-personal-data", "", text(), json!(true)),
        row("default", "", integer(), json!(3)).other(json!(4)),
        row("allOf", "around one", json!({}), around("Short9"))
            .ends(around("Short8"), around("Short9"))
            .other(around("Integer")),
        prose("description"),
        prose("title"),
        prose("example"),
        row("externalDocs", "", text(), docs("https://a.example")).other(docs("https://b.example")),
        row("deprecated", "", text(), json!(true)).other(json!(false)),
    ]
}

/// What the generator refuses, and another contract may have.
fn refused() -> Vec<Row> {
    let text = || json!({"type": "string"});
    let object = || json!({"type": "object"});
    let short = |most: u32| json!({"maxLength": most});
    let list = |most: u32| json!([short(most), {"minLength": 1}]);
    let composed = |key| row(key, "", text(), list(9)).ends(list(8), list(9));
    vec![
        composed("allOf").other(json!([short(9), {"pattern": "^a"}])),
        composed("anyOf"),
        composed("oneOf"),
        row("not", "", text(), short(9)).ends(short(9), short(8)),
        row("discriminator", "", object(), json!({"propertyName": "a"}))
            .other(json!({"propertyName": "b"})),
        row("minProperties", "", object(), json!(2)).ends(json!(3), json!(2)),
        row("maxProperties", "", object(), json!(9)).ends(json!(8), json!(9)),
        row("readOnly", "", text(), json!(true)).other(json!(false)),
        row("writeOnly", "", text(), json!(true)).other(json!(false)),
        row("xml", "", text(), json!({"name": "a"})).other(json!({"name": "b"})),
        row("const", "", text(), json!("a")).other(json!("b")),
        row("examples", "", text(), json!(["a"])).other(json!(["b"])),
        row("$defs", "", text(), json!({"a": text()})).other(json!({"a": object()})),
        row("patternProperties", "", object(), json!({"^a": text()}))
            .other(json!({"^a": object()})),
        row("prefixItems", "", json!({"type": "array"}), json!([text()])).other(json!([object()])),
        row("if", "", text(), short(9)).other(short(8)),
        row("then", "", text(), short(9)).other(short(8)),
        row("else", "", text(), short(9)).other(short(8)),
        row("x-unknown", "", text(), json!(1)).other(json!(2)),
        row("unknown", "", text(), json!(1)).other(json!(2)),
    ]
}

/// Where a schema can stand: the name, and where it travels.
const PLACES: [(&str, &str); 6] = [
    ("path", "/paths/~1things~1{p}/post/parameters/0/schema"),
    ("query", "/paths/~1things~1{p}/post/parameters/1/schema"),
    ("header", "/paths/~1things~1{p}/post/parameters/2/schema"),
    (
        "body",
        "/paths/~1things~1{p}/post/requestBody/content/application~1json/schema/properties/v",
    ),
    (
        "response",
        "/paths/~1things~1{p}/post/responses/200/content/application~1json/schema/properties/v",
    ),
    (
        "response header",
        "/paths/~1things~1{p}/post/responses/200/headers/X-V/schema",
    ),
];

/// A contract with this schema at this place.
fn contract(schema: &Value, place: &str) -> String {
    let object = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {"v": {"type": "string"}},
    });
    let content = json!({"application/json": {"schema": object}});
    let mut contract = json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1.0.0"},
        "paths": {"/things/{p}": {"post": {
            "operationId": "makeThing",
            "parameters": [
                {"name": "p", "in": "path", "required": true, "schema": {"type": "string"}},
                {"name": "q", "in": "query", "schema": {"type": "string"}},
                {"name": "X-H", "in": "header", "schema": {"type": "string"}},
            ],
            "requestBody": {"content": content},
            "responses": {"200": {
                "description": "Done.",
                "headers": {"X-V": {"schema": {"type": "string"}}},
                "content": content,
            }},
        }}},
        "components": {"schemas": {
            "Short8": {"type": "string", "maxLength": 8},
            "Short9": {"type": "string", "maxLength": 9},
            "Integer": {"type": "integer"},
        }},
    });
    super::patch::set(&mut contract, place, schema.clone());
    contract.to_string()
}

/// Rules with which the generator says that a keyword cannot stand where it stands.
const CANNOT_STAND: [&str; 3] = ["keyword-place", "parameter-type", "unsupported-key"];

/// Whether the generator lets a keyword stand where a contract has it. To ask is slow, and many
/// edits have a side in common.
#[derive(Default)]
struct Generator(HashMap<String, bool>);

impl Generator {
    fn accepts(&mut self, contract: &str) -> bool {
        if let Some(known) = self.0.get(contract) {
            return *known;
        }
        let accepts = match booking_codegen::load("contract.yaml", contract) {
            Ok(_) => true,
            Err(found) => !found
                .iter()
                .any(|diagnostic| CANNOT_STAND.contains(&diagnostic.rule.id())),
        };
        self.0.insert(contract.to_owned(), accepts);
        accepts
    }
}

/// An edit of a row, and the worst verdict on it at each place; `None` where it cannot stand.
struct Judged {
    name: String,
    key: &'static str,
    edit: &'static str,
    cells: Vec<Option<String>>,
}

fn judged(rows: &[Row], mut generator: Option<Generator>) -> Vec<Judged> {
    let mut judged = Vec::new();
    for row in rows {
        let name = match row.on {
            "" => row.key.to_owned(),
            on => format!("{} ({on})", row.key),
        };
        for (edit, old, new) in row.edits() {
            let cells = PLACES.iter().map(|(_, place)| {
                let old = contract(&row.schema(old), place);
                let new = contract(&row.schema(new), place);
                if let Some(generator) = &mut generator
                    && !(generator.accepts(&old) && generator.accepts(&new))
                {
                    return None;
                }
                let worst = changes(&old, &new).worst();
                Some(worst.map_or_else(|| "none".to_owned(), |verdict| verdict.to_string()))
            });
            judged.push(Judged {
                name: name.clone(),
                key: row.key,
                edit,
                cells: cells.collect(),
            });
        }
    }
    judged
}

const HEAD: &str = "\
The worst verdict on every edit of every keyword, at every place where its values travel.

Path, query, header and body are requests: they may loosen. Response and response header may
tighten. `-` is where the generator does not let the keyword stand, in one of the two contracts:
parameters and headers are scalars or, in the query, lists of scalars (parameter-type); null is for
properties, and a default for optional parameters (keyword-place).
";

fn table(judged: &[Judged]) -> String {
    let mut text = format!("{:<32}{:<11}", "keyword", "edit");
    for (place, _) in PLACES {
        write!(text, "{place:<11}").expect("a string can be written");
    }
    text = text.trim_end().to_owned() + "\n";
    for judged in judged {
        let mut line = format!("{:<32}{:<11}", judged.name, judged.edit);
        for cell in &judged.cells {
            let cell = cell.as_deref().unwrap_or("-");
            write!(line, "{cell:<11}").expect("a string can be written");
        }
        text += line.trim_end();
        text += "\n";
    }
    text
}

#[test]
fn every_edit_of_every_keyword_has_its_verdict_at_every_place() {
    let supported = judged(&supported(), Some(Generator::default()));
    let refused = judged(&refused(), None);
    for judged in &supported {
        obeys_the_law(judged);
    }
    let text = format!(
        "{HEAD}\n{}\nWhat the generator refuses, as a contract of others may have it:\n\n{}",
        table(&supported),
        table(&refused)
    );
    golden::check("verdicts.txt", &text);
}

/// Where growth in an answer is only dangerous: readers are told to expect it.
const ANNOUNCED: [&str; 2] = ["enum", "additionalProperties"];

/// Requests may loosen, answers may tighten: whatever the golden file says.
fn obeys_the_law(judged: &Judged) {
    for (cell, (place, _)) in judged.cells.iter().zip(PLACES) {
        let Some(cell) = cell else { continue };
        let response = place.starts_with("response");
        let allowed = match judged.edit {
            "loosened" => !response,
            "tightened" => response,
            _ => continue,
        };
        let expected = match allowed {
            true => Verdict::Harmless,
            false if response && ANNOUNCED.contains(&judged.key) => Verdict::Dangerous,
            false => Verdict::Breaking,
        };
        let name = format!("{} {} in {place}", judged.name, judged.edit);
        assert_eq!(*cell, expected.to_string(), "{name}");
    }
}

#[test]
fn every_keyword_that_the_generator_knows_is_enumerated() {
    let known: BTreeSet<&str> = known_keys()
        .filter(|(what, _)| ["a schema", "an `allOf`"].contains(what))
        .map(|(_, key)| key)
        .collect();
    assert!(known.len() > 40, "{known:?}");
    let enumerated: BTreeSet<&str> = supported()
        .iter()
        .chain(&refused())
        .map(|row| row.key)
        .filter(|key| !["x-unknown", "unknown"].contains(key))
        .collect();
    assert_eq!(enumerated, known);
}
