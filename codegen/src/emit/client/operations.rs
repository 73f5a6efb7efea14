//! `<tag>.rs`: a request for each operation, with a method for each of its parts.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::super::{docs, rust};
use super::security;
use crate::ir::{Contract, Operation, Parameter, ParameterLocation, Response, ResponseBody, Tag};

pub(super) fn emit(contract: &Contract, tag: &Tag) -> TokenStream {
    let operations: Vec<&Operation> = contract
        .operations
        .iter()
        .filter(|operation| operation.tag == tag.name)
        .collect();
    let title = format!("The operations tagged {}.", tag.name);
    let doc = docs::inner(&[&title, tag.description.as_deref().unwrap_or_default()]);
    let methods = operations.iter().map(|operation| client_method(operation));
    let requests = operations.iter().map(|operation| request(operation));
    let takes_parts = operations
        .iter()
        .any(|operation| !operation.parameters.is_empty() || operation.body.is_some());
    let into_field = takes_parts.then(|| quote! { use client_runtime::IntoField; });
    let uses_types = operations.iter().any(|operation| {
        let mut answers = successes(operation);
        !operation.parameters.is_empty()
            || operation.body.is_some()
            || answers.any(|response| response.body != ResponseBody::Empty)
    });
    let types = uses_types.then(|| quote! { use super::types; });
    quote! {
        #doc
        #into_field
        #types

        impl super::Client { #(#methods)* }

        #(#requests)*
    }
}

/// The answers that are successes (2xx).
fn successes(operation: &Operation) -> impl Iterator<Item = &Response> {
    operation
        .responses
        .iter()
        .filter(|response| (200..300).contains(&response.status))
}

/// Whether 304 is an answer.
fn is_conditional(operation: &Operation) -> bool {
    operation
        .responses
        .iter()
        .any(|response| response.status == 304)
}

/// Whether a parameter is a condition that 304 answers.
fn is_condition(operation: &Operation, parameter: &Parameter) -> bool {
    let wire = &parameter.wire;
    is_conditional(operation)
        && parameter.location == ParameterLocation::Header
        && ["If-None-Match", "If-Modified-Since"]
            .iter()
            .any(|condition| condition.eq_ignore_ascii_case(wire))
}

/// Whether the answer's type depends on what is set.
fn has_condition(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter();
    parameters.any(|parameter| is_condition(operation, parameter))
}

fn client_method(operation: &Operation) -> TokenStream {
    let method = rust::ident(&operation.method_ident);
    let ident = rust::ident(&operation.type_ident);
    let route = format!(
        "`{} {}`{}{}",
        operation.method.as_str(),
        operation.path,
        security::sentence(operation),
        refusals(operation)
    );
    let doc = docs::outer(&[&operation.summary, &operation.description, &route]);
    quote! {
        #doc
        pub fn #method(&self) -> #ident { #ident::new(&self.0) }
    }
}

/// What is the same for each operation, and its constants.
fn operation_call(operation: &Operation, answer: &TokenStream) -> TokenStream {
    let ident = rust::ident(&operation.type_ident);
    let method = rust::ident(operation.method.as_str());
    let path = &operation.path;
    let parameters = operation.parameters.iter();
    let required: Vec<&str> = parameters
        .filter(|parameter| parameter.required && parameter.location != ParameterLocation::Path)
        .map(|parameter| parameter.wire.as_str())
        .chain(
            operation
                .body
                .iter()
                .filter(|body| body.required)
                .map(|_| "body"),
        )
        .collect();
    let requires = (!required.is_empty()).then(|| quote! { requires(#(#required),*) });
    let keyed = operation
        .idempotency_key()
        .map(|parameter| &parameter.wire)
        .map(|wire| quote! { keyed(#wire) });
    let statuses = successes(operation).map(|response| Literal::u16_unsuffixed(response.status));
    let security = security::of_operation(operation, |name| {
        let mut parameters = operation.parameters.iter();
        OWN_METHODS.contains(&name)
            || parameters.any(|parameter| setter_name(operation, parameter) == name)
    });
    let generics = has_condition(operation).then(|| quote! { <A> });
    quote! {
        client_runtime::operation! {
            #ident #generics(#answer) or super::Error;
            #method #path #keyed #requires answers(#(#statuses),*);
            #security
        }
    }
}

/// The codes that the operation refuses with, in a sentence.
fn refusals(operation: &Operation) -> String {
    let codes = operation.responses.iter().filter_map(|response| {
        let ResponseBody::Error { codes, .. } = &response.body else {
            return None;
        };
        let codes: Vec<String> = codes
            .iter()
            .map(|code| format!("`{}`", code.wire))
            .collect();
        Some(format!("{} ({})", codes.join(", "), response.status))
    });
    let codes: Vec<String> = codes.collect();
    if codes.is_empty() {
        return String::new();
    }
    format!(" refuses with {}.", codes.join(", "))
}

fn request(operation: &Operation) -> TokenStream {
    let ident = rust::ident(&operation.type_ident);
    let (answer, response_enum) = answer(operation);
    let conditional = quote! { client_runtime::OrNotModified<#answer> };
    let has_condition = has_condition(operation);
    let unconditional = if is_conditional(operation) && !has_condition {
        conditional.clone()
    } else {
        answer
    };
    let parameters = operation.parameters.iter().map(|parameter| {
        let name = rust::ident(&setter_name(operation, parameter));
        let how = rust::ident(match parameter.location {
            ParameterLocation::Path => "path",
            ParameterLocation::Query => "query",
            ParameterLocation::Header => "header",
        });
        let (wire, ty) = (&parameter.wire, rust::type_path(&parameter.ty));
        if is_condition(operation, parameter) {
            let said = "From here on 304 is an answer: see [`Conditional`](super::Conditional).";
            let doc = raw_outer(&parameter.description, said);
            quote! {
                #doc
                pub fn #name(self, value: impl IntoField<#ty>) -> #ident<#conditional> {
                    #ident(self.0.#how(#wire, value).answered_with())
                }
            }
        } else {
            let doc = docs::outer(&[&parameter.description]);
            quote! {
                #doc
                pub fn #name(self, value: impl IntoField<#ty>) -> Self {
                    Self(self.0.#how(#wire, value))
                }
            }
        }
    });
    let body = operation.body.as_ref().map(|body| {
        let ty = rust::type_path(&body.ty);
        quote! {
            /// The body.
            pub fn body(self, value: impl IntoField<#ty>) -> Self {
                Self(self.0.body(value))
            }
        }
    });
    let call = operation_call(operation, &unconditional);
    let doc = docs::outer(&[&format!("A request of `{}`.", operation.id)]);
    let attributes = quote! {
        #doc
        #[derive(Debug, Clone)]
        #[must_use = "nothing is sent before `send`"]
    };
    if has_condition {
        quote! {
            #attributes
            pub struct #ident<A = #unconditional>(client_runtime::Request<A>);

            impl<A> #ident<A> { #(#parameters)* #body }

            #call

            #response_enum
        }
    } else {
        let setters = (!operation.parameters.is_empty() || body.is_some())
            .then(|| quote! { impl #ident { #(#parameters)* #body } });
        quote! {
            #attributes
            pub struct #ident(client_runtime::Request<#unconditional>);

            #setters

            #call

            #response_enum
        }
    }
}

/// A description, and a paragraph with a link.
fn raw_outer(description: &str, paragraph: &str) -> TokenStream {
    let doc = docs::outer(&[description]);
    let paragraph = format!(" {paragraph}");
    quote! { #doc #[doc = ""] #[doc = #paragraph] }
}

/// What the successes are decoded to; and where their bodies differ, the type that has each.
fn answer(operation: &Operation) -> (TokenStream, TokenStream) {
    let decoded = |response: &Response| match &response.body {
        ResponseBody::Json(ty) => {
            let ty = rust::type_path(ty);
            quote! { client_runtime::Json<#ty> }
        }
        ResponseBody::Empty | ResponseBody::Error { .. } => quote! { client_runtime::Empty },
    };
    let responses: Vec<&Response> = successes(operation).collect();
    let Some(first) = responses.first() else {
        return (quote! { client_runtime::Empty }, TokenStream::new());
    };
    if responses.iter().all(|other| other.body == first.body) {
        return (decoded(first), TokenStream::new());
    }
    let ident = rust::joined(&[&operation.type_ident, "Response"]);
    let doc = docs::outer(&[&format!("The successes of `{}`.", operation.id)]);
    let variants = responses.iter().map(|response| {
        let variant = rust::ident(&response.ident);
        let doc = docs::outer(&[&format!("{}: {}", response.status, response.description)]);
        match &response.body {
            ResponseBody::Json(ty) => {
                let ty = rust::type_path(ty);
                quote! { #doc #variant(#ty), }
            }
            ResponseBody::Empty | ResponseBody::Error { .. } => quote! { #doc #variant, },
        }
    });
    let arms = responses.iter().map(|response| {
        let variant = rust::ident(&response.ident);
        let status = Literal::u16_unsuffixed(response.status);
        match &response.body {
            ResponseBody::Json(ty) => {
                let ty = rust::type_path(ty);
                quote! { , #variant = #status: #ty }
            }
            ResponseBody::Empty | ResponseBody::Error { .. } => quote! { , #variant = #status },
        }
    });
    let response_enum = quote! {
        #doc
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum #ident { #(#variants)* }

        client_runtime::responses!(#ident #(#arms)*);
    };
    (quote! { #ident }, response_enum)
}

/// What every request has.
const OWN_METHODS: [&str; 4] = ["send", "body", "clone", "new"];

/// A method that is not one of the request's own.
fn setter_name(operation: &Operation, parameter: &Parameter) -> String {
    let taken: HashSet<&str> = operation
        .parameters
        .iter()
        .map(|other| other.ident.as_str())
        .chain(OWN_METHODS)
        .collect();
    let mut name = parameter.ident.clone();
    while OWN_METHODS.contains(&name.as_str())
        || (name != parameter.ident && taken.contains(name.as_str()))
    {
        name.push('_');
    }
    name
}
