//! Requests: one struct for each place in which an operation has parameters, and the struct
//! that holds them all.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, rust};
use crate::ir::{Operation, Parameter, ParameterLocation};

/// The three places: the field of the request that holds each, the suffix of its type, and what
/// its parameters are called.
const PLACES: [(ParameterLocation, &str, &str, &str); 3] = [
    (ParameterLocation::Path, "path", "Path", "path parameters"),
    (
        ParameterLocation::Query,
        "query",
        "Query",
        "query parameters",
    ),
    (ParameterLocation::Header, "headers", "Headers", "headers"),
];

pub(super) fn emit(operation: &Operation) -> TokenStream {
    let ident = rust::joined(&[&operation.type_ident, "Request"]);
    let doc = docs::outer(&[&format!("A request for `{}`.", operation.id)]);
    let mut structs = Vec::new();
    let mut parts = Vec::new();
    for (location, field, suffix, what) in PLACES {
        let parameters: Vec<TokenStream> = operation
            .parameters
            .iter()
            .filter(|parameter| parameter.location == location)
            .map(parameter)
            .collect();
        if parameters.is_empty() {
            continue;
        }
        let ty = rust::joined(&[&operation.type_ident, suffix]);
        let (field, place) = (rust::ident(field), rust::ident(suffix));
        let doc = docs::outer(&[&format!("The {what} of `{}`.", operation.id)]);
        structs.push(quote! {
            contract_runtime::parameters! {
                #doc
                #place #ty { #(#parameters)* }
            }
        });
        parts.push(quote! { #field: #ty, });
    }
    if let Some(body) = &operation.body {
        let ty = rust::type_path(&body.ty);
        parts.push(if body.required {
            quote! { body: #ty, }
        } else {
            quote! { body: Option<#ty>, }
        });
    }
    quote! {
        #(#structs)*

        contract_runtime::request! {
            #doc
            #ident { #(#parts)* }
        }
    }
}

fn parameter(parameter: &Parameter) -> TokenStream {
    let ident = rust::ident(&parameter.ident);
    let doc = docs::outer(&[&parameter.description]);
    let ty = rust::type_path(&parameter.ty);
    let wire = &parameter.wire;
    match &parameter.default {
        Some(default) => quote! { #doc #wire => #ident: #ty = #default, },
        None if parameter.required => quote! { #doc #wire => #ident: #ty, },
        None => quote! { #doc #wire => #ident: Option<#ty>, },
    }
}
