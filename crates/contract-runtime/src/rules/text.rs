//! The constraints of a string.

use regex::Regex;
use schemars::schema::{InstanceType, SchemaObject, StringValidation};

use crate::entity_tag::EntityTagCondition;
use crate::formats;
use crate::violation::{RuleViolation, ViolationCode};

/// The constraints of a string. `None` constrains nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRules {
    /// The least number of characters (Unicode scalar values).
    pub min_length: Option<u32>,
    /// The greatest number of characters (Unicode scalar values).
    pub max_length: Option<u32>,
    /// The pattern as the contract has it (ECMA 262), for the document.
    pub pattern: Option<&'static str>,
    /// The format.
    pub format: Option<TextFormat>,
}

/// The formats that constrain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// A mailbox (RFC 5321): `sarah@example.com`.
    Email,
    /// An absolute URI (RFC 3986).
    Uri,
    /// A full-time (RFC 3339): `19:00:00Z`.
    Time,
    /// A full-date (RFC 3339): `2026-02-15`.
    Date,
    /// A date-time (RFC 3339): `2026-02-08T18:30:00Z`.
    DateTime,
    /// A UUID (RFC 4122).
    Uuid,
    /// A time on a wall clock, in whole minutes: `19:00`.
    WallClockTime,
    /// What `If-Match` and `If-None-Match` hold (RFC 9110).
    EntityTagCondition,
}

impl TextFormat {
    const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Uri => "uri",
            Self::Time => "time",
            Self::Date => "date",
            Self::DateTime => "date-time",
            Self::Uuid => "uuid",
            Self::WallClockTime => "wall-clock-time",
            Self::EntityTagCondition => "entity-tag-condition",
        }
    }

    fn accepts(self, text: &str) -> bool {
        match self {
            Self::Email => formats::is_email(text),
            Self::Uri => formats::is_uri(text),
            Self::Time => formats::is_time(text),
            Self::Date => formats::parse_date(text).is_some(),
            Self::DateTime => formats::parse_date_time(text).is_some(),
            Self::Uuid => formats::parse_uuid(text).is_some(),
            Self::WallClockTime => formats::parse_wall_clock_time(text).is_some(),
            Self::EntityTagCondition => EntityTagCondition::parse(text).is_some(),
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Email => "must be an email address such as `name@example.com`",
            Self::Uri => "must be an absolute URI such as `https://example.com/path`",
            Self::Time => "must be a time with an offset such as `19:00:00Z`",
            Self::Date => "must be a date such as `2026-02-15`",
            Self::DateTime => "must be an instant with an offset such as `2026-02-08T18:30:00Z`",
            Self::Uuid => "must be a UUID such as `67e55044-10b1-426f-9247-bb680e5fe0c8`",
            Self::WallClockTime => "must be a time on a wall clock such as `19:00`",
            Self::EntityTagCondition => {
                "must be `*`, or entity tags in quotes, separated by commas"
            }
        }
    }
}

impl TextRules {
    /// No constraint at all.
    pub const NONE: Self = Self {
        min_length: None,
        max_length: None,
        pattern: None,
        format: None,
    };

    /// Whether `text` obeys every rule. `pattern` is [`Self::pattern`], compiled.
    #[inline]
    #[must_use]
    pub fn accepts(&self, text: &str, pattern: Option<&Regex>) -> bool {
        self.has_length_and_pattern(text, pattern)
            && self.format.is_none_or(|format| format.accepts(text))
    }

    /// Whether `text` obeys every rule but the format, which reading it has proved.
    #[inline]
    #[must_use]
    pub fn has_length_and_pattern(&self, text: &str, pattern: Option<&Regex>) -> bool {
        self.long_enough(text)
            && self.short_enough(text)
            && pattern.is_none_or(|pattern| pattern.is_match(text))
    }

    /// The first rule that `text` breaks, which breaks one.
    #[must_use]
    pub fn first_violation(&self, text: &str, pattern: Option<&Regex>) -> RuleViolation {
        let mut first = None;
        self.each_violation(text, pattern, |violation| {
            first.get_or_insert(violation);
        });
        first.unwrap_or_else(|| RuleViolation::new(ViolationCode::Format, "is not allowed"))
    }

    /// Every rule that `text` breaks. A pattern beside a format that is broken says the same in
    /// other words, and is not named.
    pub fn each_violation(
        &self,
        text: &str,
        pattern: Option<&Regex>,
        mut report: impl FnMut(RuleViolation),
    ) {
        if !self.long_enough(text) {
            let least = self.min_length.unwrap_or_default();
            report(RuleViolation::new(
                ViolationCode::TooShort,
                format!("must be at least {}", counted(least, "character")),
            ));
        }
        if !self.short_enough(text) {
            let most = self.max_length.unwrap_or_default();
            report(RuleViolation::new(
                ViolationCode::TooLong,
                format!("must be at most {}", counted(most, "character")),
            ));
        }
        if let Some(format) = self.format.filter(|format| !format.accepts(text)) {
            report(RuleViolation::new(ViolationCode::Format, format.message()));
        } else if pattern.is_some_and(|pattern| !pattern.is_match(text)) {
            let source = self.pattern.unwrap_or_default();
            report(RuleViolation::new(
                ViolationCode::Pattern,
                format!("must match the pattern {source}"),
            ));
        }
    }

    /// A number of bytes within the bound is a number of characters within it, and counting
    /// characters is needed only beyond that.
    #[inline]
    fn short_enough(&self, text: &str) -> bool {
        self.max_length.is_none_or(|most| {
            let most = most as usize;
            text.len() <= most || text.chars().nth(most).is_none()
        })
    }

    #[inline]
    fn long_enough(&self, text: &str) -> bool {
        self.min_length.is_none_or(|least| match least {
            0 => true,
            least => text.chars().nth(least as usize - 1).is_some(),
        })
    }

    /// The JSON Schema of these rules.
    #[must_use]
    pub fn schema(&self) -> SchemaObject {
        let mut schema = SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            format: self.format.map(|format| format.name().to_owned()),
            ..SchemaObject::default()
        };
        if self.min_length.is_some() || self.max_length.is_some() || self.pattern.is_some() {
            schema.string = Some(Box::new(StringValidation {
                min_length: self.min_length,
                max_length: self.max_length,
                pattern: self.pattern.map(str::to_owned),
            }));
        }
        schema
    }
}

/// `1 character`, `2 characters`.
pub(super) fn counted(count: u32, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn length_is_counted_in_characters_not_bytes() {
        let rules = TextRules {
            min_length: Some(2),
            max_length: Some(3),
            ..TextRules::NONE
        };
        assert!(!rules.accepts("é", None));
        assert!(rules.accepts("日本語", None));
        assert!(!rules.accepts("日本語語", None));
    }

    proptest! {
        #[test]
        fn a_text_obeys_exactly_when_it_breaks_nothing(
            text in "\\PC{0,6}", least in 0u32..4, most in 0u32..6,
        ) {
            let rules = TextRules {
                min_length: Some(least),
                max_length: Some(most),
                pattern: Some("^[a-z]*$"),
                format: Some(TextFormat::Email),
            };
            let pattern = Regex::new("^[a-z]*$").ok();
            let mut broken = 0;
            rules.each_violation(&text, pattern.as_ref(), |_| broken += 1);
            prop_assert_eq!(rules.accepts(&text, pattern.as_ref()), broken == 0);
        }
    }
}
