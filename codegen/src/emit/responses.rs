//! Answers other than errors: one variant for each declared status, with its declared headers.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::headers::HeaderSets;
use super::{docs, rust};
use crate::ir::{Operation, Response, ResponseBody};

pub(super) fn emit(operation: &Operation, headers: &HeaderSets<'_>) -> TokenStream {
    let ident = rust::joined(&[&operation.type_ident, "Response"]);
    let doc = docs::outer(&[&format!("What `{}` answers.", operation.id)]);
    let variants = operation
        .responses
        .iter()
        .filter(|response| !is_error(response))
        .map(|response| variant(response, headers));
    quote! {
        contract_runtime::response! {
            #doc
            #ident { #(#variants)* }
        }
    }
}

/// Whether an answer is one of the error shape.
pub(super) fn is_error(response: &Response) -> bool {
    matches!(response.body, ResponseBody::Error { .. })
}

fn variant(response: &Response, headers: &HeaderSets<'_>) -> TokenStream {
    let ident = rust::ident(&response.ident);
    let status = Literal::u16_unsuffixed(response.status);
    let doc = docs::outer(&[&response.description]);
    let body = match &response.body {
        ResponseBody::Json(ty) => {
            let ty = rust::type_path(ty);
            Some(quote! { body: #ty })
        }
        ResponseBody::Empty | ResponseBody::Error { .. } => None,
    };
    let headers = headers
        .path(response)
        .map(|headers| quote! { headers: #headers });
    let parts: Vec<TokenStream> = body.into_iter().chain(headers).collect();
    if parts.is_empty() {
        quote! { #doc #status => #ident, }
    } else {
        quote! { #doc #status => #ident(#(#parts),*), }
    }
}
