//! Integers, numbers, and values that jiff and uuid parse.

/// An integer: `integer!(PartySize, i32, 1, 20, 1)`, with its inclusive bounds and its step.
#[macro_export]
macro_rules! integer {
    ($name:ident, $repr:ident, $minimum:expr, $maximum:expr, $step:expr) => {
        impl $name {
            /// The smallest value that may be sent.
            pub const MIN: $repr = $minimum;
            /// The largest value that may be sent.
            pub const MAX: $repr = $maximum;

            /// The value, if it is within its bounds.
            ///
            /// # Errors
            /// The rule of the contract that it breaks.
            pub const fn new(value: $repr) -> ::core::result::Result<Self, $crate::InvalidValue> {
                match $crate::check_integer(value as i64, Self::MIN as i64, Self::MAX as i64, $step)
                {
                    ::core::result::Result::Ok(()) => ::core::result::Result::Ok(Self(value)),
                    ::core::result::Result::Err(rule) => ::core::result::Result::Err(rule),
                }
            }

            /// The value as an integer.
            #[must_use]
            pub const fn get(self) -> $repr {
                self.0
            }
        }

        impl $crate::Validate for $name {
            fn validate(&self) -> ::core::result::Result<(), $crate::InvalidField> {
                Self::new(self.0)?;
                ::core::result::Result::Ok(())
            }
        }

        $crate::__integer_from!($name, $repr, i32);
        $crate::__integer_from!($name, $repr, i64);

        impl $crate::FromHeader for $name {
            fn from_header(text: &str) -> ::core::option::Option<Self> {
                text.parse().ok().map(Self)
            }
        }

        $crate::__wrapper!($name, $repr, $repr);
        $crate::__travels_as_inner!($name, $repr);
    };
}

/// The conversion from an integer that may be wider than the type.
#[doc(hidden)]
#[macro_export]
macro_rules! __integer_from {
    ($name:ident, $repr:ident, $from:ident) => {
        impl ::core::convert::TryFrom<$from> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(value: $from) -> ::core::result::Result<Self, $crate::InvalidValue> {
                let wide = ::core::primitive::i128::from(value);
                match <$repr as ::core::convert::TryFrom<_>>::try_from(wide) {
                    ::core::result::Result::Ok(value) => Self::new(value),
                    ::core::result::Result::Err(_) if value < 0 => ::core::result::Result::Err(
                        $crate::InvalidValue::BelowMinimum(Self::MIN as i64),
                    ),
                    ::core::result::Result::Err(_) => ::core::result::Result::Err(
                        $crate::InvalidValue::AboveMaximum(Self::MAX as i64),
                    ),
                }
            }
        }
    };
}

/// A number: `number!(Latitude, Included(-90.0), Included(90.0), None)`, with its bounds and step.
#[macro_export]
macro_rules! number {
    ($name:ident, $minimum:expr, $maximum:expr, $step:expr) => {
        impl $name {
            /// The value, if it is within its bounds.
            ///
            /// # Errors
            /// The rule of the contract that it breaks.
            pub fn new(value: f64) -> ::core::result::Result<Self, $crate::InvalidValue> {
                $crate::check_number(value, $minimum, $maximum, $step)?;
                ::core::result::Result::Ok(Self(value))
            }

            /// The value as a number.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl $crate::Validate for $name {
            fn validate(&self) -> ::core::result::Result<(), $crate::InvalidField> {
                Self::new(self.0)?;
                ::core::result::Result::Ok(())
            }
        }

        impl ::core::convert::TryFrom<f64> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(value: f64) -> ::core::result::Result<Self, $crate::InvalidValue> {
                Self::new(value)
            }
        }

        impl $crate::FromHeader for $name {
            fn from_header(text: &str) -> ::core::option::Option<Self> {
                text.parse().ok().map(Self)
            }
        }

        $crate::__wrapper!($name, f64, f64);
        $crate::__travels_as_inner!($name, f64);
    };
}

/// A text that a library parses: `parsed!(BookingDate, jiff::civil::Date, "date (2027-02-15)")`,
/// with its Rust type and what to call it.
#[macro_export]
macro_rules! parsed {
    ($name:ident, $library:ident $(:: $segment:ident)+, $form:literal) => {
        impl $crate::Validate for $name {
            fn validate(&self) -> ::core::result::Result<(), $crate::InvalidField> {
                ::core::result::Result::Ok(())
            }
        }

        impl ::core::convert::From<$crate::support::$library $(:: $segment)+> for $name {
            fn from(value: $crate::support::$library $(:: $segment)+) -> Self {
                Self(value)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::InvalidValue> {
                text.parse()
                    .map(Self)
                    .map_err(|_| $crate::InvalidValue::Format($form))
            }
        }

        impl $crate::FromHeader for $name {
            fn from_header(text: &str) -> ::core::option::Option<Self> {
                text.parse().ok()
            }
        }

        $crate::__from_text!($name);
        $crate::__wrapper!(
            $name,
            $crate::support::$library $(:: $segment)+,
            $crate::support::$library $(:: $segment)+
        );
        $crate::__travels_as_inner!($name, $crate::support::$library $(:: $segment)+);
    };
}
