//! What all generated types of one kind have in common, as one macro for each kind.
//!
//! Generated code writes the type and its rules out, so that they can be read; these macros
//! add the conversions. They are for generated code only.

/// Conversions of a string type: `struct T(String)` with `const RULES: TextRules`.
#[doc(hidden)]
#[macro_export]
macro_rules! text_type {
    ($type:ident, $name:literal, referenceable: $referenceable:literal) => {
        $crate::text_type!($type, $name, referenceable: $referenceable, pattern: {
            None::<&$crate::support::regex::Regex>
        });
    };
    ($type:ident, $name:literal, referenceable: $referenceable:literal, regex: $regex:literal) => {
        $crate::text_type!($type, $name, referenceable: $referenceable, pattern: {
            static PATTERN: ::std::sync::LazyLock<$crate::support::regex::Regex> =
                ::std::sync::LazyLock::new(|| {
                    $crate::support::regex::Regex::new($regex)
                        .expect("the generator has compiled this pattern")
                });
            Some(&*PATTERN)
        });
    };
    ($type:ident, $name:literal, referenceable: $referenceable:literal, pattern: $pattern:block) => {
        impl $type {
            fn pattern() -> Option<&'static $crate::support::regex::Regex> {
                $pattern
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, taken out.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl ::std::convert::TryFrom<String> for $type {
            type Error = $crate::Broken;

            fn try_from(text: String) -> Result<Self, $crate::Broken> {
                if Self::RULES.obeys(&text, Self::pattern()) {
                    return Ok(Self(text));
                }
                let mut first = None;
                Self::RULES.each_broken(&text, Self::pattern(), |broken| {
                    first.get_or_insert(broken);
                });
                first.map_or(Ok(Self(text)), Err)
            }
        }

        impl ::std::convert::TryFrom<&str> for $type {
            type Error = $crate::Broken;

            fn try_from(text: &str) -> Result<Self, $crate::Broken> {
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
                if Self::RULES.obeys(text, Self::pattern()) {
                    return Some(Self(text.to_owned()));
                }
                Self::RULES.each_broken(text, Self::pattern(), |broken| violations.report(broken));
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
                        .each_broken(text, Self::pattern(), |broken| violations.report(broken)),
                    None => violations.report($crate::private::wrong_type(value, "a string")),
                }
            }
        }

        $crate::display_as!($type, |value| value.0);
        $crate::serde_as!($type, String, |value| &value.0);
        $crate::schema_as!($type, $name, referenceable: $referenceable, |_generator| {
            Self::RULES.schema()
        });
    };
}

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
        }

        impl ::std::convert::TryFrom<$repr> for $type {
            type Error = $crate::Broken;

            fn try_from(value: $repr) -> Result<Self, $crate::Broken> {
                if Self::RULES.obeys(i64::from(value)) {
                    return Ok(Self(value));
                }
                let mut first = None;
                Self::RULES.each_broken(i64::from(value), |broken| {
                    first.get_or_insert(broken);
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
                let mut obeys = true;
                Self::RULES.each_broken(i64::from(value), |broken| {
                    obeys = false;
                    violations.report(broken);
                });
                obeys.then_some(Self(value))
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                if let Some(value) = $crate::private::integer_of_json::<$repr>(value, violations)
                {
                    Self::RULES.each_broken(i64::from(value), |broken| violations.report(broken));
                }
            }
        }

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
            type Error = $crate::Broken;

            fn try_from(value: f64) -> Result<Self, $crate::Broken> {
                let finite = $crate::private::finite(value)?;
                if Self::RULES.obeys(finite) {
                    return Ok(Self(finite));
                }
                let mut first = None;
                Self::RULES.each_broken(finite, |broken| {
                    first.get_or_insert(broken);
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
                let mut obeys = true;
                Self::RULES.each_broken(value, |broken| {
                    obeys = false;
                    violations.report(broken);
                });
                obeys.then_some(Self(value))
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                match value.as_f64() {
                    Some(value) => {
                        Self::RULES.each_broken(value, |broken| violations.report(broken));
                    }
                    None => violations.report($crate::private::wrong_type(value, "a number")),
                }
            }
        }

        $crate::display_as!($type, |value| value.0);
        $crate::serde_as!($type, f64, |value| value.0);
        $crate::schema_as!($type, $name, referenceable: $referenceable, |_generator| {
            Self::RULES.schema()
        });
    };
}

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

            fn of_wire(text: &str) -> Result<Self, $crate::Broken> {
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
            type Error = $crate::Broken;

            fn try_from(text: String) -> Result<Self, $crate::Broken> {
                Self::of_wire(&text)
            }
        }

        impl ::std::convert::TryFrom<&str> for $type {
            type Error = $crate::Broken;

            fn try_from(text: &str) -> Result<Self, $crate::Broken> {
                Self::of_wire(text)
            }
        }

        impl $crate::FromParameter for $type {
            fn from_parameter(text: &str, violations: &mut $crate::Violations) -> Option<Self> {
                Self::of_wire(text)
                    .map_err(|broken| violations.report(broken))
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
                        if let Err(broken) = Self::of_wire(text) {
                            violations.report(broken);
                        }
                    }
                    None => violations.report($crate::private::wrong_type(value, "a string")),
                }
            }
        }

        $crate::display_as!($type, |value| value.as_str());
        $crate::serde_as!($type, String, |value| value.as_str());
        $crate::schema_as!($type, $name, referenceable: true, |_generator| {
            $crate::private::enum_schema(Self::VALUES.iter().map(|(wire, _)| *wire))
        });
    };
}

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
            type Error = $crate::Broken;

            fn try_from(value: $crate::private::$kind) -> Result<Self, $crate::Broken> {
                <$crate::private::$kind as $crate::private::Formatted>::checked(value).map(Self)
            }
        }

        impl ::std::convert::TryFrom<String> for $type {
            type Error = $crate::Broken;

            fn try_from(text: String) -> Result<Self, $crate::Broken> {
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
                    .map_err(|broken| violations.report(broken))
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
                        if let Err(broken) =
                            <$crate::private::$kind as $crate::private::Formatted>::read(text)
                        {
                            violations.report(broken);
                        }
                    }
                    None => violations.report($crate::private::wrong_type(value, "a string")),
                }
            }
        }

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

        $crate::display_as!($type, |value| value.0);
        $crate::serde_as!($type, bool, |value| value.0);
        $crate::schema_as!($type, $name, referenceable: true, |_generator| {
            $crate::private::boolean_schema()
        });
    };
}

/// Conversions of a list type: `struct T(Vec<Item>)` with `const RULES: ArrayRules`.
#[doc(hidden)]
#[macro_export]
macro_rules! array_type {
    ($type:ident, $item:ty, $name:literal, referenceable: $referenceable:literal) => {
        impl $type {
            /// The items.
            #[must_use]
            pub fn as_slice(&self) -> &[$item] {
                &self.0
            }

            /// The items, taken out.
            #[must_use]
            pub fn into_vec(self) -> Vec<$item> {
                self.0
            }
        }

        impl ::std::convert::TryFrom<Vec<$item>> for $type {
            type Error = $crate::Broken;

            fn try_from(items: Vec<$item>) -> Result<Self, $crate::Broken> {
                let mut first = None;
                Self::RULES.each_broken(&items, |broken| {
                    first.get_or_insert(broken);
                });
                first.map_or(Ok(Self(items)), Err)
            }
        }

        impl ::std::convert::From<$type> for Vec<$item> {
            fn from(value: $type) -> Self {
                value.0
            }
        }

        impl ::std::iter::IntoIterator for $type {
            type Item = $item;
            type IntoIter = ::std::vec::IntoIter<$item>;

            fn into_iter(self) -> Self::IntoIter {
                self.0.into_iter()
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                let Some(items) = value.as_array() else {
                    violations.report($crate::private::wrong_type(value, "an array"));
                    return;
                };
                Self::RULES.each_broken(items, |broken| violations.report(broken));
                for (index, item) in items.iter().enumerate() {
                    violations.within_item(index, |violations| {
                        <$item as $crate::Inspect>::inspect(item, violations);
                    });
                }
            }
        }

        $crate::serde_as!($type, Vec<$item>, |value| &value.0);
        $crate::schema_as!($type, $name, referenceable: $referenceable, |generator| {
            Self::RULES.schema(generator.subschema_for::<$item>())
        });
    };
}

/// Makes a list type one that a repeated query parameter can be read into.
#[doc(hidden)]
#[macro_export]
macro_rules! repeated_type {
    ($type:ident, $item:ty) => {
        impl $crate::FromRepeated for $type {
            fn from_repeated(texts: &[&str], violations: &mut $crate::Violations) -> Option<Self> {
                let items = $crate::parse_repeated::<$item>(texts, violations)?;
                let mut obeys = true;
                Self::RULES.each_broken(&items, |broken| {
                    obeys = false;
                    violations.report(broken);
                });
                obeys.then_some(Self(items))
            }
        }
    };
}

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
    ($type:ident, $name:literal, referenceable: $referenceable:literal,
     |$generator:ident| $schema:expr) => {
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
