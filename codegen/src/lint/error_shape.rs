//! The one error shape: `error-shape` and `violation-codes`.

use crate::diagnostic::{Sink, Span, rules};
use crate::ir::{EnumValue, ObjectRules, TypeKind, TypeRef};
use crate::lower::model::{DeclaredResponse, Model, TypeInfo};
use std::collections::HashSet;

/// The kinds of violations that the server reports in `details`.
const VIOLATIONS: [&str; 17] = [
    "MALFORMED",
    "MISSING",
    "NULL",
    "WRONG_TYPE",
    "UNKNOWN_FIELD",
    "DUPLICATE",
    "TOO_SMALL",
    "TOO_LARGE",
    "NOT_A_MULTIPLE",
    "TOO_SHORT",
    "TOO_LONG",
    "PATTERN",
    "FORMAT",
    "NOT_ALLOWED",
    "TOO_FEW_ITEMS",
    "TOO_MANY_ITEMS",
    "DUPLICATE_ITEMS",
];

pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let envelope = envelope(model);
    if let Some(envelope) = envelope {
        check_shape(model, envelope, sink);
    }
    for response in model
        .operations
        .iter()
        .flat_map(|operation| &operation.responses)
    {
        check_body(response, envelope, sink);
    }
    if error_codes(model).is_some() {
        check_violations(model, sink);
    }
}

pub(super) fn is_error(response: &DeclaredResponse<'_>) -> bool {
    response.status >= 400
}

/// The type of the first error response's body: all others must be the same.
fn envelope<'m>(model: &'m Model<'_>) -> Option<&'m TypeRef> {
    model
        .operations
        .iter()
        .flat_map(|operation| &operation.responses)
        .filter(|response| is_error(response))
        .find_map(|response| response.info.as_ref()?.content.as_ref()?.1.as_ref())
}

fn object<'m, 'a>(
    model: &'m Model<'a>,
    ty: &TypeRef,
) -> Option<(&'m TypeInfo<'a>, &'m ObjectRules)> {
    let info = model.types.find(ty)?;
    match &info.kind {
        Some(TypeKind::Object(object)) => Some((info, object)),
        _ => None,
    }
}

/// The closed list of error codes, when the error shape is right so far.
pub(crate) fn error_codes<'m>(model: &'m Model<'_>) -> Option<&'m Vec<EnumValue>> {
    let code = code_type(model)?;
    match &code.kind {
        Some(TypeKind::Enumeration(values)) => Some(values),
        _ => None,
    }
}

pub(super) fn code_type<'m, 'a>(model: &'m Model<'a>) -> Option<&'m TypeInfo<'a>> {
    let (_, envelope) = object(model, envelope(model)?)?;
    let (_, error) = object(
        model,
        &envelope.properties.iter().find(|p| p.wire == "error")?.ty,
    )?;
    model
        .types
        .find(&error.properties.iter().find(|p| p.wire == "code")?.ty)
}

const SHAPE_HELP: &str = "every error is an object with `error`: an object with `code` (an enumeration), `message`, and optionally `field`, `details` (an array of objects with `code`, `field`, `message`) and `request_id`";

fn check_shape(model: &Model<'_>, envelope: &TypeRef, sink: &mut Sink) {
    let Some(info) = model.types.find(envelope) else {
        return;
    };
    if info.broken {
        return;
    }
    let mut wrong = |at: Span, message: String| {
        sink.report(rules::ERROR_SHAPE, at, message)
            .help(SHAPE_HELP);
    };
    let Some((info, outer)) = object(model, envelope) else {
        return wrong(info.at, "the body of an error is no object".to_owned());
    };
    let Some(error) = outer
        .properties
        .iter()
        .find(|property| property.wire == "error")
    else {
        return wrong(info.at, "the body of an error has no `error`".to_owned());
    };
    if !error.required || error.nullable {
        wrong(
            property_span(info, "error"),
            "`error` must be required, and never null".to_owned(),
        );
    }
    for extra in outer
        .properties
        .iter()
        .filter(|property| property.wire != "error" && property.required)
    {
        wrong(
            property_span(info, &extra.wire),
            format!(
                "the body of an error requires `{}`, which the server does not know",
                extra.wire
            ),
        );
    }
    let Some((info, inner)) = object(model, &error.ty) else {
        if model.types.find(&error.ty).is_none_or(|info| !info.broken) {
            wrong(
                property_span(info, "error"),
                "`error` is no object".to_owned(),
            );
        }
        return;
    };
    if info.broken {
        return;
    }
    check_inner(model, info, inner, &mut wrong);
}

fn check_inner(
    model: &Model<'_>,
    info: &TypeInfo<'_>,
    inner: &ObjectRules,
    wrong: &mut impl FnMut(Span, String),
) {
    // Name, whether it must be required (`Some(true)`), must not be, or may be.
    let parts = [
        ("code", Some(true)),
        ("message", Some(true)),
        ("field", Some(false)),
        ("details", Some(false)),
        ("request_id", None),
    ];
    for (name, required) in parts {
        let Some(property) = inner
            .properties
            .iter()
            .find(|property| property.wire == name)
        else {
            wrong(info.at, format!("the error shape has no `{name}`"));
            continue;
        };
        let at = property_span(info, name);
        if required == Some(true) && !property.required {
            wrong(at, format!("`{name}` of an error must be required"));
        }
        if required == Some(false) && property.required {
            wrong(
                at,
                format!("`{name}` of an error cannot be required: some errors have none"),
            );
        }
        let Some(ty) = model
            .types
            .find(&property.ty)
            .and_then(|info| info.kind.as_ref())
        else {
            if property.ty == TypeRef::Boolean {
                wrong(at, format!("`{name}` of an error is a boolean"));
            }
            continue;
        };
        let fits = match name {
            "code" => matches!(ty, TypeKind::Enumeration(_)),
            "details" => matches!(ty, TypeKind::Array(_)),
            "request_id" => matches!(ty, TypeKind::Text(_) | TypeKind::Uuid),
            _ => matches!(ty, TypeKind::Text(_)),
        };
        if !fits {
            let expected = match name {
                "code" => "an enumeration of strings",
                "details" => "an array",
                _ => "a string",
            };
            wrong(at, format!("`{name}` of an error is not {expected}"));
        }
        if name == "details" {
            check_details(model, ty, at, wrong);
        }
    }
    for extra in &inner.properties {
        if extra.required && !parts.iter().any(|(name, _)| *name == extra.wire) {
            wrong(
                property_span(info, &extra.wire),
                format!(
                    "an error requires `{}`, which the server does not know",
                    extra.wire
                ),
            );
        }
    }
}

fn check_details(
    model: &Model<'_>,
    details: &TypeKind,
    at: Span,
    wrong: &mut impl FnMut(Span, String),
) {
    let TypeKind::Array(array) = details else {
        return;
    };
    let Some((info, detail)) = object(model, &array.items) else {
        return wrong(at, "an item of `details` is no object".to_owned());
    };
    for name in ["code", "field", "message"] {
        let Some(property) = detail
            .properties
            .iter()
            .find(|property| property.wire == name)
        else {
            wrong(info.at, format!("an item of `details` has no `{name}`"));
            continue;
        };
        let kind = model.types.kind_of(&property.ty);
        if !matches!(
            kind,
            Some(TypeKind::Text(_) | TypeKind::Enumeration(_)) | None
        ) || property.ty == TypeRef::Boolean
        {
            wrong(
                property_span(info, name),
                format!("`{name}` of an item of `details` is no string"),
            );
        }
    }
}

fn check_body(response: &DeclaredResponse<'_>, envelope: Option<&TypeRef>, sink: &mut Sink) {
    let Some(info) = response.info.as_ref().filter(|_| is_error(response)) else {
        return;
    };
    match &info.content {
        None => {
            sink.report(rules::ERROR_SHAPE, info.at, "an error response has no body")
                .help(SHAPE_HELP);
        }
        Some((span, Some(ty))) if envelope.is_some_and(|envelope| envelope != ty) => {
            sink.report(
                rules::ERROR_SHAPE,
                *span,
                "this error has another shape than the first one of the contract",
            )
            .help("refer to the same schema in every error response");
        }
        Some(_) => {}
    }
}

fn property_span(info: &TypeInfo<'_>, name: &str) -> Span {
    info.property_spans.get(name).copied().unwrap_or(info.at)
}

fn check_violations(model: &Model<'_>, sink: &mut Sink) {
    let code = || {
        let (_, outer) = object(model, envelope(model)?)?;
        let (_, error) = object(
            model,
            &outer.properties.iter().find(|p| p.wire == "error")?.ty,
        )?;
        let details = model
            .types
            .kind_of(&error.properties.iter().find(|p| p.wire == "details")?.ty)?;
        let TypeKind::Array(array) = details else {
            return None;
        };
        let (_, detail) = object(model, &array.items)?;
        model
            .types
            .find(&detail.properties.iter().find(|p| p.wire == "code")?.ty)
    };
    let Some(info) = code() else { return };
    let Some(TypeKind::Enumeration(values)) = &info.kind else {
        return;
    };
    let known: HashSet<&str> = values.iter().map(|value| value.wire.as_str()).collect();
    let missing: Vec<&str> = VIOLATIONS
        .into_iter()
        .filter(|code| !known.contains(code))
        .collect();
    if !missing.is_empty() && !info.broken {
        sink.report(
            rules::VIOLATION_CODES,
            info.at,
            format!("the list of violations lacks {}", missing.join(", ")),
        )
        .help("add them: the server reports each of them in `details`");
    }
}
