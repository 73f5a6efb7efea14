//! `headers.rs`: the sets of headers that answers declare, each once, whichever answers share it.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{docs, rust};
use crate::ir::{Contract, Response, ResponseHeader, TypeRef};

/// What makes two sets of headers one: names, types, and which of them are always there.
type Key = Vec<(String, TypeRef, bool)>;

/// The sets of headers of a contract, and what each is called.
pub(super) struct HeaderSets<'a> {
    idents: HashMap<Key, Ident>,
    sets: Vec<(Ident, &'a [ResponseHeader])>,
}

impl<'a> HeaderSets<'a> {
    /// Collects the sets in the order of the contract. One is called after its headers:
    /// `LocationEtag`. Should another one have the same names, and other types, it is called
    /// after the first answer that has it as well.
    pub(super) fn new(contract: &'a Contract) -> Self {
        let mut all = Self {
            idents: HashMap::new(),
            sets: Vec::new(),
        };
        for operation in &contract.operations {
            for response in &operation.responses {
                let key = key(response);
                if key.is_empty() || all.idents.contains_key(&key) {
                    continue;
                }
                let stem: String = response
                    .headers
                    .iter()
                    .map(|header| crate::naming::type_ident(&header.wire))
                    .collect();
                let stem = stem.trim_start_matches("r#");
                let plain = rust::ident(stem);
                let ident = if all.sets.iter().any(|(taken, _)| *taken == plain) {
                    rust::joined(&[&operation.type_ident, &response.ident, stem])
                } else {
                    plain
                };
                all.idents.insert(key, ident.clone());
                all.sets.push((ident, &response.headers));
            }
        }
        all
    }

    /// The set of an answer, as it is named from a module beside `headers`.
    pub(super) fn path(&self, response: &Response) -> Option<TokenStream> {
        let ident = self.idents.get(&key(response))?;
        Some(quote! { headers::#ident })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    pub(super) fn emit(&self) -> TokenStream {
        let sets = self.sets.iter().map(|(ident, headers)| {
            let names: Vec<String> = headers
                .iter()
                .map(|header| format!("`{}`", header.wire))
                .collect();
            let doc = docs::outer(&[&names.join(", ")]);
            let fields = headers.iter().map(|header| {
                let field = rust::ident(&header.ident);
                let doc = docs::outer(&[&header.description]);
                let wire = header.wire.to_lowercase();
                let ty = rust::type_path(&header.ty);
                let ty = if header.required {
                    ty
                } else {
                    quote! { Option<#ty> }
                };
                quote! { #doc #wire => #field: #ty, }
            });
            quote! { #doc #ident { #(#fields)* } }
        });
        quote! {
            #![doc = " The headers of answers, as sets that answers share."]

            use super::types;

            contract_runtime::headers! { #(#sets)* }
        }
    }
}

fn key(response: &Response) -> Key {
    response
        .headers
        .iter()
        .map(|header| {
            let name = header.wire.to_lowercase();
            (name, header.ty.clone(), header.required)
        })
        .collect()
}
