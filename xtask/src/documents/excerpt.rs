//! Files that a document shows or points at.

use std::collections::BTreeSet;
use std::fs;

use regex::Regex;

use super::Flaw;
use super::markdown::Code;
use crate::layout::Layout;

/// What stands for lines, or a part of one, that an excerpt leaves out.
const LEFT_OUT: char = '…';

/// The endings by which a name within a sentence is that of a file of ours.
const ENDINGS: [&str; 6] = [".rs", ".md", ".sql", ".yaml", ".toml", ".lock"];

/// The files of the repository.
pub(super) struct Files<'a> {
    layout: &'a Layout,
    files: &'a [String],
    /// The directories at the top.
    top: BTreeSet<&'a str>,
}

impl<'a> Files<'a> {
    pub(super) fn new(layout: &'a Layout, files: &'a [String]) -> Self {
        let directories = files.iter().filter_map(|file| file.split_once('/'));
        Self {
            layout,
            files,
            top: directories.map(|(top, _)| top).collect(),
        }
    }

    /// An excerpt that is none, or a path that leads nowhere.
    pub(super) fn check(&self, code: &Code) -> Vec<Flaw> {
        match code.info().as_slice() {
            [] if code.info.is_none() => self.path(code.text.trim()).into_iter().collect(),
            ["rust", rest @ ..] => self
                .excerpt(code, rest.first().copied())
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    /// A path may have `<name>` or `{name}` for what differs, and must then be that of some file.
    fn path(&self, text: &str) -> Option<Flaw> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-/<>{}".contains(c);
        let first = text.split('/').next().unwrap_or_default();
        let below = text.contains('/') && self.top.contains(first);
        let named = ENDINGS.iter().any(|ending| {
            text.strip_suffix(ending)
                .is_some_and(|name| !name.is_empty())
                && !text.starts_with('/')
        });
        if !(below || named) || !text.chars().all(plain) {
            return None;
        }
        let mut pattern = String::new();
        for part in text.trim_end_matches('/').split_inclusive(['>', '}']) {
            match part.find(['<', '{']) {
                Some(at) => pattern.push_str(&format!("{}[^/]+", regex::escape(&part[..at]))),
                None => pattern.push_str(&regex::escape(part)),
            }
        }
        // Within a text about one crate a name is enough.
        let begins = if below { "^" } else { "(^|/)" };
        let known = Regex::new(&format!("{begins}{pattern}(/|$)"))
            .is_ok_and(|path| self.files.iter().any(|file| path.is_match(file)));
        (!known).then(|| Flaw {
            rule: "document-file",
            line: 0,
            message: format!("there is no file {text}"),
            help: "write where it is now, with `<name>` for a part that differs",
        })
    }

    fn excerpt(&self, code: &Code, file: Option<&str>) -> Option<Flaw> {
        let flaw = |line: usize, message: String| {
            Some(Flaw {
                rule: "document-excerpt",
                line,
                message,
                help: "name the file behind the fence (```rust crates/…/lib.rs), and show its \
                    lines as they are, with … for what is left out",
            })
        };
        let Some(file) = file else {
            return flaw(
                0,
                "this Rust says not where it is from, so that nobody compiles it".into(),
            );
        };
        let Ok(source) = fs::read_to_string(self.layout.root().join(file)) else {
            return flaw(
                0,
                format!("this is said to be from {file}, which is not there"),
            );
        };
        let mut rest = source.as_str();
        for (number, line) in code.text.lines().enumerate() {
            for part in line
                .split(LEFT_OUT)
                .map(str::trim)
                .filter(|part| !part.is_empty())
            {
                match rest.find(part) {
                    Some(at) => rest = &rest[at + part.len()..],
                    None => return flaw(number, format!("{file} has no such line here: {part}")),
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(info: Option<&str>, text: &str) -> Vec<(&'static str, usize)> {
        let directory = tempfile::tempdir().expect("a directory");
        let file = "crates/rules/src/lib.rs";
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        fs::write(&path, "fn one() {\n    two();\n    three();\n}\n").expect("it is written");
        let layout = Layout::new(directory.path()).expect("it is there");
        let files = [file.to_owned(), "schema.sql".to_owned()];
        let code = Code {
            line: 1,
            info: info.map(str::to_owned),
            text: text.to_owned(),
        };
        let found = Files::new(&layout, &files).check(&code);
        found.iter().map(|flaw| (flaw.rule, flaw.line)).collect()
    }

    #[test]
    fn a_path_leads_to_a_file_or_a_directory() {
        for known in [
            "crates/rules/src/lib.rs",
            "crates/rules/",
            "crates/<name>/src/lib.rs",
            "crates/{name}/src/",
            "rules/src/lib.rs",
            "lib.rs",
            "schema.sql",
        ] {
            assert_eq!(check(None, known), [], "{known}");
        }
        for missing in [
            "crates/laws/",
            "crates/<name>/lib.rs",
            "law.rs",
            "crates/rules/src/l",
        ] {
            assert_eq!(check(None, missing), [("document-file", 0)], "{missing}");
        }
    }

    #[test]
    fn what_is_no_path_of_ours_is_not_looked_at() {
        for other in [
            "/health",
            "a/b",
            "postgres://host/db",
            "PartySize::RULES",
            "and/or",
            "x = 1",
        ] {
            assert_eq!(check(None, other), [], "{other}");
        }
        assert_eq!(check(Some("text"), "crates/laws/lib.rs"), []);
    }

    #[test]
    fn an_excerpt_stands_in_its_file_in_this_order() {
        let file = "rust crates/rules/src/lib.rs";
        for excerpt in [
            "two();\nthree();",
            "fn one() {\n    …\n}",
            "fn one() { … }",
            "three();",
        ] {
            assert_eq!(check(Some(file), excerpt), [], "{excerpt}");
        }
        assert_eq!(
            check(Some(file), "fn one() {\nfour();"),
            [("document-excerpt", 1)]
        );
        assert_eq!(
            check(Some(file), "three();\ntwo();"),
            [("document-excerpt", 1)]
        );
        assert_eq!(check(Some("rust"), "two();"), [("document-excerpt", 0)]);
        assert_eq!(
            check(Some("rust a.rs"), "two();"),
            [("document-excerpt", 0)]
        );
    }
}
