//! `types.rs`: every type of the contract, with its rules as constants.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::directions::Directions;
use super::{docs, objects, rust};
use crate::ir::{
    ArrayRules, Contract, EnumValue, IntegerRules, IntegerWidth, NumberRules, ParameterLocation,
    TextFormat, TextRules, TypeDef, TypeKind, TypeRef,
};

pub(super) fn emit(contract: &Contract) -> TokenStream {
    let directions = Directions::new(contract);
    let repeated = repeated_lists(contract);
    let items = contract
        .types
        .iter()
        .map(|ty| item(ty, &directions, repeated.contains(ty.ident.as_str())));
    quote! {
        #![doc = " The types that travel. Their values cannot break the contract."]

        #(#items)*
    }
}

/// The list types that travel as a repeated query parameter.
fn repeated_lists(contract: &Contract) -> HashSet<&str> {
    contract
        .operations
        .iter()
        .flat_map(|operation| &operation.parameters)
        .filter(|parameter| parameter.location == ParameterLocation::Query)
        .filter_map(|parameter| match &parameter.ty {
            TypeRef::Named(ident) => Some(ident.as_str()),
            TypeRef::Boolean => None,
        })
        .collect()
}

fn item(ty: &TypeDef, directions: &Directions<'_>, repeated: bool) -> TokenStream {
    match &ty.kind {
        TypeKind::Text(rules) => text(ty, rules.format.map(format_of), rules),
        TypeKind::Enumeration(values) => enumeration(ty, values),
        TypeKind::Date => text(ty, Some(("Date", true)), &TextRules::default()),
        TypeKind::DateTime => text(ty, Some(("DateTime", true)), &TextRules::default()),
        TypeKind::Uuid => text(ty, Some(("Uuid", true)), &TextRules::default()),
        TypeKind::Integer(rules) => integer(ty, rules),
        TypeKind::Number(rules) => number(ty, rules),
        TypeKind::Boolean => boolean(ty),
        TypeKind::Array(rules) => array(ty, rules, directions, repeated),
        TypeKind::Object(rules) => objects::emit(ty, rules, directions),
    }
}

/// The name in the document, and whether the document refers to it by that name.
fn document_name(ty: &TypeDef) -> (&str, bool) {
    (
        ty.component.as_deref().unwrap_or(&ty.ident),
        ty.component.is_some(),
    )
}

/// A format by the runtime's name, and whether it is held as what was read.
fn format_of(format: TextFormat) -> (&'static str, bool) {
    match format {
        TextFormat::Email => ("Email", false),
        TextFormat::Uri => ("Uri", false),
        TextFormat::Time => ("Time", false),
        TextFormat::WallClockTime => ("WallClockTime", true),
        TextFormat::EntityTagCondition => ("EntityTagCondition", true),
    }
}

fn text(ty: &TypeDef, format: Option<(&str, bool)>, rules: &TextRules) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, referenceable) = document_name(ty);
    let min_length = rules.min_length.map(|least| {
        let least = Literal::u32_unsuffixed(least);
        quote! { min_length: #least, }
    });
    let max_length = rules.max_length.map(|most| {
        let most = Literal::u32_unsuffixed(most);
        quote! { max_length: #most, }
    });
    let pattern = rules.pattern.as_ref().map(|pattern| {
        let pattern = &pattern.source;
        quote! { pattern: #pattern, }
    });
    let held = format
        .filter(|(_, is_held)| *is_held)
        .map(|(kind, _)| rust::ident(kind));
    let format = format.map(|(format, _)| {
        let format = rust::ident(format);
        quote! { format: contract_runtime::rules::TextFormat::#format, }
    });
    let regex = rules.pattern.as_ref().map(|pattern| {
        let regex = &pattern.rust;
        quote! { regex #regex }
    });
    let personal = ty.is_personal.then(|| quote! { personal, });
    let (declared, held) = match held {
        Some(kind) => (quote! { formatted }, Some(quote! { (#kind) })),
        None => (quote! { text }, None),
    };
    quote! {
        contract_runtime::#declared! {
            #doc
            #ident #held #name, referenceable: #referenceable, #personal
            { #min_length #max_length #pattern #format } #regex
        }
    }
}

fn enumeration(ty: &TypeDef, values: &[EnumValue]) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, _) = document_name(ty);
    let values = values.iter().map(|value| {
        let variant = rust::ident(&value.ident);
        let wire = &value.wire;
        quote! { #variant = #wire, }
    });
    quote! {
        contract_runtime::enumeration! {
            #doc
            #ident #name { #(#values)* }
        }
    }
}

fn integer(ty: &TypeDef, rules: &IntegerRules) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, referenceable) = document_name(ty);
    let (repr, width) = match rules.width {
        IntegerWidth::I32 => ("i32", "Int32"),
        IntegerWidth::I64 => ("i64", "Int64"),
    };
    let (repr, width) = (rust::ident(repr), rust::ident(width));
    let width = rules.states_format.then(|| {
        quote! { width: contract_runtime::rules::IntegerWidth::#width, }
    });
    let literal = |value: i64| {
        let literal = Literal::i64_unsuffixed(value);
        quote! { #literal }
    };
    let bounds = bounds(
        (rules.minimum.map(literal), rules.exclusive_minimum),
        (rules.maximum.map(literal), rules.exclusive_maximum),
        rules.multiple_of.map(literal),
    );
    quote! {
        contract_runtime::integer! {
            #doc
            #ident(#repr) #name, referenceable: #referenceable, { #width #bounds }
        }
    }
}

/// The bounds of a number, each with whether it is itself excluded, and its step.
fn bounds(
    minimum: (Option<TokenStream>, bool),
    maximum: (Option<TokenStream>, bool),
    multiple_of: Option<TokenStream>,
) -> TokenStream {
    let least = minimum.0.map(|least| quote! { minimum: Some(#least), });
    let open_below = minimum.1.then(|| quote! { exclusive_minimum: true, });
    let most = maximum.0.map(|most| quote! { maximum: Some(#most), });
    let open_above = maximum.1.then(|| quote! { exclusive_maximum: true, });
    let step = multiple_of.map(|step| quote! { multiple_of: Some(#step), });
    quote! { #least #open_below #most #open_above #step }
}

fn number(ty: &TypeDef, rules: &NumberRules) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, referenceable) = document_name(ty);
    let format = rules
        .format
        .as_ref()
        .map(|format| quote! { format: Some(#format), });
    let literal = |value: f64| {
        let literal = Literal::f64_unsuffixed(value);
        quote! { #literal }
    };
    let bounds = bounds(
        (rules.minimum.map(literal), rules.exclusive_minimum),
        (rules.maximum.map(literal), rules.exclusive_maximum),
        rules.multiple_of.map(literal),
    );
    quote! {
        contract_runtime::number! {
            #doc
            #ident #name, referenceable: #referenceable, { #format #bounds }
        }
    }
}

fn boolean(ty: &TypeDef) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, _) = document_name(ty);
    quote! {
        #doc
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ident(bool);

        contract_runtime::boolean_type!(#ident, #name);
    }
}

fn array(
    ty: &TypeDef,
    rules: &ArrayRules,
    directions: &Directions<'_>,
    repeated: bool,
) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, referenceable) = document_name(ty);
    let items = rust::local_type(&rules.items);
    let bound = |name: &str, bound: Option<u32>| {
        let (name, bound) = (rust::ident(name), Literal::u32_unsuffixed(bound?));
        Some(quote! { #name: Some(#bound), })
    };
    let min_items = bound("min_items", rules.min_items);
    let max_items = bound("max_items", rules.max_items);
    let unique_items = rules.unique_items.then(|| quote! { unique_items: true, });
    let asked = directions.is_asked(&ty.ident).then(|| quote! { asked });
    let answered = directions
        .is_answered(&ty.ident)
        .then(|| quote! { answered });
    let repeated = repeated.then(|| quote! { repeated });
    quote! {
        contract_runtime::array! {
            #doc
            #ident(#items) #name, referenceable: #referenceable,
            [#asked #answered #repeated] { #min_items #max_items #unique_items }
        }
    }
}
