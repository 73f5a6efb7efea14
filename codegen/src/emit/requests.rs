//! Requests: one struct for each place in which an operation has parameters, and the struct
//! that holds them all.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{docs, rust};
use crate::ir::{Contract, Operation, Parameter, ParameterLocation, TypeKind};

/// The three places, the field of the request that holds each, and the suffix of its type.
const PLACES: [(ParameterLocation, &str, &str); 3] = [
    (ParameterLocation::Path, "path", "Path"),
    (ParameterLocation::Query, "query", "Query"),
    (ParameterLocation::Header, "headers", "Headers"),
];

pub(super) fn emit(contract: &Contract, operation: &Operation) -> TokenStream {
    let places: Vec<Place<'_>> = PLACES
        .iter()
        .filter_map(|place| Place::of(contract, operation, *place))
        .collect();
    let structs = places.iter().map(Place::emit);
    let request = request(operation, &places);
    quote! { #(#structs)* #request }
}

/// What `Operation::path_parameters` gives Dropshot.
pub(super) fn path_metadata(operation: &Operation) -> TokenStream {
    match place_metadata(operation, &PLACES[0]) {
        Some(parameters) => parameters,
        None => quote! { Vec::new() },
    }
}

/// What `Operation::other_parameters` gives Dropshot.
pub(super) fn other_metadata(operation: &Operation) -> TokenStream {
    let places = PLACES[1..]
        .iter()
        .filter_map(|place| place_metadata(operation, place));
    let body = operation.body.as_ref().map(|body| {
        let ty = rust::type_path(&body.ty);
        quote! { contract_runtime::metadata::body_parameter::<#ty>() }
    });
    let parts: Vec<TokenStream> = places.chain(body).collect();
    match parts.as_slice() {
        [] => quote! { Vec::new() },
        [only] => quote! { #only },
        several => quote! { [#(#several),*].into_iter().flatten().collect() },
    }
}

fn place_metadata(
    operation: &Operation,
    (location, field, suffix): &(ParameterLocation, &str, &str),
) -> Option<TokenStream> {
    let function = match *field {
        "path" => quote! { path_parameters },
        "query" => quote! { query_parameters },
        _ => quote! { header_parameters },
    };
    let ty = rust::joined(&[&operation.type_ident, suffix]);
    operation
        .parameters
        .iter()
        .any(|parameter| parameter.location == *location)
        .then(|| quote! { contract_runtime::metadata::#function::<#ty>() })
}

/// The parameters of one operation in one place.
struct Place<'a> {
    contract: &'a Contract,
    location: ParameterLocation,
    field: Ident,
    ty: Ident,
    operation: &'a Operation,
    parameters: Vec<&'a Parameter>,
}

impl<'a> Place<'a> {
    fn of(
        contract: &'a Contract,
        operation: &'a Operation,
        (location, field, suffix): (ParameterLocation, &str, &str),
    ) -> Option<Self> {
        let parameters: Vec<&Parameter> = operation
            .parameters
            .iter()
            .filter(|parameter| parameter.location == location)
            .collect();
        (!parameters.is_empty()).then(|| Self {
            contract,
            location,
            field: rust::ident(field),
            ty: rust::joined(&[&operation.type_ident, suffix]),
            operation,
            parameters,
        })
    }

    fn emit(&self) -> TokenStream {
        let ty = &self.ty;
        let what = match self.location {
            ParameterLocation::Path => "path parameters",
            ParameterLocation::Query => "query parameters",
            ParameterLocation::Header => "headers",
        };
        let doc = docs::outer(&[&format!("The {what} of `{}`.", self.operation.id)]);
        let fields = self.parameters.iter().map(|parameter| {
            let ident = rust::ident(&parameter.ident);
            let doc = docs::outer(&[&parameter.description]);
            let ty = field_type(parameter);
            quote! { #doc pub #ident: #ty }
        });
        let name = ty.to_string();
        let properties = self
            .parameters
            .iter()
            .map(|parameter| self.property(parameter));
        quote! {
            #doc
            #[derive(Debug, Clone, PartialEq)]
            pub struct #ty { #(#fields,)* }

            impl contract_runtime::support::schemars::JsonSchema for #ty {
                fn schema_name() -> String {
                    #name.to_owned()
                }

                fn json_schema(
                    generator: &mut contract_runtime::support::schemars::r#gen::SchemaGenerator,
                ) -> contract_runtime::support::schemars::schema::Schema {
                    contract_runtime::metadata::ObjectSchema::new(false) #(#properties)* .into()
                }
            }
        }
    }

    fn property(&self, parameter: &Parameter) -> TokenStream {
        let (wire, required) = (&parameter.wire, parameter.required);
        let ty = rust::type_path(&parameter.ty);
        let mut schema = if is_list(self.contract, parameter) {
            quote! {
                contract_runtime::metadata::repeated(
                    <#ty as contract_runtime::support::schemars::JsonSchema>::json_schema(generator)
                )
            }
        } else {
            quote! { generator.subschema_for::<#ty>() }
        };
        if let Some(default) = &parameter.default_json {
            let text = default.to_string();
            schema = quote! { contract_runtime::metadata::with_default(#schema, #text) };
        }
        quote! { .property(#wire, #required, #schema) }
    }

    /// The statements that read each parameter into a variable of its name.
    fn reads(&self) -> impl Iterator<Item = TokenStream> {
        self.parameters.iter().map(|parameter| {
            let variable = variable(&self.field, &parameter.ident);
            let wire = &parameter.wire;
            let list = is_list(self.contract, parameter);
            let call = match (self.location, parameter.required, &parameter.default, list) {
                (ParameterLocation::Path, ..) => quote! { path(#wire, violations) },
                (ParameterLocation::Query, true, _, false) => {
                    quote! { required_query(#wire, violations) }
                }
                (ParameterLocation::Query, true, _, true) => {
                    quote! { required_repeated_query(#wire, violations) }
                }
                (ParameterLocation::Query, false, Some(default), _) => {
                    quote! { query_or(#wire, #default, violations) }
                }
                (ParameterLocation::Query, false, None, false) => {
                    quote! { optional_query(#wire, violations) }
                }
                (ParameterLocation::Query, false, None, true) => {
                    quote! { optional_repeated_query(#wire, violations) }
                }
                (ParameterLocation::Header, true, ..) => {
                    quote! { required_header(#wire, violations) }
                }
                (ParameterLocation::Header, false, Some(default), _) => {
                    quote! { header_or(#wire, #default, violations) }
                }
                (ParameterLocation::Header, false, None, _) => {
                    quote! { optional_header(#wire, violations) }
                }
            };
            quote! { let #variable = parts.#call; }
        })
    }

    /// The field of the request that holds this place, made of the variables.
    fn construct(&self) -> TokenStream {
        let (field, ty) = (&self.field, &self.ty);
        let fields = self.parameters.iter().map(|parameter| {
            let ident = rust::ident(&parameter.ident);
            let variable = variable(field, &parameter.ident);
            quote! { #ident: #variable? }
        });
        quote! { #field: #ty { #(#fields,)* } }
    }
}

/// The variable that holds the parameter `ident` of the place `field` while the rest is read.
fn variable(field: &Ident, ident: &str) -> Ident {
    rust::joined(&[&field.to_string(), "_", ident.trim_start_matches("r#")])
}

fn field_type(parameter: &Parameter) -> TokenStream {
    let ty = rust::type_path(&parameter.ty);
    if parameter.required || parameter.default.is_some() {
        ty
    } else {
        quote! { Option<#ty> }
    }
}

fn is_list(contract: &Contract, parameter: &Parameter) -> bool {
    contract
        .type_of(&parameter.ty)
        .is_some_and(|ty| matches!(ty.kind, TypeKind::Array(_)))
}

fn request(operation: &Operation, places: &[Place<'_>]) -> TokenStream {
    let ident = rust::joined(&[&operation.type_ident, "Request"]);
    let doc = docs::outer(&[&format!("A request for `{}`.", operation.id)]);
    let place_fields = places.iter().map(|place| {
        let (field, ty) = (&place.field, &place.ty);
        let doc = docs::outer(&[&format!("Its {field}.")]);
        quote! { #doc pub #field: #ty }
    });
    let body_field = operation.body.as_ref().map(|body| {
        let ty = rust::type_path(&body.ty);
        let ty = if body.required {
            ty
        } else {
            quote! { Option<#ty> }
        };
        quote! { #[doc = " Its body."] pub body: #ty }
    });
    let fields = place_fields.chain(body_field);
    let reads = places.iter().flat_map(Place::reads);
    let read_body = operation.body.as_ref().map(|body| {
        let method = rust::ident(if body.required {
            "required_body"
        } else {
            "optional_body"
        });
        quote! { let body = parts.#method(violations); }
    });
    let known = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == ParameterLocation::Query)
        .map(|parameter| &parameter.wire);
    let construct = places.iter().map(Place::construct);
    let body = operation.body.as_ref().map(|_| quote! { body: body?, });
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq)]
        pub struct #ident { #(#fields,)* }

        impl contract_runtime::FromRequest for #ident {
            fn from_request(
                parts: &contract_runtime::RequestParts<'_>,
                violations: &mut contract_runtime::Violations,
            ) -> Option<Self> {
                #(#reads)*
                #read_body
                parts.no_other_query(&[#(#known),*], violations);
                Some(Self { #(#construct,)* #body })
            }
        }
    }
}
