//! Where things are in this repository.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::finding::{Failure, Finding, Kind, Location};
use crate::git::Git;

/// The places that the commands read and write.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The repository that this program was built in.
    pub(crate) fn of_this_repository() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            root: manifest.parent().unwrap_or(manifest).to_owned(),
        }
    }

    /// Another checkout of it.
    ///
    /// # Errors
    /// When there is no such directory.
    pub(crate) fn new(root: &Path) -> Result<Self, Failure> {
        let root = root.canonicalize().map_err(Failure::io("find", root))?;
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn contract(&self) -> PathBuf {
        self.root.join("booking-api.yaml")
    }

    /// The directory that holds nothing but the generated server code.
    pub(crate) fn server(&self) -> PathBuf {
        self.root.join("crates/booking-api/src/generated")
    }

    /// The directory that holds nothing but the generated client code.
    pub(crate) fn client(&self) -> PathBuf {
        self.root.join("crates/booking-client/src/generated")
    }

    /// How the running service is asked whether it keeps the contract.
    pub(crate) fn conform(&self) -> PathBuf {
        self.root.join("xtask/conform")
    }

    /// What generated server code calls.
    pub(crate) fn server_runtime(&self) -> PathBuf {
        self.root.join("crates/contract-runtime")
    }

    /// What generated client code calls.
    pub(crate) fn client_runtime(&self) -> PathBuf {
        self.root.join("crates/client-runtime")
    }

    /// Every file of the repository, below its root, with `/` between the parts, sorted: what
    /// git knows or would add, so that neither what is built nor what belongs to somebody's
    /// machine is among them.
    pub(crate) fn files(&self) -> Result<Vec<String>, Failure> {
        let listed = match Git::at(&self.root)? {
            Some(git) => git.files()?,
            None => None,
        };
        let mut files = match listed {
            Some(listed) => listed,
            None => self.walked()?,
        };
        // Git also lists files that have been deleted since.
        files.retain(|file| self.root.join(file).is_file());
        files.sort();
        // A file with a conflict is listed once for each side.
        files.dedup();
        Ok(files)
    }

    /// The files of a tree that came without its repository.
    fn walked(&self) -> Result<Vec<String>, Failure> {
        let mut files = Vec::new();
        let mut open = vec![self.root.clone()];
        while let Some(directory) = open.pop() {
            let failed = Failure::io("list", &directory);
            for entry in fs::read_dir(&directory).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let name = entry.file_name();
                // In a linked worktree `.git` is a file, and leads to the real repository.
                if name == ".git" || name == "target" {
                    continue;
                }
                if entry.file_type().map_err(failed)?.is_dir() {
                    open.push(entry.path());
                } else {
                    files.push(self.shown(&entry.path()));
                }
            }
        }
        Ok(files)
    }

    /// The folder of the migrations.
    pub(crate) fn migrations(&self) -> PathBuf {
        self.root.join("migrations")
    }

    /// The sums of the released migrations.
    pub(crate) fn released(&self) -> PathBuf {
        self.root.join("migrations/released.lock")
    }

    /// The rows that migrations are tried on, in a file for each migration that needs some.
    pub(crate) fn seeds(&self) -> PathBuf {
        self.root.join("xtask/seeds")
    }

    /// The whole schema in one file.
    pub(crate) fn schema_sql(&self) -> PathBuf {
        self.root.join("schema.sql")
    }

    /// The tables as Diesel sees them.
    pub(crate) fn schema_rs(&self) -> PathBuf {
        self.root.join("crates/booking-persistence/src/schema.rs")
    }

    /// The text of a file that belongs to the tree. That it is missing or no text is the tree's
    /// fault, and so a finding of the kind that needs it.
    pub(crate) fn text(&self, path: &Path, kind: Kind) -> Result<Result<String, Finding>, Failure> {
        let shown = self.shown(path);
        Ok(match self.optional_text(path, kind)? {
            Ok(Some(text)) => Ok(text),
            Ok(None) => Err(
                Finding::error(kind, "missing", format!("{shown} is missing"))
                    .at(Location::file(&shown))
                    .help("restore it"),
            ),
            Err(no_text) => Err(no_text),
        })
    }

    /// The text of a file that may be missing from the tree, or that it is no text.
    pub(crate) fn optional_text(
        &self,
        path: &Path,
        kind: Kind,
    ) -> Result<Result<Option<String>, Finding>, Failure> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Ok(None)),
            Err(source) => return Err(Failure::io("read", path)(source)),
        };
        Ok(String::from_utf8(bytes).map(Some).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            let shown = self.shown(path);
            Finding::error(kind, "encoding", format!("{shown} is not UTF-8"))
                .at(Location::line(&shown, line))
                .help("save the file as UTF-8")
        }))
    }

    /// A path as a reader of the repository would write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree with a file that is ignored, one that is built, and a checkout within.
    fn tree() -> tempfile::TempDir {
        let directory = tempfile::tempdir().expect("a directory");
        for (file, text) in [
            (".gitignore", ".env\n"),
            (".env", "PASSWORD=secret\n"),
            ("README.md", ""),
            ("crates/a/src/lib.rs", ""),
            ("target/debug/built", ""),
            ("worktrees/other/README.md", ""),
            ("worktrees/other/.git", "gitdir: elsewhere\n"),
        ] {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
        directory
    }

    fn files(directory: &tempfile::TempDir) -> Vec<String> {
        let layout = Layout::new(directory.path()).expect("it is there");
        layout.files().expect("they can be listed")
    }

    #[test]
    fn a_repository_has_the_files_that_git_knows_or_would_add() {
        let directory = tree();
        fs::remove_dir_all(directory.path().join("target")).expect("it is there");
        let other = directory.path().join("worktrees/other");
        fs::remove_file(other.join(".git")).expect("it is there");
        for root in [directory.path(), &other] {
            let git = Git::new(root);
            git.run(&["init", "--quiet"]).expect("git runs");
        }
        let git = Git::new(directory.path());
        let expected = [".gitignore", "README.md", "crates/a/src/lib.rs"];
        assert_eq!(files(&directory), expected);
        git.run(&["add", "README.md", "crates"]).expect("git runs");
        assert_eq!(files(&directory), expected);
        fs::remove_file(directory.path().join("README.md")).expect("it is there");
        assert_eq!(files(&directory), [".gitignore", "crates/a/src/lib.rs"]);
    }

    #[test]
    fn a_tree_without_a_repository_has_every_file_that_is_not_built() {
        let directory = tree();
        assert_eq!(
            files(&directory),
            [
                ".env",
                ".gitignore",
                "README.md",
                "crates/a/src/lib.rs",
                "worktrees/other/README.md"
            ]
        );
    }
}
