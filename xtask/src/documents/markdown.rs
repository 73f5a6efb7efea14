//! A Markdown document → the code in it, with the line at which each piece begins.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// One piece of code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Code {
    /// The line on which it begins, counted from 1.
    pub(super) line: usize,
    /// What stands behind the fence of a block; `None` for code within a sentence.
    pub(super) info: Option<String>,
    /// The code.
    pub(super) text: String,
}

impl Code {
    /// The words behind the fence: the language first.
    pub(super) fn info(&self) -> Vec<&str> {
        let info = self.info.as_deref().unwrap_or_default();
        info.split_whitespace().collect()
    }
}

/// The code of a document, in the order of the text.
pub(super) fn code(text: &str) -> Vec<Code> {
    let mut found = Vec::new();
    let mut block: Option<Code> = None;
    let line = |offset: usize| 1 + text[..offset].matches('\n').count();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                block = Some(Code {
                    line: line(range.start),
                    info: Some(match kind {
                        CodeBlockKind::Fenced(info) => info.into_string(),
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
            Event::End(TagEnd::CodeBlock) => found.extend(block.take()),
            Event::Code(code) => found.push(Code {
                line: line(range.start),
                info: None,
                text: code.into_string(),
            }),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_found_with_its_line_in_sentences_blocks_and_tables() {
        let text = "a `b`\n\n```rust x.rs\nc\n\nd\n```\n\n| x | `y` |\n|---|---|\n| `z` | w |\n\n- item\n\n  ```sh\n  e\n  ```\n";
        let code = code(text);
        let shown: Vec<_> = code
            .iter()
            .map(|code| (code.line, code.info(), code.text.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                (1, vec![], "b"),
                (4, vec!["rust", "x.rs"], "c\n\nd\n"),
                (9, vec![], "y"),
                (11, vec![], "z"),
                (16, vec!["sh"], "e\n"),
            ]
        );
    }
}
