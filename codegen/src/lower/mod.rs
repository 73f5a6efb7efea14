//! The tree → what it means. Every key is audited, every reference resolved, every name chosen.
//!
//! Nothing stops at the first thing that is wrong: what cannot be understood is reported once,
//! stands as `None` in the [`model`], and everything else goes on without it.

mod array;
mod document;
mod fields;
mod finish;
mod integer;
pub(crate) mod keys;
mod links;
mod media;
pub(crate) mod model;
mod number;
mod object;
mod operation;
mod parameter;
mod paths;
pub(crate) mod references;
mod response;
mod schema;
mod security;
mod text;

pub(crate) use finish::finish;
pub use keys::{ignored_keys, keys};

pub(crate) use fields::did_you_mean;

use crate::diagnostic::{Sink, Span, lines, rules};
use crate::source::Node;
use fields::Fields;
use model::{Model, ParameterInfo, ResponseInfo, Understood};
use references::Components;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Reads a whole contract.
pub(crate) fn lower<'a>(root: &'a Node, text: &str, sink: &mut Sink) -> Understood<'a> {
    let mut cx = Cx {
        sink: std::mem::take(sink),
        components: Components::default(),
        model: Model::default(),
        parameters: HashMap::new(),
        headers: HashMap::new(),
        responses: HashMap::new(),
        bodies: HashMap::new(),
        example_sites: HashSet::new(),
        stems: HashSet::new(),
        security: model::Security::default(),
        lines: lines(text).map(str::to_owned).collect(),
    };
    document::lower(&mut cx, root);
    *sink = cx.sink;
    Understood {
        model: cx.model,
        components: cx.components,
    }
}

/// What is known while a contract is read.
pub(crate) struct Cx<'a> {
    pub(crate) sink: Sink,
    components: Components<'a>,
    pub(crate) model: Model<'a>,
    /// Components that were read already, by name. `None` for one that was not understood.
    parameters: HashMap<&'a str, Option<Rc<ParameterInfo<'a>>>>,
    headers: HashMap<&'a str, Option<model::HeaderInfo<'a>>>,
    responses: HashMap<&'a str, Option<Rc<ResponseInfo<'a>>>>,
    bodies: HashMap<&'a str, Option<Rc<media::RequestBody>>>,
    /// Which examples are known to be of which type, by position.
    example_sites: HashSet<(Span, String)>,
    /// With what the names of each operation's types begin.
    stems: HashSet<String>,
    /// What the root says of who may call.
    security: model::Security<'a>,
    /// The text, to find places inside of strings.
    lines: Vec<String>,
}

impl<'a> Cx<'a> {
    /// With what the names of an operation's types begin. Two operations of one name were
    /// reported; the second goes on under a name that no Rust can have.
    fn unique_stem(&mut self, mut stem: String) -> String {
        if self.stems.contains(&stem) {
            stem = format!("{stem}.{}", self.stems.len());
        }
        self.stems.insert(stem.clone());
        stem
    }

    /// Reads `exclusiveMinimum` or `exclusiveMaximum`, which need their bound.
    fn exclusive(&mut self, fields: &Fields<'a>, key: &str, bound: &str) -> bool {
        let Some(entry) = fields.entry(key) else {
            return false;
        };
        if matches!(entry.value.value, crate::source::Value::Number(_)) {
            self.sink
                .report(
                    rules::WRONG_KIND,
                    entry.value.span,
                    format!("`{key}` must be `true` or `false`, and is a number"),
                )
                .help(format!(
                    "a number is OpenAPI 3.1: write `{bound}: …` and `{key}: true`"
                ));
            return false;
        }
        let exclusive = self.flag(fields, key) == Some(true);
        if exclusive && !fields.mapping.contains(bound) {
            self.sink
                .report(
                    rules::EXCLUSIVE_WITHOUT_BOUND,
                    entry.key_span,
                    format!("`{key}` has no `{bound}` beside it"),
                )
                .help(format!("add `{bound}`, or remove `{key}`"));
        }
        exclusive
    }

    fn empty_range(
        &mut self,
        fields: &Fields<'a>,
        low_key: &str,
        high_key: &str,
        low: &str,
        high: &str,
    ) {
        let low_span = fields.span_of(low_key);
        self.sink
            .report(
                rules::EMPTY_RANGE,
                fields.span_of(high_key),
                format!("no value lies between {low} and {high}"),
            )
            .help(format!(
                "`{low_key}` and `{high_key}` must leave at least one value"
            ))
            .related(low_span, format!("`{low_key}` stands here"));
    }

    /// The place of a part of a string, when the string stands in the text as it is.
    fn inside(&self, span: Span, text: &str, offset: usize, len: usize) -> Span {
        let Some(line) = span
            .line
            .checked_sub(1)
            .and_then(|index| self.lines.get(index))
        else {
            return span;
        };
        let from: String = line.chars().skip(span.column - 1).collect();
        let quote = usize::from(from.starts_with(['\'', '"']));
        let verbatim = from
            .chars()
            .skip(quote)
            .zip(text.chars())
            .filter(|(a, b)| a == b)
            .count()
            == text.chars().count();
        if verbatim && offset < text.chars().count() {
            Span {
                line: span.line,
                column: span.column + quote + offset,
                len,
            }
        } else {
            span
        }
    }
}
