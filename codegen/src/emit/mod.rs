//! From the IR to files of Rust, one emitter for each concern.
//!
//! | file | emitter |
//! |---|---|
//! | `mod.rs` | here |
//! | `types.rs` | `types` |
//! | `errors.rs`, `headers.rs` | `errors`, `headers`: each error and each set of headers once |
//! | `security.rs`, `callers.rs` | `security`, where the contract demands any |
//! | `<tag>.rs` | `tag`: requests, answers, errors, the trait and its twin |
//! | `wiring.rs` | `wiring` |
//! | `contract.json` | here: the contract, for those who read JSON |
//! | the client's files | `client` |

mod client;
mod crate_files;
mod directions;
mod docs;
mod errors;
mod headers;
mod layout;
mod objects;
mod paths;
mod requests;
mod responses;
mod rust;
mod security;
mod tag;
#[cfg(test)]
mod tests;
mod types;
mod wiring;

use proc_macro2::TokenStream;
use quote::quote;

pub use crate_files::standalone_crate;

use crate::ir::Contract;

/// One file of generated code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its path below the output's root, with `/` between its parts.
    pub path: String,
    /// Its whole text.
    pub text: String,
}

/// How generated files name their origin and each other.
#[derive(Debug, Clone)]
pub struct Options {
    /// The command that makes the files, named in the first line of each.
    pub command: String,
}

/// The server's side of `contract`: types, traits, wiring.
#[must_use]
pub fn server(contract: &Contract, options: &Options) -> Vec<GeneratedFile> {
    let headers = headers::HeaderSets::new(contract);
    let mut files = vec![
        file(options, "mod.rs", &root(contract, &headers)),
        file(options, "errors.rs", &errors::emit(contract, &headers)),
        file(options, "paths.rs", &paths::emit(contract)),
        file(options, "types.rs", &types::emit(contract)),
        file(options, "wiring.rs", &wiring::emit(contract)),
    ];
    for tag in &contract.tags {
        let path = format!("{}.rs", tag.module_ident);
        files.push(file(options, &path, &tag::emit(contract, tag, &headers)));
    }
    if !headers.is_empty() {
        files.push(file(options, "headers.rs", &headers.emit()));
    }
    if security::is_demanded(contract) {
        files.push(file(options, "security.rs", &security::emit(contract)));
        files.push(file(options, "callers.rs", &security::callers(contract)));
    }
    files.push(GeneratedFile {
        path: "contract.json".to_owned(),
        text: format!("{:#}\n", contract.document),
    });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The client's side of `contract`: types, and the operations of each tag.
#[must_use]
pub fn client(contract: &Contract, options: &Options) -> Vec<GeneratedFile> {
    client::emit(contract, options)
}

fn root(contract: &Contract, headers: &headers::HeaderSets<'_>) -> TokenStream {
    let title = format!("{}, version {}.", contract.title, contract.version);
    let doc = docs::inner(&[&title]);
    let modules = contract.tags.iter().map(|tag| {
        let ident = rust::ident(&tag.module_ident);
        let doc = docs::outer(&[&format!("The operations tagged {}.", tag.name)]);
        quote! { #doc pub mod #ident; }
    });
    let headers = (!headers.is_empty()).then(|| {
        quote! {
            /// The headers of answers.
            pub mod headers;
        }
    });
    let security = security::is_demanded(contract).then(|| {
        quote! {
            /// Who has called an operation.
            pub mod callers;
            /// How callers prove who they are.
            pub mod security;
        }
    });
    quote! {
        #doc
        #(#modules)*
        #security
        /// The errors of all operations.
        pub mod errors;
        #headers
        /// Where each operation is.
        pub mod paths;
        /// The types that travel.
        pub mod types;
        /// From an implementation of the traits to what Dropshot serves.
        pub mod wiring;
    }
}

fn file(options: &Options, path: &str, tokens: &TokenStream) -> GeneratedFile {
    GeneratedFile {
        path: path.to_owned(),
        text: rust::format(&options.command, tokens),
    }
}
