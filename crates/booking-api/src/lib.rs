//! The server's side of the contract: types, one trait for each tag, and the wiring that turns
//! an implementation of the traits into what Dropshot serves.
//!
//! Everything here is generated from `booking-api.yaml` by `cargo xtask generate`; there is no
//! hand-written logic. It knows nothing of booking rules and nothing of databases.

#[rustfmt::skip]
mod generated;

pub use generated::*;
