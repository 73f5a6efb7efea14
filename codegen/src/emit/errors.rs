//! Errors: `errors.rs` has each code once, with its status and its headers; each operation has
//! an enumeration of those that it declares.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::headers::HeaderSets;
use super::{docs, rust};
use crate::ir::{Contract, EnumValue, Operation, Response, ResponseBody, has_headers};

/// `errors.rs`. That a code has one status and one set of headers is a rule of contracts.
pub(super) fn emit(contract: &Contract, headers: &HeaderSets<'_>) -> TokenStream {
    let mut seen = HashSet::new();
    let codes: Vec<(&Response, &EnumValue)> = contract
        .operations
        .iter()
        .flat_map(declared)
        .filter(|(_, code)| seen.insert(code.wire.as_str()))
        .collect();
    let uses_headers = codes
        .iter()
        .any(|(response, _)| !response.headers.is_empty());
    let import = uses_headers.then(|| quote! { use super::headers; });
    let codes = codes.iter().map(|(response, code)| {
        let status = Literal::u16_unsuffixed(response.status);
        let (wire, ident) = (&code.wire, rust::ident(&code.ident));
        let with = headers
            .path(response)
            .filter(|_| {
                has_headers(
                    wire,
                    codes_of(response).iter().map(|code| code.wire.as_str()),
                )
            })
            .map(|headers| quote! { with #headers });
        quote! { #status #wire => #ident #with, }
    });
    quote! {
        #![doc = " The error codes of the contract. An operation answers with those that it declares."]

        #import

        contract_runtime::errors! { #(#codes)* }
    }
}

/// The codes that one operation declares.
pub(super) fn enumeration(operation: &Operation) -> TokenStream {
    let ident = rust::joined(&[&operation.type_ident, "Error"]);
    let id = &operation.id;
    let doc = docs::outer(&[&format!(
        "What `{id}` refuses with: each code that the contract declares for it."
    )]);
    let codes = declared(operation).map(|(_, code)| {
        let error = rust::ident(&code.ident);
        // `Unimplemented` is what every enumeration of errors has besides.
        let variant = if code.ident == "Unimplemented" {
            rust::ident("UnimplementedCode")
        } else {
            error.clone()
        };
        quote! { #variant(errors::#error), }
    });
    quote! {
        contract_runtime::operation_error! {
            #doc
            #ident for #id { #(#codes)* }
        }
    }
}

/// The envelope that all errors of an operation have.
pub(super) fn envelope(operation: &Operation) -> TokenStream {
    let envelope = operation
        .responses
        .iter()
        .find_map(|response| match &response.body {
            ResponseBody::Error { envelope, .. } => Some(envelope),
            ResponseBody::Empty | ResponseBody::Json(_) => None,
        });
    envelope.map_or_else(|| quote! { () }, rust::type_path)
}

fn declared(operation: &Operation) -> impl Iterator<Item = (&Response, &EnumValue)> {
    operation.responses.iter().flat_map(|response| {
        let codes = codes_of(response).iter();
        codes.map(move |code| (response, code))
    })
}

fn codes_of(response: &Response) -> &[EnumValue] {
    match &response.body {
        ResponseBody::Error { codes, .. } => codes,
        ResponseBody::Empty | ResponseBody::Json(_) => &[],
    }
}
