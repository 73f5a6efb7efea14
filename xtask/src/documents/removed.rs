//! Names that callers were given, and that are no more.
//!
//! A rename leaves the old name behind in sentences, where no compiler looks. Which names there
//! were the text of the published contract says, so that no other word is ever taken for one.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::Flaw;
use super::markdown::Code;
use crate::contract;
use crate::finding::Failure;
use crate::layout::Layout;
use crate::published::Published;

/// What the published contract names and the present one does not, in each form that code has.
pub(super) struct Removed(BTreeSet<String>);

impl Removed {
    /// Compares the contract with the published one. Where either is missing nothing was removed.
    pub(super) fn since(layout: &Layout, published: Option<&Published>) -> Result<Self, Failure> {
        let path = layout.contract();
        let before = match published {
            Some(published) => published.file(layout, &layout.shown(&path))?,
            None => None,
        };
        let now = contract::read(layout, &path)?.unwrap_or_default();
        Ok(Self::between(&before.unwrap_or_default(), &now))
    }

    fn between(before: &str, now: &str) -> Self {
        let forms = |name: &str| match name.strip_prefix('/') {
            Some(_) => vec![name.to_owned()],
            None => vec![
                name.to_owned(),
                name.to_snake_case(),
                name.to_upper_camel_case(),
            ],
        };
        let known: BTreeSet<String> = names(now).flat_map(forms).collect();
        let before = names(before).flat_map(forms);
        Self(before.filter(|name| !known.contains(name)).collect())
    }

    pub(super) fn check(&self, code: &Code) -> Vec<Flaw> {
        let lines = code.text.lines().enumerate();
        let named = lines.flat_map(|(line, text)| names(text).map(move |name| (line, name)));
        let removed = named.filter(|(_, name)| self.0.contains(*name));
        removed
            .map(|(line, name)| Flaw {
                rule: "document-name",
                line,
                message: format!("the published contract had {name}, and this one has not"),
                help: "write what it is called now",
            })
            .collect()
    }
}

/// The words that join several into one, and the paths. One with a digit is somebody's value.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = |word: &&str| {
        let hump = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
        let joins = word.trim_matches('_').contains('_') || word.as_bytes().windows(2).any(hump);
        joins && !word.bytes().any(|byte| byte.is_ascii_digit())
    };
    let words = text.split(move |c| !is_part(c)).filter(is_name);
    let tokens = text.split(|c: char| c.is_whitespace() || "`'\":".contains(c));
    words.chain(tokens.filter(|token| token.len() > 1 && token.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<usize> {
        let removed = Removed::between(
            "  /reservations:\n    operationId: makeBooking\n    guest_notes: bk_1a\n    getA: 1\n",
            "  /bookings:\n    operationId: createBooking\n    special_requests:\n    get_a: 1\n",
        );
        let code = Code {
            line: 1,
            info: None,
            text: text.to_owned(),
        };
        removed.check(&code).iter().map(|flaw| flaw.line).collect()
    }

    #[test]
    fn a_name_that_was_removed_is_found_in_every_form() {
        for text in [
            "makeBooking",
            "client.make_booking()",
            "MakeBooking",
            "guest_notes(None)",
        ] {
            assert_eq!(found(text), [0], "{text}");
        }
        assert_eq!(found("POST\nGET /reservations"), [1]);
    }

    #[test]
    fn no_other_name_is() {
        let text = "createBooking idleTimeout /reservations/4 reservations /health bk_1a GetA";
        assert_eq!(found(text), [0; 0]);
    }
}
