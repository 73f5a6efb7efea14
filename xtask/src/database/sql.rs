//! A file of SQL: where its statements are, and where in it an object is defined.
//!
//! This is no parser. It knows comments, strings and quoted names, which is what it takes to
//! find statements and words; what they mean, only PostgreSQL knows.

use std::ops::Range;

use super::catalog::Id;

/// One file of SQL.
#[derive(Debug, Clone)]
pub(super) struct SqlFile {
    /// Its path below the root.
    pub(super) shown: String,
    /// What stands in it.
    pub(super) text: String,
    /// The same with spaces for comments and quotes for strings, byte by byte.
    masked: String,
}

impl SqlFile {
    pub(super) fn new(shown: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            shown: shown.to_owned(),
            masked: mask(&text),
            text,
        }
    }

    /// The text with spaces for comments and quotes for strings.
    pub(super) fn masked(&self) -> &str {
        &self.masked
    }

    /// Each statement, from its first word up to its semicolon, which is left out.
    pub(super) fn statements(&self) -> Vec<Range<usize>> {
        let mut statements = Vec::new();
        let mut start = 0;
        for part in self.masked.split_inclusive(';') {
            let end = start + part.len();
            let body = part.trim_end_matches(';');
            let first = start + (body.len() - body.trim_start().len());
            if !body.trim().is_empty() {
                statements.push(first..first + body.trim().len());
            }
            start = end;
        }
        statements
    }

    /// The first statement that makes, changes or drops what all databases of a cluster share:
    /// where it begins, and what it is about.
    pub(super) fn cluster_wide(&self) -> Option<(usize, &'static str)> {
        self.statements().into_iter().find_map(|statement| {
            let words = self.masked[statement.clone()].split_whitespace();
            let words: Vec<String> = words.take(3).map(str::to_ascii_uppercase).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let what = match words.as_slice() {
                ["CREATE" | "ALTER" | "DROP", "USER", "MAPPING"] => return None,
                ["CREATE" | "ALTER" | "DROP", "ROLE" | "USER" | "GROUP", ..] => "role",
                ["CREATE" | "ALTER" | "DROP", "TABLESPACE", ..] => "tablespace",
                ["CREATE" | "DROP", "DATABASE", ..] => "database",
                _ => return None,
            };
            Some((statement.start, what))
        })
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        before.matches('\n').count() + 1
    }

    /// The line of a character, counted from 1 as PostgreSQL does.
    pub(super) fn line_of_character(&self, position: usize) -> usize {
        let before = self.text.chars().take(position.saturating_sub(1));
        before.filter(|character| *character == '\n').count() + 1
    }

    /// The line on which an object is defined: in the last statement that creates or alters
    /// it, or grants it. `None` if no statement does.
    pub(super) fn line_of(&self, id: &Id) -> Option<usize> {
        let name = plain(&id.name);
        let mut found = None;
        for statement in self.statements() {
            let text = &self.masked[statement.clone()];
            let mut words = text.split_whitespace();
            let verb = words.next().unwrap_or_default().to_ascii_uppercase();
            let is_definition = match id.class.as_str() {
                "grant" => verb == "GRANT",
                _ => verb == "CREATE" || verb == "ALTER",
            };
            if !is_definition {
                continue;
            }
            let from = match &id.parent {
                None => 0,
                Some(parent) => match word(text, &plain(parent), 0) {
                    // The columns of a table are named after it, in statements that are about it
                    // and do not only refer to it; a constraint, an index or a trigger stands on
                    // either side of its table.
                    Some(at) if id.class == "column" && is_about(text, &plain(parent)) => {
                        at + plain(parent).len()
                    }
                    Some(_) if id.class == "column" => continue,
                    Some(_) => 0,
                    None => continue,
                },
            };
            let kind = words.next().unwrap_or_default().to_ascii_uppercase();
            if id.class == "column" && kind == "INDEX" {
                continue;
            }
            if let Some(at) = word(text, &name, from) {
                found = Some(self.line_at(statement.start + at));
                // The first to name a table is the one that makes it; later ones use it.
                if id.parent.is_none() {
                    break;
                }
            }
        }
        found
    }
}

/// Whether a statement makes or changes this table or view.
fn is_about(statement: &str, name: &str) -> bool {
    const BEFORE: [&str; 14] = [
        "CREATE",
        "ALTER",
        "OR",
        "REPLACE",
        "TEMPORARY",
        "TEMP",
        "UNLOGGED",
        "FOREIGN",
        "MATERIALIZED",
        "TABLE",
        "VIEW",
        "IF",
        "NOT",
        "EXISTS",
    ];
    let is_before = |word: &&str| {
        let word = word.to_ascii_uppercase();
        BEFORE.contains(&word.as_str()) || word == "ONLY"
    };
    let named = statement.split_whitespace().find(|word| !is_before(word));
    let named = named.and_then(|word| word.split('(').next());
    named.is_some_and(|word| plain(word).eq_ignore_ascii_case(name))
}

/// The last part of a name, without quotes and without the arguments of a function.
fn plain(name: &str) -> String {
    let name = name.split('(').next().unwrap_or_default();
    let last = match name.strip_suffix('"') {
        Some(quoted) => quoted.rsplit('"').next(),
        None => name.rsplit('.').next(),
    };
    last.unwrap_or_default().to_owned()
}

/// Whether a name stands in a text as a word of its own.
pub(super) fn has_word(text: &str, name: &str) -> bool {
    word(text, name.trim_matches('"'), 0).is_some()
}

/// Where a word stands, from a byte on.
fn word(text: &str, word: &str, from: usize) -> Option<usize> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let lower = text.to_ascii_lowercase();
    let wanted = word.to_ascii_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let mut start = from;
    while let Some(at) = lower.get(start..)?.find(&wanted) {
        let (begin, end) = (start + at, start + at + wanted.len());
        let before = lower[..begin].chars().next_back();
        let after = lower[end..].chars().next();
        if !before.is_some_and(is_part) && !after.is_some_and(is_part) {
            return Some(begin);
        }
        start = end;
    }
    None
}

/// Spaces for comments and quotes for strings, so that only SQL itself is left. Ends of lines
/// stay.
fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hidden = if rest.starts_with('\'') && ends_with_escape_mark(&masked) {
            escaped(rest)
        } else {
            hidden_length(rest)
        };
        if hidden == 0 {
            masked.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            let (part, after) = rest.split_at(hidden);
            // A comment is no part of a statement, and a string is.
            let filler = if part.starts_with(['-', '/']) {
                ' '
            } else {
                '\''
            };
            masked.extend(part.bytes().map(|byte| match byte {
                b'\n' => '\n',
                _ => filler,
            }));
            rest = after;
        }
    }
    masked
}

/// How many bytes of a comment or a string begin here.
fn hidden_length(text: &str) -> usize {
    if text.starts_with("--") {
        text.find('\n').unwrap_or(text.len())
    } else if text.starts_with("/*") {
        block_comment(text)
    } else if text.starts_with('\'') {
        quoted(text)
    } else if text.starts_with('$') {
        dollar_quoted(text)
    } else {
        0
    }
}

/// Block comments nest in PostgreSQL.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// Whether the word before a string is `E`, which gives backslashes a meaning in it.
fn ends_with_escape_mark(before: &str) -> bool {
    let mut last = before.chars().rev();
    matches!(last.next(), Some('e' | 'E'))
        && last
            .next()
            .is_none_or(|character| !character.is_alphanumeric() && character != '_')
}

/// A string in which a backslash hides the character after it.
fn escaped(text: &str) -> usize {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A doubled quote ends one string and begins the next, which hides the same.
fn quoted(text: &str) -> usize {
    text[1..].find('\'').map_or(text.len(), |end| end + 2)
}

fn dollar_quoted(text: &str) -> usize {
    let Some(end) = text[1..].find('$') else {
        return 0;
    };
    let tag = &text[..end + 2];
    let is_tag = tag[1..tag.len() - 1]
        .chars()
        .all(|character| character.is_alphanumeric() || character == '_');
    if !is_tag {
        return 0;
    }
    text[tag.len()..]
        .find(tag)
        .map_or(text.len(), |length| length + 2 * tag.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Text that is dense with what opens and closes comments and strings.
    fn sql_like() -> impl Strategy<Value = String> {
        let parts = [
            "'", "''", "E'", "\\", "--", "/*", "*/", "$", "$a$", "\"", ";", "\n", "a", "ü", " ",
        ];
        prop::collection::vec(prop::sample::select(parts.to_vec()), 0..40)
            .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn masking_moves_nothing(text in prop_oneof![sql_like(), ".*"]) {
            let masked = mask(&text);
            prop_assert_eq!(masked.len(), text.len());
            for (one, other) in masked.bytes().zip(text.bytes()) {
                prop_assert!(one == other || one == b' ' || one == b'\'');
                prop_assert_eq!(one == b'\n', other == b'\n');
            }
        }

        #[test]
        fn statements_are_apart_and_hold_something(text in sql_like()) {
            let file = SqlFile::new("a.sql", text);
            let mut end = 0;
            for statement in file.statements() {
                prop_assert!(statement.start >= end);
                prop_assert!(!file.masked[statement.clone()].trim().is_empty());
                end = statement.end;
            }
        }

        #[test]
        fn any_name_is_looked_for_in_any_text(text in sql_like(), name in "[a-z\"(.ü]{0,4}") {
            let file = SqlFile::new("a.sql", format!("CREATE TABLE {text}"));
            let lines = file.text.lines().count().max(1);
            if let Some(line) = file.line_of(&Id::whole("table", &name)) {
                prop_assert!((1..=lines).contains(&line));
            }
        }
    }

    const SQL: &str = "-- users; none\n\
        CREATE TABLE users (\n    name text, /* ; /* ; */ */\n    CONSTRAINT users_check\n        \
        CHECK (name <> ';')\n);\n\
        CREATE INDEX idx ON users (name);\n\
        CREATE FUNCTION one() RETURNS text LANGUAGE sql AS $x$ SELECT 'users;' $x$;\n\
        ALTER TABLE users ADD COLUMN phone text;\nCOMMENT ON TABLE users IS 'phone';\n";

    #[test]
    fn statements_end_at_semicolons_outside_of_comments_and_strings() {
        let file = SqlFile::new("a.sql", SQL);
        let begins = |range: Range<usize>| SQL[range].split(' ').nth(1).map(str::to_owned);
        let statements: Vec<_> = file.statements().into_iter().filter_map(begins).collect();
        assert_eq!(statements, ["TABLE", "INDEX", "FUNCTION", "TABLE", "ON"]);
    }

    #[test]
    fn strings_with_escapes_and_comments_in_comments_are_hidden() {
        for (sql, count) in [
            ("SELECT E'a\\';b'; SELECT 1", 2),
            ("SELECT 'a\\'; SELECT 1", 2),
            ("SELECT 'it''s; one'; SELECT 1;", 2),
            ("SELECT $a$ ; $b$ ; $a$; SELECT 1", 2),
            ("/* ; /* ; */ ; */ SELECT 1; -- ;", 1),
            ("-- nothing\n;\n", 0),
        ] {
            let statements = SqlFile::new("a.sql", sql).statements();
            assert_eq!(statements.len(), count, "{sql}");
        }
    }

    #[test]
    fn what_belongs_to_the_whole_cluster_is_told_from_what_does_not() {
        for (sql, expected) in [
            ("SELECT 1;\n-- ops\ncreate  role ops;", Some("role")),
            ("ALTER USER ops SUPERUSER", Some("role")),
            ("DROP GROUP ops", Some("role")),
            (
                "CREATE TABLESPACE fast LOCATION '/fast'",
                Some("tablespace"),
            ),
            ("DROP DATABASE other", Some("database")),
            ("CREATE USER MAPPING FOR ops SERVER other", None),
            ("ALTER DATABASE booking SET timezone = 'UTC'", None),
            ("CREATE TABLE role (id integer)", None),
            ("SELECT 'x; CREATE ROLE ops'; -- CREATE ROLE ops", None),
        ] {
            let found = SqlFile::new("a.sql", sql).cluster_wide();
            assert_eq!(found.map(|(_, what)| what), expected, "{sql}");
        }
    }

    #[test]
    fn objects_are_found_where_they_are_made() {
        let file = SqlFile::new("a.sql", SQL);
        let line = |id: Id| file.line_of(&id);
        assert_eq!(line(Id::whole("table", "users")), Some(2));
        assert_eq!(line(Id::part("column", "users", "name")), Some(3));
        assert_eq!(
            line(Id::part("constraint", "users", "users_check")),
            Some(4)
        );
        assert_eq!(line(Id::part("index", "users", "idx")), Some(7));
        assert_eq!(line(Id::whole("function", "one()")), Some(8));
        assert_eq!(line(Id::part("column", "users", "phone")), Some(9));
        assert_eq!(line(Id::whole("table", "others")), None);
    }

    #[test]
    fn names_are_compared_without_schema_quotes_and_arguments() {
        for (name, expected) in [
            ("public.users", "users"),
            ("\"Users\"", "Users"),
            ("other.\"a.b\"", "a.b"),
            ("f(integer, text)", "f"),
        ] {
            assert_eq!(plain(name), expected);
        }
    }
}
