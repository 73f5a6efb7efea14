//! Who books, and how to reach them.

use super::BookingField;
use crate::bounded::{bounded_text, is_mailbox, is_visible_line};

/// The guest of a booking, as far as the restaurant knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Customer {
    /// Name, 2–100 characters.
    pub name: Option<CustomerName>,
    /// Email address, as it was given.
    pub email: Option<EmailAddress>,
    /// Telephone number, E.164.
    pub phone: Option<PhoneNumber>,
}

impl Customer {
    /// The first that is not known of what guests say of themselves.
    #[must_use]
    pub const fn missing(&self) -> Option<BookingField> {
        if self.name.is_none() {
            Some(BookingField::CustomerName)
        } else if self.email.is_none() {
            Some(BookingField::CustomerEmail)
        } else if self.phone.is_none() {
            Some(BookingField::CustomerPhone)
        } else {
            None
        }
    }

    /// Whether an address or a telephone number of it is another one than `before`'s, which makes it
    /// somebody else's booking as far as bookings are counted.
    #[must_use]
    pub fn is_other_guest_than(&self, before: &Self) -> bool {
        let email = |customer: &Self| customer.email.as_ref().map(EmailAddress::normalized);
        (self.email.is_some() && email(self) != email(before))
            || (self.phone.is_some() && self.phone != before.phone)
    }

    /// The same with what changes.
    pub(super) fn changed(&self, change: &CustomerChange) -> Self {
        let Self { name, email, phone } = self.clone();
        let change = change.clone();
        Self {
            name: change.name.unwrap_or(name),
            email: change.email.unwrap_or(email),
            phone: change.phone.unwrap_or(phone),
        }
    }
}

/// Other contact details. What is `None` stays as it is, and `Some(None)` withdraws it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerChange {
    /// Name, 2–100 characters.
    pub name: Option<Option<CustomerName>>,
    /// Email address, as it is given.
    pub email: Option<Option<EmailAddress>>,
    /// Telephone number, E.164.
    pub phone: Option<Option<PhoneNumber>>,
}

impl CustomerChange {
    /// The first that is withdrawn.
    pub(super) const fn withdrawn(&self) -> Option<BookingField> {
        if matches!(self.name, Some(None)) {
            Some(BookingField::CustomerName)
        } else if matches!(self.email, Some(None)) {
            Some(BookingField::CustomerEmail)
        } else if matches!(self.phone, Some(None)) {
            Some(BookingField::CustomerPhone)
        } else {
            None
        }
    }
}

bounded_text! {
    /// A person's name as they write it, with something in it that can be seen.
    CustomerName,
    2..=100,
    r"^[^\u0000-\u001F\u007F-\u009F]*[^\u0000-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF][^\u0000-\u001F\u007F-\u009F]*$",
    is_visible_line,
    personal: true
}

bounded_text! {
    /// An email address as it was given: a mailbox of RFC 5321 in printable ASCII, at most as long as
    /// that can deliver to.
    EmailAddress, 3..=254, r"^[\u0020-\u007E]+@[\u0020-\u007E]+$", |text| {
        text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && is_mailbox(text)
    }, email: true, personal: true
}

bounded_text! {
    /// A telephone number as E.164 has it: `+15551234567`. Whether the number is given out by some
    /// country is not looked at: a number that rings is no better for a rule that is out of date.
    PhoneNumber, 3..=16, r"^\+[1-9][0-9]{1,14}$", |text| {
        text.strip_prefix('+').is_some_and(|digits| {
            !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    }, personal: true
}

bounded_text! {
    /// A telephone number as people dial it: the country code first, with or without `+`, and up to
    /// two separators before each further digit.
    DialledPhoneNumber, 2..=32, r"^\+?[1-9]([ ().-]{0,2}[0-9]){1,14}$", |text| {
        let number = text.strip_prefix('+').unwrap_or(text);
        let is_digit = |character: char| character.is_ascii_digit();
        let is_separator = |byte: u8| b" ().-".contains(&byte);
        let mut gaps = number.split(is_digit);
        number.starts_with(|first| matches!(first, '1'..='9'))
            && number.ends_with(is_digit)
            && (2..=15).contains(&number.matches(is_digit).count())
            && gaps.all(|gap| gap.len() <= 2 && gap.bytes().all(is_separator))
    }, personal: true
}

impl CustomerName {
    const MAX_CHARACTERS: usize = Self::MAX_CHARS as usize;

    /// What somebody is called of whom nothing is known but the address: by its first characters.
    #[must_use]
    pub fn from_address(email: &EmailAddress) -> Self {
        let name: String = email.as_str().chars().take(Self::MAX_CHARACTERS).collect();
        Self::parse(name).expect("an address has three visible characters or more")
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

impl From<DialledPhoneNumber> for PhoneNumber {
    /// Drops the separators. What is left is 2 to 15 digits, the first of them not 0.
    fn from(dialled: DialledPhoneNumber) -> Self {
        let digits = dialled.0.chars().filter(char::is_ascii_digit);
        Self(std::iter::once('+').chain(digits).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::string::string_regex;

    use super::*;

    #[test]
    fn separators_are_dropped_from_a_number() {
        let number =
            |text| DialledPhoneNumber::parse(text).map(|dialled| PhoneNumber::from(dialled).0);
        assert_eq!(number("+1-555-123-4567").as_deref(), Some("+15551234567"));
        assert_eq!(
            number("44 (20) 7946.0958").as_deref(),
            Some("+442079460958")
        );
    }

    proptest! {
        #[test]
        fn every_number_that_is_dialled_is_one(
            text in string_regex(DialledPhoneNumber::PATTERN.trim_matches(['^', '$'])).expect("it is one")
        ) {
            if let Some(dialled) = DialledPhoneNumber::parse(text) {
                let number = PhoneNumber::from(dialled);
                prop_assert_eq!(PhoneNumber::parse(number.as_str()), Some(number));
            }
        }
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
            assert!(DialledPhoneNumber::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn addresses_are_compared_in_lower_case_and_kept_as_given() {
        let address = EmailAddress::parse("Sarah.Chen@Example.com").expect("it is one");
        assert_eq!(address.as_str(), "Sarah.Chen@Example.com");
        assert_eq!(address.normalized(), "sarah.chen@example.com");
    }
}
