//! YAML events → nodes.

use super::scalar;
use super::{Entry, Mapping, Node, Value};
use crate::diagnostic::{Sink, Span, lines, rules};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

/// How deep values may nest. No contract comes near it, and everything that walks a tree may
/// recurse because of it.
const MAX_DEPTH: usize = 64;

/// Reads one YAML document. Everything that cannot be JSON is reported; `None` when nothing
/// is left to look at.
pub(crate) fn parse(text: &str, sink: &mut Sink) -> Option<Node> {
    // A byte-order mark is no content. Columns of the first line are then off by none,
    // because editors do not count it either.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut builder = Builder {
        sink,
        open: Vec::new(),
        root: None,
        too_deep: 0,
        lines: LineLengths::new(text),
    };
    let mut documents = 0_usize;
    let mut parser = Parser::new_from_str(text);
    loop {
        let (event, span) = match parser.next_event() {
            None => break,
            Some(Ok(next)) => next,
            Some(Err(error)) => {
                builder.syntax(&error);
                return None;
            }
        };
        let span = builder.span(&span);
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    builder
                        .sink
                        .report(rules::YAML_DOCUMENTS, span, "a second document begins here")
                        .help("a contract is one document: remove the `---`, or move what follows to a file of its own");
                    break;
                }
            }
            Event::Alias(_) => {
                builder
                    .sink
                    .report(
                        rules::YAML_ALIAS,
                        span,
                        "an alias stands for a value elsewhere",
                    )
                    .help("write the value here, or refer to a component with `$ref`");
                builder.value(Node {
                    span,
                    value: Value::Refused,
                });
            }
            Event::Scalar(text, style, anchor, tag) => {
                builder.decorations(span, anchor, tag.is_some());
                builder.scalar(span, &text, style);
            }
            Event::SequenceStart(anchor, tag) => {
                builder.decorations(span, anchor, tag.is_some());
                builder.open(span, Open::Sequence(Vec::new()));
            }
            Event::MappingStart(anchor, tag) => {
                builder.decorations(span, anchor, tag.is_some());
                builder.open(span, Open::Mapping(Mapping::default(), None));
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close(),
            Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
        }
    }
    let root = builder.root;
    match root {
        Some(Node {
            value: Value::Null, ..
        })
        | None
            if sink.is_empty() =>
        {
            sink.report(
                rules::YAML_SYNTAX,
                Span {
                    line: 1,
                    column: 1,
                    len: 0,
                },
                "the contract is empty",
            )
            .help("begin with `openapi: 3.0.3`");
            None
        }
        root => root,
    }
}

/// A container that is not closed yet.
enum Open {
    Sequence(Vec<Node>),
    /// The entries so far, and the key whose value comes next.
    Mapping(Mapping, Option<Key>),
}

enum Key {
    Text(String, Span),
    /// A key that was reported: its value is dropped.
    Refused,
}

struct Builder<'s> {
    sink: &'s mut Sink,
    open: Vec<(Span, Open)>,
    root: Option<Node>,
    /// How many containers are open below the deepest allowed one.
    too_deep: usize,
    lines: LineLengths,
}

impl Builder<'_> {
    fn syntax(&mut self, error: &ScanError) {
        let marker = error.marker();
        let span = Span {
            line: marker.line().max(1),
            column: marker.col() + 1,
            len: 0,
        };
        self.sink
            .report(
                rules::YAML_SYNTAX,
                span,
                format!("this is not YAML: {}", error.info()),
            )
            .help("correct the text here, or in the line before; nothing else was checked");
    }

    fn span(&self, span: &saphyr_parser::Span) -> Span {
        let (line, column) = (span.start.line().max(1), span.start.col() + 1);
        let len = if span.start.line() == span.end.line() {
            span.end.col().saturating_sub(span.start.col())
        } else {
            self.lines.len(line).saturating_sub(span.start.col())
        };
        Span { line, column, len }
    }

    fn decorations(&mut self, span: Span, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.sink
                .report(rules::YAML_ANCHOR, span, "this value has an anchor")
                .help("remove the `&name`; what is used more than once belongs under `components`, for `$ref`");
        }
        if tagged {
            self.sink
                .report(rules::YAML_TAG, span, "this value has an explicit tag")
                .help("remove the tag; quote the value if it must be a string");
        }
    }

    fn scalar(&mut self, span: Span, text: &str, style: ScalarStyle) {
        if self.too_deep > 0 {
            return;
        }
        let plain = style == ScalarStyle::Plain;
        if let Some((_, Open::Mapping(_, key @ None))) = self.open.last_mut() {
            if plain && text == "<<" {
                *key = Some(Key::Refused);
                self.sink
                    .report(
                        rules::YAML_MERGE_KEY,
                        span,
                        "a merge key copies entries from elsewhere",
                    )
                    .help("write the entries here, or refer to a component with `$ref`");
                return;
            }
            *key = Some(Key::Text(text.to_owned(), span));
            if plain && !matches!(scalar::resolve(text), Ok(Value::String(_))) {
                self.sink
                    .report(
                        rules::YAML_KEY,
                        span,
                        format!("the key `{text}` is not a string"),
                    )
                    .help(format!("quote it: '{text}'"));
            }
            return;
        }
        let value = if plain {
            scalar::resolve(text).unwrap_or_else(|message| {
                self.sink
                    .report(rules::YAML_NUMBER, span, message)
                    .help("write a number that 64 bits can keep, or quote it if it is text");
                Value::Refused
            })
        } else {
            Value::String(text.to_owned())
        };
        self.value(Node { span, value });
    }

    fn open(&mut self, span: Span, container: Open) {
        if self.too_deep > 0 || self.open.len() >= MAX_DEPTH {
            if self.too_deep == 0 {
                self.sink
                    .report(
                        rules::YAML_DEPTH,
                        span,
                        format!("values nest deeper than {MAX_DEPTH} levels"),
                    )
                    .help(
                        "move inner schemas to components/schemas, and refer to them with `$ref`",
                    );
            }
            self.too_deep += 1;
            return;
        }
        if let Some((_, Open::Mapping(_, key @ None))) = self.open.last_mut() {
            *key = Some(Key::Refused);
            self.sink
                .report(
                    rules::YAML_KEY,
                    span,
                    "a list or an object is used as a key",
                )
                .help("keys are strings");
            // What is inside is read into nothing: it is closed as the value of no key.
            self.too_deep += 1;
            return;
        }
        self.open.push((span, container));
    }

    fn close(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            if self.too_deep == 0 && self.open.len() >= MAX_DEPTH {
                self.value(Node {
                    span: Span::default(),
                    value: Value::Refused,
                });
            }
            return;
        }
        let Some((span, container)) = self.open.pop() else {
            return;
        };
        let value = match container {
            Open::Sequence(items) => Value::Sequence(items),
            Open::Mapping(mapping, _) => Value::Mapping(mapping),
        };
        self.value(Node { span, value });
    }

    fn value(&mut self, node: Node) {
        if self.too_deep > 0 {
            return;
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some((_, Open::Sequence(items))) => items.push(node),
            Some((_, Open::Mapping(mapping, key))) => match key.take() {
                Some(Key::Text(text, key_span)) => {
                    let entry = Entry {
                        key: text,
                        key_span,
                        value: node,
                    };
                    let name = entry.key.clone();
                    if let Err(first) = mapping.insert(entry) {
                        self.sink
                            .report(
                                rules::YAML_DUPLICATE_KEY,
                                key_span,
                                format!("the key `{name}` is given twice"),
                            )
                            .help("keep one of the two")
                            .related(first, "first given here");
                    }
                }
                Some(Key::Refused) => {}
                // An alias or a container in the place of a key: a key nevertheless.
                None => *key = Some(Key::Refused),
            },
        }
    }
}

/// How long each line is, in characters.
struct LineLengths(Vec<usize>);

impl LineLengths {
    fn new(text: &str) -> Self {
        Self(
            lines(text)
                .map(|line| line.trim_end().chars().count())
                .collect(),
        )
    }

    fn len(&self, line: usize) -> usize {
        line.checked_sub(1)
            .and_then(|index| self.0.get(index))
            .copied()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> (Option<serde_json::Value>, Vec<(&'static str, usize, usize)>) {
        let mut sink = Sink::default();
        let node = parse(text, &mut sink);
        let found = sink.finish("t.yaml", text);
        let found = found
            .iter()
            .map(|d| (d.rule.id(), d.span.line, d.span.column))
            .collect();
        (node.map(|node| node.to_json()), found)
    }

    #[test]
    fn a_document_becomes_json_and_remembers_its_places() {
        let text = "a: 1\nb:\n  - x\n  - {c: 'ü', d: null}\n";
        assert_eq!(
            read(text),
            (
                Some(json!({"a": 1, "b": ["x", {"c": "ü", "d": null}]})),
                vec![]
            )
        );
        let root = parse(text, &mut Sink::default()).unwrap();
        let c = root.locate(["b", "1", "c"].map(Into::into));
        assert_eq!(
            c.span,
            Span {
                line: 4,
                column: 9,
                len: 3
            }
        );
    }

    #[test]
    fn what_json_cannot_say_is_reported_where_it_stands() {
        assert_eq!(read("a: 1\na: 2\n").1, [("yaml-duplicate-key", 2, 1)]);
        assert_eq!(read("200: x\n").1, [("yaml-key", 1, 1)]);
        assert_eq!(
            read("[a]: x\nb: 1\n"),
            (Some(json!({"b": 1})), vec![("yaml-key", 1, 1)])
        );
        assert_eq!(read("a: !!str 1\n").1, [("yaml-tag", 1, 4)]);
        assert_eq!(read("a: .inf\n").1, [("yaml-number", 1, 4)]);
        assert_eq!(read("a: 1\n---\nb: 1\n").1, [("yaml-documents", 2, 1)]);
        assert_eq!(read("").1, [("yaml-syntax", 1, 1)]);
        assert_eq!(read("a: [1\n").1[0].0, "yaml-syntax");
        let ids: Vec<_> = read("a: &x {k: 1}\nb: *x\nc:\n  <<: *x\n")
            .1
            .iter()
            .map(|d| d.0)
            .collect();
        assert_eq!(
            ids,
            ["yaml-anchor", "yaml-alias", "yaml-merge-key", "yaml-alias"]
        );
    }

    #[test]
    fn depth_is_bounded_and_reported_once() {
        let text = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(read(&text).1, [("yaml-depth", 1, 65)]);
    }
}
