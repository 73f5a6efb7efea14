//! Where things are in this repository.

use std::path::{Path, PathBuf};

use crate::finding::Failure;

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
    pub(crate) fn of(root: &Path) -> Result<Self, Failure> {
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

    /// The one generated file of the client.
    pub(crate) fn client(&self) -> PathBuf {
        self.root.join("crates/booking-client/src/generated.rs")
    }

    /// How the running service is asked whether it keeps the contract.
    pub(crate) fn conform(&self) -> PathBuf {
        self.root.join("xtask/conform")
    }

    pub(crate) fn runtime(&self) -> PathBuf {
        self.root.join("crates/contract-runtime")
    }

    /// Every file of the repository, below its root, with `/` between the parts, sorted. What
    /// is built and what belongs to git is left out.
    pub(crate) fn files(&self) -> Result<Vec<String>, Failure> {
        let mut files = Vec::new();
        let mut open = vec![self.root.clone()];
        while let Some(directory) = open.pop() {
            let failed = Failure::io("list", &directory);
            for entry in std::fs::read_dir(&directory).map_err(failed)? {
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
        files.sort();
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

    /// The whole schema in one file.
    pub(crate) fn schema_sql(&self) -> PathBuf {
        self.root.join("schema.sql")
    }

    /// The tables as Diesel sees them.
    pub(crate) fn schema_rs(&self) -> PathBuf {
        self.root.join("crates/booking-persistence/src/schema.rs")
    }

    /// A path as a reader of the repository would write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
