//! A copy of the repository in which mistakes are made and taken back.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::database::{self, Earlier};
use crate::finding::Failure;
use crate::git::Git;
use crate::layout::Layout;

use super::mutation::Edit;

/// Where cargo puts what it builds, below the root.
const BUILT: &str = "target";

/// Where the copy is, below the root of the tree without mistakes. It is no temporary directory
/// of the system's: a run that is interrupted leaves a copy of somebody's work, and here the next
/// run finds it, and clears it.
const COPY: &str = "target/mutate/tree";

/// Where what is built with mistakes is.
const KEPT: &str = "target/mutate/built";

/// Which run has the copy.
const LOCK: &str = "target/mutate/lock";

/// The copy. It removes itself.
#[derive(Debug)]
pub(super) struct Tree {
    layout: Layout,
    /// Nobody else uses the directory while this is held.
    _lock: File,
}

impl Drop for Tree {
    fn drop(&mut self) {
        // What is left the next run clears.
        let _ = fs::remove_dir_all(self.layout.root());
    }
}

impl Tree {
    /// Copies every file that belongs to the repository, and makes it a repository of its own
    /// whose one commit is published: its tag is the contract's version, so that breaking
    /// changes are found.
    pub(super) fn copy(layout: &Layout) -> Result<Self, Failure> {
        let copy = layout.root().join(COPY);
        let kept = layout.root().join(KEPT);
        // What is built with a mistake is kept, for the sake of its dependencies, but never
        // beside what is built without: cargo tells the two apart by nothing but their age.
        fs::create_dir_all(&kept).map_err(Failure::io("create", &kept))?;
        let lock = lock(&layout.root().join(LOCK))?;
        match fs::remove_dir_all(&copy) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(Failure::io("remove", &copy)(source));
            }
            _ => {}
        }
        fs::create_dir(&copy).map_err(Failure::io("create", &copy))?;
        let tree = Self {
            layout: Layout::of(&copy)?,
            _lock: lock,
        };
        for file in layout.files()? {
            let (from, to) = (layout.root().join(&file), copy.join(&file));
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent).map_err(Failure::io("create", parent))?;
            }
            fs::copy(&from, &to).map_err(Failure::io("copy", &from))?;
        }
        tree.publish()?;
        let link = copy.join(BUILT);
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
        self.git(&["init", "--quiet", "--initial-branch=main"])?;
        // What is published is released, also where the tree itself is not yet.
        database::release(&self.layout, &Earlier::default())?;
        self.git(&["add", "--all", "--force"])?;
        self.git(&["commit", "--quiet", "--message=Published"])?;
        self.git(&["tag", "v0.1.0"])
    }

    fn git(&self, arguments: &[&str]) -> Result<(), Failure> {
        // Whoever runs this may have hooks and keys for commits that are real.
        let settings = [
            "user.name=Mutation",
            "user.email=mutation@example.com",
            "commit.gpgSign=false",
            "tag.gpgSign=false",
            "core.hooksPath=/dev/null",
        ];
        let settings = settings.into_iter().flat_map(|setting| ["-c", setting]);
        let arguments: Vec<&str> = settings.chain(arguments.iter().copied()).collect();
        Git::of(self.layout.root()).run(&arguments)
    }
}

/// Waits until no other run uses the copy.
fn lock(path: &Path) -> Result<File, Failure> {
    let lock = File::create(path).map_err(Failure::io("write", path))?;
    if lock.try_lock().is_err() {
        eprintln!("waiting for another `cargo xtask mutate` in this checkout");
        lock.lock().map_err(Failure::io("lock", path))?;
    }
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, file: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        fs::write(path, file).expect("it can be written");
    }

    #[test]
    fn the_copy_has_what_git_would_add_and_nothing_of_an_interrupted_run() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path();
        for file in [
            "README.md",
            ".env",
            "migrations/1/up.sql",
            "target/mutate/tree/left.md",
            "target/mutate/built/kept",
        ] {
            write(root, file);
        }
        fs::write(root.join(".gitignore"), "/target/\n.env\n").expect("it can be written");
        let layout = Layout::of(root).expect("it is there");
        Git::of(root).run(&["init", "--quiet"]).expect("git runs");
        let tree = Tree::copy(&layout).expect("it can be copied");
        let copy = tree.layout().root().to_owned();
        let files = tree.layout().files().expect("they can be listed");
        assert_eq!(files, [".gitignore", "README.md", "migrations/1/up.sql"]);
        assert!(!copy.join(".env").exists() && !copy.join("left.md").exists());
        assert!(copy.join("target/kept").exists());
        drop(tree);
        assert!(!copy.exists());
        assert!(root.join(KEPT).join("kept").exists());
    }
}
