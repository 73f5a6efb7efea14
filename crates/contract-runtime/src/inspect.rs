//! The second look at a value that did not fit: it names everything that is wrong.

use serde_json::{Map, Value};

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

    /// A property that must be present and not `null`.
    pub fn required<T: Inspect>(&mut self, name: &str) -> &mut Self {
        self.look(name, true, T::inspect)
    }

    /// A property that may be absent, but not `null`.
    pub fn optional<T: Inspect>(&mut self, name: &str) -> &mut Self {
        self.look(name, false, T::inspect)
    }

    /// A property that must be present and may be `null`.
    pub fn required_nullable<T: Inspect>(&mut self, name: &str) -> &mut Self {
        self.look(name, true, unless_null::<T>)
    }

    /// A property that may be absent or `null`.
    pub fn optional_nullable<T: Inspect>(&mut self, name: &str) -> &mut Self {
        self.look(name, false, unless_null::<T>)
    }

    /// Reports each property that is none of `known`.
    pub fn deny_unknown(&mut self, known: &[&str]) {
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

    fn look(
        &mut self,
        name: &str,
        required: bool,
        inspect: fn(&Value, &mut Violations),
    ) -> &mut Self {
        let value = self.object.get(name);
        self.violations.within(name, |violations| match value {
            Some(value) => inspect(value, violations),
            None if required => violations.report(missing()),
            None => {}
        });
        self
    }
}

fn unless_null<T: Inspect>(value: &Value, violations: &mut Violations) {
    if !value.is_null() {
        T::inspect(value, violations);
    }
}

pub(crate) fn missing() -> RuleViolation {
    RuleViolation::new(ViolationCode::Missing, "is required")
}
