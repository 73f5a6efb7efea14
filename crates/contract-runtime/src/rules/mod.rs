//! The constraints of scalar and list types, as constants that generated types carry.
//!
//! A rule does three things, and these cannot drift apart because they read the same
//! fields: it says quickly whether a value accepts ([`TextRules::accepts`] and its like), it
//! names everything that a value breaks (`each_violation`), and it makes the JSON Schema
//! that documents it (`schema`).

mod array;
mod number;
mod text;

pub use array::ArrayRules;
pub use number::{IntegerRules, IntegerWidth, NumberRules};
pub use text::{TextFormat, TextRules};
