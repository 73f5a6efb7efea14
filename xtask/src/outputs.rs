//! Generated output on disk: written where it differs, or compared.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::finding::{Failure, Finding, Kind, Location};
use crate::layout::Layout;

/// What a generator makes: the files, and the directories that hold nothing else.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    /// Each path with its whole text.
    pub(crate) files: Vec<(PathBuf, String)>,
    /// Directories in which every other file is left over.
    pub(crate) owned: Vec<PathBuf>,
}

impl Outputs {
    /// Writes each file that differs. What is left over is found, and never deleted: it may be
    /// somebody's work.
    pub(crate) fn write(&self, layout: &Layout) -> Result<Vec<Finding>, Failure> {
        for (path, text) in &self.files {
            if read(path)?.as_deref() != Some(text) {
                if let Some(directory) = path.parent() {
                    fs::create_dir_all(directory).map_err(Failure::io("create", directory))?;
                }
                fs::write(path, text).map_err(Failure::io("write", path))?;
            }
        }
        self.left_over(layout)
    }

    /// Lists each file that is missing, differs, or is left over.
    pub(crate) fn compare(&self, layout: &Layout) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        for (path, expected) in &self.files {
            match read(path)? {
                None => findings.push(stale("missing", layout, path, "is missing")),
                Some(found) if found != *expected => {
                    let (line, what) = difference(&found, expected);
                    let mut finding = stale("edited", layout, path, &what);
                    finding.location = Some(Location::line(layout.shown(path), line));
                    findings.push(finding);
                }
                Some(_) => {}
            }
        }
        findings.extend(self.left_over(layout)?);
        Ok(findings)
    }

    fn left_over(&self, layout: &Layout) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        for directory in &self.owned {
            for path in files_below(directory)? {
                if !self.files.iter().any(|(known, _)| *known == path) {
                    let shown = layout.shown(&path);
                    findings.push(
                        Finding::error(
                            Kind::Stale,
                            "left-over",
                            format!(
                                "{shown} is in a generated directory, and the generator does \
                                 not make it"
                            ),
                        )
                        .at(Location::file(shown))
                        .help("delete it, or move it elsewhere"),
                    );
                }
            }
        }
        Ok(findings)
    }
}

fn stale(rule: &str, layout: &Layout, path: &Path, what: &str) -> Finding {
    let shown = layout.shown(path);
    Finding::error(Kind::Stale, rule, format!("{shown} {what}"))
        .at(Location::file(shown))
        .help("run `cargo xtask generate` and commit the result together with its cause")
}

/// The line of the file in which the first difference is, and what it is.
fn difference(found: &str, expected: &str) -> (usize, String) {
    let same = found
        .split_inclusive('\n')
        .zip(expected.split_inclusive('\n'))
        .take_while(|(found, expected)| found == expected)
        .count();
    let last = found.split_inclusive('\n').count().max(1);
    let line = (same + 1).min(last);
    let what = if found.lines().eq(expected.lines()) {
        format!("differs from what the generator makes in its line ends, from line {line} on")
    } else if same < last {
        format!("differs from what the generator makes, from line {line} on")
    } else {
        format!("ends with line {line}, and the generator makes more")
    };
    (line, what)
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read(path) {
        // A file that is no text differs from every text.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Failure::io("read", path)(source)),
    }
}

fn files_below(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(source) => return Err(Failure::io("list", &directory)(source)),
        };
        for entry in entries {
            let entry = entry.map_err(Failure::io("list", &directory))?;
            // A link is listed itself: where it leads to is not the generator's directory.
            let kind = entry.file_type();
            if kind.map_err(Failure::io("read", &entry.path()))?.is_dir() {
                open.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(directory: &Path) -> Outputs {
        Outputs {
            files: vec![
                (directory.join("a.rs"), "a\n".to_owned()),
                (directory.join("b/c.rs"), "c\nd\n".to_owned()),
            ],
            owned: vec![directory.to_owned()],
        }
    }

    fn ids(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(Finding::id).collect()
    }

    #[test]
    fn what_was_written_is_up_to_date() {
        let directory = tempfile::tempdir().expect("a directory");
        let (layout, outputs) = (Layout::of_this_repository(), outputs(directory.path()));
        assert_eq!(outputs.write(&layout).expect("it writes"), []);
        assert_eq!(outputs.compare(&layout).expect("it compares"), []);
    }

    #[test]
    fn what_is_missing_edited_or_left_over_is_listed() {
        let directory = tempfile::tempdir().expect("a directory");
        let (layout, outputs) = (Layout::of_this_repository(), outputs(directory.path()));
        outputs.write(&layout).expect("it writes");
        fs::remove_file(directory.path().join("a.rs")).expect("it is there");
        fs::write(directory.path().join("b/c.rs"), "c\nx\n").expect("it is there");
        fs::write(directory.path().join("b/orphan.rs"), "").expect("it can be made");
        let findings = outputs.compare(&layout).expect("it compares");
        assert_eq!(
            ids(&findings),
            ["stale/missing", "stale/edited", "stale/left-over"]
        );
        assert!(findings[1].message.contains("from line 2"));
    }

    #[test]
    fn the_first_difference_is_in_a_line_that_the_file_has() {
        let of = |found| difference(found, "a\nb\n");
        for (found, line, what) in [
            ("a\nx\n", 2, "from line 2 on"),
            ("a\n", 1, "ends with line 1, and the generator makes more"),
            ("", 1, "from line 1 on"),
            ("a\nb\nc\n", 3, "from line 3 on"),
            ("a\nb", 2, "in its line ends, from line 2 on"),
            ("a\r\nb\r\n", 1, "in its line ends, from line 1 on"),
        ] {
            let (at, said) = of(found);
            assert_eq!(at, line, "{found:?}");
            assert!(said.ends_with(what), "{found:?}: {said}");
        }
    }

    #[test]
    fn a_link_is_left_over_itself_and_not_followed() {
        let directory = tempfile::tempdir().expect("a directory");
        let elsewhere = tempfile::tempdir().expect("a directory");
        fs::write(elsewhere.path().join("work.rs"), "").expect("it can be made");
        let outputs = outputs(directory.path());
        let layout = Layout::of_this_repository();
        outputs.write(&layout).expect("it writes");
        for (target, name) in [(elsewhere.path(), "link"), (directory.path(), "b/loop")] {
            let link = directory.path().join(name);
            std::os::unix::fs::symlink(target, link).expect("it can be made");
        }
        let findings = outputs.compare(&layout).expect("it compares");
        assert_eq!(ids(&findings), ["stale/left-over", "stale/left-over"]);
        assert!(findings[1].message.contains("/link is in"));
    }

    #[test]
    fn what_is_left_over_is_never_deleted() {
        let directory = tempfile::tempdir().expect("a directory");
        let orphan = directory.path().join("orphan.rs");
        fs::write(&orphan, "work").expect("it can be made");
        let findings = outputs(directory.path())
            .write(&Layout::of_this_repository())
            .expect("it writes");
        assert_eq!(ids(&findings), ["stale/left-over"]);
        assert!(orphan.exists());
    }
}
