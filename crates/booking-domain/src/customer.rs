//! Who books, and how to reach them.

/// The guest who makes a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// As they write it.
    pub name: String,
    /// Where they read their mail.
    pub email: EmailAddress,
    /// Where they answer.
    pub phone: PhoneNumber,
}

/// An email address, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// An address that somebody else has found to be well formed.
    #[must_use]
    pub const fn new(address: String) -> Self {
        Self(address)
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// By which two addresses are compared: in lower case. RFC 5321 lets the part before the
    /// `@` tell capitals apart, but no provider does, and guests do not.
    #[must_use]
    pub fn normalized(&self) -> String {
        self.0.to_lowercase()
    }
}

/// A telephone number as E.164 has it: `+15551234567`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Characters that people put between digits.
    const SEPARATORS: &'static [char] = &[' ', '-', '.', '(', ')'];

    /// The number that is written as `text`: with or without `+`, with separators, the country
    /// code first. It has 2 to 15 digits and does not begin with 0. Whether the number is given
    /// out by some country is not looked at: a number that rings is no better for a rule that
    /// is out of date.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text
            .strip_prefix('+')
            .unwrap_or(text)
            .chars()
            .filter(|character| !Self::SEPARATORS.contains(character))
            .collect();
        let well_formed = (2..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        well_formed.then(|| Self(format!("+{digits}")))
    }

    /// The number as E.164 has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_dropped_from_a_number() {
        let parsed = |text| PhoneNumber::parse(text).map(|number| number.0);
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
            "+١٢٣",
        ] {
            assert!(PhoneNumber::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn addresses_are_compared_in_lower_case_and_kept_as_given() {
        let address = EmailAddress::new("Sarah.Chen@Example.com".to_owned());
        assert_eq!(address.as_str(), "Sarah.Chen@Example.com");
        assert_eq!(address.normalized(), "sarah.chen@example.com");
    }
}
