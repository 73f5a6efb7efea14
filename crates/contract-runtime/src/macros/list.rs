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
                let mut accepts = true;
                Self::RULES.each_violation(&items, |violation| {
                    accepts = false;
                    violations.report(violation);
                });
                accepts.then_some(Self(items))
            }
        }
    };
}
