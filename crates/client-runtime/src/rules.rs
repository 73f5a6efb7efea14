//! The rules of values that are sent, and what a value is told that breaks one.

use std::convert::Infallible;
use std::fmt;
use std::ops::Bound;

/// A rule of the contract that a value breaks. It never holds the value itself.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum InvalidValue {
    /// It is required, and absent.
    Missing,
    /// An integer below `minimum`.
    BelowMinimum(i64),
    /// An integer above `maximum`.
    AboveMaximum(i64),
    /// An integer between the steps of `multipleOf`.
    NotMultipleOf(i64),
    /// A number outside of its range.
    OutOfRange(Bound<f64>, Bound<f64>),
    /// A number between the steps of `multipleOf`.
    NotStep(f64),
    /// A text with fewer characters than `minLength`.
    TooShort(usize),
    /// A text with more characters than `maxLength`.
    TooLong(usize),
    /// A text that does not match `pattern`.
    Pattern(&'static str),
    /// A text that is not of its `format`.
    Format(&'static str),
    /// A text that is none of the values of an `enum`, or one that this client does not know.
    NotAllowed,
    /// A list with fewer items than `minItems`.
    TooFewItems(usize),
    /// A list with more items than `maxItems`.
    TooManyItems(usize),
    /// A list with equal items, against `uniqueItems`.
    DuplicateItems,
    /// A text that cannot travel in a path: `.` and `..` lead elsewhere, and an empty one nowhere.
    NotASegment,
    /// A text that cannot travel in a header.
    NotAHeader,
    /// A text that cannot be a credential of its kind.
    NotACredential,
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is required"),
            Self::BelowMinimum(minimum) => write!(f, "must be at least {minimum}"),
            Self::AboveMaximum(maximum) => write!(f, "must be at most {maximum}"),
            Self::NotMultipleOf(step) => write!(f, "must be a multiple of {step}"),
            Self::OutOfRange(minimum, maximum) => {
                f.write_str("must be ")?;
                match minimum {
                    Bound::Included(minimum) => write!(f, "at least {minimum}")?,
                    Bound::Excluded(minimum) => write!(f, "above {minimum}")?,
                    Bound::Unbounded => f.write_str("finite")?,
                }
                match maximum {
                    Bound::Included(maximum) => write!(f, " and at most {maximum}"),
                    Bound::Excluded(maximum) => write!(f, " and below {maximum}"),
                    Bound::Unbounded => Ok(()),
                }
            }
            Self::NotStep(step) => write!(f, "must be a multiple of {step}"),
            Self::TooShort(length) => write!(f, "must have at least {length} characters"),
            Self::TooLong(length) => write!(f, "must have at most {length} characters"),
            Self::Pattern(pattern) => write!(f, "must match {pattern}"),
            Self::Format(format) => write!(f, "must be a {format}"),
            Self::NotAllowed => f.write_str("is not one of the values that are allowed"),
            Self::TooFewItems(items) => write!(f, "must have at least {items} items"),
            Self::TooManyItems(items) => write!(f, "must have at most {items} items"),
            Self::DuplicateItems => f.write_str("must not have equal items"),
            Self::NotASegment => f.write_str("cannot be a segment of a path"),
            Self::NotAHeader => f.write_str("cannot be the value of a header"),
            Self::NotACredential => {
                f.write_str("has characters that no such credential has, or none")
            }
        }
    }
}

impl std::error::Error for InvalidValue {}

/// A value that breaks a rule, and where in the request it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct InvalidField {
    field: String,
    rule: InvalidValue,
}

impl InvalidField {
    /// Where in the request the value stands, in the contract's words: a parameter's name
    /// (`party_size`), a property's path (`customer.email`, `items[2]`), or `body`.
    #[must_use]
    pub fn field(&self) -> &str {
        if self.field.is_empty() {
            "body"
        } else {
            &self.field
        }
    }

    /// The rule that the value breaks.
    #[must_use]
    pub const fn rule(&self) -> InvalidValue {
        self.rule
    }

    /// The same, seen from the object or list that holds it.
    pub(crate) fn within(mut self, outer: &str) -> Self {
        let separator = match self.field.chars().next() {
            Some(first) if first != '[' && !outer.is_empty() => ".",
            _ => "",
        };
        self.field = format!("{outer}{separator}{}", self.field);
        self
    }
}

impl From<InvalidValue> for InvalidField {
    fn from(rule: InvalidValue) -> Self {
        Self {
            field: String::new(),
            rule,
        }
    }
}

impl From<Infallible> for InvalidField {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field(), self.rule)
    }
}

impl std::error::Error for InvalidField {}

/// Checks an integer against its inclusive bounds and its step.
///
/// # Errors
/// The first rule that it breaks.
pub const fn check_integer(
    value: i64,
    minimum: i64,
    maximum: i64,
    step: i64,
) -> Result<(), InvalidValue> {
    if value < minimum {
        Err(InvalidValue::BelowMinimum(minimum))
    } else if value > maximum {
        Err(InvalidValue::AboveMaximum(maximum))
    } else if value % step != 0 {
        Err(InvalidValue::NotMultipleOf(step))
    } else {
        Ok(())
    }
}

/// How far from a step a number may be, relative to the number of steps: decimal steps such as
/// 0.1 have no exact binary form.
const STEP_TOLERANCE: f64 = 1e-9;

/// Checks a number against its bounds and its step. What is not finite has no form in JSON.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_number(
    value: f64,
    minimum: Bound<f64>,
    maximum: Bound<f64>,
    step: Option<f64>,
) -> Result<(), InvalidValue> {
    use std::ops::RangeBounds;
    if !value.is_finite() || !(minimum, maximum).contains(&value) {
        return Err(InvalidValue::OutOfRange(minimum, maximum));
    }
    match step {
        Some(step) => {
            let steps = value / step;
            let distance = (steps - steps.round()).abs();
            if distance > STEP_TOLERANCE * steps.abs().max(1.0) {
                return Err(InvalidValue::NotStep(step));
            }
            Ok(())
        }
        None => Ok(()),
    }
}

/// Checks a text against its bounds, in Unicode scalar values, and its pattern.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_text(
    value: &str,
    minimum: usize,
    maximum: usize,
    pattern: Option<(&'static str, &regex::Regex)>,
) -> Result<(), InvalidValue> {
    let length = value.chars().count();
    if length < minimum {
        return Err(InvalidValue::TooShort(minimum));
    }
    if length > maximum {
        return Err(InvalidValue::TooLong(maximum));
    }
    match pattern {
        Some((shown, pattern)) if !pattern.is_match(value) => Err(InvalidValue::Pattern(shown)),
        _ => Ok(()),
    }
}

/// Checks a list against its bounds, and for equal items where they must differ.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_items<T: PartialEq>(
    items: &[T],
    minimum: usize,
    maximum: usize,
    unique: bool,
) -> Result<(), InvalidValue> {
    if items.len() < minimum {
        return Err(InvalidValue::TooFewItems(minimum));
    }
    if items.len() > maximum {
        return Err(InvalidValue::TooManyItems(maximum));
    }
    let mut seen = items.iter().enumerate();
    if unique && seen.any(|(index, item)| items[..index].contains(item)) {
        return Err(InvalidValue::DuplicateItems);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_grows_from_the_inside_out() {
        let inner = InvalidField::from(InvalidValue::NotAllowed);
        assert_eq!(inner.field(), "body");
        let path = inner.within("[2]").within("items").within("order");
        assert_eq!(path.field(), "order.items[2]");
        assert_eq!(
            path.to_string(),
            "order.items[2]: is not one of the values that are allowed"
        );
    }

    #[test]
    fn integers_keep_their_bounds_and_steps() {
        assert_eq!(check_integer(5, 5, 10, 5), Ok(()));
        assert_eq!(check_integer(10, 5, 10, 5), Ok(()));
        let rules = |value| check_integer(value, 5, 10, 5);
        assert_eq!(rules(4), Err(InvalidValue::BelowMinimum(5)));
        assert_eq!(rules(11), Err(InvalidValue::AboveMaximum(10)));
        assert_eq!(rules(7), Err(InvalidValue::NotMultipleOf(5)));
    }

    #[test]
    fn numbers_keep_their_bounds_and_decimal_steps() {
        let (minimum, maximum) = (Bound::Included(0.0), Bound::Excluded(1.0));
        let rules = |value| check_number(value, minimum, maximum, Some(0.1));
        assert_eq!(rules(0.3), Ok(()));
        assert_eq!(rules(0.7), Ok(()));
        assert_eq!(rules(0.35), Err(InvalidValue::NotStep(0.1)));
        for value in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                rules(value),
                Err(InvalidValue::OutOfRange(minimum, maximum)),
                "{value}"
            );
        }
    }

    #[test]
    fn texts_are_measured_in_characters() {
        assert_eq!(check_text("日本語語", 2, 4, None), Ok(()));
        assert_eq!(check_text("日", 2, 4, None), Err(InvalidValue::TooShort(2)));
        assert_eq!(
            check_text("abcde", 2, 4, None),
            Err(InvalidValue::TooLong(4))
        );
    }

    #[test]
    fn lists_keep_their_bounds_and_their_items_apart() {
        assert_eq!(check_items(&[1, 2], 1, 2, true), Ok(()));
        assert_eq!(
            check_items::<i32>(&[], 1, 2, true),
            Err(InvalidValue::TooFewItems(1))
        );
        assert_eq!(
            check_items(&[1, 2, 3], 1, 2, true),
            Err(InvalidValue::TooManyItems(2))
        );
        assert_eq!(
            check_items(&[1, 1], 1, 2, true),
            Err(InvalidValue::DuplicateItems)
        );
        assert_eq!(check_items(&[1, 1], 1, 2, false), Ok(()));
    }
}
