//! What the macros of all kinds share.

/// `Display` through what the closure gives.
#[doc(hidden)]
#[macro_export]
macro_rules! display_as {
    ($type:ident, |$value:ident| $shown:expr) => {
        impl ::std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let $value = self;
                ::std::fmt::Display::fmt(&$shown, formatter)
            }
        }
    };
}

/// `Debug` as it is derived; for `personal` data it says only that there is some.
#[doc(hidden)]
#[macro_export]
macro_rules! debug_as {
    ($type:ident) => {
        impl ::std::fmt::Debug for $type {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter
                    .debug_tuple(stringify!($type))
                    .field(&self.0)
                    .finish()
            }
        }
    };
    (personal $type:ident) => {
        impl ::std::fmt::Debug for $type {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(concat!(stringify!($type), "([personal data])"))
            }
        }
    };
}

/// `Serialize` through what the closure gives, `Deserialize` through `TryFrom<$repr>`.
#[doc(hidden)]
#[macro_export]
macro_rules! serde_as {
    ($type:ident, $repr:ty, |$value:ident| $written:expr) => {
        impl $crate::support::serde::Serialize for $type {
            fn serialize<S: $crate::support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                let $value = self;
                $crate::support::serde::Serialize::serialize(&$written, serializer)
            }
        }

        impl<'de> $crate::support::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let read =
                    <$repr as $crate::support::serde::Deserialize>::deserialize(deserializer)?;
                <Self as ::std::convert::TryFrom<$repr>>::try_from(read)
                    .map_err($crate::support::serde::de::Error::custom)
            }
        }
    };
}

/// `JsonSchema` through what the closure gives.
#[doc(hidden)]
#[macro_export]
macro_rules! schema_as {
    ($type:ident, $name:expr, referenceable: $referenceable:literal,
     |$generator:ident| $schema:expr) => {
        impl $crate::ContractType for $type {}

        impl $crate::support::schemars::JsonSchema for $type {
            fn schema_name() -> String {
                $name.to_owned()
            }

            fn is_referenceable() -> bool {
                $referenceable
            }

            fn json_schema(
                $generator: &mut $crate::support::schemars::r#gen::SchemaGenerator,
            ) -> $crate::support::schemars::schema::Schema {
                $schema.into()
            }
        }
    };
}

/// Makes a scalar one that a parameter can be read into. `text` says whether JSON has it in quotes.
#[doc(hidden)]
#[macro_export]
macro_rules! scalar_parameter {
    ($type:ident, text: $text:literal) => {
        impl $crate::ParameterValue for $type {
            const IS_TEXT: bool = $text;

            fn from_texts(texts: &[&str], violations: &mut $crate::Violations) -> Option<Self> {
                $crate::private::single(texts, violations)
            }
        }
    };
}
