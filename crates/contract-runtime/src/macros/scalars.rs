//! The head of each scalar and list type: what generated code writes of it, and what it becomes.

/// A string of a contract, with its rules. What is `personal` is not shown by `Debug`.
#[doc(hidden)]
#[macro_export]
macro_rules! text {
    (
        $(#[$meta:meta])*
        $type:ident $name:literal, referenceable: $referenceable:literal, $($personal:ident,)?
        { $($rule:ident: $value:expr,)* } $(regex $regex:literal)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(String);

        $crate::debug_as!($($personal)? $type);

        impl $type {
            /// What the contract asks of the text.
            pub const RULES: $crate::rules::TextRules = {
                let rules = $crate::rules::TextRules::NONE;
                $(let rules = $crate::rules::TextRules { $rule: Some($value), ..rules };)*
                rules
            };
        }

        $crate::text_type!($type, $name, referenceable: $referenceable $(, regex: $regex)?);
    };
}

/// A string of a contract that is held as what was read, with its rules. What is `personal` is not
/// shown by `Debug`.
#[doc(hidden)]
#[macro_export]
macro_rules! formatted {
    (
        $(#[$meta:meta])*
        $type:ident($kind:ident) $name:literal, referenceable: $referenceable:literal, $($personal:ident,)?
        { $($rule:ident: $value:expr,)* } $(regex $regex:literal)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type($crate::private::$kind);

        $crate::debug_as!($($personal)? $type);

        impl $type {
            /// What the contract asks of the text.
            pub const RULES: $crate::rules::TextRules = {
                let rules = $crate::rules::TextRules::NONE;
                $(let rules = $crate::rules::TextRules { $rule: Some($value), ..rules };)*
                rules
            };
        }

        $crate::formatted_type!($type, $kind, $name, referenceable: $referenceable $(, regex: $regex)?);
    };
}

/// An integer of a contract, with its rules.
#[doc(hidden)]
#[macro_export]
macro_rules! integer {
    (
        $(#[$meta:meta])*
        $type:ident($repr:ty) $name:literal, referenceable: $referenceable:literal,
        { $($rule:ident: $value:expr,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type($repr);

        impl $type {
            /// What the contract asks of the integer.
            pub const RULES: $crate::rules::IntegerRules = {
                let rules = $crate::rules::IntegerRules::NONE;
                $(let rules = $crate::rules::IntegerRules { $rule: $value, ..rules };)*
                rules
            };
        }

        $crate::integer_type!($type, $repr, $name, referenceable: $referenceable);
    };
}

/// A number of a contract, with its rules.
#[doc(hidden)]
#[macro_export]
macro_rules! number {
    (
        $(#[$meta:meta])*
        $type:ident $name:literal, referenceable: $referenceable:literal,
        { $($rule:ident: $value:expr,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct $type(f64);

        impl $type {
            /// What the contract asks of the number.
            pub const RULES: $crate::rules::NumberRules = {
                let rules = $crate::rules::NumberRules::NONE;
                $(let rules = $crate::rules::NumberRules { $rule: $value, ..rules };)*
                rules
            };
        }

        $crate::number_type!($type, $name, referenceable: $referenceable);
    };
}

/// A list of a contract, with its rules, and the ways in which it travels: `asked`, `answered`,
/// or `repeated` as a query parameter.
#[doc(hidden)]
#[macro_export]
macro_rules! array {
    (
        $(#[$meta:meta])*
        $type:ident($item:ty) $name:literal, referenceable: $referenceable:literal,
        [$($direction:ident)*] { $($rule:ident: $value:expr,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $type(Vec<$item>);

        impl $type {
            /// What the contract asks of the list.
            pub const RULES: $crate::rules::ArrayRules = {
                let rules = $crate::rules::ArrayRules::NONE;
                $(let rules = $crate::rules::ArrayRules { $rule: $value, ..rules };)*
                rules
            };
        }

        $crate::array_type!($type, $item, $name, referenceable: $referenceable);
        $($crate::array_direction!($direction $type, $item);)*
    };
}

/// A string out of a closed list.
#[doc(hidden)]
#[macro_export]
macro_rules! enumeration {
    ($(#[$meta:meta])* $type:ident $name:literal { $($variant:ident = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $(
                #[doc = concat!("`", $wire, "`")]
                $variant,
            )*
        }

        impl $type {
            /// Each value as it travels, in the order of the contract.
            pub const VALUES: &[(&str, Self)] = &[$(($wire, Self::$variant),)*];
        }

        $crate::enum_type!($type, $name);
    };
}
