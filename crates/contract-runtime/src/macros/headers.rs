//! Headers of answers.

/// The sets of headers that answers of a contract declare, each a struct.
#[doc(hidden)]
#[macro_export]
macro_rules! headers {
    ($(
        $(#[$meta:meta])*
        $type:ident {
            $($(#[$field_meta:meta])* $wire:literal => $field:ident: $value:ty,)*
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $type {
            $($(#[$field_meta])* pub $field: $value,)*
        }

        impl $crate::ResponseHeaders for $type {
            fn write(
                &self,
                headers: &mut $crate::support::http::HeaderMap,
            ) -> Result<(), $crate::InvalidHeader> {
                $($crate::HeaderField::write(&self.$field, $wire, headers)?;)*
                Ok(())
            }
        }

        $crate::schema_as!($type, stringify!($type), referenceable: false, |generator| {
            $crate::metadata::ObjectSchema::new(false)
                $(.property(
                    $wire,
                    <$value as $crate::HeaderField>::REQUIRED,
                    <$value as $crate::HeaderField>::schema(generator),
                ))*
        });
    )*};
}
