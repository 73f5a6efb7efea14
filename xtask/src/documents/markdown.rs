//! A Markdown document → the code in it, with the line at which each piece begins.

use heck::{ToSnakeCase, ToUpperCamelCase};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// What the check needs of a document.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The code, in the order of the text.
    pub(super) code: Vec<Code>,
    /// What is named though it does not exist, each with the line of the comment.
    pub(super) imagined: Vec<(usize, String)>,
}

/// One piece of code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Code {
    /// The line on which it begins, counted from 1.
    pub(super) line: usize,
    /// The language of a block; `None` for code within a sentence.
    pub(super) language: Option<String>,
    /// The code.
    pub(super) text: String,
}

/// How the comment begins that lists what is imagined.
const IMAGINED: &str = "<!-- imagined:";

impl Document {
    pub(super) fn of(text: &str) -> Self {
        let mut document = Self::default();
        let mut block: Option<Code> = None;
        let line = |offset: usize| 1 + text[..offset].matches('\n').count();
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    block = Some(Code {
                        line: line(range.start),
                        language: Some(match kind {
                            CodeBlockKind::Fenced(language) => language.into_string(),
                            CodeBlockKind::Indented => String::new(),
                        }),
                        text: String::new(),
                    });
                }
                Event::Text(part) => {
                    if let Some(block) = &mut block {
                        if block.text.is_empty() {
                            block.line = line(range.start);
                        }
                        block.text.push_str(&part);
                    }
                }
                Event::End(TagEnd::CodeBlock) => document.code.extend(block.take()),
                Event::Code(code) => document.code.push(Code {
                    line: line(range.start),
                    language: None,
                    text: code.into_string(),
                }),
                Event::Html(html) | Event::InlineHtml(html) => {
                    if let Some(list) = html.trim().strip_prefix(IMAGINED) {
                        let list = list.trim_end_matches("-->").split(',');
                        let at = line(range.start);
                        document
                            .imagined
                            .extend(list.map(|name| (at, name.trim().to_owned())));
                    }
                }
                _ => {}
            }
        }
        document
    }

    /// Whether a name is listed as imagined, itself or as the operation that it is made from.
    pub(super) fn imagines(&self, name: &str) -> bool {
        self.imagined.iter().any(|(_, imagined)| {
            name == imagined
                || name == imagined.to_snake_case()
                || name.starts_with(&imagined.to_upper_camel_case())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_found_with_its_line_in_sentences_blocks_and_tables() {
        let text = "a `b`\n\n```rust\nc\n\nd\n```\n\n| x | `y` |\n|---|---|\n| `z` | w |\n\n- item\n\n  ```sh\n  e\n  ```\n";
        let code = Document::of(text).code;
        let shown: Vec<_> = code
            .iter()
            .map(|code| (code.line, code.language.as_deref(), code.text.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                (1, None, "b"),
                (4, Some("rust"), "c\n\nd\n"),
                (9, None, "y"),
                (11, None, "z"),
                (16, Some("sh"), "e\n"),
            ]
        );
    }
}
