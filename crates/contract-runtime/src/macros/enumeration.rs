//! Enumerations.

/// Conversions of an enumeration: a fieldless `enum T` with `const VALUES: &[(&str, T)]`.
#[doc(hidden)]
#[macro_export]
macro_rules! enum_type {
    ($type:ident, $name:literal) => {
        impl $type {
            /// The value as it travels.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                Self::VALUES[self as usize].0
            }

            fn parse(text: &str) -> Result<Self, $crate::RuleViolation> {
                Self::VALUES
                    .iter()
                    .find(|(wire, _)| *wire == text)
                    .map(|(_, value)| *value)
                    .ok_or_else(|| {
                        $crate::private::not_allowed(Self::VALUES.iter().map(|(wire, _)| *wire))
                    })
            }
        }

        impl ::std::convert::TryFrom<String> for $type {
            type Error = $crate::RuleViolation;

            fn try_from(text: String) -> Result<Self, $crate::RuleViolation> {
                Self::parse(&text)
            }
        }

        impl ::std::convert::TryFrom<&str> for $type {
            type Error = $crate::RuleViolation;

            fn try_from(text: &str) -> Result<Self, $crate::RuleViolation> {
                Self::parse(text)
            }
        }

        impl $crate::FromParameter for $type {
            fn from_parameter(text: &str, violations: &mut $crate::Violations) -> Option<Self> {
                Self::parse(text)
                    .map_err(|violation| violations.report(violation))
                    .ok()
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                match value.as_str() {
                    Some(text) => {
                        if let Err(violation) = Self::parse(text) {
                            violations.report(violation);
                        }
                    }
                    None => violations.report($crate::private::wrong_type(value, "a string")),
                }
            }
        }

        $crate::scalar_parameter!($type, text: true);
        $crate::display_as!($type, |value| value.as_str());
        $crate::serde_as!($type, String, |value| value.as_str());
        $crate::schema_as!($type, $name, referenceable: true, |_generator| {
            $crate::private::enum_schema(Self::VALUES.iter().map(|(wire, _)| *wire))
        });
    };
}
