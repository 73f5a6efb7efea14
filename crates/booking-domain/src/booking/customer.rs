//! Who books, and how to reach them.

use crate::bounded::{bounded_text, is_visible_line};

/// The guest who makes a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Name, 2–100 characters.
    pub name: CustomerName,
    /// Email address, as it was given.
    pub email: EmailAddress,
    /// Telephone number, E.164.
    pub phone: PhoneNumber,
}

bounded_text! {
    /// A person's name as they write it, with something in it that can be seen.
    CustomerName,
    2..=100,
    r"^[^\u0000-\u001F\u007F-\u009F]*[^\u0000-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF][^\u0000-\u001F\u007F-\u009F]*$",
    is_visible_line
}

bounded_text! {
    /// An email address as it was given: printable ASCII around an `@`, at most as long as RFC 5321
    /// can deliver to. Whoever takes an address from outside judges its grammar more closely.
    EmailAddress, 3..=254, r"^[\u0020-\u007E]+@[\u0020-\u007E]+$", |text| {
        let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let is_inside = |at| at > 0 && at + 1 < text.len();
        is_printable && text.match_indices('@').any(|(at, _)| is_inside(at))
    }
}

bounded_text! {
    /// A telephone number as E.164 has it: `+15551234567`. Whether the number is given out by some
    /// country is not looked at: a number that rings is no better for a rule that is out of date.
    PhoneNumber, 3..=16, r"^\+[1-9][0-9]{1,14}$", |text| {
        text.strip_prefix('+').is_some_and(|digits| {
            !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    }
}

impl EmailAddress {
    /// By which two addresses are compared: in lower case. RFC 5321 lets the part before the
    /// `@` tell capitals apart, but no provider does, and guests do not.
    #[must_use]
    pub fn normalized(&self) -> String {
        self.0.to_lowercase()
    }
}

impl PhoneNumber {
    /// The least number of characters of a number as people dial it.
    pub const DIALLED_MIN_CHARS: u32 = 2;
    /// The greatest number of characters of a number as people dial it.
    pub const DIALLED_MAX_CHARS: u32 = 32;
    /// A number as people dial it: the country code first, with or without `+`, and up to two
    /// separators before each further digit.
    pub const DIALLED_PATTERN: &'static str = r"^\+?[1-9]([ ().-]{0,2}[0-9]){1,14}$";

    /// The number that people dial as `text`; `None` outside of the three bounds above.
    #[must_use]
    pub fn from_dialled(text: impl AsRef<str>) -> Option<Self> {
        let text = text.as_ref();
        let dialled = text.strip_prefix('+').unwrap_or(text);
        let mut number = String::from("+");
        let mut separators = 0;
        for character in dialled.chars() {
            match character {
                '0'..='9' => {
                    number.push(character);
                    separators = 0;
                }
                ' ' | '(' | ')' | '.' | '-' if number.len() > 1 && separators < 2 => {
                    separators += 1;
                }
                _ => return None,
            }
        }
        // All of it is ASCII by now, so that bytes are characters.
        let is_short = text.len() <= usize::try_from(Self::DIALLED_MAX_CHARS).ok()?;
        (is_short && separators == 0)
            .then(|| Self::parse(number))
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_dropped_from_a_number() {
        let parsed = |text| PhoneNumber::from_dialled(text).map(|number| number.0);
        assert_eq!(parsed("+1-555-123-4567").as_deref(), Some("+15551234567"));
        assert_eq!(
            parsed("44 (20) 7946.0958").as_deref(),
            Some("+442079460958")
        );
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "+",
            "1",
            "+0123",
            "12345678901234567",
            "++12",
            "+1 555 CALL",
            "+1 ---555",
            "+1555-",
            "+١٢٣",
        ] {
            assert!(PhoneNumber::from_dialled(text).is_none(), "{text}");
        }
    }

    #[test]
    fn addresses_are_compared_in_lower_case_and_kept_as_given() {
        let address = EmailAddress::parse("Sarah.Chen@Example.com").expect("it is one");
        assert_eq!(address.as_str(), "Sarah.Chen@Example.com");
        assert_eq!(address.normalized(), "sarah.chen@example.com");
    }
}
