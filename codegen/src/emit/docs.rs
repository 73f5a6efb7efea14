//! Documentation comments from the contract's descriptions.

use proc_macro2::TokenStream;
use quote::quote;

/// `///` lines: each paragraph of `paragraphs`, with an empty line between two.
pub(super) fn outer(paragraphs: &[&str]) -> TokenStream {
    let lines = lines(paragraphs);
    quote! { #(#[doc = #lines])* }
}

/// `//!` lines.
pub(super) fn inner(paragraphs: &[&str]) -> TokenStream {
    let lines = lines(paragraphs);
    quote! { #(#![doc = #lines])* }
}

fn lines(paragraphs: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs.iter().filter(|text| !text.trim().is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(paragraph.trim().lines().map(line));
    }
    lines
}

/// One line. Descriptions are CommonMark, and so is rustdoc, but rustdoc takes what stands in
/// square or pointed brackets for links and tags.
fn line(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() {
        return String::new();
    }
    let mut escaped = String::from(" ");
    let mut in_code = false;
    for character in text.chars() {
        match character {
            '`' => in_code = !in_code,
            '[' | ']' | '<' | '>' if !in_code => escaped.push('\\'),
            _ => {}
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_escaped_outside_of_code() {
        assert_eq!(line("a [b] `[c]` <d>"), r" a \[b\] `[c]` \<d\>");
    }

    #[test]
    fn paragraphs_are_separated_and_empty_ones_left_out() {
        assert_eq!(lines(&["a\nb", "", "c"]), [" a", " b", "", " c"]);
    }
}
