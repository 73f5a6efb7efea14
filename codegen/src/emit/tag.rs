//! The file of a tag: its trait, the trait's twin, and the types of its operations.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::headers::HeaderSets;
use super::{docs, errors, requests, responses, rust, security};
use crate::ir::{Contract, Operation, Tag};

pub(super) fn emit(contract: &Contract, tag: &Tag, headers: &HeaderSets<'_>) -> TokenStream {
    let operations: Vec<&Operation> = contract
        .operations
        .iter()
        .filter(|operation| operation.tag == tag.name)
        .collect();
    let doc = docs::inner(&[
        &format!("The operations tagged {}.", tag.name),
        tag.description.as_deref().unwrap_or_default(),
    ]);
    let traits = traits(tag, &operations);
    let has_headers = operations
        .iter()
        .flat_map(|operation| &operation.responses)
        .any(|response| !responses::is_error(response) && !response.headers.is_empty());
    let is_secured = is_secured(&operations);
    let imports = [
        (is_secured, quote! { callers }),
        (true, quote! { errors }),
        (has_headers, quote! { headers }),
        (is_secured, quote! { security }),
        (true, quote! { types }),
    ];
    let imports = imports
        .into_iter()
        .filter_map(|(is_used, module)| is_used.then_some(module));
    let parts = operations.iter().map(|operation| {
        let request = requests::emit(operation);
        let response = responses::emit(operation, headers);
        let error = errors::enumeration(operation);
        let marker = marker(contract, operation);
        quote! { #request #response #error #marker }
    });
    quote! {
        #doc

        use super::{#(#imports),*};

        #traits
        #(#parts)*
    }
}

/// Whether any operation is told who has called it.
fn is_secured(operations: &[&Operation]) -> bool {
    let mut callers = operations
        .iter()
        .map(|operation| security::caller(operation));
    callers.any(|caller| caller.is_some())
}

fn traits(tag: &Tag, operations: &[&Operation]) -> TokenStream {
    let ident = rust::ident(&tag.trait_ident);
    let twin = rust::joined(&["Unimplemented", &tag.trait_ident]);
    let doc = docs::outer(&[
        &format!(
            "What a backend implements for the operations tagged {}.",
            tag.name
        ),
        tag.description.as_deref().unwrap_or_default(),
        &format!(
            "An operation that is new in the contract does not compile until it is implemented; \
             implement `{twin}` instead where it should answer 501 until then."
        ),
    ]);
    let twin_doc = docs::outer(&[&format!(
        "`{ident}` with an answer for every operation: 501, until it is implemented. \
             Whatever implements this implements `{ident}`."
    )]);
    let signatures = operations.iter().map(|operation| {
        let doc = docs::outer(&[
            &format!(
                "{}: `{} {}`.",
                operation.summary,
                operation.method.as_str(),
                operation.path
            ),
            &operation.description,
        ]);
        let method = rust::ident(&operation.method_ident);
        let [request, response, error] = types(operation);
        let caller = security::caller(operation).map(|caller| quote! { by #caller });
        quote! { #doc fn #method(#request) #caller -> Result<#response, #error>; }
    });
    let authenticator = is_secured(operations).then(|| quote! { : security::Authenticator });
    quote! {
        contract_runtime::operations! {
            #doc
            trait #ident #authenticator;
            #twin_doc
            trait #twin;
            #(#signatures)*
        }
    }
}

/// The types of an operation's request, its answers and its errors.
fn types(operation: &Operation) -> [proc_macro2::Ident; 3] {
    ["Request", "Response", "Error"].map(|suffix| rust::joined(&[&operation.type_ident, suffix]))
}

/// The type by which the runtime knows the operation.
fn marker(contract: &Contract, operation: &Operation) -> TokenStream {
    let ident = rust::ident(&operation.type_ident);
    let id = &operation.id;
    let doc = docs::outer(&[&format!("Names `{id}` to the runtime.")]);
    let [request, response, error] = types(operation);
    let envelope = errors::envelope(operation);
    let method = rust::ident(operation.method.as_str());
    let path = format!("{}{}", contract.base_path, operation.path);
    let (tag, summary) = (&operation.tag, &operation.summary);
    let description = &operation.description;
    let max_body_bytes = operation.body.as_ref().map(|body| {
        let max_bytes = Literal::u32_unsuffixed(body.max_bytes);
        quote! { max_body_bytes: #max_bytes, }
    });
    quote! {
        contract_runtime::operation! {
            #doc
            #ident = #id {
                route: #method #path,
                tag: #tag,
                summary: #summary,
                description: #description,
                request: #request,
                response: #response,
                error: #error,
                envelope: #envelope,
                #max_body_bytes
            }
        }
    }
}
