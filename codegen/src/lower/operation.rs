//! Operations: parameters, body and responses of one method on one path.

use super::Cx;
use super::fields::Fields;
use super::keys;
use super::model::{BodyInfo, DeclaredResponse, OperationInfo, ParameterInfo};
use crate::diagnostic::{Span, rules};
use crate::ir::{Method, ParameterLocation};
use crate::naming;
use crate::source::{Entry, Node};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The path of an operation, and what its path item says for all of its operations.
pub(super) struct PathContext<'a, 'p> {
    pub(super) path: &'a str,
    pub(super) span: Span,
    /// `None` when the template was not understood.
    pub(super) variables: Option<&'p [&'a str]>,
    /// The path item's own parameters.
    pub(super) parameters: &'a [Node],
}

/// The method that a key of a path item means.
pub(super) fn method(key: &str) -> Option<Method> {
    Some(match key {
        "get" => Method::Get,
        "put" => Method::Put,
        "post" => Method::Post,
        "delete" => Method::Delete,
        "patch" => Method::Patch,
        _ => return None,
    })
}

pub(super) fn lower<'a>(
    cx: &mut Cx<'a>,
    context: &PathContext<'a, '_>,
    method: Method,
    entry: &'a Entry,
) {
    let at = entry.key_span;
    let Some(fields) = cx.fields(&entry.value, at, &keys::OPERATION) else {
        return;
    };
    let id = cx
        .text(&fields, "operationId")
        .zip(fields.get("operationId").map(|node| node.span));
    let stem = match id {
        Some((id, _)) => naming::component_ident(id),
        None => naming::type_ident(&format!("{} {}", entry.key, context.path)),
    };
    let stem = cx.unique_stem(stem);
    let parameters = parameters(cx, context, &fields, &stem);
    check_path_parameters(cx, context, &parameters);
    let body = body(cx, &fields, method, &stem);
    check_names(cx, &parameters, body.is_some());
    let (responses, statuses_understood) = responses(cx, &fields, &stem);
    let max_body_bytes = max_body_bytes(cx, &fields);
    let tags = match fields.get("tags") {
        None => Some(Vec::new()),
        Some(_) => cx.list_of(&fields, "tags").map(|items| {
            items
                .iter()
                .filter_map(|item| cx.string(item, "a tag").map(|tag| (tag, item.span)))
                .collect()
        }),
    };
    let info = OperationInfo {
        id,
        method,
        path: context.path,
        at,
        tags,
        summary: cx
            .text(&fields, "summary")
            .zip(fields.get("summary").map(|node| node.span)),
        description: cx.text(&fields, "description"),
        has_parameters: !parameters.is_empty(),
        parameters,
        has_body: fields.mapping.contains("requestBody"),
        body,
        max_body_bytes,
        idempotency: cx
            .text(&fields, "x-idempotency")
            .zip(fields.get("x-idempotency").map(|node| node.span)),
        responses,
        responses_at: fields.span_of("responses"),
        statuses_understood,
        security: cx.operation_security(&fields),
    };
    cx.model.operations.push(info);
}

/// The path item's parameters and the operation's own, which replace those of the same name.
fn parameters<'a>(
    cx: &mut Cx<'a>,
    context: &PathContext<'a, '_>,
    fields: &Fields<'a>,
    stem: &str,
) -> Vec<Rc<ParameterInfo<'a>>> {
    let own = cx.list_of(fields, "parameters").unwrap_or_default();
    let own = declared(cx, own, stem);
    let replaced: HashSet<(u8, String)> = own.iter().map(|parameter| key(parameter)).collect();
    let mut all: Vec<Rc<ParameterInfo<'a>>> = declared(cx, context.parameters, stem)
        .into_iter()
        .filter(|parameter| !replaced.contains(&key(parameter)))
        .collect();
    all.extend(own);
    all
}

fn key(parameter: &ParameterInfo<'_>) -> (u8, String) {
    let name = match parameter.location {
        ParameterLocation::Header => parameter.wire.to_ascii_lowercase(),
        ParameterLocation::Path | ParameterLocation::Query => parameter.wire.to_owned(),
    };
    (parameter.location as u8, name)
}

fn declared<'a>(cx: &mut Cx<'a>, nodes: &'a [Node], stem: &str) -> Vec<Rc<ParameterInfo<'a>>> {
    let mut seen: HashMap<(u8, String), Span> = HashMap::new();
    let mut raw: HashMap<(&str, &str), Span> = HashMap::new();
    let mut list = Vec::new();
    for node in nodes {
        // A second one in place is not even read: its type would be called like the first one's.
        let text = |key: &str| node.as_mapping()?.get(key)?.as_str();
        let again = text("in")
            .zip(text("name"))
            .and_then(|key| raw.insert(key, node.span).map(|first| (first, key.1)));
        if let Some((first, name)) = again {
            duplicate(cx, name, node.span, first);
            continue;
        }
        let Some(parameter) = cx.parameter(node, stem) else {
            continue;
        };
        if let Some(first) = seen.insert(key(&parameter), node.span) {
            duplicate(cx, parameter.wire, node.span, first);
            continue;
        }
        list.push(parameter);
    }
    list
}

fn duplicate(cx: &mut Cx<'_>, name: &str, span: Span, first: Span) {
    cx.sink
        .report(
            rules::DUPLICATE_PARAMETER,
            span,
            format!("the parameter `{name}` is declared twice"),
        )
        .help("remove one of the two")
        .related(first, "first here");
}

fn check_path_parameters<'a>(
    cx: &mut Cx<'a>,
    context: &PathContext<'a, '_>,
    parameters: &[Rc<ParameterInfo<'a>>],
) {
    let Some(variables) = context.variables else {
        return;
    };
    for variable in variables {
        let known = parameters
            .iter()
            .any(|p| p.location == ParameterLocation::Path && p.wire == *variable);
        if !known {
            cx.sink
                .report(
                    rules::PATH_PARAMETERS,
                    context.span,
                    format!("the variable `{variable}` of this path is no declared parameter"),
                )
                .help(format!(
                    "declare it in each operation: `name: {variable}`, `in: path`, `required: true`"
                ));
        }
    }
    for parameter in parameters {
        if parameter.location == ParameterLocation::Path && !variables.contains(&parameter.wire) {
            cx.sink
                .report(
                    rules::PATH_PARAMETERS,
                    parameter.at,
                    format!(
                        "`{}` is no variable of the path `{}`",
                        parameter.wire, context.path
                    ),
                )
                .help(
                    match super::fields::did_you_mean(parameter.wire, variables.iter().copied()) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!(
                            "put `{{{}}}` into the path, or remove the parameter",
                            parameter.wire
                        ),
                    },
                );
        }
    }
}

fn check_names<'a>(cx: &mut Cx<'a>, parameters: &[Rc<ParameterInfo<'a>>], has_body: bool) {
    let mut idents: HashMap<String, (&str, Span)> = HashMap::new();
    for parameter in parameters {
        let ident = naming::field_ident(parameter.wire);
        if has_body && ident == "body" {
            cx.sink
                .report(
                    rules::NAME_COLLISION,
                    parameter.at,
                    format!(
                        "the parameter `{}` would be called like the body in Rust",
                        parameter.wire
                    ),
                )
                .help("rename it");
        }
        if let Some((other, first)) = idents.insert(ident.clone(), (parameter.wire, parameter.at)) {
            cx.sink
                .report(
                    rules::NAME_COLLISION,
                    parameter.at,
                    format!(
                        "the parameters `{}` and `{other}` would both be called `{ident}` in Rust",
                        parameter.wire
                    ),
                )
                .help("rename one of the two")
                .related(first, "the other one");
        }
    }
}

fn body<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>, method: Method, stem: &str) -> Option<BodyInfo> {
    let entry = fields.entry("requestBody")?;
    if matches!(method, Method::Get | Method::Delete) {
        cx.sink
            .report(
                rules::BODY_NOT_ALLOWED,
                entry.key_span,
                format!("a {} request has no body", method.as_str()),
            )
            .help("use query parameters, or another method");
    }
    let body = cx.request_body(&entry.value, entry.key_span, &format!("{stem}Body"))?;
    Some(BodyInfo {
        ty: body.ty.clone(),
        required: body.required,
    })
}

fn max_body_bytes<'a>(cx: &mut Cx<'a>, fields: &Fields<'a>) -> Option<u32> {
    let Some(entry) = fields.entry("x-max-body-bytes") else {
        if let Some(body) = fields.entry("requestBody") {
            cx.sink
                .report(
                    rules::MAX_BODY_BYTES,
                    body.key_span,
                    "this operation has a body, and no `x-max-body-bytes`",
                )
                .help("add `x-max-body-bytes:` beside `requestBody`, with how many bytes a body may have");
        }
        return None;
    };
    if !fields.mapping.contains("requestBody") {
        cx.sink
            .report(
                rules::MAX_BODY_BYTES,
                entry.key_span,
                "this operation has no body",
            )
            .help("remove `x-max-body-bytes`");
        return None;
    }
    let size = cx.size(fields, "x-max-body-bytes")?;
    if size == 0 {
        cx.sink
            .report(
                rules::MAX_BODY_BYTES,
                entry.value.span,
                "no body fits into 0 bytes",
            )
            .help("write how many bytes a body may have");
    }
    Some(size)
}

fn responses<'a>(
    cx: &mut Cx<'a>,
    fields: &Fields<'a>,
    stem: &str,
) -> (Vec<DeclaredResponse<'a>>, bool) {
    if !fields.mapping.contains("responses") {
        cx.missing(
            fields,
            "responses",
            "declare what the operation answers, by status",
        );
        return (Vec::new(), false);
    }
    let mut understood = fields
        .get("responses")
        .is_some_and(|node| node.as_mapping().is_some());
    let mut list = Vec::new();
    for entry in cx.map_of(fields, "responses") {
        let Some(status) = status(cx, entry) else {
            understood = false;
            if !entry.key.starts_with("x-") {
                // What is in it is checked nevertheless.
                let ident = format!("{stem}{}", naming::type_ident(&entry.key));
                cx.response(&entry.value, entry.key_span, &ident);
            }
            continue;
        };
        let ident = format!("{stem}{}", naming::status_ident(status));
        let info = cx.response(&entry.value, entry.key_span, &ident);
        if let Some(info) = &info
            && matches!(status, 204 | 205 | 304)
            && let Some((span, _)) = info.content
        {
            cx.sink
                .report(
                    rules::BODY_NOT_ALLOWED,
                    span,
                    format!("a response with status {status} has no body"),
                )
                .help("remove `content`, or answer with 200");
        }
        list.push(DeclaredResponse {
            status,
            at: entry.key_span,
            info,
        });
    }
    (list, understood)
}

fn status<'a>(cx: &mut Cx<'a>, entry: &'a Entry) -> Option<u16> {
    let key = entry.key.as_str();
    let status = key
        .parse::<u16>()
        .ok()
        .filter(|status| key.len() == 3 && (200..600).contains(status))
        .filter(|status| is_registered(*status));
    if status.is_none() {
        let (message, help) = match key {
            "default" => (
                "`default` declares no status".to_owned(),
                "declare each status that the operation answers with",
            ),
            _ if key.len() == 3 && key.ends_with("XX") => (
                format!("`{key}` declares a range of statuses"),
                "declare each status that the operation answers with",
            ),
            _ if key.len() == 3
                && key
                    .parse::<u16>()
                    .is_ok_and(|key| (200..600).contains(&key)) =>
            {
                (
                    format!("`{key}` is not in the registry of statuses"),
                    "use a registered status, whose meaning clients know",
                )
            }
            _ if key.starts_with("x-") => (
                format!("`{key}` is not implemented in responses"),
                "remove it",
            ),
            _ => (
                format!("`{key}` is no status"),
                "write a status from '200' to '599'",
            ),
        };
        let rule = if key.starts_with("x-") {
            rules::UNKNOWN_EXTENSION
        } else {
            rules::STATUS_CODE
        };
        cx.sink.report(rule, entry.key_span, message).help(help);
    }
    status
}

/// Whether a status has a meaning that everybody knows. The generated code names it by that.
fn is_registered(status: u16) -> bool {
    http::StatusCode::from_u16(status).is_ok_and(|status| status.canonical_reason().is_some())
}
