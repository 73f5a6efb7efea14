//! The values that are tried: at and beyond each bound of either side, each with what the
//! contract says of it.

use std::collections::BTreeSet;

use booking_codegen::ir::{IntegerRules, IntegerWidth, NumberRules, TextRules, TypeKind};
use regex::Regex;

use crate::database::dump::ColumnRules;
use crate::database::rules;

/// A value that no list has.
pub(super) const IN_NO_LIST: &str = "\u{2020}";

/// Values longer than this are shown by their length.
const SHOWN_CHARS: usize = 40;

/// The longest text that is tried.
const LONGEST: usize = 2_000;

/// A value that is tried.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    /// As PostgreSQL reads it.
    pub(super) value: String,
    /// The kind of bound that it is about.
    pub(super) rule: &'static str,
    /// Whether the contract accepts it.
    pub(super) accepted: bool,
    /// Whether the column may take it though the contract does not: what a format of the contract
    /// means is not said in SQL.
    pub(super) may_be_taken: bool,
}

impl Probe {
    fn new(value: impl Into<String>, rule: &'static str, accepted: bool) -> Self {
        Self {
            value: value.into(),
            rule,
            accepted,
            may_be_taken: false,
        }
    }

    /// The value as a message shows it.
    pub(super) fn shown(&self) -> String {
        let count = self.value.chars().count();
        if self.rule == rules::LENGTH || count > SHOWN_CHARS {
            format!("a text of {count} characters")
        } else if self.rule == rules::PATTERN {
            format!("the text {:?}", self.value)
        } else {
            format!("`{}`", self.value)
        }
    }
}

/// The values to try in a column that holds what a type of the contract means. None for types
/// whose bounds the two do not share.
pub(super) fn for_column(
    kind: &TypeKind,
    column: &ColumnRules<'_>,
    example: Option<&str>,
) -> Vec<Probe> {
    match kind {
        TypeKind::Enumeration(values) => {
            let listed: BTreeSet<&str> = values.iter().map(|value| value.wire.as_str()).collect();
            let mut tried: BTreeSet<String> = column.literals();
            tried.extend(listed.iter().map(|value| (*value).to_owned()));
            tried.insert(IN_NO_LIST.to_owned());
            let probe = |value: String| {
                let accepted = listed.contains(value.as_str());
                Probe::new(value, rules::ENUM, accepted)
            };
            tried.into_iter().map(probe).collect()
        }
        TypeKind::Integer(integer) => integers(integer, column),
        TypeKind::Number(number) => numbers(number, column),
        TypeKind::Text(text) => {
            example.map_or_else(Vec::new, |example| texts(text, column, example))
        }
        TypeKind::Date
        | TypeKind::DateTime
        | TypeKind::Uuid
        | TypeKind::Boolean
        | TypeKind::Array(_)
        | TypeKind::Object(_) => Vec::new(),
    }
}

fn integers(rules: &IntegerRules, column: &ColumnRules<'_>) -> Vec<Probe> {
    let (lowest, highest) = match rules.width {
        IntegerWidth::I32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        IntegerWidth::I64 => (i64::MIN, i64::MAX),
    };
    let low = i128::from(rules.minimum.unwrap_or(lowest)) + i128::from(rules.exclusive_minimum);
    let high = i128::from(rules.maximum.unwrap_or(highest)) - i128::from(rules.exclusive_maximum);
    let numbers = column.numbers();
    let ends = numbers.iter().filter_map(|number| number.parse().ok());
    let around: BTreeSet<i128> = [low, high]
        .into_iter()
        .chain(ends)
        .flat_map(|end: i128| [end - 1, end, end + 1])
        .collect();
    let probe = |value: i128| {
        let is_step = rules
            .multiple_of
            .is_none_or(|step| value % i128::from(step) == 0);
        let accepted = (low..=high).contains(&value) && is_step;
        Probe::new(value.to_string(), super::rules::RANGE, accepted)
    };
    around.into_iter().map(probe).collect()
}

fn numbers(rules: &NumberRules, column: &ColumnRules<'_>) -> Vec<Probe> {
    /// Small beside any bound, and large enough for a double to hold the sum.
    const STEP: f64 = 0.001;
    let numbers = column.numbers();
    let ends = numbers.iter().filter_map(|number| number.parse().ok());
    let own = [rules.minimum, rules.maximum].into_iter().flatten();
    let accepts = |value: f64| {
        let above = rules.minimum.is_none_or(|low| {
            value > low || (value.total_cmp(&low).is_eq() && !rules.exclusive_minimum)
        });
        let below = rules.maximum.is_none_or(|high| {
            value < high || (value.total_cmp(&high).is_eq() && !rules.exclusive_maximum)
        });
        above && below
    };
    let mut probes: Vec<Probe> = own
        .chain(ends)
        .flat_map(|end: f64| [end - STEP, end, end + STEP])
        .map(|value| Probe::new(value.to_string(), super::rules::RANGE, accepts(value)))
        .collect();
    // JSON has neither.
    probes.extend(["NaN", "Infinity"].map(|odd| Probe::new(odd, super::rules::RANGE, false)));
    probes
}

/// Characters with which patterns are tried, beside those that they name: every control character
/// and sign of ASCII, and some of each kind that Unicode has beyond it.
fn characters(patterns: &[&str]) -> BTreeSet<char> {
    const BEYOND: [char; 8] = [
        '\u{80}', '\u{9F}', '\u{A0}', 'é', '\u{2003}', '中', '\u{FEFF}', '😀',
    ];
    let mut characters: BTreeSet<char> = ('\u{1}'..='\u{7F}').chain(BEYOND).collect();
    for pattern in patterns {
        // `\u1234` in both languages.
        let escaped = pattern.split("\\u").skip(1);
        let codes = escaped.filter_map(|rest| u32::from_str_radix(rest.get(..4)?, 16).ok());
        for code in codes {
            let around = code.saturating_sub(1)..=code + 1;
            characters.extend(around.filter_map(char::from_u32));
        }
        characters.extend(pattern.chars().filter(|c| !c.is_ascii()));
    }
    // PostgreSQL has no such text.
    characters.remove(&'\0');
    characters
}

/// Texts made of the contract's example, which is one that it accepts.
fn texts(rules: &TextRules, column: &ColumnRules<'_>, example: &str) -> Vec<Probe> {
    let pattern = rules.pattern.as_ref();
    let language = pattern.and_then(|pattern| Regex::new(&pattern.rust).ok());
    let matches = |text: &str| {
        language
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(text))
    };
    let (min, max) = (rules.min_length.unwrap_or(0), rules.max_length);
    let has_length = |text: &str| {
        let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        count >= min && max.is_none_or(|max| count <= max)
    };
    let sizes: BTreeSet<usize> = [Some(min), max]
        .into_iter()
        .flatten()
        .filter_map(|size| usize::try_from(size).ok())
        .chain(
            column
                .numbers()
                .iter()
                .filter_map(|number| number.parse().ok()),
        )
        .filter(|size| *size <= LONGEST)
        .flat_map(|size| [size.saturating_sub(1), size, size + 1])
        .collect();
    let mut probes: Vec<Probe> = sizes
        .into_iter()
        .flat_map(|size| resized(example, size))
        .map(|text| {
            let accepted = has_length(&text) && matches(&text);
            let may_be_taken = rules.format.is_some() && has_length(&text);
            // What a format means to a text that is cut or stretched is not known here.
            let accepted = accepted && (rules.format.is_none() || text.len() >= example.len());
            Probe {
                value: text,
                rule: super::rules::LENGTH,
                accepted,
                may_be_taken,
            }
        })
        .collect();
    let mut patterns: Vec<&str> = column.checks.clone();
    patterns.extend(pattern.map(|pattern| pattern.source.as_str()));
    // A format is no language that SQL has.
    if rules.format.is_none() {
        let varied = characters(&patterns)
            .into_iter()
            .flat_map(|c| varied(example, c))
            .filter(|text| has_length(text));
        probes.extend(varied.map(|text| {
            let accepted = matches(&text);
            Probe::new(text, super::rules::PATTERN, accepted)
        }));
    }
    probes.push(Probe::new(example, super::rules::PATTERN, true));
    probes
}

/// A text with another length: cut, or with one of its letters or digits repeated in its place.
fn resized(text: &str, size: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let Some(missing) = size.checked_sub(characters.len()) else {
        return vec![characters[..size].iter().collect()];
    };
    let repeatable = characters
        .iter()
        .enumerate()
        .filter(|(_, c)| c.is_alphanumeric());
    let stretched = |(at, c): (usize, &char)| {
        let mut text: String = characters[..at].iter().collect();
        text.extend(std::iter::repeat_n(*c, missing));
        text.extend(&characters[at..]);
        text
    };
    let all: Vec<String> = repeatable.map(stretched).collect();
    [all.first(), all.get(all.len() / 2), all.last()]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
}

/// A text with another character at its ends and within, and with nothing else.
fn varied(text: &str, c: char) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let middle = characters.len() / 2;
    let (before, after) = characters.split_at(middle);
    let join = |parts: [&[char]; 3]| parts.concat().into_iter().collect::<String>();
    let replaced = after.get(1..).unwrap_or_default();
    vec![
        join([&[c], &characters, &[]]),
        join([before, &[c], after]),
        join([before, &[c], replaced]),
        join([&characters, &[c], &[]]),
        std::iter::repeat_n(c, characters.len()).collect(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_stretched_and_cut_to_size() {
        assert_eq!(resized("+15", 2), ["+1"]);
        assert_eq!(resized("+15", 5), ["+1115", "+1555", "+1555"]);
        assert_eq!(resized("+15", 0), [""]);
    }

    #[test]
    fn characters_beside_those_that_a_pattern_names_are_tried() {
        let found = characters(&[r"^[^\u0000-\u001F\u2028]*$"]);
        for c in ['\u{1E}', '\u{1F}', ' ', '\u{2027}', '\u{2028}', '\u{2029}'] {
            assert!(found.contains(&c), "{c:?}");
        }
        assert!(!found.contains(&'\0'));
    }
}
