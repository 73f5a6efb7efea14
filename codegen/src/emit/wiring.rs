//! `wiring.rs`: from an implementation of the traits to an `ApiDescription` of Dropshot.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::rust;
use crate::ir::{Contract, Method, Operation, Tag};

pub(super) fn emit(contract: &Contract) -> TokenStream {
    let bounds: Vec<TokenStream> = contract.tags.iter().map(trait_path).collect();
    let registrations = contract
        .operations
        .iter()
        .map(|operation| registration(contract, operation));
    let handlers = contract
        .operations
        .iter()
        .map(|operation| handler(contract, operation));
    let refusals = refusals(contract);
    let paths = contract.operations.iter().map(|operation| {
        let (method, path) = (operation.method.as_str(), full_path(contract, operation));
        quote! { (#method, #path) }
    });
    let base_path = &contract.base_path;
    let title = &contract.title;
    let version = &contract.version;
    quote! {
        #![doc = " From an implementation of the traits to what Dropshot serves."]

        use std::sync::Arc;

        use contract_runtime::support::dropshot::{
            ApiDescription, ApiDescriptionRegisterError, ApiEndpoint, ApiEndpointVersions, Method,
            RequestContext,
        };
        use contract_runtime::{DropshotError, Operation, OperationResponse, RawRequest};

        type HandlerResult<O> =
            Result<OperationResponse<O>, DropshotError<<O as Operation>::Envelope>>;

        /// The contract's title.
        pub const TITLE: &str = #title;

        /// The contract's version.
        pub const VERSION: &str = #version;

        /// The path below which the contract's operations stand.
        pub const BASE_PATH: &str = #base_path;

        /// The contract itself, as JSON.
        pub const CONTRACT_JSON: &str = include_str!("contract.json");

        /// Every route of the contract: its method and its path.
        pub const ROUTES: &[(&str, &str)] = &[#(#paths,)*];

        /// Registers every operation of the contract with `api`. A request is answered by the
        /// backend that is Dropshot's context.
        ///
        /// # Errors
        /// `api` already has a route that collides with one of the contract.
        pub fn register<B>(
            api: &mut ApiDescription<Arc<B>>,
        ) -> Result<(), ApiDescriptionRegisterError>
        where
            B: #(#bounds)+*,
        {
            #(#registrations)*
            #(#refusals)*
            Ok(())
        }

        #(#handlers)*
    }
}

fn trait_path(tag: &Tag) -> TokenStream {
    let (module, ident) = (
        rust::ident(&tag.module_ident),
        rust::ident(&tag.trait_ident),
    );
    quote! { super::#module::#ident }
}

fn full_path(contract: &Contract, operation: &Operation) -> String {
    format!("{}{}", contract.base_path, operation.path)
}

/// For each path, the methods that it has; all others are answered with 405.
fn refusals(contract: &Contract) -> Vec<TokenStream> {
    let mut paths: Vec<(&str, Vec<&Operation>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for operation in &contract.operations {
        let place = *places.entry(&operation.path).or_insert_with(|| {
            paths.push((&operation.path, Vec::new()));
            paths.len() - 1
        });
        paths[place].1.push(operation);
    }
    let refusal = |(_, operations): &(&str, Vec<&Operation>)| {
        let first = operations.first()?;
        let tag = contract.tags.iter().find(|tag| tag.name == first.tag)?;
        let (module, marker) = (
            rust::ident(&tag.module_ident),
            rust::ident(&first.type_ident),
        );
        let path = full_path(contract, first);
        let methods = operations.iter().flat_map(|operation| methods(operation));
        Some(quote! {
            contract_runtime::refuse_other_methods::<super::#module::#marker, _>(
                api,
                #path,
                &[#(#methods),*],
            )?;
        })
    };
    paths.iter().filter_map(refusal).collect()
}

/// A handler in Dropshot's sense: it leads from the raw request to the backend's method.
fn handler(contract: &Contract, operation: &Operation) -> TokenStream {
    let Some(tag) = contract.tags.iter().find(|tag| tag.name == operation.tag) else {
        return TokenStream::new();
    };
    let module = rust::ident(&tag.module_ident);
    let bound = trait_path(tag);
    let marker = rust::ident(&operation.type_ident);
    let method = rust::ident(&operation.method_ident);
    let operation_type = quote! { super::#module::#marker };
    quote! {
        async fn #method<B: #bound>(
            context: RequestContext<Arc<B>>,
            raw: RawRequest<#operation_type>,
        ) -> HandlerResult<#operation_type> {
            let call = |backend: Arc<B>, request| async move { backend.#method(request).await };
            contract_runtime::serve(context, raw, call).await
        }
    }
}

/// The methods by which an operation is asked for. Whatever answers GET answers HEAD, without
/// the body (RFC 9110, 9.1).
fn methods(operation: &Operation) -> &'static [&'static str] {
    match operation.method {
        Method::Get => &["GET", "HEAD"],
        Method::Put => &["PUT"],
        Method::Post => &["POST"],
        Method::Delete => &["DELETE"],
        Method::Patch => &["PATCH"],
    }
}

fn registration(contract: &Contract, operation: &Operation) -> TokenStream {
    let handler = rust::ident(&operation.method_ident);
    let (id, tag, summary) = (&operation.id, &operation.tag, &operation.summary);
    let description = &operation.description;
    let path = full_path(contract, operation);
    let endpoints = methods(operation).iter().map(|method| {
        let documented = *method == operation.method.as_str();
        let name = if documented {
            id.clone()
        } else {
            format!("{id} {method}")
        };
        let method = rust::ident(method);
        let document = if documented {
            quote! { .tag(#tag).summary(#summary).description(#description) }
        } else {
            quote! { .visible(false) }
        };
        quote! {
            api.register(
                ApiEndpoint::new(
                    #name.to_owned(),
                    #handler::<B>,
                    Method::#method,
                    "application/json",
                    #path,
                    ApiEndpointVersions::All,
                )
                #document,
            )?;
        }
    });
    quote! { #(#endpoints)* }
}
