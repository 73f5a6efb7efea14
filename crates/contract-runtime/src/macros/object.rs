//! Object types.

/// An object of a contract: a struct with public fields, because each field's type keeps its own
/// rules. `asked` objects are read from requests, `answered` ones are written; a `closed` object
/// has no other properties.
#[doc(hidden)]
#[macro_export]
macro_rules! object {
    (
        $(#[$meta:meta])*
        $type:ident $name:literal, referenceable: $referenceable:literal, $openness:ident,
        [$($direction:ident)*] $body:tt
    ) => {
        $crate::object_struct!($(#[$meta])* $type, $body);
        $crate::object_schema!($type $name, $referenceable, $openness, $body);
        $($crate::object_direction!($direction $openness $type $body);)*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! object_struct {
    (
        $(#[$meta:meta])*
        $type:ident,
        { $($(#[$field_meta:meta])* $wire:literal => $field:ident: $value:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $type {
            $(
                #[doc = concat!("`", $wire, "`")]
                #[doc = ""]
                $(#[$field_meta])*
                pub $field: $value,
            )*
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! object_schema {
    (
        $type:ident $name:literal, $referenceable:literal, $openness:ident,
        { $($(#[$field_meta:meta])* $wire:literal => $field:ident: $value:ty,)* }
    ) => {
        $crate::schema_as!($type, $name, referenceable: $referenceable, |generator| {
            let _ = &generator;
            $crate::metadata::ObjectSchema::new($crate::is_closed!($openness))
                $(.property(
                    $wire,
                    <$value as $crate::Property>::REQUIRED,
                    <$value as $crate::Property>::schema(generator),
                ))*
        });
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! is_closed {
    (closed) => {
        true
    };
    (open) => {
        false
    };
}

/// What an object can do that travels in one direction.
#[doc(hidden)]
#[macro_export]
macro_rules! object_direction {
    (
        answered $openness:ident $type:ident
        { $($(#[$field_meta:meta])* $wire:literal => $field:ident: $value:ty,)* }
    ) => {
        impl $crate::support::serde::Serialize for $type {
            fn serialize<S: $crate::support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                const NAMES: &[&str] = &[$($wire),*];
                let object = serializer.serialize_struct(stringify!($type), NAMES.len())?;
                $(let object = $crate::private::write_property(&self.$field, $wire, object)?;)*
                $crate::support::serde::ser::SerializeStruct::end(object)
            }
        }
    };
    (
        asked $openness:ident $type:ident
        { $($(#[$field_meta:meta])* $wire:literal => $field:ident: $value:ty,)* }
    ) => {
        $crate::field_names!($type { $($wire => $field,)* });

        impl<'de> $crate::support::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                struct Properties;

                impl<'de> $crate::support::serde::de::Visitor<'de> for Properties {
                    type Value = $type;

                    fn expecting(
                        &self,
                        formatter: &mut ::std::fmt::Formatter<'_>,
                    ) -> ::std::fmt::Result {
                        formatter.write_str("an object")
                    }

                    fn visit_map<A: $crate::support::serde::de::MapAccess<'de>>(
                        self,
                        mut entries: A,
                    ) -> Result<$type, A::Error> {
                        $(let mut $field: Option<$value> = None;)*
                        while let Some($crate::private::PropertyName(name)) =
                            entries.next_key()?
                        {
                            match &*name {
                                $($wire => $crate::private::read_property(
                                    &mut $field,
                                    $wire,
                                    &mut entries,
                                )?,)*
                                other => $crate::unknown_property!(
                                    $openness, entries, other, [$($wire),*]
                                ),
                            }
                        }
                        Ok($type {
                            $($field: $crate::private::finish_property($field, $wire)?,)*
                        })
                    }
                }

                // Only an object has entries: serde's own structs would read an array too, its
                // items taken for the fields in their order.
                deserializer.deserialize_map(Properties)
            }
        }

        impl $crate::Inspect for $type {
            fn inspect(
                value: &$crate::support::serde_json::Value,
                violations: &mut $crate::Violations,
            ) {
                const NAMES: &[&str] = &[$($wire),*];
                if let Some(inspector) = $crate::Inspector::new(value, violations) {
                    let inspector = inspector $(.property::<$value>($wire))*;
                    inspector.end($crate::is_closed!($openness).then_some(NAMES));
                }
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! unknown_property {
    (closed, $entries:ident, $name:ident, [$($wire:literal),*]) => {
        return Err($crate::support::serde::de::Error::unknown_field($name, &[$($wire),*]))
    };
    (open, $entries:ident, $name:ident, [$($wire:literal),*]) => {{
        let _ = $name;
        $entries.next_value::<$crate::support::serde::de::IgnoredAny>()?;
    }};
}

/// The names of the fields of a type that callers send, as problems name them.
#[doc(hidden)]
#[macro_export]
macro_rules! field_names {
    ($type:ident { $($wire:literal => $field:ident,)* }) => {
        const _: () = {
            /// The names of the fields, for problems that are about one.
            #[derive(Debug, Clone, Copy)]
            pub struct FieldNames {
                $(
                    #[doc = concat!("`", $wire, "`")]
                    pub $field: $crate::FieldName,
                )*
            }

            impl $type {
                /// The names of the fields, for problems that are about one.
                pub const FIELDS: FieldNames = FieldNames {
                    $($field: $crate::FieldName::from_contract($wire),)*
                };
            }
        };
    };
}
