//! What can go wrong, each with what, where, and what to do.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::installation::OLDEST_MAJOR;

/// Why a cluster could not be found, started, used or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No usable PostgreSQL on the machine, and none could be downloaded.
    #[error(
        "no usable PostgreSQL (version {OLDEST_MAJOR} or newer, with `postgres` and `initdb`) was \
         found; looked at\n{}  download: {download}\n\
         to install it\n  \
         Debian, Ubuntu: sudo apt install postgresql postgresql-contrib\n  \
         Fedora, RHEL:   sudo dnf install postgresql-server postgresql-contrib\n  \
         macOS:          brew install postgresql@17",
        looked_at.iter().map(LookedAt::to_string).collect::<String>()
    )]
    PostgresNotFound {
        /// Every place that was looked at, in order, and what was wrong with it.
        looked_at: Vec<LookedAt>,
        /// Why PostgreSQL was not downloaded.
        download: String,
    },

    /// The caller has called the start off; see [`Cancellation`](crate::Cancellation).
    #[error("the start was called off")]
    Cancelled,

    /// The data directory was made by a major version that is not at hand. PostgreSQL
    /// reads only its own major version's files.
    #[error(
        "the data directory {} was made by PostgreSQL {made_by}, but this machine has {}; \
         install PostgreSQL {made_by}, or choose another data directory (download: {download})",
        directory.display(),
        majors(found)
    )]
    OtherMajorVersion {
        /// The data directory.
        directory: PathBuf,
        /// The major version that made it.
        made_by: u32,
        /// The major versions that were found, newest first.
        found: Vec<u32>,
        /// Why the right version was not downloaded.
        download: String,
    },

    /// PostgreSQL is there, but not the extensions that are needed.
    #[error(
        "PostgreSQL {major} in {} lacks {}; install the package postgresql-contrib \
         (some distributions put the version into its name: postgresql{major}-contrib); \
         download: {download}",
        binaries.display(),
        extensions(missing)
    )]
    MissingExtensions {
        /// The directory of its programs.
        binaries: PathBuf,
        /// Its major version.
        major: u32,
        /// The extensions that it has not.
        missing: Vec<String>,
        /// Why another PostgreSQL was not downloaded.
        download: String,
    },

    /// The directory holds something else; nothing in it was touched.
    #[error(
        "{} is not empty and was not made by this program (it holds `{entry}`); \
         nothing in it was touched; choose an empty or new directory",
        directory.display()
    )]
    NotACluster {
        /// The directory that was given.
        directory: PathBuf,
        /// One thing in it that does not belong to a cluster of ours.
        entry: String,
    },

    /// The cluster's files belong to another user.
    #[error(
        "the data directory {} belongs to user id {owner}, and this process runs as user id {user}; \
         run as its owner, or choose another data directory",
        directory.display()
    )]
    ForeignOwner {
        /// The data directory.
        directory: PathBuf,
        /// Who owns it.
        owner: u32,
        /// Who this process is.
        user: u32,
    },

    /// Another process owns the cluster on this data directory.
    #[error(
        "the data directory {} is in use by the process {}; stop it, or choose another data directory",
        directory.display(),
        pid.map_or_else(|| "that locked it (its id is unknown)".to_owned(), |pid| pid.to_string())
    )]
    InUse {
        /// The data directory.
        directory: PathBuf,
        /// The process that owns the cluster, where it could be told.
        pid: Option<u32>,
    },

    /// PostgreSQL runs on the data directory although nobody owns it: somebody started
    /// it by hand, or its supervisor was killed.
    #[error(
        "PostgreSQL already runs on the data directory {} as process {pid}, with no owner; \
         stop it with `kill -INT {pid}`",
        directory.display()
    )]
    PostmasterRunning {
        /// The data directory.
        directory: PathBuf,
        /// The PostgreSQL process.
        pid: u32,
    },

    /// The user that runs PostgreSQL may not pass through a parent directory.
    #[error(
        "PostgreSQL runs as user `{user}` (it refuses root), who may not enter {}, on the way to {}; \
         allow it with `chmod o+x {}`, or choose a directory elsewhere",
        blocked.display(),
        wanted.display(),
        blocked.display()
    )]
    NotReachable {
        /// The directory that stops the user.
        blocked: PathBuf,
        /// The directory that is needed.
        wanted: PathBuf,
        /// The user that runs PostgreSQL.
        user: String,
    },

    /// The process is root, and there is no user to run PostgreSQL as.
    #[error(
        "this process is root, PostgreSQL refuses root, and neither of the users `postgres` and `nobody` exists; \
         create one (`useradd --system postgres`), or run as an ordinary user"
    )]
    NoUnprivilegedUser,

    /// A path that cannot be handed to PostgreSQL.
    #[error("the path {path:?} contains a line break; choose another directory")]
    UnsupportedPath {
        /// The path.
        path: PathBuf,
    },

    /// No private directory could be made under any temporary directory.
    #[error(
        "no private directory with a path short enough for a Unix socket could be made under {}; \
         set TMPDIR to a short path that PostgreSQL's user can write to",
        paths(tried)
    )]
    NoTemporaryDirectory {
        /// The temporary directories that were tried.
        tried: Vec<PathBuf>,
    },

    /// `initdb` failed.
    #[error("initdb could not create a cluster in {}: {output}", directory.display())]
    Initdb {
        /// The data directory.
        directory: PathBuf,
        /// What it printed.
        output: String,
    },

    /// PostgreSQL did not come up.
    #[error(
        "PostgreSQL did not start on {}: {reason}; the end of {} says:\n{log_tail}",
        directory.display(),
        log.display()
    )]
    DidNotStart {
        /// The data directory.
        directory: PathBuf,
        /// What happened instead.
        reason: String,
        /// The server's log.
        log: PathBuf,
        /// The log's last lines.
        log_tail: String,
    },

    /// PostgreSQL did not stop in time.
    #[error("PostgreSQL on {} did not stop, and cannot be killed", directory.display())]
    DidNotStop {
        /// The data directory.
        directory: PathBuf,
    },

    /// PostgreSQL could not be reached, or refused a statement.
    #[error("PostgreSQL did not run `{statement}`: {}", sql_cause(source))]
    Sql {
        /// The statement.
        statement: String,
        /// What PostgreSQL, or the system, says.
        source: tokio_postgres::Error,
    },

    /// A statement took too long.
    #[error("PostgreSQL did not end `{statement}` within {timeout:?}")]
    SqlTimeout {
        /// The statement.
        statement: String,
        /// How long it was waited for.
        timeout: Duration,
    },

    /// A name that PostgreSQL would cut or refuse.
    #[error("`{name}` cannot name a database: {reason}")]
    DatabaseName {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The caller's closure could not prepare a template database.
    #[error("the template database `{name}` could not be prepared: {source}")]
    Template {
        /// The template's name.
        name: String,
        /// The closure's error.
        source: Box<dyn StdError + Send + Sync>,
    },

    /// The cluster that this process's tests share did not start.
    #[error("the shared temporary cluster did not start: {source}")]
    SharedCluster {
        /// Why: the same for every test of the process.
        source: &'static Error,
    },

    /// The system refused something.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb phrase.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}

/// One place of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedAt {
    /// A directory, a pattern of directories, or `PATH`.
    pub place: String,
    /// What was wrong with it.
    pub outcome: String,
}

impl fmt::Display for LookedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {}: {}", self.place, self.outcome)
    }
}

/// The driver's own text is only "db error".
fn sql_cause(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(refusal), _) => format!("{refusal} (SQLSTATE {})", refusal.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

fn majors(found: &[u32]) -> String {
    if found.is_empty() {
        return "no PostgreSQL".to_owned();
    }
    let list: Vec<String> = found.iter().map(u32::to_string).collect();
    format!("PostgreSQL {}", list.join(", "))
}

fn extensions(names: &[String]) -> String {
    let noun = if names.len() == 1 {
        "extension"
    } else {
        "extensions"
    };
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("the {noun} {}", list.join(", "))
}

fn paths(list: &[PathBuf]) -> String {
    let list: Vec<String> = list.iter().map(|path| path.display().to_string()).collect();
    list.join(", ")
}
