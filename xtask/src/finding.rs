//! What a check has found, and how a command can fail.

use std::path::{Path, PathBuf};

use booking_codegen::diagnostic::{self, Span};

/// A kind of finding. Each has an exit code of its own; with several kinds at once, the
/// command ends with the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// What is made by a command is not what the command makes now, or a text names what is
    /// no more.
    Stale,
    /// The contract breaks one of its own rules.
    Lint,
    /// The contract breaks callers that exist.
    Breaking,
    /// The running service does not keep the contract's word.
    Conformance,
    /// The database's descriptions disagree.
    Database,
    /// The crate table does not hold.
    Architecture,
}

impl Kind {
    /// Every kind, by its exit code.
    pub(crate) const ALL: [Self; 6] = [
        Self::Stale,
        Self::Lint,
        Self::Breaking,
        Self::Conformance,
        Self::Database,
        Self::Architecture,
    ];

    /// With what a command ends that has found something of this kind.
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::Stale => 4,
            Self::Lint => 5,
            Self::Breaking => 6,
            Self::Conformance => 7,
            Self::Database => 8,
            Self::Architecture => 9,
        }
    }

    /// How it is called: the first half of the ids of its findings.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Lint => "lint",
            Self::Breaking => "breaking",
            Self::Conformance => "conform",
            Self::Database => "database",
            Self::Architecture => "architecture",
        }
    }
}

/// How much a finding weighs. Only errors count for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    /// It must not be merged.
    Error,
    /// Somebody should look at it.
    Warning,
    /// It is good to know.
    Note,
}

impl Severity {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    /// The file, below the root of the repository.
    pub(crate) file: String,
    /// The line, counted from 1.
    pub(crate) line: Option<usize>,
    /// The column, counted from 1, in characters.
    pub(crate) column: Option<usize>,
}

impl Location {
    /// A file as a whole.
    pub(crate) fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            column: None,
        }
    }

    /// A line of a file.
    pub(crate) fn line(file: impl Into<String>, line: usize) -> Self {
        Self {
            line: Some(line),
            ..Self::file(file)
        }
    }
}

/// One thing that was found: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    /// What it breaks; the second half of its id.
    pub(crate) rule: String,
    pub(crate) severity: Severity,
    /// What is wrong, in one line: lower case, no full stop.
    pub(crate) message: String,
    pub(crate) location: Option<Location>,
    /// The offending line, marked, with its place above it.
    pub(crate) excerpt: Option<String>,
    /// Further lines that explain it.
    pub(crate) details: Vec<String>,
    /// What to do.
    pub(crate) help: Option<String>,
}

impl Finding {
    /// Something that must not be merged.
    pub(crate) fn error(kind: Kind, rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            rule: rule.into(),
            severity: Severity::Error,
            message: message.into(),
            location: None,
            excerpt: None,
            details: Vec::new(),
            help: None,
        }
    }

    /// Something to look at, which does not count for the exit code.
    pub(crate) fn warning(kind: Kind, rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(kind, rule, message)
        }
    }

    /// Something good to know, which does not count for the exit code.
    pub(crate) fn note(kind: Kind, rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(kind, rule, message)
        }
    }

    /// Says where.
    pub(crate) fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// Says where in `text`, which is the file's, and shows the line.
    pub(crate) fn at_span(mut self, file: &str, text: &str, span: Span) -> Self {
        self.excerpt = Some(diagnostic::excerpt(file, text, span));
        self.at(Location {
            file: file.to_owned(),
            line: Some(span.line),
            column: Some(span.column),
        })
    }

    /// Adds a line that explains it.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Says what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What it is called: `stale/edited`.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.kind.name(), self.rule)
    }
}

/// The command itself could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file or directory cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    /// Some parts of a command could not do their work, and others have found something.
    #[error("{}", failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Partly {
        findings: Vec<Finding>,
        failures: Vec<Failure>,
    },
    /// This program is wrong itself.
    #[error("this is a defect of xtask: please report it with what stands above")]
    Defect,
    /// There is no contract of this name to compare with.
    #[error("there is no contract to compare with at {name:?}: {reason}")]
    NoBaseline { name: String, reason: String },
    /// The checks do not find what they must, or find what is not there.
    #[error("the checks are not proven:\n{}", wrong.join("\n"))]
    Unproven { wrong: Vec<String> },
    /// Cargo does not say what the workspace holds.
    #[error("cannot read the workspace: {0}")]
    Metadata(#[from] cargo_metadata::Error),
    /// There is no PostgreSQL to compare with.
    #[error("cannot run a private PostgreSQL: {0}")]
    Postgres(#[source] dev_postgres::Error),
    /// The private PostgreSQL refuses what this program asks it.
    #[error("the private PostgreSQL refuses a statement of this program: {0}")]
    Sql(String),
    /// The running database cannot be read.
    #[error("cannot read the database of --live: {0}")]
    Live(String),
    /// A program that a command starts does not do its work.
    #[error("{program}: {cause}")]
    Tool { program: String, cause: String },
}

impl Failure {
    /// What was found all the same, and everything that has failed.
    pub(crate) fn parts(&self) -> (&[Finding], &[Self]) {
        match self {
            Self::Partly { findings, failures } => (findings, failures),
            one => (&[], std::slice::from_ref(one)),
        }
    }

    /// What an error of the system means: `action` (`read`) cannot be done to `path`.
    pub(crate) fn io<'a>(
        action: &'static str,
        path: &'a Path,
    ) -> impl Fn(std::io::Error) -> Self + Copy + 'a {
        move |source| Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// A program that does not do its work.
    pub(crate) fn tool(program: &str, cause: impl Into<String>) -> Self {
        Self::Tool {
            program: program.to_owned(),
            cause: cause.into(),
        }
    }
}
