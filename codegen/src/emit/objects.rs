//! Objects: a struct with public fields, because each field's type keeps its own rules.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, rust};
use crate::ir::{ObjectRules, Property, TypeDef};

pub(super) fn emit(ty: &TypeDef, rules: &ObjectRules) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let doc = docs::outer(&[&ty.description]);
    let fields = rules.properties.iter().map(field);
    let deny = rules
        .closed
        .then(|| quote! { #[serde(deny_unknown_fields)] });
    let inspect = inspect(&ident, rules);
    let schema = schema(ty, rules);
    quote! {
        #doc
        #[derive(
            Debug,
            Clone,
            PartialEq,
            contract_runtime::support::serde::Serialize,
            contract_runtime::support::serde::Deserialize,
        )]
        #[serde(crate = "contract_runtime::support::serde", remote = "Self")]
        #deny
        pub struct #ident { #(#fields,)* }

        contract_runtime::object_type!(#ident);

        #inspect
        #schema
    }
}

/// A property's Rust type (see `contract_runtime::Nullable`) and how serde reads it.
fn field(property: &Property) -> TokenStream {
    let ident = rust::ident(&property.ident);
    let doc = docs::outer(&[property.description.as_deref().unwrap_or_default()]);
    let inner = rust::local_type(&property.ty);
    let inner = if property.nullable {
        quote! { contract_runtime::Nullable<#inner> }
    } else {
        inner
    };
    let rename = (property.ident != property.wire).then(|| {
        let wire = &property.wire;
        quote! { #[serde(rename = #wire)] }
    });
    let (ty, how) = match (property.required, property.nullable) {
        (true, false) => (inner, TokenStream::new()),
        (true, true) => (
            inner,
            quote! { #[serde(deserialize_with = "contract_runtime::required_nullable")] },
        ),
        (false, _) => (
            quote! { Option<#inner> },
            quote! {
                #[serde(
                    default,
                    deserialize_with = "contract_runtime::present",
                    skip_serializing_if = "Option::is_none"
                )]
            },
        ),
    };
    let doc = if doc.is_empty() {
        docs::outer(&[&format!("`{}`", property.wire)])
    } else {
        doc
    };
    quote! { #doc #rename #how pub #ident: #ty }
}

fn inspect(ident: &proc_macro2::Ident, rules: &ObjectRules) -> TokenStream {
    let looks = rules.properties.iter().map(|property| {
        let method = rust::ident(match (property.required, property.nullable) {
            (true, false) => "required",
            (false, false) => "optional",
            (true, true) => "required_nullable",
            (false, true) => "optional_nullable",
        });
        let ty = rust::local_type(&property.ty);
        let wire = &property.wire;
        quote! { properties.#method::<#ty>(#wire); }
    });
    let known = rules.properties.iter().map(|property| &property.wire);
    let nothing_else = rules
        .closed
        .then(|| quote! { properties.deny_unknown(&[#(#known),*]); });
    let binding = if rules.properties.is_empty() && !rules.closed {
        quote! { let _ = contract_runtime::Inspector::new(value, violations); }
    } else {
        quote! {
            if let Some(mut properties) =
                contract_runtime::Inspector::new(value, violations)
            {
                #(#looks)*
                #nothing_else
            }
        }
    };
    quote! {
        impl contract_runtime::Inspect for #ident {
            fn inspect(
                value: &contract_runtime::support::serde_json::Value,
                violations: &mut contract_runtime::Violations,
            ) {
                #binding
            }
        }
    }
}

fn schema(ty: &TypeDef, rules: &ObjectRules) -> TokenStream {
    let ident = rust::ident(&ty.ident);
    let name = ty.component.as_deref().unwrap_or(&ty.ident);
    let referenceable = ty.component.is_some();
    let closed = rules.closed;
    let properties = rules.properties.iter().map(|property| {
        let ty = rust::local_type(&property.ty);
        let (wire, required) = (&property.wire, property.required);
        let plain = quote! { generator.subschema_for::<#ty>() };
        let schema = if property.nullable {
            quote! { contract_runtime::metadata::nullable(#plain) }
        } else {
            plain
        };
        quote! { .property(#wire, #required, #schema) }
    });
    let generator = rust::ident(if rules.properties.is_empty() {
        "_generator"
    } else {
        "generator"
    });
    quote! {
        impl contract_runtime::support::schemars::JsonSchema for #ident {
            fn schema_name() -> String {
                #name.to_owned()
            }

            fn is_referenceable() -> bool {
                #referenceable
            }

            fn json_schema(
                #generator: &mut contract_runtime::support::schemars::r#gen::SchemaGenerator,
            ) -> contract_runtime::support::schemars::schema::Schema {
                contract_runtime::metadata::ObjectSchema::new(#closed) #(#properties)* .into()
            }
        }
    }
}
