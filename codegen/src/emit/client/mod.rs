//! The typed client: types, one file of operations for each tag, and what holds them together.
//!
//! The files declare; what the declarations do stands once, in `client-runtime`. Types are bounded
//! where they are sent and lenient where they are read, and so an enumeration is open as soon as
//! it is read anywhere.

mod operations;
mod security;
mod types;
mod usage;

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::{GeneratedFile, Options, docs, file, rust};
use crate::ir::{Contract, TypeRef};
use usage::Usage;

pub(super) fn emit(contract: &Contract, options: &Options) -> Vec<GeneratedFile> {
    let usage = Usage::new(contract);
    let mut files = vec![
        file(options, "mod.rs", &root(contract, &usage)),
        file(options, "types.rs", &types::emit(contract, &usage)),
    ];
    for tag in &contract.tags {
        let path = format!("{}.rs", tag.module_ident);
        files.push(file(options, &path, &operations::emit(contract, tag)));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn root(contract: &Contract, usage: &Usage<'_>) -> TokenStream {
    let title = format!(
        "The client of {}, version {}.",
        contract.title, contract.version
    );
    let doc = docs::inner(&[&title]);
    let modules = contract.tags.iter().map(|tag| {
        let ident = rust::ident(&tag.module_ident);
        let doc = docs::outer(&[&format!("The operations tagged {}.", tag.name)]);
        quote! { #doc pub mod #ident; }
    });
    let code = |ident: Option<&str>| {
        ident.map_or_else(
            || quote! { String },
            |ident| rust::type_path(&TypeRef::Named(ident.to_owned())),
        )
    };
    let (error_code, violation_code) = (code(usage.error_code), code(usage.violation_code));
    let client_doc = docs::outer(&[&format!(
        "A client of {}. Cloning is cheap, and clones share their connections.",
        contract.title
    )]);
    let headers = response_headers(contract);
    let schemes = security::declarations(contract);
    let credentials = (!contract.security_schemes.is_empty()).then(|| {
        quote! {
            pub use client_runtime::{
                AccessToken, Credential, RefreshingToken, SecretString, TokenError, TokenSource,
            };
        }
    });
    quote! {
        #doc
        #(#modules)*
        /// The types that travel.
        pub mod types;

        pub use client_runtime::{
            BuildClientError, Conditional, DecodeError, ErrorResponse, InvalidField,
            InvalidValue, IntoField, Nullable, ResponseFailure, ResponseValue, StatusCode, Violation,
        };
        #credentials

        /// Why a call has no value: the same for every operation.
        pub type Error = client_runtime::Error<#error_code, #violation_code>;

        #client_doc
        #[derive(Debug, Clone)]
        pub struct Client(client_runtime::Transport);

        client_runtime::client! { Client, ClientBuilder; #schemes }

        #headers
    }
}

/// The headers of successful answers, as one trait: what an answer does not have is `None`.
fn response_headers(contract: &Contract) -> TokenStream {
    let responses = contract
        .operations
        .iter()
        .flat_map(|operation| &operation.responses)
        .filter(|response| response.status < 400);
    let mut headers = BTreeMap::new();
    for header in responses.flat_map(|response| &response.headers) {
        headers
            .entry(header.ident.as_str())
            .and_modify(|(_, ty)| {
                if *ty != Some(&header.ty) {
                    // Operations that differ about the type agree about the text.
                    *ty = None;
                }
            })
            .or_insert((header, Some(&header.ty)));
    }
    if headers.is_empty() {
        return TokenStream::new();
    }
    let methods: Vec<_> = headers
        .values()
        .map(|(header, ty)| {
            let ident = rust::ident(&header.ident);
            let wire = &header.wire;
            let doc = docs::outer(&[&format!("`{wire}`: {}", header.description)]);
            let ty = ty.map_or_else(|| quote! { String }, rust::type_path);
            (doc, quote! { fn #ident(&self) -> Option<#ty> }, wire)
        })
        .collect();
    let declared = methods.iter().map(|(doc, head, _)| quote! { #doc #head; });
    let implemented = methods.iter().map(|(_, head, wire)| {
        quote! { #head { client_runtime::header(self, #wire) } }
    });
    quote! {
        /// The headers of answers, as types. A header that an answer does not have is `None`.
        pub trait ResponseHeaders { #(#declared)* }

        impl<T> ResponseHeaders for ResponseValue<T> { #(#implemented)* }
    }
}
