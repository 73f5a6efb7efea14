//! The file of a tag: its trait, the trait's twin, and the types of its operations.

use proc_macro2::TokenStream;
use quote::quote;

use super::headers::HeaderSets;
use super::{docs, errors, requests, responses, rust};
use crate::ir::{Body, Contract, Operation, Tag};

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
    let mut imports = vec![quote! { errors }, quote! { types }];
    if has_headers {
        imports.insert(1, quote! { headers });
    }
    let parts = operations.iter().map(|operation| {
        let request = requests::emit(contract, operation);
        let response = responses::emit(operation, headers);
        let error = errors::enumeration(operation);
        let marker = marker(operation, headers);
        quote! { #request #response #error #marker }
    });
    quote! {
        #doc

        use super::{#(#imports),*};

        #traits
        #(#parts)*
    }
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
        let doc = method_docs(operation);
        let signature = signature(operation);
        quote! { #doc #signature; }
    });
    let defaults = operations.iter().map(|operation| {
        let doc = method_docs(operation);
        let signature = signature(operation);
        let error = rust::joined(&[&operation.type_ident, "Error"]);
        quote! {
            #doc
            #signature {
                let _ = request;
                std::future::ready(Err(#error::Unimplemented))
            }
        }
    });
    let forwards = operations.iter().map(|operation| {
        let method = rust::ident(&operation.method_ident);
        let signature = signature(operation);
        quote! {
            #signature {
                #twin::#method(self, request)
            }
        }
    });
    quote! {
        #doc
        pub trait #ident: Send + Sync + 'static { #(#signatures)* }

        #twin_doc
        pub trait #twin: Send + Sync + 'static { #(#defaults)* }

        impl<T: #twin> #ident for T { #(#forwards)* }
    }
}

fn method_docs(operation: &Operation) -> TokenStream {
    docs::outer(&[
        &format!(
            "{}: `{} {}`.",
            operation.summary,
            operation.method.as_str(),
            operation.path
        ),
        &operation.description,
    ])
}

fn signature(operation: &Operation) -> TokenStream {
    let method = rust::ident(&operation.method_ident);
    let request = rust::joined(&[&operation.type_ident, "Request"]);
    let response = rust::joined(&[&operation.type_ident, "Response"]);
    let error = rust::joined(&[&operation.type_ident, "Error"]);
    quote! {
        fn #method(
            &self,
            request: #request,
        ) -> impl Future<Output = Result<#response, #error>> + Send
    }
}

/// The type by which the runtime knows the operation.
fn marker(operation: &Operation, headers: &HeaderSets<'_>) -> TokenStream {
    let ident = rust::ident(&operation.type_ident);
    let id = &operation.id;
    let doc = docs::outer(&[&format!("Names `{id}` to the runtime.")]);
    let request = rust::joined(&[&operation.type_ident, "Request"]);
    let response = rust::joined(&[&operation.type_ident, "Response"]);
    let error = rust::joined(&[&operation.type_ident, "Error"]);
    let envelope = errors::envelope(operation);
    let body = match &operation.body {
        None => quote! { contract_runtime::BodyPolicy::None },
        Some(Body { max_bytes, .. }) => {
            let max_bytes = proc_macro2::Literal::u32_unsuffixed(*max_bytes);
            quote! { contract_runtime::BodyPolicy::Json { max_bytes: #max_bytes } }
        }
    };
    let path_parameters = requests::path_metadata(operation);
    let other_parameters = requests::other_metadata(operation);
    let metadata = responses::metadata(operation, headers);
    quote! {
        #doc
        #[derive(Debug, Clone, Copy)]
        pub struct #ident;

        impl contract_runtime::Operation for #ident {
            const ID: &'static str = #id;
            const BODY: contract_runtime::BodyPolicy = #body;
            type Request = #request;
            type Response = #response;
            type Error = #error;
            type Envelope = #envelope;

            fn path_parameters() -> Vec<contract_runtime::support::dropshot::ApiEndpointParameter> {
                #path_parameters
            }

            fn other_parameters() -> Vec<contract_runtime::support::dropshot::ApiEndpointParameter> {
                #other_parameters
            }

            fn response() -> contract_runtime::support::dropshot::ApiEndpointResponse {
                #metadata
            }
        }
    }
}
