//! Names of things: numbers inside of the system, random texts towards guests.

use crate::bounded::{bounded_integer, bounded_text};

bounded_integer! {
    /// A restaurant's number, from 1 up to the greatest integer that JavaScript holds exactly.
    RestaurantId(i64), 1..=9_007_199_254_740_991, new, get
}

bounded_integer! {
    /// A dining table's number.
    TableId(i64), 1..=9_007_199_254_740_991, new, get
}

bounded_integer! {
    /// The number of an area of a restaurant.
    DiningAreaId(i64), 1..=9_007_199_254_740_991, new, get
}

bounded_integer! {
    /// The number of a combination of tables.
    TableCombinationId(i64), 1..=9_007_199_254_740_991, new, get
}

bounded_integer! {
    /// The number of a service period.
    ServicePeriodId(i64), 1..=9_007_199_254_740_991, new, get
}

bounded_integer! {
    /// The number of a special day.
    SpecialDayId(i64), 1..=9_007_199_254_740_991, new, get
}

bounded_integer! {
    /// The number of a blockout.
    BlockoutId(i64), 1..=9_007_199_254_740_991, new, get
}

/// Digits and letters.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Digits and capitals without those that are mistaken for each other when they are read out:
/// no 0 and O, no 1 and I.
const SPOKEN: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

bounded_text! {
    /// A booking's public id: `bk_` and 22 random characters, which is more than
    /// 128 bits. It cannot be guessed from another one.
    BookingId, 4..=35, r"^bk_[0-9A-Za-z]{1,32}$", |text| {
        text.strip_prefix(BookingId::PREFIX).is_some_and(is_alphanumeric)
    }
}

bounded_text! {
    /// A hold's public id: `hd_` and 22 random characters.
    HoldId, 4..=35, r"^hd_[0-9A-Za-z]{1,32}$", |text| {
        text.strip_prefix(HoldId::PREFIX).is_some_and(is_alphanumeric)
    }
}

bounded_text! {
    /// The public id of a user who can log in: `usr_` and 22 random characters, which is more than
    /// 128 bits. It is what tokens name as their `sub`.
    UserId, 5..=36, r"^usr_[0-9A-Za-z]{1,32}$", |text| {
        text.strip_prefix(UserId::PREFIX).is_some_and(is_alphanumeric)
    }
}

bounded_text! {
    /// The id of a program with which users log in (`client_id` in RFC 6749).
    ClientId, 1..=64, r"^[A-Za-z0-9._-]+$", |text| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    }
}

bounded_text! {
    /// The public id of a restaurant's key: the part of the key that is no secret, 11 characters.
    ApiKeyId, 11..=11, r"^[0-9A-Za-z]{11}$", is_alphanumeric
}

bounded_text! {
    /// A confirmation code, to be read out on the telephone: 6 characters that cannot be mistaken for each other.
    ConfirmationCode, 6..=6, r"^[A-HJ-NP-Z2-9]{6}$", |text| {
        text.bytes().all(|byte| SPOKEN.contains(&byte))
    }
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl BookingId {
    const PREFIX: &'static str = "bk_";

    /// A fresh id made of random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(random_id(Self::PREFIX, bytes))
    }
}

impl HoldId {
    const PREFIX: &'static str = "hd_";

    /// A fresh id made of random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(random_id(Self::PREFIX, bytes))
    }
}

impl UserId {
    const PREFIX: &'static str = "usr_";

    /// A fresh id made of random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(random_id(Self::PREFIX, bytes))
    }
}

/// A prefix, and 22 characters made of random bytes.
fn random_id(prefix: &str, bytes: [u8; 32]) -> String {
    // The bytes are one large number, written in base 62: dividing by 62 again and again
    // is unbiased but for the 256th bit's share, unlike taking each byte modulo 62.
    let mut number = bytes;
    let mut id = String::from(prefix);
    for _ in 0..22 {
        let digit = divide(&mut number, 62);
        id.push(char::from(BASE62[usize::from(digit)]));
    }
    id
}

impl ConfirmationCode {
    const LENGTH: usize = 6;

    /// A fresh code made of random bytes. There are 2^30 of them: two bookings can draw the
    /// same one, so whoever stores it must be ready to draw again.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        let code = bytes
            .iter()
            .take(Self::LENGTH)
            // 32 divides 256, so every character is equally likely.
            .map(|byte| char::from(SPOKEN[usize::from(byte % 32)]))
            .collect();
        Self(code)
    }
}

/// Divides a number of 256 bits, its greatest byte first, and gives the remainder.
fn divide(number: &mut [u8; 32], divisor: u16) -> u8 {
    let mut remainder = 0_u16;
    for byte in number {
        let dividend = remainder * 256 + u16::from(*byte);
        *byte = u8::try_from(dividend / divisor).unwrap_or(u8::MAX);
        remainder = dividend % divisor;
    }
    u8::try_from(remainder).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dividing_takes_the_digits_off() {
        let mut number = [0; 32];
        number[31] = 200;
        number[30] = 1; // 456
        assert_eq!(divide(&mut number, 62), 22); // 456 = 7 * 62 + 22
        assert_eq!(divide(&mut number, 62), 7);
        assert_eq!(number, [0; 32]);
    }

    #[test]
    fn an_id_of_the_seed_is_an_id_and_other_texts_are_not() {
        assert!(BookingId::parse("bk_7x3mN9pQs2").is_some());
        assert!(BookingId::parse("bk_invalid").is_some());
        for text in [
            "",
            "bk_",
            "bk-1",
            "xx_1",
            "bk_a b",
            "bk_é",
            &format!("bk_{}", "a".repeat(33)),
        ] {
            assert!(BookingId::parse(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_fresh_id_is_one_that_can_be_read(bytes: [u8; 32]) {
            let id = BookingId::from_random(bytes);
            prop_assert_eq!(id.as_str().len(), 25);
            prop_assert_eq!(BookingId::parse(id.as_str()), Some(id));
            let id = UserId::from_random(bytes);
            prop_assert_eq!(UserId::parse(id.as_str()), Some(id));
        }

        #[test]
        fn a_fresh_code_is_one_that_can_be_read_out(bytes: [u8; 32]) {
            let code = ConfirmationCode::from_random(bytes);
            prop_assert!(!code.as_str().contains(['0', 'O', '1', 'I']));
            prop_assert_eq!(ConfirmationCode::parse(code.as_str()), Some(code));
        }

        #[test]
        fn other_bytes_are_another_id(one: [u8; 32], other: [u8; 32]) {
            prop_assume!(one[16..] != other[16..]);
            prop_assert_ne!(BookingId::from_random(one), BookingId::from_random(other));
        }
    }
}
