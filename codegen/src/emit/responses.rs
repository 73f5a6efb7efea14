//! Answers other than errors: one variant for each declared status, with its declared headers.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{docs, rust};
use crate::ir::{Operation, Response, ResponseBody, ResponseHeader};

pub(super) fn emit(operation: &Operation) -> TokenStream {
    let ident = rust::joined(&[&operation.type_ident, "Response"]);
    let doc = docs::outer(&[&format!("What `{}` answers.", operation.id)]);
    let answers: Vec<&Response> = operation
        .responses
        .iter()
        .filter(|r| !is_error(r))
        .collect();
    let structs = answers.iter().map(|response| headers(operation, response));
    let variants = answers.iter().map(|response| variant(operation, response));
    let arms = answers.iter().map(|response| arm(response));
    quote! {
        #(#structs)*

        #doc
        #[derive(Debug, Clone, PartialEq)]
        pub enum #ident { #(#variants,)* }

        impl contract_runtime::DeclaredResponse for #ident {
            fn into_parts(self) -> Result<contract_runtime::ReplyParts, String> {
                Ok(match self { #(#arms)* })
            }
        }
    }
}

/// What `Operation::response` gives Dropshot: the first answer that is a success.
pub(super) fn metadata(operation: &Operation) -> TokenStream {
    let success = operation
        .responses
        .iter()
        .find(|response| (200..300).contains(&response.status));
    let Some(response) = success else {
        return quote! { contract_runtime::metadata::undocumented_response() };
    };
    let status = status(response.status);
    let headers = if response.headers.is_empty() {
        quote! { contract_runtime::metadata::NoHeaders }
    } else {
        let ty = headers_ident(operation, response);
        quote! { #ty }
    };
    match &response.body {
        ResponseBody::Json(body) | ResponseBody::Error { envelope: body, .. } => {
            let body = rust::type_path(body);
            quote! { contract_runtime::metadata::json_response::<#body, #headers>(#status) }
        }
        ResponseBody::Empty => {
            quote! { contract_runtime::metadata::empty_response::<#headers>(#status) }
        }
    }
}

/// Whether an answer is one of the error shape.
pub(super) fn is_error(response: &Response) -> bool {
    matches!(response.body, ResponseBody::Error { .. })
}

/// The struct that holds the headers of an answer.
pub(super) fn headers_ident(operation: &Operation, response: &Response) -> Ident {
    rust::joined(&[&operation.type_ident, &response.ident, "Headers"])
}

/// `StatusCode::CREATED` by its number, which every status has.
pub(super) fn status(status: u16) -> TokenStream {
    let name = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .map(|reason| {
            reason
                .to_uppercase()
                .replace([' ', '-'], "_")
                .replace('\'', "")
        });
    let ident = rust::ident(name.as_deref().unwrap_or("OK"));
    quote! { contract_runtime::support::http::StatusCode::#ident }
}

/// The struct of an answer's headers; nothing for an answer without any.
pub(super) fn headers(operation: &Operation, response: &Response) -> TokenStream {
    if response.headers.is_empty() {
        return TokenStream::new();
    }
    let ident = headers_ident(operation, response);
    let doc = docs::outer(&[&format!(
        "The headers of `{}`'s answer {}.",
        operation.id, response.status
    )]);
    let fields = response.headers.iter().map(|header| {
        let ident = rust::ident(&header.ident);
        let doc = docs::outer(&[&header.description]);
        let ty = rust::type_path(&header.ty);
        let (ty, skip) = if header.required {
            (ty, TokenStream::new())
        } else {
            (
                quote! { Option<#ty> },
                quote! { #[serde(skip_serializing_if = "Option::is_none")] },
            )
        };
        let wire = header.wire.to_lowercase();
        quote! { #doc #[serde(rename = #wire)] #skip pub #ident: #ty }
    });
    let name = ident.to_string();
    let properties = response.headers.iter().map(|header| {
        let (wire, required) = (header.wire.to_lowercase(), header.required);
        let ty = rust::type_path(&header.ty);
        quote! { .property(#wire, #required, generator.subschema_for::<#ty>()) }
    });
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq, contract_runtime::support::serde::Serialize)]
        #[serde(crate = "contract_runtime::support::serde")]
        pub struct #ident { #(#fields,)* }

        impl contract_runtime::support::schemars::JsonSchema for #ident {
            fn schema_name() -> String {
                #name.to_owned()
            }

            fn json_schema(
                generator: &mut contract_runtime::support::schemars::r#gen::SchemaGenerator,
            ) -> contract_runtime::support::schemars::schema::Schema {
                contract_runtime::metadata::ObjectSchema::new(false) #(#properties)* .into()
            }
        }
    }
}

fn variant(operation: &Operation, response: &Response) -> TokenStream {
    let ident = rust::ident(&response.ident);
    let doc = docs::outer(&[&format!("{}: {}", response.status, response.description)]);
    let body = match &response.body {
        ResponseBody::Json(ty) => Some(rust::type_path(ty)),
        ResponseBody::Empty | ResponseBody::Error { .. } => None,
    };
    let headers = (!response.headers.is_empty()).then(|| {
        let ident = headers_ident(operation, response);
        quote! { #ident }
    });
    let parts: Vec<TokenStream> = body.into_iter().chain(headers).collect();
    if parts.is_empty() {
        quote! { #doc #ident }
    } else {
        quote! { #doc #ident(#(#parts),*) }
    }
}

fn arm(response: &Response) -> TokenStream {
    let ident = rust::ident(&response.ident);
    let status = status(response.status);
    let with_headers = !response.headers.is_empty();
    let has_body = matches!(response.body, ResponseBody::Json(_));
    let pattern = match (has_body, with_headers) {
        (true, true) => quote! { Self::#ident(body, headers) },
        (true, false) => quote! { Self::#ident(body) },
        (false, true) => quote! { Self::#ident(headers) },
        (false, false) => quote! { Self::#ident },
    };
    let begin = if has_body {
        quote! { contract_runtime::ReplyParts::json(#status, &body)? }
    } else {
        quote! { contract_runtime::ReplyParts::empty(#status) }
    };
    let sets = response
        .headers
        .iter()
        .map(set_header)
        .map(|set| quote! { #set? });
    quote! { #pattern => #begin #(#sets)*, }
}

/// The call that sets a declared header, on an answer or on the parts of one.
pub(super) fn set_header(header: &ResponseHeader) -> TokenStream {
    let ident = rust::ident(&header.ident);
    let wire = header.wire.to_lowercase();
    if header.required {
        quote! { .header(#wire, &headers.#ident) }
    } else {
        quote! { .optional_header(#wire, headers.#ident.as_ref()) }
    }
}
