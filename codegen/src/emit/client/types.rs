//! `types.rs`: a declaration for each type, and an invocation of the macro that completes it.

use std::collections::HashSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::super::{docs, rust};
use super::usage::Usage;
use crate::ir::{
    ArrayRules, Contract, EnumValue, IntegerRules, IntegerWidth, NumberRules, ObjectRules,
    Property, TextRules, TypeDef, TypeKind,
};

pub(super) fn emit(contract: &Contract, usage: &Usage<'_>) -> TokenStream {
    let taken: HashSet<&str> = contract.types.iter().map(|ty| ty.ident.as_str()).collect();
    let items = contract
        .types
        .iter()
        .filter(|ty| usage.is_sent(ty) || usage.is_read(ty))
        .map(|ty| item(ty, usage, &taken));
    quote! {
        //! The types that travel. What is sent keeps the contract's bounds; what is read is taken as
        //! it came, whatever it has beside what is declared here.

        #(#items)*
    }
}

fn item(ty: &TypeDef, usage: &Usage<'_>, taken: &HashSet<&str>) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let debug = Debug::new(ty);
    match &ty.kind {
        TypeKind::Text(rules) => text(&doc, &ident, rules, &debug),
        TypeKind::Enumeration(values) => enumeration(&doc, &ident, values, usage.is_read(ty)),
        TypeKind::Date => parsed(
            &doc,
            &ident,
            &quote! { jiff::civil::Date },
            "date (2027-02-15)",
            &debug,
        ),
        TypeKind::DateTime => {
            let form = "date-time (2027-02-15T19:00:00Z)";
            parsed(&doc, &ident, &quote! { jiff::Timestamp }, form, &debug)
        }
        TypeKind::Uuid => parsed(&doc, &ident, &quote! { uuid::Uuid }, "UUID", &debug),
        TypeKind::Integer(rules) => integer(&doc, &ident, rules),
        TypeKind::Number(rules) => number(&doc, &ident, rules),
        TypeKind::Boolean => quote! { #doc pub type #ident = bool; },
        TypeKind::Array(rules) => array(&doc, &ident, rules, usage.is_sent(ty)),
        TypeKind::Object(rules) if usage.is_sent(ty) => sent_object(&doc, ty, rules, taken),
        TypeKind::Object(rules) => read_object(&doc, &ident, rules),
    }
}

/// How values of a type are shown to those who develop: derived, or without the value.
struct Debug {
    derived: Option<TokenStream>,
    written: Option<TokenStream>,
}

impl Debug {
    fn new(ty: &TypeDef) -> Self {
        let ident = rust::ident(&ty.ident);
        Self {
            derived: (!ty.is_personal).then(|| quote! { Debug, }),
            written: ty
                .is_personal
                .then(|| quote! { client_runtime::personal_data!(#ident); }),
        }
    }
}

fn text(doc: &TokenStream, ident: &Ident, rules: &TextRules, debug: &Debug) -> TokenStream {
    let Debug { derived, written } = debug;
    let (minimum, maximum) = lengths(rules.min_length, rules.max_length);
    let pattern = rules.pattern.as_ref().map(|pattern| {
        let (source, regex) = (&pattern.source, &pattern.rust);
        quote! { , #source, #regex }
    });
    quote! {
        #doc
        #[derive(#derived Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ident(String);

        #written
        client_runtime::text!(#ident, #minimum, #maximum #pattern);
    }
}

/// Bounds of a length, as they are where none is stated.
fn lengths(minimum: Option<u32>, maximum: Option<u32>) -> (TokenStream, TokenStream) {
    let literal = |length: u32| {
        let literal = Literal::u32_unsuffixed(length);
        quote! { #literal }
    };
    (
        literal(minimum.unwrap_or(0)),
        maximum.map_or_else(|| quote! { usize::MAX }, literal),
    )
}

fn enumeration(doc: &TokenStream, ident: &Ident, values: &[EnumValue], read: bool) -> TokenStream {
    let variants = values.iter().map(|value| {
        let variant = rust::ident(&value.ident);
        let doc = docs::outer(&[&format!("`{}`", value.wire)]);
        quote! { #doc #variant, }
    });
    let pairs = values.iter().map(|value| {
        let variant = rust::ident(&value.ident);
        let wire = &value.wire;
        quote! { (#wire, Self::#variant), }
    });
    let mut unknown = "Unknown".to_owned();
    while values.iter().any(|value| value.ident == unknown) {
        unknown.push_str("Value");
    }
    let unknown = rust::ident(&unknown);
    let (attribute, variant, argument) = if read {
        (
            quote! {
                #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
                #[non_exhaustive]
            },
            quote! {
                /// A value that this client does not know, as it came. It cannot be sent.
                #unknown(String)
            },
            quote! { , #unknown },
        )
    } else {
        (
            quote! { #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)] },
            TokenStream::new(),
            TokenStream::new(),
        )
    };
    quote! {
        #doc
        #attribute
        pub enum #ident { #(#variants)* #variant }

        impl #ident {
            /// Each value that the contract declares, as it travels.
            pub const VALUES: &[(&str, Self)] = &[#(#pairs)*];
        }

        client_runtime::enumeration!(#ident #argument);
    }
}

fn parsed(
    doc: &TokenStream,
    ident: &Ident,
    inner: &TokenStream,
    form: &str,
    debug: &Debug,
) -> TokenStream {
    let Debug { derived, written } = debug;
    quote! {
        #doc
        #[derive(#derived Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ident(client_runtime::support::#inner);

        #written
        client_runtime::parsed!(#ident, #inner, #form);
    }
}

fn integer(doc: &TokenStream, ident: &Ident, rules: &IntegerRules) -> TokenStream {
    let (repr, narrowest, widest) = match rules.width {
        IntegerWidth::I32 => (quote! { i32 }, i64::from(i32::MIN), i64::from(i32::MAX)),
        IntegerWidth::I64 => (quote! { i64 }, i64::MIN, i64::MAX),
    };
    let literal = |value: i64| Literal::i64_unsuffixed(value);
    let minimum = rules.minimum.map_or(narrowest, |minimum| {
        minimum.saturating_add(i64::from(rules.exclusive_minimum))
    });
    let maximum = rules.maximum.map_or(widest, |maximum| {
        maximum.saturating_sub(i64::from(rules.exclusive_maximum))
    });
    let (minimum, maximum) = (
        literal(minimum.max(narrowest)),
        literal(maximum.min(widest)),
    );
    let step = literal(rules.multiple_of.unwrap_or(1));
    quote! {
        #doc
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct #ident(#repr);

        client_runtime::integer!(#ident, #repr, #minimum, #maximum, #step);
    }
}

fn number(doc: &TokenStream, ident: &Ident, rules: &NumberRules) -> TokenStream {
    let bound = |value: Option<f64>, exclusive: bool| match value.map(Literal::f64_unsuffixed) {
        None => quote! { ::core::ops::Bound::Unbounded },
        Some(value) if exclusive => quote! { ::core::ops::Bound::Excluded(#value) },
        Some(value) => quote! { ::core::ops::Bound::Included(#value) },
    };
    let minimum = bound(rules.minimum, rules.exclusive_minimum);
    let maximum = bound(rules.maximum, rules.exclusive_maximum);
    let step = rust::option(rules.multiple_of.map(Literal::f64_unsuffixed));
    quote! {
        #doc
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct #ident(f64);

        client_runtime::number!(#ident, #minimum, #maximum, #step);
    }
}

fn array(doc: &TokenStream, ident: &Ident, rules: &ArrayRules, sent: bool) -> TokenStream {
    let items = rust::local_type(&rules.items);
    let complete = if sent {
        let (minimum, maximum) = lengths(rules.min_items, rules.max_items);
        let unique = rules.unique_items;
        quote! { client_runtime::list!(#ident, #items, #minimum, #maximum, #unique); }
    } else {
        quote! { client_runtime::items!(#ident, #items); }
    };
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq)]
        pub struct #ident(Vec<#items>);

        #complete
    }
}

/// An object that only stands in answers. Properties may be added to it, so it cannot be taken
/// apart exhaustively, and what is absent or `null` is `None`.
fn read_object(doc: &TokenStream, ident: &Ident, rules: &ObjectRules) -> TokenStream {
    let fields = rules.properties.iter().map(|property| {
        let inner = rust::local_type(&property.ty);
        let (how, ty) = match (property.required, property.nullable) {
            (true, false) => (TokenStream::new(), inner),
            (true, true) => (
                quote! { #[serde(deserialize_with = "client_runtime::required")] },
                quote! { Option<#inner> },
            ),
            (false, _) => (TokenStream::new(), quote! { Option<#inner> }),
        };
        field(property, &how, &ty)
    });
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq)]
        #[derive(client_runtime::Serialize, client_runtime::Deserialize)]
        #[serde(crate = "client_runtime::support::serde")]
        #[non_exhaustive]
        pub struct #ident { #(#fields)* }
    }
}

/// An object that is sent. `None` leaves a property out, and `null` is a value of its own.
fn sent_object(
    doc: &TokenStream,
    ty: &TypeDef,
    rules: &ObjectRules,
    taken: &HashSet<&str>,
) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let mut builder = format!("{}Builder", ty.ident.trim_end_matches('_'));
    while taken.contains(builder.as_str()) {
        builder.push('_');
    }
    let builder = rust::ident(&builder);
    let fields = rules.properties.iter().map(|property| {
        let inner = rust::local_type(&property.ty);
        let inner = if property.nullable {
            quote! { client_runtime::Nullable<#inner> }
        } else {
            inner
        };
        let (how, ty) = match (property.required, property.nullable) {
            (true, false) => (TokenStream::new(), inner),
            (true, true) => (
                quote! { #[serde(deserialize_with = "client_runtime::required")] },
                inner,
            ),
            (false, false) => (
                quote! { #[serde(skip_serializing_if = "Option::is_none")] },
                quote! { Option<#inner> },
            ),
            (false, true) => (
                quote! {
                    #[serde(
                        default,
                        deserialize_with = "client_runtime::present",
                        skip_serializing_if = "Option::is_none"
                    )]
                },
                quote! { Option<#inner> },
            ),
        };
        field(property, &how, &ty)
    });
    let properties = rules.properties.iter().map(|property| {
        let need = rust::ident(if property.required {
            "required"
        } else {
            "optional"
        });
        let (ident, wire) = (rust::ident(&property.ident), &property.wire);
        let ty = rust::local_type(&property.ty);
        let null = property.nullable.then(|| {
            let null = rust::ident(&null_setter(property, rules));
            quote! { , or null: #null }
        });
        quote! { #need #ident: #ty = #wire #null; }
    });
    let default = rules
        .properties
        .iter()
        .all(|property| !property.required)
        .then(|| quote! { , Default });
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq #default)]
        #[derive(client_runtime::Serialize, client_runtime::Deserialize)]
        #[serde(crate = "client_runtime::support::serde")]
        pub struct #ident { #(#fields)* }

        client_runtime::object! { #ident, #builder; #(#properties)* }
    }
}

/// The builder's method that sends `null`: `special_requests_null`.
fn null_setter(property: &Property, rules: &ObjectRules) -> String {
    let stem = property.ident.strip_prefix("r#").unwrap_or(&property.ident);
    let mut name = format!("{stem}_null");
    while rules.properties.iter().any(|other| other.ident == name) {
        name.push('_');
    }
    name
}

fn field(property: &Property, how: &TokenStream, ty: &TokenStream) -> TokenStream {
    let ident = rust::ident(&property.ident);
    let said = property.description.as_deref().unwrap_or_default();
    let wire = &property.wire;
    let doc = docs::outer(&[&if said.is_empty() {
        format!("`{wire}`")
    } else {
        said.to_owned()
    }]);
    let stem = property.ident.strip_prefix("r#").unwrap_or(&property.ident);
    let rename = (stem != wire).then(|| quote! { #[serde(rename = #wire)] });
    quote! { #doc #rename #how pub #ident: #ty, }
}
