//! How a value with bounds is written: its bounds are public constants, and no value outside of
//! them can be made.
//!
//! The contract and the database state the same bounds. The server compares its side with the
//! constants while it is compiled, and then takes each other's values as they are (`from_bounded`);
//! the store reads every row back through `parse` and `new`.
//! A pattern is written as the contract has it (ECMA 262), so that the two texts can be compared;
//! a test beside this proves that what the code accepts is what the pattern says.

/// A text whose bounds are known while the program is compiled. Where they are as narrow as those
/// of a type here, the type takes it without looking at it again.
pub trait BoundedText {
    /// The least number of characters (Unicode scalar values).
    const MIN_CHARS: u32;
    /// The greatest number of characters (Unicode scalar values).
    const MAX_CHARS: u32;
    /// What the text looks like, as ECMA 262 writes a pattern.
    const PATTERN: &'static str;
    /// Whether the text is also a mailbox of RFC 5321, which `format: email` says in a contract.
    const IS_EMAIL: bool = false;

    /// The text.
    fn into_string(self) -> String;
}

/// A whole number whose bounds are known while the program is compiled, like a [`BoundedText`].
pub trait BoundedInteger {
    /// The least value.
    const MIN: i64;
    /// The greatest value.
    const MAX: i64;

    /// The number.
    fn into_integer(self) -> i64;
}

/// A number whose bounds are known while the program is compiled, like a [`BoundedText`].
pub trait BoundedNumber {
    /// The least value.
    const MIN: f64;
    /// The greatest value.
    const MAX: f64;

    /// The number, which is one.
    fn into_number(self) -> f64;
}

/// Whether two patterns are the same text, at compile time too.
pub(crate) const fn is_same_pattern(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut index = 0;
    while index < left.len() && index < right.len() && left[index] == right[index] {
        index += 1;
    }
    index == left.len() && index == right.len()
}

/// `Debug` as it is derived; of personal data it says only that there is some, so that no log of
/// what a program has in hand shows it.
macro_rules! debug_text {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter
                    .debug_tuple(stringify!($name))
                    .field(&self.0)
                    .finish()
            }
        }
    };
    ($name:ident, personal: true) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(concat!(stringify!($name), "([personal data])"))
            }
        }
    };
}

/// A text of a bounded number of characters (Unicode scalar values) in a certain alphabet. One that
/// is `personal: true`, as the contract's `x-personal-data` says, is not shown by `Debug`.
macro_rules! bounded_text {
    (
        $(#[$meta:meta])*
        $name:ident, $min:literal..=$max:literal, $pattern:literal, $accepts:expr
        $(, email: $is_email:literal)?
        $(, personal: $personal:tt)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        $crate::bounded::debug_text!($name $(, personal: $personal)?);

        impl $name {
            /// The least number of characters.
            pub const MIN_CHARS: u32 = $min;
            /// The greatest number of characters.
            pub const MAX_CHARS: u32 = $max;
            /// What the text looks like, as ECMA 262 writes a pattern.
            pub const PATTERN: &'static str = $pattern;

            /// The value that is written as `text`; `None` outside of the bounds.
            #[must_use]
            pub fn parse(text: impl Into<String>) -> Option<Self> {
                let text = text.into();
                let accepts: fn(&str) -> bool = $accepts;
                let chars = text.chars().count();
                let is_within = ($min..=$max).contains(&chars) && accepts(&text);
                is_within.then_some(Self(text))
            }

            /// The value for a text whose bounds are as narrow, which is proved while this is
            /// compiled.
            #[must_use]
            pub fn from_bounded<T: $crate::bounded::BoundedText>(text: T) -> Self {
                const {
                    assert!(
                        T::MIN_CHARS >= $min
                            && T::MAX_CHARS <= $max
                            && $crate::bounded::is_same_pattern(T::PATTERN, $pattern)
                            && (T::IS_EMAIL || !<Self as $crate::bounded::BoundedText>::IS_EMAIL),
                        concat!("the text's bounds are wider than those of ", stringify!($name))
                    );
                }
                Self(text.into_string())
            }

            /// The value as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The value as it is written.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl $crate::bounded::BoundedText for $name {
            const MIN_CHARS: u32 = $min;
            const MAX_CHARS: u32 = $max;
            const PATTERN: &'static str = $pattern;
            $(const IS_EMAIL: bool = $is_email;)?

            fn into_string(self) -> String {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

/// A whole number in a range. `$get` names the number and its unit.
macro_rules! bounded_integer {
    (
        $(#[$meta:meta])*
        $name:ident($inner:ty), $min:literal..=$max:literal, $new:ident, $get:ident
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($inner);

        impl $name {
            /// The least value.
            pub const MIN: i64 = $min;
            /// The greatest value.
            pub const MAX: i64 = $max;

            /// The value for this number; `None` outside of the range.
            #[must_use]
            pub fn $new(number: impl Into<i64>) -> Option<Self> {
                let number = number.into();
                let is_within = (Self::MIN..=Self::MAX).contains(&number);
                <$inner>::try_from(number).ok().filter(|_| is_within).map(Self)
            }

            /// The value for a number whose bounds are as narrow, which is proved while this is
            /// compiled.
            #[must_use]
            pub fn from_bounded<T: $crate::bounded::BoundedInteger>(number: T) -> Self {
                const {
                    assert!(
                        T::MIN >= $min && T::MAX <= $max && $max <= <$inner>::MAX as i64,
                        concat!("the number's bounds are wider than those of ", stringify!($name))
                    );
                }
                Self(number.into_integer() as $inner)
            }

            /// The number.
            #[must_use]
            pub const fn $get(self) -> $inner {
                self.0
            }
        }

        impl $crate::bounded::BoundedInteger for $name {
            const MIN: i64 = $min;
            const MAX: i64 = $max;

            fn into_integer(self) -> i64 {
                i64::from(self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

/// A number in a range. `$get` names the number and its unit.
macro_rules! bounded_number {
    (
        $(#[$meta:meta])*
        $name:ident, $min:literal..=$max:literal, $new:ident, $get:ident
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct $name(f64);

        impl $name {
            /// The least value.
            pub const MIN: f64 = $min;
            /// The greatest value.
            pub const MAX: f64 = $max;

            /// The value for this number; `None` outside of the range.
            #[must_use]
            pub fn $new(number: f64) -> Option<Self> {
                (Self::MIN..=Self::MAX).contains(&number).then_some(Self(number))
            }

            /// The value for a number whose bounds are as narrow, which is proved while this is
            /// compiled.
            #[must_use]
            pub fn from_bounded<T: $crate::bounded::BoundedNumber>(number: T) -> Self {
                const {
                    assert!(
                        T::MIN >= $min && T::MAX <= $max,
                        concat!("the number's bounds are wider than those of ", stringify!($name))
                    );
                }
                Self(number.into_number())
            }

            /// The number.
            #[must_use]
            pub const fn $get(self) -> f64 {
                self.0
            }
        }
    };
}

/// A closed list of values, each with the one text that stands for it everywhere: towards callers,
/// in tokens and in the database.
macro_rules! text_enum {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As it is written everywhere.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The value that is written as `text`.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use {bounded_integer, bounded_number, bounded_text, debug_text, text_enum};

/// Whether the text is a mailbox of RFC 5321 and nothing besides.
pub(crate) fn is_mailbox(text: &str) -> bool {
    let options = email_address::Options::default().without_display_text();
    email_address::EmailAddress::parse_with_options(text, options).is_ok()
}

/// Whether the text holds no control character (Unicode's category Cc).
pub(crate) fn is_single_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Whether the text holds no control characters but tabs and the ends of lines.
pub(crate) fn is_multi_line(text: &str) -> bool {
    let is_layout = |character| matches!(character, '\t' | '\n' | '\r');
    text.chars()
        .all(|character| is_layout(character) || !character.is_control())
}

/// Whether the text is a single line with at least one character that can be seen.
pub(crate) fn is_visible_line(text: &str) -> bool {
    is_single_line(text) && text.chars().any(is_visible)
}

/// Not a control character, a space, or one of those that take no room. ECMA 262 has no word for
/// this set; it is Unicode's `White_Space`, and the joiners and marks that show nothing alone.
const fn is_visible(character: char) -> bool {
    !matches!(
        character,
        '\u{0}'..='\u{20}'
            | '\u{7f}'..='\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{2064}'
            | '\u{3000}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::string::string_regex;
    use regex::Regex;

    use super::is_mailbox;
    use crate::*;

    /// Texts that are near every pattern: of its own alphabet, of any other, and odd characters.
    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,40}",
            "[ -~]{0,40}",
            "[\\x00-\\xa0\u{1680}\u{2000}-\u{206f}\u{3000}\u{feff}a-z]{0,6}",
            "(bk_|usr_)?[0-9A-Za-z]{0,36}",
            "[A-HJ-NP-Z0-9]{5,7}",
            "[0-9A-Za-z]{10,12}",
            "[0-9A-Za-z_-]{0,66}",
            "[a-z]{0,3}(_[a-z]{0,3}){0,3}",
            "\\+?[0-9 ().-]{0,20}",
            "[ -~]{0,8}@[ -~]{0,8}",
            "[0-9A-Za-z_+-]{1,4}(/[0-9A-Za-z_+-]{0,4}){0,3}",
            "[0-9A-Za-z._ -]{0,66}",
            "[a-z\u{1d11e}]{90,260}",
            "[a-z\n]{490,510}",
        ]
    }

    /// That `parse` accepts exactly the texts within the three constants.
    macro_rules! parses_what_it_states {
        ($($test:ident: $name:ident;)*) => {
            proptest! {
                $(
                    #[test]
                    fn $test(
                        text in prop_oneof![
                            any_text(),
                            string_regex($name::PATTERN.trim_matches(['^', '$']))
                                .expect("the pattern is one")
                        ]
                    ) {
                        let pattern = Regex::new($name::PATTERN).expect("the pattern is one");
                        let chars = u32::try_from(text.chars().count()).expect("it is short");
                        let stated = ($name::MIN_CHARS..=$name::MAX_CHARS).contains(&chars)
                            && pattern.is_match(&text)
                            && (!<$name as BoundedText>::IS_EMAIL || is_mailbox(&text));
                        prop_assert_eq!($name::parse(text).is_some(), stated);
                    }
                )*
            }
        };
    }

    #[test]
    fn what_tells_of_a_person_is_not_shown_by_debug() {
        let customer = Customer {
            name: CustomerName::parse("Quark"),
            email: EmailAddress::parse("quark@example.com"),
            phone: PhoneNumber::parse("+15551234567"),
        };
        assert_eq!(
            format!("{customer:?}"),
            "Customer { name: Some(CustomerName([personal data])), email: \
             Some(EmailAddress([personal data])), phone: Some(PhoneNumber([personal data])) }"
        );
        let dialled = DialledPhoneNumber::parse("+1 555 123 4567").unwrap();
        let wishes = SpecialRequests::parse("Quietly").unwrap();
        let reason = CancellationReason::parse("Quarantine").unwrap();
        let shown = format!("{dialled:?} {wishes:?} {reason:?}");
        assert!(!shown.contains("555") && !shown.contains("Qu"), "{shown}");
        let email = customer.email.map(|email| email.to_string());
        assert_eq!(email.as_deref(), Some("quark@example.com"));
        let address = Address::parse("1 Main St").unwrap();
        assert_eq!(format!("{address:?}"), "Address(\"1 Main St\")");
    }

    parses_what_it_states! {
        address: Address;
        api_key_id: ApiKeyId;
        api_key_name: ApiKeyName;
        booking_id: BookingId;
        booking_tag: BookingTag;
        cancellation_reason: CancellationReason;
        client_id: ClientId;
        confirmation_code: ConfirmationCode;
        cuisine: Cuisine;
        customer_name: CustomerName;
        email_address: EmailAddress;
        internal_note: InternalNote;
        oidc_issuer: OidcIssuer;
        oidc_subject: OidcSubject;
        operation_name: OperationName;
        phone_number: PhoneNumber;
        dialled_phone_number: DialledPhoneNumber;
        dining_table_name: DiningTableName;
        request_id: RequestId;
        restaurant_name: RestaurantName;
        special_requests: SpecialRequests;
        subject_id: SubjectId;
        time_zone_name: TimeZoneName;
        user_id: UserId;
    }
}
