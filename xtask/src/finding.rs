//! What a check has found, and how a command can fail.

use std::fmt;
use std::path::PathBuf;

/// A kind of finding. Each has an exit code of its own; with several kinds at once, the
/// command ends with the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Generated output is not what the generator makes now.
    Stale,
    /// The contract breaks one of its own rules.
    Lint,
    /// The crate table does not hold.
    Architecture,
}

impl Kind {
    pub(crate) const fn exit_code(self) -> u8 {
        match self {
            Self::Stale => 4,
            Self::Lint => 5,
            Self::Architecture => 9,
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    /// What it is, where, and what to do, ready to be printed.
    pub(crate) text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
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
    /// The client cannot be made of the contract.
    #[error(transparent)]
    Client(#[from] booking_codegen::emit::ClientError),
    /// Cargo does not say what the workspace holds.
    #[error("cannot read the workspace: {0}")]
    Metadata(#[from] cargo_metadata::Error),
}
