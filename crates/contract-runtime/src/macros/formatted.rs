//! Types that have no rules beside what they are: those of a library, and booleans.

/// Conversions of a type that a library has: `struct T(Date)`, `T(Timestamp)`, `T(Uuid)`.
#[doc(hidden)]
#[macro_export]
macro_rules! formatted_type {
    ($type:ident, $kind:ident, $name:literal, referenceable: $referenceable:literal) => {
        impl $type {
            /// The value.
            #[must_use]
            pub const fn get(self) -> $crate::private::$kind {
                self.0
            }
        }

        impl ::std::convert::TryFrom<$crate::private::$kind> for $type {
            type Error = $crate::RuleViolation;

            fn try_from(value: $crate::private::$kind) -> Result<Self, $crate::RuleViolation> {
                <$crate::private::$kind as $crate::private::Formatted>::checked(value).map(Self)
            }
        }

        impl ::std::convert::TryFrom<String> for $type {
            type Error = $crate::RuleViolation;

            fn try_from(text: String) -> Result<Self, $crate::RuleViolation> {
                <$crate::private::$kind as $crate::private::Formatted>::read(&text).map(Self)
            }
        }

        impl ::std::convert::From<$type> for $crate::private::$kind {
            fn from(value: $type) -> Self {
                value.0
            }
        }

        impl $crate::FromParameter for $type {
            fn from_parameter(text: &str, violations: &mut $crate::Violations) -> Option<Self> {
                <$crate::private::$kind as $crate::private::Formatted>::read(text)
                    .map_err(|violation| violations.report(violation))
                    .ok()
                    .map(Self)
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                match value.as_str() {
                    Some(text) => {
                        if let Err(violation) =
                            <$crate::private::$kind as $crate::private::Formatted>::read(text)
                        {
                            violations.report(violation);
                        }
                    }
                    None => violations.report($crate::private::wrong_type(value, "a string")),
                }
            }
        }

        $crate::scalar_parameter!($type, text: true);
        $crate::display_as!($type, |value| value.0);
        $crate::serde_as!($type, String, |value| value.to_string());
        $crate::schema_as!($type, $name, referenceable: $referenceable, |_generator| {
            <$crate::private::$kind as $crate::private::Formatted>::schema()
        });
    };
}

/// Conversions of a component that is a boolean: `struct T(bool)`.
#[doc(hidden)]
#[macro_export]
macro_rules! boolean_type {
    ($type:ident, $name:literal) => {
        impl $type {
            /// The value.
            #[must_use]
            pub const fn get(self) -> bool {
                self.0
            }
        }

        impl ::std::convert::From<bool> for $type {
            fn from(value: bool) -> Self {
                Self(value)
            }
        }

        impl ::std::convert::From<$type> for bool {
            fn from(value: $type) -> Self {
                value.0
            }
        }

        impl $crate::FromParameter for $type {
            fn from_parameter(text: &str, violations: &mut $crate::Violations) -> Option<Self> {
                bool::from_parameter(text, violations).map(Self)
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                bool::inspect(value, violations);
            }
        }

        $crate::scalar_parameter!($type, text: false);
        $crate::display_as!($type, |value| value.0);
        $crate::serde_as!($type, bool, |value| value.0);
        $crate::schema_as!($type, $name, referenceable: true, |_generator| {
            $crate::private::boolean_schema()
        });
    };
}
