//! Properties that may be absent or `null`: a type of their own, because typify has one `None`
//! for both.

use std::collections::{BTreeMap, HashSet};

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{Contract, Property, TypeDef, TypeKind, TypeRef};

/// Has serde read each `Option<Nullable<_>>` with the function `read`: by itself it takes `null`
/// for absence.
pub(super) fn telling_null_from_absence(client: TokenStream, read: &str) -> TokenStream {
    fn visit(items: &mut [syn::Item], read: &str) {
        for item in items {
            match item {
                syn::Item::Mod(module) => {
                    let items = module
                        .content
                        .as_mut()
                        .map(|(_, items)| items.as_mut_slice());
                    visit(items.unwrap_or_default(), read);
                }
                syn::Item::Struct(item) if derives_serde(item) => {
                    for field in &mut item.fields {
                        if last_segment(&field.ty)
                            .filter(|option| option.ident == "Option")
                            .and_then(only_argument)
                            .and_then(last_segment)
                            .is_some_and(|inner| inner.ident == "Nullable")
                        {
                            field.attrs.push(
                                syn::parse_quote! { #[serde(default, deserialize_with = #read)] },
                            );
                        }
                    }
                }
                _ => {}
            }
        }
    }
    let parsed = syn::parse2(client);
    let mut file: syn::File =
        parsed.unwrap_or_else(|error| panic!("progenitor's code does not parse: {error}"));
    visit(&mut file.items, read);
    quote! { #file }
}

/// Whether a struct is one that travels; a builder is not.
fn derives_serde(item: &syn::ItemStruct) -> bool {
    item.attrs.iter().any(|attribute| {
        attribute.path().is_ident("derive")
            && quote! { #attribute }.to_string().contains("Deserialize")
    })
}

fn last_segment(ty: &syn::Type) -> Option<&syn::PathSegment> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

fn only_argument(segment: &syn::PathSegment) -> Option<&syn::Type> {
    match &segment.arguments {
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(syn::GenericArgument::Type(ty)) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

/// The type of a property that may be absent or `null`, and how it is read.
pub(super) fn nullable_type() -> TokenStream {
    quote! {
        /// A value that may be `null`. Within an `Option`, `None` leaves the property out of the
        /// request, which is another thing than to send `null`.
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(untagged)]
        pub enum Nullable<T> {
            /// A value is sent.
            Value(T),
            /// `null` is sent.
            Null,
        }

        impl<T> From<T> for Nullable<T> {
            fn from(value: T) -> Self {
                Self::Value(value)
            }
        }

        /// Reads a property that is present, be it `null`.
        fn stated<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
        where
            D: ::serde::Deserializer<'de>,
            T: ::serde::Deserialize<'de>,
        {
            T::deserialize(deserializer).map(Some)
        }
    }
}

/// The properties of requests that may be absent or `null`.
pub(super) struct Nullables<'a> {
    /// The names of their own types, and the types within.
    pub(super) names: BTreeMap<String, TypeRef>,
    /// The objects that travel in requests.
    requested: HashSet<&'a str>,
    /// The names that the contract's own types have.
    taken: HashSet<&'a str>,
}

impl<'a> Nullables<'a> {
    pub(super) fn of(contract: &'a Contract) -> Self {
        let mut requested = HashSet::new();
        let mut open: Vec<&TypeRef> = contract
            .operations
            .iter()
            .filter_map(|operation| operation.body.as_ref())
            .map(|body| &body.ty)
            .collect();
        while let Some(next) = open.pop() {
            let Some(ty) = contract.type_of(next) else {
                continue;
            };
            if requested.insert(ty.ident.as_str()) {
                match &ty.kind {
                    TypeKind::Object(rules) => {
                        open.extend(rules.properties.iter().map(|property| &property.ty));
                    }
                    TypeKind::Array(rules) => open.push(&rules.items),
                    _ => {}
                }
            }
        }
        let mut nullables = Self {
            names: BTreeMap::new(),
            requested,
            taken: contract.types.iter().map(|ty| ty.ident.as_str()).collect(),
        };
        for ty in &contract.types {
            if let TypeKind::Object(rules) = &ty.kind {
                for property in &rules.properties {
                    if let Some((name, inner)) = nullables.name_of(ty, property) {
                        nullables.names.insert(name, inner);
                    }
                }
            }
        }
        nullables
    }

    /// The name of the type that a property has of its own, and the type within.
    pub(super) fn name_of(
        &self,
        object: &TypeDef,
        property: &Property,
    ) -> Option<(String, TypeRef)> {
        let own = property.nullable
            && !property.required
            && self.requested.contains(object.ident.as_str());
        let inner = match &property.ty {
            TypeRef::Named(inner) => inner.as_str(),
            TypeRef::Boolean => "Boolean",
        };
        let mut name = format!("Nullable{inner}");
        while self.taken.contains(name.as_str()) {
            name.insert_str(0, "Nullable");
        }
        own.then(|| (name, property.ty.clone()))
    }
}
