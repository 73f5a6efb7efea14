//! `security.rs`: the scopes, and what a backend implements to know its callers; and
//! `callers.rs`: a type for each way in which an operation can be called.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, rust};
use crate::ir::{
    Contract, Credential, EnumValue, Operation, ResponseBody, SecurityAlternative, SecurityDemand,
    SecurityScheme, caller_ident,
};

/// Whether anybody is asked who they are. If not, nothing is generated of security.
pub(super) fn is_demanded(contract: &Contract) -> bool {
    !contract.security_schemes.is_empty()
}

/// `security.rs`.
pub(super) fn emit(contract: &Contract) -> TokenStream {
    let scopes = contract.security_schemes.iter().filter_map(scopes);
    let schemes = contract.security_schemes.iter().map(|scheme| {
        let doc = docs::outer(&[&scheme.description]);
        let place = match &scheme.credential {
            Credential::Bearer => quote! { bearer },
            Credential::Header(name) => quote! { header(#name) },
            Credential::Cookie(name) => quote! { cookie(#name) },
        };
        let (ident, name) = (rust::ident(&scheme.type_ident), &scheme.name);
        let method = rust::ident(&scheme.method_ident);
        let scopes = (!scheme.scopes.is_empty()).then(|| {
            let scopes = rust::ident(&scheme.scopes_ident());
            quote! { with #scopes }
        });
        quote! { #doc #place #ident #name => #method #scopes, }
    });
    let realm: String = contract
        .title
        .chars()
        .filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\'))
        .collect();
    let faults = ["SERVICE_UNAVAILABLE", "INTERNAL_ERROR"]
        .into_iter()
        .filter_map(|wire| code(contract, wire))
        .map(|code| {
            let ident = rust::ident(&code.ident);
            quote! { errors::#ident }
        });
    quote! {
        #![doc = " How callers prove who they are, and what they may do."]

        use super::errors;

        #(#scopes)*

        contract_runtime::security! {
            realm: #realm,
            faults: [#(#faults),*],
            #(#schemes)*
        }
    }
}

fn scopes(scheme: &SecurityScheme) -> Option<TokenStream> {
    if scheme.scopes.is_empty() {
        return None;
    }
    let ident = rust::ident(&scheme.scopes_ident());
    let doc = docs::outer(&[&format!(
        "What credentials of the scheme `{}` can be good for.",
        scheme.name
    )]);
    let scopes = scheme.scopes.iter().map(|scope| {
        let (variant, wire) = (rust::ident(&scope.ident), &scope.wire);
        let doc = docs::outer(&[&format!("`{wire}`"), &scope.description]);
        quote! { #doc #variant = #wire, }
    });
    Some(quote! {
        contract_runtime::scopes! {
            #doc
            #ident { #(#scopes)* }
        }
    })
}

fn code<'a>(contract: &'a Contract, wire: &str) -> Option<&'a EnumValue> {
    let responses = contract.operations.iter().flat_map(|one| &one.responses);
    responses
        .filter_map(|response| match &response.body {
            ResponseBody::Error { codes, .. } => Some(codes),
            ResponseBody::Empty | ResponseBody::Json(_) => None,
        })
        .flatten()
        .find(|code| code.wire == wire)
}

/// `callers.rs`: each alternative once, then each set of several.
pub(super) fn callers(contract: &Contract) -> TokenStream {
    let mut seen = HashSet::new();
    let alternatives = contract
        .operations
        .iter()
        .flat_map(|operation| &operation.security)
        .filter(|one| !one.demands.is_empty() && seen.insert(one.ident.as_str()))
        .map(alternative);
    let mut seen = HashSet::new();
    let choices = contract
        .operations
        .iter()
        .filter(|operation| operation.security.len() > 1)
        .map(|operation| (caller_ident(&operation.security), &operation.security))
        .filter(|(ident, _)| seen.insert(ident.clone()))
        .map(|(ident, alternatives)| choice(&ident, alternatives));
    quote! {
        #![doc = " Who has called an operation. Only the contract's security makes these, of what the"]
        #![doc = " [`Authenticator`](super::security::Authenticator) has granted."]

        use super::security;

        #(#alternatives)*
        #(#choices)*
    }
}

fn alternative(alternative: &SecurityAlternative) -> TokenStream {
    let ident = rust::ident(&alternative.ident);
    let demands = &alternative.demands;
    let words: Vec<String> = demands
        .iter()
        .map(|SecurityDemand { scheme, scopes }| {
            let scopes: Vec<String> = scopes
                .iter()
                .map(|scope| format!("`{}`", scope.wire))
                .collect();
            match scopes.as_slice() {
                [] => format!("a credential of `{}`", scheme.name),
                scopes => format!(
                    "a credential of `{}` for {}",
                    scheme.name,
                    scopes.join(" and ")
                ),
            }
        })
        .collect();
    let doc = docs::outer(&[&format!("A caller with {}.", words.join(", and "))]);
    let names: Vec<&str> = demands
        .iter()
        .map(|demand| demand.scheme.name.as_str())
        .collect();
    let names = names.join(" and ");
    let fields = demands.iter().map(|SecurityDemand { scheme, scopes }| {
        let field = rust::ident(&scheme.method_ident);
        let ident = rust::ident(&scheme.type_ident);
        let enumeration = rust::ident(&scheme.scopes_ident());
        let scopes = scopes.iter().map(|scope| {
            let variant = rust::ident(&scope.ident);
            quote! { security::#enumeration::#variant }
        });
        quote! { #field: #ident [#(#scopes),*], }
    });
    quote! {
        contract_runtime::caller! {
            security;
            #doc
            #ident(#names) { #(#fields)* }
        }
    }
}

fn choice(ident: &str, alternatives: &[SecurityAlternative]) -> TokenStream {
    let ident = rust::ident(ident);
    let mut seen = HashSet::new();
    let fields = alternatives
        .iter()
        .flat_map(|one| &one.demands)
        .filter(|demand| seen.insert(demand.scheme.name.as_str()))
        .map(|SecurityDemand { scheme, .. }| {
            let field = rust::ident(&scheme.method_ident);
            let ident = rust::ident(&scheme.type_ident);
            quote! { #field: #ident }
        });
    let (open, demanding): (Vec<_>, Vec<_>) =
        alternatives.iter().partition(|one| one.demands.is_empty());
    let anonymous = open.first().map(|one| {
        let ident = rust::ident(&one.ident);
        quote! { or #ident }
    });
    let variants = demanding.into_iter().map(|one| {
        let ident = rust::ident(&one.ident);
        let held = one
            .demands
            .iter()
            .map(|demand| rust::ident(&demand.scheme.method_ident));
        quote! { #ident(#(#held),*), }
    });
    quote! {
        contract_runtime::caller_alternatives! {
            security;
            /// A caller who has met the first of these that is met.
            #ident(#(#fields),*) #anonymous { #(#variants)* }
        }
    }
}

/// How the caller of an operation is named from a module beside `callers`.
pub(super) fn caller(operation: &Operation) -> Option<TokenStream> {
    let ident = rust::ident(&operation.caller_ident()?);
    Some(quote! { callers::#ident })
}
