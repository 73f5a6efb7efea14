//! String types.

/// The pattern of a type, compiled once.
#[doc(hidden)]
#[macro_export]
macro_rules! compiled_pattern {
    ($type:ident) => {
        impl $type {
            const fn pattern() -> Option<&'static $crate::support::regex::Regex> {
                None
            }
        }
    };
    ($type:ident, $regex:literal) => {
        impl $type {
            fn pattern() -> Option<&'static $crate::support::regex::Regex> {
                static PATTERN: ::std::sync::LazyLock<$crate::support::regex::Regex> =
                    ::std::sync::LazyLock::new(|| {
                        $crate::support::regex::Regex::new($regex)
                            .expect("the generator has compiled this pattern")
                    });
                Some(&*PATTERN)
            }
        }
    };
}

/// Conversions of a string type: `struct T(String)` with `const RULES: TextRules`.
#[doc(hidden)]
#[macro_export]
macro_rules! text_type {
    ($type:ident, $name:literal, referenceable: $referenceable:literal $(, regex: $regex:literal)?) => {
        $crate::compiled_pattern!($type $(, $regex)?);

        impl $type {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The value for a text whose bounds are as narrow as [`Self::RULES`], which is
            /// proved while this is compiled.
            #[must_use]
            pub fn from_bounded<T: $crate::rules::BoundedText>(value: T) -> Self {
                const {
                    assert!(
                        Self::RULES.includes(&T::RULES),
                        "the text's bounds are wider than those of the contract"
                    );
                }
                Self(value.into_string())
            }

            /// The text, taken out.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl $crate::rules::BoundedText for $type {
            const RULES: $crate::rules::TextRules = Self::RULES;

            fn into_string(self) -> String {
                self.0
            }
        }

        impl ::std::convert::TryFrom<String> for $type {
            type Error = $crate::RuleViolation;

            fn try_from(text: String) -> Result<Self, $crate::RuleViolation> {
                if Self::RULES.accepts(&text, Self::pattern()) {
                    return Ok(Self(text));
                }
                Err(Self::RULES.first_violation(&text, Self::pattern()))
            }
        }

        impl ::std::convert::TryFrom<&str> for $type {
            type Error = $crate::RuleViolation;

            fn try_from(text: &str) -> Result<Self, $crate::RuleViolation> {
                Self::try_from(text.to_owned())
            }
        }

        impl ::std::convert::From<$type> for String {
            fn from(value: $type) -> Self {
                value.0
            }
        }

        impl ::std::convert::AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl $crate::FromParameter for $type {
            fn from_parameter(text: &str, violations: &mut $crate::Violations) -> Option<Self> {
                if Self::RULES.accepts(text, Self::pattern()) {
                    return Some(Self(text.to_owned()));
                }
                Self::RULES.each_violation(text, Self::pattern(), |violation| violations.report(violation));
                None
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                match value.as_str() {
                    Some(text) => Self::RULES
                        .each_violation(text, Self::pattern(), |violation| violations.report(violation)),
                    None => violations.report($crate::private::wrong_type(value, "a string")),
                }
            }
        }

        $crate::scalar_parameter!($type, text: true);
        $crate::display_as!($type, |value| value.0);
        $crate::serde_as!($type, String, |value| &value.0);
        $crate::schema_as!($type, $name, referenceable: $referenceable, |_generator| {
            Self::RULES.schema()
        });
    };
}
