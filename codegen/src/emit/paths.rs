//! `paths.rs`: where each operation is, for links to it.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, rust};
use crate::ir::{Contract, Operation, Parameter, ParameterLocation};

/// How many arguments of a function clippy takes without a word.
const CLIPPYS_ARGUMENTS: usize = 7;

pub(super) fn emit(contract: &Contract) -> TokenStream {
    let base_path = &contract.base_path;
    let functions = contract.operations.iter().map(function);
    // Without a parameter there is no type to name.
    let types = contract
        .operations
        .iter()
        .any(|operation| variables(operation).next().is_some())
        .then(|| quote! { use super::types; });
    quote! {
        #![doc = " Where each operation is: what a link to it says. Values are percent-encoded."]

        #types

        contract_runtime::paths! {
            #base_path;
            #(#functions)*
        }
    }
}

fn variables(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == ParameterLocation::Path)
}

/// The path's variables are numbered as they stand in it, because their names need not be Rust's.
fn function(operation: &Operation) -> TokenStream {
    let mut variables: Vec<&Parameter> = variables(operation).collect();
    let place = |parameter: &&Parameter| operation.path.find(&format!("{{{}}}", parameter.wire));
    variables.sort_by_key(place);
    let path = variables
        .iter()
        .fold(operation.path.clone(), |path, parameter| {
            path.replace(&format!("{{{}}}", parameter.wire), "{}")
        });
    let doc = docs::outer(&[&format!(
        "Where `{}` is: `{} {}`.",
        operation.id,
        operation.method.as_str(),
        operation.path
    )]);
    let many = (variables.len() > CLIPPYS_ARGUMENTS).then(|| {
        quote! {
            #[expect(clippy::too_many_arguments, reason = "the path has so many variables")]
        }
    });
    let name = rust::ident(&operation.method_ident);
    let idents = variables
        .iter()
        .map(|parameter| rust::ident(&parameter.ident));
    let types = variables
        .iter()
        .map(|parameter| rust::type_path(&parameter.ty));
    quote! { #doc #many #name(#(#idents: #types),*) => #path; }
}
