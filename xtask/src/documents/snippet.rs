//! One piece of code → the names in it that nothing has.

use std::fmt;

use super::names::{Names, is_camel_case, is_name, pieces, words};

/// A name that nothing has, by what it looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missing {
    /// Written like an operationId.
    Operation(String),
    /// A property in JSON.
    Field(String),
    /// A path of the API.
    Path(String),
    /// A file of the repository.
    File(String),
    /// A subcommand of `cargo xtask`.
    Command(String),
    /// A field or a method, in Rust.
    Member(String),
    /// A function that is called within a sentence.
    Function(String),
    /// Any other name.
    Name(String),
}

impl Missing {
    pub(super) const fn rule(&self) -> &'static str {
        match self {
            Self::Operation(_) => "document-operation",
            Self::Field(_) => "document-field",
            Self::Path(_) => "document-path",
            Self::File(_) => "document-file",
            Self::Command(_) => "document-command",
            Self::Member(_) => "document-member",
            Self::Function(_) => "document-function",
            Self::Name(_) => "document-name",
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Operation(name)
            | Self::Field(name)
            | Self::Path(name)
            | Self::File(name)
            | Self::Command(name)
            | Self::Member(name)
            | Self::Function(name)
            | Self::Name(name) => name,
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(name) => write!(formatter, "the contract has no operation {name}"),
            Self::Field(name) => {
                write!(formatter, "no schema of the contract has a property {name}")
            }
            Self::Path(path) => write!(formatter, "the contract has no path {path}"),
            Self::File(path) => write!(formatter, "there is no file {path}"),
            Self::Command(name) => write!(formatter, "`cargo xtask` has no command {name}"),
            Self::Member(name) => write!(
                formatter,
                "neither the generated code nor the client has a field or method {name}"
            ),
            Self::Function(name) => write!(formatter, "the sources have no function {name}"),
            Self::Name(name) => write!(
                formatter,
                "neither the contract nor the sources have {name}"
            ),
        }
    }
}

/// The endings of files that documents refer to.
const ENDINGS: [&str; 6] = [".rs", ".md", ".sql", ".yaml", ".toml", ".sh"];

/// What separates paths and commands from what stands around them.
const SEPARATORS: [char; 10] = [' ', '\n', '\t', '\'', '"', '`', ',', ';', '(', ')'];

/// Everything in `text` that does not exist, with its offset. `language` is that of a block.
pub(super) fn missing(text: &str, language: Option<&str>, names: &Names) -> Vec<(usize, Missing)> {
    let mut found = Vec::new();
    let mut before = ["", ""];
    // Words within what was judged as a whole are not judged again.
    let mut judged: Vec<std::ops::Range<usize>> = Vec::new();
    for (offset, token) in pieces(text, |c| !SEPARATORS.contains(&c)) {
        if before == ["cargo", "xtask"] && !token.starts_with('-') && !names.is_command(token) {
            found.push((offset, Missing::Command(token.to_owned())));
        }
        before = [before[1], token];
        if let Some(missing) = path(token, text.trim() == token, language.is_none(), names) {
            judged.push(offset..offset + token.len());
            if let Some(missing) = missing {
                found.push((offset, missing));
            }
        }
    }
    let json = language == Some("json")
        || (language.is_some()
            && !names.base_path().is_empty()
            && text.contains(names.base_path()));
    for (offset, word) in words(text) {
        // The letters of a flag, as in `curl -sS`, are no word.
        let flag = text[..offset].ends_with('-') && word.len() <= 3;
        if flag || judged.iter().any(|range| range.contains(&offset)) {
            continue;
        }
        let missing = if language == Some("rust") && is_member(text, offset, word) {
            (!names.is_member(word)).then(|| Missing::Member(word.to_owned()))
        } else if language.is_none() && is_call(text, offset, word) {
            (!names.is_function(word)).then(|| Missing::Function(word.to_owned()))
        } else if json && is_key(text, offset, word) {
            (!names.is_field(word)).then(|| Missing::Field(word.to_owned()))
        } else if is_camel_case(word) {
            (!names.is_operation_or_key(word)).then(|| Missing::Operation(word.to_owned()))
        } else if is_name(word) {
            (!names.is_known(word)).then(|| Missing::Name(word.to_owned()))
        } else {
            None
        };
        found.extend(missing.map(|missing| (offset, missing)));
    }
    found.sort_by_key(|(offset, _)| *offset);
    found
}

/// Whether a token is a path of the API or of a file: `None` if it is neither, else what of it
/// does not exist. `alone` is a token with nothing beside it.
fn path(token: &str, alone: bool, inline: bool, names: &Names) -> Option<Option<Missing>> {
    let base = names.base_path();
    if !base.is_empty()
        && let Some((_, rest)) = token.split_once(base)
    {
        let path = rest.split(['?', '#', '…']).next().unwrap_or_default();
        let path = path.trim_end_matches(['.', ':']);
        let known = path.trim_matches('/').is_empty() || names.is_route(path);
        return Some((!known).then(|| Missing::Path(path.to_owned())));
    }
    if token.contains("://") || token.contains('…') || token.contains('$') {
        return Some(None);
    }
    if alone && inline && token.starts_with('/') {
        let known = names.is_route(token) || names.is_literal(token);
        return Some((!known).then(|| Missing::Path(token.to_owned())));
    }
    let is_file = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let file = ENDINGS
        .iter()
        .any(|ending| token.ends_with(ending) && token.len() > ending.len());
    let below = [
        "crates/",
        "codegen/",
        "xtask/",
        "tests/",
        "migrations/",
        "docs/",
        ".ci/",
    ];
    let file = file || below.iter().any(|top| token.starts_with(top));
    if inline && file && token.chars().all(is_file) {
        return Some((!names.is_file(token)).then(|| Missing::File(token.to_owned())));
    }
    None
}

/// Whether the word at `offset` is the key of a JSON object: `"word":`.
fn is_key(text: &str, offset: usize, word: &str) -> bool {
    let after = text[offset + word.len()..].strip_prefix('"');
    text[..offset].ends_with('"') && after.is_some_and(|rest| rest.trim_start().starts_with(':'))
}

/// Whether the word at `offset` is taken of a value: `.word`, and neither `..word` nor `1.0`.
fn is_member(text: &str, offset: usize, word: &str) -> bool {
    let owner = text[..offset].strip_suffix('.');
    owner.is_some_and(|owner| !owner.ends_with('.'))
        && !word.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether `text` is nothing but a call of the word, which begins it and is a name: `a_b(…)`.
fn is_call(text: &str, offset: usize, word: &str) -> bool {
    let snake_case = word.contains('_') && !word.contains(|c: char| c.is_ascii_uppercase());
    offset == 0
        && snake_case
        && is_name(word)
        && text[word.len()..].starts_with('(')
        && text.ends_with(')')
}
