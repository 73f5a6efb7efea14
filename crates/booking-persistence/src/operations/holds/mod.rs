//! The operations tagged Holds.

mod create_hold;
mod release_hold;

pub use release_hold::HoldNotFound;
