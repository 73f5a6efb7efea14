//! The number of guests that come together.

use std::fmt;

/// How many guests a booking is for: 1 to 20, as the product's first document has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartySize(u8);

impl PartySize {
    /// The smallest party.
    pub const MIN: Self = Self(1);
    /// The largest party.
    pub const MAX: Self = Self(20);

    /// A party of `guests`, or nothing outside of the range.
    #[must_use]
    pub fn new(guests: i64) -> Option<Self> {
        let guests = u8::try_from(guests).ok()?;
        (Self::MIN.0..=Self::MAX.0)
            .contains(&guests)
            .then_some(Self(guests))
    }

    /// The number of guests.
    #[must_use]
    pub fn get(self) -> i32 {
        i32::from(self.0)
    }
}

impl fmt::Display for PartySize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_is_one_to_twenty_guests() {
        let sizes: Vec<Option<i32>> = [-1, 0, 1, 20, 21, 257]
            .map(|guests| PartySize::new(guests).map(PartySize::get))
            .into();
        assert_eq!(sizes, [None, None, Some(1), Some(20), None, None]);
    }
}
