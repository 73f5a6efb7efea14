//! Objects: a struct with public fields, because each field's type keeps its own rules.

use proc_macro2::TokenStream;
use quote::quote;

use super::directions::Directions;
use super::{docs, rust};
use crate::ir::{ObjectRules, Property, TypeDef};

pub(super) fn emit(ty: &TypeDef, rules: &ObjectRules, directions: &Directions<'_>) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let name = ty.component.as_deref().unwrap_or(&ty.ident);
    let referenceable = ty.component.is_some();
    let openness = rust::ident(if rules.closed { "closed" } else { "open" });
    let asked = directions.is_asked(&ty.ident).then(|| quote! { asked });
    let answered = directions
        .is_answered(&ty.ident)
        .then(|| quote! { answered });
    let fields = rules.properties.iter().map(field);
    quote! {
        contract_runtime::object! {
            #doc
            #ident #name, referenceable: #referenceable, #openness, [#asked #answered] {
                #(#fields)*
            }
        }
    }
}

/// A property's Rust type says whether it must be there and may be null (see
/// `contract_runtime::Property`).
fn field(property: &Property) -> TokenStream {
    let ident = rust::ident(&property.ident);
    let doc = docs::outer(&[property.description.as_deref().unwrap_or_default()]);
    let ty = rust::local_type(&property.ty);
    let ty = if property.nullable {
        quote! { contract_runtime::Nullable<#ty> }
    } else {
        ty
    };
    let ty = if property.required {
        ty
    } else {
        quote! { Option<#ty> }
    };
    let wire = &property.wire;
    quote! { #doc #wire => #ident: #ty, }
}
