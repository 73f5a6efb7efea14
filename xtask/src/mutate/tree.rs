//! A copy of the repository in which mistakes are made and taken back.

use std::fs;
use std::os::unix::fs::symlink;

use crate::database::{self, Earlier};
use crate::finding::Failure;
use crate::git::Git;
use crate::layout::Layout;

use super::mutation::Edit;

/// Where cargo puts what it builds, below the root.
const BUILT: &str = "target";

/// Where what is built with mistakes is, below the root of the tree without.
const KEPT: &str = "target/mutate";

/// The copy. It removes itself.
#[derive(Debug)]
pub(super) struct Tree {
    layout: Layout,
    _directory: tempfile::TempDir,
}

impl Tree {
    /// Copies every file, and makes it a repository of its own whose one commit is published:
    /// its tag is the contract's version, so that breaking changes are found.
    pub(super) fn copy(layout: &Layout) -> Result<Self, Failure> {
        let directory = tempfile::Builder::new()
            .prefix("reserveeasy-mutate-")
            .tempdir()
            .map_err(Failure::io("create", &std::env::temp_dir()))?;
        for file in layout.files()? {
            let (from, to) = (layout.root().join(&file), directory.path().join(&file));
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent).map_err(Failure::io("create", parent))?;
            }
            fs::copy(&from, &to).map_err(Failure::io("copy", &from))?;
        }
        let tree = Self {
            layout: Layout::of(directory.path())?,
            _directory: directory,
        };
        tree.publish()?;
        // What is built with a mistake is kept, for the sake of its dependencies, but never
        // beside what is built without: cargo tells the two apart by nothing but their age.
        let (kept, link) = (layout.root().join(KEPT), tree.layout.root().join(BUILT));
        fs::create_dir_all(&kept).map_err(Failure::io("create", &kept))?;
        symlink(&kept, &link).map_err(Failure::io("link", &link))?;
        Ok(tree)
    }

    pub(super) const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Makes the edits, calls `check`, and takes everything back. `Err` inside says which edit
    /// cannot be made: the tree has moved on, and the mutation must follow.
    pub(super) fn with<T>(
        &self,
        edits: &[Edit],
        check: impl FnOnce(&Layout) -> Result<T, Failure>,
    ) -> Result<Result<T, String>, Failure> {
        let made = edits.iter().try_for_each(|edit| self.make(edit));
        let outcome = match made {
            Ok(()) => check(&self.layout).map(Ok),
            Err(cannot) => Ok(Err(cannot)),
        };
        // Also what the generator has made since is taken back.
        self.git(&["checkout", "--quiet", "--force", "--", "."])?;
        self.git(&["clean", "--quiet", "--force", "-d", "--exclude", BUILT])?;
        outcome
    }

    fn make(&self, edit: &Edit) -> Result<(), String> {
        let path = self.layout.root().join(edit.file());
        let failed = |error: std::io::Error| format!("{}: {error}", edit.file());
        let text = || fs::read_to_string(&path).map_err(failed);
        let write = |text: String| fs::write(&path, text).map_err(failed);
        match *edit {
            Edit::Replace { file, from, to } => {
                let text = text()?;
                match text.matches(from).count() {
                    1 => write(text.replacen(from, to, 1)),
                    count => Err(format!("{file} has {from:?} {count} times, not once")),
                }
            }
            Edit::ReplaceAll { file, from, to } => {
                let text = text()?;
                if text.contains(from) {
                    write(text.replace(from, to))
                } else {
                    Err(format!("{file} has no {from:?}"))
                }
            }
            Edit::Append { text: more, .. } => write(text()? + more),
            Edit::Create { file, text } => {
                if path.exists() {
                    return Err(format!("{file} is there already"));
                }
                let parent = path.parent().unwrap_or(&path);
                fs::create_dir_all(parent).map_err(failed)?;
                write(text.to_owned())
            }
            Edit::Delete { .. } => fs::remove_file(&path).map_err(failed),
        }
    }

    fn publish(&self) -> Result<(), Failure> {
        // What is published is released, also where the tree itself is not yet.
        database::release(&self.layout, &Earlier::default())?;
        self.git(&["init", "--quiet", "--initial-branch=main"])?;
        self.git(&["add", "--all", "--force"])?;
        self.git(&["commit", "--quiet", "--message=Published"])?;
        self.git(&["tag", "v0.1.0"])
    }

    fn git(&self, arguments: &[&str]) -> Result<(), Failure> {
        // Whoever runs this may have a name, hooks and a key for commits that are real.
        let settings = [
            "user.name=Mutation",
            "user.email=mutation@example.com",
            "commit.gpgsign=false",
            "core.hooksPath=/dev/null",
        ];
        let settings = settings.into_iter().flat_map(|setting| ["-c", setting]);
        let arguments: Vec<&str> = settings.chain(arguments.iter().copied()).collect();
        Git::of(self.layout.root()).run(&arguments)
    }
}
