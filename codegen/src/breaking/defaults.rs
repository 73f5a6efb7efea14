//! What the absence of a key means: the one list, for every key that the comparison knows.
//!
//! An absent key is judged like the value that stands here, so that stating it, or leaving it out
//! again, is no change. `codegen/tests/it/breaking/defaults.rs` holds each row to that, both ways.

use super::document::At;
use super::treatment::Object;
use serde_json::Value as Json;

/// What the absence of a key means. That of a key without a row means that there is no such
/// thing, or no such rule, which no value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absence {
    /// The same as this value, written as JSON.
    Means(&'static str),
    /// The same as a value that other keys decide: the code that compares the key knows which.
    Depends,
}

use Absence::{Depends, Means};

/// The largest body where `x-max-body-bytes` is absent, in bytes: what the generator made of it
/// before the key had to stand on every operation with a body.
pub(super) const MAX_BODY_BYTES: u64 = 65_536;

/// Whether one side states what the absence on the other side means.
pub(super) fn states_default(
    object: Object,
    key: &str,
    old: Option<&At<'_>>,
    new: Option<&At<'_>>,
) -> bool {
    let ((Some(stated), None) | (None, Some(stated))) = (old, new) else {
        return false;
    };
    let row = ROWS
        .iter()
        .find(|(objects, name, _)| *name == key && objects.contains(&object));
    match row {
        Some((_, _, Means(json))) => {
            serde_json::from_str::<Json>(json).is_ok_and(|default| stated.node.to_json() == default)
        }
        _ => false,
    }
}

/// Every key whose absence means a value: the object that could have it, the key, and the value
/// as JSON.
pub fn defaults() -> impl Iterator<Item = (String, &'static str, &'static str)> {
    ROWS.iter().flat_map(|(objects, key, absence)| {
        let json = match absence {
            Means(json) => Some(*json),
            Depends => None,
        };
        let objects = objects.iter().map(|object| format!("{object:?}"));
        objects.filter_map(move |object| Some((object, *key, json?)))
    })
}

type Row = (&'static [Object], &'static str, Absence);

const ROWS: &[Row] = &[
    (&[Object::Root], "servers", Means(r#"[{"url": "/"}]"#)),
    (&[Object::Root], "security", Means("[]")),
    // That of the root.
    (&[Object::Operation], "security", Depends),
    // Those of what is above.
    (&[Object::Operation, Object::PathItem], "servers", Depends),
    (
        &[Object::Operation, Object::PathItem],
        "parameters",
        Means("[]"),
    ),
    (&[Object::Operation], "x-max-body-bytes", Means("65536")),
    (&[Object::Operation], "deprecated", Means("false")),
    (
        &[Object::RequestBody, Object::Parameter, Object::Header],
        "required",
        Means("false"),
    ),
    // `form` in the query and in cookies, `simple` elsewhere.
    (&[Object::Parameter, Object::Header], "style", Depends),
    // `true` for the style `form`.
    (&[Object::Parameter, Object::Header], "explode", Depends),
    (
        &[Object::Parameter, Object::Header],
        "allowEmptyValue",
        Means("false"),
    ),
    (
        &[Object::Parameter, Object::Header],
        "allowReserved",
        Means("false"),
    ),
    (
        &[Object::Parameter, Object::Header],
        "deprecated",
        Means("false"),
    ),
    (&[Object::Response], "headers", Means("{}")),
    (&[Object::Response], "links", Means("{}")),
    (&[Object::Response], "content", Means("{}")),
    (&[Object::Response], "x-error-codes", Means("[]")),
    (&[Object::Link], "parameters", Means("{}")),
    (&[Object::Schema], "nullable", Means("false")),
    (&[Object::Schema], "minLength", Means("0")),
    (&[Object::Schema], "minItems", Means("0")),
    (&[Object::Schema], "minProperties", Means("0")),
    (&[Object::Schema], "uniqueItems", Means("false")),
    (&[Object::Schema], "exclusiveMinimum", Means("false")),
    (&[Object::Schema], "exclusiveMaximum", Means("false")),
    (&[Object::Schema], "required", Means("[]")),
    (&[Object::Schema], "properties", Means("{}")),
    (&[Object::Schema], "additionalProperties", Means("true")),
    (&[Object::Schema], "readOnly", Means("false")),
    (&[Object::Schema], "writeOnly", Means("false")),
    (&[Object::Schema], "deprecated", Means("false")),
];
