//! The constraints of integers and numbers.

use schemars::schema::{InstanceType, NumberValidation, SchemaObject};

use crate::violation::{RuleViolation, ViolationCode};

/// The width in which an integer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntegerWidth {
    /// `format: int32`.
    Int32,
    /// `format: int64`.
    Int64,
    /// No format: the same values as [`IntegerWidth::Int64`].
    Unstated,
}

/// The constraints of an integer. `None` constrains nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntegerRules {
    /// How wide it is.
    pub width: IntegerWidth,
    /// The least value, itself excluded when [`Self::exclusive_minimum`].
    pub minimum: Option<i64>,
    /// Whether the minimum itself is excluded.
    pub exclusive_minimum: bool,
    /// The greatest value, itself excluded when [`Self::exclusive_maximum`].
    pub maximum: Option<i64>,
    /// Whether the maximum itself is excluded.
    pub exclusive_maximum: bool,
    /// The step, greater than zero.
    pub multiple_of: Option<i64>,
}

/// The constraints of a number. `None` constrains nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberRules {
    /// `float` or `double`, for the document.
    pub format: Option<&'static str>,
    /// The least value, itself excluded when [`Self::exclusive_minimum`].
    pub minimum: Option<f64>,
    /// Whether the minimum itself is excluded.
    pub exclusive_minimum: bool,
    /// The greatest value, itself excluded when [`Self::exclusive_maximum`].
    pub maximum: Option<f64>,
    /// Whether the maximum itself is excluded.
    pub exclusive_maximum: bool,
    /// The step, greater than zero.
    pub multiple_of: Option<f64>,
}

/// The two kinds of number differ in their type and in what a multiple is; everything else
/// about their bounds is written once.
macro_rules! bounds {
    ($rules:ty, $value:ty, $is_multiple:path) => {
        impl $rules {
            /// Whether `value` obeys every rule.
            #[inline]
            #[must_use]
            pub fn accepts(&self, value: $value) -> bool {
                self.great_enough(value) && self.small_enough(value) && self.in_step(value)
            }

            /// Every rule that `value` breaks.
            pub fn each_violation(&self, value: $value, mut report: impl FnMut(RuleViolation)) {
                if let Some(least) = self.minimum.filter(|_| !self.great_enough(value)) {
                    let relation = if self.exclusive_minimum {
                        "greater than"
                    } else {
                        "at least"
                    };
                    report(RuleViolation::new(
                        ViolationCode::TooSmall,
                        format!("must be {relation} {least}"),
                    ));
                }
                if let Some(most) = self.maximum.filter(|_| !self.small_enough(value)) {
                    let relation = if self.exclusive_maximum {
                        "less than"
                    } else {
                        "at most"
                    };
                    report(RuleViolation::new(
                        ViolationCode::TooLarge,
                        format!("must be {relation} {most}"),
                    ));
                }
                if let Some(step) = self.multiple_of.filter(|_| !self.in_step(value)) {
                    report(RuleViolation::new(
                        ViolationCode::NotAMultiple,
                        format!("must be a multiple of {step}"),
                    ));
                }
            }

            #[inline]
            fn great_enough(&self, value: $value) -> bool {
                self.minimum.is_none_or(|least| {
                    value > least || (value == least && !self.exclusive_minimum)
                })
            }

            #[inline]
            fn small_enough(&self, value: $value) -> bool {
                self.maximum
                    .is_none_or(|most| value < most || (value == most && !self.exclusive_maximum))
            }

            #[inline]
            fn in_step(&self, value: $value) -> bool {
                self.multiple_of
                    .is_none_or(|step| $is_multiple(value, step))
            }
        }
    };
}

bounds!(IntegerRules, i64, is_multiple_of_integer);
bounds!(NumberRules, f64, is_multiple_of_number);

fn is_multiple_of_integer(value: i64, step: i64) -> bool {
    // A step of zero is refused by the generator, and would be a multiple of nothing.
    value.checked_rem(step) == Some(0)
}

/// Whether the quotient is a whole number, allowing for the last bit of a decimal fraction
/// (0.3 is a multiple of 0.1 to everybody but binary floating point).
fn is_multiple_of_number(value: f64, step: f64) -> bool {
    let quotient = value / step;
    let nearest = quotient.round();
    quotient.is_finite() && (quotient - nearest).abs() <= f64::EPSILON * nearest.abs().max(1.0)
}

impl IntegerRules {
    /// No constraint but the type's own.
    pub const NONE: Self = Self {
        width: IntegerWidth::Unstated,
        minimum: None,
        exclusive_minimum: false,
        maximum: None,
        exclusive_maximum: false,
        multiple_of: None,
    };

    /// The JSON Schema of these rules.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "schemars keeps bounds as f64; the contract's bounds beyond 2^53 are int64's own"
    )]
    pub fn schema(&self) -> SchemaObject {
        let format = match self.width {
            IntegerWidth::Int32 => Some("int32"),
            IntegerWidth::Int64 => Some("int64"),
            IntegerWidth::Unstated => None,
        };
        numeric_schema(
            InstanceType::Integer,
            format,
            self.minimum
                .map(|bound| (bound as f64, self.exclusive_minimum)),
            self.maximum
                .map(|bound| (bound as f64, self.exclusive_maximum)),
            self.multiple_of.map(|step| step as f64),
        )
    }
}

impl NumberRules {
    /// No constraint but the type's own.
    pub const NONE: Self = Self {
        format: None,
        minimum: None,
        exclusive_minimum: false,
        maximum: None,
        exclusive_maximum: false,
        multiple_of: None,
    };

    /// The JSON Schema of these rules.
    #[must_use]
    pub fn schema(&self) -> SchemaObject {
        numeric_schema(
            InstanceType::Number,
            self.format,
            self.minimum.map(|bound| (bound, self.exclusive_minimum)),
            self.maximum.map(|bound| (bound, self.exclusive_maximum)),
            self.multiple_of,
        )
    }
}

/// A bound and whether it is itself excluded.
type Bound = Option<(f64, bool)>;

fn numeric_schema(
    instance_type: InstanceType,
    format: Option<&str>,
    minimum: Bound,
    maximum: Bound,
    multiple_of: Option<f64>,
) -> SchemaObject {
    let side = |bound: Bound, exclusive: bool| {
        bound
            .filter(|(_, is)| *is == exclusive)
            .map(|(value, _)| value)
    };
    let mut schema = SchemaObject {
        instance_type: Some(instance_type.into()),
        format: format.map(str::to_owned),
        ..SchemaObject::default()
    };
    if minimum.is_some() || maximum.is_some() || multiple_of.is_some() {
        schema.number = Some(Box::new(NumberValidation {
            multiple_of,
            minimum: side(minimum, false),
            exclusive_minimum: side(minimum, true),
            maximum: side(maximum, false),
            exclusive_maximum: side(maximum, true),
        }));
    }
    schema
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimal_multiples_are_what_people_expect() {
        assert!(is_multiple_of_number(0.3, 0.1));
        assert!(is_multiple_of_number(-7.5, 2.5));
        assert!(!is_multiple_of_number(0.35, 0.1));
        assert!(!is_multiple_of_number(f64::MAX, f64::MIN_POSITIVE));
    }

    #[test]
    fn a_step_of_zero_has_no_multiples() {
        assert!(!is_multiple_of_integer(0, 0));
    }

    proptest! {
        #[test]
        fn an_integer_obeys_exactly_when_it_breaks_nothing(
            value in -20i64..20, least in -10i64..10, most in -10i64..10,
            open_below: bool, open_above: bool, step in 1i64..5,
        ) {
            let rules = IntegerRules {
                width: IntegerWidth::Int64,
                minimum: Some(least),
                exclusive_minimum: open_below,
                maximum: Some(most),
                exclusive_maximum: open_above,
                multiple_of: Some(step),
            };
            let mut broken = 0;
            rules.each_violation(value, |_| broken += 1);
            prop_assert_eq!(rules.accepts(value), broken == 0);
            let inside = (if open_below { value > least } else { value >= least })
                && (if open_above { value < most } else { value <= most })
                && value % step == 0;
            prop_assert_eq!(rules.accepts(value), inside);
        }
    }
}
