//! What the macros of this crate expand to calls of. Not for people.

use std::fmt;

use jiff::Timestamp;
use jiff::civil;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::schema::{InstanceType, SchemaObject};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::formats;
pub use crate::inspect::wrong_type;
pub use crate::parameters::{BodyPart, ParametersPart, single};
pub use crate::property::{PropertyName, finish_property, read_property, write_property};
use crate::reference::PathReference;
use crate::rules::{ArrayRules, TextFormat, TextRules};
pub use crate::security::{Evaluation, SchemeMatch, authenticate, challenge, find};
use crate::security::{Grant, SecurityScheme};
use crate::violation::{RuleViolation, ViolationCode, Violations};

pub use crate::entity_tag::EntityTagCondition;

/// What a scheme grants.
pub type GrantOf<S, A> =
    Grant<<S as SecurityScheme<A>>::Principal, <S as SecurityScheme<A>>::Scope>;

/// `format: date`.
pub type Date = civil::Date;
/// `format: date-time`.
pub type DateTime = Timestamp;
/// `format: uuid`.
pub type Uuid = uuid::Uuid;
/// `format: wall-clock-time`.
pub type WallClockTime = civil::Time;

/// A value that travels as text in a fixed format, and is held as what was read.
pub trait Formatted: Sized {
    /// What every value is written like.
    const WRITTEN: TextRules;

    /// Reads the format; `None` where the text is not of it.
    fn read(text: &str) -> Option<Self>;

    /// What makes the value one that the format cannot write.
    fn unwritable(&self) -> Option<&'static str> {
        None
    }

    /// The value in the format.
    fn write(&self) -> String;
}

const fn written(format: TextFormat) -> TextRules {
    TextRules {
        format: Some(format),
        ..TextRules::NONE
    }
}

/// That the format can write the value.
///
/// # Errors
/// It cannot.
pub fn writable<T: Formatted>(value: &T) -> Result<(), RuleViolation> {
    value.unwritable().map_or(Ok(()), |reason| {
        Err(RuleViolation::new(ViolationCode::Format, reason))
    })
}

impl Formatted for Date {
    const WRITTEN: TextRules = written(TextFormat::Date);

    fn read(text: &str) -> Option<Self> {
        formats::parse_date(text)
    }

    fn unwritable(&self) -> Option<&'static str> {
        (!formats::is_writable_date(*self)).then_some("must be a date in the years 0 to 9999")
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Formatted for DateTime {
    const WRITTEN: TextRules = written(TextFormat::DateTime);

    fn read(text: &str) -> Option<Self> {
        formats::parse_date_time(text)
    }

    fn unwritable(&self) -> Option<&'static str> {
        (!formats::is_writable_instant(*self))
            .then_some("must be an instant in the years 0 to 9999")
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Formatted for Uuid {
    const WRITTEN: TextRules = written(TextFormat::Uuid);

    fn read(text: &str) -> Option<Self> {
        formats::parse_uuid(text)
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Formatted for WallClockTime {
    const WRITTEN: TextRules = TextRules {
        min_length: Some(5),
        max_length: Some(5),
        pattern: Some("^([01][0-9]|2[0-3]):[0-5][0-9]$"),
        format: Some(TextFormat::WallClockTime),
    };

    fn read(text: &str) -> Option<Self> {
        formats::parse_wall_clock_time(text)
    }

    fn unwritable(&self) -> Option<&'static str> {
        let is_whole = self.second() == 0 && self.subsec_nanosecond() == 0;
        (!is_whole).then_some("must be a time in whole minutes")
    }

    fn write(&self) -> String {
        format!("{:02}:{:02}", self.hour(), self.minute())
    }
}

impl Formatted for EntityTagCondition {
    const WRITTEN: TextRules = written(TextFormat::EntityTagCondition);

    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// The schema of a boolean.
#[must_use]
pub fn boolean_schema() -> SchemaObject {
    SchemaObject {
        instance_type: Some(InstanceType::Boolean.into()),
        ..SchemaObject::default()
    }
}

/// The schema of an enumeration.
pub fn enum_schema(values: impl Iterator<Item = &'static str>) -> SchemaObject {
    SchemaObject {
        instance_type: Some(InstanceType::String.into()),
        enum_values: Some(values.map(Value::from).collect()),
        ..SchemaObject::default()
    }
}

/// The violation of a text that is none of `values`.
pub fn not_allowed(values: impl Iterator<Item = &'static str>) -> RuleViolation {
    let values: Vec<_> = values.collect();
    RuleViolation::new(
        ViolationCode::NotAllowed,
        format!("must be one of {}", values.join(", ")),
    )
}

/// The integer that a parameter's text is. Leading zeros and a plus sign are none.
pub fn integer_of_text<T: TryFrom<i64>>(text: &str, violations: &mut Violations) -> Option<T> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    if !canonical {
        violations.report(RuleViolation::new(
            ViolationCode::WrongType,
            "must be an integer",
        ));
        return None;
    }
    let value = text
        .parse::<i64>()
        .ok()
        .and_then(|value| T::try_from(value).ok());
    if value.is_none() {
        violations.report(out_of_range(text.starts_with('-')));
    }
    value
}

/// The integer that a JSON value is.
pub fn integer_of_json<T: TryFrom<i64>>(value: &Value, violations: &mut Violations) -> Option<T> {
    let integer = value.as_i64().and_then(|value| T::try_from(value).ok());
    if integer.is_none() {
        violations.report(match value {
            Value::Number(number) if number.is_i64() || number.is_u64() => {
                out_of_range(number.is_i64() && value.as_i64() < Some(0))
            }
            // Without a fraction that could be seen: an integer of more digits than 64 bits hold.
            Value::Number(number) if number.as_f64().is_some_and(beyond_int64) => {
                out_of_range(number.as_f64() < Some(0.0))
            }
            other => wrong_type(other, "an integer"),
        });
    }
    integer
}

fn beyond_int64(number: f64) -> bool {
    number.abs() >= 9_223_372_036_854_775_808.0
}

fn out_of_range(below: bool) -> RuleViolation {
    if below {
        RuleViolation::new(
            ViolationCode::TooSmall,
            "is smaller than any integer of its width",
        )
    } else {
        RuleViolation::new(
            ViolationCode::TooLarge,
            "is greater than any integer of its width",
        )
    }
}

/// The number that a parameter's text is: JSON's grammar, so neither `NaN` nor `1.`.
pub fn number_of_text(text: &str, violations: &mut Violations) -> Option<f64> {
    let value = serde_json::from_str::<serde_json::Number>(text)
        .ok()
        // JSON allows white space around a number; a parameter has none.
        .filter(|_| !text.contains(char::is_whitespace))
        .and_then(|number| number.as_f64());
    if value.is_none() {
        violations.report(RuleViolation::new(
            ViolationCode::WrongType,
            "must be a number",
        ));
    }
    value
}

/// The number, if JSON can write it.
///
/// # Errors
/// It is infinite or not a number.
pub fn finite(value: f64) -> Result<f64, RuleViolation> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(RuleViolation::new(
            ViolationCode::WrongType,
            "must be a finite number",
        ))
    }
}

/// Reports what a list breaks as a list. Items are compared as the values that they are read as
/// (two spellings of one instant are one instant); where one cannot be read, as JSON.
pub fn inspect_list<T: DeserializeOwned + PartialEq>(
    rules: ArrayRules,
    items: &[Value],
    violations: &mut Violations,
) {
    let read: Option<Vec<T>> = items
        .iter()
        .map(|item| serde_json::from_value(item.clone()).ok())
        .collect();
    match read {
        Some(read) => rules.each_violation(&read, |violation| violations.report(violation)),
        None => rules.each_violation(items, |violation| violations.report(violation)),
    }
}

/// What stands in a path as it is: RFC 3986's unreserved characters.
const NOT_IN_A_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The greatest number of characters of a path; what is not known is more than any contract allows.
#[must_use]
pub const fn most_characters(stated: &[u32]) -> u32 {
    match stated {
        [most, ..] => *most,
        [] => u32::MAX,
    }
}

/// A path that the contract's own words and [`path_segment`] make up.
#[must_use]
pub const fn path_reference<const MOST: u32>(path: String) -> PathReference<MOST> {
    PathReference(path)
}

/// A value as one segment of a path.
pub fn path_segment<T: fmt::Display + ?Sized>(value: &T) -> String {
    utf8_percent_encode(&value.to_string(), NOT_IN_A_SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_are_compared_as_the_values_that_they_are_read_as() {
        let rules = ArrayRules {
            min_items: None,
            max_items: None,
            unique_items: true,
        };
        let mut violations = Violations::new();
        inspect_list::<f64>(rules, &[json!(1), json!(1.0)], &mut violations);
        let codes: Vec<_> = violations
            .into_vec()
            .into_iter()
            .map(|found| found.code)
            .collect();
        assert_eq!(codes, [ViolationCode::DuplicateItems]);
    }
}
