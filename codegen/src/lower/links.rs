//! Links: declared here, and checked once every operation is known.

use super::Cx;
use super::fields::{Fields, did_you_mean};
use super::keys;
use super::model::{LinkInfo, Model, OperationInfo, ResponseInfo};
use super::parameter::is_reference;
use super::references::{Resolved, Section};
use crate::diagnostic::{Sink, Span, rules};
use crate::ir::{ParameterLocation, TypeKind, TypeRef};
use crate::source::Node;
use std::collections::HashMap;

impl<'a> Cx<'a> {
    /// The links of a response.
    pub(crate) fn links(&mut self, fields: &Fields<'a>) -> Vec<LinkInfo<'a>> {
        let mut links = Vec::new();
        for entry in self.map_of(fields, "links") {
            let link = match self.resolve(&entry.value, Section::Links) {
                Resolved::Broken => None,
                Resolved::Component(component) => {
                    self.read_link(&component.value, component.key_span)
                }
                Resolved::Here(node) => self.read_link(node, entry.key_span),
            };
            links.extend(link);
        }
        links
    }

    /// Audits the links under `components`.
    pub(crate) fn lower_component_links(&mut self) {
        for entry in self.components.entries(Section::Links) {
            if !is_reference(&entry.value) {
                self.read_link(&entry.value, entry.key_span);
            }
        }
    }

    fn read_link(&mut self, node: &'a Node, at: Span) -> Option<LinkInfo<'a>> {
        let fields = self.fields(node, at, &keys::LINK)?;
        if !fields.mapping.contains("operationId") && !fields.mapping.contains("operationRef") {
            self.missing(
                &fields,
                "operationId",
                "name the operation to which the link leads",
            );
        }
        let operation = self.text(&fields, "operationId")?;
        let span = fields.get("operationId").map_or(at, |node| node.span);
        Some(LinkInfo {
            at,
            operation: (operation, span),
            parameters: self.map_of(&fields, "parameters"),
        })
    }
}

/// Checks every link of every response.
pub(super) fn check(model: &Model<'_>, sink: &mut Sink) {
    let mut by_id: HashMap<&str, &OperationInfo<'_>> = HashMap::new();
    for operation in &model.operations {
        if let Some((id, _)) = operation.id {
            // Of two with one id, which was reported, the first is meant.
            by_id.entry(id).or_insert(operation);
        }
    }
    for operation in &model.operations {
        for response in &operation.responses {
            let Some(info) = &response.info else { continue };
            for link in &info.links {
                let (id, span) = link.operation;
                let Some(target) = by_id.get(id) else {
                    let help = match did_you_mean(id, by_id.keys().copied()) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => "name the operationId of an operation of this contract".to_owned(),
                    };
                    sink.report(
                        rules::LINK_TARGET,
                        span,
                        format!("there is no operation `{id}`"),
                    )
                    .help(help);
                    continue;
                };
                check_link(model, sink, operation, info, link, target);
            }
        }
    }
}

fn check_link<'a>(
    model: &Model<'a>,
    sink: &mut Sink,
    operation: &OperationInfo<'a>,
    response: &ResponseInfo<'a>,
    link: &LinkInfo<'a>,
    target: &OperationInfo<'a>,
) {
    let mut given = Vec::new();
    for entry in link.parameters {
        let (location, name) = match entry.key.split_once('.') {
            Some(("path", name)) => (Some(ParameterLocation::Path), name),
            Some(("query", name)) => (Some(ParameterLocation::Query), name),
            Some(("header", name)) => (Some(ParameterLocation::Header), name),
            _ => (None, entry.key.as_str()),
        };
        given.push(name);
        let known = target.parameters.iter().any(|parameter| {
            parameter.wire == name && location.is_none_or(|location| location == parameter.location)
        });
        if !known {
            let names = target.parameters.iter().map(|parameter| parameter.wire);
            let help = match did_you_mean(name, names) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "name a parameter of the operation to which the link leads".to_owned(),
            };
            sink.report(
                rules::LINK_TARGET,
                entry.key_span,
                format!("{} has no parameter `{}`", target.name(), entry.key),
            )
            .help(help);
        }
        if entry.value.as_mapping().is_some() || entry.value.as_sequence().is_some() {
            sink.report(
                rules::LINK_EXPRESSION,
                entry.value.span,
                format!(
                    "a parameter is an expression or a scalar, and this is {}",
                    entry.value.describe()
                ),
            )
            .help("write `$response.body#/<property>` or a constant");
        }
        if let Some(expression) = entry.value.as_str()
            && expression.starts_with('$')
            && let Err(message) = check_expression(model, operation, response, expression)
        {
            sink.report(rules::LINK_EXPRESSION, entry.value.span, message)
                .help("write `$response.body#/<property>`, `$response.header.<name>`, `$request.path.<name>`, `$request.query.<name>`, `$request.header.<name>` or `$request.body#/<property>` with what is there");
        }
    }
    for parameter in &target.parameters {
        if parameter.location == ParameterLocation::Path && !given.contains(&parameter.wire) {
            sink.report(
                rules::LINK_TARGET,
                link.at,
                format!(
                    "the link gives no `{}`, which the path of {} needs",
                    parameter.wire,
                    target.name()
                ),
            )
            .help(format!(
                "add `{}: $response.body#/…` under `parameters`",
                parameter.wire
            ));
        }
    }
}

fn check_expression(
    model: &Model<'_>,
    operation: &OperationInfo<'_>,
    response: &ResponseInfo<'_>,
    expression: &str,
) -> Result<(), String> {
    if matches!(expression, "$url" | "$method" | "$statusCode") {
        return Ok(());
    }
    if let Some(name) = expression.strip_prefix("$response.header.") {
        let known = response
            .headers
            .iter()
            .any(|header| header.wire.eq_ignore_ascii_case(name));
        return if known {
            Ok(())
        } else {
            Err(format!("the response declares no header `{name}`"))
        };
    }
    if let Some(pointer) = expression.strip_prefix("$response.body#") {
        return match &response.content {
            Some((_, Some(ty))) => check_pointer(model, ty, pointer),
            Some((_, None)) => Ok(()),
            None => Err("the response has no body".to_owned()),
        };
    }
    if let Some(pointer) = expression.strip_prefix("$request.body#") {
        return match &operation.body {
            Some(body) => body
                .ty
                .as_ref()
                .map_or(Ok(()), |ty| check_pointer(model, ty, pointer)),
            None if operation.has_body => Ok(()),
            None => Err("the request has no body".to_owned()),
        };
    }
    for (prefix, location) in [
        ("$request.path.", ParameterLocation::Path),
        ("$request.query.", ParameterLocation::Query),
        ("$request.header.", ParameterLocation::Header),
    ] {
        if let Some(name) = expression.strip_prefix(prefix) {
            let known = operation
                .parameters
                .iter()
                .any(|parameter| parameter.location == location && parameter.wire == name);
            return if known {
                Ok(())
            } else {
                Err(format!(
                    "{} has no such parameter `{name}`",
                    operation.name()
                ))
            };
        }
    }
    Err(format!("`{expression}` is no expression of OpenAPI"))
}

fn check_pointer(model: &Model<'_>, ty: &TypeRef, pointer: &str) -> Result<(), String> {
    if pointer.is_empty() {
        return Ok(());
    }
    let Some(path) = pointer.strip_prefix('/') else {
        return Err(format!("`{pointer}` is no JSON pointer"));
    };
    let mut at = ty;
    for step in path.split('/') {
        let step = step.replace("~1", "/").replace("~0", "~");
        let Some(info) = model.types.find(at) else {
            return Err(format!("there is nothing below a boolean: `{step}`"));
        };
        match &info.kind {
            None => return Ok(()),
            Some(TypeKind::Object(object)) => match object
                .properties
                .iter()
                .find(|property| property.wire == step)
            {
                Some(property) => at = &property.ty,
                // It was declared, and what it is was reported.
                None if info.property_spans.contains_key(step.as_str()) => return Ok(()),
                None => {
                    return Err(format!(
                        "`{}` has no property `{step}`",
                        info.component.unwrap_or(&info.ident)
                    ));
                }
            },
            Some(TypeKind::Array(array)) if step.parse::<u32>().is_ok() => at = &array.items,
            Some(_) => {
                return Err(format!(
                    "there is no `{step}` in `{}`",
                    info.component.unwrap_or(&info.ident)
                ));
            }
        }
    }
    Ok(())
}
