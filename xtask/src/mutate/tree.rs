//! A copy of a repository in which mistakes are made and taken back.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use crate::cli::Generate;
use crate::database::{self, ReleasedBaseline};
use crate::finding::Failure;
use crate::generate;
use crate::git::Git;
use crate::layout::Layout;

use super::mutation::Edit;
use super::service;

/// The small repository, below the root of this one.
pub(crate) const FIXTURE: &str = "xtask/fixture";

/// Where the copies are. It is no temporary directory of the system's: a run that is interrupted
/// leaves a copy of somebody's work, and here the next run finds it, and clears it.
const COPIES: &str = "target/mutate";

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
    /// Copies the small repository, and makes what is made of it: generated code, the tables as
    /// Diesel sees them and Cargo.lock are not kept, so that they cannot be behind.
    pub(super) fn of_the_fixture(layout: &Layout, copy: usize) -> Result<Self, Failure> {
        let name = format!("fixture-{copy}");
        let tree = Self::copy(layout, &name, &format!("{FIXTURE}/"))?;
        let wrong = [
            generate::run(&tree.layout, &Generate::write())?,
            database::dump(&tree.layout)?,
        ];
        if let Some(finding) = wrong.iter().flatten().next() {
            let cause = format!("{}: {}", finding.id(), finding.message);
            return Err(Failure::tool(FIXTURE, cause));
        }
        // The dump has written this, too; mistakes are made in the words of the fixture.
        let schema = tree.layout.schema_sql();
        let original = layout.root().join(FIXTURE).join("schema.sql");
        fs::copy(&original, &schema).map_err(Failure::io("copy", &original))?;
        service::write(&tree.layout)?;
        tree.lock_dependencies()?;
        tree.publish()?;
        Ok(tree)
    }

    /// Copies this repository.
    pub(super) fn of_the_repository(layout: &Layout, copy: usize) -> Result<Self, Failure> {
        let tree = Self::copy(layout, &format!("repository-{copy}"), "")?;
        tree.publish()?;
        Ok(tree)
    }

    /// Copies every file that belongs to the repository and whose path begins so.
    fn copy(layout: &Layout, name: &str, from: &str) -> Result<Self, Failure> {
        let copies = layout.root().join(COPIES);
        fs::create_dir_all(&copies).map_err(Failure::io("create", &copies))?;
        let lock = lock(&copies.join(format!("{name}.lock")))?;
        let copy = copies.join(name);
        match fs::remove_dir_all(&copy) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(Failure::io("remove", &copy)(source));
            }
            _ => {}
        }
        fs::create_dir(&copy).map_err(Failure::io("create", &copy))?;
        for file in layout.files()? {
            let Some(below) = file.strip_prefix(from) else {
                continue;
            };
            let (from, to) = (layout.root().join(&file), copy.join(below));
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent).map_err(Failure::io("create", parent))?;
            }
            fs::copy(&from, &to).map_err(Failure::io("copy", &from))?;
        }
        Ok(Self {
            layout: Layout::new(&copy)?,
            _lock: lock,
        })
    }

    /// Lets Cargo.lock follow the manifests. Nothing is asked of the network: what a mistake adds
    /// is in the tree, or in the lock already.
    pub(super) fn lock_dependencies(&self) -> Result<(), Failure> {
        const WHAT: &str = "cargo update --workspace --offline";
        let output = Command::new("cargo")
            .args(["update", "--workspace", "--offline", "--quiet"])
            .current_dir(self.layout.root())
            .output()
            .map_err(|source| Failure::tool(WHAT, source.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::tool(WHAT, said.trim()))
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
        self.git(&["clean", "--quiet", "--force", "-d"])?;
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
            Edit::Garble { .. } => {
                let mut bytes = fs::read(&path).map_err(failed)?;
                bytes.push(0xFF);
                fs::write(&path, bytes).map_err(failed)
            }
            Edit::Delete { .. } => fs::remove_file(&path).map_err(failed),
        }
    }

    /// Makes the copy a repository of its own whose one commit is published: its tag is the
    /// contract's version, so that breaking changes are found.
    fn publish(&self) -> Result<(), Failure> {
        self.git(&["init", "--quiet", "--initial-branch=main"])?;
        // What is published is released, also where the tree itself is not yet.
        database::release(&self.layout, &ReleasedBaseline::default())?;
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
        Git::new(self.layout.root()).run(&arguments)
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
            "xtask/fixture/README.md",
            "target/mutate/repository-0/left.md",
        ] {
            write(root, file);
        }
        fs::write(root.join(".gitignore"), "/target/\n.env\n").expect("it can be written");
        let layout = Layout::new(root).expect("it is there");
        Git::new(root).run(&["init", "--quiet"]).expect("git runs");
        let tree = Tree::of_the_repository(&layout, 0).expect("it can be copied");
        let copy = tree.layout().root().to_owned();
        let files = tree.layout().files().expect("they can be listed");
        let all = [
            ".gitignore",
            "README.md",
            "migrations/1/up.sql",
            "xtask/fixture/README.md",
        ];
        assert_eq!(files, all);
        assert!(!copy.join(".env").exists() && !copy.join("left.md").exists());
        drop(tree);
        assert!(!copy.exists());
        let below = Tree::copy(&layout, "fixture", "xtask/fixture/").expect("it can be copied");
        assert_eq!(
            below.layout().files().expect("they are listed"),
            ["README.md"]
        );
    }
}
