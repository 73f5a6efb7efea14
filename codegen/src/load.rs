//! Text in, contract out, or everything that is wrong with it.

use crate::diagnostic::{Diagnostics, Sink, Span, rules};
use crate::ir::Contract;
use crate::source::{Node, Value};
use crate::{lint, lower, source};
use openapiv3::OpenAPI;

/// Reads a contract, checks it against every rule, and gives what the emitters need.
///
/// `file` is only a label for messages; nothing is read from the disk.
///
/// # Errors
/// All diagnostics of the contract: no rule is a mere warning.
pub fn load(file: &str, text: &str) -> Result<Contract, Diagnostics> {
    let mut sink = Sink::default();
    let contract = read(text, &mut sink);
    match contract {
        Some(contract) if sink.is_empty() => Ok(contract),
        _ => Err(sink.finish(file, text)),
    }
}

fn read(text: &str, sink: &mut Sink) -> Option<Contract> {
    let root = source::parse(text, sink)?;
    let understood = lower::lower(&root, text, sink);
    // When it was reported that this is no contract at all, rules about contracts add nothing.
    root.as_mapping()?;
    lint::check(&understood, sink);
    if !sink.is_empty() {
        return None;
    }
    let start = Span {
        line: 1,
        column: 1,
        len: 0,
    };
    let Some(contract) = lower::finish(&understood.model, &root) else {
        sink.report(
            rules::OPENAPI_MODEL,
            start,
            "the contract could not be understood, and no rule says why",
        )
        .help("this is a defect of the generator: please report it with the contract");
        return None;
    };
    if let Err(error) = open_api(&contract) {
        sink.report(
            rules::OPENAPI_MODEL,
            start,
            format!("the typed model of OpenAPI does not read the contract: {error}"),
        )
        .help("correct what it names");
        return None;
    }
    Some(contract)
}

/// The contract in the typed model of the `openapiv3` crate, for libraries that want it.
///
/// # Errors
/// None for a contract that [`load`] gave: it has made sure.
pub fn open_api(contract: &Contract) -> Result<OpenAPI, serde_json::Error> {
    serde_json::from_value(contract.document.clone())
}

/// Where things stand in the text of a contract, for findings about what it says.
#[derive(Debug)]
pub struct Places(Option<Node>);

impl Places {
    /// Reads the text. One that is refused has no places.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(source::parse(text, &mut Sink::default()))
    }

    /// Where the key stands that a JSON pointer into the document ends with, or the item of a
    /// list.
    #[must_use]
    pub fn find(&self, pointer: &str) -> Option<Span> {
        let mut at = self.0.as_ref()?;
        let mut span = at.span;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            (at, span) = match &at.value {
                Value::Mapping(mapping) => {
                    let entry = mapping.entry(&step)?;
                    (&entry.value, entry.key_span)
                }
                Value::Sequence(items) => {
                    let item = items.get(step.parse::<usize>().ok()?)?;
                    (item, item.span)
                }
                _ => return None,
            };
        }
        Some(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pointer_names_is_found_at_its_key() {
        let text = "paths:\n  /a/b:\n    get:\n      tags: [one, two]\n";
        let places = Places::parse(text);
        let found = |pointer| {
            let span = places.find(pointer)?;
            Some((span.line, span.column))
        };
        assert_eq!(found("/paths"), Some((1, 1)));
        assert_eq!(found("/paths/~1a~1b/get"), Some((3, 5)));
        assert_eq!(found("/paths/~1a~1b/get/tags/1"), Some((4, 19)));
        assert_eq!(found("/paths/~1a~1b/put"), None);
        assert_eq!(found("/paths/~1a~1b/get/tags/2"), None);
        assert_eq!(found("/paths/~1a~1b/get/tags/1/x"), None);
        assert_eq!(Places::parse("paths: [").find("/paths"), None);
    }
}
