//! The second look at a value that did not fit: it names everything that is wrong.

use serde_json::{Map, Value};

use crate::property::AskedProperty;
use crate::violation::{RuleViolation, ViolationCode, Violations};

/// A type that can say what is wrong with a JSON value that should have been one of its own.
///
/// For every value, nothing is reported exactly when the type's `Deserialize` accepts it.
pub trait Inspect {
    /// Reports everything that is wrong with `value`.
    fn inspect(value: &Value, violations: &mut Violations);
}

impl Inspect for bool {
    fn inspect(value: &Value, violations: &mut Violations) {
        if !value.is_boolean() {
            violations.report(wrong_type(value, "true or false"));
        }
    }
}

/// The violation of a `value` that is not of the type called `expected`.
#[doc(hidden)]
#[must_use]
pub fn wrong_type(value: &Value, expected: &str) -> RuleViolation {
    if value.is_null() {
        RuleViolation::new(ViolationCode::Null, format!("must be {expected}, not null"))
    } else {
        RuleViolation::new(ViolationCode::WrongType, format!("must be {expected}"))
    }
}

/// A name that came with the request, if it may be repeated in an answer: names that are
/// overlong or not plain are shown as `?`.
pub(crate) fn printable(name: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-$".contains(&byte);
    if (1..=64).contains(&name.len()) && name.bytes().all(plain) {
        name
    } else {
        "?"
    }
}

/// Looks at the properties of one object.
#[derive(Debug)]
pub struct Inspector<'a> {
    object: &'a Map<String, Value>,
    violations: &'a mut Violations,
}

impl<'a> Inspector<'a> {
    /// Starts on `value`, or reports that it is not an object.
    pub fn new(value: &'a Value, violations: &'a mut Violations) -> Option<Self> {
        match value {
            Value::Object(object) => Some(Self { object, violations }),
            other => {
                violations.report(wrong_type(other, "an object"));
                None
            }
        }
    }

    /// Looks at one property.
    #[must_use]
    pub fn property<P: AskedProperty>(self, name: &str) -> Self {
        let value = self.object.get(name);
        self.violations.within(name, |violations| match value {
            Some(value) => P::inspect_property(value, violations),
            None if P::REQUIRED => violations.report(missing()),
            None => {}
        });
        self
    }

    /// Reports each property that is none of `known`, where there may be no others.
    pub fn end(self, known: Option<&[&str]>) {
        let Some(known) = known else {
            return;
        };
        for name in self.object.keys() {
            if !known.contains(&name.as_str()) {
                self.violations.within(printable(name), |violations| {
                    violations.report(RuleViolation::new(
                        ViolationCode::UnknownField,
                        "must not be given: the contract does not know it",
                    ));
                });
            }
        }
    }
}

pub(crate) fn missing() -> RuleViolation {
    RuleViolation::new(ViolationCode::Missing, "is required")
}
