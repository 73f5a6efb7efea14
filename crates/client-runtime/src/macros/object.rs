//! Objects that are sent: their checks, and their builders.

/// An object that is sent, its builder, and each property: whether it is `required` or `optional`,
/// its field, its type, its name in the contract, and where it may be `null` the builder's method
/// that says so.
///
/// ```text
/// object! {
///     Change, ChangeBuilder;
///     required day: Date = "day";
///     optional wishes: Wishes = "wishes", or null: wishes_null;
/// }
/// ```
#[macro_export]
macro_rules! object {
    (
        $name:ident, $builder:ident;
        $($need:ident $field:ident: $ty:ty = $wire:literal $(, or null: $null:ident)?;)*
    ) => {
        impl $name {
            /// A builder that checks each value, and says the path of one that breaks a rule.
            pub fn builder() -> $builder {
                <$builder as ::core::default::Default>::default()
            }
        }

        impl $crate::Validate for $name {
            fn validate(&self) -> ::core::result::Result<(), $crate::InvalidField> {
                $($crate::validate_property($wire, &self.$field)?;)*
                ::core::result::Result::Ok(())
            }
        }

        #[doc = concat!("Makes a [`", stringify!($name), "`].")]
        #[derive(Debug, Clone, Default)]
        #[must_use = "a builder makes nothing by itself"]
        pub struct $builder {
            $($field: ::core::option::Option<$crate::__property!($ty $(, $null)?)>,)*
            invalid: ::core::option::Option<$crate::InvalidField>,
        }

        impl $builder {
            $(
                #[doc = concat!("Sets `", $wire, "`.")]
                pub fn $field(
                    mut self,
                    value: impl $crate::IntoField<$ty>,
                ) -> Self {
                    match $crate::within::<$ty>($wire, value) {
                        ::core::result::Result::Ok(value) => {
                            self.$field =
                                ::core::option::Option::Some(::core::convert::From::from(value));
                        }
                        ::core::result::Result::Err(invalid) => {
                            self.invalid.get_or_insert(invalid);
                        }
                    }
                    self
                }

                $(
                    #[doc = concat!("Sets `", $wire, "` to `null`.")]
                    pub fn $null(mut self) -> Self {
                        self.$field = ::core::option::Option::Some($crate::Nullable::Null);
                        self
                    }
                )?
            )*

            /// The object.
            ///
            /// # Errors
            /// The first value that broke a rule, or a required property that was not set.
            pub fn build(self) -> ::core::result::Result<$name, $crate::InvalidField> {
                if let ::core::option::Option::Some(invalid) = self.invalid {
                    return ::core::result::Result::Err(invalid);
                }
                ::core::result::Result::Ok($name {
                    $($field: $crate::__taken!($need, self.$field, $wire),)*
                })
            }
        }

        impl ::core::convert::TryFrom<$builder> for $name {
            type Error = $crate::InvalidField;

            fn try_from(
                builder: $builder,
            ) -> ::core::result::Result<Self, $crate::InvalidField> {
                builder.build()
            }
        }
    };
}

/// The type of a property's value.
#[doc(hidden)]
#[macro_export]
macro_rules! __property {
    ($ty:ty) => {
        $ty
    };
    ($ty:ty, $null:ident) => {
        $crate::Nullable<$ty>
    };
}

/// What a builder has taken in for a property.
#[doc(hidden)]
#[macro_export]
macro_rules! __taken {
    (required, $value:expr, $wire:literal) => {
        $value.ok_or_else(|| $crate::missing($wire))?
    };
    (optional, $value:expr, $wire:literal) => {
        $value
    };
}
