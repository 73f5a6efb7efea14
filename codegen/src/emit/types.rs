//! `types.rs`: every type of the contract, with its rules as constants.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, objects, rust};
use crate::ir::{
    ArrayRules, Contract, EnumValue, IntegerRules, IntegerWidth, NumberRules, ParameterLocation,
    TextFormat, TextRules, TypeDef, TypeKind, TypeRef,
};

pub(super) fn emit(contract: &Contract) -> TokenStream {
    let repeated = repeated_lists(contract);
    let items = contract
        .types
        .iter()
        .map(|ty| item(ty, repeated.contains(ty.ident.as_str())));
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

fn item(ty: &TypeDef, repeated: bool) -> TokenStream {
    match &ty.kind {
        TypeKind::Text(rules) => text(ty, rules),
        TypeKind::Enumeration(values) => enumeration(ty, values),
        TypeKind::Date => formatted(ty, "Date"),
        TypeKind::DateTime => formatted(ty, "DateTime"),
        TypeKind::Uuid => formatted(ty, "Uuid"),
        TypeKind::Integer(rules) => integer(ty, rules),
        TypeKind::Number(rules) => number(ty, rules),
        TypeKind::Boolean => boolean(ty),
        TypeKind::Array(rules) => array(ty, rules, repeated),
        TypeKind::Object(rules) => objects::emit(ty, rules),
    }
}

/// The name in the document, and whether the document refers to it by that name.
fn document_name(ty: &TypeDef) -> (&str, bool) {
    (
        ty.component.as_deref().unwrap_or(&ty.ident),
        ty.component.is_some(),
    )
}

fn text(ty: &TypeDef, rules: &TextRules) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, referenceable) = document_name(ty);
    let min_length = rust::option(rules.min_length);
    let max_length = rust::option(rules.max_length);
    let pattern = rust::option(rules.pattern.as_ref().map(|pattern| &pattern.source));
    let format = rust::option(rules.format.map(|format| match format {
        TextFormat::Email => quote! { contract_runtime::rules::TextFormat::Email },
        TextFormat::Uri => quote! { contract_runtime::rules::TextFormat::Uri },
        TextFormat::Time => quote! { contract_runtime::rules::TextFormat::Time },
    }));
    let regex = rules.pattern.as_ref().map(|pattern| {
        let regex = &pattern.rust;
        quote! { , regex: #regex }
    });
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ident(String);

        impl #ident {
            /// What the contract asks of the text.
            pub const RULES: contract_runtime::rules::TextRules = contract_runtime::rules::TextRules {
                min_length: #min_length,
                max_length: #max_length,
                pattern: #pattern,
                format: #format,
            };
        }

        contract_runtime::text_type!(#ident, #name, referenceable: #referenceable #regex);
    }
}

fn enumeration(ty: &TypeDef, values: &[EnumValue]) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, _) = document_name(ty);
    let variants = values.iter().map(|value| {
        let variant = rust::ident(&value.ident);
        let doc = docs::outer(&[&format!("`{}`", value.wire)]);
        quote! { #doc #variant }
    });
    let pairs = values.iter().map(|value| {
        let variant = rust::ident(&value.ident);
        let wire = &value.wire;
        quote! { (#wire, Self::#variant) }
    });
    quote! {
        #doc
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum #ident { #(#variants,)* }

        impl #ident {
            /// Each value as it travels, in the order of the contract.
            pub const VALUES: &[(&str, Self)] = &[#(#pairs,)*];
        }

        contract_runtime::enum_type!(#ident, #name);
    }
}

fn formatted(ty: &TypeDef, kind: &str) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let kind = rust::ident(kind);
    let doc = docs::outer(&[&ty.description]);
    let (name, referenceable) = document_name(ty);
    quote! {
        #doc
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ident(contract_runtime::private::#kind);

        contract_runtime::formatted_type!(#ident, #kind, #name, referenceable: #referenceable);
    }
}

fn integer(ty: &TypeDef, rules: &IntegerRules) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, referenceable) = document_name(ty);
    let (repr, stated) = match rules.width {
        IntegerWidth::I32 => (
            quote! { i32 },
            quote! { contract_runtime::rules::IntegerWidth::Int32 },
        ),
        IntegerWidth::I64 => (
            quote! { i64 },
            quote! { contract_runtime::rules::IntegerWidth::Int64 },
        ),
    };
    let width = if rules.states_format {
        stated
    } else {
        quote! { contract_runtime::rules::IntegerWidth::Unstated }
    };
    let minimum = rust::option(rules.minimum.map(unsuffixed_integer));
    let maximum = rust::option(rules.maximum.map(unsuffixed_integer));
    let multiple_of = rust::option(rules.multiple_of.map(unsuffixed_integer));
    let (exclusive_minimum, exclusive_maximum) = (rules.exclusive_minimum, rules.exclusive_maximum);
    quote! {
        #doc
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ident(#repr);

        impl #ident {
            /// What the contract asks of the integer.
            pub const RULES: contract_runtime::rules::IntegerRules = contract_runtime::rules::IntegerRules {
                width: #width,
                minimum: #minimum,
                exclusive_minimum: #exclusive_minimum,
                maximum: #maximum,
                exclusive_maximum: #exclusive_maximum,
                multiple_of: #multiple_of,
            };
        }

        contract_runtime::integer_type!(#ident, #repr, #name, referenceable: #referenceable);
    }
}

fn unsuffixed_integer(value: i64) -> TokenStream {
    let literal = proc_macro2::Literal::i64_unsuffixed(value);
    quote! { #literal }
}

fn number(ty: &TypeDef, rules: &NumberRules) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, referenceable) = document_name(ty);
    let literal = |value: f64| {
        let literal = proc_macro2::Literal::f64_unsuffixed(value);
        quote! { #literal }
    };
    let format = rust::option(rules.format.as_ref());
    let minimum = rust::option(rules.minimum.map(literal));
    let maximum = rust::option(rules.maximum.map(literal));
    let multiple_of = rust::option(rules.multiple_of.map(literal));
    let (exclusive_minimum, exclusive_maximum) = (rules.exclusive_minimum, rules.exclusive_maximum);
    quote! {
        #doc
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct #ident(f64);

        impl #ident {
            /// What the contract asks of the number.
            pub const RULES: contract_runtime::rules::NumberRules = contract_runtime::rules::NumberRules {
                format: #format,
                minimum: #minimum,
                exclusive_minimum: #exclusive_minimum,
                maximum: #maximum,
                exclusive_maximum: #exclusive_maximum,
                multiple_of: #multiple_of,
            };
        }

        contract_runtime::number_type!(#ident, #name, referenceable: #referenceable);
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

fn array(ty: &TypeDef, rules: &ArrayRules, repeated: bool) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let (name, referenceable) = document_name(ty);
    let items = rust::local_type(&rules.items);
    let min_items = rust::option(rules.min_items);
    let max_items = rust::option(rules.max_items);
    let unique_items = rules.unique_items;
    let repeated = repeated.then(|| quote! { contract_runtime::repeated_type!(#ident, #items); });
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq)]
        pub struct #ident(Vec<#items>);

        impl #ident {
            /// What the contract asks of the list.
            pub const RULES: contract_runtime::rules::ArrayRules = contract_runtime::rules::ArrayRules {
                min_items: #min_items,
                max_items: #max_items,
                unique_items: #unique_items,
            };
        }

        contract_runtime::array_type!(#ident, #items, #name, referenceable: #referenceable);
        #repeated
    }
}
