//! What a generated type is made of, beside its declaration. One macro for each kind of type.
//!
//! The macros name everything by its whole path: a contract may call a type `String`.

mod object;
mod response;
mod scalar;
mod text;

/// How every type that wraps a value travels: as the value. Reading takes it as it came.
#[doc(hidden)]
#[macro_export]
macro_rules! __travels_as_inner {
    ($name:ident, $inner:ty) => {
        impl $crate::support::serde::Serialize for $name {
            fn serialize<S: $crate::support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::support::serde::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> $crate::support::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                <$inner as $crate::support::serde::Deserialize>::deserialize(deserializer).map(Self)
            }
        }
    };
}

/// What every type has that wraps a value and travels as text in paths, queries and headers.
#[doc(hidden)]
#[macro_export]
macro_rules! __wrapper {
    ($name:ident, $inner:ty, $target:ty) => {
        impl ::core::ops::Deref for $name {
            type Target = $target;

            fn deref(&self) -> &$target {
                &self.0
            }
        }

        impl ::core::convert::From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

/// `Debug` of a value that tells of a person, or is a secret of one: it says only that there is one.
#[macro_export]
macro_rules! personal_data {
    ($name:ident) => {
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(::core::concat!(
                    ::core::stringify!($name),
                    "([personal data])"
                ))
            }
        }
    };
}

/// The conversions from text that a type with `FromStr` has.
#[doc(hidden)]
#[macro_export]
macro_rules! __from_text {
    ($name:ident) => {
        impl ::core::convert::TryFrom<&str> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(text: &str) -> ::core::result::Result<Self, $crate::InvalidValue> {
                ::core::str::FromStr::from_str(text)
            }
        }

        impl ::core::convert::TryFrom<::std::string::String> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(
                text: ::std::string::String,
            ) -> ::core::result::Result<Self, $crate::InvalidValue> {
                ::core::str::FromStr::from_str(&text)
            }
        }

        impl ::core::convert::TryFrom<&::std::string::String> for $name {
            type Error = $crate::InvalidValue;

            fn try_from(
                text: &::std::string::String,
            ) -> ::core::result::Result<Self, $crate::InvalidValue> {
                ::core::str::FromStr::from_str(text)
            }
        }
    };
}
