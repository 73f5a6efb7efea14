//! List types.

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
            type Error = $crate::RuleViolation;

            fn try_from(items: Vec<$item>) -> Result<Self, $crate::RuleViolation> {
                let mut first = None;
                Self::RULES.each_violation(&items, |violation| {
                    first.get_or_insert(violation);
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

        $crate::schema_as!($type, $name, referenceable: $referenceable, |generator| {
            Self::RULES.schema(generator.subschema_for::<$item>())
        });
    };
}

/// What a list can do that travels in one direction.
#[doc(hidden)]
#[macro_export]
macro_rules! array_direction {
    (answered $type:ident, $item:ty) => {
        impl $crate::support::serde::Serialize for $type {
            fn serialize<S: $crate::support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                $crate::support::serde::Serialize::serialize(&self.0, serializer)
            }
        }
    };
    (asked $type:ident, $item:ty) => {
        impl<'de> $crate::support::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let items =
                    <Vec<$item> as $crate::support::serde::Deserialize>::deserialize(deserializer)?;
                <Self as ::std::convert::TryFrom<Vec<$item>>>::try_from(items)
                    .map_err($crate::support::serde::de::Error::custom)
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
                $crate::private::inspect_list::<$item>(Self::RULES, items, violations);
                for (index, item) in items.iter().enumerate() {
                    violations.within_item(index, |violations| {
                        <$item as $crate::Inspect>::inspect(item, violations);
                    });
                }
            }
        }
    };
    (repeated $type:ident, $item:ty) => {
        impl $crate::ParameterValue for $type {
            const IS_TEXT: bool = false;

            fn from_texts(texts: &[&str], violations: &mut $crate::Violations) -> Option<Self> {
                let items = $crate::parse_repeated::<$item>(texts, violations)?;
                let mut accepted = true;
                Self::RULES.each_violation(&items, |violation| {
                    accepted = false;
                    violations.report(violation);
                });
                accepted.then_some(Self(items))
            }

            fn parameter_schema(
                generator: &mut $crate::support::schemars::r#gen::SchemaGenerator,
            ) -> $crate::support::schemars::schema::Schema {
                $crate::metadata::repeated(
                    <Self as $crate::support::schemars::JsonSchema>::json_schema(generator),
                )
            }
        }
    };
}
