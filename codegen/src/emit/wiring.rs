//! `wiring.rs`: from an implementation of the traits to an `ApiDescription` of Dropshot.

use proc_macro2::TokenStream;
use quote::quote;

use super::{rust, security};
use crate::ir::{Contract, Operation, Tag};

pub(super) fn emit(contract: &Contract) -> TokenStream {
    let bounds = contract.tags.iter().map(|tag| {
        let (module, ident) = (module(tag), rust::ident(&tag.trait_ident));
        quote! { super::#module::#ident }
    });
    let is_keyed = |operation: &Operation| operation.idempotency_key().is_some();
    let keyed = contract.operations.iter().any(is_keyed);
    let bounds = bounds.chain(keyed.then(|| quote! { contract_runtime::IdempotencyStore }));
    let routes = contract
        .operations
        .iter()
        .filter_map(|operation| route(contract, operation));
    let title = &contract.title;
    let version = &contract.version;
    quote! {
        #![doc = " From an implementation of the traits to what Dropshot serves."]

        /// The contract's title.
        pub const TITLE: &str = #title;

        /// The contract's version.
        pub const VERSION: &str = #version;

        /// The contract itself, as JSON.
        pub const CONTRACT_JSON: &str = include_str!("contract.json");

        contract_runtime::routes! {
            #(#bounds),*;
            #(#routes)*
        }
    }
}

fn module(tag: &Tag) -> proc_macro2::Ident {
    rust::ident(&tag.module_ident)
}

/// The method of a tag's trait that answers an operation.
fn route(contract: &Contract, operation: &Operation) -> Option<TokenStream> {
    let tag = contract.tags.iter().find(|tag| tag.name == operation.tag)?;
    let module = module(tag);
    let marker = rust::ident(&operation.type_ident);
    let method = rust::ident(&operation.method_ident);
    let caller = security::caller(operation).map(|caller| quote! { by super::#caller });
    let keyed = operation.idempotency_key().map(|_| quote! { with Keyed });
    Some(quote! { #method #caller #keyed => super::#module::#marker, })
}
