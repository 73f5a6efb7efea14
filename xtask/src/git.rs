//! What is asked of git, each question one process.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::finding::Failure;

/// What would lead git elsewhere than the directory: a hook's variables, for example.
const ELSEWHERE: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
];

/// The repository of a checkout.
#[derive(Debug)]
pub(crate) struct Git<'a> {
    root: &'a Path,
}

impl<'a> Git<'a> {
    /// The repository that `root` is the top of; `None` where there is none.
    ///
    /// # Errors
    /// There is one, and git is missing or does not want to read it: then nothing is known of
    /// what was published, which is not the same as nothing being published.
    pub(crate) fn at(root: &'a Path) -> Result<Option<Self>, Failure> {
        // A directory below somebody else's repository is not a checkout of ours.
        if !root.join(".git").exists() {
            return Ok(None);
        }
        let git = Self::new(root);
        git.run(&["rev-parse", "--show-toplevel"])?;
        Ok(Some(git))
    }

    /// What is to become a repository, or is known to be the top of one.
    pub(crate) const fn new(root: &'a Path) -> Self {
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

    /// Every tag whose name begins with `v`, of all commits or of those before the present one.
    pub(crate) fn version_tags(&self, merged: bool) -> Result<Vec<String>, Failure> {
        let merged: &[&str] = if merged { &["--merged", "HEAD"] } else { &[] };
        let arguments = [&["tag", "--list", "v*"], merged].concat();
        let tags = self.text(&arguments)?.unwrap_or_default();
        Ok(tags.lines().map(str::to_owned).collect())
    }

    /// The branch that the current one is to be merged into: the one that it follows, else the
    /// default branch of `origin`. A branch that was pushed follows its own copy, which says
    /// nothing of where it goes.
    pub(crate) fn upstream(&self) -> Result<Option<String>, Failure> {
        let own = self.line(&["symbolic-ref", "--short", "--quiet", "HEAD"])?;
        let own = own.map(|branch| format!("/{branch}"));
        for name in ["@{upstream}", "origin/HEAD", "origin/main", "origin/master"] {
            let found = self.line(&["rev-parse", "--abbrev-ref", "--verify", "--quiet", name])?;
            let Some(found) = found.filter(|found| !found.is_empty()) else {
                continue;
            };
            let copy = own
                .as_ref()
                .is_some_and(|own| found.ends_with(own.as_str()));
            if !(copy && name == "@{upstream}") {
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

    /// The commit that is checked out, and ` with changes` where the files are not its own.
    pub(crate) fn describe(&self) -> Result<String, Failure> {
        let commit = self.commit("HEAD")?.unwrap_or_default();
        let changes = self.text(&["status", "--porcelain"])?;
        let is_changed = changes.is_none_or(|changes| !changes.is_empty());
        Ok(commit + if is_changed { " with changes" } else { "" })
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
        for variable in ELSEWHERE {
            command.env_remove(variable);
        }
        // Who runs this has built what is in the checkout already, whoever owns it.
        command
            .args(["-c", "safe.directory=*"])
            .arg("-C")
            .arg(self.root)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }
}

fn output(command: &mut Command) -> Result<Output, Failure> {
    command
        .output()
        .map_err(|source| Failure::tool("git", format!("it cannot be run: {source}")))
}
