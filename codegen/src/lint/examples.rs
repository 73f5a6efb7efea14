//! `example-missing`, `example-invalid` and `default-invalid`.
//!
//! Schemas are handed to a JSON Schema validator that knows nothing of this generator, so that
//! an example is judged by somebody else's reading of each keyword.

use crate::diagnostic::{Rule, Sink, Span, rules};
use crate::ir::{IntegerWidth, ObjectRules, TextFormat, TypeKind, TypeRef};
use crate::lower::model::{ExampleSite, Model, TypeInfo};
use crate::source::{Node, Value};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    for wanted in &model.wants_example {
        let by_type = model
            .types
            .find(&wanted.ty)
            .is_some_and(|info| info.has_example || info.broken);
        if !wanted.has_example && !by_type {
            sink.report(
                rules::EXAMPLE_MISSING,
                wanted.at,
                format!("{} has no example", wanted.what),
            )
            .help("add `example:` with a real one, here or in its schema");
        }
    }
    check_booleans(model, sink);
    let sites: Vec<(&ExampleSite<'_>, Rule, &str)> = model
        .examples
        .iter()
        .map(|site| (site, rules::EXAMPLE_INVALID, "example"))
        .chain(
            model
                .defaults
                .iter()
                .map(|site| (site, rules::DEFAULT_INVALID, "default")),
        )
        .filter(|(site, ..)| is_checked(site))
        .collect();
    if sites.is_empty() {
        return;
    }
    let validator = match validator(model, &sites) {
        Ok(validator) => validator,
        Err(message) => {
            sink.report(rules::OPENAPI_MODEL, Span { line: 1, column: 1, len: 0 }, message)
                .help("the schemas could not be compiled to check examples: simplify the one that is named");
            return;
        }
    };
    let values = Json::Array(sites.iter().map(|(site, ..)| site.node.to_json()).collect());
    for error in validator.iter_errors(&values) {
        let pointer = error.instance_path().to_string();
        let mut steps = pointer.split('/').skip(1);
        let site = steps
            .next()
            .and_then(|index| sites.get(index.parse::<usize>().ok()?));
        let Some((site, rule, what)) = site else {
            continue;
        };
        let span = place(site.node, steps, &error);
        sink.report(
            *rule,
            span,
            format!(
                "this {what} breaks its schema: {}",
                error.masked_with("the value")
            ),
        )
        .help(format!(
            "correct the {what}, or the schema's `{}`",
            error.kind().keyword()
        ));
    }
}

fn is_checked(site: &ExampleSite<'_>) -> bool {
    let null = site.nullable && matches!(site.node.value, Value::Null);
    site.node.is_whole() && !null && matches!(site.ty, TypeRef::Named(_))
}

fn check_booleans(model: &Model<'_>, sink: &mut Sink) {
    for (sites, rule) in [
        (&model.examples, rules::EXAMPLE_INVALID),
        (&model.defaults, rules::DEFAULT_INVALID),
    ] {
        for site in sites
            .iter()
            .filter(|site| site.ty == TypeRef::Boolean && site.node.is_whole())
        {
            let null = site.nullable && matches!(site.node.value, Value::Null);
            if !null && !matches!(site.node.value, Value::Bool(_)) {
                sink.report(
                    rule,
                    site.node.span,
                    format!("this value is {}, not a boolean", site.node.describe()),
                )
                .help("write `true` or `false`");
            }
        }
    }
}

/// Where the offending part of an example stands.
fn place<'p>(
    node: &Node,
    steps: impl Iterator<Item = &'p str>,
    error: &ValidationError<'_>,
) -> Span {
    let steps = steps.map(|step| Cow::from(step.replace("~1", "/").replace("~0", "~")));
    let at = node.locate(steps);
    if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind()
        && let Some(entry) = unexpected
            .first()
            .and_then(|name| at.as_mapping()?.entry(name))
    {
        return entry.key_span;
    }
    at.span
}

/// One schema for the list of all examples, so that each type is compiled once.
fn validator(
    model: &Model<'_>,
    sites: &[(&ExampleSite<'_>, Rule, &str)],
) -> Result<Validator, String> {
    let mut definitions = Map::new();
    for info in &model.types.list {
        definitions.insert(info.ident.clone(), schema(info));
    }
    let items: Vec<Json> = sites.iter().map(|(site, ..)| reference(&site.ty)).collect();
    let document = json!({ "$defs": definitions, "prefixItems": items });
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&document)
        .map_err(|error| format!("the schemas are no JSON Schema: {error}"))
}

/// A type as JSON Schema 2020-12. What was reported constrains nothing.
fn schema(info: &TypeInfo<'_>) -> Json {
    let Some(kind) = info.kind.as_ref().filter(|_| !info.broken) else {
        return Json::Bool(true);
    };
    let mut schema = Map::new();
    let mut set = |key: &str, value: Option<Json>| {
        if let Some(value) = value {
            schema.insert(key.to_owned(), value);
        }
    };
    match kind {
        TypeKind::Text(text) => {
            set("type", Some(json!("string")));
            set("minLength", text.min_length.map(Json::from));
            set("maxLength", text.max_length.map(Json::from));
            set(
                "pattern",
                text.pattern.as_ref().map(|pattern| json!(pattern.source)),
            );
            let named = |format| TextFormat::ALL.iter().find(|(_, known)| *known == format);
            let format = text.format.and_then(named);
            set("format", format.map(|(name, _)| json!(name)));
        }
        TypeKind::Enumeration(values) => {
            let wires: Vec<&str> = values.iter().map(|value| value.wire.as_str()).collect();
            set("enum", Some(json!(wires)));
        }
        TypeKind::Date => set_text(&mut set, "date"),
        TypeKind::DateTime => set_text(&mut set, "date-time"),
        TypeKind::Uuid => set_text(&mut set, "uuid"),
        TypeKind::Integer(integer) => {
            let (low, high) = match integer.width {
                IntegerWidth::I32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
                IntegerWidth::I64 => (i64::MIN, i64::MAX),
            };
            let minimum = if integer.exclusive_minimum {
                "exclusiveMinimum"
            } else {
                "minimum"
            };
            let maximum = if integer.exclusive_maximum {
                "exclusiveMaximum"
            } else {
                "maximum"
            };
            set("type", Some(json!("integer")));
            set(minimum, Some(json!(integer.minimum.unwrap_or(low))));
            set(maximum, Some(json!(integer.maximum.unwrap_or(high))));
            set("multipleOf", integer.multiple_of.map(Json::from));
        }
        TypeKind::Number(number) => {
            let minimum = if number.exclusive_minimum {
                "exclusiveMinimum"
            } else {
                "minimum"
            };
            let maximum = if number.exclusive_maximum {
                "exclusiveMaximum"
            } else {
                "maximum"
            };
            set("type", Some(json!("number")));
            set(minimum, number.minimum.map(Json::from));
            set(maximum, number.maximum.map(Json::from));
            set("multipleOf", number.multiple_of.map(Json::from));
        }
        TypeKind::Boolean => set("type", Some(json!("boolean"))),
        TypeKind::Array(array) => {
            set("type", Some(json!("array")));
            set("items", Some(reference(&array.items)));
            set("minItems", array.min_items.map(Json::from));
            set("maxItems", array.max_items.map(Json::from));
            set("uniqueItems", Some(json!(array.unique_items)));
        }
        TypeKind::Object(object) => return object_schema(object),
    }
    Json::Object(schema)
}

fn set_text(set: &mut impl FnMut(&str, Option<Json>), format: &str) {
    set("type", Some(json!("string")));
    set("format", Some(json!(format)));
}

fn object_schema(object: &ObjectRules) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for property in &object.properties {
        let ty = reference(&property.ty);
        let ty = if property.nullable {
            json!({ "anyOf": [{ "type": "null" }, ty] })
        } else {
            ty
        };
        properties.insert(property.wire.clone(), ty);
        if property.required {
            required.push(property.wire.as_str());
        }
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": !object.closed,
    })
}

fn reference(ty: &TypeRef) -> Json {
    match ty {
        TypeRef::Named(ident) => json!({ "$ref": format!("#/$defs/{ident}") }),
        TypeRef::Boolean => json!({ "type": "boolean" }),
    }
}
