//! Regular expressions: ECMA 262, which contracts are written in, → the `regex` crate, which
//! matches in linear time.
//!
//! Both search, so that a pattern without anchors may match anywhere. What differs is spelled
//! out: `\d`, `\w`, `\b` are ASCII and `\s` is a list of its own in ECMA 262, `.` stops at four
//! line ends, and set operations of `regex` do not exist. What ECMA 262 only tolerates for the
//! Web's sake (its annex B) is refused, because engines disagree about it.
//!
//! # Known quirks
//! Groups are translated as non-capturing: a `pattern` asks for a match and for nothing else.

mod atoms;

use atoms::Atom;
use regex::Regex;

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// Where, in characters from the pattern's beginning, counted from 0.
    pub offset: usize,
    /// How many characters are meant.
    pub len: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Whether it is a valid pattern that cannot be matched in linear time, or is not implemented.
    pub unsupported: bool,
}

/// The same language for the `regex` crate.
///
/// # Errors
/// When the pattern is none of ECMA 262, or uses what cannot be matched in linear time:
/// look-around and backreferences.
pub fn translate(source: &str) -> Result<String, PatternError> {
    let chars: Vec<char> = source.chars().collect();
    let mut translator = Translator {
        chars: &chars,
        at: 0,
        out: String::with_capacity(source.len() * 2),
        groups: Vec::new(),
    };
    translator.run()?;
    let rust = translator.out;
    match Regex::new(&rust) {
        Ok(_) => Ok(rust),
        Err(regex::Error::CompiledTooBig(limit)) => Err(PatternError {
            offset: 0,
            len: chars.len(),
            message: format!("the pattern needs more than {limit} bytes when compiled"),
            help: "repeat less: bound lengths with `maxLength` rather than with `{n,m}`".into(),
            unsupported: true,
        }),
        Err(error) => Err(PatternError {
            offset: 0,
            len: chars.len(),
            message: format!(
                "the pattern is not a regular expression: {}",
                error.to_string().lines().last().unwrap_or_default().trim()
            ),
            help: "write it in the syntax of ECMA 262".into(),
            unsupported: false,
        }),
    }
}

struct Translator<'p> {
    chars: &'p [char],
    at: usize,
    out: String,
    /// Where each open group begins.
    groups: Vec<usize>,
}

impl Translator<'_> {
    fn run(&mut self) -> Result<(), PatternError> {
        // Whether there is something that a quantifier could repeat.
        let mut repeatable = false;
        while let Some(c) = self.peek() {
            let start = self.at;
            self.at += 1;
            match c {
                '^' | '$' => {
                    self.out.push(c);
                    repeatable = false;
                }
                '|' => {
                    self.out.push('|');
                    repeatable = false;
                }
                '.' => {
                    self.out.push_str(r"[^\n\r\x{2028}\x{2029}]");
                    repeatable = true;
                }
                '(' => {
                    self.group(start)?;
                    repeatable = false;
                }
                ')' => {
                    if self.groups.pop().is_none() {
                        return Err(self.syntax(
                            start,
                            1,
                            "this `)` closes no group",
                            "escape it: `\\)`",
                        ));
                    }
                    self.out.push(')');
                    repeatable = true;
                }
                '[' => {
                    self.class(start)?;
                    repeatable = true;
                }
                '*' | '+' | '?' | '{' => {
                    self.quantifier(c, start, repeatable)?;
                    repeatable = false;
                }
                ']' | '}' => {
                    return Err(self.syntax(
                        start,
                        1,
                        &format!("this `{c}` closes nothing"),
                        &format!("escape it: `\\{c}`"),
                    ));
                }
                '\\' => repeatable = self.escape(start)?,
                c => {
                    self.literal(c);
                    repeatable = true;
                }
            }
        }
        match self.groups.first() {
            Some(&start) => Err(self.syntax(
                start,
                1,
                "this group is not closed",
                "add the missing `)`, or escape the `(`",
            )),
            None => Ok(()),
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn rest_starts_with(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(i, c)| self.chars.get(self.at + i) == Some(&c))
    }

    fn literal(&mut self, c: char) {
        if c.is_control() {
            self.out.push_str(&format!(r"\x{{{:X}}}", u32::from(c)));
        } else {
            self.out
                .push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
        }
    }

    fn group(&mut self, start: usize) -> Result<(), PatternError> {
        for (opening, what, help) in [
            (
                "?=",
                "a look-ahead",
                "write the pattern without it, or split the rule into properties of their own",
            ),
            (
                "?!",
                "a negative look-ahead",
                "list what is allowed instead of what is not",
            ),
            ("?<=", "a look-behind", "write the pattern without it"),
            (
                "?<!",
                "a negative look-behind",
                "list what is allowed instead of what is not",
            ),
        ] {
            if self.rest_starts_with(opening) {
                return Err(PatternError {
                    offset: start,
                    len: opening.len() + 1,
                    message: format!(
                        "the pattern has {what}, which cannot be matched in linear time"
                    ),
                    help: help.into(),
                    unsupported: true,
                });
            }
        }
        if self.rest_starts_with("?:") {
            self.at += 2;
        } else if self.rest_starts_with("?<") {
            let name_at = self.at + 2;
            let end = self.chars[name_at..]
                .iter()
                .position(|&c| c == '>')
                .map(|i| name_at + i);
            let name: Option<String> = end.map(|end| self.chars[name_at..end].iter().collect());
            let valid = name.is_some_and(|name| {
                name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$')
                    && name
                        .chars()
                        .all(|c| c.is_alphanumeric() || c == '_' || c == '$')
            });
            match end {
                Some(end) if valid => self.at = end + 1,
                _ => {
                    return Err(self.syntax(
                        start,
                        3,
                        "this group has no valid name",
                        "write `(?:…)`",
                    ));
                }
            }
        } else if self.peek() == Some('?') {
            return Err(self.syntax(
                start,
                2,
                "this is no group of ECMA 262",
                "write `(?:…)`; flags cannot be set inside of a pattern",
            ));
        }
        self.groups.push(start);
        self.out.push_str("(?:");
        Ok(())
    }

    fn quantifier(&mut self, c: char, start: usize, repeatable: bool) -> Result<(), PatternError> {
        let mut text = c.to_string();
        if c == '{' {
            let end = self.chars[self.at..]
                .iter()
                .position(|&c| c == '}')
                .map(|i| self.at + i);
            let inside: String = self.chars[self.at..end.unwrap_or(self.at)].iter().collect();
            let (low, high) = match inside.split_once(',') {
                Some((low, "")) => (low, None),
                Some((low, high)) => (low, Some(high)),
                None => (inside.as_str(), None),
            };
            let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
            let (Some(end), true, true) = (end, digits(low), high.is_none_or(digits)) else {
                return Err(self.syntax(
                    start,
                    1,
                    "this `{` begins no quantifier",
                    "escape it: `\\{`",
                ));
            };
            let number = |text: &str| text.parse::<u32>().ok();
            let fits = match (number(low), high.map(number)) {
                (Some(_), None) => true,
                (Some(low), Some(Some(high))) => low <= high,
                _ => false,
            };
            if !fits {
                return Err(self.syntax(
                    start,
                    end + 1 - start,
                    "this quantifier repeats at least more often than at most",
                    "exchange the numbers",
                ));
            }
            text = self.chars[start..=end].iter().collect();
            self.at = end + 1;
        }
        if !repeatable {
            return Err(self.syntax(
                start,
                1,
                &format!("there is nothing that this `{c}` could repeat"),
                &format!("escape it: `\\{c}`"),
            ));
        }
        self.out.push_str(&text);
        if self.peek() == Some('?') {
            self.at += 1;
            self.out.push('?');
        }
        Ok(())
    }

    /// After a backslash outside of a class: whether it can be repeated.
    fn escape(&mut self, start: usize) -> Result<bool, PatternError> {
        match self.peek() {
            Some('b') => {
                self.at += 1;
                self.out.push_str(r"(?-u:\b)");
                Ok(false)
            }
            Some('B') => Err(self.unsupported(
                start,
                2,
                "`\\B` is not implemented",
                "write the pattern without it",
            )),
            Some('1'..='9') => Err(self.unsupported(
                start,
                2,
                "the pattern has a backreference, which cannot be matched in linear time",
                "repeat the group itself",
            )),
            Some('k') => Err(self.unsupported(
                start,
                2,
                "the pattern has a backreference, which cannot be matched in linear time",
                "repeat the group itself",
            )),
            _ => {
                match self.atom_escape(start)? {
                    Atom::One(c) => self.literal(c),
                    Atom::Many(class) => self.out.push_str(&class),
                }
                Ok(true)
            }
        }
    }

    fn syntax(&self, offset: usize, len: usize, message: &str, help: &str) -> PatternError {
        PatternError {
            offset,
            len,
            message: message.into(),
            help: help.into(),
            unsupported: false,
        }
    }

    fn unsupported(&self, offset: usize, len: usize, message: &str, help: &str) -> PatternError {
        PatternError {
            unsupported: true,
            ..self.syntax(offset, len, message, help)
        }
    }
}

#[cfg(test)]
mod tests;
