//! The typed client, made by progenitor from a document that is made from the IR.
//!
//! Progenitor is not given the contract itself, because it asserts or is silent where the
//! contract says more than it understands. The document says the same in its words:
//!
//! - every reference but those to schemas is resolved;
//! - answers that are neither a success nor an error (304) are left out, since progenitor
//!   takes one type for all that is no success: such an answer reaches the caller as
//!   `Error::UnexpectedResponse` with its status and headers;
//! - formats that typify takes for "any text" are left out, since it would drop the length
//!   and the pattern beside them;
//! - a property of a request that may be absent or `null` becomes a type of its own, because
//!   typify has one `None` for both (see `Nullable` in the generated file).

mod nullable;

use nullable::{Nullables, nullable_type, telling_null_from_absence};
use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};
use quote::quote;
use schemars::schema::{InstanceType, SchemaObject};
use serde_json::{Map, Value, json};

use super::{Options, docs};
use crate::ir::{
    ArrayRules, Contract, IntegerWidth, Operation, ParameterLocation, Property, Response,
    ResponseBody, TypeDef, TypeKind, TypeRef,
};

/// A library that makes the client refuses the contract.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The document that was made for progenitor is not one of OpenAPI 3.0.
    #[error("the client cannot be made: {0}")]
    Document(#[from] serde_json::Error),
    /// Progenitor has no words for something in the contract.
    #[error("the client cannot be made: {0}")]
    Progenitor(#[from] progenitor_impl::Error),
}

pub(super) fn emit(contract: &Contract, options: &Options) -> Result<TokenStream, ClientError> {
    let nullable = Nullables::of(contract);
    let document: OpenAPI = serde_json::from_value(document(contract, &nullable))?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_derive("PartialEq");
    for (format, rust) in [
        ("date", "::jiff::civil::Date"),
        ("date-time", "::jiff::Timestamp"),
    ] {
        let schema = SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            format: Some(format.to_owned()),
            ..SchemaObject::default()
        };
        let impls = [TypeImpl::Display, TypeImpl::FromStr].into_iter();
        settings.with_conversion(schema, rust, impls);
    }
    let module = &options.client_module;
    for (name, inner) in &nullable.names {
        let inner = match inner {
            TypeRef::Named(ident) => format!("{module}::types::{ident}"),
            TypeRef::Boolean => "bool".to_owned(),
        };
        let rust = format!("{module}::Nullable<{inner}>");
        settings.with_replacement(name, rust, std::iter::empty());
    }
    let client = Generator::new(&settings).generate_tokens(&document)?;
    let doc = docs::inner(&[&format!("The client of {}.", contract.title)]);
    if nullable.names.is_empty() {
        return Ok(quote! { #doc #client });
    }
    let client = telling_null_from_absence(client, &format!("{module}::stated"));
    let nullable = nullable_type();
    Ok(quote! { #doc #nullable #client })
}

fn document(contract: &Contract, nullables: &Nullables<'_>) -> Value {
    let mut schemas: Map<String, Value> = contract
        .types
        .iter()
        .map(|ty| (ty.ident.clone(), schema(ty, nullables)))
        .collect();
    for (name, inner) in &nullables.names {
        schemas.insert(name.clone(), json!({ "allOf": [reference(inner)] }));
    }
    let mut paths: Map<String, Value> = Map::new();
    for operation in &contract.operations {
        let path = paths
            .entry(operation.path.clone())
            .or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = operation_value(operation);
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": contract.title,
            "version": contract.version,
            "description": contract.description,
        },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

fn operation_value(operation: &Operation) -> Value {
    let parameters: Vec<Value> = operation
        .parameters
        .iter()
        .map(|parameter| {
            let location = match parameter.location {
                ParameterLocation::Path => "path",
                ParameterLocation::Query => "query",
                ParameterLocation::Header => "header",
            };
            json!({
                "name": parameter.wire,
                "in": location,
                "description": parameter.description,
                "required": parameter.required,
                "schema": reference(&parameter.ty),
            })
        })
        .collect();
    let responses: Map<String, Value> = operation
        .responses
        .iter()
        .filter(|response| is_success(response) || response.status >= 400)
        .map(|response| (response.status.to_string(), response_value(response)))
        .collect();
    let mut value = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(body) = &operation.body {
        value["requestBody"] = json!({
            "required": body.required,
            "content": { "application/json": { "schema": reference(&body.ty) } },
        });
    }
    value
}

fn is_success(response: &Response) -> bool {
    (200..300).contains(&response.status)
}

fn response_value(response: &Response) -> Value {
    let mut value = json!({ "description": response.description });
    match &response.body {
        ResponseBody::Json(ty) | ResponseBody::Error { envelope: ty, .. } => {
            value["content"] = json!({ "application/json": { "schema": reference(ty) } });
        }
        ResponseBody::Empty => {}
    }
    value
}

fn named(ident: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{ident}") })
}

fn reference(ty: &TypeRef) -> Value {
    match ty {
        TypeRef::Named(ident) => named(ident),
        TypeRef::Boolean => json!({ "type": "boolean" }),
    }
}

fn schema(ty: &TypeDef, nullables: &Nullables<'_>) -> Value {
    let mut value = match &ty.kind {
        TypeKind::Text(rules) => json!({
            "type": "string",
            "minLength": rules.min_length,
            "maxLength": rules.max_length,
            "pattern": rules.pattern.as_ref().map(|pattern| &pattern.source),
        }),
        TypeKind::Enumeration(values) => {
            let values: Vec<&str> = values.iter().map(|value| value.wire.as_str()).collect();
            json!({ "type": "string", "enum": values })
        }
        TypeKind::Date => json!({ "type": "string", "format": "date" }),
        TypeKind::DateTime => json!({ "type": "string", "format": "date-time" }),
        TypeKind::Uuid => json!({ "type": "string", "format": "uuid" }),
        TypeKind::Integer(rules) => {
            let format = match rules.width {
                IntegerWidth::I32 => "int32",
                IntegerWidth::I64 => "int64",
            };
            json!({ "type": "integer", "format": format })
        }
        TypeKind::Number(_) => json!({ "type": "number", "format": "double" }),
        TypeKind::Boolean => json!({ "type": "boolean" }),
        TypeKind::Array(ArrayRules { items, .. }) => {
            json!({ "type": "array", "items": reference(items) })
        }
        TypeKind::Object(rules) => {
            let properties: Map<String, Value> = rules
                .properties
                .iter()
                .map(|property| {
                    (
                        property.wire.clone(),
                        property_value(ty, property, nullables),
                    )
                })
                .collect();
            let required: Vec<&str> = rules
                .properties
                .iter()
                .filter(|property| property.required)
                .map(|property| property.wire.as_str())
                .collect();
            json!({ "type": "object", "properties": properties, "required": required })
        }
    };
    value["description"] = json!(ty.description);
    without_nulls(value)
}

fn property_value(object: &TypeDef, property: &Property, nullables: &Nullables<'_>) -> Value {
    if let Some((name, _)) = nullables.name_of(object, property) {
        return named(&name);
    }
    let inner = reference(&property.ty);
    match (property.nullable, &property.ty) {
        (false, _) => inner,
        (true, TypeRef::Boolean) => json!({ "type": "boolean", "nullable": true }),
        (true, TypeRef::Named(_)) => json!({ "allOf": [inner], "nullable": true }),
    }
}

/// Leaves out the keywords that have no value.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(entries) => entries
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        other => other,
    }
}
