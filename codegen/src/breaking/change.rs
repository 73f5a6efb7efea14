//! What a comparison says: changes, each with its verdict and its places.

use crate::diagnostic::Span;
use std::fmt;

/// What a change does to callers that exist already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// A caller that keeps to the old contract can fail.
    Breaking,
    /// A caller that keeps to the old contract gets on, unless it relied on more than the
    /// contract promised.
    Dangerous,
    /// No caller can tell, or only by gaining something.
    Harmless,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaking => "breaking",
            Self::Dangerous => "dangerous",
            Self::Harmless => "harmless",
        })
    }
}

/// Who is hurt by a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hurts {
    /// Nobody.
    Nobody,
    /// Callers who send: their requests are refused, or mean something else.
    Senders,
    /// Callers who read: they are answered something that they do not expect.
    Readers,
    /// Callers who send and callers who read.
    Both,
    /// Those whom the contract protects, callers or not: their data, and what only they may do.
    Protected,
}

impl fmt::Display for Hurts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nobody => "nobody",
            Self::Senders => "callers who send",
            Self::Readers => "callers who read",
            Self::Both => "callers who send and callers who read",
            Self::Protected => "those who are protected",
        })
    }
}

/// One of the two contracts that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The contract that callers were built against.
    Old,
    /// The contract that is to replace it.
    New,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Old => "old",
            Self::New => "new",
        })
    }
}

/// A place in one of the two contracts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractLocation {
    /// A JSON pointer: `/components/schemas/PartySize/maximum`.
    pub pointer: String,
    /// Where that stands in the text.
    pub span: Span,
}

/// One change between two contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The rule that judged it: kebab-case, and stable.
    pub rule: String,
    /// What it does to callers that exist already.
    pub verdict: Verdict,
    /// Who is hurt.
    pub hurts: Hurts,
    /// What changed: ``maxLength 50 → 40``. Lower case, no full stop.
    pub message: String,
    /// Why the verdict is what it is, and what to do about it.
    pub reason: String,
    /// Where it was, or what it was added to. `None` if that is new as well.
    pub old: Option<ContractLocation>,
    /// Where it is, or what it was removed from. `None` if that is gone as well.
    pub new: Option<ContractLocation>,
    /// The side on which the change shows: the new one, or the old one for what is gone.
    pub side: Side,
    /// Where callers meet it: `createBooking request body`, `getBooking 200 body`. Empty for
    /// what concerns all operations (servers), or none (a component that nothing uses).
    pub operations: Vec<String>,
}

impl Change {
    /// The place of the change on its [`side`](Self::side).
    ///
    /// # Panics
    /// Never: a change has the place of its side.
    #[must_use]
    pub fn place(&self) -> &ContractLocation {
        let place = match self.side {
            Side::Old => &self.old,
            Side::New => &self.new,
        };
        place.as_ref().expect("a change has the place of its side")
    }
}

/// Everything that differs between two contracts, for callers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The changes: breaking ones first, then in the order of the text.
    pub changes: Vec<Change>,
}

impl Comparison {
    /// The changes with this verdict.
    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(move |change| change.verdict == verdict)
    }

    /// The worst verdict, or `None` if nothing changed.
    #[must_use]
    pub fn worst(&self) -> Option<Verdict> {
        self.changes.iter().map(|change| change.verdict).min()
    }
}
