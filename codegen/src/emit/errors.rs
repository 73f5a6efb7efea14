//! Errors: one variant for each code that the operation declares, whatever its status.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, responses, rust};
use crate::ir::{EnumValue, Operation, Response, ResponseBody};

pub(super) fn emit(operation: &Operation) -> TokenStream {
    let ident = rust::joined(&[&operation.type_ident, "Error"]);
    let id = &operation.id;
    let doc = docs::outer(&[&format!(
        "What `{id}` refuses with: each code that the contract declares for it."
    )]);
    let errors: Vec<&Response> = operation
        .responses
        .iter()
        .filter(|response| responses::is_error(response))
        .collect();
    let headers = errors
        .iter()
        .map(|response| responses::headers(operation, response));
    let names = variant_names(&errors);
    let variants = each_code(&errors).map(|(response, code)| {
        let variant = rust::ident(&names[&(response.status, code.wire.as_str())]);
        let doc = docs::outer(&[&format!("{}: {}", response.status, response.description)]);
        if response.headers.is_empty() {
            quote! { #doc #variant(contract_runtime::Problem) }
        } else {
            let headers = responses::headers_ident(operation, response);
            quote! { #doc #variant(contract_runtime::Problem, #headers) }
        }
    });
    let arms = each_code(&errors).map(|(response, code)| {
        let variant = rust::ident(&names[&(response.status, code.wire.as_str())]);
        arm(response, code, &variant)
    });
    quote! {
        #(#headers)*

        #doc
        #[derive(Debug)]
        pub enum #ident {
            #(#variants,)*
            /// 501: nobody has implemented the operation yet. The only answer that the contract
            /// does not declare.
            NotImplemented,
        }

        impl contract_runtime::DeclaredError for #ident {
            fn into_answer(self) -> contract_runtime::Answer {
                match self {
                    #(#arms)*
                    Self::NotImplemented => contract_runtime::Answer::not_implemented(#id),
                }
            }
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

fn each_code<'a>(
    errors: &'a [&'a Response],
) -> impl Iterator<Item = (&'a Response, &'a EnumValue)> {
    errors.iter().flat_map(|response| {
        let codes = match &response.body {
            ResponseBody::Error { codes, .. } => codes.as_slice(),
            ResponseBody::Empty | ResponseBody::Json(_) => &[],
        };
        codes.iter().map(move |code| (*response, code))
    })
}

/// A variant is named after its code; where a code stands under two statuses, after both.
fn variant_names<'a>(errors: &'a [&'a Response]) -> HashMap<(u16, &'a str), String> {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for (_, code) in each_code(errors) {
        *uses.entry(&code.wire).or_default() += 1;
    }
    each_code(errors)
        .map(|(response, code)| {
            let name = if uses[code.wire.as_str()] > 1 || code.ident == "NotImplemented" {
                format!("{}{}", code.ident, response.ident)
            } else {
                code.ident.clone()
            };
            ((response.status, code.wire.as_str()), name)
        })
        .collect()
}

fn arm(response: &Response, code: &EnumValue, variant: &proc_macro2::Ident) -> TokenStream {
    let status = responses::status(response.status);
    let wire = &code.wire;
    let answer = quote! { contract_runtime::Answer::new(#status, #wire, problem) };
    if response.headers.is_empty() {
        return quote! { Self::#variant(problem) => #answer, };
    }
    let sets = response.headers.iter().map(responses::set_header);
    quote! { Self::#variant(problem, headers) => #answer #(#sets)*, }
}
