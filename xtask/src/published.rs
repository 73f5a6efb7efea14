//! What callers and databases were last given: the commit that the present tree is compared with.

use semver::Version;

use crate::finding::Failure;
use crate::git::Git;
use crate::layout::Layout;

/// How a release is told in words.
const TAG: &str = "tag ";

/// A commit to compare with, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Published {
    /// The commit, and what it is in words: `tag v0.1.0 (4b4b5ac12)`.
    Commit { source: String, commit: String },
    /// There is nothing to compare with, for this reason. `cut_off` is a history that does not
    /// reach back to where there may be something.
    Nothing { reason: String, cut_off: bool },
}

impl Published {
    /// The last publication: the newest `v*` tag, else the merge base with the upstream branch.
    /// On the upstream branch itself, where the merge base is the present commit, the commit
    /// before it.
    pub(crate) fn from_git(layout: &Layout) -> Result<Self, Failure> {
        let Some(git) = Git::at(layout.root())? else {
            return Ok(nothing("this is no checkout of a git repository"));
        };
        // A branch that maintains an older version goes on from its own tags.
        let tags = git.version_tags(true)?;
        let others = git.version_tags(false)?;
        if let Some(tag) = newest(&tags).or_else(|| newest(&others)) {
            let name = format!("refs/tags/{tag}");
            return Ok(match git.commit(&name)? {
                Some(commit) => found(&format!("{TAG}{tag}"), commit),
                None => nothing(format!("the tag {tag} is on no commit")),
            });
        }
        let cut_off = git.is_shallow()?;
        let nothing = |reason: String| Self::Nothing { reason, cut_off };
        let Some(upstream) = git.upstream()? else {
            let reason = "there is no v* tag, and no upstream branch";
            return Ok(nothing(reason.to_owned()));
        };
        let (Some(head), Some(base)) = (git.commit("HEAD")?, git.merge_base("HEAD", &upstream)?)
        else {
            return Ok(nothing(format!(
                "there is no v* tag, and this branch has no commit in common with {upstream}"
            )));
        };
        if head != base {
            return Ok(found(&format!("the merge base with {upstream}"), base));
        }
        Ok(match git.commit("HEAD^")? {
            Some(before) => found(
                &format!("the commit before, as this is {upstream} itself"),
                before,
            ),
            None => nothing("there is no v* tag, and no commit before this one".to_owned()),
        })
    }

    /// The commit of a git ref; `None` where there is no such ref.
    pub(crate) fn named(layout: &Layout, name: &str) -> Result<Option<Self>, Failure> {
        let Some(git) = Git::at(layout.root())? else {
            return Ok(None);
        };
        Ok(git.commit(name)?.map(|commit| found(name, commit)))
    }

    /// Whether it is a release, and no mere state on the way to one.
    pub(crate) fn is_release(&self) -> bool {
        matches!(self, Self::Commit { source, .. } if source.starts_with(TAG))
    }

    /// Whether there may be something to compare with where the history does not reach.
    pub(crate) const fn is_cut_off(&self) -> bool {
        matches!(self, Self::Nothing { cut_off: true, .. })
    }

    /// What it is, in words.
    pub(crate) fn source(&self) -> &str {
        match self {
            Self::Commit { source, .. } => source,
            Self::Nothing { reason, .. } => reason,
        }
    }

    /// The names of the directories in a directory as it was then.
    pub(crate) fn directories(&self, layout: &Layout, path: &str) -> Result<Vec<String>, Failure> {
        // Git shows a directory as its entries, with a slash after those that are directories.
        let shown = self.file(layout, &format!("{path}/"))?.unwrap_or_default();
        let names = shown.lines().filter_map(|line| line.strip_suffix('/'));
        Ok(names
            .filter(|name| !name.contains(':'))
            .map(str::to_owned)
            .collect())
    }

    /// A file as it was then; `None` where there was none, or nothing to compare with.
    pub(crate) fn file(&self, layout: &Layout, path: &str) -> Result<Option<String>, Failure> {
        match (self, Git::at(layout.root())?) {
            (Self::Commit { commit, .. }, Some(git)) => git.file(commit, path),
            _ => Ok(None),
        }
    }
}

fn nothing(reason: impl Into<String>) -> Published {
    Published::Nothing {
        reason: reason.into(),
        cut_off: false,
    }
}

fn found(what: &str, commit: String) -> Published {
    let short: String = commit.chars().take(9).collect();
    let source = if what.starts_with(&short) {
        what.to_owned()
    } else {
        format!("{what} ({short})")
    };
    Published::Commit { source, commit }
}

/// The tag of the highest version. A tag that is no version is no publication, and one of a
/// version before its release (`v0.2.0-rc.1`) promises nothing yet.
fn newest(tags: &[String]) -> Option<&String> {
    tags.iter()
        .filter_map(|tag| Some((Version::parse(tag.strip_prefix('v')?).ok()?, tag)))
        .filter(|(version, _)| version.pre.is_empty())
        .max_by(|(one, _), (other, _)| one.cmp(other))
        .map(|(_, tag)| tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    const CONTRACT: &str = "booking-api.yaml";

    #[test]
    fn the_newest_tag_is_the_highest_version_and_no_other_name() {
        let tags = ["v0.9.0", "v0.10.0", "v0.11.0-rc.1", "vintage", "v2"].map(str::to_owned);
        assert_eq!(newest(&tags).map(String::as_str), Some("v0.10.0"));
        assert_eq!(newest(&tags[3..]), None);
    }

    /// A repository of its own, in a directory that goes with it or stays.
    struct Repository {
        path: PathBuf,
        _directory: Option<tempfile::TempDir>,
    }

    impl Repository {
        fn new() -> Self {
            let directory = tempfile::tempdir().expect("a directory");
            let repository = Self {
                path: directory.path().to_owned(),
                _directory: Some(directory),
            };
            repository.git(&["init", "--quiet", "--initial-branch=main"]);
            repository
        }

        fn at(path: &Path) -> Self {
            Self {
                path: path.to_owned(),
                _directory: None,
            }
        }

        fn git(&self, arguments: &[&str]) {
            let done = Command::new("git")
                .arg("-C")
                .arg(&self.path)
                .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
                .args(arguments)
                .output()
                .expect("git runs");
            assert!(done.status.success(), "{done:?}");
        }

        fn commit(&self, contract: &str) {
            std::fs::write(self.path.join(CONTRACT), contract).expect("it can be written");
            self.git(&["add", "--all"]);
            self.git(&["commit", "--quiet", "--allow-empty", "--message", contract]);
        }

        fn clone_to(&self, path: &Path) -> Layout {
            self.git(&["clone", "--quiet", ".", &path.display().to_string()]);
            Layout::new(path).expect("it is there")
        }

        fn layout(&self) -> Layout {
            Layout::new(&self.path).expect("it is there")
        }
    }

    fn said(published: &Published, layout: &Layout) -> (String, String) {
        match published {
            Published::Commit { source, .. } => (
                source.split(" (").next().unwrap_or("").to_owned(),
                published
                    .file(layout, CONTRACT)
                    .expect("git answers")
                    .expect("it is there"),
            ),
            Published::Nothing { reason, .. } => ("nothing".to_owned(), reason.clone()),
        }
    }

    fn pair(one: &str, other: &str) -> (String, String) {
        (one.to_owned(), other.to_owned())
    }

    #[test]
    fn a_tag_comes_before_the_merge_base_before_the_commit_before() {
        let repository = Repository::new();
        let layout = repository.layout();
        let published =
            |layout: &Layout| said(&Published::from_git(layout).expect("git answers"), layout);
        repository.commit("first");
        assert_eq!(
            published(&layout),
            pair("nothing", "there is no v* tag, and no upstream branch")
        );

        let clones = tempfile::tempdir().expect("a directory");
        let first = repository.clone_to(&clones.path().join("first"));
        assert_eq!(
            published(&first),
            pair(
                "nothing",
                "there is no v* tag, and no commit before this one"
            )
        );

        repository.commit("second");
        let second = repository.clone_to(&clones.path().join("second"));
        assert_eq!(
            published(&second),
            pair("the commit before, as this is origin/main itself", "first")
        );

        repository.git(&["checkout", "--quiet", "-b", "work", "--track", "main"]);
        repository.commit("third");
        assert_eq!(
            published(&layout),
            pair("the merge base with main", "second")
        );

        repository.git(&["tag", "v0.1.0", "main~1"]);
        assert_eq!(published(&layout), pair("tag v0.1.0", "first"));
    }

    #[test]
    fn a_branch_that_was_pushed_is_compared_with_where_it_goes_and_not_with_its_copy() {
        let repository = Repository::new();
        repository.commit("first");
        let clones = tempfile::tempdir().expect("a directory");
        let path = clones.path().join("clone");
        let layout = repository.clone_to(&path);
        let clone = Repository::at(&path);
        clone.git(&["checkout", "--quiet", "-b", "work"]);
        clone.commit("second");
        clone.commit("third");
        clone.git(&["push", "--quiet", "--set-upstream", "origin", "work"]);
        let published = Published::from_git(&layout).expect("git answers");
        assert_eq!(
            said(&published, &layout),
            pair("the merge base with origin/main", "first")
        );
    }

    #[test]
    fn a_branch_goes_on_from_its_own_tags_and_not_from_a_version_before_its_release() {
        let repository = Repository::new();
        let layout = repository.layout();
        repository.commit("first");
        repository.git(&["tag", "v0.1.0"]);
        repository.git(&["checkout", "--quiet", "-b", "newer"]);
        repository.commit("second");
        repository.git(&["tag", "v0.2.0"]);
        repository.git(&["checkout", "--quiet", "main"]);
        repository.commit("third");
        repository.git(&["tag", "v0.1.1-rc.1"]);
        let published = Published::from_git(&layout).expect("git answers");
        assert_eq!(said(&published, &layout), pair("tag v0.1.0", "first"));
    }

    #[test]
    fn a_history_that_is_cut_off_is_told_apart_from_one_that_has_nothing() {
        let repository = Repository::new();
        repository.commit("first");
        repository.commit("second");
        let clones = tempfile::tempdir().expect("a directory");
        let (source, path) = (
            format!("file://{}", repository.path.display()),
            clones.path().join("shallow"),
        );
        let path = path.display().to_string();
        repository.git(&["clone", "--quiet", "--depth", "1", &source, &path]);
        let of = |path: &Path| {
            let layout = Layout::new(path).expect("it is there");
            Published::from_git(&layout).expect("git answers")
        };
        assert!(of(Path::new(&path)).is_cut_off());
        let alone = of(&repository.path);
        assert!(matches!(alone, Published::Nothing { .. }) && !alone.is_cut_off());
    }

    #[test]
    fn a_repository_that_git_cannot_read_is_a_failure_and_not_nothing_to_compare_with() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join(".git"), "nonsense").expect("it can be written");
        let layout = Layout::new(directory.path()).expect("it is there");
        let error = Published::from_git(&layout)
            .expect_err("git refuses")
            .to_string();
        assert!(error.contains("git"), "{error}");
    }

    #[test]
    fn a_ref_is_a_commit_and_any_other_name_is_none() {
        let repository = Repository::new();
        let layout = repository.layout();
        repository.commit("first");
        repository.commit("second");
        let named = |name: &str| Published::named(&layout, name).expect("git answers");
        let first = named("main~1").expect("a ref");
        assert_eq!(said(&first, &layout), pair("main~1", "first"));
        assert_eq!(named("nowhere"), None);
        assert_eq!(named(CONTRACT), None);
        assert_eq!(
            first.file(&layout, "nothing.yaml").expect("git answers"),
            None
        );
    }

    #[test]
    fn outside_of_a_repository_there_is_nothing() {
        let directory = tempfile::tempdir().expect("a directory");
        let layout = Layout::new(directory.path()).expect("it is there");
        let published = Published::from_git(&layout).expect("that is an answer");
        assert_eq!(
            said(&published, &layout),
            pair("nothing", "this is no checkout of a git repository")
        );
        assert_eq!(Published::named(&layout, "HEAD").expect("no failure"), None);
    }
}
