//! What is wrong with a contract, where, and what to do about it.
//!
//! A [`Diagnostic`] belongs to one [`Rule`]; [`Diagnostics`] is everything that one run found,
//! in the order of the file, and shows itself the way that compilers do: the rule, the place,
//! the offending line, and help.

mod render;
pub mod rules;

pub use rules::Rule;

use std::collections::HashSet;
use std::fmt;

/// A place in the text of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1, in Unicode scalar values.
    pub column: usize,
    /// How many characters of that line are meant. Zero means one place, not a stretch.
    pub len: usize,
}

/// Another place that explains a diagnostic, for example the first of two duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where it is.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// One thing that is wrong with a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that the contract breaks.
    pub rule: Rule,
    /// Where.
    pub span: Span,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Other places that explain it.
    pub related: Vec<Related>,
}

impl Diagnostic {
    /// A diagnostic without help.
    pub(crate) fn new(rule: Rule, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            span,
            message: message.into(),
            help: None,
            related: Vec::new(),
        }
    }

    /// Says what to do.
    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Points at another place.
    pub(crate) fn related(&mut self, span: Span, message: impl Into<String>) -> &mut Self {
        self.related.push(Related {
            span,
            message: message.into(),
        });
        self
    }
}

/// Collects what is found while a contract is read.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    /// Adds a diagnostic, and gives it back so that help can be added.
    pub(crate) fn report(
        &mut self,
        rule: Rule,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.found.push(Diagnostic::new(rule, span, message));
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many were found so far: a part of the contract without a new one is understood.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Everything that was found, to be shown with `text`, which is called `file`.
    pub(crate) fn finish(self, file: &str, text: &str) -> Diagnostics {
        let mut seen = HashSet::new();
        let mut list: Vec<Diagnostic> = self
            .found
            .into_iter()
            // What is reached by two ways is looked at twice, and is wrong once.
            .filter(|found| seen.insert((found.rule, found.span, found.message.clone())))
            .collect();
        list.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.span.line, d.span.column, d.rule.id());
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        Diagnostics {
            file: file.to_owned(),
            lines: lines(text).map(str::to_owned).collect(),
            list,
        }
    }
}

/// The lines of a text as YAML counts them: a line ends with LF, CR LF or CR. A byte-order mark
/// is no part of the first.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// A place of `text`, which is called `file`, with its line marked, as diagnostics show it.
#[must_use]
pub fn excerpt(file: &str, text: &str, span: Span) -> String {
    let lines: Vec<String> = lines(text).map(str::to_owned).collect();
    render::one_place(file, &lines, span)
}

/// Everything that is wrong with one contract: never empty, sorted by place, then by rule.
///
/// Its [`Display`](fmt::Display) is meant for people, in the manner of rustc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    file: String,
    lines: Vec<String>,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// The label of the contract, as given to [`load`](crate::load).
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The diagnostics, sorted.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// The offending line of one of them with its place, and the related lines, without what
    /// is wrong and what to do: for reports that say these in their own way.
    #[must_use]
    pub fn excerpt(&self, diagnostic: &Diagnostic) -> String {
        let mut shown = String::new();
        // Writing into a string does not fail.
        let _ = render::places(&mut shown, self, diagnostic);
        shown
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        render::render(self, f)
    }
}

impl std::error::Error for Diagnostics {}
