//! Escapes and `[…]` classes of patterns.

use super::{PatternError, Translator};

/// `[0-9]`, without the brackets.
const DIGITS: &str = "0-9";
/// What `\w` means without the flags `i` and `u`.
const WORD: &str = "0-9A-Za-z_";
/// ECMA 262's WhiteSpace and LineTerminator.
const SPACE: &str = r"\t\n\x0B\x0C\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";

/// One character, or one of several.
pub(super) enum Atom {
    One(char),
    Many(String),
}

impl Translator<'_> {
    /// After a backslash: what both contexts share. A class comes with its brackets.
    pub(super) fn atom_escape(&mut self, start: usize) -> Result<Atom, PatternError> {
        let Some(c) = self.peek() else {
            return Err(self.syntax(
                start,
                1,
                "the pattern ends with a backslash",
                "write `\\\\` for a backslash",
            ));
        };
        self.at += 1;
        Ok(match c {
            'd' => Atom::Many(format!("[{DIGITS}]")),
            'D' => Atom::Many(format!("[^{DIGITS}]")),
            'w' => Atom::Many(format!("[{WORD}]")),
            'W' => Atom::Many(format!("[^{WORD}]")),
            's' => Atom::Many(format!("[{SPACE}]")),
            'S' => Atom::Many(format!("[^{SPACE}]")),
            't' => Atom::One('\t'),
            'n' => Atom::One('\n'),
            'v' => Atom::One('\u{B}'),
            'f' => Atom::One('\u{C}'),
            'r' => Atom::One('\r'),
            '0' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => Atom::One('\0'),
            '0'..='9' => {
                return Err(self.syntax(
                    start,
                    2,
                    "octal escapes are not part of ECMA 262",
                    "write `\\xHH`",
                ));
            }
            'c' => match self.peek() {
                Some(letter) if letter.is_ascii_alphabetic() => {
                    self.at += 1;
                    Atom::One(char::from(letter as u8 % 32))
                }
                _ => {
                    return Err(self.syntax(
                        start,
                        2,
                        "`\\c` has no letter",
                        "write `\\xHH` for a control character",
                    ));
                }
            },
            'x' => Atom::One(self.code_unit(start, 2)?),
            'u' => Atom::One(self.unicode_escape(start)?),
            'p' | 'P' => {
                return Err(self.unsupported(
                    start,
                    2,
                    "properties of Unicode are not implemented",
                    "write the range of characters, such as `[A-Za-z]` or `[^\\u0000-\\u001F]`",
                ));
            }
            c if c.is_ascii_alphanumeric() => {
                return Err(self.syntax(
                    start,
                    2,
                    &format!("`\\{c}` means nothing in ECMA 262"),
                    &format!("write `{c}` for the character"),
                ));
            }
            c => Atom::One(c),
        })
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text: String = self.chars.get(self.at..self.at + digits)?.iter().collect();
        if !text.chars().all(|c| c.is_ascii_hexdigit()) {
            return None;
        }
        self.at += digits;
        u32::from_str_radix(&text, 16).ok()
    }

    fn code_unit(&mut self, start: usize, digits: usize) -> Result<char, PatternError> {
        self.hex(digits).and_then(char::from_u32).ok_or_else(|| {
            self.syntax(
                start,
                2,
                "this escape is not followed by its hexadecimal digits",
                "write `\\xHH` or `\\uHHHH`",
            )
        })
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, PatternError> {
        if self.peek() == Some('{') {
            let end = self.chars[self.at..]
                .iter()
                .position(|&c| c == '}')
                .map(|i| self.at + i);
            let digits: String = self.chars[self.at + 1..end.unwrap_or(self.at + 1)]
                .iter()
                .collect();
            let found = u32::from_str_radix(&digits, 16)
                .ok()
                .filter(|_| !digits.starts_with('+'));
            return match (end, found.and_then(char::from_u32)) {
                (Some(end), Some(c)) => {
                    self.at = end + 1;
                    Ok(c)
                }
                _ => Err(self.syntax(
                    start,
                    3,
                    "this is no Unicode character",
                    "write `\\u{H…}` with the number of a character",
                )),
            };
        }
        let Some(unit) = self.hex(4) else {
            return self.code_unit(start, 4);
        };
        if (0xD800..0xDC00).contains(&unit) && self.rest_starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            if let Some(low) = self.hex(4).filter(|low| (0xDC00..0xE000).contains(low))
                && let Some(c) = char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            {
                return Ok(c);
            }
            self.at = before;
        }
        char::from_u32(unit).ok_or_else(|| {
            self.unsupported(
                start,
                6,
                "half of a surrogate pair is no character",
                "write both halves, or `\\u{H…}`",
            )
        })
    }

    pub(super) fn class(&mut self, start: usize) -> Result<(), PatternError> {
        let negated = self.peek() == Some('^');
        if negated {
            self.at += 1;
        }
        let mut inside = String::new();
        loop {
            let atom_at = self.at;
            match self.peek() {
                None => {
                    return Err(self.syntax(
                        start,
                        1,
                        "this class is not closed",
                        "add the missing `]`, or escape the `[`",
                    ));
                }
                Some(']') => {
                    self.at += 1;
                    break;
                }
                Some(_) => {}
            }
            let first = self.class_atom()?;
            let is_range =
                self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|&c| c != ']');
            if !is_range {
                match first {
                    Atom::One(c) => push_class_char(&mut inside, c),
                    Atom::Many(class) => inside.push_str(&class),
                }
                continue;
            }
            self.at += 1;
            let second = self.class_atom()?;
            let len = self.at - atom_at;
            match (first, second) {
                (Atom::One(low), Atom::One(high)) if low <= high => {
                    push_class_char(&mut inside, low);
                    inside.push('-');
                    push_class_char(&mut inside, high);
                }
                (Atom::One(_), Atom::One(_)) => {
                    return Err(self.syntax(
                        atom_at,
                        len,
                        "this range ends before it begins",
                        "exchange its ends, or escape the `-`",
                    ));
                }
                _ => {
                    return Err(self.syntax(
                        atom_at,
                        len,
                        "a class cannot be the end of a range",
                        "escape the `-`, or put it last",
                    ));
                }
            }
        }
        match (inside.is_empty(), negated) {
            (true, true) => self.out.push_str(r"[\x00-\x{10FFFF}]"),
            (true, false) => {
                return Err(self.syntax(
                    start,
                    2,
                    "an empty class matches nothing",
                    "write what it should match, or escape the `[`",
                ));
            }
            (false, true) => self.out.push_str(&format!("[^{inside}]")),
            (false, false) => self.out.push_str(&format!("[{inside}]")),
        }
        Ok(())
    }

    fn class_atom(&mut self) -> Result<Atom, PatternError> {
        let start = self.at;
        let Some(c) = self.peek() else {
            return Err(self.syntax(
                start.saturating_sub(1),
                1,
                "this class is not closed",
                "add the missing `]`",
            ));
        };
        self.at += 1;
        if c != '\\' {
            return Ok(Atom::One(c));
        }
        match self.peek() {
            Some('b') => {
                self.at += 1;
                Ok(Atom::One('\u{8}'))
            }
            Some('B' | 'k') => Err(self.syntax(
                start,
                2,
                "this escape means nothing inside of a class",
                "remove it",
            )),
            _ => self.atom_escape(start),
        }
    }
}

/// A character inside of `[…]`. Everything that is not a letter or digit is escaped, so that no
/// set operation of the `regex` crate (`&&`, `--`, `~~`, nested brackets) comes about.
fn push_class_char(out: &mut String, c: char) {
    if c.is_ascii_alphanumeric() || (!c.is_ascii() && !c.is_control()) {
        out.push(c);
    } else {
        out.push_str(&format!(r"\x{{{:X}}}", u32::from(c)));
    }
}
