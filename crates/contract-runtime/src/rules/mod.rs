//! The constraints of scalar and list types, as constants that generated types carry.
//!
//! A rule does three things, and these cannot drift apart because they read the same
//! fields: it says quickly whether a value accepts ([`TextRules::accepts`] and its like), it
//! names everything that a value breaks (`each_violation`), and it makes the JSON Schema
//! that documents it (`schema`).

mod array;
mod bounded;
mod number;
mod text;

pub use array::ArrayRules;
pub use bounded::{BoundedInteger, BoundedText};
pub use number::{IntegerRules, IntegerWidth, NumberRules};
pub use text::{TextFormat, TextRules};

/// Whether two texts are equal, at compile time too.
#[must_use]
pub const fn is_same_text(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
