//! The number of guests that come together.

use crate::bounded::bounded_integer;

bounded_integer! {
    /// How many guests a booking is for: 1 to 20, as the product's first document has it.
    PartySize(i32), 1..=20, new, get
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
