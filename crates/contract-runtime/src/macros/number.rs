//! Integer and number types.

/// Conversions of an integer type: `struct T(i32)` or `struct T(i64)` with
/// `const RULES: IntegerRules`.
#[doc(hidden)]
#[macro_export]
macro_rules! integer_type {
    ($type:ident, $repr:ty, $name:literal, referenceable: $referenceable:literal) => {
        impl $type {
            /// The integer.
            #[must_use]
            pub const fn get(self) -> $repr {
                self.0
            }

            /// The value for an integer whose bounds are as narrow as [`Self::RULES`], which is
            /// proved while this is compiled.
            #[must_use]
            pub fn from_bounded<T: $crate::rules::BoundedInteger>(value: T) -> Self {
                const {
                    assert!(
                        Self::RULES.includes(&T::RULES),
                        "the integer's bounds are wider than those of the contract"
                    );
                    let rules = T::RULES;
                    assert!(
                        rules.fits::<{ <$repr>::BITS }>(),
                        "the integer's bounds are wider than its type"
                    );
                }
                Self(value.into_integer() as $repr)
            }
        }

        impl $crate::rules::BoundedInteger for $type {
            const RULES: $crate::rules::IntegerRules = Self::RULES;

            fn into_integer(self) -> i64 {
                i64::from(self.0)
            }
        }

        impl ::std::convert::TryFrom<$repr> for $type {
            type Error = $crate::RuleViolation;

            fn try_from(value: $repr) -> Result<Self, $crate::RuleViolation> {
                if Self::RULES.accepts(i64::from(value)) {
                    return Ok(Self(value));
                }
                let mut first = None;
                Self::RULES.each_violation(i64::from(value), |violation| {
                    first.get_or_insert(violation);
                });
                first.map_or(Ok(Self(value)), Err)
            }
        }

        impl ::std::convert::From<$type> for $repr {
            fn from(value: $type) -> Self {
                value.0
            }
        }

        impl $crate::FromParameter for $type {
            fn from_parameter(text: &str, violations: &mut $crate::Violations) -> Option<Self> {
                let value = $crate::private::integer_of_text::<$repr>(text, violations)?;
                let mut accepts = true;
                Self::RULES.each_violation(i64::from(value), |violation| {
                    accepts = false;
                    violations.report(violation);
                });
                accepts.then_some(Self(value))
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                if let Some(value) = $crate::private::integer_of_json::<$repr>(value, violations)
                {
                    Self::RULES.each_violation(i64::from(value), |violation| violations.report(violation));
                }
            }
        }

        $crate::scalar_parameter!($type, text: false);
        $crate::display_as!($type, |value| value.0);
        $crate::serde_as!($type, $repr, |value| value.0);
        $crate::schema_as!($type, $name, referenceable: $referenceable, |_generator| {
            Self::RULES.schema()
        });
    };
}

/// Conversions of a number type: `struct T(f64)` with `const RULES: NumberRules`.
#[doc(hidden)]
#[macro_export]
macro_rules! number_type {
    ($type:ident, $name:literal, referenceable: $referenceable:literal) => {
        impl $type {
            /// The number.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl ::std::convert::TryFrom<f64> for $type {
            type Error = $crate::RuleViolation;

            fn try_from(value: f64) -> Result<Self, $crate::RuleViolation> {
                let finite = $crate::private::finite(value)?;
                if Self::RULES.accepts(finite) {
                    return Ok(Self(finite));
                }
                let mut first = None;
                Self::RULES.each_violation(finite, |violation| {
                    first.get_or_insert(violation);
                });
                first.map_or(Ok(Self(finite)), Err)
            }
        }

        impl ::std::convert::From<$type> for f64 {
            fn from(value: $type) -> Self {
                value.0
            }
        }

        impl $crate::FromParameter for $type {
            fn from_parameter(text: &str, violations: &mut $crate::Violations) -> Option<Self> {
                let value = $crate::private::number_of_text(text, violations)?;
                let mut accepts = true;
                Self::RULES.each_violation(value, |violation| {
                    accepts = false;
                    violations.report(violation);
                });
                accepts.then_some(Self(value))
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                match value.as_f64() {
                    Some(value) => {
                        Self::RULES.each_violation(value, |violation| violations.report(violation));
                    }
                    None => violations.report($crate::private::wrong_type(value, "a number")),
                }
            }
        }

        $crate::scalar_parameter!($type, text: false);
        $crate::display_as!($type, |value| value.0);
        $crate::serde_as!($type, f64, |value| value.0);
        $crate::schema_as!($type, $name, referenceable: $referenceable, |_generator| {
            Self::RULES.schema()
        });
    };
}
