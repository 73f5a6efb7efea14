//! The documents for people: code in them names only what exists.
//!
//! Compilers do not read Markdown, so that a renamed operation lives on in a README. This check
//! reads the code in it, inline and in blocks, and asks of each name whether the contract or the
//! sources still have it. What a document names on purpose though it does not exist, such as the
//! operation of a worked example, it lists in a comment: `<!-- imagined: confirmBooking -->`.

mod markdown;
mod names;
mod snippet;

use std::fs;

use booking_codegen::ir::Contract;

use crate::finding::{Failure, Finding, Kind, Place};
use crate::layout::Layout;

use markdown::Document;
use names::Names;

/// Reads every Markdown file of the repository.
pub(crate) fn check(layout: &Layout, contract: &Contract) -> Result<Vec<Finding>, Failure> {
    let tree = layout.files()?;
    let names = Names::of(layout, &tree, contract)?;
    let mut findings = Vec::new();
    for path in tree.iter().filter(|path| path.ends_with(".md")) {
        let full = layout.root().join(path);
        let text = fs::read_to_string(&full).map_err(Failure::io("read", &full))?;
        findings.extend(findings_of(path, &text, &names));
    }
    Ok(findings)
}

/// What one document names that is no more.
fn findings_of(path: &str, text: &str, names: &Names) -> Vec<Finding> {
    let document = Document::of(text);
    let mut findings = Vec::new();
    for (line, name) in &document.imagined {
        if names.is_operation(name) {
            findings.push(
                stale(
                    path,
                    *line,
                    "document-imagined",
                    &format!("{name} is said to be imagined, and the contract has it"),
                )
                .help("take it out of the comment, and read the example again"),
            );
        }
    }
    for code in &document.code {
        for (offset, missing) in snippet::missing(&code.text, code.language.as_deref(), names) {
            if document.imagines(missing.name()) {
                continue;
            }
            let line = code.line + code.text[..offset].matches('\n').count();
            let finding = stale(path, line, missing.rule(), &missing.to_string());
            findings.push(finding.help(
                "write what it is called now, or list it in a comment \
                 `<!-- imagined: … -->` when it is only an example",
            ));
        }
    }
    findings
}

fn stale(path: &str, line: usize, rule: &str, message: &str) -> Finding {
    Finding::error(Kind::Stale, rule, message).at(Place::line(path, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, usize)> {
        findings_of("a.md", text, &Names::for_tests())
            .into_iter()
            .map(|finding| {
                (
                    finding.id(),
                    finding.place.and_then(|place| place.line).unwrap_or(0),
                )
            })
            .collect()
    }

    fn one(rule: &str, line: usize) -> Vec<(String, usize)> {
        vec![(format!("stale/{rule}"), line)]
    }

    #[test]
    fn what_exists_is_not_mentioned() {
        let text = "Call `createBooking`, read `ir.rs`, `crates/a/src/ir.rs` and `/health`.\n\n\
                    ```sh\ncurl -sS http://127.0.0.1:8080/api/v1/bookings -d '{\"party_size\": 4}'\n\
                    curl /api/v1/bookings/bk_1?limit=2\ncargo xtask check\n```\n\n\
                    ```rust\nlet booked = client.create_booking().send();\nCreateBookingRequest::new()\n```\n";
        assert_eq!(found(text), []);
    }

    #[test]
    fn an_operation_that_is_no_more_is_found_at_its_line() {
        assert_eq!(
            found("one\n\nCall `fetchBooking`.\n"),
            one("document-operation", 3)
        );
        assert_eq!(
            found("```rust\nlet a = 1;\nclient.fetch_booking()\n```\n"),
            one("document-member", 3)
        );
        assert_eq!(
            found("See `FetchBookingRequest`.\n"),
            one("document-name", 1)
        );
    }

    #[test]
    fn a_field_that_is_no_more_is_found_in_json_and_in_requests() {
        assert_eq!(
            found("```json\n{\n  \"covers\": 4\n}\n```\n"),
            one("document-field", 3)
        );
        assert_eq!(
            found("```sh\ncurl /api/v1/bookings -d '{\"covers\": 4}'\n```\n"),
            one("document-field", 2)
        );
        assert_eq!(found("Send `party_sise`.\n"), one("document-name", 1));
    }

    #[test]
    fn a_field_that_only_the_database_still_has_is_found_in_rust() {
        assert_eq!(
            found("```rust\nlet wishes = booked.guest_notes;\nlet all = 0..guest_notes;\n```\n"),
            one("document-member", 2)
        );
        assert_eq!(
            found("Send `guest_notes(None)`.\n"),
            one("document-function", 1)
        );
        // A column may be named by itself.
        assert_eq!(found("See `guest_notes` and `create_booking()`.\n"), []);
    }

    #[test]
    fn a_path_that_is_no_more_is_found() {
        assert_eq!(
            found("```sh\ncurl http://localhost/api/v1/reservations\n```\n"),
            one("document-path", 2)
        );
        assert_eq!(found("`/reservations`\n"), one("document-path", 1));
        assert_eq!(found("`/bookings/{id}`\n"), one("document-path", 1));
    }

    #[test]
    fn a_file_and_a_command_that_are_no_more_are_found() {
        assert_eq!(found("`crates/b/lib.rs`\n"), one("document-file", 1));
        assert_eq!(found("`old.rs`\n"), one("document-file", 1));
        assert_eq!(found("`cargo xtask verify`\n"), one("document-command", 1));
    }

    #[test]
    fn what_is_imagined_may_be_named_in_every_form_and_must_not_exist() {
        let text = "<!-- imagined: confirmBooking, b/confirm.rs -->\n\n\
                    `confirmBooking`, `confirm_booking()`, `ConfirmBookingError`, `b/confirm.rs`\n";
        assert_eq!(found(text), []);
        assert_eq!(
            found("<!-- imagined: createBooking -->\n"),
            one("document-imagined", 1)
        );
    }

    #[test]
    fn prose_and_comments_are_not_code() {
        assert_eq!(
            found("fetchBooking was renamed. <!-- fetchBooking -->\n"),
            []
        );
    }
}
