//! `paths.rs`: where each operation is, for links to it.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::{docs, rust};
use crate::ir::{Contract, Operation, Parameter, ParameterLocation, TypeKind};

/// How many arguments of a function clippy takes without a word.
const CLIPPYS_ARGUMENTS: usize = 7;

pub(super) fn emit(contract: &Contract) -> TokenStream {
    let base_path = &contract.base_path;
    let functions = contract
        .operations
        .iter()
        .map(|operation| function(contract, operation));
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
fn function(contract: &Contract, operation: &Operation) -> TokenStream {
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
    let most = longest(contract, operation).map(|most| {
        let most = Literal::u32_unsuffixed(most);
        quote! { <#most> }
    });
    let idents = variables
        .iter()
        .map(|parameter| rust::ident(&parameter.ident));
    let types = variables
        .iter()
        .map(|parameter| rust::type_path(&parameter.ty));
    quote! { #doc #many #name #most(#(#idents: #types),*) => #path; }
}

/// The greatest number of characters of an operation's path, if the contract bounds it, no segment
/// can be empty and every character may stand in a path as it is.
fn longest(contract: &Contract, operation: &Operation) -> Option<u32> {
    let path = format!("{}{}", contract.base_path, operation.path);
    let mut most = 0_u32;
    for segment in path.strip_prefix('/')?.split('/') {
        // The variables of a segment stand in braces, and Dropshot has one a segment.
        let name = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        let length = match name {
            Some(name) => {
                let variable = variables(operation).find(|variable| variable.wire == name)?;
                longest_segment(&contract.type_of(&variable.ty)?.kind)?
            }
            None if !segment.is_empty() && segment.chars().all(is_unreserved) => {
                u32::try_from(segment.len()).ok()?
            }
            None => return None,
        };
        most = most.checked_add(1)?.checked_add(length)?;
    }
    Some(most)
}

/// The greatest number of characters of a value that is a segment, percent-encoded.
fn longest_segment(kind: &TypeKind) -> Option<u32> {
    match kind {
        TypeKind::Text(rules) => {
            rules.min_length.filter(|least| *least > 0)?;
            let pattern = rules.pattern.as_ref();
            let as_it_is = pattern.is_some_and(|pattern| allows_only_unreserved(&pattern.rust));
            // A character is at most four bytes, and a byte three characters.
            rules.max_length?.checked_mul(if as_it_is { 1 } else { 12 })
        }
        // A sign and 19 digits.
        TypeKind::Integer(_) => Some(20),
        TypeKind::Uuid => Some(36),
        TypeKind::Date => Some(10),
        _ => None,
    }
}

/// RFC 3986's unreserved characters, which are not percent-encoded.
fn is_unreserved(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~".contains(character)
}

/// Whether every text that matches is made of unreserved characters.
fn allows_only_unreserved(pattern: &str) -> bool {
    regex_syntax::parse(pattern).is_ok_and(|hir| {
        let whole = hir.properties();
        whole.look_set_prefix().contains(Look::Start)
            && whole.look_set_suffix().contains(Look::End)
            && is_of_unreserved(&hir)
    })
}

fn is_of_unreserved(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|byte| is_unreserved((*byte).into())),
        HirKind::Class(Class::Unicode(class)) => class.iter().all(|range| {
            range.end().is_ascii() && (range.start()..=range.end()).all(is_unreserved)
        }),
        HirKind::Class(Class::Bytes(_)) => false,
        HirKind::Capture(capture) => is_of_unreserved(&capture.sub),
        HirKind::Repetition(repetition) => is_of_unreserved(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(is_of_unreserved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_without_reserved_characters_keep_their_length() {
        assert!(allows_only_unreserved("^bk_[0-9A-Za-z]{1,32}$"));
        for other in [
            "bk_[0-9]+",
            "^[a-z]+|[0-9]+$",
            "^a/b$",
            "^[^a]$",
            "^a.c$",
            "^[ -~]*$",
        ] {
            assert!(!allows_only_unreserved(other), "{other}");
        }
    }
}
