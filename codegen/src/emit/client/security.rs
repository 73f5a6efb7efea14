//! The credentials that a client has, and those that each operation takes.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::super::{docs, rust};
use crate::ir::{Contract, Credential, Operation, SecurityDemand, SecurityScheme};

/// What every builder of a client has.
const BUILDER_METHODS: [&str; 4] = ["http_client", "timeout", "max_response_bytes", "build"];

/// A line of `client!` for each scheme.
pub(super) fn declarations(contract: &Contract) -> TokenStream {
    let lines = contract.security_schemes.iter().map(|scheme| {
        let doc = docs::outer(&[&scheme.description]);
        let setter = setter(scheme, |name| BUILDER_METHODS.contains(&name));
        let (constant, name) = (constant(scheme), &scheme.name);
        let place = match &scheme.credential {
            Credential::Bearer => quote! { bearer(#name) },
            Credential::Header(header) => quote! { header(#name, #header) },
            Credential::Cookie(cookie) => quote! { cookie(#name, #cookie) },
        };
        quote! { #doc #setter: #constant = #place, }
    });
    quote! { #(#lines)* }
}

/// What `operation!` takes of an operation's security: the schemes of each alternative, and what
/// sets the credential of each scheme for one call.
pub(super) fn of_operation(operation: &Operation, is_taken: impl Fn(&str) -> bool) -> TokenStream {
    if operation.security.is_empty() {
        return TokenStream::new();
    }
    let mut named: Vec<&SecurityScheme> = Vec::new();
    let alternatives = operation.security.iter().map(|alternative| {
        let constants = alternative
            .demands
            .iter()
            .map(|SecurityDemand { scheme, .. }| {
                if !named.contains(&scheme) {
                    named.push(scheme);
                }
                constant(scheme)
            });
        quote! { [#(super::#constants),*] }
    });
    let alternatives: Vec<TokenStream> = alternatives.collect();
    let setters = named.into_iter().map(|scheme| {
        let (setter, constant) = (setter(scheme, &is_taken), constant(scheme));
        quote! { #setter: super::#constant, }
    });
    quote! { security(#(#alternatives),*); #(#setters)* }
}

/// What an operation takes, in words: `takes account (bookings:read), or bookingSecret;`.
pub(super) fn sentence(operation: &Operation) -> String {
    let alternatives = operation.security.iter().map(|alternative| {
        let demands = alternative.demands.iter().map(|demand| {
            let scopes = demand.scopes.iter();
            let scopes: Vec<String> = scopes.map(|one| format!("`{}`", one.wire)).collect();
            let scheme = format!("`{}`", demand.scheme.name);
            if scopes.is_empty() {
                scheme
            } else {
                format!("{scheme} ({})", scopes.join(", "))
            }
        });
        let demands: Vec<String> = demands.collect();
        if demands.is_empty() {
            "nothing".to_owned()
        } else {
            demands.join(" and ")
        }
    });
    let alternatives: Vec<String> = alternatives.collect();
    if alternatives.is_empty() {
        return String::new();
    }
    format!(" takes {};", alternatives.join(", or "))
}

fn constant(scheme: &SecurityScheme) -> Ident {
    let name = scheme.method_ident.trim_start_matches("r#");
    rust::ident(&name.to_uppercase())
}

/// The name of a setter, and what it takes: `account(Credential)`.
fn setter(scheme: &SecurityScheme, is_taken: impl Fn(&str) -> bool) -> TokenStream {
    let mut name = scheme.method_ident.clone();
    while is_taken(&name) {
        name.push('_');
    }
    let name = rust::ident(&name);
    match scheme.credential {
        Credential::Bearer => quote! { #name(Credential) },
        Credential::Header(_) | Credential::Cookie(_) => quote! { #name(SecretString) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheme(method: &str) -> SecurityScheme {
        SecurityScheme {
            name: method.to_owned(),
            type_ident: "Some".to_owned(),
            method_ident: method.to_owned(),
            description: "Some scheme.".to_owned(),
            credential: Credential::Bearer,
            scopes: Vec::new(),
        }
    }

    #[test]
    fn a_scheme_that_is_called_like_a_method_has_another_setter_and_a_constant_of_its_own() {
        let is_taken = |name: &str| BUILDER_METHODS.contains(&name);
        for (method, expected, named) in [
            ("account", "account (Credential)", "ACCOUNT"),
            ("timeout", "timeout_ (Credential)", "TIMEOUT"),
            ("r#type", "r#type (Credential)", "TYPE"),
        ] {
            let scheme = scheme(method);
            assert_eq!(setter(&scheme, is_taken).to_string(), expected);
            assert_eq!(constant(&scheme).to_string(), named);
        }
    }
}
