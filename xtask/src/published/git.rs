//! The few questions that are asked of git, each one process.

use std::path::Path;
use std::process::Command;

use crate::finding::Failure;

/// The repository of a checkout.
#[derive(Debug)]
pub(super) struct Git<'a> {
    root: &'a Path,
}

impl<'a> Git<'a> {
    /// The repository that `root` is the top of; `None` where there is no repository, or no git.
    pub(super) fn at(root: &'a Path) -> Option<Self> {
        let git = Self { root };
        let top = git.line(&["rev-parse", "--show-toplevel"]).ok().flatten()?;
        // A directory below somebody else's repository is not a checkout of ours.
        (Path::new(&top).canonicalize().ok()? == root.canonicalize().ok()?).then_some(git)
    }

    /// Every tag whose name begins with `v`.
    pub(super) fn version_tags(&self) -> Result<Vec<String>, Failure> {
        let tags = self.text(&["tag", "--list", "v*"])?.unwrap_or_default();
        Ok(tags.lines().map(str::to_owned).collect())
    }

    /// The branch that the current one is to be merged into: the one that it follows, else the
    /// default branch of `origin`.
    pub(super) fn upstream(&self) -> Result<Option<String>, Failure> {
        for name in ["@{upstream}", "origin/HEAD", "origin/main"] {
            let found = self.line(&["rev-parse", "--abbrev-ref", "--verify", "--quiet", name])?;
            if let Some(found) = found.filter(|found| !found.is_empty()) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The last commit that is in both.
    pub(super) fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, Failure> {
        self.line(&["merge-base", one, other])
    }

    /// The commit of a tag, branch or other name; `None` where there is none.
    pub(super) fn commit(&self, name: &str) -> Result<Option<String>, Failure> {
        let name = format!("{name}^{{commit}}");
        self.line(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &name,
        ])
    }

    /// Whether the history has been cut off, as CI systems like to do.
    pub(super) fn is_shallow(&self) -> Result<bool, Failure> {
        Ok(self
            .line(&["rev-parse", "--is-shallow-repository"])?
            .as_deref()
            == Some("true"))
    }

    /// A file as it is in a commit; `None` where the commit has none.
    pub(super) fn file(&self, commit: &str, path: &str) -> Result<Option<String>, Failure> {
        self.text(&["show", &format!("{commit}:{path}")])
    }

    fn line(&self, arguments: &[&str]) -> Result<Option<String>, Failure> {
        Ok(self.text(arguments)?.map(|text| text.trim().to_owned()))
    }

    /// What git says; `None` when it says no.
    fn text(&self, arguments: &[&str]) -> Result<Option<String>, Failure> {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.root)
            .args(arguments)
            // A hook's variables would lead elsewhere than the directory.
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .map_err(|source| Failure::Program {
                program: "git".to_owned(),
                source,
            })?;
        Ok(output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    }
}
