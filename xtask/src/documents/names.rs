//! Every name that a document may use: those of the contract, and those of the sources.

use std::collections::BTreeSet;
use std::fs;

use booking_codegen::ir::Contract;
use clap::CommandFactory;
use serde_json::Value;

use crate::finding::Failure;
use crate::layout::Layout;

/// Where names come from, besides the contract.
const SOURCES: [&str; 9] = [
    "crates/",
    "codegen/src/",
    "tests/",
    "xtask/src/",
    "migrations/",
    "schema.sql",
    "Cargo.toml",
    ".ci/run",
    "booking-api.yaml",
];

/// Files below [`SOURCES`] whose names are wrong on purpose.
const MISTAKES: [&str; 2] = ["xtask/src/documents/", "xtask/src/mutate/"];

/// Rust that is generated from the contract, with the thin layer over the client. It is what the
/// examples of a document are written against, and so the names of its members are known here
/// alone: a column that is still called as the property was before teaches nobody how to call.
const GENERATED: [&str; 2] = ["crates/booking-client/src/", "crates/booking-api/src/"];

/// Where the client is called.
const CALLERS: [&str; 2] = ["/tests/", "/examples/"];

/// What exists.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The operationIds.
    operations: BTreeSet<String>,
    /// The keys of OpenAPI.
    keys: BTreeSet<String>,
    /// The paths of the contract, as it writes them.
    routes: Vec<String>,
    /// Under which path the contract's paths are served.
    base_path: String,
    /// The properties of every schema, and the parameters.
    fields: BTreeSet<String>,
    /// Every word of the sources that is no word of English.
    words: BTreeSet<String>,
    /// Every word of the Rust in [`GENERATED`]: what may stand behind a dot in an example.
    members: BTreeSet<String>,
    /// What the sources define or call: `name(`.
    functions: BTreeSet<String>,
    /// What the sources hold as a text of its own: `/health`.
    literals: BTreeSet<String>,
    /// Every file, below the root.
    files: Vec<String>,
    /// The subcommands of `cargo xtask`.
    commands: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(
        layout: &Layout,
        files: &[String],
        contract: &Contract,
    ) -> Result<Self, Failure> {
        let mut names = Self {
            operations: contract
                .operations
                .iter()
                .map(|operation| operation.id.clone())
                .collect(),
            keys: booking_codegen::keys().map(str::to_owned).collect(),
            routes: keys_of(&contract.document["paths"])
                .map(str::to_owned)
                .collect(),
            base_path: contract.base_path.clone(),
            files: files.to_vec(),
            commands: crate::cli::CommandLine::command()
                .get_subcommands()
                .map(|command| command.get_name().to_owned())
                .collect(),
            ..Self::default()
        };
        collect_fields(&contract.document, &mut names.fields);
        for file in files {
            let source = SOURCES.iter().any(|source| file.starts_with(source));
            if !source || MISTAKES.iter().any(|mistakes| file.starts_with(mistakes)) {
                continue;
            }
            let path = layout.root().join(file);
            let bytes = fs::read(&path).map_err(Failure::io("read", &path))?;
            let text = String::from_utf8_lossy(&bytes);
            names.learn(&text);
            // Tests and examples call the client as it was before, until somebody compiles them.
            let path = format!("/{file}");
            if !CALLERS.iter().any(|callers| path.contains(callers)) {
                names.learn_functions(&text);
            }
            if GENERATED.iter().any(|below| file.starts_with(below)) && file.ends_with(".rs") {
                names.learn_members(&text);
            }
        }
        Ok(names)
    }

    /// Learns the words of a source.
    fn learn(&mut self, text: &str) {
        for code in code_of(text) {
            for (_, word) in words(code) {
                if is_name(word) && !self.words.contains(word) {
                    self.words.insert(word.to_owned());
                }
            }
            for literal in code.split('"').skip(1).step_by(2) {
                if literal.starts_with('/') && !self.literals.contains(literal) {
                    self.literals.insert(literal.to_owned());
                }
            }
        }
    }

    /// Learns what can stand behind a dot.
    fn learn_members(&mut self, text: &str) {
        for code in code_of(text) {
            for (_, word) in words(code) {
                if !self.members.contains(word) {
                    self.members.insert(word.to_owned());
                }
            }
        }
    }

    /// Learns what is defined or called.
    fn learn_functions(&mut self, text: &str) {
        for code in code_of(text) {
            for (offset, word) in words(code) {
                let called = code[offset + word.len()..].starts_with(['(', '<']);
                if called && is_name(word) && !self.functions.contains(word) {
                    self.functions.insert(word.to_owned());
                }
            }
        }
    }

    pub(super) fn is_operation(&self, name: &str) -> bool {
        self.operations.contains(name)
    }

    /// Whether a word in mixed case stands for something that exists.
    pub(super) fn is_operation_or_key(&self, name: &str) -> bool {
        self.is_operation(name) || self.keys.contains(name)
    }

    pub(super) fn is_field(&self, name: &str) -> bool {
        self.fields.contains(name)
    }

    pub(super) fn is_known(&self, name: &str) -> bool {
        self.words.contains(name) || self.fields.contains(name) || self.keys.contains(name)
    }

    /// Whether a field or a method of this name is there to be used by an example.
    pub(super) fn is_member(&self, name: &str) -> bool {
        self.members.contains(name)
    }

    /// Whether the sources define or call a function of this name.
    pub(super) fn is_function(&self, name: &str) -> bool {
        self.functions.contains(name)
    }

    pub(super) fn is_command(&self, name: &str) -> bool {
        self.commands.contains(name)
    }

    /// Under which path the contract's paths are served.
    pub(super) fn base_path(&self) -> &str {
        &self.base_path
    }

    /// Whether the contract has a path: written like the template, or with values in it.
    pub(super) fn is_route(&self, path: &str) -> bool {
        let segments = |path: &str| -> Vec<String> {
            path.split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let wanted = segments(path);
        self.routes.iter().any(|route| {
            let route = segments(route);
            route.len() == wanted.len()
                && route.iter().zip(&wanted).all(|(template, segment)| {
                    template == segment || (template.starts_with('{') && !segment.starts_with('{'))
                })
        })
    }

    /// Whether the sources hold this path as a text.
    pub(super) fn is_literal(&self, path: &str) -> bool {
        self.literals.contains(path)
    }

    /// Whether there is a file or directory with this path, or one whose path ends with it.
    pub(super) fn is_file(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let (inside, below) = (format!("/{path}"), format!("{path}/"));
        let deep = format!("/{path}/");
        self.files.iter().any(|file| {
            file == path
                || file.starts_with(&below)
                || file.ends_with(&inside)
                || file.contains(&deep)
        })
    }

    #[cfg(test)]
    pub(super) fn for_tests() -> Self {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            operations: set(&["createBooking"]),
            keys: set(&["operationId"]),
            routes: vec!["/bookings".to_owned(), "/bookings/{booking_id}".to_owned()],
            base_path: "/api/v1".to_owned(),
            fields: set(&["party_size"]),
            words: set(&[
                "create_booking",
                "CreateBookingRequest",
                "bk_1",
                "guest_notes",
            ]),
            members: set(&["create_booking", "send", "await"]),
            functions: set(&["create_booking"]),
            literals: set(&["/health"]),
            files: vec!["crates/a/src/ir.rs".to_owned()],
            commands: set(&["check"]),
        }
    }
}

/// The lines of a source that are code. Comments teach nothing: they may be as old as documents.
fn code_of(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with("//") && !line.starts_with("--"))
}

/// The words of a text, each with its offset.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    pieces(text, |c| c.is_ascii_alphanumeric() || c == '_')
}

/// The longest stretches of such characters, each with its offset.
pub(super) fn pieces(
    text: &str,
    is_part: impl Fn(char) -> bool,
) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(&is_part)?;
        let end = text[start..]
            .find(|c| !is_part(c))
            .map_or(text.len(), |length| start + length);
        from = end;
        Some((start, &text[start..end]))
    })
}

/// Whether a word can only be a name: it joins several words into one.
pub(super) fn is_name(word: &str) -> bool {
    let word = word.trim_matches('_');
    let letters = word.starts_with(|c: char| c.is_ascii_alphabetic());
    letters && (word.contains('_') || has_hump(word))
}

/// Whether a small letter is followed by a capital somewhere.
fn has_hump(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes
        .windows(2)
        .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

/// Whether a word is written like an operationId: `createBooking`.
pub(super) fn is_camel_case(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase()) && has_hump(word) && !word.contains('_')
}

fn keys_of(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
}

/// Every key of a `properties`, and every parameter's name.
fn collect_fields(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if let Some(properties) = object.get("properties") {
                fields.extend(keys_of(properties).map(str::to_owned));
            }
            if let (Some(Value::String(name)), true) =
                (object.get("name"), object.contains_key("in"))
            {
                fields.insert(name.clone());
            }
            object
                .values()
                .for_each(|below| collect_fields(below, fields));
        }
        Value::Array(items) => items.iter().for_each(|below| collect_fields(below, fields)),
        _ => {}
    }
}
