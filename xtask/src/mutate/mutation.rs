//! What a mutation is: a mistake in words, the edits that make it, and what must be found.

use std::collections::BTreeSet;
use std::fmt;

/// One mistake, or one harmless change.
#[derive(Debug, Clone)]
pub(super) struct Mutation {
    /// What is done, in a few words: `an operation is renamed`.
    pub(super) name: &'static str,
    /// How it is done.
    pub(super) edits: Vec<Edit>,
    /// In what it is done.
    pub(super) base: Base,
    /// Whether the generator runs after the edits, so that only what it cannot repair is found.
    pub(super) regenerated: bool,
    /// Whether Cargo.lock follows the edits.
    pub(super) relocked: bool,
    /// Who must find it.
    pub(super) checker: Checker,
    /// What must be found.
    pub(super) expected: Expected,
    /// Whether it is one of the few that every run of the tests makes.
    pub(super) quick: bool,
}

/// Where a mutation is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// The small repository in `xtask/fixture`, which does not change when the product grows.
    Fixture,
    /// A copy of this repository, for the proof that the checks see the real thing.
    Repository,
}

/// Who looks at a mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checker {
    /// `check`.
    Check,
    /// `conform`, which judges the record of what a service has answered.
    Record,
    /// `conform`, which asks a service for its routes.
    Routes,
}

/// A change to one file of the copy.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    /// A text that stands there exactly once becomes another.
    Replace {
        file: &'static str,
        from: &'static str,
        to: &'static str,
    },
    /// Every occurrence of a text becomes another; there is at least one.
    ReplaceAll {
        file: &'static str,
        from: &'static str,
        to: &'static str,
    },
    /// A text is added at the end.
    Append {
        file: &'static str,
        text: &'static str,
    },
    /// A new file.
    Create {
        file: &'static str,
        text: &'static str,
    },
    /// A byte that is no UTF-8 is added at the end.
    Garble { file: &'static str },
    /// A file is no more.
    Delete { file: &'static str },
}

impl Edit {
    pub(super) const fn file(&self) -> &'static str {
        match self {
            Self::Replace { file, .. }
            | Self::ReplaceAll { file, .. }
            | Self::Append { file, .. }
            | Self::Create { file, .. }
            | Self::Garble { file }
            | Self::Delete { file } => file,
        }
    }
}

/// What a check must say about a mutation: exactly these ids, and this exit code.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) exit_code: u8,
    errors: &'static [&'static str],
    warnings: &'static [&'static str],
}

impl Expected {
    /// Neither an error nor a warning.
    pub(super) const fn silence() -> Self {
        Self {
            exit_code: 0,
            errors: &[],
            warnings: &[],
        }
    }

    pub(super) const fn is_silence(&self) -> bool {
        self.errors.is_empty() && self.warnings.is_empty()
    }

    pub(super) fn errors(&self) -> BTreeSet<String> {
        self.errors.iter().map(|id| (*id).to_owned()).collect()
    }

    pub(super) fn warnings(&self) -> BTreeSet<String> {
        self.warnings.iter().map(|id| (*id).to_owned()).collect()
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_silence() {
            return formatter.write_str("silence");
        }
        let ids = [self.errors, self.warnings].concat();
        write!(formatter, "{} {}", self.exit_code, ids.join(" "))
    }
}

/// A mistake that ends the check with this code and exactly these ids.
pub(super) fn mistake(
    name: &'static str,
    exit_code: u8,
    errors: &'static [&'static str],
    edits: Vec<Edit>,
) -> Mutation {
    Mutation {
        name,
        edits,
        base: Base::Fixture,
        regenerated: false,
        relocked: false,
        checker: Checker::Check,
        expected: Expected {
            exit_code,
            errors,
            warnings: &[],
        },
        quick: false,
    }
}

/// A change that the check must not mention.
pub(super) fn harmless(name: &'static str, edits: Vec<Edit>) -> Mutation {
    Mutation {
        expected: Expected::silence(),
        ..mistake(name, 0, &[], edits)
    }
}

/// A change that the check mentions, and lets pass.
pub(super) fn dangerous(
    name: &'static str,
    warnings: &'static [&'static str],
    edits: Vec<Edit>,
) -> Mutation {
    Mutation {
        expected: Expected {
            exit_code: 0,
            errors: &[],
            warnings,
        },
        ..mistake(name, 0, &[], edits)
    }
}

impl Mutation {
    /// With warnings beside the errors.
    pub(super) const fn warned(mut self, warnings: &'static [&'static str]) -> Self {
        self.expected.warnings = warnings;
        self
    }

    /// With the generator run after the edits.
    pub(super) fn regenerated(mut self) -> Self {
        self.regenerated = true;
        self
    }

    /// With Cargo.lock brought up to date after the edits.
    pub(super) fn relocked(mut self) -> Self {
        self.relocked = true;
        self
    }

    /// Looked at by others than `check`.
    pub(super) fn seen_by(mut self, checker: Checker) -> Self {
        self.checker = checker;
        self
    }

    /// Made in a copy of this repository.
    pub(super) fn in_the_repository(mut self) -> Self {
        self.base = Base::Repository;
        self
    }

    /// Made in every run of the tests.
    pub(super) fn quick(mut self) -> Self {
        self.quick = true;
        self
    }
}

/// A text that stands once in a file becomes another.
pub(super) const fn replace(file: &'static str, from: &'static str, to: &'static str) -> Edit {
    Edit::Replace { file, from, to }
}
