//! Answers other than errors: one variant for each declared status, with its declared headers.

use proc_macro2::TokenStream;
use quote::quote;

use super::headers::HeaderSets;
use super::{docs, rust};
use crate::ir::{Operation, Response, ResponseBody};

pub(super) fn emit(operation: &Operation, headers: &HeaderSets<'_>) -> TokenStream {
    let ident = rust::joined(&[&operation.type_ident, "Response"]);
    let doc = docs::outer(&[&format!("What `{}` answers.", operation.id)]);
    let answers: Vec<&Response> = operation
        .responses
        .iter()
        .filter(|r| !is_error(r))
        .collect();
    let variants = answers.iter().map(|response| variant(response, headers));
    let arms = answers.iter().map(|response| arm(response));
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq)]
        pub enum #ident { #(#variants,)* }

        impl contract_runtime::DeclaredResponse for #ident {
            fn into_parts(self) -> Result<contract_runtime::ResponseParts, String> {
                Ok(match self { #(#arms)* })
            }
        }
    }
}

/// What `Operation::response` gives Dropshot: the first answer that is a success.
pub(super) fn metadata(operation: &Operation, headers: &HeaderSets<'_>) -> TokenStream {
    let success = operation
        .responses
        .iter()
        .find(|response| (200..300).contains(&response.status));
    let Some(response) = success else {
        return quote! { contract_runtime::metadata::undocumented_response() };
    };
    let status = status(response.status);
    let headers = headers
        .path(response)
        .unwrap_or_else(|| quote! { contract_runtime::metadata::NoHeaders });
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

/// A status by its number, as a `StatusCode`.
fn status(status: u16) -> TokenStream {
    let status = proc_macro2::Literal::u16_unsuffixed(status);
    quote! { contract_runtime::status!(#status) }
}

fn variant(response: &Response, headers: &HeaderSets<'_>) -> TokenStream {
    let ident = rust::ident(&response.ident);
    let doc = docs::outer(&[&format!("{}: {}", response.status, response.description)]);
    let body = match &response.body {
        ResponseBody::Json(ty) => Some(rust::type_path(ty)),
        ResponseBody::Empty | ResponseBody::Error { .. } => None,
    };
    let parts: Vec<TokenStream> = body.into_iter().chain(headers.path(response)).collect();
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
        quote! { contract_runtime::ResponseParts::json(#status, &body)? }
    } else {
        quote! { contract_runtime::ResponseParts::empty(#status) }
    };
    let headers = with_headers.then(|| quote! { .headers(&headers)? });
    quote! { #pattern => #begin #headers, }
}
