//! What is asked of git, each question one process.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::finding::Failure;

/// The repository of a checkout.
#[derive(Debug)]
pub(crate) struct Git<'a> {
    root: &'a Path,
}

impl<'a> Git<'a> {
    /// The repository that `root` is the top of; `None` where there is no repository, or no git.
    pub(crate) fn at(root: &'a Path) -> Option<Self> {
        let git = Self::of(root);
        let top = git.line(&["rev-parse", "--show-toplevel"]).ok().flatten()?;
        // A directory below somebody else's repository is not a checkout of ours.
        (Path::new(&top).canonicalize().ok()? == root.canonicalize().ok()?).then_some(git)
    }

    /// What is to become a repository, or is known to be the top of one.
    pub(crate) const fn of(root: &'a Path) -> Self {
        Self { root }
    }

    /// Does what changes the repository, and nothing that a person's own settings ask for, such
    /// as to sign a tag with a key that has a passphrase.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<(), Failure> {
        let mut command = self.command(arguments);
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let output = output(&mut command)?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let command = format!("git {}", arguments.join(" "));
        Err(Failure::tool(&command, said.trim()))
    }

    /// Every file that is known to the repository or would be added to it, below its root and
    /// with `/` between the parts. A file that has been deleted since may be among them, and so
    /// may a directory that is a repository of its own.
    pub(crate) fn files(&self) -> Result<Option<Vec<String>>, Failure> {
        let arguments = [
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        let listed = self.text(&arguments)?;
        Ok(listed.map(|listed| listed.split_terminator('\0').map(str::to_owned).collect()))
    }

    /// Every tag whose name begins with `v`.
    pub(crate) fn version_tags(&self) -> Result<Vec<String>, Failure> {
        let tags = self.text(&["tag", "--list", "v*"])?.unwrap_or_default();
        Ok(tags.lines().map(str::to_owned).collect())
    }

    /// The branch that the current one is to be merged into: the one that it follows, else the
    /// default branch of `origin`.
    pub(crate) fn upstream(&self) -> Result<Option<String>, Failure> {
        for name in ["@{upstream}", "origin/HEAD", "origin/main"] {
            let found = self.line(&["rev-parse", "--abbrev-ref", "--verify", "--quiet", name])?;
            if let Some(found) = found.filter(|found| !found.is_empty()) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The last commit that is in both.
    pub(crate) fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, Failure> {
        self.line(&["merge-base", one, other])
    }

    /// The commit of a tag, branch or other name; `None` where there is none.
    pub(crate) fn commit(&self, name: &str) -> Result<Option<String>, Failure> {
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
    pub(crate) fn is_shallow(&self) -> Result<bool, Failure> {
        Ok(self
            .line(&["rev-parse", "--is-shallow-repository"])?
            .as_deref()
            == Some("true"))
    }

    /// A file as it is in a commit; `None` where the commit has none.
    pub(crate) fn file(&self, commit: &str, path: &str) -> Result<Option<String>, Failure> {
        self.text(&["show", &format!("{commit}:{path}")])
    }

    fn line(&self, arguments: &[&str]) -> Result<Option<String>, Failure> {
        Ok(self.text(arguments)?.map(|text| text.trim().to_owned()))
    }

    /// What git says; `None` when it says no.
    fn text(&self, arguments: &[&str]) -> Result<Option<String>, Failure> {
        let output = output(&mut self.command(arguments))?;
        let text = || String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(output.status.success().then(text))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(self.root)
            .args(arguments)
            .stdin(Stdio::null())
            // A hook's variables would lead elsewhere than the directory.
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE");
        command
    }
}

fn output(command: &mut Command) -> Result<Output, Failure> {
    command
        .output()
        .map_err(|source| Failure::tool("git", format!("it cannot be run: {source}")))
}
