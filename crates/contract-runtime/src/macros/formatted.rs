//! Types that hold what a library or this crate reads out of a text, and booleans.

/// Conversions of a type that holds what was read: `struct T(Date)` with `const RULES: TextRules`.
#[doc(hidden)]
#[macro_export]
macro_rules! formatted_type {
    ($type:ident, $kind:ident, $name:literal, referenceable: $referenceable:literal $(, regex: $regex:literal)?) => {
        $crate::compiled_pattern!($type $(, $regex)?);
        $crate::copied!($kind $type);

        impl $type {
            /// The value.
            #[must_use]
            pub fn get(self) -> $crate::private::$kind {
                self.0
            }

            fn read(text: &str) -> Option<Self> {
                let value = <$crate::private::$kind as $crate::private::Formatted>::read(text)?;
                Self::RULES.has_length_and_pattern(text, Self::pattern()).then_some(Self(value))
            }

            fn violations(text: &str, report: impl FnMut($crate::RuleViolation)) {
                Self::RULES.each_violation(text, Self::pattern(), report);
            }
        }

        impl ::std::convert::TryFrom<$crate::private::$kind> for $type {
            type Error = $crate::RuleViolation;

            fn try_from(value: $crate::private::$kind) -> Result<Self, $crate::RuleViolation> {
                $crate::private::writable(&value)?;
                let is_written_so = const {
                    Self::RULES
                        .includes(&<$crate::private::$kind as $crate::private::Formatted>::WRITTEN)
                };
                if is_written_so {
                    return Ok(Self(value));
                }
                let text = <$crate::private::$kind as $crate::private::Formatted>::write(&value);
                <Self as ::std::convert::TryFrom<String>>::try_from(text)
            }
        }

        impl ::std::convert::TryFrom<String> for $type {
            type Error = $crate::RuleViolation;

            fn try_from(text: String) -> Result<Self, $crate::RuleViolation> {
                Self::read(&text)
                    .ok_or_else(|| Self::RULES.first_violation(&text, Self::pattern()))
            }
        }

        impl ::std::convert::From<$type> for $crate::private::$kind {
            fn from(value: $type) -> Self {
                value.0
            }
        }

        impl $crate::FromParameter for $type {
            fn from_parameter(text: &str, violations: &mut $crate::Violations) -> Option<Self> {
                let read = Self::read(text);
                if read.is_none() {
                    Self::violations(text, |violation| violations.report(violation));
                }
                read
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                match value.as_str() {
                    Some(text) => Self::violations(text, |violation| violations.report(violation)),
                    None => violations.report($crate::private::wrong_type(value, "a string")),
                }
            }
        }

        $crate::scalar_parameter!($type, text: true);
        $crate::display_as!($type, |value| $crate::private::Formatted::write(&value.0));
        $crate::serde_as!($type, String, |value| $crate::private::Formatted::write(&value.0));
        $crate::schema_as!($type, $name, referenceable: $referenceable, |_generator| {
            Self::RULES.schema()
        });
    };
}

/// `Copy`, where what is held has it.
#[doc(hidden)]
#[macro_export]
macro_rules! copied {
    (EntityTagCondition $type:ident) => {};
    ($kind:ident $type:ident) => {
        impl ::std::marker::Copy for $type {}
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

#[cfg(test)]
mod tests {
    use jiff::civil::Time;

    use crate::ViolationCode;
    use crate::rules::TextFormat;

    crate::formatted! {
        /// A time, written with two digits.
        ShownTime(WallClockTime) "ShownTime", referenceable: true,
        {
            max_length: 5,
            pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$",
            format: TextFormat::WallClockTime,
        } regex "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"
    }

    crate::formatted! {
        /// A time before noon.
        MorningTime(WallClockTime) "MorningTime", referenceable: true,
        {
            pattern: "^(0?[0-9]|1[01]):",
            format: TextFormat::WallClockTime,
        } regex "^(?:0?[0-9]|1[01]):"
    }

    fn read(text: &str) -> Result<MorningTime, ViolationCode> {
        MorningTime::try_from(text.to_owned()).map_err(|violation| violation.code)
    }

    #[test]
    fn a_value_is_held_as_what_was_read_and_written_in_one_way() {
        let nine = Time::constant(9, 5, 0, 0);
        for text in ["9:05", "09:05"] {
            let read = read(text).unwrap();
            assert_eq!((read.get(), read.to_string().as_str()), (nine, "09:05"));
        }
        assert_eq!(ShownTime::try_from(nine).unwrap().to_string(), "09:05");
        assert_eq!(read("12:00"), Err(ViolationCode::Pattern));
        assert_eq!(read("9:5"), Err(ViolationCode::Format));
    }

    #[test]
    fn a_value_that_the_contract_cannot_tell_is_refused() {
        let half = Time::constant(9, 5, 30, 0);
        let (noon, nine) = (Time::constant(12, 0, 0, 0), Time::constant(9, 0, 0, 0));
        assert!(ShownTime::try_from(half).is_err());
        assert!(MorningTime::try_from(noon).is_err());
        assert!(MorningTime::try_from(nine).is_ok());
    }
}
