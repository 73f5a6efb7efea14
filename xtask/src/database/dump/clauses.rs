//! Clauses as their authors wrote them.
//!
//! PostgreSQL gives back what it understood: `name <> ''` comes out as
//! `((name)::text <> ''::text)`. What stands in a migration reads better, and may be taken
//! where it still means the same, which the dump proves by applying it.

use super::super::sql::SqlFile;

/// What can follow the name of a constraint that is defined.
const DEFINITIONS: [&str; 5] = ["CHECK", "EXCLUDE", "FOREIGN", "PRIMARY", "UNIQUE"];

/// `CONSTRAINT name CHECK (…)`, from the last migration that defines it, its lines moved so
/// that the first begins at the left.
pub(super) fn constraint(files: &[&SqlFile], name: &str) -> Option<String> {
    files.iter().rev().find_map(|file| {
        let masked = file.masked();
        let mut starts: Vec<usize> = masked
            .match_indices("CONSTRAINT")
            .map(|(at, _)| at)
            .collect();
        starts.reverse();
        starts.into_iter().find_map(|start| {
            let mut words = masked[start..].split_whitespace().skip(1);
            let named = words.next()? == name;
            let keyword = words.next()?.split('(').next()?;
            (named && DEFINITIONS.contains(&keyword)).then(|| clause(file, start))
        })
    })
}

/// `CREATE INDEX name …`, or of another kind, from the last migration that makes it; not if it
/// is made in another way than an empty database asks for.
pub(super) fn created(files: &[&SqlFile], kind: &str, name: &str) -> Option<String> {
    files.iter().rev().find_map(|file| {
        let mut statements = file.statements().into_iter().rev();
        statements.find_map(|range| {
            let mut words = file.masked()[range.clone()]
                .split_whitespace()
                .filter(|word| !["OR", "REPLACE", "UNIQUE"].contains(word));
            let is_it = words.next() == Some("CREATE")
                && kind
                    .split(' ')
                    .all(|expected| words.next() == Some(expected))
                && words.next()?.split('(').next() == Some(name);
            is_it.then(|| moved_left(file, range.start, range.end))
        })
    })
}

/// The comment that stands directly above the statement that begins with certain words.
pub(super) fn comment_above(files: &[&SqlFile], words: &[&str]) -> Option<String> {
    files.iter().rev().find_map(|file| {
        let statement = file.statements().into_iter().find(|range| {
            let mut found = file.masked()[range.clone()].split_whitespace();
            found.next() == Some(words[0])
                && words[1..].iter().all(|word| {
                    found.any(|other| other.trim_matches('"') == word.trim_matches('"'))
                })
        })?;
        comment_before(file, statement.start)
    })
}

/// The comment that stands directly above a byte of a file.
fn comment_before(file: &SqlFile, start: usize) -> Option<String> {
    let above = file.text[..start].lines().rev();
    let mut lines: Vec<&str> = above
        .map_while(|line| line.trim().strip_prefix("--"))
        .map(str::trim)
        .collect();
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join(" "))
}

/// The blocks of code that make a role, in order, each with the comment directly above it.
pub(super) fn roles(files: &[&SqlFile]) -> Vec<(String, Option<String>)> {
    let blocks = files.iter().flat_map(|file| {
        let statements = file.statements().into_iter();
        statements.map(move |range| (file, range))
    });
    let blocks = blocks.filter_map(|(file, range)| {
        let block = &file.text[range.clone()];
        let is_block = block.starts_with("DO") && made_roles(block).next().is_some();
        is_block.then(|| (block.to_owned(), comment_before(file, range.start)))
    });
    blocks.collect()
}

/// The names of the roles that a block makes.
pub(super) fn made_roles(block: &str) -> impl Iterator<Item = &str> {
    let made = block.split("CREATE ROLE ").skip(1);
    made.filter_map(|rest| rest.split([' ', ';', '\n']).next())
}

/// Up to the comma, the bracket or the semicolon that ends it.
fn clause(file: &SqlFile, start: usize) -> String {
    let mut depth = 0_usize;
    let mut end = file.masked().len();
    for (at, character) in file.masked()[start..].char_indices() {
        match character {
            '(' => depth += 1,
            ')' | ',' | ';' if depth == 0 => {
                end = start + at;
                break;
            }
            ')' => depth -= 1,
            _ => {}
        }
    }
    moved_left(file, start, end)
}

/// A part of a file without the indentation of its first line.
fn moved_left(file: &SqlFile, start: usize, end: usize) -> String {
    let line = file.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let indent = file.text[line..start]
        .chars()
        .take_while(|c| *c == ' ')
        .count();
    let mut lines = file.text[start..end].trim_end().lines();
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let spaces = line.chars().take_while(|c| *c == ' ').count();
        text.push('\n');
        text.push_str(&line[spaces.min(indent)..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = "-- Numbers\n-- in ranges.\nCREATE EXTENSION IF NOT EXISTS btree_gist;\n\
        CREATE TABLE a (\n    CONSTRAINT a_check CHECK (\n        x IN (1, 2) -- ), one\n    ),\n    \
        y text\n);\nALTER TABLE a DROP CONSTRAINT a_key;\nALTER TABLE a\n    ADD CONSTRAINT a_key \
        UNIQUE (x);\nCREATE INDEX a_x\n    ON a (x);\nCREATE INDEX CONCURRENTLY a_y ON a (y);\n";

    #[test]
    fn clauses_are_taken_whole() {
        let file = SqlFile::new("up.sql", SQL);
        let constraint = |name| constraint(&[&file], name);
        assert_eq!(
            constraint("a_check").as_deref(),
            Some("CONSTRAINT a_check CHECK (\n    x IN (1, 2) -- ), one\n)")
        );
        assert_eq!(
            constraint("a_key").as_deref(),
            Some("CONSTRAINT a_key UNIQUE (x)")
        );
        assert_eq!(constraint("other"), None);
    }

    #[test]
    fn indexes_are_taken_if_they_are_made_plainly() {
        let file = SqlFile::new("up.sql", SQL);
        let text = created(&[&file], "INDEX", "a_x");
        assert_eq!(text.as_deref(), Some("CREATE INDEX a_x\n    ON a (x)"));
        assert_eq!(created(&[&file], "INDEX", "a_y"), None);
        assert_eq!(created(&[&file], "MATERIALIZED VIEW", "a_x"), None);
    }

    #[test]
    fn comment_above_a_statement_is_one_text() {
        let file = SqlFile::new("up.sql", SQL);
        let comment = comment_above(&[&file], &["CREATE", "EXTENSION", "btree_gist"]);
        assert_eq!(comment.as_deref(), Some("Numbers in ranges."));
        assert_eq!(comment_above(&[&file], &["CREATE", "TABLE", "a"]), None);
    }
}
