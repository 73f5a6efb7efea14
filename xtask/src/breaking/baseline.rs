//! Which contract the present one is compared with: the last one that callers were given.

use semver::Version;

use super::git::Git;
use crate::finding::Failure;
use crate::layout::Layout;

/// The contract below the root of any of our commits.
const CONTRACT: &str = "booking-api.yaml";

/// A contract to compare with, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Baseline {
    /// The contract, and where it is from, in words: `tag v0.1.0 (4b4b5ac)`.
    Found { source: String, text: String },
    /// There is nothing to compare with, for this reason.
    Nothing { reason: String },
}

impl Baseline {
    /// The last published contract: that of the newest `v*` tag, else that of the merge base
    /// with the upstream branch. On the upstream branch itself, where the merge base is the
    /// present commit, that of the commit before it.
    pub(crate) fn of(layout: &Layout) -> Result<Self, Failure> {
        let Some(git) = Git::at(layout.root()) else {
            return Ok(nothing("this is no checkout of a git repository"));
        };
        if let Some(tag) = newest(&git.version_tags()?) {
            return found(&git, &format!("tag {tag}"), &format!("refs/tags/{tag}"));
        }
        let Some(upstream) = git.upstream()? else {
            return Ok(nothing("there is no v* tag, and no upstream branch"));
        };
        let cut = if git.is_shallow()? {
            ": the history of this clone is cut off, fetch all of it"
        } else {
            ""
        };
        let (Some(head), Some(base)) = (git.commit("HEAD")?, git.merge_base("HEAD", &upstream)?)
        else {
            return Ok(nothing(format!(
                "there is no v* tag, and this branch has no commit in common with {upstream}{cut}"
            )));
        };
        if head != base {
            return found(&git, &format!("the merge base with {upstream}"), &base);
        }
        match git.commit("HEAD^")? {
            Some(before) => found(
                &git,
                &format!("the commit before, as this is {upstream} itself"),
                &before,
            ),
            None => Ok(nothing(format!(
                "there is no v* tag, and no commit before this one{cut}"
            ))),
        }
    }

    /// The contract of a git ref, or of a file.
    pub(crate) fn named(layout: &Layout, name: &str) -> Result<Self, Failure> {
        if let Some(git) = Git::at(layout.root())
            && let Some(commit) = git.commit(name)?
        {
            return match found(&git, name, &commit)? {
                Self::Nothing { reason } => Err(Failure::NoBaseline {
                    name: name.to_owned(),
                    reason,
                }),
                found @ Self::Found { .. } => Ok(found),
            };
        }
        match std::fs::read_to_string(name) {
            Ok(text) => Ok(Self::Found {
                source: name.to_owned(),
                text,
            }),
            Err(error) => Err(Failure::NoBaseline {
                name: name.to_owned(),
                reason: format!("it is no git ref here, and cannot be read as a file: {error}"),
            }),
        }
    }
}

fn nothing(reason: impl Into<String>) -> Baseline {
    Baseline::Nothing {
        reason: reason.into(),
    }
}

fn found(git: &Git<'_>, what: &str, name: &str) -> Result<Baseline, Failure> {
    let Some(commit) = git.commit(name)? else {
        return Ok(nothing(format!("{what} has no commit here")));
    };
    let short: String = commit.chars().take(9).collect();
    let source = if what.starts_with(&short) {
        what.to_owned()
    } else {
        format!("{what} ({short})")
    };
    Ok(match git.file(&commit, CONTRACT)? {
        Some(text) => Baseline::Found { source, text },
        None => nothing(format!("{source} has no {CONTRACT}")),
    })
}

/// The tag of the highest version. A tag that is no version is no publication.
fn newest(tags: &[String]) -> Option<&String> {
    tags.iter()
        .filter_map(|tag| Some((Version::parse(tag.strip_prefix('v')?).ok()?, tag)))
        .max_by(|(one, _), (other, _)| one.cmp(other))
        .map(|(_, tag)| tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Command;

    #[test]
    fn the_newest_tag_is_the_highest_version_and_no_other_name() {
        let tags = ["v0.9.0", "v0.10.0", "v0.10.0-rc.1", "vintage", "v2"].map(str::to_owned);
        assert_eq!(newest(&tags).map(String::as_str), Some("v0.10.0"));
        assert_eq!(newest(&tags[3..]), None);
    }

    /// A repository of its own.
    struct Repository(tempfile::TempDir);

    impl Repository {
        fn new() -> Self {
            let repository = Self(tempfile::tempdir().expect("a directory"));
            repository.git(&["init", "--quiet", "--initial-branch=main"]);
            repository
        }

        fn git(&self, arguments: &[&str]) {
            let done = Command::new("git")
                .arg("-C")
                .arg(self.0.path())
                .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
                .args(arguments)
                .output()
                .expect("git runs");
            assert!(done.status.success(), "{done:?}");
        }

        fn commit(&self, contract: &str) {
            std::fs::write(self.0.path().join(CONTRACT), contract).expect("it can be written");
            self.git(&["add", "--all"]);
            self.git(&["commit", "--quiet", "--allow-empty", "--message", contract]);
        }

        fn clone_to(&self, path: &Path) -> Layout {
            self.git(&["clone", "--quiet", ".", &path.display().to_string()]);
            Layout::of(path).expect("it is there")
        }

        fn layout(&self) -> Layout {
            Layout::of(self.0.path()).expect("it is there")
        }
    }

    fn said(baseline: &Baseline) -> (&str, &str) {
        match baseline {
            Baseline::Found { source, text } => (source.split(" (").next().unwrap_or(""), text),
            Baseline::Nothing { reason } => ("nothing", reason),
        }
    }

    #[test]
    fn a_tag_comes_before_the_merge_base_before_the_commit_before() {
        let repository = Repository::new();
        let layout = repository.layout();
        let baseline = |layout: &Layout| Baseline::of(layout).expect("git answers");
        repository.commit("first");
        assert_eq!(
            said(&baseline(&layout)),
            ("nothing", "there is no v* tag, and no upstream branch")
        );

        let clones = tempfile::tempdir().expect("a directory");
        let first = repository.clone_to(&clones.path().join("first"));
        assert_eq!(
            said(&baseline(&first)),
            (
                "nothing",
                "there is no v* tag, and no commit before this one"
            )
        );

        repository.commit("second");
        let second = repository.clone_to(&clones.path().join("second"));
        assert_eq!(
            said(&baseline(&second)),
            ("the commit before, as this is origin/main itself", "first")
        );

        repository.git(&["checkout", "--quiet", "-b", "work", "--track", "main"]);
        repository.commit("third");
        assert_eq!(
            said(&baseline(&layout)),
            ("the merge base with main", "second")
        );

        repository.git(&["tag", "v0.1.0", "main~1"]);
        assert_eq!(said(&baseline(&layout)), ("tag v0.1.0", "first"));
    }

    #[test]
    fn a_ref_comes_before_a_file_and_what_is_neither_is_said() {
        let repository = Repository::new();
        let layout = repository.layout();
        repository.commit("first");
        repository.commit("second");
        let named = |name: &str| Baseline::named(&layout, name);
        assert_eq!(said(&named("main~1").expect("a ref")), ("main~1", "first"));
        let file = repository.0.path().join(CONTRACT).display().to_string();
        assert_eq!(said(&named(&file).expect("a file")), (&*file, "second"));
        let error = named("nowhere").expect_err("it is neither").to_string();
        assert!(error.contains("nowhere"), "{error}");
        assert!(error.contains("no git ref"), "{error}");
    }

    #[test]
    fn outside_of_a_repository_there_is_nothing() {
        let directory = tempfile::tempdir().expect("a directory");
        let layout = Layout::of(directory.path()).expect("it is there");
        let baseline = Baseline::of(&layout).expect("that is an answer");
        assert_eq!(
            said(&baseline),
            ("nothing", "this is no checkout of a git repository")
        );
    }
}
