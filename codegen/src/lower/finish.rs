//! The model → the IR. Only called when nothing was reported, so that everything is there.

use super::model::{DeclaredResponse, Model, OperationInfo, ParameterInfo, TypeInfo};
use super::security::Schemes;
use crate::ir::{
    Body, Contract, EnumValue, Operation, Parameter, Property, Response, ResponseBody,
    ResponseHeader, Tag, TypeDef, TypeKind, TypeRef,
};
use crate::lint;
use crate::naming;
use crate::source::{Node, Value};
use std::collections::HashMap;

/// The whole contract; `None` when something is missing after all, which would be a defect of
/// this generator.
pub(crate) fn finish(model: &Model<'_>, root: &Node) -> Option<Contract> {
    let codes: HashMap<&str, &EnumValue> = lint::error_codes(model)
        .into_iter()
        .flatten()
        .map(|code| (code.wire.as_str(), code))
        .collect();
    let schemes = Schemes::new(model);
    Some(Contract {
        title: model.title?.to_owned(),
        version: model.version?.0.to_owned(),
        description: model.description.map(str::to_owned),
        base_path: model
            .servers
            .first()
            .map(|(url, _)| lint::base_path(url).to_owned())
            .unwrap_or_default(),
        tags: model
            .tags
            .iter()
            .map(|tag| Tag {
                name: tag.name.to_owned(),
                trait_ident: naming::component_ident(tag.name),
                module_ident: naming::field_ident(tag.name),
                description: tag.description.map(str::to_owned),
            })
            .collect(),
        types: types(model)?,
        operations: model
            .operations
            .iter()
            .map(|info| operation(&schemes, info, &codes))
            .collect::<Option<_>>()?,
        security_schemes: schemes.definitions()?,
        document: root.to_json(),
    })
}

fn types(model: &Model<'_>) -> Option<Vec<TypeDef>> {
    model
        .types
        .list
        .iter()
        .map(|info| {
            Some(TypeDef {
                ident: info.ident.clone(),
                component: info.component.map(str::to_owned),
                description: description(info),
                is_personal: info.is_personal(),
                kind: match info.kind.clone()? {
                    TypeKind::Object(mut object) => {
                        object.properties.iter_mut().for_each(tidy);
                        TypeKind::Object(object)
                    }
                    other => other,
                },
            })
        })
        .collect()
}

/// A type's own words or those of its use; an item of a list may have neither.
fn description(info: &TypeInfo<'_>) -> String {
    match info.description {
        Some(description) => description.trim_end().to_owned(),
        None => format!(
            "One item of `{}`.",
            info.ident.strip_suffix("Item").unwrap_or(&info.ident)
        ),
    }
}

fn tidy(property: &mut Property) {
    if let Some(description) = &mut property.description {
        description.truncate(description.trim_end().len());
    }
}

fn operation(
    schemes: &Schemes<'_>,
    info: &OperationInfo<'_>,
    codes: &HashMap<&str, &EnumValue>,
) -> Option<Operation> {
    let (id, _) = info.id?;
    let body = match &info.body {
        None => None,
        Some(body) => Some(Body {
            ty: body.ty.clone()?,
            required: body.required,
            max_bytes: info.max_body_bytes?,
        }),
    };
    Some(Operation {
        id: id.to_owned(),
        type_ident: naming::component_ident(id),
        method_ident: naming::field_ident(id),
        method: info.method,
        path: info.path.to_owned(),
        tag: info.tags.as_ref()?.first()?.0.to_owned(),
        summary: info.summary?.0.trim().to_owned(),
        description: info.description?.trim_end().to_owned(),
        parameters: info
            .parameters
            .iter()
            .map(|info| parameter(info))
            .collect::<Option<_>>()?,
        body,
        responses: info
            .responses
            .iter()
            .map(|declared| response(declared, codes))
            .collect::<Option<_>>()?,
        security: schemes.alternatives(&info.security),
    })
}

fn parameter(info: &ParameterInfo<'_>) -> Option<Parameter> {
    let default = info.default.map(|entry| &entry.value);
    Some(Parameter {
        wire: info.wire.to_owned(),
        ident: naming::field_ident(info.wire),
        location: info.location,
        description: info.description.unwrap_or_default().trim_end().to_owned(),
        ty: info.ty.clone()?,
        required: info.required,
        default: default.and_then(travelling),
        default_json: default.map(Node::to_json),
    })
}

/// A scalar as it stands in a query or a header.
fn travelling(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Refused => None,
    }
}

fn response(
    declared: &DeclaredResponse<'_>,
    codes: &HashMap<&str, &EnumValue>,
) -> Option<Response> {
    let info = declared.info.as_ref()?;
    let ty: Option<TypeRef> = match &info.content {
        Some((_, ty)) => Some(ty.clone()?),
        None => None,
    };
    let body = match ty {
        None => ResponseBody::Empty,
        Some(envelope) if declared.status >= 400 => {
            let (_, listed) = info.codes.as_ref()?;
            let codes = listed
                .iter()
                .map(|(code, _)| codes.get(code).map(|&code| code.clone()))
                .collect::<Option<_>>()?;
            ResponseBody::Error { envelope, codes }
        }
        Some(ty) => ResponseBody::Json(ty),
    };
    let headers = info
        .headers
        .iter()
        .map(|header| {
            Some(ResponseHeader {
                wire: header.wire.to_owned(),
                ident: naming::field_ident(header.wire),
                description: header.description.unwrap_or_default().trim_end().to_owned(),
                ty: header.ty.clone()?,
                required: header.required,
            })
        })
        .collect::<Option<_>>()?;
    Some(Response {
        status: declared.status,
        ident: naming::status_ident(declared.status),
        description: info.description?.trim_end().to_owned(),
        body,
        headers,
    })
}
