//! Texts, enumerations of texts, and lists.

/// A text: `text!(CustomerName, 1, 100)` or `text!(Cursor, 1, 512, "^…$", r"^…$")`, with its
/// lengths in Unicode scalar values, and its pattern as the contract has it and as `regex` reads it.
#[macro_export]
macro_rules! text {
    ($name:ident, $minimum:expr, $maximum:expr) => {
        $crate::text!(@type $name, $minimum, $maximum, ::core::option::Option::None);
    };
    ($name:ident, $minimum:expr, $maximum:expr, $pattern:literal, $regex:literal) => {
        $crate::text!(@type $name, $minimum, $maximum, {
            static PATTERN: ::std::sync::LazyLock<
                ::core::result::Result<
                    $crate::support::regex::Regex,
                    $crate::support::regex::Error,
                >,
            > = ::std::sync::LazyLock::new(|| $crate::support::regex::Regex::new($regex));
            // The generator has compiled the pattern with the same library. If it could not be
            // compiled here, the server would still check it.
            PATTERN.as_ref().ok().map(|pattern| ($pattern, pattern))
        });
    };
    (@type $name:ident, $minimum:expr, $maximum:expr, $pattern:expr) => {
        impl $name {
            /// The text, if it keeps its rules.
            ///
            /// # Errors
            /// The rule of the contract that it breaks.
            pub fn new(
                text: impl ::core::convert::Into<::std::string::String>,
            ) -> ::core::result::Result<Self, $crate::InvalidValue> {
                let text = Self(text.into());
                text.check()?;
                ::core::result::Result::Ok(text)
            }

            fn check(&self) -> ::core::result::Result<(), $crate::InvalidValue> {
                $crate::check_text(&self.0, $minimum, $maximum, $pattern)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl $crate::Validate for $name {
            fn validate(&self) -> ::core::result::Result<(), $crate::InvalidField> {
                ::core::result::Result::Ok(self.check()?)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::InvalidValue> {
                Self::new(text)
            }
        }

        impl $crate::FromHeader for $name {
            fn from_header(text: &str) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(Self(::std::string::ToString::to_string(text)))
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        $crate::__from_text!($name);
        $crate::__wrapper!($name, ::std::string::String, str);
        $crate::__travels_as_inner!($name, ::std::string::String);
    };
}

/// An enumeration, whose values stand in its `VALUES`: `enumeration!(BookingSort)` for one that is
/// only sent, `enumeration!(BookingStatus, Unknown)` for one that is read, with the variant that
/// keeps what this client does not know.
#[macro_export]
macro_rules! enumeration {
    ($name:ident $(, $unknown:ident)?) => {
        impl $name {
            /// The value as it travels.
            #[must_use]
            pub fn as_str(&self) -> &str {
                $(
                    if let Self::$unknown(value) = self {
                        return value;
                    }
                )?
                let known = Self::VALUES.iter().find(|(_, value)| value == self);
                known.map_or("", |(text, _)| text)
            }

            fn known(text: &str) -> ::core::option::Option<Self> {
                let mut values = Self::VALUES.iter();
                let known = values.find(|(known, _)| *known == text);
                known.map(|(_, value)| value.clone())
            }

            fn read(text: &str) -> ::core::option::Option<Self> {
                let known = Self::known(text);
                $(
                    let known = known.or_else(|| {
                        ::core::option::Option::Some(Self::$unknown(
                            ::std::string::ToString::to_string(text),
                        ))
                    });
                )?
                known
            }
        }

        impl $crate::Validate for $name {
            fn validate(&self) -> ::core::result::Result<(), $crate::InvalidField> {
                $(
                    if let Self::$unknown(_) = self {
                        return ::core::result::Result::Err(
                            $crate::InvalidValue::NotAllowed.into(),
                        );
                    }
                )?
                ::core::result::Result::Ok(())
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::InvalidValue> {
                Self::known(text).ok_or($crate::InvalidValue::NotAllowed)
            }
        }

        impl $crate::FromHeader for $name {
            fn from_header(text: &str) -> ::core::option::Option<Self> {
                Self::read(text)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::support::serde::Serialize for $name {
            fn serialize<S: $crate::support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::support::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let text = <::std::string::String as $crate::support::serde::Deserialize>::
                    deserialize(deserializer)?;
                Self::read(&text).ok_or_else(|| {
                    <D::Error as $crate::support::serde::de::Error>::custom(
                        $crate::InvalidValue::NotAllowed,
                    )
                })
            }
        }

        $crate::__from_text!($name);
    };
}

/// A list: `list!(BookingStatusFilter, BookingStatus, 1, 5, true)`, with its items, its lengths,
/// and whether its items must differ.
#[macro_export]
macro_rules! list {
    ($name:ident, $item:ty, $minimum:expr, $maximum:expr, $unique:expr) => {
        impl $name {
            /// The list, if it keeps its rules. The items are checked when it is sent.
            ///
            /// # Errors
            /// The rule of the contract that it breaks.
            pub fn new(
                items: impl ::core::convert::Into<::std::vec::Vec<$item>>,
            ) -> ::core::result::Result<Self, $crate::InvalidValue> {
                let items = items.into();
                $crate::check_items(&items, $minimum, $maximum, $unique)?;
                ::core::result::Result::Ok(Self(items))
            }
        }

        impl $crate::Validate for $name {
            fn validate(&self) -> ::core::result::Result<(), $crate::InvalidField> {
                $crate::check_items(&self.0, $minimum, $maximum, $unique)?;
                $crate::validate_items(&self.0)
            }
        }

        impl ::core::convert::TryFrom<::std::vec::Vec<$item>> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(
                items: ::std::vec::Vec<$item>,
            ) -> ::core::result::Result<Self, $crate::InvalidValue> {
                Self::new(items)
            }
        }

        impl<const N: usize> ::core::convert::TryFrom<[$item; N]> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(items: [$item; N]) -> ::core::result::Result<Self, $crate::InvalidValue> {
                Self::new(items)
            }
        }

        $crate::__items!($name, $item);
    };
}

/// A list that is only read: `items!(Bookings, Booking)`.
#[macro_export]
macro_rules! items {
    ($name:ident, $item:ty) => {
        $crate::__items!($name, $item);
    };
}

/// What every list has.
#[doc(hidden)]
#[macro_export]
macro_rules! __items {
    ($name:ident, $item:ty) => {
        impl ::core::ops::Deref for $name {
            type Target = [$item];

            fn deref(&self) -> &[$item] {
                &self.0
            }
        }

        impl ::core::convert::From<$name> for ::std::vec::Vec<$item> {
            fn from(list: $name) -> Self {
                list.0
            }
        }

        impl ::core::iter::IntoIterator for $name {
            type Item = $item;
            type IntoIter = ::std::vec::IntoIter<$item>;

            fn into_iter(self) -> Self::IntoIter {
                self.0.into_iter()
            }
        }

        impl<'a> ::core::iter::IntoIterator for &'a $name {
            type Item = &'a $item;
            type IntoIter = ::core::slice::Iter<'a, $item>;

            fn into_iter(self) -> Self::IntoIter {
                self.0.iter()
            }
        }

        $crate::__travels_as_inner!($name, ::std::vec::Vec<$item>);
    };
}
